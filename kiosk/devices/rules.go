package devices

import (
	"strings"
	"time"
)

// Rules' names, by which alarms are known.
const (
	PaperOut  = "paper-out"
	NearEnd   = "near-end"
	CoverOpen = "cover-open"
	Offline   = "offline"
	Broken    = "error" // the cutter is stuck, the head too hot, or another fault that the printer tells
	Low       = "low"   // the paper left does not last for another day
	Missing   = "missing"
	Silent    = "silent"
	Full      = "full"
	Unsynced  = "unsynchronised"
)

// Levels are those of record.AlarmData.
const (
	critical = "critical"
	major    = "major"
	minor    = "minor"
	hint     = "hint"
)

// rule is when what is seen becomes an alarm.
type rule struct {
	level string
	// raise and clear are for how long it has to be seen, or not be seen any more.
	raise, clear time.Duration
}

// rules by device. Somebody who changes paper has the cover open for a minute; a sensor under the edge of the paper roll
// comes and goes; a line that is down is nothing to act on until it stays down, since nothing is lost meanwhile.
var rules = map[string]map[string]rule{
	Printer: {
		PaperOut:  {major, 5 * time.Second, 5 * time.Second},
		NearEnd:   {minor, 30 * time.Second, time.Minute},
		CoverOpen: {major, 2 * time.Minute, 5 * time.Second},
		Offline:   {major, 15 * time.Second, 15 * time.Second},
		Broken:    {major, 5 * time.Second, 15 * time.Second},
	},
	Paper:   {Low: {hint, time.Minute, time.Minute}},
	Display: {Missing: {major, 10 * time.Second, 10 * time.Second}},
	Touch:   {Missing: {major, 10 * time.Second, 10 * time.Second}},
	Audio:   {Silent: {minor, 30 * time.Second, 10 * time.Second}},
	Network: {Offline: {minor, 10 * time.Minute, 30 * time.Second}},
	Disk:    {Full: {critical, 10 * time.Second, time.Minute}},
	Clock:   {Unsynced: {minor, 10 * time.Minute, 30 * time.Second}},
}

// other is the rule of what is seen under a name that has none.
var other = rule{minor, 30 * time.Second, 30 * time.Second}

// ruleOf is the rule of a point and a name.
func ruleOf(point, name string) rule {
	device, _, _ := strings.Cut(point, "/")
	if r, ok := rules[device][name]; ok {
		return r
	}
	return other
}

// trusted is for how long a point has to be good, or not good, until that is written down. What the point shows
// changes at once.
const trusted = 5 * time.Second
