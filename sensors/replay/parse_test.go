package replay

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"
)

var fahrenheit = Format{File: "office.csv", TimeColumn: "timestamp", ValueColumn: "value", Unit: Fahrenheit, Zone: time.UTC}

func TestReadings(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	cases := map[string]struct {
		unit Unit
		zone *time.Location
		text string
		want []Reading
	}{
		"fahrenheit in New York": {Fahrenheit, newYork, "timestamp,value\n2013-07-04 00:00:00,212\n2013-12-04 00:00:00,-40\n", []Reading{
			{at("2013-07-04T04:00:00Z"), physic.ZeroCelsius + 100*physic.Kelvin},
			{at("2013-12-04T05:00:00Z"), physic.ZeroCelsius - 40*physic.Kelvin}}},
		"celsius, columns turned around, more of them, CRLF, byte order mark": {Celsius, time.UTC,
			"\ufeffvalue, note ,timestamp\r\n21.5,x,2026-11-23T08:30:00.125\r\n", []Reading{
				{at("2026-11-23T08:30:00.125Z"), physic.ZeroCelsius + 21500*physic.MilliKelvin}}},
		"own zone wins": {Celsius, newYork, "timestamp,value\n2026-11-23T08:30:00+01:00,0\n\"2026-11-23 08:30:00Z\", 1\n", []Reading{
			{at("2026-11-23T07:30:00Z"), physic.ZeroCelsius}, {at("2026-11-23T08:30:00Z"), physic.ZeroCelsius + physic.Kelvin}}},
		"kelvin": {Kelvin, time.UTC, "timestamp,value\n2026-11-23 08:30,273.15\n", []Reading{{at("2026-11-23T08:30:00Z"), physic.ZeroCelsius}}},
		"blank lines are no readings": {Celsius, time.UTC, "timestamp,value\n\n2026-11-23 08:30,1\n\n", []Reading{
			{at("2026-11-23T08:30:00Z"), physic.ZeroCelsius + physic.Kelvin}}},
		"none": {Celsius, time.UTC, "timestamp,value\n", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			rec, err := Read(strings.NewReader(c.text), Format{"f", "timestamp", "value", c.unit, c.zone})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				got, err := rec.Next()
				if err != nil || !got.Time.Equal(want.Time) || got.Temperature != want.Temperature {
					t.Errorf("reading %d: got %v, %v, want %v", i, got, err, want)
				}
			}
			if got, err := rec.Next(); err != io.EOF {
				t.Errorf("after the last: got %v, %v, want EOF", got, err)
			}
		})
	}
}

func TestBadLines(t *testing.T) {
	for text, want := range map[string]string{
		"time,value\n": `office.csv:1: expected a column named "timestamp", got "time,value"`,
		"timestamp,value\n2013-07-04 00:00:00,70\n04.07.2013,70": `office.csv:3: expected a time`,
		"timestamp,value\n2013-07-04 00:00:00,\n":                `office.csv:2: expected a number of °F, got ""`,
		"timestamp,value\n2013-07-04 00:00:00,warm\n":            `office.csv:2: expected a number of °F, got "warm"`,
		"timestamp,value\n2013-07-04 00:00:00,NaN\n":             `office.csv:2: expected a number of °F`,
		"timestamp,value\n2013-07-04 00:00:00,1e9\n":             `office.csv:2: expected a temperature from -273.15 to 1000 °C`,
		"timestamp,value\n2013-07-04 00:00:00,-460\n":            `office.csv:2: expected a temperature`,
		"timestamp,value\n2013-07-04 00:00:00\n":                 `office.csv:2: expected at least 2 columns`,
		"timestamp,value\n\"2013-07-04 00:00:00,70\n":            `office.csv:2: expected comma-separated values`,
		"timestamp,value\n0000-07-04 00:00:00,70\n":              `office.csv:2: expected a time`,
	} {
		rec, err := Read(strings.NewReader(text), fahrenheit)
		for err == nil {
			_, err = rec.Next()
		}
		if bad := (BadLine{}); !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s…", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"timestamp,value\n2013-07-04 00:00:00,69.88083514\n2013-07-04 01:00:00,71.22022706\n",
		"value,timestamp\n\"1\",\"2013-07-04T00:00:00+02:00\"\n",
		"timestamp,value\n2013-07-04 00:00:00,1e400\n", "timestamp", "", "\"", "\ufefftimestamp,value\r\n,\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rec, err := Read(strings.NewReader(text), fahrenheit)
		for n := 0; err == nil; n++ {
			var r Reading
			r, err = rec.Next()
			if err != nil {
				break
			}
			if n > len(text) {
				t.Fatal("more readings than bytes")
			}
			if c := r.Temperature.Celsius(); c < -273.16 || c > 1000.01 || r.Time.Location() != time.UTC || r.Time.Year() < 1970 || r.Time.Year() > 9999 {
				t.Fatalf("took %v for a reading", r)
			}
		}
		if bad := (BadLine{}); err != io.EOF && (!errors.As(err, &bad) || bad.Line < 1) {
			t.Fatalf("%q: neither the end nor a bad line: %v", text, err)
		}
	})
}
