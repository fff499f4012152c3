package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
)

// FileName is the journal's file within its folder.
const FileName = "journal.db"

// ErrClosed is returned by calls on a journal that has been closed.
var ErrClosed = errors.New("journal is closed")

// Options says how a journal is kept.
type Options struct {
	// Clock stamps records. Required.
	Clock clock.Clock
	// MaxBytes caps the packed records kept, in bytes; at least 1 MiB. When it is reached, acknowledged records go
	// first; then telemetry is thinned, then its oldest is dropped, and events last of all. What head office never had
	// leaves a tombstone.
	MaxBytes int64
	// MaxRecords caps their number in the same way; 0 means no limit.
	MaxRecords int64
	// MaxAge is how long telemetry is kept that head office has not acknowledged; 0 means no limit.
	MaxAge time.Duration
	// Retain is how long a record is kept after it was written although head office has acknowledged it.
	Retain time.Duration
	// TelemetryDelay is how long telemetry may wait in memory for a commit to ride along with.
	TelemetryDelay time.Duration
	// Log takes what an operator should know. Required.
	Log *slog.Logger
}

func (o Options) check() error {
	switch {
	case o.Clock == nil:
		return errors.New("journal options: clock is missing")
	case o.Log == nil:
		return errors.New("journal options: log is missing")
	case o.MaxBytes < 1<<20:
		return fmt.Errorf("journal options: max bytes %d: expected at least %d", o.MaxBytes, 1<<20)
	case o.Retain < 0 || o.MaxAge < 0 || o.MaxRecords < 0:
		return fmt.Errorf("journal options: retain %s, max age %s, max records %d: expected 0 or more", o.Retain, o.MaxAge, o.MaxRecords)
	case o.TelemetryDelay <= 0:
		return fmt.Errorf("journal options: telemetry delay %s: expected more than 0", o.TelemetryDelay)
	}
	return nil
}

// Position is how far one stream has come.
type Position struct {
	// Last is the highest seq on disk; 0 when there is none.
	Last uint64
	// Through is the highest seq below which head office has everything.
	Through uint64
	// Base is the highest seq that was written under an earlier epoch; 0 in a journal's first. Of what comes up to it,
	// head office is only told so.
	Base uint64
}

// known is the highest seq that head office needs nothing more of.
func (p Position) known() uint64 { return max(p.Through, p.Base) }

// Journal is one open journal file.
type Journal struct {
	options    Options
	file       *file
	judge      *clock.Judge
	requests   chan request
	renewals   chan renewal
	suspicions chan error    // what a reader found wrong with the file; holds one
	closing    chan struct{} // closed by Close
	done       chan error    // receives the writer's last error

	mu       sync.Mutex
	epoch    string
	position map[record.Stream]Position
	changed  chan struct{} // closed, and replaced, at every commit and acknowledgement
	decoded  map[record.Stream]group
	closed   bool
}

// request asks the writer to append entries to a stream.
type request struct {
	stream  record.Stream
	entries []record.Entry
	reply   chan<- appended
}

type appended struct {
	records []record.Record
	err     error
}

// Open opens the journal in dir, creating it when there is none. The folder must exist and be claimed by the
// caller. A file that cannot be read is set aside under a telling name, and a new epoch begins whose first record
// says so: the program goes on.
func Open(dir string, o Options) (*Journal, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, FileName)
	f, replaced, err := openFile(path, o)
	if isFull(err) {
		return nil, fmt.Errorf("open journal %s: %w: make room on that disk, or give the program a folder on another", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	j := &Journal{
		options:    o,
		file:       f,
		requests:   make(chan request),
		renewals:   make(chan renewal),
		suspicions: make(chan error, 1),
		closing:    make(chan struct{}),
		done:       make(chan error, 1),
		position:   map[record.Stream]Position{},
		changed:    make(chan struct{}),
		decoded:    map[record.Stream]group{},
	}
	w, err := newWriter(j)
	if err == nil && replaced != nil {
		err = w.tellReplaced(*replaced)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", path, err), f.close())
	}
	go w.run()
	return j, nil
}

// Judge says whether the wall time of a reading is believed, as it is said of records. Looking at the clock often helps
// with the judgement of the next record.
func (j *Journal) Judge(r clock.Reading) record.Clock { return j.judge.Judge(r) }

// Epoch is the UUID that the journal's records are reported under. It changes when a damaged file is replaced and with
// Renew.
func (j *Journal) Epoch() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.epoch
}

// Append writes entries down in order, with consecutive seqs, and returns them as records. For events it returns
// after the commit is on disk; for telemetry once they are accepted, to be committed within TelemetryDelay or with
// the next event, whichever is first. On an error nothing was appended.
//
// When ctx ends first, Append returns its error although the records may still be committed.
func (j *Journal) Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error) {
	if _, err := record.ParseStream(string(stream)); err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	if len(entries) == 0 {
		return nil, nil
	}
	reply := make(chan appended, 1)
	select {
	case j.requests <- request{stream, entries, reply}:
	case <-ctx.Done():
		return nil, fmt.Errorf("append to %s: %w", stream, ctx.Err())
	case <-j.closing:
		return nil, fmt.Errorf("append to %s: %w", stream, ErrClosed)
	}
	select {
	case a := <-reply:
		return a.records, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("append to %s: %w", stream, ctx.Err())
	}
}

// Position returns how far a stream has come on disk and at head office.
func (j *Journal) Position(stream record.Stream) Position {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.position[stream]
}

// Changed returns a channel that is closed at the next commit or acknowledgement. Take it before looking at
// Position, so that nothing is missed in between.
func (j *Journal) Changed() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changed
}

// announce wakes who waits on Changed. The caller holds mu.
func (j *Journal) announce() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// suspect tells the writer what a reader found wrong with the file.
func (j *Journal) suspect(err error) {
	select {
	case j.suspicions <- err:
	default:
	}
}

// Close commits what waits in memory and closes the file. Appends under way are finished, later ones refused.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.mu.Unlock()
	close(j.closing)
	err := errors.Join(<-j.done, j.file.close())
	if err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}
