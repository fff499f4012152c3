// Package devices judges what the parts of a kiosk say of themselves: the printer, its paper, the display, the touch
// sensor, the sound, the line to head office, the disk and the clock. It is pure: a state, what is seen at a moment, and
// that moment give the next state, what the points show, and the records to be written: point.failed and
// point.recovered for what cannot be trusted, alarm.raised and alarm.cleared for what somebody has to see to.
//
// Head office pairs alarms by the point, the rule's name and the serial, so there is at most one open alarm of a point
// and a rule. Serials count from 1 per node and are never used again. What lasts is counted by the monotonic clock.
package devices

// Points of a kiosk. A second display or printer has the point of the first, a "/" and its own name.
const (
	Printer = "printer" // value: "ready" or the worst of what is wrong with it, such as "paper-out"
	Paper   = "paper"   // value: what is left of the roll, in metres
	Display = "display" // value: how many displays are connected
	Touch   = "touch"   // value: how many touch sensors there are
	Audio   = "audio"   // value: "ready" or "silent"
	Network = "network" // value: "connected" or "offline"
	Disk    = "disk"    // value: what is free where the journal is, in GB
	Clock   = "clock"   // value: "synced" or what else the clock is
)
