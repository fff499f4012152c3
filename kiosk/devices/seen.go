package devices

import (
	"fmt"
	"math"
	"time"

	"stationkeeper/internal/record"
)

// Observed is what is seen of one point now.
type Observed struct {
	Point string
	// Value is a number, a string or a bool, of Unit; nil when there is none.
	Value any
	Unit  string
	// Quality is Good, or with a Reason in words Faulty or Unknown.
	Quality record.Quality
	Reason  string
	// Alarms are what somebody has to see to, by the names of rules.
	Alarms []Alarm
}

// Alarm is something seen that somebody has to see to.
type Alarm struct {
	Rule   string
	Reason string // in words
	// Value, Limit and Unit are those of a limit that is passed; without one they are not given.
	Value, Limit float64
	Unit         string
}

func good(point string, value any, unit string) Observed {
	return Observed{Point: point, Value: value, Unit: unit, Quality: record.Good}
}

// OfPrinter is what a printer says of itself. Reason, which may be empty, is in words.
func OfPrinter(ready, paperOut, nearEnd, coverOpen, offline bool, reason string) Observed {
	o := good(Printer, "ready", "")
	for _, fault := range []struct {
		is          bool
		rule, words string
	}{
		{offline, Offline, "the printer does not answer"},
		{coverOpen, CoverOpen, "the printer's cover is open"},
		{paperOut, PaperOut, "the printer has no paper"},
		{!ready && !offline && !coverOpen && !paperOut, Broken, "the printer cannot print"},
	} {
		if !fault.is {
			continue
		}
		if reason != "" {
			fault.words += ": " + reason
		}
		if o.Quality == record.Good {
			o.Value, o.Quality, o.Reason = fault.rule, record.Faulty, fault.words
		}
		o.Alarms = append(o.Alarms, Alarm{Rule: fault.rule, Reason: fault.words})
		if fault.rule == Offline {
			return o // what it said before it fell silent is not known to be so
		}
	}
	if nearEnd && !paperOut {
		if o.Quality == record.Good {
			o.Value = NearEnd
		}
		o.Alarms = append(o.Alarms, Alarm{Rule: NearEnd, Reason: "the paper is about to end"})
	}
	return o
}

// OfPaper is how much paper is left, in millimetres, and for how many days of work that lasts; days below 0 are not
// known.
func OfPaper(left int, days float64) Observed {
	o := good(Paper, math.Round(float64(left)/100)/10, "m")
	if days >= 0 && days < 1 {
		o.Alarms = []Alarm{{Rule: Low, Reason: "the paper does not last for another day", Value: math.Round(days*10) / 10, Limit: 1, Unit: "d"}}
	}
	return o
}

// OfHardware is of how many displays or touch sensors (point) there are of those there should be; why there are none, or
// why nobody can tell, is said by err.
func OfHardware(point string, count, expected int, err error) Observed {
	o := good(point, float64(count), "")
	switch {
	case err != nil:
		o.Value, o.Quality, o.Reason = nil, record.Faulty, err.Error()
	case count < expected:
		o.Quality, o.Reason = record.Faulty, fmt.Sprintf("%d of %d connected", count, expected)
	default:
		return o
	}
	o.Alarms = []Alarm{{Rule: Missing, Reason: o.Reason}}
	return o
}

// OfAudio is whether sound can be heard. Without a fault it can.
func OfAudio(fault string) Observed {
	if fault == "" {
		return good(Audio, "ready", "")
	}
	return Observed{Point: Audio, Value: "silent", Quality: record.Faulty, Reason: fault, Alarms: []Alarm{{Rule: Silent, Reason: fault}}}
}

// OfNetwork is since when there is a line to head office; zero for none.
func OfNetwork(connected time.Time) Observed {
	if !connected.IsZero() {
		return good(Network, "connected", "")
	}
	o := good(Network, "offline", "")
	o.Alarms = []Alarm{{Rule: Offline, Reason: "no connection to head office: what is written down waits"}}
	return o
}

// The disk counts as full below leastFree bytes or leastShare of its size, whichever is less, and as no longer full
// only when a quarter more than that is free.
const (
	leastFree  = 1 << 30
	leastShare = 0.05
)

// OfDisk is how much is free of a disk, both in bytes; full is whether it counted as full before.
func OfDisk(free, size uint64, full bool, err error) Observed {
	if err != nil {
		return Observed{Point: Disk, Quality: record.Faulty, Reason: err.Error()}
	}
	const gb = 1e9
	limit := math.Min(leastFree, leastShare*float64(size))
	if full {
		limit *= 1.25
	}
	o := good(Disk, math.Round(float64(free)/gb*10)/10, "GB")
	if float64(free) < limit {
		o.Alarms = []Alarm{{Rule: Full, Reason: "the disk is nearly full", Value: round(float64(free)/gb, 3), Limit: round(limit/gb, 3), Unit: "GB"}}
	}
	return o
}

func round(v float64, digits int) float64 {
	scale := math.Pow(10, float64(digits))
	return math.Round(v*scale) / scale
}

// OfClock is whether the wall clock is believed.
func OfClock(c record.Clock) Observed {
	o := good(Clock, string(c), "")
	if c != record.Synced {
		o.Alarms = []Alarm{{Rule: Unsynced, Reason: "nothing sets the clock: times in records may be wrong"}}
	}
	return o
}
