package main

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
)

// appender is the journal as far as the agent writes it.
type appender interface {
	Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error)
}

// publisher tells head office what does not wait for the journal's turn: the latest value of a point, what came of a
// command, which documents are in force.
type publisher interface {
	SetState(point string, s record.State)
	Answer(r record.Result)
	Report(r record.Reported)
}

const (
	// mostWaiting is how many entries may wait for a journal that refuses them, about a day of a small station.
	mostWaiting = 10_000
	// together is the largest group that is appended at once.
	together = 1000
	// The journal is tried again after a pause that doubles from retryFirst to retryLast.
	retryFirst = time.Second
	retryLast  = 30 * time.Second
	// saveAfter is how long the memory may lag behind the journal, which holds all that is in it.
	saveAfter = 10 * time.Second
)

// note is what the loop hands over of one thing that happened: what is to be written down, and what may be said of it
// afterwards.
type note struct {
	at       time.Time // when the loop took it up
	events   []record.Entry
	readings []record.Entry
	states   []shown
	answers  []record.Result
	reported *record.Reported
	memory   *memory      // as it is after these events; nil when they change nothing in it
	habits   alarm.Habits // to be kept; nil when it is not time
}

// shown is a point's state.
type shown struct {
	point string
	record.State
}

// scribe writes notes down, in order, and then publishes what they say: what head office sees has been written. It is a
// goroutine of its own, because a disk may take its time and a door may not.
//
// What the journal does not take (a full or broken disk) waits in memory until it does; what is shown is shown all the
// same. Beyond mostWaiting entries the oldest reading gives way, or the oldest event when no reading waits; what is lost
// is counted and logged.
type scribe struct {
	journal   appender
	publisher publisher
	dir       string // of the memory
	log       *slog.Logger
	written   func(since time.Duration) // told, of each note with events, how long they took to be on disk

	mu    sync.Mutex
	notes []note
	// dropped counts the readings of notes that gave way since notes were last taken.
	dropped int
	closed  bool
	wake    chan struct{} // holds a token when notes wait, or it is closed
	room    chan struct{} // holds a token when notes have been taken
	ended   chan struct{}

	// What follows belongs to run.
	waiting []waiting
	lost    map[record.Stream]int // since the journal last worked
	last    map[record.Stream]uint64
	late    int // entries written after a refusal
	pause   time.Duration
	retry   *time.Timer
	save    *time.Timer
	memory  *memory // to be saved; nil: nothing has changed
	kept    *memory // that of the latest note, which may hold events that still wait
}

// waiting is one entry on its way to its stream.
type waiting struct {
	stream record.Stream
	at     time.Time
	record.Entry
}

func newScribe(journal appender, to publisher, dir string, log *slog.Logger) *scribe {
	s := &scribe{
		journal: journal, publisher: to, dir: dir, log: log, written: func(time.Duration) {},
		wake: make(chan struct{}, 1), room: make(chan struct{}, 1), ended: make(chan struct{}),
		lost: map[record.Stream]int{}, last: map[record.Stream]uint64{}, pause: retryFirst,
		retry: stopped(), save: stopped(),
	}
	return s
}

// stopped is a timer that waits to be set.
func stopped() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// put hands a note over. It never blocks. When a disk hangs and too many notes wait, the oldest without events gives way.
func (s *scribe) put(n note) {
	s.mu.Lock()
	s.notes = append(s.notes, n)
	if len(s.notes) > mostWaiting {
		if i := slices.IndexFunc(s.notes, func(n note) bool { return len(n.events) == 0 && n.memory == nil }); i >= 0 {
			s.dropped += len(s.notes[i].readings)
			s.notes = slices.Delete(s.notes, i, i+1)
		}
	}
	s.mu.Unlock()
	nudge(s.wake)
}

// busy reports whether so many notes wait that a recording had better wait too. When it has said so, room gets a token as
// soon as that may have changed.
func (s *scribe) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.notes) > together
}

// close writes what waits, gives what the journal refuses a last chance, and returns.
func (s *scribe) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	nudge(s.wake)
	<-s.ended
}

// run writes notes down until close.
func (s *scribe) run() {
	defer close(s.ended)
	for {
		select {
		case <-s.wake:
			notes, closed := s.take()
			s.write(notes)
			if closed {
				s.finish()
				return
			}
		case <-s.retry.C:
			s.flush()
		case <-s.save.C:
			s.remember()
		}
	}
}

func (s *scribe) take() (notes []note, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	notes, s.notes = s.notes, nil
	if s.dropped > 0 {
		s.log.Error("readings were lost: the disk took too long", "lost_readings", s.dropped)
		s.dropped = 0
	}
	nudge(s.room)
	return notes, s.closed
}

// write writes notes down and publishes what they say.
func (s *scribe) write(notes []note) {
	refusing := len(s.waiting) > 0
	for _, n := range notes {
		s.add(record.Events, n.at, n.events)
		s.add(record.Telemetry, n.at, n.readings)
		if n.memory != nil {
			s.kept = n.memory
		}
	}
	if !refusing {
		s.flush()
	}
	s.makeRoom()
	for _, n := range notes {
		for _, p := range n.states {
			s.publisher.SetState(p.point, p.State)
		}
		for _, r := range n.answers {
			s.publisher.Answer(r)
		}
		if n.reported != nil {
			s.publisher.Report(*n.reported)
		}
		if len(n.habits) > 0 {
			if err := saveHabits(s.dir, n.habits); err != nil {
				s.log.Error("what is usual at points may have to be learnt again", "error", err)
			}
		}
	}
}

// add puts entries behind those that wait. One that the journal could never take must not stop those behind it.
func (s *scribe) add(stream record.Stream, at time.Time, entries []record.Entry) {
	for _, e := range entries {
		if err := e.Check(); err != nil {
			s.log.Error("a record cannot be written down and is dropped", "type", e.Type, "source", e.Source, "error", err)
			continue
		}
		s.waiting = append(s.waiting, waiting{stream, at, e})
	}
}

// flush appends what waits, each stream in its order. Readings are taken at once and ride along with the events' commit.
func (s *scribe) flush() {
	refused := s.lost[record.Events]+s.lost[record.Telemetry]+s.late > 0 || s.pause > retryFirst
	for _, stream := range []record.Stream{record.Telemetry, record.Events} {
		if err := s.flushStream(stream); err != nil {
			s.refused(err)
			return
		}
	}
	if refused {
		s.log.Info("the journal works again", "written_late", s.late, "lost_events", s.lost[record.Events], "lost_readings", s.lost[record.Telemetry])
	}
	s.pause, s.late = retryFirst, 0
	clear(s.lost)
	if s.kept != nil {
		s.memory, s.kept = s.kept, nil
		s.memory.Seq = max(s.memory.Seq, s.last[record.Events])
		s.save.Reset(saveAfter)
	}
}

// flushStream appends what waits of one stream.
func (s *scribe) flushStream(stream record.Stream) error {
	for {
		var group []record.Entry
		var lines []waiting
		rest := make([]waiting, 0, len(s.waiting))
		for _, w := range s.waiting {
			if w.stream == stream && len(group) < together {
				group, lines = append(group, w.Entry), append(lines, w)
				continue
			}
			rest = append(rest, w)
		}
		if len(group) == 0 {
			return nil
		}
		// It does not give up when the program is to stop: the journal decides in its own time.
		records, err := s.journal.Append(context.Background(), stream, group...)
		if err != nil {
			return err
		}
		s.last[stream] = records[len(records)-1].Seq
		s.waiting = rest
		if s.pause > retryFirst {
			s.late += len(group)
		}
		if stream == record.Events {
			s.tell(lines)
		}
	}
}

// tell logs events that are on disk.
func (s *scribe) tell(events []waiting) {
	now := time.Now()
	for _, e := range events {
		s.written(now.Sub(e.at))
		level := slog.LevelInfo
		switch e.Type {
		case record.AlarmRaised, record.PointFailed, record.AccessDenied, record.ConfigRefused, record.CommandRefused:
			level = slog.LevelWarn
		}
		s.log.Log(context.Background(), level, e.Type, "point", e.Source, "data", string(e.Data))
	}
}

// refused plans the next attempt.
func (s *scribe) refused(err error) {
	s.log.Error("the journal takes nothing: keeping records in memory and trying again", "error", err, "waiting", len(s.waiting),
		"lost_events", s.lost[record.Events], "lost_readings", s.lost[record.Telemetry], "retry_in", s.pause)
	s.retry.Reset(s.pause)
	s.pause = min(2*s.pause, retryLast)
}

// finish is the end: what waits has its last chance, and the memory is saved.
func (s *scribe) finish() {
	s.retry.Stop()
	s.save.Stop()
	if len(s.waiting) > 0 {
		s.flush()
		s.retry.Stop()
	}
	if n := len(s.waiting); n > 0 {
		s.log.Error("records lost: the journal did not take them before the agent stopped", "records", n)
	}
	s.remember()
}

// remember saves the memory.
func (s *scribe) remember() {
	if s.memory == nil {
		return
	}
	if err := s.memory.save(s.dir); err != nil {
		s.log.Error("a restart will remember what is open from the journal alone", "error", err)
		s.save.Reset(saveAfter)
		return
	}
	s.memory = nil
}

func (s *scribe) makeRoom() {
	for len(s.waiting) > mostWaiting {
		oldest := 0
		for i, w := range s.waiting {
			if w.stream == record.Telemetry {
				oldest = i
				break
			}
		}
		stream := s.waiting[oldest].stream
		s.waiting = append(s.waiting[:oldest], s.waiting[oldest+1:]...)
		if s.lost[stream]++; s.lost[stream]%1000 == 1 {
			s.log.Error("records are being lost: too many wait for the journal", "stream", stream, "lost", s.lost[stream], "waiting", len(s.waiting))
		}
	}
}

// nudge leaves a token in a channel that has room for one.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
