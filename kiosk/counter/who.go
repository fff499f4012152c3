package counter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/staff"
)

// door is who may come in: the roster, the sessions and the attempts. It is the one owner of the sessions.
type door struct {
	*Options
	seal seal
	// checking holds a token while a PIN is looked at, so that many attempts at once need the memory of one. lining bounds
	// those who wait for it.
	checking, lining chan struct{}

	mu       sync.Mutex
	sessions sessions
	attempts *staff.Attempts
	// changed is closed, and made anew, when the sessions change.
	changed chan struct{}
	// free says that it has been told that nobody has to log in.
	free bool

	// turn holds a token; who has it may begin and end sessions.
	turn chan struct{}
}

// maxLining is how many may wait for their PIN to be looked at: a whole station in the morning, and no more.
const maxLining = 32

func newDoor(o *Options) (*door, error) {
	d := &door{Options: o, seal: seal(o.Key), sessions: sessions{}, attempts: staff.NewAttempts(staff.UsualLimits()), changed: make(chan struct{}),
		checking: make(chan struct{}, 1), lining: make(chan struct{}, maxLining), turn: make(chan struct{}, 1)}
	if o.Roster == nil {
		d.roster() // says so
		return d, nil
	}
	if len(o.Key) < staff.MinKey {
		return nil, fmt.Errorf("counter options: with a roster, a key of %d bytes or more is needed", staff.MinKey)
	}
	if o.Rules.Calendar.Zone == nil {
		return nil, errors.New("counter options: with a roster, the rules and their time zone are needed")
	}
	d.roster() // says so when there is none yet
	return d, nil
}

// restore folds in a record of the time before the start.
func (d *door) restore(r record.Record) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.sessions.apply(r); err != nil {
		d.Log.Warn("record passed over", "seq", r.Seq, "error", err)
	}
}

// roster is the one in force; nil when nobody has to log in.
func (d *door) roster() *staff.Roster {
	var roster *staff.Roster
	if d.Roster != nil {
		roster = d.Roster()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if free := roster == nil; free != d.free {
		d.free = free
		if free {
			d.Log.Warn("there is no roster of staff: whoever reaches the counter page may call customers")
		} else {
			d.Log.Info("a roster of staff is in force: the counter page needs a log-in")
		}
	}
	return roster
}

// actor is who asks.
type actor struct {
	session
	staff.Person
	// free says that nobody has to log in.
	free bool
}

// who is who asks; ok is false when they have to log in.
func (d *door) who(r *http.Request) (a actor, ok bool) {
	roster := d.roster()
	if roster == nil {
		return actor{free: true, Person: staff.Person{Role: staff.Supervisor}}, true
	}
	cookie, err := r.Cookie(d.seal.cookie())
	if err != nil {
		return actor{}, false
	}
	id, sealed := d.seal.open(cookie.Value)
	if !sealed {
		return actor{}, false
	}
	return d.inSession(roster, id)
}

// inSession is whose session it is, while it lasts.
func (d *door) inSession(roster *staff.Roster, id string) (actor, bool) {
	d.mu.Lock()
	s, lasts := d.sessions[id]
	d.mu.Unlock()
	if !lasts {
		return actor{}, false
	}
	person, listed := roster.Find(s.Staff)
	if !listed || s.ending(d.Hall.Now()) && !d.busy(s) {
		return actor{}, false
	}
	return actor{session: s, Person: person}, true
}

// busy reports whether a customer is at the counter of a session.
func (d *door) busy(s session) bool {
	at, ok := counterOf(d.Hall.Snapshot().Queue, s.Counter)
	return ok && at.Ticket != nil
}

func counterOf(q queue.Snapshot, id string) (queue.CounterView, bool) {
	i := slices.IndexFunc(q.Counters, func(c queue.CounterView) bool { return c.ID == id })
	if i < 0 {
		return queue.CounterView{}, false
	}
	return q.Counters[i], true
}

// at is the session at a counter.
func (d *door) at(counter string) (session, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sessions.at(counter)
}

// all are the sessions that last, and a channel that is closed when they are others.
func (d *door) all() ([]session, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sessions.sorted(), d.changed
}

// write writes down log-ins and log-outs, all or none, and folds them in. The caller has the turn.
func (d *door) write(ctx context.Context, entries ...record.Entry) error {
	if err := d.Hall.Note(ctx, entries...); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range entries {
		if err := d.sessions.apply(record.Record{Type: e.Type, Time: e.Time, Data: e.Data}); err != nil {
			return err // cannot be: we made it
		}
	}
	d.tell()
	return nil
}

// tell wakes those who wait for a change. The caller holds mu.
func (d *door) tell() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// take waits for the turn; give gives it back.
func (d *door) take(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *door) give() { <-d.turn }

// end ends a session whose counter has no customer: the counter is closed, and the log-out is written down. The caller
// has the turn. Of a counter that somebody else works at by now only the session ends.
func (d *door) end(ctx context.Context, s session, reason string) error {
	if at, ok := counterOf(d.Hall.Snapshot().Queue, s.Counter); ok && at.State != queue.CounterClosed && at.Clerk == s.Staff {
		if _, err := d.Hall.Do(ctx, queue.CloseCounter{Counter: s.Counter, Reason: reason}); err != nil && !errors.Is(err, queue.ErrCounterClosed) {
			return fmt.Errorf("close counter %s: %w", s.Counter, err)
		}
	}
	return d.write(ctx, s.entry(record.StaffLoggedOut, record.StaffData{Reason: reason}, d.Hall.Now()))
}

// Reasons for which a session ends.
const (
	reasonLoggedOut = "logged-out"
	reasonShiftOver = "shift-over"
	reasonTakenOver = "taken-over" // by a supervisor, or by a log-in of the same person
	reasonNotListed = "not-listed" // no longer in the roster
)

// over is why a session ought to end now; "" while it lasts.
func (d *door) over(roster *staff.Roster, s session, now time.Time) string {
	_, listed := roster.Find(s.Staff)
	switch {
	case s.leaving:
		return reasonLoggedOut
	case !now.Before(s.Ends):
		return reasonShiftOver
	case !listed:
		return reasonNotListed
	}
	return ""
}

// sweep ends the sessions that are over, as soon as their counters have no customer.
func (d *door) sweep(ctx context.Context) error {
	roster := d.roster()
	if roster == nil {
		return nil
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	all, _ := d.all()
	for _, s := range all {
		reason := d.over(roster, s, d.Hall.Now())
		if reason == "" || d.busy(s) {
			continue
		}
		if err := d.end(ctx, s, reason); err != nil && !errors.Is(err, queue.ErrCounterBusy) {
			return fmt.Errorf("end the session of %s: %w", s.Staff, err)
		}
	}
	return nil
}
