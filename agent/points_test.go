package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/contact"
)

// watcher tells when all wanted points have shown a good value.
type watcher struct {
	next publisher
	want []string
	seen chan struct{}
}

func (w *watcher) SetState(point string, s record.State) {
	w.next.SetState(point, s)
	i := slices.Index(w.want, point)
	if i < 0 || s.Quality != record.Good {
		return
	}
	if w.want = slices.Delete(w.want, i, i+1); len(w.want) == 0 {
		close(w.seen)
	}
}

// trail is a journal and a publisher that keep, in order, what they were told. The journal can be made to refuse.
type trail struct {
	mu      sync.Mutex
	words   []string
	refuses error
	seq     map[record.Stream]uint64
}

func (tr *trail) Append(_ context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.refuses != nil {
		return nil, tr.refuses
	}
	var records []record.Record
	var words []string
	for _, e := range entries {
		tr.seq[stream]++
		records = append(records, record.Record{Seq: tr.seq[stream], Type: e.Type, Source: e.Source, Time: e.Time, Data: e.Data})
		words = append(words, fmt.Sprintf("%s %s", e.Type, e.Data))
	}
	tr.words = append(tr.words, string(stream)+": "+strings.Join(words, ", "))
	return records, nil
}

func (tr *trail) SetState(_ string, s record.State) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.words = append(tr.words, strings.TrimSpace(fmt.Sprintf("state: %v %s %s", s.Value, s.Quality, s.Reason)))
}

// take returns what was kept, and forgets it.
func (tr *trail) take() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	words := tr.words
	tr.words = nil
	return words
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newPoints(t *testing.T) (*points, *trail) {
	tr := &trail{seq: map[record.Stream]uint64{}}
	return &points{
		ledger: newLedger(tr, quiet()), publisher: tr, rules: []alarm.Rule{high}, dir: t.TempDir(),
		memory: memory{Faults: map[string]string{}}, states: map[string]record.State{}, log: quiet(),
	}, tr
}

func TestEventsAreWrittenDownBeforeTheyAreShown(t *testing.T) {
	p, tr := newPoints(t)
	p.door("door", contact.Sighting{Initial: true, At: noon})
	p.door("door", contact.Sighting{Active: true, At: noon})
	p.presented("badge", badge.Presentation{Card: "0047110815", At: noon})
	p.measured("office/temperature", temperature, 22.0625, noon)
	p.measured("office/temperature", temperature, 27, noon)
	expectWords(t, tr.take(),
		`events: door.closed {"initial":true}`, `state: closed good`,
		`events: door.opened {}`, `state: open good`,
		`events: badge.presented {"card":"******0815"}`, `state: ******0815 good`,
		`telemetry: temperature.measured {"value":22.0625,"unit":"°C"}`, `state: 22.0625 good`,
		`events: alarm.raised {"serial":1,"rule":"high","level":"major","value":27,"limit":26,"unit":"°C"}`,
		`telemetry: temperature.measured {"value":27,"unit":"°C"}`, `state: 27 good`)
}

func TestFaultsAreOneEventAndTheirEndAnother(t *testing.T) {
	p, tr := newPoints(t)
	p.measured("office/temperature", temperature, 27, noon)
	tr.take()
	for _, reason := range []string{"no answer", "no answer", "bad checksum"} {
		p.failed("office/temperature", reason, noon)
	}
	p.measured("office/temperature", temperature, 20, noon)
	p.door("door", contact.Sighting{Fault: errors.New("no such line"), At: noon})
	p.door("door", contact.Sighting{Active: true, Initial: true, At: noon})
	expectWords(t, tr.take(),
		`events: point.failed {"quality":"faulty","reason":"no answer"}`,
		`state: <nil> faulty no answer`,
		`state: <nil> faulty bad checksum`,
		`events: point.recovered {"quality":"good"}, alarm.cleared {"serial":1,"rule":"high","level":"major","value":20,"limit":26,"unit":"°C"}`,
		`telemetry: temperature.measured {"value":20,"unit":"°C"}`,
		`state: 20 good`,
		`events: point.failed {"quality":"faulty","reason":"no such line"}`,
		`state: <nil> faulty no such line`,
		`events: point.recovered {"quality":"good"}, door.opened {"initial":true}`,
		`state: open good`)
}

// A door is carried out before readings that came earlier.
func TestPeopleAreServedFirst(t *testing.T) {
	p, tr := newPoints(t)
	in := newInbox()
	for i := range cap(in.readings) {
		in.readings <- func(p *points) { p.measured("office/temperature", temperature, float64(i), noon) }
	}
	in.people <- func(p *points) { p.door("door", contact.Sighting{Active: true, At: noon}) }
	close(in.people)
	close(in.readings)
	in.serve(p)
	words := tr.take()
	if words[0] != `events: door.opened {}` {
		t.Errorf("first was %q", words[0])
	}
	if last := words[len(words)-1]; last != "state: 63 good" {
		t.Errorf("last was %q", last)
	}
}
