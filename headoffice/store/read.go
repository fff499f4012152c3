package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// span reads the records of an epoch in a range, in order, at most limit. Station, node, epoch and stream are left to
// the caller.
func (s *Store) span(ctx context.Context, epoch int64, in span, limit int) (found []Record, err error) {
	pieces, err := s.pieces(ctx, epoch, in, limit)
	if err != nil {
		return nil, err
	}
	for _, p := range pieces {
		if found, err = s.located(ctx, found, p.held, p.records); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// piece is part of a batch.
type piece struct {
	held
	records []record.Record
}

func (s *Store) pieces(ctx context.Context, epoch int64, in span, limit int) (pieces []piece, err error) {
	rows, err := s.reader().QueryContext(ctx, touching, epoch, in.first, in.last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for limit > 0 && rows.Next() {
		h, err := scanHeld(rows)
		if err != nil {
			return nil, err
		}
		records, err := s.records(h)
		if err != nil {
			return nil, err
		}
		some := within(records, in)
		some = some[:min(len(some), limit)]
		limit -= len(some)
		h.payload = nil // not needed any more
		pieces = append(pieces, piece{h, some})
	}
	return pieces, rows.Err()
}

// located appends records of a batch with where they were placed. Those that the views do not hold yet are placed as
// far as can be said of each by itself.
func (s *Store) located(ctx context.Context, to []Record, h held, records []record.Record) ([]Record, error) {
	var displaced map[uint64]moment // nil until it is needed
	for _, r := range records {
		one := Record{Received: time.UnixMilli(h.received).UTC(), Placed: r.Time, How: Exact, Record: r}
		if !trusted(r, h.received) {
			if displaced == nil {
				var err error
				if displaced, err = s.displaced(ctx, h.epoch, span{records[0].Seq, records[len(records)-1].Seq}); err != nil {
					return nil, err
				}
			}
			one.Placed, one.How = one.Received, Between
			if r.Clock == record.Synced {
				one.How = Capped
			}
			if m, ok := displaced[r.Seq]; ok {
				one.Placed, one.How = time.UnixMilli(m.placed).UTC(), m.how
			}
		}
		to = append(to, one)
	}
	return to, nil
}

// displaced returns where records of a range were placed whose own time is not believed.
func (s *Store) displaced(ctx context.Context, epoch int64, in span) (map[uint64]moment, error) {
	found := map[uint64]moment{}
	_, err := collect(ctx, s.reader(), func(rows *sql.Rows) (_ struct{}, err error) {
		var seq uint64
		var m moment
		err = rows.Scan(&seq, &m.placed, &m.how)
		found[seq] = m
		return struct{}{}, err
	}, `SELECT seq, placed, how FROM placements WHERE epoch = ? AND seq BETWEEN ? AND ?`, epoch, in.first, in.last)
	if err != nil {
		return nil, fmt.Errorf("look up where records are placed: %w", err)
	}
	return found, nil
}

// reference is a record as a view knows it.
type reference struct {
	epoch int64
	seq   uint64
}

func scanReference(rows *sql.Rows) (r reference, err error) { return r, rows.Scan(&r.epoch, &r.seq) }

// resolve reads the records that are referred to, in the same order. Whole batches are read at once where they hold
// several of them.
func (s *Store) resolve(ctx context.Context, references []reference) ([]Record, error) {
	order := make([]int, len(references))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(references[a].epoch, references[b].epoch), cmp.Compare(references[a].seq, references[b].seq))
	})
	found := make([]Record, len(references))
	owners := map[int64]Record{}
	var batch held
	for _, i := range order {
		ref := references[i]
		if ref.epoch != batch.epoch || ref.seq > batch.last {
			touched, err := collect(ctx, s.reader(), scanHeld, touching, ref.epoch, ref.seq, ref.seq)
			if err != nil {
				return nil, err
			}
			if len(touched) == 0 {
				return nil, fmt.Errorf("seq %d of epoch %d is not there", ref.seq, ref.epoch)
			}
			batch = touched[0]
		}
		records, err := s.records(batch)
		if err != nil {
			return nil, err
		}
		one, err := s.located(ctx, nil, batch, within(records, span{ref.seq, ref.seq}))
		if err != nil {
			return nil, err
		}
		if len(one) == 0 {
			return nil, fmt.Errorf("seq %d of epoch %d is not in its batch", ref.seq, ref.epoch)
		}
		found[i] = one[0]
		of, known := owners[ref.epoch]
		if !known {
			err := s.reader().QueryRowContext(ctx, `SELECT s.name, n.name, e.epoch, e.stream FROM epochs e
				JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station WHERE e.id = ?`, ref.epoch).
				Scan(&of.Station, &of.Node, &of.Epoch, &of.Stream)
			if err != nil {
				return nil, fmt.Errorf("find whose epoch %d is: %w", ref.epoch, err)
			}
			owners[ref.epoch] = of
		}
		found[i].Station, found[i].Node, found[i].Epoch, found[i].Stream = of.Station, of.Node, of.Epoch, of.Stream
	}
	return found, nil
}

// Alarm is an open alarm: the record that raised it, or, where that is not there, the latest that says that it stays
// raised.
type Alarm struct {
	Record
	record.AlarmData
}

// OpenAlarms returns every alarm of a station that is not cleared, oldest first, with how often it came back. A rule
// has at most one open alarm at a source: what the node wrote last about it decides, so that an alarm whose end was
// lost with a journal does not stay open beside its successor.
func (s *Store) OpenAlarms(ctx context.Context, station string) ([]Alarm, error) {
	alarms, err := s.openAlarms(ctx, station)
	if err != nil {
		return nil, fmt.Errorf("read open alarms of %s: %w", station, err)
	}
	slices.SortStableFunc(alarms, func(a, b Alarm) int { return a.Placed.Compare(b.Placed) })
	return alarms, nil
}

func (s *Store) openAlarms(ctx context.Context, station string) ([]Alarm, error) {
	// raised is 0 when only repeated says that it is open; repeated is 0 when it has not come back since it was raised.
	type open struct{ raised, repeated reference }
	found, err := collect(ctx, s.reader(), func(rows *sql.Rows) (o open, err error) {
		var isOpen, came bool
		if err = rows.Scan(&isOpen, &o.raised.epoch, &o.raised.seq, &came, &o.repeated.epoch, &o.repeated.seq); !isOpen {
			o.raised = reference{}
		}
		if !came {
			o.repeated = reference{}
		}
		return o, err
	}, `SELECT * FROM (SELECT a.open AS open, a.epoch AS epoch, a.seq AS seq, (a.repeated_epoch, a.repeated_seq) > (a.epoch, a.seq) AS came,
		a.repeated_epoch, a.repeated_seq FROM alarms a JOIN nodes n ON n.id = a.node JOIN stations s ON s.id = n.station
		WHERE s.name = ?) WHERE open OR came ORDER BY epoch, seq`, station)
	if err != nil {
		return nil, err
	}
	var references []reference
	for _, o := range found {
		references = append(references, cmp.Or(o.raised, o.repeated), cmp.Or(o.repeated, o.raised))
	}
	records, err := s.resolve(ctx, references)
	if err != nil {
		return nil, err
	}
	alarms := make([]Alarm, len(found))
	for i := range alarms {
		alarms[i] = alarmFrom(records[2*i], records[2*i+1])
	}
	return alarms, nil
}

// alarmFrom puts an alarm together from the record that it is open since, and the latest about it. What cannot be read
// is zero: an alarm with strange data is an alarm all the same.
func alarmFrom(first, last Record) Alarm {
	a := Alarm{Record: first}
	_ = json.Unmarshal(first.Data, &a.AlarmData)
	var d record.AlarmData
	_ = json.Unmarshal(last.Data, &d)
	a.Times = max(a.Times, d.Times)
	return a
}

// History returns the measurements of a source that were made (see Record.Placed) from <= time < to, in order of time,
// at most maxSamples (and at least 2).
// When there are more, the time is divided evenly and the lowest and the highest of each part are kept: peaks stay,
// and where nothing was measured there is no sample.
func (s *Store) History(ctx context.Context, key NodeKey, source string, from, to time.Time, maxSamples int) ([]Sample, error) {
	samples, err := s.history(ctx, key, source, from.UnixMilli(), to.UnixMilli(), int64(max(maxSamples, 2)))
	if err != nil {
		return nil, fmt.Errorf("read history of %s/%s %s: %w", key.Station, key.Node, source, err)
	}
	return samples, nil
}

func (s *Store) history(ctx context.Context, key NodeKey, source string, from, to, most int64) ([]Sample, error) {
	const selected = ` FROM measurements WHERE source = ?1 AND time >= ?2 AND time < ?3`
	var id, count int64
	err := s.reader().QueryRowContext(ctx, `SELECT coalesce(max(o.id), 0) FROM sources o JOIN nodes n ON n.id = o.node
		JOIN stations s ON s.id = n.station WHERE s.name = ? AND n.name = ? AND o.name = ?`,
		key.Station, key.Node, source).Scan(&id)
	if err == nil {
		err = s.reader().QueryRowContext(ctx, `SELECT count(*)`+selected, id, from, to).Scan(&count)
	}
	if err != nil || count == 0 {
		return nil, err
	}
	scan := func(rows *sql.Rows) (Sample, error) {
		var at sql.NullInt64
		var value float64
		err := rows.Scan(&at, &value)
		return Sample{fromMillis(at), value}, err
	}
	if count <= most {
		return collect(ctx, s.reader(), scan, `SELECT time, value`+selected+` ORDER BY time, epoch, seq`, id, from, to)
	}
	// SQLite takes the other columns of a group from the row that has the minimum or maximum.
	parts := most / 2
	width := (to - from + parts - 1) / parts
	return collect(ctx, s.reader(), scan, `SELECT time, value FROM (SELECT time, min(value) AS value`+selected+` GROUP BY (time - ?2) / ?4
		UNION SELECT time, max(value) AS value`+selected+` GROUP BY (time - ?2) / ?4) ORDER BY time`, id, from, to, width)
}
