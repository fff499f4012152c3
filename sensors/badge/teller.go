package badge

import (
	"context"
	"time"
)

// DefaultRepeat is how long a card must be away from a reader to count as shown again. Readers repeat a card while it
// is held to them, cheap ones several times a second.
const DefaultRepeat = time.Second

// DefaultRetry is the pause after a reader failed. It bounds how long a reader that was plugged in again is deaf.
const DefaultRetry = time.Second

// Teller passes on what a driver learns: a card once each time it is shown, a fault once per cause, and that the
// reader works once after every fault. It belongs to one goroutine.
type Teller struct {
	report func(Sighting)
	repeat time.Duration

	card Card      // the card shown last
	seen time.Time // when it was last seen

	told  bool   // whether it was ever reported that the reader works
	fault string // the fault reported last; empty when the reader works
}

// NewTeller makes one that hands sightings to report. A card counts as shown again when it was not seen for longer
// than repeat; 0 means DefaultRepeat.
func NewTeller(repeat time.Duration, report func(Sighting)) *Teller {
	if repeat <= 0 {
		repeat = DefaultRepeat
	}
	return &Teller{report: report, repeat: repeat}
}

// Card tells that a card is at the reader, which therefore works.
func (t *Teller) Card(card Card, at time.Time) {
	t.Works(at)
	again := card == t.card && at.Sub(t.seen) <= t.repeat
	t.card, t.seen = card, at
	if !again {
		t.report(Sighting{Card: card, At: at})
	}
}

// Key tells that a key was pressed on a reader, which therefore works. The same key twice is two keys.
func (t *Teller) Key(key rune, at time.Time) {
	t.Works(at)
	t.report(Sighting{Key: key, At: at})
}

// Fault tells that the reader cannot be relied on. Faults of the same words have the same cause.
func (t *Teller) Fault(fault error, at time.Time) {
	if words := fault.Error(); words != t.fault {
		t.fault = words
		t.report(Sighting{Fault: fault, At: at})
	}
}

// Works tells that the reader works.
func (t *Teller) Works(at time.Time) {
	if !t.told || t.fault != "" {
		t.told, t.fault = true, ""
		t.report(Sighting{At: at})
	}
}

// Keep serves a reader until ctx ends: whenever serve gives up, its error, which only the end of ctx may leave out, is
// told as a fault, and it is called again after a pause; 0 means DefaultRetry.
func Keep(ctx context.Context, retry time.Duration, t *Teller, serve func(context.Context) error) {
	if retry <= 0 {
		retry = DefaultRetry
	}
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		err := serve(ctx)
		if ctx.Err() != nil {
			return
		}
		t.Fault(err, time.Now())
		pause.Reset(retry)
	}
}
