package watch

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"stationkeeper/headoffice/store"
)

// Pace of a board. A change is drawn after gather at the latest when nothing was drawn before; then no more often
// than once in rest, so that a door that opens is on the page within a quarter of a second, whatever was drawn just
// before. Drawing never takes more than a quarter of one processor.
const (
	gather = 25 * time.Millisecond
	rest   = 100 * time.Millisecond
	// redraw is how often everything is drawn anew, changed or not: midnight passes, and charts move on.
	redraw = 30 * time.Second
)

// subject is what a board shows: one page in one language.
type subject struct {
	language language
	station  string // empty for all stations
	// page is empty for the overview, or a station's own page; else "cases" or "case", and which names the list or the case.
	page, which string
}

// section is one part of a page that can be sent by itself.
type section struct {
	ID, HTML string
	// Key is what decides whether the section has changed; the HTML when empty. Inside names the section that
	// holds this one, and replaces it when it is sent.
	Key, Inside string
}

// painter draws the sections of a page. stale tells which stations may have changed since it drew last.
type painter func(ctx context.Context, stale func(station string) bool) ([]section, error)

// boards holds a board for every subject that somebody watches.
type boards struct {
	subscribe func() (<-chan store.Change, func())
	painter   func(subject) painter
	log       *slog.Logger

	mu  sync.Mutex
	all map[subject]*board
}

func newBoards(subscribe func() (<-chan store.Change, func()), painter func(subject) painter, log *slog.Logger) *boards {
	return &boards{subscribe: subscribe, painter: painter, log: log, all: map[subject]*board{}}
}

// board is a page kept current for all who watch it, however many: it is drawn once for all of them.
type board struct {
	subject subject
	paint   painter
	cancel  context.CancelFunc
	done    chan struct{}
	// watchers is guarded by boards.mu; the rest by mu.
	watchers int

	mu       sync.Mutex
	sections []section
	err      error
	changed  chan struct{} // closed when sections or err change
}

// join returns the board of a subject. The caller leaves it when done.
func (b *boards) join(s subject) *board {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, ok := b.all[s]
	if !ok {
		ctx, cancel := context.WithCancel(context.Background())
		one = &board{subject: s, paint: b.painter(s), cancel: cancel, done: make(chan struct{}), changed: make(chan struct{})}
		b.all[s] = one
		go func() {
			defer close(one.done)
			one.run(ctx, b.subscribe)
		}()
	}
	one.watchers++
	return one
}

// leave gives a board back. The last one to leave ends it.
func (b *boards) leave(one *board) {
	b.mu.Lock()
	one.watchers--
	last := one.watchers == 0
	if last {
		delete(b.all, one.subject)
	}
	b.mu.Unlock()
	if last {
		one.cancel()
		<-one.done
	}
}

// current returns what is on the board, and a channel that is closed when that has changed. Before the first drawing
// there are neither sections nor an error; after an error the board is at its end.
func (one *board) current() (sections []section, changed <-chan struct{}, err error) {
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.sections, one.changed, one.err
}

func (one *board) publish(sections []section, err error) {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.sections, one.err = sections, err
	close(one.changed)
	one.changed = make(chan struct{})
}

// run draws the board whenever something of its subject changes, until ctx ends, the store is closed, or drawing
// fails: then those who watch it are told, and come again.
func (one *board) run(ctx context.Context, subscribe func() (<-chan store.Change, func())) {
	changes, cancel := subscribe()
	defer cancel()
	stale := staleness{all: true}
	for {
		began := time.Now()
		sections, err := one.paint(ctx, stale.of)
		one.publish(sections, err)
		if err != nil {
			return
		}
		stale = staleness{}
		if err := one.wait(ctx, changes, &stale, max(rest, 3*time.Since(began))); err != nil {
			one.publish(sections, err)
			return
		}
	}
}

// staleness is what has changed since the last drawing.
type staleness struct {
	all      bool
	stations map[string]bool
}

func (s staleness) of(station string) bool { return s.all || s.stations[station] }

// note takes a change into account and reports whether the board shows it.
func (one *board) note(s *staleness, c store.Change) bool {
	if one.subject.station != "" && one.subject.station != c.Station {
		return false
	}
	if one.subject.station == "" && c.Kind == store.ProgressChanged {
		return false // no card shows it
	}
	if s.stations == nil {
		s.stations = map[string]bool{}
	}
	s.stations[c.Station] = true
	return true
}

// wait returns when the pause is over and something has changed, or it is time to draw everything anew. It keeps
// taking changes all the while, so that the store has nothing to keep.
func (one *board) wait(ctx context.Context, changes <-chan store.Change, s *staleness, pause time.Duration) error {
	again := time.NewTimer(redraw)
	defer again.Stop()
	ready := time.NewTimer(pause)
	defer ready.Stop()
	rested, noted := false, false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case c, open := <-changes:
			if !open {
				return errClosed
			}
			if !one.note(s, c) {
				continue
			}
			if rested && !noted {
				ready.Reset(gather) // what was committed together is told one by one
			}
			noted = true
		case <-ready.C:
			if noted {
				return nil
			}
			rested = true
		case <-again.C:
			s.all = true
			return nil
		}
	}
}
