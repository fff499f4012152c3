package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/powercut/report"
	"stationkeeper/internal/record"
)

// keepJournal checks the journal in dir, and then appends and acknowledges until the power fails.
func keepJournal(ctx context.Context, dir string, s settings, out *reporter) error {
	claim, err := datadir.Claim(dir)
	if err != nil {
		return err
	}
	if err := checkFile(filepath.Join(dir, journal.FileName)); err != nil {
		return err
	}
	now, err := clock.System()
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(s.seed, 0))
	retain := []time.Duration{0, time.Second, 7 * 24 * time.Hour}[rng.IntN(3)]
	if s.drain {
		retain = 0
	}
	j, err := journal.Open(dir, journal.Options{
		Clock:          now,
		MaxBytes:       s.cap,
		Retain:         retain,
		TelemetryDelay: []time.Duration{10 * time.Millisecond, 300 * time.Millisecond}[rng.IntN(2)],
		Log:            logger(),
	})
	if err != nil {
		return err
	}
	if names, err := strangers(dir); err != nil || len(names) > 0 {
		return errors.Join(err, fmt.Errorf("the journal was set aside as %v", names))
	}
	if err := out.say(report.Line{Verb: report.Opened, Text: j.Epoch()}); err != nil {
		return err
	}
	for _, stream := range record.Streams {
		if err := tellStream(j, stream, out); err != nil {
			return err
		}
	}
	if err := out.say(report.Line{Verb: report.Checked}); err != nil {
		return err
	}
	load := newJournalLoad(j, filepath.Join(dir, journal.FileName), s, rng, out)
	if s.check {
		return errors.Join(load.append(ctx, record.Events, 0, 1), j.Close(), claim.Close())
	}
	return load.run(ctx)
}

// checkFile has bbolt look for damage in the file before anything else touches it.
func checkFile(path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		var found []error
		for err := range tx.Check() {
			found = append(found, err)
		}
		return errors.Join(found...)
	})
	if err != nil {
		err = fmt.Errorf("check %s: %w", path, err)
	}
	return errors.Join(err, db.Close())
}

// page is how many records are read at once.
const page = 500

// tellStream tells all that the journal holds of a stream, read in both ways that it offers.
func tellStream(j *journal.Journal, stream record.Stream, out *reporter) error {
	last := j.Position(stream).Last
	for after := uint64(0); after < last; {
		records, lost, err := j.Read(stream, after, page)
		if err != nil {
			return err
		}
		from := after
		var lines []report.Line
		for _, r := range records {
			if err := checkContent(r); err != nil {
				return fmt.Errorf("%s: %w", stream, err)
			}
			lines = append(lines, report.Line{Verb: report.Held, Series: string(stream), First: r.Seq, Last: r.Seq, Text: r.Mark()})
			after = max(after, r.Seq)
		}
		for _, l := range lost {
			lines = append(lines, report.Line{Verb: report.Gone, Series: string(stream), First: l.First, Last: l.Last, Text: l.Reason})
			after = max(after, l.Last)
		}
		if after == from {
			return fmt.Errorf("%s: nothing is read after %d, the last is %d", stream, after, last)
		}
		if err := compareText(j, stream, from, records); err != nil {
			return err
		}
		if err := out.say(lines...); err != nil {
			return err
		}
	}
	return out.say(report.Line{Verb: report.Whole, Series: string(stream), Last: last})
}

// compareText checks that the journal's text for the wire has the same records, but for those of an earlier epoch.
func compareText(j *journal.Journal, stream record.Stream, after uint64, records []record.Record) error {
	base := j.Position(stream).Base
	for len(records) > 0 && records[0].Seq <= base {
		after, records = records[0].Seq, records[1:]
	}
	for len(records) > 0 {
		span, err := j.Text(stream, after, records[len(records)-1].Seq, 2*page, 1<<20)
		if err != nil {
			return err
		}
		if span.End <= after || span.Records > len(records) {
			return fmt.Errorf("%s: text after %d has %d records and ends at %d", stream, after, span.Records, span.End)
		}
		if !bytes.Equal(record.AppendRecords(nil, records[:span.Records]), span.Text) {
			return fmt.Errorf("%s: text after %d is not that of the records read: %.500s", stream, after, span.Text)
		}
		after, records = span.End, records[span.Records:]
	}
	return nil
}

// Sizes of records: the most that fill may have, in bytes.
const (
	smallRecord = 600
	largeRecord = 4000
)

// journalLoad writes to a journal as busily as its style asks.
type journalLoad struct {
	j        *journal.Journal
	path     string
	out      *reporter
	seed     uint64
	most     int // size of records
	writers  int // goroutines that append events
	events   int // most entries of one append
	readings int
	acks     int  // commits between acknowledgements; 0 for none
	all      bool // acknowledge everything there is, not part of it
	renew    int  // commits after which a new epoch begins; 0 for never
}

// newJournalLoad chooses a style. To drain is to let a backlog grow and then acknowledge it: that is when the journal
// makes its file smaller.
func newJournalLoad(j *journal.Journal, path string, s settings, rng *rand.Rand, out *reporter) *journalLoad {
	l := &journalLoad{
		j: j, path: path, out: out, seed: s.seed,
		most:     smallRecord,
		writers:  1 + rng.IntN(4),
		events:   []int{1, 10, 100}[rng.IntN(3)],
		readings: []int{1, 20, 200}[rng.IntN(3)],
		acks:     []int{0, 1, 20}[rng.IntN(3)],
	}
	if rng.IntN(6) == 0 {
		l.renew = 1 + rng.IntN(20)
	}
	if s.drain {
		l.most, l.events, l.readings, l.acks, l.all = largeRecord, 100, 20, 50, true
	}
	return l
}

// run writes until the power fails, or something else does.
func (l *journalLoad) run(ctx context.Context) error {
	failed := make(chan error)
	for w := range l.writers {
		go func() { failed <- l.writeEvents(ctx, uint64(w)) }()
	}
	go func() { failed <- l.writeTelemetry(ctx, uint64(l.writers)) }()
	go func() { failed <- l.watch() }()
	return <-failed
}

// random returns randomness of one writer's own.
func (l *journalLoad) random(writer uint64) *rand.Rand {
	return rand.New(rand.NewPCG(l.seed, 1+writer))
}

func (l *journalLoad) writeEvents(ctx context.Context, writer uint64) error {
	rng := l.random(writer)
	for n := uint64(0); ; {
		size := 1 + rng.IntN(l.events)
		if err := l.append(ctx, record.Events, writer<<32|n, size); err != nil {
			return err
		}
		n += uint64(size)
	}
}

// writeTelemetry hands over the next readings when something has been committed.
func (l *journalLoad) writeTelemetry(ctx context.Context, writer uint64) error {
	rng := l.random(writer)
	for n := uint64(0); ; {
		size := 1 + rng.IntN(l.readings)
		changed := l.j.Changed()
		if err := l.append(ctx, record.Telemetry, writer<<32|n, size); err != nil {
			return err
		}
		n += uint64(size)
		<-changed
	}
}

// append writes size entries and tells what became of them. Entries are numbered from first, in which the upper half
// is the writer.
func (l *journalLoad) append(ctx context.Context, stream record.Stream, first uint64, size int) error {
	kind := record.DoorOpened
	if stream == record.Telemetry {
		kind = record.TemperatureMeasured
	}
	entries := make([]record.Entry, size)
	for i := range entries {
		n := first + uint64(i)
		entries[i] = record.NewEntry(kind, "machine-room/door", time.Time{}, contentOf(l.seed, n>>32, n&(1<<32-1), l.most))
	}
	records, err := l.j.Append(ctx, stream, entries...)
	if err != nil {
		return err
	}
	lines := make([]report.Line, 0, len(records)+1)
	for _, r := range records {
		lines = append(lines, report.Line{Verb: report.Wrote, Series: string(stream), First: r.Seq, Last: r.Seq, Text: r.Mark()})
	}
	if stream == record.Events {
		lines = append(lines, report.Line{Verb: report.Kept, Series: string(stream), First: records[0].Seq, Last: records[size-1].Seq})
	}
	return l.out.say(lines...)
}

// watch tells what telemetry has become durable and when the file moves, acknowledges as head office would, and begins
// a new epoch when that is due.
func (l *journalLoad) watch() error {
	rng := l.random(1 << 20)
	told := l.j.Position(record.Telemetry).Last
	file := moving{path: l.path}
	for commits := 1; ; commits++ {
		changed := l.j.Changed()
		lines := file.look()
		if last := l.j.Position(record.Telemetry).Last; last > told {
			lines = append(lines, report.Line{Verb: report.Kept, Series: string(record.Telemetry), First: told + 1, Last: last})
			told = last
		}
		if err := l.out.say(lines...); err != nil {
			return err
		}
		if commits == l.renew {
			if err := l.beginEpoch(); err != nil {
				return err
			}
		}
		if l.acks > 0 && commits%l.acks == 0 {
			if err := l.acknowledge(rng); err != nil {
				return err
			}
		}
		<-changed
	}
}

// moving watches the journal make its file smaller.
type moving struct {
	path  string
	begun bool
}

// look tells when a move has begun or ended since the last look.
func (m *moving) look() []report.Line {
	_, err := os.Stat(m.path + ".new")
	if begun := err == nil; begun != m.begun {
		m.begun = begun
		return []report.Line{{Verb: map[bool]report.Verb{true: report.Moving, false: report.Moved}[begun]}}
	}
	return nil
}

// beginEpoch has the journal begin a new epoch. It is told before: the power may fail after it was done.
func (l *journalLoad) beginEpoch() error {
	if err := l.out.say(report.Line{Verb: report.Renewing}); err != nil {
		return err
	}
	if err := l.j.Renew("as this test wants"); err != nil {
		return err
	}
	return l.out.say(report.Line{Verb: report.Opened, Text: l.j.Epoch()})
}

// acknowledge acknowledges all or part of what is there. It is told before: after, it may already have been acted upon.
func (l *journalLoad) acknowledge(rng *rand.Rand) error {
	for _, stream := range record.Streams {
		at := l.j.Position(stream)
		known := max(at.Through, at.Base)
		if known >= at.Last {
			continue
		}
		through := at.Last
		if !l.all {
			through = known + 1 + rng.Uint64N(at.Last-known)
		}
		if err := l.out.say(report.Line{Verb: report.Acked, Series: string(stream), Last: through}); err != nil {
			return err
		}
		if err := l.j.Acknowledge(record.Ack{Epoch: l.j.Epoch(), Stream: stream, Through: through}); err != nil {
			return err
		}
	}
	return nil
}
