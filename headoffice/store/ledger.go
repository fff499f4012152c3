package store

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// ledgerKey names one numbered sequence of one journal; streamOf the sequences that a node's stream has had.
type ledgerKey struct {
	from   NodeKey
	stream record.Stream
	epoch  string
}

type streamOf struct {
	node   int64
	stream record.Stream
}

func keyOf(d Delivery) ledgerKey { return ledgerKey{d.From, d.Batch.Stream, d.Batch.Epoch} }

// ledger is a row of epochs, with the node and station it belongs to. id is 0 while there is none yet.
//
// What is known is 1 to through, and the islands above it. highest is through exactly when there are none.
type ledger struct {
	id, node, station                                   int64
	from                                                NodeKey
	stream                                              record.Stream
	epoch                                               string
	through, highest, stored, lost, earlier, duplicates uint64
	mark                                                string

	// live is the epoch of its stream that delivered last.
	live int64
	// before is the row as it was found.
	before struct{ through, highest, stored uint64 }
	// touched is set when it is to be saved, received when records were stored.
	touched  bool
	received time.Time
	// lastFresh are the records stored last: mostly they hold the one at through.
	lastFresh []record.Record
}

func (p *putter) ledger(d Delivery) (*ledger, error) {
	key := keyOf(d)
	if l, ok := p.ledgers[key]; ok {
		return l, nil
	}
	l := &ledger{from: d.From, stream: d.Batch.Stream, epoch: d.Batch.Epoch}
	err := p.row(findEpoch, d.From.Station, d.From.Node, d.Batch.Stream, d.Batch.Epoch).
		Scan(&l.id, &l.node, &l.station, &l.through, &l.highest, &l.stored, &l.lost, &l.earlier, &l.duplicates, &l.mark, &l.live)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("find epoch %s: %w", l.epoch, err)
	}
	l.before.through, l.before.highest, l.before.stored = l.through, l.highest, l.stored
	p.ledgers[key] = l
	p.order = append(p.order, l)
	return l, nil
}

// begin makes the row of a new epoch, and returns the name of the one that its stream had before, if any.
func (p *putter) begin(l *ledger, from NodeKey) (previous string, err error) {
	if l.node, l.station, err = ensureNode(p.ctx, p.tx, from); err != nil {
		return "", err
	}
	err = p.tx.QueryRowContext(p.ctx, `SELECT e.epoch FROM epochs e WHERE e.node = ? AND e.stream = ? ORDER BY e.id DESC LIMIT 1`,
		l.node, l.stream).Scan(&previous)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("find the epoch before: %w", err)
	}
	if l.id, err = p.insert(addEpoch, l.node, l.stream, l.epoch, p.received.UnixMilli()); err != nil {
		return "", fmt.Errorf("add epoch %s: %w", l.epoch, err)
	}
	return previous, nil
}

// close saves what has changed of the epochs.
func (p *putter) close() error {
	for _, l := range p.order {
		if !l.touched {
			continue
		}
		if err := p.save(l); err != nil {
			return fmt.Errorf("save epoch %s: %w", l.epoch, err)
		}
		if live := p.live[streamOf{l.node, l.stream}]; live == l.id && l.live != l.id {
			if err := p.exec(setLive, l.node, l.stream, l.id); err != nil {
				return fmt.Errorf("save live epoch: %w", err)
			}
		}
		if l.before.through != l.through || l.before.highest != l.highest || l.before.stored != l.stored {
			p.changed = append(p.changed, Change{l.from.Station, l.from.Node, ProgressChanged})
		}
	}
	return nil
}

func (w *work) save(l *ledger) error {
	if l.through != l.before.through || (l.mark == "" && l.stored != l.before.stored) {
		at, ok, err := w.at(l, l.through)
		if err != nil {
			return err
		}
		l.mark = ""
		if ok {
			l.mark = at.Mark()
		}
	}
	return w.exec(saveEpoch, l.through, l.highest, l.stored, l.lost, l.earlier, l.duplicates, l.mark, millis(l.received), l.id)
}

// at returns the record of that seq, if it is held.
func (w *work) at(l *ledger, seq uint64) (r record.Record, ok bool, err error) {
	if r, ok = find(l.lastFresh, seq); ok {
		return r, true, nil
	}
	return w.heldAt(l.id, seq)
}

func (w *work) heldAt(epoch int64, seq uint64) (r record.Record, ok bool, err error) {
	batches, err := all(w, scanHeld, overlapping, epoch, seq, seq)
	if err != nil || len(batches) == 0 {
		return r, false, err
	}
	records, err := w.store.records(batches[0])
	if err != nil {
		return r, false, err
	}
	r, ok = find(records, seq)
	return r, ok, nil
}

// know notes that everything in a range is known: held, or lost.
func (w *work) know(l *ledger, s span) error {
	above := l.highest > l.through // there are islands
	l.highest = max(l.highest, s.last)
	if s.last <= l.through {
		return nil
	}
	if s.first > l.through+1 {
		return w.growIsland(l.id, s, above)
	}
	l.through = s.last
	if !above {
		return nil
	}
	// Islands that the mainland has reached are part of it.
	reached, err := all(w, scanSpan, islandsNear, l.id, s.first, l.through+1)
	if err != nil {
		return err
	}
	for _, island := range reached {
		l.through = max(l.through, island.last)
		if err := w.exec(dropIsland, l.id, island.first); err != nil {
			return err
		}
	}
	return nil
}

// growIsland adds a range to the islands and makes one of those that touch it.
func (w *work) growIsland(epoch int64, s span, above bool) error {
	if above {
		touched, err := all(w, scanSpan, islandsNear, epoch, s.first-1, s.last+1)
		if err != nil {
			return err
		}
		for _, island := range touched {
			if island.first <= s.first && island.last >= s.last {
				return nil
			}
			if err := w.exec(dropIsland, epoch, island.first); err != nil {
				return err
			}
			s.first, s.last = min(s.first, island.first), max(s.last, island.last)
		}
	}
	return w.exec(addIsland, epoch, s.first, s.last)
}

func scanSpan(rows *sql.Rows) (s span, err error) { return s, rows.Scan(&s.first, &s.last) }
