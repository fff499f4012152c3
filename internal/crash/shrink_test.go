package crash

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sync/errgroup"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// A writer alone makes a backlog of so many events of this many bytes, which do not compress, and acknowledges it
// itself. That leaves a file that is almost empty, which the journal moves into a smaller one.
const (
	ballastCount  = 3000
	ballastGroup  = 100
	ballastLength = 3 << 10
	// trickle is the time from one event to the next after that.
	trickle = 25 * time.Millisecond
	// held is how many events it leaves unacknowledged.
	held = 50
)

// workAlone is the writer's work without a head office: a backlog, and then a trickle of events.
func (w *writer) workAlone(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(w.Seed, 0))
	for n := 0; n < ballastCount && ctx.Err() == nil; n += ballastGroup {
		entries := make([]record.Entry, ballastGroup)
		for i := range entries {
			text := make([]byte, ballastLength)
			for i := range text {
				text[i] = byte(rng.Uint32())
			}
			entries[i] = record.NewEntry("note.written", "hall/desk", time.Time{}, map[string][]byte{"text": text})
		}
		if err := w.appendAlone(entries); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		at := w.journal.Position(record.Events)
		if at.Last > at.Through+2*held {
			ack := record.Ack{Epoch: w.journal.Epoch(), Stream: record.Events, Through: at.Last - held}
			if err := w.journal.Acknowledge(ack); err != nil {
				return err
			}
		}
		if err := w.appendAlone([]record.Entry{event(rng)}); err != nil {
			return err
		}
		pause(ctx, trickle)
	}
	return nil
}

func (w *writer) appendAlone(entries []record.Entry) error {
	records, err := w.journal.Append(context.Background(), record.Events, entries...)
	if err != nil {
		return err
	}
	w.tell(record.Events, records[0].Seq, digests(records))
	return nil
}

// shrinkers is how many journals shrink at the same time: each looks only now and then whether it is worth it.
const shrinkers = 8

// shrink kills writers while their journals move into smaller files, and checks that these hold what the writers were
// told.
func (h *house) shrink(kills int) error {
	var all errgroup.Group
	for n := range min(shrinkers, kills) {
		v := h.newWriter(fmt.Sprintf("shrinker-%d", n), false)
		rng := rand.New(rand.NewPCG(h.rng.Uint64(), 0))
		v.command = func() *exec.Cmd {
			return writerCommand(orders{Data: filepath.Join(h.dir, v.node), Station: station, Node: v.node, Seed: rng.Uint64()})
		}
		all.Go(func() error {
			for k := n; k < kills; k += shrinkers {
				if err := h.strikeShrinking(v, rng); err != nil {
					return fmt.Errorf("%s: %w", v.node, err)
				}
				if err := h.auditAlone(v.node); err != nil {
					return fmt.Errorf("%s: %w", v.node, err)
				}
			}
			return nil
		})
	}
	return all.Wait()
}

// strikeShrinking starts a writer and kills it while its journal moves: soon after the new file was made, or about when
// it takes the old one's place.
func (h *house) strikeShrinking(v *victim, rng *rand.Rand) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watcher.Close()
	if err := h.start(v); err != nil {
		return err
	}
	dir := filepath.Join(h.dir, v.node)
	if err := watcher.Add(dir); err != nil {
		return err
	}
	sign, within := filepath.Join(dir, journal.FileName+".new"), 25*time.Millisecond
	if rng.IntN(2) == 0 {
		sign, within = filepath.Join(dir, journal.FileName), time.Millisecond
	}
	timeout := time.After(hang)
	for {
		select {
		case e := <-watcher.Events:
			if e.Name == sign && e.Has(fsnotify.Create) {
				pause(h.ctx, time.Duration(rng.Int64N(int64(within))))
				return h.kill(v, shrinking)
			}
		case err := <-watcher.Errors:
			return err
		case <-timeout:
			_, err := v.process.Kill(h.ctx)
			return fmt.Errorf("the journal never began to move into a smaller file; %w", err)
		}
	}
}

// auditAlone compares what a journal holds that nobody has acknowledged with what was told of it.
func (h *house) auditAlone(node string) (err error) {
	j, err := openJournal(filepath.Join(h.dir, node), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	s := sequence{node, j.Epoch(), record.Events}
	at := j.Position(record.Events)
	h.account.reopened(s, at.Last)
	records, lost, err := j.Read(record.Events, at.Through, 1<<20)
	if err != nil {
		return err
	}
	if len(lost) > 0 || uint64(len(records)) != at.Last-at.Through {
		h.account.breach(missing, "%v: %d records from %d to %d, and %v", s, len(records), at.Through+1, at.Last, lost)
	}
	for _, r := range records {
		h.account.noteDurable(s, r.Seq, digest(r))
	}
	return nil
}
