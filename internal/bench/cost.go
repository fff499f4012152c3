package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// spent is what both ends had cost at one moment: on the wire, and on the disk of each.
type spent struct {
	up, back     int64
	node, office diskCount
}

func (s spent) since(before spent) spent {
	return spent{s.up - before.up, s.back - before.back, s.node.since(before.node), s.office.since(before.office)}
}

// ledger reads what a site costs.
type ledger struct {
	relay        *relay
	node, office *volume
}

func (l ledger) read() (s spent, err error) {
	if s.node, err = l.node.count(); err != nil {
		return s, err
	}
	if s.office, err = l.office.count(); err != nil {
		return s, err
	}
	s.up, s.back = l.relay.up.Load(), l.relay.back.Load()
	return s, nil
}

// around reads before and after work.
func (l ledger) around(work func() error) (spent, error) {
	before, err := l.read()
	if err != nil {
		return spent{}, err
	}
	if err := work(); err != nil {
		return spent{}, err
	}
	after, err := l.read()
	return after.since(before), err
}

// measureCost drains the backlog once more, with a relay that counts and each end on a device of its own, and then sends
// events one by one.
func (b *bench) measureCost(ctx context.Context) (rows []row, foot []string, err error) {
	room, err := b.room("cost")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	l := ledger{node: b.nodeVolume, office: b.officeVolume}
	s, err := b.openCounted(ctx, room, &l)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	all, err := l.around(func() error { _, err := s.drain(ctx); return err })
	if err != nil {
		return nil, nil, err
	}
	var after time.Duration
	views, err := l.around(func() (err error) { after, err = s.office.caughtUp(ctx); return err })
	if err != nil {
		return nil, nil, err
	}
	w := &watcher{office: s.office, after: s.waits}
	single, err := l.around(func() error { _, err := w.oneByOne(ctx, s.node, b.scale.Events); return err })
	if err != nil {
		return nil, nil, err
	}
	rows = append(costRows("backlog", int(s.waits), all),
		row{What: "backlog: until lists and charts show it", Got: millis(after),
			Note: fmt.Sprintf("after the last acknowledgement; %d B a record more on head office's disk", views.office.Written/int64(max(1, s.waits)))})
	return append(rows, costRows("single events", b.scale.Events, single)...), nil, nil
}

func (b *bench) openCounted(ctx context.Context, room string, l *ledger) (*site, error) {
	nodeDir, err := l.node.folder()
	if err != nil {
		return nil, err
	}
	officeDir, err := l.office.folder()
	if err != nil {
		return nil, err
	}
	journalDir := within(nodeDir, "journal")
	if err := b.waiting.copyTo(ctx, journalDir); err != nil {
		return nil, err
	}
	return b.openSite(ctx, siteOptions{Room: room, Node: journalDir, Office: officeDir,
		Task: nodeTask{Retain: forever, TelemetryDelay: 30 * time.Second},
		Through: func(broker string) (string, error) {
			if l.relay, err = startRelay(broker); err != nil {
				return "", err
			}
			b.cleanup.Add("relay", l.relay.close)
			return l.relay.url(), nil
		}})
}

func costRows(what string, records int, s spent) []row {
	each := func(n int64) figure { return figure{Value: float64(n) / float64(records), Unit: bytesEach} }
	flushes := func(c diskCount) string {
		return fmt.Sprintf("%s flushes per 1000", spell(1000*float64(c.Flushes)/float64(records)))
	}
	return []row{
		{What: what + ": on the wire, a record", Got: each(s.up), Note: fmt.Sprintf("and %s back", each(s.back))},
		{What: what + ": on the node's disk, a record", Got: each(s.node.Written), Note: flushes(s.node)},
		{What: what + ": on head office's disk, a record", Got: each(s.office.Written), Note: flushes(s.office)},
	}
}
