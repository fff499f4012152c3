package main

import (
	"context"
	"log/slog"
	"math"
	"time"

	"periph.io/x/conn/v3/physic"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/contact"
)

// publisher shows head office the latest value of a point.
type publisher interface {
	SetState(point string, s record.State)
}

// points is the one place where what sensors saw becomes records, alarms and states. It has one owner: sensors reach
// it through channels. Every observation is handled in the same order: its events are on disk before its state is
// published, alarms it raises or clears among them; the reading itself may wait for its commit.
type points struct {
	ledger    *ledger
	publisher publisher
	rules     []alarm.Rule
	memory    memory
	dir       string // of the memory
	states    map[string]record.State
	log       *slog.Logger
}

// expect makes points known that have not been heard of yet.
func (p *points) expect(names []string) {
	for _, name := range names {
		p.show(name, record.State{Time: time.Now(), Quality: record.Unknown, Reason: "not read yet"})
	}
}

// withdraw clears the alarms of rules that are no longer configured.
func (p *points) withdraw() {
	state, events := alarm.Withdraw(p.rules, p.memory.Alarms, time.Now())
	p.note(state, events, nil)
}

// door writes down a door's change, or that its contact cannot be read.
func (p *points) door(point string, s contact.Sighting) {
	if s.Fault != nil {
		p.failed(point, s.Fault.Error(), s.At)
		return
	}
	typ, value := record.DoorClosed, "closed"
	if s.Active {
		typ, value = record.DoorOpened, "open"
	}
	entries := append(p.recovered(point, s.At), record.NewEntry(typ, point, s.At, record.DoorData{Initial: s.Initial}))
	p.note(p.memory.Alarms, nil, entries)
	p.log.Info("door "+value, "point", point, "initial", s.Initial)
	p.show(point, record.State{Value: value, Time: s.At, Quality: record.Good})
}

// presented writes down a badge.
func (p *points) presented(point string, b badge.Presentation) {
	p.note(p.memory.Alarms, nil, []record.Entry{
		record.NewEntry(record.BadgePresented, point, b.At, record.BadgeData{Card: b.Card.Masked()}),
	})
	p.log.Info("badge presented", "point", point, "card", b.Card)
	p.show(point, record.State{Value: b.Card.Masked(), Time: b.At, Quality: record.Good})
}

// quantity is something that is measured: how its records are called and what it is measured in.
type quantity struct {
	typ, unit string
}

var (
	temperature = quantity{record.TemperatureMeasured, "°C"}
	humidity    = quantity{record.HumidityMeasured, "%RH"}
)

// celsius is the number that is written down of a temperature, to a ten-thousandth of a degree: sensors measure in
// sixteenths, and finer is noise.
func celsius(t physic.Temperature) float64 {
	return math.Round(float64(t-physic.ZeroCelsius)/float64(100*physic.MicroKelvin)) / 1e4
}

// relative is the number that is written down of a humidity, in %RH to a tenth: finer is noise.
func relative(h physic.RelativeHumidity) float64 {
	return math.Round(float64(h)/float64(physic.MilliRH)) / 10
}

// measured takes a good reading: alarms first, then the reading, then what head office sees.
func (p *points) measured(point string, q quantity, value float64, at time.Time) {
	state, events := alarm.Step(p.rules, p.memory.Alarms,
		alarm.Sample{Point: point, Value: value, Unit: q.unit, Quality: record.Good, Time: at})
	p.note(state, events, p.recovered(point, at))
	p.log.Debug("measured", "point", point, "value", value, "unit", q.unit)
	p.ledger.write(record.Telemetry, record.NewEntry(q.typ, point, at, record.MeasurementData{Value: value, Unit: q.unit}))
	p.show(point, record.State{Value: value, Unit: q.unit, Time: at, Quality: record.Good})
}

// failed takes a fault: an event when it begins, the state whenever the reason changes.
func (p *points) failed(point, reason string, at time.Time) {
	if _, already := p.memory.Faults[point]; !already {
		p.memory.Faults[point] = reason
		p.log.Warn("point failed", "point", point, "reason", reason)
		p.note(p.memory.Alarms, nil, []record.Entry{
			record.NewEntry(record.PointFailed, point, at, record.PointData{Quality: record.Faulty, Reason: reason}),
		})
	}
	if shown := p.states[point]; shown.Quality != record.Faulty || shown.Reason != reason {
		p.show(point, record.State{Unit: shown.Unit, Time: at, Quality: record.Faulty, Reason: reason})
	}
}

// recovered ends a point's fault, if it has one, and returns the event to be written down.
func (p *points) recovered(point string, at time.Time) []record.Entry {
	if _, faulty := p.memory.Faults[point]; !faulty {
		return nil
	}
	delete(p.memory.Faults, point)
	p.log.Info("point recovered", "point", point)
	return []record.Entry{record.NewEntry(record.PointRecovered, point, at, record.PointData{Quality: record.Good})}
}

// ended takes the end of a recording: its last value is shown on, but as one that grows old.
func (p *points) ended(point string, e record.ReplayEndedData) {
	now := time.Now()
	p.note(p.memory.Alarms, nil, []record.Entry{record.NewEntry(record.ReplayEnded, point, now, e)})
	p.log.Info("recording ended", "point", point, "file", e.File, "readings", e.Readings)
	s := p.states[point]
	s.Quality, s.Reason = record.Stale, "the recording "+e.File+" has ended"
	if s.Value == nil {
		s.Time = now
	}
	p.show(point, s)
}

// note writes events down together, and remembers what they changed: other entries first, then alarms.
func (p *points) note(alarms alarm.State, events []alarm.Change, entries []record.Entry) {
	p.memory.Alarms = alarms
	changed := len(events) > 0
	for _, e := range entries {
		changed = changed || e.Type == record.PointFailed || e.Type == record.PointRecovered
	}
	for _, e := range events {
		entries = append(entries, e.Entry())
		word, level := "alarm cleared", slog.LevelInfo
		if e.Raised {
			word, level = "alarm raised", slog.LevelWarn
		}
		p.log.Log(context.Background(), level, word, "point", e.Point, "rule", e.Rule, "level", e.Level, "serial", e.Serial, "value", e.Value, "limit", e.Limit)
	}
	if p.ledger.write(record.Events, entries...) && changed {
		p.remember()
	}
}

// late writes what waited for the journal, when that is due.
func (p *points) late() {
	if p.ledger.again() {
		p.remember()
	}
}

// remember saves the memory. It does not while events wait for the journal: the file must not lead.
func (p *points) remember() {
	p.memory.Seq = max(p.memory.Seq, p.ledger.last[record.Events])
	if err := p.memory.save(p.dir); err != nil {
		p.log.Error("a restart will remember open alarms from the journal alone", "error", err)
	}
}

func (p *points) show(point string, s record.State) {
	p.states[point] = s
	p.publisher.SetState(point, s)
}
