package uplink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// Journal is what the uplink needs of a journal.
type Journal interface {
	// Epoch identifies the journal. It changes with Renew.
	Epoch() string
	// Position tells what is on disk and what head office has.
	Position(record.Stream) journal.Position
	// Text returns durable records after a seq, spelled for the wire, and the tombstones among them.
	Text(stream record.Stream, after, upTo uint64, limit, size int) (journal.Span, error)
	// Changed is closed when Position changes.
	Changed() <-chan struct{}
	// Acknowledge notes what head office has.
	Acknowledge(record.Ack) error
	// Confirm fails with journal.ErrOtherHistory when head office has other records than the journal.
	Confirm(record.Ack) error
	// Renew begins a new epoch, under which everything that head office has not acknowledged is reported.
	Renew(reason string) error
}

var _ Journal = (*journal.Journal)(nil)

// Options says whom to report for, where to, and with what patience.
type Options struct {
	Station, Node string
	Broker        endpoint.Broker
	Journal       Journal
	Log           *slog.Logger

	// AckTimeout is how long head office may take to acknowledge before records are sent again; it doubles, up to
	// a minute, while nothing comes. 0 means 10 s.
	AckTimeout time.Duration
	// RetryMin and RetryMax bound the jittered wait before connecting again. 0 means 0.5 s and 10 s.
	RetryMin, RetryMax time.Duration
	// DrainRate bounds, in bytes per second of MQTT, what is sent of a backlog and of what head office asks for again,
	// for lines that are metered or shared. What is live, and states, are not held back. 0 is no limit.
	DrainRate int

	// Desired and Command, unless nil, are given what head office asks of this node, each by a goroutine of its own, one at
	// a time. Of documents only the latest counts: those that come while Desired is busy replace each other. They come
	// again with every connection, the same version included. A command may come more than once: head office sends it
	// until it hears what came of it. Both must return when Run's context has ended: Run waits for them.
	Desired func(record.Desired)
	Command func(record.Command)
}

func (o *Options) check() error {
	if err := errors.Join(record.CheckName("station", o.Station), record.CheckName("node", o.Node)); err != nil {
		return fmt.Errorf("uplink options: %w", err)
	}
	switch {
	case o.Broker.URL == "":
		return errors.New("uplink options: broker is missing")
	case !strings.HasPrefix(o.Broker.URL, "tcp://") && !strings.HasPrefix(o.Broker.URL, "ssl://"):
		return fmt.Errorf("uplink options: broker %s: expected tcp:// or ssl://", o.Broker)
	case o.Journal == nil:
		return errors.New("uplink options: journal is missing")
	case o.Log == nil:
		return errors.New("uplink options: log is missing")
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&o.AckTimeout, 10 * time.Second}, {&o.RetryMin, 500 * time.Millisecond}, {&o.RetryMax, 10 * time.Second}} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if o.DrainRate < 0 {
		return fmt.Errorf("uplink options: drain rate %d: expected 0 or more bytes per second", o.DrainRate)
	}
	if o.RetryMin < 0 || o.RetryMax < o.RetryMin || o.AckTimeout < 0 {
		return fmt.Errorf("uplink options: ack timeout %s, retry from %s to %s: expected 0 <= from <= to", o.AckTimeout, o.RetryMin, o.RetryMax)
	}
	return nil
}

// Uplink reports one node. SetState, Report, Answer and Run may be called from different goroutines.
type Uplink struct {
	options Options
	wake    chan struct{} // holds a token while unpublished states wait

	mu     sync.Mutex
	states map[string]record.State // latest of every point
	fresh  map[string]record.State // those not yet published on this connection
	stats  Stats

	orders  orders
	replies replies

	wire wire

	// What follows outlasts a connection and belongs to the goroutine of Run.
	throttle   throttle
	care       int  // connections in a row that ended before a batch had passed; see newWindow
	deaf       bool // a connection was given up for silence, and head office has acknowledged nothing new since
	drain      drain
	history    map[record.Stream]ranges // sent before and not acknowledged
	reported   uint64                   // the last value of BacklogPoint, said at reportedAt
	reportedAt time.Time
}

// New checks the options. Nothing is connected before Run.
func New(o Options) (*Uplink, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	return &Uplink{
		options: o,
		wake:    make(chan struct{}, 1),
		states:  map[string]record.State{},
		fresh:   map[string]record.State{},
		orders:  newOrders(),

		throttle: throttle{rate: float64(o.DrainRate)},
		history:  map[record.Stream]ranges{},
	}, nil
}

// SetState makes s the current state of a point, to be published retained as soon as there is a connection. Of
// several states between two publications only the latest is sent. It never blocks. A point name that cannot stand
// in a topic is refused with an error in the log.
func (u *Uplink) SetState(point string, s record.State) {
	if err := record.CheckPoint(point); err != nil {
		u.options.Log.Error("state not published", "error", err)
		return
	}
	u.mu.Lock()
	u.states[point] = s
	u.fresh[point] = s
	u.mu.Unlock()
	signal(u.wake)
}

// takeState returns a state that waits for publication and forgets that it does. Points in busy are passed over.
func (u *Uplink) takeState(busy map[string]bool) (point string, s record.State, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for point, s := range u.fresh {
		if !busy[point] {
			delete(u.fresh, point)
			return point, s, true
		}
	}
	return "", record.State{}, false
}

// renewStates makes every state and reply wait for publication: a new connection may be to a broker that knows none.
func (u *Uplink) renewStates() {
	u.mu.Lock()
	u.fresh = maps.Clone(u.states)
	u.mu.Unlock()
	u.replies.renew()
	signal(u.wake)
}

// Run keeps a connection until ctx ends, then says that the node is offline and returns nil. Failures of the
// network are not errors: they are logged, and the next attempt follows.
func (u *Uplink) Run(ctx context.Context) error {
	defer u.serveOrders(ctx)()
	wait := backoff{least: u.options.RetryMin, most: u.options.RetryMax}
	for ctx.Err() == nil {
		began := time.Now()
		err := u.connectAndServe(ctx)
		if ctx.Err() != nil {
			break
		}
		if time.Since(began) >= u.options.RetryMax { // a broker that takes us and drops us at once is not to be hurried
			wait.reset()
		}
		pause := wait.next(rand.Float64())
		u.sayLost(err, time.Since(began), pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

// sayLost logs that there is no connection, and what has come of those before.
func (u *Uplink) sayLost(err error, lasted, pause time.Duration) {
	now := u.Stats()
	u.options.Log.Warn("no connection to head office's broker", "broker", u.options.Broker,
		"error", err, "lasted", lasted.Round(time.Millisecond), "retry_in", pause.Round(time.Millisecond),
		"records_waiting", now.Backlog[record.Events]+now.Backlog[record.Telemetry],
		"bytes_sent", now.BytesOut, "bytes_received", now.BytesIn)
}

// backoff is the wait before the next attempt: it doubles from least to most, and a random half of it is taken off
// so that stations do not all come back at the same moment.
type backoff struct {
	least, most time.Duration
	step        int
}

// next takes a random number in [0, 1).
func (b *backoff) next(random float64) time.Duration {
	pause := b.most
	if b.step < 20 && b.least<<b.step < b.most {
		pause = b.least << b.step
		b.step++
	}
	return pause - time.Duration(random*float64(pause)/2)
}

func (b *backoff) reset() { b.step = 0 }
