package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"stationkeeper/internal/record"
)

type bootKey struct {
	node int64
	name string
}

// boot is what is known of the clock during one boot of a node's machine.
type boot struct {
	id    int64
	known anchors
	// saved is what of it is in the database.
	saved anchors
}

// maxBoots bounds what is remembered of boots from one step to the next.
const maxBoots = 10_000

func (w *work) boot(key bootKey) (*boot, error) {
	if b, ok := w.store.anchors[key]; ok {
		return b, nil
	}
	b := &boot{}
	err := w.row(findBoot, key.node, key.name).Scan(&b.id)
	if errors.Is(err, sql.ErrNoRows) {
		b.id, err = w.insert(addBoot, key.node, key.name)
	}
	if err != nil {
		return nil, fmt.Errorf("find boot %s: %w", key.name, err)
	}
	b.known, err = all(w, func(rows *sql.Rows) (a anchor, err error) {
		return a, rows.Scan(&a.firstMono, &a.firstTime, &a.lastMono, &a.lastTime)
	}, findAnchors, b.id)
	if err != nil {
		return nil, err
	}
	b.saved = b.known
	if len(w.store.anchors) >= maxBoots {
		clear(w.store.anchors)
	}
	w.store.anchors[key] = b
	return b, nil
}

// learn takes the believed times of a batch as anchors. Boots of which something new is learned are placed again.
func (in *indexer) learn(node int64, records []record.Record, received int64) (map[string]*boot, error) {
	boots := map[string]*boot{}
	fresh := map[string]bool{}
	var b *boot
	var last *record.Record // the believed record before
	held := false           // it is not taken yet: the next one may stand for it
	take := func(r *record.Record) {
		known, news := b.known.with(r.Mono, r.Time.UnixMilli())
		b.known, fresh[r.Boot] = known, fresh[r.Boot] || news
	}
	end := func() {
		if held {
			take(last)
		}
		last, held = nil, false
	}
	name := ""
	for i := range records {
		r := &records[i]
		if r.Boot == "" {
			continue
		}
		if b == nil || r.Boot != name {
			end()
			var err error
			if b, err = in.boot(bootKey{node, r.Boot}); err != nil {
				return nil, err
			}
			name, boots[r.Boot] = r.Boot, b
		}
		if !anchoring(*r, received) {
			end()
			continue
		}
		// Of a stretch in which the clock ran evenly its two ends say all.
		if last != nil && r.Mono >= last.Mono && abs(r.Time.Sub(last.Time).Milliseconds()-floorMillis(r.Mono-last.Mono)) <= 1 {
			last, held = r, true
			continue
		}
		end()
		take(r)
		last = r
	}
	end()
	for name, b := range boots {
		if err := in.saveAnchors(b, fresh[name]); err != nil {
			return nil, fmt.Errorf("boot %s: %w", name, err)
		}
	}
	return boots, nil
}

func (in *indexer) saveAnchors(b *boot, news bool) error {
	if slices.Equal(b.known, b.saved) {
		return nil
	}
	if err := in.exec(dropAnchors, b.id); err != nil {
		return err
	}
	for _, a := range b.known {
		if err := in.exec(addAnchor, b.id, a.firstMono, a.firstTime, a.lastMono, a.lastTime); err != nil {
			return err
		}
	}
	b.saved = b.known
	if !news {
		return nil
	}
	return in.replaceBoot(b.id)
}

// place says when the records of a batch happened, and notes those whose own time is not believed. A neighbour that
// this shows to be in the wrong place is placed again later.
func (in *indexer) place(o owner, h held, records []record.Record) ([]moment, error) {
	boots, err := in.learn(o.node, records, h.received)
	if err != nil {
		return nil, err
	}
	known := func(name string) anchors { return boots[name].known }
	placed := reckon(records, h.received, known, nil, nil)
	if slices.ContainsFunc(placed, moment.estimated) {
		before, err := in.neighbour(h.epoch, h.first, batchBefore)
		if err != nil {
			return nil, err
		}
		after, err := in.neighbour(h.epoch, h.last, batchAfter)
		if err != nil {
			return nil, err
		}
		placed = reckon(records, h.received, known, before, after)
	}
	for i, m := range placed {
		if m.how == Exact {
			continue
		}
		id := int64(0)
		if b := boots[m.boot]; b != nil {
			id = b.id
		} else if nameless, err := in.boot(bootKey{o.node, ""}); err != nil {
			return nil, err
		} else {
			id = nameless.id // it is never anchored
		}
		if err := in.placements.add(in.work, addPlacementMany, h.epoch, records[i].Seq, id, m.mono, m.placed, string(m.how)); err != nil {
			return nil, err
		}
	}
	if err := in.placements.flush(in.work, addPlacement); err != nil {
		return nil, err
	}
	return placed, in.disturb(h, placed[0], placed[len(placed)-1])
}

// neighbour returns the moment of the record next to a seq, in the direction of a query for the batch that holds it;
// nil when there is none, or it is not placed itself yet.
func (w *work) neighbour(epoch int64, seq uint64, direction query) (*moment, error) {
	found, err := all(w, scanHeld, direction, epoch, seq)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	records, err := w.store.records(found[0])
	if err != nil {
		return nil, err
	}
	r := records[0]
	if direction == batchBefore {
		below := within(records, span{0, seq - 1})
		r = below[len(below)-1]
	}
	return w.momentOf(found[0], r)
}

// momentOf returns where a stored record was placed.
func (w *work) momentOf(h held, r record.Record) (*moment, error) {
	m := &moment{boot: r.Boot, mono: r.Mono, placed: r.Time.UnixMilli(), how: Exact}
	if trusted(r, h.received) {
		return m, nil
	}
	err := w.row(findPlacement, h.epoch, r.Seq).Scan(&m.placed, &m.how)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up where seq %d is placed: %w", r.Seq, err)
	}
	return m, nil
}

// disturb has those neighbours of a batch placed again which cannot stay where they are: one before that was placed
// after the batch's first record, or one after that was placed before its last.
func (in *indexer) disturb(h held, first, last moment) error {
	for _, side := range []struct {
		placement, batch query
		seq              uint64
		wrong            func(m moment) bool
	}{
		{placementsBelow, batchBefore, h.first, func(m moment) bool {
			// Of one boot that is never anchored each batch says a little better when the one before was written. That
			// is no reason to move all of it.
			spare := int64(0)
			if m.boot != "" && m.boot == first.boot && first.estimated() {
				spare = jitter
			}
			return m.placed-spare > m.latest(first)
		}},
		{placementsAbove, batchAfter, h.last, func(m moment) bool { return m.placed < m.soonest(last) }},
	} {
		found, err := all(in.work, scanPlacement, side.placement, h.epoch, side.seq, 1)
		if err != nil {
			return fmt.Errorf("look up a neighbour's place: %w", err)
		}
		if len(found) == 0 || !found[0].estimated() || !side.wrong(found[0].moment) {
			continue
		}
		// It matters only when nothing lies between.
		near, err := all(in.work, scanHeld, side.batch, h.epoch, side.seq)
		if err != nil {
			return err
		}
		if seq := found[0].seq; len(near) > 0 && near[0].first <= seq && seq <= near[0].last {
			if err := in.replace(h.epoch, seq, seq); err != nil {
				return err
			}
		}
	}
	return nil
}
