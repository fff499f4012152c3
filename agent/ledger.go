package main

import (
	"context"
	"log/slog"
	"time"

	"stationkeeper/internal/record"
)

// appender is the journal as far as the agent writes it.
type appender interface {
	Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error)
}

const (
	// ledgerMost is how many entries may wait for a journal that refuses them, about a day of a small station.
	ledgerMost = 10_000
	// The journal is tried again after a pause that doubles from ledgerFirst to ledgerLast.
	ledgerFirst = time.Second
	ledgerLast  = 30 * time.Second
)

// ledger writes to the journal, in order, and keeps what the journal does not take (a full or broken disk) in memory
// until it does. Beyond ledgerMost entries the oldest reading gives way, or the oldest event when no reading waits;
// what is lost is counted and logged. It has one owner.
type ledger struct {
	journal appender
	log     *slog.Logger
	waiting []line
	lost    map[record.Stream]int // since the journal last worked
	last    map[record.Stream]uint64
	pause   time.Duration
	retry   *time.Timer
}

// line is one entry on its way to its stream.
type line struct {
	stream record.Stream
	record.Entry
}

func newLedger(journal appender, log *slog.Logger) *ledger {
	retry := time.NewTimer(time.Hour)
	retry.Stop()
	return &ledger{journal: journal, log: log, lost: map[record.Stream]int{}, last: map[record.Stream]uint64{}, pause: ledgerFirst, retry: retry}
}

// write writes entries down. When it returns true, events among them are on disk; otherwise they wait.
func (l *ledger) write(stream record.Stream, entries ...record.Entry) bool {
	if len(entries) == 0 {
		return true
	}
	if len(l.waiting) == 0 {
		err := l.append(stream, entries...)
		if err == nil {
			return true
		}
		l.log.Error("the journal takes nothing: keeping records in memory and trying again", "error", err, "retry_in", l.pause)
		l.retry.Reset(l.pause)
	}
	for _, e := range entries {
		l.waiting = append(l.waiting, line{stream, e})
	}
	l.makeRoom()
	return false
}

// due delivers when it is time for again.
func (l *ledger) due() <-chan time.Time { return l.retry.C }

// again tries to write what waits. It returns true when nothing waits any more.
func (l *ledger) again() bool {
	written := 0
	for len(l.waiting) > 0 {
		next := l.waiting[0]
		if err := l.append(next.stream, next.Entry); err != nil {
			l.pause = min(2*l.pause, ledgerLast)
			l.retry.Reset(l.pause)
			l.log.Error("the journal still takes nothing", "error", err, "waiting", len(l.waiting),
				"lost_events", l.lost[record.Events], "lost_readings", l.lost[record.Telemetry], "retry_in", l.pause)
			return false
		}
		l.waiting = l.waiting[1:]
		written++
	}
	if written > 0 {
		l.log.Info("the journal works again", "written_late", written, "lost_events", l.lost[record.Events], "lost_readings", l.lost[record.Telemetry])
	}
	l.waiting, l.pause = nil, ledgerFirst
	clear(l.lost)
	return true
}

// close gives what waits a last chance.
func (l *ledger) close() {
	l.retry.Stop()
	if !l.again() {
		l.retry.Stop()
		l.log.Error("records lost: the journal did not take them before the agent stopped", "records", len(l.waiting))
	}
}

// append does not give up when the program is to stop: the journal decides in its own time.
func (l *ledger) append(stream record.Stream, entries ...record.Entry) error {
	records, err := l.journal.Append(context.Background(), stream, entries...)
	if err != nil {
		return err
	}
	l.last[stream] = records[len(records)-1].Seq
	return nil
}

func (l *ledger) makeRoom() {
	for len(l.waiting) > ledgerMost {
		oldest := 0
		for i, w := range l.waiting {
			if w.stream == record.Telemetry {
				oldest = i
				break
			}
		}
		stream := l.waiting[oldest].stream
		l.waiting = append(l.waiting[:oldest], l.waiting[oldest+1:]...)
		if l.lost[stream]++; l.lost[stream]%1000 == 1 {
			l.log.Error("records are being lost: too many wait for the journal", "stream", stream, "lost", l.lost[stream], "waiting", len(l.waiting))
		}
	}
}
