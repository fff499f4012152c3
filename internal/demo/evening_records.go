package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"text/tabwriter"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
)

// told is a record with its data read.
type told[T any] struct {
	stored
	Data T
}

// pick reads those records of a type.
func pick[T any](records []stored, typ string) (found []told[T], err error) {
	for _, r := range records {
		if r.Type != typ {
			continue
		}
		t := told[T]{stored: r}
		if err := decode(r, &t.Data); err != nil {
			return nil, err
		}
		found = append(found, t)
	}
	return found, nil
}

// held is the records of a type that head office has from the agent.
func held[T any](ctx context.Context, h *headOffice, typ string) ([]told[T], error) {
	records, err := h.records(ctx, station, node, string(record.Events))
	if err != nil {
		return nil, err
	}
	return pick[T](records, typ)
}

// written reads the events that are on the agent's disk while it runs.
func (s *stage) written() ([]stored, error) {
	var text bytes.Buffer
	err := journal.Export(filepath.Join(s.dir, node), &text, journal.ExportOptions{Streams: []record.Stream{record.Events}})
	if err != nil {
		return nil, err
	}
	var all []stored
	for lines := json.NewDecoder(&text); ; {
		var r stored
		if err := lines.Decode(&r); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the agent's journal: %w", err)
		}
		if r.Seq > 0 { // not a tombstone
			all = append(all, r)
		}
	}
}

// awaitRecord waits until a record is on the agent's disk. Head office may not know of it for long.
func awaitRecord[T any](ctx context.Context, s *stage, typ string, is func(T) bool) (found told[T], err error) {
	return found, s.until(ctx, "the agent writes down "+typ, func(context.Context) (bool, error) {
		all, err := s.written()
		if err != nil {
			return false, err
		}
		those, err := pick[T](all, typ)
		for _, r := range those {
			if is(r.Data) {
				found = r
				return true, err
			}
		}
		return false, err
	})
}

// raised waits until an alarm is on the agent's disk, and cleared until its end is.
func (s *stage) raised(ctx context.Context, rule string) (told[record.AlarmData], error) {
	return awaitRecord(ctx, s, record.AlarmRaised, func(d record.AlarmData) bool { return d.Rule == rule })
}

func (s *stage) cleared(ctx context.Context, rule string) error {
	raised, err := s.raised(ctx, rule)
	if err != nil {
		return err
	}
	_, err = awaitRecord(ctx, s, record.AlarmCleared, func(d record.AlarmData) bool {
		return d.Rule == rule && d.Serial == raised.Data.Serial
	})
	return err
}

// deliver brings to head office what an agent that has ended had not yet: at least that it ended.
func deliver(ctx context.Context, dir, broker string) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("head office did not take the rest within %s", patience))
	defer cancel()
	now, err := clock.System()
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	j, err := journal.Open(dir, journal.Options{Clock: now, Log: log, MaxBytes: 1 << 40, Retain: 24 * time.Hour, TelemetryDelay: time.Second})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	to, err := endpoint.Remote{URL: broker}.Resolve(log)
	if err != nil {
		return err
	}
	u, err := uplink.New(uplink.Options{Station: station, Node: node, Broker: to, Journal: j, Log: log})
	if err != nil {
		return err
	}
	online, hangUp := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- u.Run(online) }()
	defer func() { hangUp(); err = errors.Join(err, <-ended) }()
	for _, stream := range record.Streams {
		for at := j.Position(stream); at.Through < at.Last; at = j.Position(stream) {
			changed := j.Changed()
			if j.Position(stream).Through == at.Last {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// timetable is what happened, and when.
type timetable struct {
	began time.Time
	lines []string
}

func (t *timetable) title(words string) { t.lines = append(t.lines, "\t\t", "\t"+words+"\t") }

// row notes what was done and what came of it.
func (t *timetable) row(done, seen string) {
	t.lines = append(t.lines, fmt.Sprintf("%6.1f s\t  %s\t%s", time.Since(t.began).Seconds(), done, seen))
}

// end prints everything, and how it ended.
func (t *timetable) end(out io.Writer, err error) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range t.lines {
		fmt.Fprintln(w, line)
	}
	w.Flush()
	verdict := "Everything is as it should be."
	if err != nil {
		verdict = "The evening did not go on as it should."
	}
	fmt.Fprintf(out, "\n%s Took %s.\n", verdict, time.Since(t.began).Round(100*time.Millisecond))
}

// short spells how long something took.
func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	}
	return d.Round(10 * time.Millisecond).String()
}
