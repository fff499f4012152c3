package room

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/signal"
)

func quietOptions(seed uint64) Options {
	return Options{
		Random: rand.New(rand.NewPCG(seed, 0)), Start: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC), Speed: 60,
		Log: slog.New(slog.DiscardHandler),
	}
}

// guard decides, for a test, about the people at the door: it opens for whom it likes after a while, locks again when
// the door has opened or after five seconds, and writes down what happened.
type guard struct {
	room  *Room
	tone  func(reader string, s badge.Sighting) signal.Tone // what it says to a card or a key; Granted opens
	exits bool                                              // the button opens
	speed float64                                           // of the room, when it matters

	mu   sync.Mutex
	seen []string
	lock *time.Timer
}

// think is how long the guard takes to decide.
const think = 20 * time.Millisecond

func (g *guard) note(what string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = append(g.seen, what)
}

func (g *guard) open() {
	g.room.Strike().Set(true)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lock != nil {
		g.lock.Stop()
	}
	g.lock = time.AfterFunc(5*time.Second, func() { g.room.Strike().Set(false) })
}

func (g *guard) reader(ctx context.Context, name string, r *Reader) {
	r.Watch(ctx, func(s badge.Sighting) {
		switch {
		case s.Card != "":
			g.note("card " + name + " " + string(s.Card))
		case s.Key != 0:
			g.note("key " + string(s.Key))
		default:
			return
		}
		if !sleep(ctx, think) {
			return
		}
		t := g.tone(name, s)
		if t == signal.Granted {
			g.open()
		}
		r.Play(t)
	})
}

// run lets the room live for d with the guard at its door.
func (g *guard) run(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	changes, leave := g.room.changes.follow()
	defer leave()
	var all sync.WaitGroup
	all.Go(func() { g.room.Strike().Run(ctx, func(error) {}) })
	synctest.Wait() // wired before the first person comes
	all.Go(func() { g.room.Run(ctx) })
	all.Go(func() { g.reader(ctx, "in", g.room.In()) })
	all.Go(func() { g.reader(ctx, "out", g.room.Out()) })
	all.Go(func() {
		for {
			select {
			case c := <-changes:
				g.note(c.What + " " + c.To)
				if c.What == "door" && c.To == "open" {
					g.room.Strike().Set(false)
				}
			case <-ctx.Done():
				return
			}
		}
	})
	all.Go(func() { g.button(ctx) })
	all.Wait()
	if g.lock != nil {
		g.lock.Stop()
	}
}

// button looks at the exit button as often as a debounced contact would.
func (g *guard) button(ctx context.Context) {
	pressed := false
	for sleep(ctx, 50*time.Millisecond) {
		g.room.exit.mu.Lock()
		now := g.room.exit.conducts
		g.room.exit.mu.Unlock()
		if now && !pressed {
			g.note("button")
			if g.exits {
				g.open()
			}
		}
		pressed = now
	}
}

// guarded lets a room live for d and returns what happened.
func guarded(t *testing.T, seed uint64, d time.Duration, g *guard) []string {
	synctest.Test(t, func(t *testing.T) {
		o := quietOptions(seed)
		if g.speed > 0 {
			o.Speed = g.speed
		}
		r, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		g.room = r
		g.run(d)
	})
	return g.seen
}

func granted(string, badge.Sighting) signal.Tone { return signal.Granted }

func count(seen []string, what string) (n int) {
	for _, s := range seen {
		if strings.HasPrefix(s, what) {
			n++
		}
	}
	return n
}

func TestPeopleWaitForTheStrike(t *testing.T) {
	seen := guarded(t, 1, 60*time.Minute, &guard{tone: granted, exits: true})
	open := false
	for i, s := range seen {
		switch s {
		case "strike open":
			open = true
		case "strike locked":
			open = i+1 < len(seen) && open && seen[i-1] == "door open"
		case "door open":
			if !open {
				t.Fatalf("%d: the door was opened while locked, after %q", i, seen[max(0, i-6):i])
			}
		}
	}
	in, out, opened := count(seen, "card in"), count(seen, "card out"), count(seen, "door open")
	if in < 10 || opened < 2*in-2 || opened > 2*in {
		t.Errorf("%d people came, the door was opened %d times: want twice each", in, opened)
	}
	if buttons := count(seen, "button"); buttons == 0 || out == 0 || in-out-buttons > 1 || in-out-buttons < 0 {
		t.Errorf("%d came, %d left by badge and %d by the button: want all to leave, some by the button", in, out, buttons)
	}
	if visitors := count(seen, "card in "+string(Visitor.Card)); visitors == 0 || visitors == in {
		t.Errorf("%d of %d were visitors: want some", visitors, in)
	}
	if drawn, thrown := count(seen, "bolt drawn"), count(seen, "bolt thrown"); drawn != opened || thrown < drawn-1 {
		t.Errorf("bolt drawn %d times, thrown %d times, door opened %d times", drawn, thrown, opened)
	}
}

func TestPeopleWhoAreDeniedGoAway(t *testing.T) {
	seen := guarded(t, 2, 10*time.Minute, &guard{tone: func(string, badge.Sighting) signal.Tone { return signal.Denied }})
	if in := count(seen, "card in"); in < 3 || count(seen, "door") > 0 || count(seen, "button") > 0 || count(seen, "card out") > 0 {
		t.Errorf("got %q: want people to come and go away", seen)
	}
}

// A door that opens for somebody else a moment after the reader said no is not gone through.
func TestPeopleWhoAreDeniedDoNotWait(t *testing.T) {
	g := &guard{speed: 1} // so that nobody else comes while it is open
	g.tone = func(string, badge.Sighting) signal.Tone {
		time.AfterFunc(time.Second, g.open)
		return signal.Denied
	}
	seen := guarded(t, 2, 4*time.Hour, g)
	if opened := count(seen, "strike open"); opened < 3 || count(seen, "door") > 0 {
		t.Errorf("the strike opened %d times: got %q", opened, seen)
	}
}

func TestPeopleAnswerWhatTheReaderAsks(t *testing.T) {
	for asked, want := range map[signal.Tone]func(Holder) string{
		signal.AskPIN:     func(h Holder) string { return h.PIN + "#" },
		signal.AskPurpose: func(Holder) string { return Visitor.WorkOrder + "#" },
	} {
		seen := guarded(t, 3, 5*time.Minute, &guard{exits: true, tone: func(reader string, s badge.Sighting) signal.Tone {
			switch {
			case s.Card != "" && reader == "in":
				return asked
			case s.Key != 0 && s.Key != '#':
				return signal.Quiet
			}
			return signal.Granted
		}})
		var card, typed string
		answers := 0
		for _, s := range seen {
			if number, ok := strings.CutPrefix(s, "card in "); ok {
				card, typed = number, ""
			}
			key, ok := strings.CutPrefix(s, "key ")
			if !ok {
				continue
			}
			if typed += key; key != "#" {
				continue
			}
			if answers++; typed != want(holder(t, card)) {
				t.Errorf("%s: card %s typed %q", asked, card, typed)
			}
		}
		if answers < 2 || count(seen, "door open") == 0 {
			t.Errorf("%s: %d answers, %q", asked, answers, seen)
		}
	}
}

func holder(t *testing.T, card string) Holder {
	t.Helper()
	for _, h := range append([]Holder{Visitor.Holder}, Staff...) {
		if string(h.Card) == card {
			return h
		}
	}
	t.Fatalf("nobody holds card %q", card)
	return Holder{}
}

// A strike that locks people in would be a trap: they turn the handle.
func TestNobodyIsLockedIn(t *testing.T) {
	seen := guarded(t, 4, 10*time.Minute, &guard{tone: func(reader string, _ badge.Sighting) signal.Tone {
		if reader == "in" {
			return signal.Granted
		}
		return signal.Denied
	}})
	in, opened := count(seen, "card in"), count(seen, "door open")
	if in < 3 || opened < 2*in-2 || count(seen, "button") < in-1 {
		t.Errorf("%d came in, the door was opened %d times: %q", in, opened, seen)
	}
}

func TestPeopleDiffer(t *testing.T) {
	p := &people{random: rand.New(rand.NewPCG(1, 1))}
	const visits = 1200
	guests, forgot, held := 0, 0, 0
	for range visits {
		v := p.visit()
		if v.who.Card == Visitor.Card {
			guests++
		}
		if v.forgetful {
			forgot++
		}
		if v.passOut >= 40*time.Second {
			held++
		}
	}
	for what, c := range map[string][2]int{"visitors": {guests, visits / visitors}, "forgetful": {forgot, visits / forgetful}, "held doors": {held, visits / holding}} {
		if c[0] < c[1]*7/10 || c[0] > c[1]*13/10 {
			t.Errorf("%s: %d of %d visits, want about %d", what, c[0], visits, c[1])
		}
	}
}

func TestWhatNobodyFetchesFromAReaderIsLostOldestFirst(t *testing.T) {
	r := newReader("in", &changes{})
	for i := range cap(r.sightings) + 3 {
		r.key(rune('0' + i%10))
	}
	if first := <-r.sightings; first.Key != '3' {
		t.Errorf("first kept key %q, want '3'", first.Key)
	}
}

func TestWhoIsTooSlowIsNoLongerTold(t *testing.T) {
	var c changes
	slow, leave := c.follow()
	for range cap(slow) + 1 {
		c.tell("strike", "open")
	}
	n := 0
	for range slow { // ends: it was closed
		n++
	}
	leave()
	if n != cap(slow) {
		t.Errorf("%d changes, want %d and the end", n, cap(slow))
	}
}
