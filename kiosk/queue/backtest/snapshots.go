package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// snapshotHeader is the first line of snapshots of the city's offices: the open data of Warsaw's queue system, one line
// per service group every few minutes.
const snapshotHeader = "office,date,time,group_id,group_letter,group_name,open_counters,waiting,current_ticket,office_minutes_per_customer"

// reading is one line: what the office showed of one service group at a time.
type reading struct {
	at time.Time
	// open is how many counters serve the group, waiting how many customers wait.
	open, waiting int
	// shown is the number of the ticket now served; 0 when none, or another group's, is shown.
	shown int
	// perCustomer is the office's own time per customer; 0 when it gives none.
	perCustomer time.Duration
}

// series is the readings of one group, in order.
type series struct {
	office, group, letter string
	readings              []reading
}

// city is what files of snapshots hold.
type city struct {
	groups map[[2]string]*series // by office and group id
	// files has the file that each office's day is in.
	files map[[2]string]string
	// lines counts the readings, others the tickets shown that are another group's.
	lines, others int
	faulty        faults
}

func newCity() *city {
	return &city{groups: map[[2]string]*series{}, files: map[[2]string]string{}}
}

// read adds a file. An office's day must be in one file only.
func (c *city) read(r recording) error {
	lines := csv.NewReader(r.text)
	lines.FieldsPerRecord = strings.Count(snapshotHeader, ",") + 1
	lines.LazyQuotes = true
	if _, err := lines.Read(); err != nil {
		return fmt.Errorf("%s:1: %w", r.name, err)
	}
	good := 0
	var bad faults
	here := map[[2]string]bool{}
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if _, broken := errors.AsType[*csv.ParseError](err); err != nil && !broken {
			return fmt.Errorf("read recording %s: %w: is the file complete?", r.name, err)
		}
		if err == nil {
			err = c.add(r.name, fields, here)
		}
		if errors.Is(err, errTwice) {
			return err
		}
		if err != nil {
			line, _ := lines.FieldPos(0)
			_ = bad.note(fmt.Errorf("%s:%d: %w", r.name, line, err)) // counting does not fail
			continue
		}
		good++
	}
	c.lines += good
	c.faulty = c.faulty.plus(bad)
	return bad.check(good)
}

// errTwice is wrapped when a day is in two files.
var errTwice = errors.New("give each day once")

func (c *city) add(file string, fields []string, here map[[2]string]bool) error {
	at, err := time.ParseInLocation("2006-01-02 15:04", fields[1]+" "+fields[2], time.UTC)
	if err != nil {
		return fmt.Errorf("columns date and time: %w", err)
	}
	var n [3]int
	for i, column := range []int{6, 7, 9} {
		if n[i], err = strconv.Atoi(fields[column]); err != nil || n[i] < 0 || n[i] > 9999 {
			return fmt.Errorf("column %s: %.40q: expected a number from 0 to 9999", strings.Split(snapshotHeader, ",")[column], fields[column])
		}
	}
	shown, own, err := ticket(fields[8], fields[4])
	if err != nil {
		return err
	}
	if !own {
		c.others++
	}
	day := [2]string{fields[0], fields[1]}
	if other, known := c.files[day]; known && !here[day] {
		return fmt.Errorf("%s: %s of %s is also in %s: %w", file, day[1], day[0], other, errTwice)
	}
	here[day], c.files[day] = true, file
	key := [2]string{fields[0], fields[3]}
	s := c.groups[key]
	if s == nil {
		s = &series{office: fields[0], group: fields[3], letter: fields[4]}
		c.groups[key] = s
	}
	s.readings = append(s.readings, reading{at: at, open: n[0], waiting: n[1], shown: shown, perCustomer: time.Duration(n[2]) * time.Minute})
	return nil
}

// ticket is the number of a ticket such as R017; 0 when none is shown or, not own, when it is another group's.
func ticket(s, letter string) (number int, own bool, err error) {
	if s == "" {
		return 0, true, nil
	}
	digits := strings.TrimLeft(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if number, err = strconv.Atoi(digits); err != nil || number < 0 {
		return 0, false, fmt.Errorf("column current_ticket: %.40q: expected letters and a number", s)
	}
	if s[:len(s)-len(digits)] != letter {
		return 0, false, nil
	}
	return number, true, nil
}

// all is the groups in order of office and id, each with its readings by day.
func (c *city) all() []*series {
	var all []*series
	for _, s := range c.groups {
		slices.SortStableFunc(s.readings, func(a, b reading) int { return a.at.Compare(b.at) })
		s.readings = slices.CompactFunc(s.readings, func(a, b reading) bool { return a.at.Equal(b.at) })
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *series) int {
		return strings.Compare(a.office+"\x00"+a.group, b.office+"\x00"+b.group)
	})
	return all
}

// drop forgets the readings of all days after one.
func (c *city) drop(day string) {
	for _, s := range c.groups {
		s.readings = slices.DeleteFunc(s.readings, func(r reading) bool { return r.at.Format(time.DateOnly) > day })
	}
}

// days is the recorded days, in order.
func (c *city) days() []string {
	var days []string
	for day := range c.files {
		days = append(days, day[1])
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// byDay splits readings where the date changes.
func byDay(readings []reading) [][]reading {
	var days [][]reading
	for len(readings) > 0 {
		day := readings[0].at.Format(time.DateOnly)
		n := slices.IndexFunc(readings, func(r reading) bool { return r.at.Format(time.DateOnly) != day })
		if n < 0 {
			n = len(readings)
		}
		days = append(days, readings[:n])
		readings = readings[n:]
	}
	return days
}
