package room

import (
	"context"
	"time"

	"stationkeeper/sensors/signal"
)

// What people do at a door that is locked, in real time.
const (
	patience  = 8 * time.Second        // how long they wait for the strike, from the badge or from the last key
	keystroke = 300 * time.Millisecond // from one key to the next
	press     = 200 * time.Millisecond // how long they press the button
)

// come makes people come and go until ctx ends.
func (r *Room) come(ctx context.Context) {
	if !sleep(ctx, r.people.between(soonest, latest)) {
		return
	}
	for r.receive(ctx, r.people.visit()) {
		if !sleep(ctx, r.real(r.untilNextVisit())) {
			return
		}
	}
}

// untilNextVisit is in the room's time: after a pause, or when the technician comes.
func (r *Room) untilNextVisit() time.Duration {
	now := r.now()
	pause := r.people.pause(now)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(now)
	if comes := r.turns.Add(-callOut); r.broken && comes.After(now) {
		pause = min(pause, comes.Sub(now))
	}
	return pause
}

// receive plays one visit; false when ctx ended before its end.
func (r *Room) receive(ctx context.Context, v visit) bool {
	if r.enter(ctx, v) {
		r.pass(ctx, v.passIn, +1)
		sleep(ctx, r.real(v.stay))
		r.exitRoom(ctx, v)
		r.pass(ctx, v.passOut, -1)
	}
	return ctx.Err() == nil
}

// enter plays a person who wants to come in; false when the door stays locked, or ctx ended.
func (r *Room) enter(ctx context.Context, v visit) bool {
	changes, leave := r.changes.follow()
	defer leave()
	r.in.card(v.who.Card)
	return r.opens(ctx, v, r.in, changes) && sleep(ctx, v.reach) && r.yields()
}

// exitRoom plays a person who wants to go out. Whoever is not let out turns the handle: no strike locks people in.
func (r *Room) exitRoom(ctx context.Context, v visit) {
	if wired, _ := r.strike.state(); !wired || ctx.Err() != nil {
		return
	}
	changes, leave := r.changes.follow()
	defer leave()
	if !v.forgetful {
		r.out.card(v.who.Card)
		if r.opens(ctx, v, r.out, changes) {
			sleep(ctx, v.reach/2)
			return
		}
	}
	if r.push(ctx) && r.opens(ctx, v, nil, changes) {
		sleep(ctx, v.reach/2)
	}
}

// yields tells whether the door can be opened from outside.
func (r *Room) yields() bool {
	wired, open := r.strike.state()
	return open || !wired
}

// opens waits, answering what is asked at the reader, until the strike opens; false when it does not, or the reader
// says no, or ctx ended.
func (r *Room) opens(ctx context.Context, v visit, reader *Reader, changes <-chan Change) bool {
	for !r.yields() {
		gone, stop := context.WithTimeout(ctx, patience)
		select {
		case c, told := <-changes:
			stop()
			if !told { // too much was going on
				return false
			}
			if reader != nil && c.What == reader.signal() && !r.reply(ctx, v, reader, signal.Tone(c.To)) {
				return false
			}
		case <-gone.Done():
			stop()
			return false
		}
	}
	return true
}

// reply answers a tone of the reader's; false when there is nothing to hope for.
func (r *Room) reply(ctx context.Context, v visit, reader *Reader, t signal.Tone) bool {
	keys := ""
	switch t {
	case signal.Denied:
		return false
	case signal.AskPIN:
		keys = v.who.PIN + "#"
	case signal.AskPurpose:
		keys = Visitor.WorkOrder + "#"
	}
	for _, key := range keys {
		if !sleep(ctx, keystroke) {
			return false
		}
		reader.key(key)
	}
	return true
}

// push presses the button inside; false when ctx ended.
func (r *Room) push(ctx context.Context) bool {
	r.exit.set(true)
	pressed := sleep(ctx, press)
	r.exit.set(false)
	return pressed
}

// pass opens the door for d; meanwhile people come in or leave.
func (r *Room) pass(ctx context.Context, d time.Duration, people int) {
	if ctx.Err() != nil {
		return
	}
	r.swing(ctx, true, people)
	sleep(ctx, d)
	r.swing(ctx, false, 0)
}
