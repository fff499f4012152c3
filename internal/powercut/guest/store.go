package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/powercut/report"
	"stationkeeper/internal/record"
)

// keepStore checks head office's database in dir, and then stores deliveries until the power fails.
func keepStore(ctx context.Context, dir string, s settings, out *reporter) error {
	claim, err := datadir.Claim(dir)
	if err != nil {
		return err
	}
	if err := checkDatabase(ctx, filepath.Join(dir, store.FileName)); err != nil {
		return err
	}
	db, err := store.Open(ctx, dir, logger())
	if err != nil {
		return err
	}
	load := storeLoad{db: db, out: out, rng: rand.New(rand.NewPCG(s.seed, 0))}
	if err := load.check(ctx); err != nil {
		return err
	}
	if err := out.say(report.Line{Verb: report.Checked}); err != nil {
		return err
	}
	for {
		if err := load.deliver(ctx); err != nil {
			return err
		}
		if s.check {
			return errors.Join(db.Close(), claim.Close())
		}
	}
}

// checkDatabase has SQLite look for damage before anything else touches the file.
func checkDatabase(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	var said string
	if err = db.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&said); err == nil && said != "ok" {
		err = errors.New(said)
	}
	if err != nil {
		err = fmt.Errorf("check %s: %w", path, err)
	}
	return errors.Join(err, db.Close())
}

// source is one stream of one node that delivers to head office.
type source struct {
	number int
	from   store.NodeKey
	stream record.Stream
	epoch  string
	next   uint64 // first seq not delivered yet
}

// newSources returns the nodes' streams in order. What they deliver follows from their numbers and the seqs.
func newSources() []*source {
	var all []*source
	for _, node := range []string{"agent", "kiosk"} {
		for _, stream := range record.Streams {
			n := len(all)
			all = append(all, &source{
				number: n, from: store.NodeKey{Station: "north", Node: node}, stream: stream, next: 1,
				epoch: fmt.Sprintf("00000000-0000-4000-8000-%012d", n),
			})
		}
	}
	return all
}

func (s *source) series() string { return s.from.Node + "/" + string(s.stream) }

// buried says of every 512th to 527th reading that its station has lost it.
func (s *source) buried(seq uint64) bool { return s.stream == record.Telemetry && seq%512 < 16 }

// record is the one right record for a seq.
func (s *source) record(seq uint64) record.Record {
	kind := record.DoorOpened
	if s.stream == record.Telemetry {
		kind = record.TemperatureMeasured
	}
	e := record.NewEntry(kind, "machine-room/door", time.Time{}, contentOf(uint64(s.number), 0, seq, smallRecord))
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(seq) * time.Second)
	return record.Record{
		Seq: seq, Type: e.Type, Source: e.Source, Time: at, Clock: record.Synced, Boot: "boot", Mono: int64(seq), Data: e.Data,
	}
}

// batch makes the next delivery, of size seqs.
func (s *source) batch(size int) store.Delivery {
	b := record.Batch{Epoch: s.epoch, Stream: s.stream}
	for seq := s.next; seq < s.next+uint64(size); seq++ {
		if !s.buried(seq) {
			b.Records = append(b.Records, s.record(seq))
			continue
		}
		if n := len(b.Lost); n > 0 && b.Lost[n-1].Last+1 == seq {
			b.Lost[n-1].Last = seq
			continue
		}
		b.Lost = append(b.Lost, record.Lost{First: seq, Last: seq, Reason: record.ReasonFull})
	}
	s.next += uint64(size)
	return store.Delivery{From: s.from, Batch: b}
}

// storeLoad delivers to a database.
type storeLoad struct {
	db      *store.Store
	out     *reporter
	rng     *rand.Rand
	sources []*source
	held    []store.Delivery // to be delivered later than what came after it
}

// check tells all that the database holds, and lets every source go on where head office says it is.
func (l *storeLoad) check(ctx context.Context) error {
	l.sources = newSources()
	progress, err := l.db.Progress(ctx)
	if err != nil {
		return err
	}
	for _, s := range l.sources {
		if err := l.tell(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.series(), err)
		}
		for _, p := range progress {
			if p.Epoch != s.epoch || p.Stream != s.stream {
				continue
			}
			s.next = p.Through + 1
			if err := l.out.say(report.Line{Verb: report.Whole, Series: s.series(), Last: p.Through}); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell tells the records of one source, each compared with what the source would send.
func (l *storeLoad) tell(ctx context.Context, s *source) error {
	query := store.Query{Station: s.from.Station, Node: s.from.Node, Stream: s.stream, Limit: store.MaxLimit}
	next := uint64(1)
	for {
		got, err := l.db.Records(ctx, query)
		if errors.Is(err, store.ErrNotFound) {
			return nil // nothing of this station has been stored yet
		}
		if err != nil {
			return err
		}
		var lines []report.Line
		for _, r := range got.Records {
			if !r.Equal(s.record(r.Seq)) {
				return fmt.Errorf("record %d does not hold what was delivered: %.200s", r.Seq, r.Data)
			}
			lines = append(lines, s.lost(next, r.Seq)...)
			lines = append(lines, report.Line{Verb: report.Held, Series: s.series(), First: r.Seq, Last: r.Seq, Text: r.Mark()})
			next = r.Seq + 1
		}
		if err := l.out.say(lines...); err != nil {
			return err
		}
		if len(got.Records) < query.Limit {
			return l.out.say(s.lost(next, next+16)...) // a page ends with a record, the series perhaps with a tombstone
		}
		query.After = got.Next
	}
}

// lost tells which seqs from first on and before end the station had lost.
func (s *source) lost(first, end uint64) []report.Line {
	var lines []report.Line
	for seq := first; seq < end; seq++ {
		if s.buried(seq) {
			lines = append(lines, report.Line{Verb: report.Gone, Series: s.series(), First: seq, Last: seq, Text: record.ReasonFull})
		}
	}
	return lines
}

// deliver stores a few batches in one group, some of them late, some twice.
func (l *storeLoad) deliver(ctx context.Context) error {
	group := l.held
	l.held = nil
	for range 1 + l.rng.IntN(4) {
		s := l.sources[l.rng.IntN(len(l.sources))]
		d := s.batch(1 + l.rng.IntN(100))
		switch l.rng.IntN(8) {
		case 0:
			l.held = append(l.held, d)
			continue
		case 1:
			group = append(group, d)
		}
		group = append(group, d)
	}
	receipts, err := l.db.Put(ctx, group, time.Now())
	if err != nil {
		return err
	}
	var lines []report.Line
	for i, receipt := range receipts {
		if receipt.Refused != nil {
			return receipt.Refused
		}
		lines = append(lines, l.kept(group[i].Batch, receipt.Ack.Through)...)
	}
	return l.out.say(lines...)
}

// kept tells what head office has acknowledged with a batch.
func (l *storeLoad) kept(b record.Batch, through uint64) []report.Line {
	var series string
	for _, s := range l.sources {
		if s.epoch == b.Epoch {
			series = s.series()
		}
	}
	lines := []report.Line{{Verb: report.Through, Series: series, Last: through}}
	for _, r := range b.Records {
		lines = append(lines,
			report.Line{Verb: report.Wrote, Series: series, First: r.Seq, Last: r.Seq, Text: r.Mark()},
			report.Line{Verb: report.Kept, Series: series, First: r.Seq, Last: r.Seq})
	}
	return lines
}
