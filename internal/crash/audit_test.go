package crash

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
)

// ends is how far a node's journal goes.
type ends struct {
	epoch string
	last  map[record.Stream]uint64
}

// settle lets the nodes stop, lets head office have everything they still hold, and compares what it has with what was
// said.
func (h *house) settle() error {
	for _, v := range []*victim{h.writer, h.agent} {
		if err := h.stop(v); err != nil {
			return err
		}
	}
	reached := map[string]ends{}
	for _, v := range h.nodes {
		e, err := h.drain(v.node)
		if err != nil {
			return fmt.Errorf("drain %s: %w", v.node, err)
		}
		reached[v.node] = e
		for _, last := range e.last {
			h.tally.expected += last
		}
	}
	if err := h.awaitStored(reached); err != nil {
		return err
	}
	for _, v := range h.nodes {
		if err := h.audit(v, reached[v.node]); err != nil {
			return err
		}
	}
	return nil
}

// drain sends what an ended node had not yet delivered: the journal and the uplink are a node's own.
func (h *house) drain(node string) (e ends, err error) {
	log := slog.New(slog.DiscardHandler)
	j, err := openJournal(filepath.Join(h.dir, node), log)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	up, err := newUplink(station, node, h.url(), j, log)
	if err != nil {
		return e, err
	}
	ctx, cancel := context.WithTimeout(h.ctx, hang)
	ended := make(chan error, 1)
	go func() { ended <- up.Run(ctx) }()
	defer func() { err = errors.Join(err, <-ended) }()
	defer cancel()
	e = ends{epoch: j.Epoch(), last: map[record.Stream]uint64{}}
	for _, s := range record.Streams {
		for {
			changed := j.Changed()
			at := j.Position(s)
			e.last[s] = at.Last
			if at.Through == at.Last {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return e, fmt.Errorf("%s: acknowledged through %d of %d", s, at.Through, at.Last)
			}
		}
	}
	return e, nil
}

// awaitStored returns when head office shows as many records as the nodes have: what it has acknowledged may come into
// view a little later.
func (h *house) awaitStored(reached map[string]ends) error {
	ctx, cancel := context.WithTimeout(h.ctx, hang)
	defer cancel()
	for {
		progress, err := programs.API(h.api).Progress(ctx, station)
		if err != nil {
			return err
		}
		late := ""
		h.tally.resent = 0
		for _, p := range progress {
			h.tally.resent += p.Duplicates
			if p.Lost > 0 {
				h.account.breach(buried, "%s %s: head office counts %d lost", p.Node, p.Stream, p.Lost)
			}
			if last := reached[p.Node].last[p.Stream]; p.Epoch == reached[p.Node].epoch && p.Stored < last {
				late = fmt.Sprintf("%s %s: %d of %d records", p.Node, p.Stream, p.Stored, last)
			}
		}
		if late == "" {
			return nil
		}
		pause(ctx, 50*time.Millisecond)
		if ctx.Err() != nil {
			return fmt.Errorf("head office shows no more than %s: %w", late, ctx.Err())
		}
	}
}

// audit compares what head office has of one node with what was said of it.
func (h *house) audit(v *victim, e ends) error {
	for _, stream := range record.Streams {
		a := audit{account: h.account, node: v.node, stream: stream}
		logged := logged{told: v.told}
		err := programs.API(h.api).Records(h.ctx, station, v.node, stream, func(r programs.Stored) {
			a.take(r)
			logged.take(r.Type)
		})
		if err != nil {
			return err
		}
		a.end(e.epoch, e.last[stream])
		h.tally.stored += a.stored
		if v.name == "agent" && stream == record.Events {
			logged.end(h.account, v.lives)
		}
	}
	return nil
}

// logged compares, in order, what the agent logged as written down with what is stored.
type logged struct {
	told   []string
	extra  int // stored, and not logged: it was killed in between
	stored int
}

func (l *logged) take(typ string) {
	if _, ok := writtenDown[typ]; !ok {
		return
	}
	l.stored++
	if len(l.told) > 0 && l.told[0] == typ {
		l.told = l.told[1:]
		return
	}
	l.extra++
}

// end expects that everything logged was found, and that at most one record a life was not logged.
func (l *logged) end(a *account, lives int) {
	if len(l.told) > 0 {
		a.breach(missing, "an agent logged %s, and %d more, which are not stored", l.told[0], len(l.told)-1)
	}
	if l.extra > lives {
		a.breach(doubled, "%d records of %d are stored that an agent never logged in %d lives", l.extra, l.stored, lives)
	}
}
