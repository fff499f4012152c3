package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Options describe a simulated room.
type Options struct {
	// Random decides everything that is not physics. The room owns it.
	Random *rand.Rand
	// Start is the room's time of day at the beginning.
	Start time.Time
	// Speed is how much faster than the clock the room lives; above 0.
	Speed float64
	// FailureAfter is how long the air conditioning works, from the start and from each repair, give or take a
	// tenth; 0 means that it never fails. RepairAfter is how long it then stands still. Both in the room's time.
	FailureAfter, RepairAfter time.Duration
	Log                       *slog.Logger
	// Empty leaves nobody come by himself.
	Empty bool
	// Control is the path of a Unix socket through which scripts play people; empty: none. See doc.
	Control string
}

// Validate refuses options that make no room.
func (o Options) Validate() error {
	switch {
	case o.Random == nil || o.Log == nil || o.Start.IsZero():
		return errors.New("simulated room: random source, log and start are needed")
	case o.Speed <= 0:
		return fmt.Errorf("simulated room: speed %g: expected above 0", o.Speed)
	case o.FailureAfter < 0 || o.RepairAfter < 0:
		return errors.New("simulated room: times of failure and repair: expected from 0s")
	}
	return nil
}

const (
	// maxStep is the longest step of the physics, in the room's time.
	maxStep = 10 * time.Second
	// soonest and latest bound the first visit, in real time: somebody who has just started the room is about.
	soonest = 5 * time.Second
	latest  = 15 * time.Second
	// callOut is how long before the repair the technician comes, in the room's time.
	callOut = 10 * time.Minute
)

// Room is a simulated room. Run makes people come; its air lives as long as somebody senses it.
type Room struct {
	options Options
	began   time.Time
	changes changes
	contact *Contact // of the door: conducts while it is closed
	bolt    *Contact // conducts while the bolt is thrown
	exit    *Contact // of the button: conducts while it is pressed
	strike  *Strike
	in, out *Reader
	people  *people
	wanted  chan presence
	hand    sync.Mutex // one hand at the door at a time

	mu      sync.Mutex
	air     air
	held    *float64  // °C at which the air is kept; nil lets it live
	at      time.Time // the room's time up to which air is known
	broken  bool
	turns   time.Time // when the air conditioning next fails or is repaired; zero means never
	open    bool
	inside  int
	chance  *rand.Rand // of failures
	noise   *rand.Rand // of the sensor
	bouncer *rand.Rand // of the contact; whose hand is at the door has it
}

// New makes a room that has been running for long.
func New(o Options) (*Room, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	// Sources of their own: how often the sensor is read must not decide who comes when.
	split := func() *rand.Rand { return rand.New(rand.NewPCG(o.Random.Uint64(), o.Random.Uint64())) }
	r := &Room{
		options: o, began: time.Now(), at: o.Start, air: newAir(), people: &people{split()}, wanted: make(chan presence),
		contact: &Contact{conducts: true}, bolt: &Contact{conducts: true}, exit: &Contact{},
		chance: split(), noise: split(), bouncer: split(),
	}
	r.strike = &Strike{changes: &r.changes, moved: r.throw}
	r.in, r.out = newReader("in", &r.changes), newReader("out", &r.changes)
	r.scheduleFailure()
	return r, nil
}

// Contact is the door's contact: closed at rest, that is while the door is closed; to ground, so that it wants PullUp.
func (r *Room) Contact() *Contact { return r.contact }

// Bolt is the contact of the strike's bolt: closed at rest, that is while the bolt is thrown, the door closed and
// locked; to ground.
func (r *Room) Bolt() *Contact { return r.bolt }

// Exit is the request-to-exit button inside: open at rest, to ground.
func (r *Room) Exit() *Contact { return r.exit }

// Strike is the door's strike.
func (r *Room) Strike() *Strike { return r.strike }

// In is the reader outside, Out the one inside the room.
func (r *Room) In() *Reader { return r.in }

// Out is the reader inside the room.
func (r *Room) Out() *Reader { return r.out }

// Sensor measures the room's air.
func (r *Room) Sensor() Sensor { return Sensor{r} }

// Run makes people come and go, and serves the control socket, until ctx ends.
func (r *Room) Run(ctx context.Context) {
	var all sync.WaitGroup
	if r.options.Control != "" {
		all.Go(func() {
			if err := r.serve(ctx); err != nil {
				r.options.Log.Error("the simulated room cannot be controlled", "error", err)
			}
		})
	}
	r.live(ctx)
	all.Wait()
}

// live lets people come while they are wanted.
func (r *Room) live(ctx context.Context) {
	wanted := !r.options.Empty
	for ctx.Err() == nil {
		here, send := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			if wanted {
				r.come(here)
			}
		}()
		w := r.await(ctx, wanted)
		send()
		<-done
		if wanted = w.come; !wanted {
			r.empty()
		}
		close(w.followed)
	}
}

// await returns when the presence of people is wanted otherwise, or ctx ends.
func (r *Room) await(ctx context.Context, now bool) presence {
	for {
		select {
		case w := <-r.wanted:
			if w.come != now {
				return w
			}
			close(w.followed)
		case <-ctx.Done():
			return presence{followed: make(chan struct{})}
		}
	}
}

// presence says whether people come; followed is closed when that is so.
type presence struct {
	come     bool
	followed chan struct{}
}

// empty makes everybody vanish from the room.
func (r *Room) empty() {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(now)
	r.inside = 0
}

// swing opens or closes the door; the contact bounces. False when the door was so already.
func (r *Room) swing(ctx context.Context, open bool, people int) bool {
	r.hand.Lock()
	defer r.hand.Unlock()
	if !r.move(open, people) {
		return false
	}
	conducts := !open
	for _, pause := range bounces(r.bouncer) {
		r.contact.set(conducts)
		conducts = !conducts
		sleep(ctx, pause)
	}
	r.contact.set(!open)
	to := "closed"
	if open {
		to = "open"
	}
	r.changes.tell("door", to)
	r.throw()
	return true
}

// move opens or closes the door for the air.
func (r *Room) move(open bool, people int) bool {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(now)
	r.inside = max(0, r.inside+people)
	moved := r.open != open
	r.open = open
	return moved
}

// throw lets the bolt follow the door and the strike.
func (r *Room) throw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, open := r.strike.state()
	thrown := !r.open && !open
	if !r.bolt.set(thrown) {
		return
	}
	to := "drawn"
	if thrown {
		to = "thrown"
	}
	r.changes.tell("bolt", to)
}

// keep holds the air at a temperature in °C, whatever warms or cools it; nil lets it go.
func (r *Room) keep(celsius *float64) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(now)
	if r.held = celsius; celsius != nil {
		r.air.temperature = *celsius
	}
}

// now is the room's time.
func (r *Room) now() time.Time {
	return r.options.Start.Add(time.Duration(float64(time.Since(r.began)) * r.options.Speed))
}

// real is how long a time of the room's takes.
func (r *Room) real(d time.Duration) time.Duration {
	return time.Duration(float64(d) / r.options.Speed)
}

// advance lets the air live up to a time of the room's. It needs r.mu.
func (r *Room) advance(to time.Time) {
	for r.at.Before(to) {
		if !r.turns.IsZero() && !r.at.Before(r.turns) {
			r.turn()
		}
		step := min(maxStep, to.Sub(r.at))
		r.air = r.air.after(step, surroundings{at: r.at, broken: r.broken, open: r.open, people: r.inside})
		if r.held != nil {
			r.air.temperature = *r.held
		}
		r.at = r.at.Add(step)
	}
}

// turn makes the air conditioning fail, or repairs it.
func (r *Room) turn() {
	if r.broken {
		r.broken = false
		r.options.Log.Info("the simulated air conditioning is repaired")
		r.scheduleFailure()
		return
	}
	r.broken = true
	r.turns = r.turns.Add(r.options.RepairAfter)
	r.options.Log.Info("the simulated air conditioning fails")
}

func (r *Room) scheduleFailure() {
	r.turns = time.Time{}
	if d := r.options.FailureAfter; d > 0 {
		r.turns = r.at.Add(time.Duration((0.9 + 0.2*r.chance.Float64()) * float64(d)))
	}
}

// sleep waits for d; false when ctx ended before that.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
