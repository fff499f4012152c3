package main

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reading is one value of a recording.
type reading struct {
	at    time.Time
	value float64
}

// series is a recording in order of time.
type series struct {
	readings []reading
	// empty counts lines without a value, twice those of a time that another line has too.
	empty, twice int
}

// window is a time in which something was wrong, both ends included.
type window struct{ start, end time.Time }

func (w window) holds(at time.Time) bool { return !at.Before(w.start) && !at.After(w.end) }

// readSeries reads a table of times and values. Its columns are found by the names in the first line (timestamp, time,
// date or datetime; value, temperature or temp), or else are the first two. Times are 2006-01-02 15:04:05, with or without
// fractions or seconds, RFC 3339, or seconds since 1970; without a zone they are taken to be those of one clock. Lines
// without a value are passed over; lines that are not in order are put into it.
func readSeries(path string) (series, error) {
	var s series
	err := readTable(path, []string{"timestamp", "time", "date", "datetime"}, []string{"value", "temperature", "temp"},
		func(first, second string) error {
			at, err := parseTime(first)
			if err != nil {
				return err
			}
			value, err := parseValue(second)
			if err != nil {
				return err
			}
			if math.IsNaN(value) {
				s.empty++
				return nil
			}
			s.readings = append(s.readings, reading{at, value})
			return nil
		})
	if err != nil {
		return series{}, err
	}
	slices.SortStableFunc(s.readings, func(a, b reading) int { return a.at.Compare(b.at) })
	all := len(s.readings)
	s.readings = slices.CompactFunc(s.readings, func(a, b reading) bool { return a.at.Equal(b.at) })
	s.twice = all - len(s.readings)
	if len(s.readings) < 2 {
		return series{}, fmt.Errorf("%s: expected a table of times and values, found %d values", path, len(s.readings))
	}
	return s, nil
}

// readWindows reads a table of starts and ends, with or without a first line that names them.
func readWindows(path string) ([]window, error) {
	var windows []window
	err := readTable(path, []string{"start", "begin", "from"}, []string{"end", "stop", "to"}, func(first, second string) error {
		start, err := parseTime(first)
		if err != nil {
			return err
		}
		end, err := parseTime(second)
		if err != nil {
			return err
		}
		if end.Before(start) {
			return fmt.Errorf("the window ends at %s, before it begins", second)
		}
		windows = append(windows, window{start, end})
		return nil
	})
	slices.SortFunc(windows, func(a, b window) int { return cmp.Or(a.start.Compare(b.start), a.end.Compare(b.end)) })
	return windows, err
}

// readTable gives the two columns of every line to take, whose errors it places.
func readTable(path string, firsts, seconds []string, take func(first, second string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	table, err := newTable(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	first, second := 0, 1
	for begin := true; ; begin = false {
		fields, err := table.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err) // names the line
		}
		line, _ := table.FieldPos(0)
		if begin && isHeader(fields) {
			first, second = column(fields, firsts, 0), column(fields, seconds, 1)
			continue
		}
		if len(fields) <= max(first, second) {
			return fmt.Errorf("%s:%d: expected at least %d columns, found %d", path, line, max(first, second)+1, len(fields))
		}
		if err := take(strings.TrimSpace(fields[first]), strings.TrimSpace(fields[second])); err != nil {
			return fmt.Errorf("%s:%d: %w", path, line, err)
		}
	}
}

// newTable finds out what parts the columns: a comma, a semicolon or a tab.
func newTable(file io.Reader) (*csv.Reader, error) {
	in := bufio.NewReader(file)
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		in.Discard(3)
	}
	start, err := in.Peek(4096)
	if len(start) == 0 && err != nil {
		return nil, errors.New("the file is empty")
	}
	line, _, _ := strings.Cut(string(start), "\n")
	table := csv.NewReader(in)
	table.FieldsPerRecord, table.Comment, table.TrimLeadingSpace = -1, '#', true
	for _, comma := range []rune{',', ';', '\t'} {
		if strings.ContainsRune(line, comma) {
			table.Comma = comma
			break
		}
	}
	return table, nil
}

// isHeader reports whether a line has names instead of times.
func isHeader(fields []string) bool {
	for _, f := range fields {
		if f = strings.TrimSpace(f); f == "" {
			continue
		}
		if _, err := parseTime(f); err == nil || strings.ContainsAny(f[:1], "0123456789-+.") {
			return false
		}
	}
	return true
}

func column(header, names []string, otherwise int) int {
	for i, f := range header {
		if slices.Contains(names, strings.ToLower(strings.TrimSpace(f))) {
			return i
		}
	}
	return otherwise
}

var layouts = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05",
	"2006-01-02 15:04", "2006-01-02T15:04", "2006/01/02 15:04:05", "2006/01/02 15:04", "2006-01-02"}

func parseTime(text string) (time.Time, error) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 && seconds < 1e11 {
		return time.UnixMilli(int64(seconds * 1000)).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("time %q: expected one like 2006-01-02 15:04:05, 2006-01-02T15:04:05Z or seconds since 1970", text)
}

// parseValue reads a number; NaN means that there is none.
func parseValue(text string) (float64, error) {
	switch strings.ToLower(text) {
	case "", "nan", "na", "null", "none":
		return math.NaN(), nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) {
		return 0, fmt.Errorf("value %q: expected a number", text)
	}
	return value, nil
}
