package main

import (
	"fmt"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// lobby is a station's queue while a recording plays in it: the engine decides every command and folds its records, and
// the contestants are told each of them, as the station's own journal would be read. They know nothing else.
type lobby struct {
	rules       queue.Rules
	state       *queue.State
	contestants []contestant
	seq         uint64
}

func newLobby(rules queue.Rules, contestants []contestant) (*lobby, error) {
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("set up the queue: %w", err)
	}
	return &lobby{rules: rules, state: queue.New(rules), contestants: contestants}, nil
}

// do carries out a command at a time of the recording.
func (l *lobby) do(c queue.Command, at time.Time) (queue.Ticket, error) {
	d, err := l.state.Decide(c, at)
	if err != nil {
		return queue.Ticket{}, fmt.Errorf("play %T at %s: %w", c, at.Format(time.DateTime), err)
	}
	for _, e := range d.Entries {
		l.seq++
		r := record.Record{Seq: l.seq, Type: e.Type, Source: e.Source, Time: e.Time, Clock: record.Synced, Data: e.Data}
		if err := l.state.Apply(r); err != nil {
			return queue.Ticket{}, fmt.Errorf("play %T at %s: %w", c, at.Format(time.DateTime), err)
		}
		after := l.state.Snapshot(at)
		for _, p := range l.contestants {
			p.Learn(after, r)
		}
	}
	return d.Ticket, nil
}

// ask is what the contestants foretell a customer who comes now.
func (l *lobby) ask(c customer, at time.Time) []prediction {
	s := l.state.Snapshot(at)
	told := make([]prediction, len(l.contestants))
	for i, p := range l.contestants {
		told[i] = p.Predict(s, c)
	}
	return told
}

// close closes a counter, or all when none is named, where open.
func (l *lobby) close(counter string, at time.Time) error {
	for _, c := range l.state.Snapshot(at).Counters {
		if c.State == queue.CounterClosed || counter != "" && c.ID != counter {
			continue
		}
		if _, err := l.do(queue.CloseCounter{Counter: c.ID}, at); err != nil {
			return err
		}
	}
	return nil
}
