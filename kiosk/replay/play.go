package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
)

// Lobby is where a day is played live. Others may take part: whoever takes a ticket there is called too, and who calls
// at a counter is not in the way.
type Lobby interface {
	Hall
	Snapshot() hall.Snapshot
	Subscribe() (snapshots <-chan hall.Snapshot, stop func())
}

// Run plays the day, at its pace, until the last customer has been served, and returns what came out. Commands carry
// request ids, and what is to be done next is read from the lobby alone, so that a day that was interrupted goes on where
// it stopped.
func (l *Live) Run(ctx context.Context, lobby Lobby, clock *Clock) (Account, queue.Score, error) {
	changes, stop := lobby.Subscribe()
	defer stop()
	clock.run(later(l.Begin(), latest(lobby.Snapshot().Queue)), l.options.Speed)
	p := &player{Live: l, lobby: lobby, clock: clock, known: map[string]customer{}, posted: make([]queue.CounterState, len(l.shifts))}
	// Who has come before an interruption is asked for first: how long they take is not in the lobby.
	if err := p.arrive(ctx, clock.Now()); err != nil {
		return Account{}, queue.Score{}, err
	}
	for {
		if err := p.step(ctx); err != nil {
			return Account{}, queue.Score{}, err
		}
		s := lobby.Snapshot().Queue
		if p.over(s) {
			return accountOf(s), s.Quotes, nil
		}
		if err := rest(ctx, max(soonest, clock.until(p.next(s))), changes); err != nil {
			return Account{}, queue.Score{}, err
		}
	}
}

// soonest is how long the play rests at least between two steps, by the machine's clock: what somebody else does at the
// same moment may keep a step from bringing about what it is for.
const soonest = 5 * time.Millisecond

// rest waits, for less than d if something changes.
func rest(ctx context.Context, d time.Duration, changes <-chan hall.Snapshot) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changes:
	case <-timer.C:
	}
	return nil
}

// accountOf is what came out, but for the waits of those who left: nobody adds them up.
func accountOf(s queue.Snapshot) Account {
	return Account{Issued: s.Today.Issued, Served: s.Today.Served, Left: s.Today.Left, WaitServed: s.Today.Waited, Serving: s.Today.Worked}
}

// latest is the time of the last thing that a lobby shows to have happened; zero when nothing has.
func latest(s queue.Snapshot) time.Time {
	var t time.Time
	for _, w := range s.Waiting {
		t = later(t, w.Entered)
	}
	for _, c := range s.Counters {
		t = later(later(t, c.Since), c.Last)
		if c.Ticket != nil {
			t = later(t, c.Ticket.Called)
		}
	}
	for _, a := range s.Announced {
		t = later(t, a.At)
	}
	return t
}

// player is a day being played.
type player struct {
	*Live
	lobby Lobby
	clock *Clock
	// came is how many customers have come, known who they are by their tickets.
	came  int
	known map[string]customer
	// posted is what each counter was last told to be; "" at first.
	posted []queue.CounterState
}

// step does what is to be done by now. Counters that have finished are free to call, and who has no patience at all leaves
// before being called.
func (p *player) step(ctx context.Context) error {
	for _, part := range []func(context.Context, time.Time) error{p.finish, p.arrive, p.leave, p.post, p.call} {
		if err := part(ctx, p.clock.Now()); err != nil {
			return err
		}
	}
	return nil
}

// do carries a command out. Somebody else at the same counter or with the same ticket may have been faster.
func (p *player) do(ctx context.Context, c queue.Command) (queue.Ticket, error) {
	t, err := p.lobby.Do(ctx, c)
	for _, faster := range []error{queue.ErrNotWaiting, queue.ErrNobodyWaiting, queue.ErrUnknownTicket, queue.ErrOtherTicket, queue.ErrCounterBusy,
		queue.ErrCounterIdle, queue.ErrCounterPaused, queue.ErrNotPaused, queue.ErrCounterClosed} {
		if errors.Is(err, faster) {
			return queue.Ticket{}, nil
		}
	}
	if err != nil {
		return t, fmt.Errorf("play %s live, at %s: %w", p.plan.Day.Format(time.DateOnly), p.clock.Now().Format(time.TimeOnly), err)
	}
	return t, nil
}

func (p *player) arrive(ctx context.Context, now time.Time) error {
	for ; p.came < len(p.customers) && !p.customers[p.came].came.After(now); p.came++ {
		c := p.customers[p.came]
		t, err := p.do(ctx, queue.Take{Request: fmt.Sprintf("live/%s/%d/take", p.plan.Day.Format(time.DateOnly), c.line),
			Service: c.service, Class: c.class, Nonce: fmt.Sprintf("line%d", c.line)})
		if err != nil {
			return err
		}
		p.known[t.ID] = c
	}
	return nil
}

func (p *player) leave(ctx context.Context, now time.Time) error {
	for _, w := range p.lobby.Snapshot().Queue.Waiting {
		if until, ok := p.patience(w.Ticket); ok && !now.Before(until) {
			if _, err := p.do(ctx, queue.Leave{Request: "live/leave/" + w.ID, Ticket: w.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// patience is until when a customer waits, if not for as long as it takes.
func (p *player) patience(t queue.Ticket) (until time.Time, ok bool) {
	c, known := p.known[t.ID]
	return c.came.Add(c.patience), known && c.gaveUp
}

func (p *player) finish(ctx context.Context, now time.Time) error {
	for _, c := range p.lobby.Snapshot().Queue.Counters {
		if c.Ticket == nil || now.Before(p.ends(*c.Ticket)) {
			continue
		}
		// The same ticket may come to a counter several times: a clerk may send it on.
		request := fmt.Sprintf("live/finish/%s/%d", c.Ticket.ID, c.Ticket.Called.Unix())
		if _, err := p.do(ctx, queue.Finish{Request: request, Counter: c.ID, Ticket: c.Ticket.ID}); err != nil {
			return err
		}
	}
	return nil
}

// ends is when the service of a ticket that has been called ends. Somebody who is not of the recording takes as long as
// its first customer.
func (p *player) ends(t queue.Ticket) time.Time {
	c, known := p.known[t.ID]
	if !known {
		c = p.customers[0]
	}
	return t.Called.Add(c.length)
}

// post opens, pauses and closes counters, once each time: what a clerk decides otherwise stays. A counter with a customer
// closes when that is finished.
func (p *player) post(ctx context.Context, now time.Time) error {
	for i, shift := range p.shifts {
		s := p.lobby.Snapshot().Queue
		is, wanted := s.Counters[i], p.wanted(shift, s, now)
		if wanted == p.posted[i] || wanted == queue.CounterClosed && is.Ticket != nil {
			continue
		}
		if wanted != is.State {
			if _, err := p.do(ctx, posting(is, wanted, now)); err != nil {
				return err
			}
		}
		p.posted[i] = wanted
	}
	return nil
}

// wanted is what a counter is to be. After the last customer has come nobody goes home, or on a break, before the others
// have been served.
func (p *player) wanted(s shift, view queue.Snapshot, now time.Time) queue.CounterState {
	last := p.lastCall()
	if now.Before(last) {
		state, _ := s.state(now)
		return state
	}
	if len(view.Waiting) == 0 {
		return queue.CounterClosed
	}
	before, _ := s.state(last.Add(-time.Millisecond))
	then, _ := s.state(last)
	if then == queue.CounterOpen || before != queue.CounterOpen && working(view) > 0 {
		return then
	}
	return queue.CounterOpen // still; or somebody has to
}

func working(s queue.Snapshot) (n int) {
	for _, c := range s.Counters {
		if c.State == queue.CounterOpen {
			n++
		}
	}
	return n
}

// posting is the command that brings a counter into a state.
func posting(is queue.CounterView, state queue.CounterState, now time.Time) queue.Command {
	request := fmt.Sprintf("live/%s/%s/%d", state, is.ID, now.UnixMilli())
	switch {
	case state == queue.CounterOpen && is.State == queue.CounterPaused:
		return queue.ResumeCounter{Request: request, Counter: is.ID}
	case state == queue.CounterOpen:
		return queue.OpenCounter{Request: request, Counter: is.ID, Clerk: is.ID}
	case state == queue.CounterPaused:
		return queue.PauseCounter{Request: request, Counter: is.ID, Reason: "break"}
	}
	return queue.CloseCounter{Request: request, Counter: is.ID, Reason: "shift-over"}
}

// call lets the free counters call, the one that has been free for longest first.
func (p *player) call(ctx context.Context, now time.Time) error {
	free := slices.DeleteFunc(slices.Clone(p.lobby.Snapshot().Queue.Counters), func(c queue.CounterView) bool {
		return c.State != queue.CounterOpen || c.Ticket != nil || c.Waiting == 0
	})
	slices.SortStableFunc(free, func(a, b queue.CounterView) int {
		return cmp.Or(later(a.Since, a.Last).Compare(later(b.Since, b.Last)), cmp.Compare(a.ID, b.ID))
	})
	for _, c := range free {
		if len(p.lobby.Snapshot().Queue.Waiting) == 0 {
			return nil
		}
		request := fmt.Sprintf("live/call/%s/%d", c.ID, now.UnixMilli())
		if _, err := p.do(ctx, queue.Call{Request: request, Counter: c.ID}); err != nil {
			return err
		}
	}
	return nil
}

// next is when there is something to be done again, as far as it is known now.
func (p *player) next(s queue.Snapshot) time.Time {
	next := p.lastCall()
	if p.came == len(p.customers) && !p.clock.Now().Before(next) {
		next = p.clock.Now().Add(time.Hour) // only those who are there are left
	}
	consider := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	if p.came < len(p.customers) {
		consider(p.customers[p.came].came)
	}
	for _, w := range s.Waiting {
		if until, ok := p.patience(w.Ticket); ok {
			consider(until)
		}
	}
	for _, shift := range p.shifts {
		_, until := shift.state(p.clock.Now())
		consider(until)
	}
	for _, c := range s.Counters {
		if c.Ticket != nil {
			consider(p.ends(*c.Ticket))
		}
	}
	return next
}

// over is when all have come and gone, and the counters are closed.
func (p *player) over(s queue.Snapshot) bool {
	return p.came == len(p.customers) && !p.clock.Now().Before(p.lastCall()) && len(s.Waiting) == 0 && s.Serving() == 0 &&
		!slices.ContainsFunc(s.Counters, func(c queue.CounterView) bool { return c.State != queue.CounterClosed })
}
