package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"stationkeeper/internal/record"
)

// urgency is how soon the views have to show a batch. The lowest comes first, and of one urgency what arrived last.
type urgency int

const (
	liveEvents urgency = iota
	liveTelemetry
	backlogEvents
	backlogTelemetry
)

// liveWithin is how long after a batch's last record was written it still counts as live. Telemetry may wait half a
// minute at the node for a commit to ride along with.
const liveWithin = time.Minute

func urgencyOf(stream record.Stream, live bool) urgency {
	switch {
	case stream == record.Events && live:
		return liveEvents
	case stream == record.Events:
		return backlogEvents
	case live:
		return liveTelemetry
	}
	return backlogTelemetry
}

// stepRows is about how many records one step of indexing takes: some milliseconds.
const stepRows = 500

// IndexLive lets the views show events that have just happened, and nothing else. It returns how many.
func (s *Store) IndexLive(ctx context.Context) (int, error) { return s.index(ctx, liveEvents) }

// Index brings the views on by one step, which takes some milliseconds: what is most urgent first. It returns how many
// records it has dealt with; none when the views show all that is stored.
//
// Views are what Latest, OpenAlarms and History read. They can be behind, and are never wrong about what they show. A
// step need not be flushed to the disk: after a power cut it is done again.
func (s *Store) Index(ctx context.Context) (int, error) { return s.index(ctx, backlogTelemetry) }

// Unindexed is how many records the views do not show yet.
func (s *Store) Unindexed() uint64 { return uint64(max(0, s.unindexed.Load())) }

// Settle brings the views up to date.
func (s *Store) Settle(ctx context.Context) error {
	for {
		if n, err := s.Index(ctx); n == 0 || err != nil {
			return err
		}
	}
}

// Rebuild empties the views and has them filled anew from the records, by the steps of Index that follow.
func (s *Store) Rebuild(ctx context.Context) error {
	err := s.write(ctx, func(w *work) error {
		for _, text := range []string{
			`DELETE FROM happened`, `DELETE FROM alarms`, `DELETE FROM visits`, `DELETE FROM standing`, `DELETE FROM measurements`, `DELETE FROM placements`, `DELETE FROM replacing`,
			`DELETE FROM anchors`, `DELETE FROM pending`,
			`INSERT INTO pending (batch, urgency, count) SELECT b.id, CASE e.stream WHEN 'events' THEN ` +
				strconv.Itoa(int(backlogEvents)) + ` ELSE ` + strconv.Itoa(int(backlogTelemetry)) + ` END, b.count
				FROM batches b JOIN epochs e ON e.id = b.epoch`,
		} {
			if _, err := w.tx.ExecContext(w.ctx, text); err != nil {
				return fmt.Errorf("%.40s: %w", text, err)
			}
		}
		clear(s.anchors)
		var waiting int64
		err := w.tx.QueryRowContext(w.ctx, `SELECT coalesce(sum(count), 0) FROM pending`).Scan(&waiting)
		w.indexing = waiting - s.unindexed.Load()
		return err
	})
	if err != nil {
		return fmt.Errorf("rebuild the views: %w", err)
	}
	return nil
}

func (s *Store) index(ctx context.Context, upTo urgency) (rows int, err error) {
	if s.unindexed.Load() == 0 && (upTo == liveEvents || !s.replacing.Load()) {
		return 0, nil
	}
	var in *indexer
	err = s.transact(ctx, false, func(w *work) error {
		in = &indexer{work: w, sources: map[sourceKey]int64{}, nodes: map[NodeKey]struct{}{}, commands: map[NodeKey]struct{}{}}
		return in.step(upTo)
	})
	if err != nil {
		return 0, fmt.Errorf("index records: %w", err)
	}
	for node := range in.nodes {
		s.changes.announce(Change{node.Station, node.Node, RecordsChanged})
	}
	for node := range in.commands {
		s.changes.announce(Change{node.Station, node.Node, CommandsChanged})
	}
	return in.rows, nil
}

// indexer is one step under way.
type indexer struct {
	*work
	rows    int
	sources map[sourceKey]int64
	// nodes are those of which something is shown that was not.
	nodes map[NodeKey]struct{}
	// commands are those whose journals say what came of commands.
	commands               map[NodeKey]struct{}
	happened, measurements rowsToAdd
	placements             rowsToAdd
}

// step takes the most urgent batches. Records are placed again before what is oldest is shown for the first time.
func (in *indexer) step(upTo urgency) error {
	if err := in.batches(liveEvents, min(upTo, liveTelemetry)); err != nil {
		return err
	}
	if upTo <= liveTelemetry {
		return in.flush()
	}
	if in.rows < stepRows && in.store.replacing.Load() {
		if err := in.flush(); err != nil { // what it moves has to be there
			return err
		}
		if err := in.placeAgain(); err != nil {
			return err
		}
	}
	if err := in.batches(backlogEvents, upTo); err != nil {
		return err
	}
	return in.flush()
}

func (in *indexer) batches(from, upTo urgency) error {
	for in.rows < stepRows {
		var id int64
		var count int
		err := in.row(nextPending, from, upTo).Scan(&id, &count)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find what is to be indexed: %w", err)
		}
		if err := in.batch(id); err != nil {
			return fmt.Errorf("batch %d: %w", id, err)
		}
		if err := in.exec(dropPending, id); err != nil {
			return err
		}
		in.rows += count
		in.indexing -= int64(count)
	}
	return nil
}

// owner is whose records an epoch holds.
type owner struct {
	epoch, node, station int64
	stream               record.Stream
	key                  NodeKey
}

func (w *work) owner(epoch int64) (o owner, err error) {
	o.epoch = epoch
	err = w.row(epochOf, epoch).Scan(&o.node, &o.station, &o.stream, &o.key.Station, &o.key.Node)
	if err != nil {
		return o, fmt.Errorf("find whose epoch %d is: %w", epoch, err)
	}
	return o, nil
}

// batch shows one batch. One that cannot be read any more is logged and left out: it must not stop the others.
func (in *indexer) batch(id int64) error {
	found, err := all(in.work, scanHeld, batchOf, id)
	if err != nil || len(found) == 0 {
		return err
	}
	records, err := in.store.records(found[0])
	if err != nil {
		in.store.log.Error("a stored batch cannot be read and is not shown", "error", err)
		return nil
	}
	o, err := in.owner(found[0].epoch)
	if err != nil {
		return err
	}
	placed, err := in.place(o, found[0], records)
	if err != nil {
		return fmt.Errorf("place: %w", err)
	}
	in.nodes[o.key] = struct{}{}
	rank := int64(0)
	for i := range records {
		at := placed[i].placed
		if placed[i].how == Exact && o.stream == record.Events {
			// A clock that is put right a little may step back; the order of the stream stays that of seq.
			if rank > at && rank-at <= maxStepBack {
				at = rank
			}
			rank = at
		}
		if err := in.show(o, records[i], at); err != nil {
			return fmt.Errorf("seq %d: %w", records[i].Seq, err)
		}
	}
	return nil
}

// maxStepBack is by how much a believed clock steps back, in milliseconds; see clock.Trust.
const maxStepBack = 1000

// show adds a record to the views, at that time in milliseconds.
func (in *indexer) show(o owner, r record.Record, at int64) error {
	if o.stream == record.Telemetry {
		value, ok := measured(r.Data)
		if !ok {
			return nil // it is found by its seq, and not charted
		}
		source, err := in.source(o.node, r.Source)
		if err != nil {
			return fmt.Errorf("add source %s: %w", r.Source, err)
		}
		return in.measurements.add(in.work, addMeasurementMany, source, at, o.epoch, r.Seq, value)
	}
	if err := in.note(o, r, at); err != nil {
		return err
	}
	return in.happened.add(in.work, addHappenedMany, o.station, at, o.epoch, r.Seq, r.Type)
}

// note takes an event into the views of how things stand.
func (in *indexer) note(o owner, r record.Record, at int64) error {
	switch r.Type {
	case record.AlarmRaised, record.AlarmCleared, record.AlarmRepeated:
		return in.alarm(o, r)
	case record.RegisterEntered, record.RegisterLeft:
		return in.register(o, r, at)
	case record.CommandExecuted, record.CommandRefused:
		return in.ended(o, r, at)
	}
	if topic := topicOf(r); topic != "" {
		return in.exec(addStanding, o.node, topic, o.epoch, r.Seq)
	}
	return nil
}

func (in *indexer) flush() error {
	if err := in.measurements.flush(in.work, addMeasurement); err != nil {
		return err
	}
	return in.happened.flush(in.work, addHappened)
}

func (in *indexer) alarm(o owner, r record.Record) error {
	var alarm record.AlarmData
	if err := json.Unmarshal(r.Data, &alarm); err != nil || alarm.Rule == "" {
		return nil // listed like any event, but nobody can say which alarm it is
	}
	if r.Type == record.AlarmRepeated {
		if err := in.exec(addRepeated, o.node, r.Source, alarm.Rule, o.epoch, r.Seq); err != nil {
			return fmt.Errorf("note that alarm %s comes back: %w", alarm.Rule, err)
		}
		return nil
	}
	if err := in.exec(addAlarm, o.node, r.Source, alarm.Rule, r.Type == record.AlarmRaised, o.epoch, r.Seq); err != nil {
		return fmt.Errorf("note alarm %s: %w", alarm.Rule, err)
	}
	return nil
}

// measured reads the number of a measurement, if it is one.
func measured(data []byte) (value float64, ok bool) {
	if rest, is := bytes.CutPrefix(data, []byte(`{"value":`)); is {
		if end := bytes.IndexAny(rest, ",}"); end > 0 && !bytes.Contains(rest[end:], []byte(`"value"`)) {
			if value, err := strconv.ParseFloat(string(rest[:end]), 64); err == nil {
				return value, true
			}
		}
	}
	var d struct {
		Value *float64 `json:"value"`
	}
	if err := json.Unmarshal(data, &d); err != nil || d.Value == nil {
		return 0, false
	}
	return *d.Value, true
}

type sourceKey struct {
	node int64
	name string
}

func (in *indexer) source(node int64, name string) (id int64, err error) {
	key := sourceKey{node, name}
	if id, ok := in.sources[key]; ok {
		return id, nil
	}
	err = in.row(findSource, node, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		id, err = in.insert(addSource, node, name)
	}
	if err == nil {
		in.sources[key] = id
	}
	return id, err
}

// rowsToAdd collects rows of one table until there are enough to add them with one statement.
type rowsToAdd struct {
	args  []any
	width int
}

func (a *rowsToAdd) add(w *work, several query, row ...any) error {
	a.width = len(row)
	a.args = append(a.args, row...)
	if len(a.args) < many*a.width {
		return nil
	}
	err := w.exec(several, a.args...)
	a.args = a.args[:0]
	return err
}

// flush adds the rows that are left.
func (a *rowsToAdd) flush(w *work, one query) error {
	for ; len(a.args) > 0; a.args = a.args[a.width:] {
		if err := w.exec(one, a.args[:a.width]...); err != nil {
			return err
		}
	}
	return nil
}
