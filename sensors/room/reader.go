package room

import (
	"context"
	"time"

	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/signal"
)

// Reader is a badge reader with a keypad, a buzzer and lights.
type Reader struct {
	name      string // in or out
	changes   *changes
	sightings chan badge.Sighting
}

func newReader(name string, c *changes) *Reader {
	return &Reader{name: name, changes: c, sightings: make(chan badge.Sighting, 32)}
}

// Watch reports that the reader works, then cards and keys, until ctx ends. It calls report from one goroutine.
func (r *Reader) Watch(ctx context.Context, report func(badge.Sighting)) {
	report(badge.Sighting{At: time.Now()})
	for {
		select {
		case s := <-r.sightings:
			report(s)
		case <-ctx.Done():
			return
		}
	}
}

// card holds a card to the reader.
func (r *Reader) card(c badge.Card) { r.tell(badge.Sighting{Card: c}) }

// key presses a key.
func (r *Reader) key(k rune) { r.tell(badge.Sighting{Key: k}) }

// tell hands on what the reader saw. What nobody fetches is lost, the oldest first.
func (r *Reader) tell(s badge.Sighting) {
	s.At = time.Now()
	for {
		select {
		case r.sightings <- s:
			return
		default:
		}
		select {
		case <-r.sightings:
		default:
		}
	}
}

// signal is what the reader's tones are called among the changes.
func (r *Reader) signal() string { return "signal " + r.name }

// Play is the twin of signal.Signal's: whoever stands before the reader hears it.
func (r *Reader) Play(t signal.Tone) { r.changes.tell(r.signal(), string(t)) }

// Run is the twin of signal.Signal's: the lamps always work.
func (r *Reader) Run(ctx context.Context, report func(fault error)) {
	report(nil)
	<-ctx.Done()
}
