package replay

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"periph.io/x/conn/v3/physic"
)

// Unit is what the numbers of a recording are in.
type Unit string

const (
	Celsius    Unit = "C"
	Fahrenheit Unit = "F"
	Kelvin     Unit = "K"
)

// Format says how a recording is written: a first line of column names, then one reading a line.
type Format struct {
	// File is the recording's name, for errors.
	File string
	// TimeColumn and ValueColumn name two of the columns. Others are passed over.
	TimeColumn, ValueColumn string
	Unit                    Unit
	// Zone is where the times were written down, unless a time says so itself. A local time that a change to
	// summer time left out counts from the offset before or after the change; which, is not said.
	Zone *time.Location
}

// Reading is one line of a recording.
type Reading struct {
	Time        time.Time
	Temperature physic.Temperature
}

// Recording reads readings one by one.
type Recording struct {
	format      Format
	csv         *csv.Reader
	time, value int // columns, from 0
}

// BadLine is wrapped by the errors of a Recording: something in the file is not as expected.
type BadLine struct {
	File     string
	Line     int // from 1
	Expected string
	Got      string
}

func (b BadLine) Error() string {
	return fmt.Sprintf("%s:%d: expected %s, got %.60q", b.File, b.Line, b.Expected, b.Got)
}

// Read begins to read a recording: its line of column names.
func Read(r io.Reader, format Format) (*Recording, error) {
	rec := &Recording{format: format, csv: csv.NewReader(r)}
	rec.csv.ReuseRecord = true
	rec.csv.FieldsPerRecord = -1 // counted in Next, to say what was expected
	names, err := rec.csv.Read()
	if err != nil {
		return nil, rec.broken(err)
	}
	if len(names) > 0 {
		names[0] = strings.TrimPrefix(names[0], "\ufeff") // the byte order mark that spreadsheets begin with
	}
	for name, column := range map[string]*int{format.TimeColumn: &rec.time, format.ValueColumn: &rec.value} {
		if *column = slices.IndexFunc(names, func(n string) bool { return strings.TrimSpace(n) == name }); *column < 0 {
			return nil, rec.bad(0, fmt.Sprintf("a column named %q", name), strings.Join(names, ","))
		}
	}
	return rec, nil
}

// Next returns the next reading; io.EOF after the last, a BadLine where the recording cannot be understood.
func (rec *Recording) Next() (Reading, error) {
	fields, err := rec.csv.Read()
	if err != nil {
		return Reading{}, rec.broken(err)
	}
	if want := max(rec.time, rec.value) + 1; len(fields) < want {
		return Reading{}, rec.bad(0, fmt.Sprintf("at least %d columns", want), strings.Join(fields, ","))
	}
	at, err := parseTime(strings.TrimSpace(fields[rec.time]), rec.format.Zone)
	if err != nil {
		return Reading{}, rec.bad(rec.time, err.Error(), fields[rec.time])
	}
	temperature, err := parseTemperature(strings.TrimSpace(fields[rec.value]), rec.format.Unit)
	if err != nil {
		return Reading{}, rec.bad(rec.value, err.Error(), fields[rec.value])
	}
	return Reading{Time: at, Temperature: temperature}, nil
}

func (rec *Recording) bad(column int, expected, got string) error {
	line, _ := rec.csv.FieldPos(column)
	return BadLine{File: rec.format.File, Line: line, Expected: expected, Got: got}
}

// broken names the place of an error of the CSV reader.
func (rec *Recording) broken(err error) error {
	var at *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &at):
		return BadLine{File: rec.format.File, Line: at.Line, Expected: "comma-separated values", Got: at.Err.Error()}
	}
	return fmt.Errorf("read recording %s: %w", rec.format.File, err)
}

// layouts of times. A fraction of a second is read by either.
var layouts = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339, "2006-01-02 15:04:05Z07:00"}

func parseTime(s string, zone *time.Location) (time.Time, error) {
	for _, layout := range layouts {
		// 1970 to 9999 is what a record can carry, whatever the zone.
		if t, err := time.ParseInLocation(layout, s, zone); err == nil && t.Year() > 1970 && t.Year() < 9999 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("a time after 1970 such as 2026-11-23 08:30:00 or 2026-11-23T08:30:00+01:00")
}

func parseTemperature(s string, unit Unit) (physic.Temperature, error) {
	const lowest, highest = -273.15, 1000 // °C: absolute zero, and what no room survives
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) {
		return 0, fmt.Errorf("a number of °%s", unit)
	}
	celsius := v
	switch unit {
	case Fahrenheit:
		celsius = (v - 32) * 5 / 9
	case Kelvin:
		celsius = v + lowest
	}
	if celsius < lowest || celsius > highest {
		return 0, fmt.Errorf("a temperature from %g to %g °C", lowest, float64(highest))
	}
	return physic.ZeroCelsius + physic.Temperature(math.Round(celsius*float64(physic.Kelvin))), nil
}
