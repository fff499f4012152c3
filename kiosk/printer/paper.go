package printer

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// remembered is how many days on which something was printed the mean is taken over.
const remembered = 14

// Paper folds the records about paper into how much of the roll is left. It is not safe for use by several goroutines.
type Paper struct {
	// Roll is the length of a new roll in millimetres, for the first one, of which nobody said when it was put in.
	Roll int
	// Reserve is how many millimetres are left when the printer's sensor begins to say that the end is near, until rolls
	// that were printed to their end have shown how much it is here; 0 when there is no such sensor. What the sensor says
	// corrects what was counted.
	Reserve int
	// Day names the day of a time, in the station's time zone: "2026-11-24".
	Day func(time.Time) string

	length  int // of the present roll, 0 before the first was put in
	printed int // on it
	near    int // of which before the sensor said that the end is near; 0: it has not
	learned int // what was printed of the last roll after that; 0: not known yet
	days    map[string]int
}

// The rules of the alarms that say what the sensors said, as package devices raises them of the point Source.
const (
	nearRule = "near-end"
	outRule  = PaperOut
)

// Forecast is how long the paper will last.
type Forecast struct {
	// Left and Printed are millimetres of the present roll.
	Left, Printed int
	// PerDay is the mean of the last days on which anything was printed, in millimetres; 0 before there was one.
	PerDay float64
	// Days is how many such days the rest will last; -1 when there is no mean yet.
	Days float64
}

// Apply folds one record in, in order of seq. Records of other types change nothing.
func (p *Paper) Apply(r record.Record) error {
	switch r.Type {
	case record.TicketPrinted, record.TicketUnprinted:
		var d record.PrintData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
		}
		p.add(p.Day(r.Time), max(d.Length, 0))
	case record.PaperReplaced:
		var d record.PaperData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
		}
		p.length, p.printed, p.near = max(d.Length, 0), 0, 0
	case record.AlarmRaised:
		if r.Source != Source {
			return nil
		}
		var d record.AlarmData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
		}
		p.sensed(d.Rule)
	}
	return nil
}

// sensed learns from the sensors how much paper there is between the near end of a roll and its end.
func (p *Paper) sensed(rule string) {
	switch {
	case rule == nearRule && p.near == 0:
		p.near = p.printed
	case rule == outRule && p.near > 0 && p.printed > p.near:
		p.learned = p.printed - p.near
	}
}

// reserve is what is left when the sensor says that the end is near.
func (p *Paper) reserve() int {
	if p.learned > 0 {
		return p.learned
	}
	return p.Reserve
}

func (p *Paper) add(day string, length int) {
	if length == 0 {
		return
	}
	if p.days == nil {
		p.days = map[string]int{}
	}
	p.printed += length
	p.days[day] += length
	if len(p.days) > remembered {
		delete(p.days, slices.Min(slices.Collect(maps.Keys(p.days))))
	}
}

// Forecast tells how long the paper will last, by what was printed and by what the printer's sensors say now.
func (p *Paper) Forecast(now Status) Forecast {
	f := Forecast{Left: p.left(now), Printed: p.printed, Days: -1}
	if len(p.days) == 0 {
		return f
	}
	for _, length := range p.days {
		f.PerDay += float64(length) / float64(len(p.days))
	}
	f.Days = float64(f.Left) / f.PerDay
	return f
}

// left is what counting says, held between what the sensors say: nothing without paper, at most the reserve when the end
// is near, at least the reserve while it is not. From the near end on, what was printed since is counted.
func (p *Paper) left(now Status) int {
	length := p.length
	if length == 0 {
		length = p.Roll
	}
	left := max(length-p.printed, 0)
	switch {
	case now.PaperOut:
		return 0
	case p.near > 0 && p.reserve() > 0:
		return max(p.reserve()-(p.printed-p.near), 0)
	case now.NearEnd && p.reserve() > 0:
		return min(left, p.reserve())
	case now.Ready:
		return max(left, p.reserve())
	}
	return left
}

// Replace returns the record of a new roll: length in millimetres, and by whom, empty when the sensors said so.
func (p *Paper) Replace(length int, by string, at time.Time) record.Entry {
	return record.NewEntry(record.PaperReplaced, Source, at, record.PaperData{Length: length, By: by, Printed: p.printed})
}
