package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"stationkeeper/kiosk/replay"
)

// bank is what files of the bank's calls hold.
type bank struct {
	visits []visit
	// files has the file that each day is in.
	files  map[string]string
	odd    map[replay.Oddity]int
	faulty faults
}

func newBank() *bank { return &bank{files: map[string]string{}, odd: map[replay.Oddity]int{}} }

// read adds a file. A day must be in one file only.
func (b *bank) read(r recording) error {
	good := 0
	var bad faults
	here := map[string]bool{}
	err := replay.Scan(r.text, r.name, bankZone, func(c replay.Call) error {
		good++
		day := c.Day.Format(time.DateOnly)
		if other, known := b.files[day]; known && !here[day] {
			return fmt.Errorf("%s:%d: %s is also in %s: give each day once", r.name, c.Line, day, other)
		}
		here[day], b.files[day] = true, r.name
		b.add(c)
		return nil
	}, bad.note)
	if err != nil {
		return err
	}
	b.faulty = b.faulty.plus(bad)
	return bad.check(good)
}

func (b *bank) add(c replay.Call) {
	v, ok := newVisit(c)
	for _, o := range v.Odd {
		b.odd[o]++
	}
	if ok {
		b.visits = append(b.visits, v)
	}
}

// upTo is the visits of all days up to one, in the order in which customers came, whatever the order of the files.
func (b *bank) upTo(day string) []visit {
	b.visits = slices.DeleteFunc(b.visits, func(v visit) bool { return v.day > day })
	slices.SortStableFunc(b.visits, func(a, c visit) int { return cmp.Or(a.Came.Compare(c.Came), cmp.Compare(a.day, c.day)) })
	return b.visits
}

// days is the recorded days, in order.
func (b *bank) days() []string {
	var days []string
	for day := range b.files {
		days = append(days, day)
	}
	slices.Sort(days)
	return days
}
