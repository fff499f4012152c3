package queue_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// busy is a station as large as they come: classes, weights, a rule that helps out, appointments.
func busy() queue.Rules {
	rules := queue.Rules{
		Services: []queue.Service{{ID: "new", Prefix: "A"}, {ID: "pay", Prefix: "B"}, {ID: "repair", Prefix: "C"}, {ID: "visa", Prefix: "D"}, {ID: "info", Prefix: "E"}},
		Classes:  []queue.Class{{ID: "senior", Rate: 1.5, HeadStart: 5 * time.Minute}, {ID: "military", Rate: 2}},
		Calling: []queue.CallRule{
			{Name: "booked", Classes: []string{queue.ByAppointment}, Order: queue.Booked, Due: 10 * time.Minute},
			{Name: "shared", Order: queue.Priority, Weights: map[string]int{"senior": 2, "military": 1, queue.Ordinary: 1}},
			{Name: "help", Services: []string{"pay"}, When: queue.Condition{WaitingOver: 20}},
		},
		Calendar: queue.Calendar{Zone: shanghai, Start: 3 * time.Hour},
	}
	for i := range 12 {
		c := queue.Counter{ID: fmt.Sprint(i + 1)}
		if i >= 4 {
			c.Services = []string{rules.Services[i%5].ID, rules.Services[(i+1)%5].ID}
		}
		rules.Counters = append(rules.Counters, c)
	}
	return rules
}

// bench plays a day: at every step somebody comes, and a counter calls when more wait than are to.
type play struct {
	state   *queue.State
	now     time.Time
	records []record.Record
	keep    bool
	actions int
	n       int
}

func newPlay(rules queue.Rules) *play {
	return &play{state: queue.New(rules), now: time.Date(2026, 11, 23, 9, 0, 0, 0, shanghai)}
}

func (p *play) do(b testing.TB, c queue.Command) (queue.Ticket, error) {
	decision, err := p.state.Decide(c, p.now)
	if err != nil {
		return queue.Ticket{}, err
	}
	p.actions++
	for _, e := range decision.Entries {
		p.n++
		r := record.Record{Seq: uint64(p.n), Type: e.Type, Source: e.Source, Time: e.Time, Clock: record.Synced, Boot: "b", Data: e.Data}
		if err := p.state.Apply(r); err != nil {
			b.Fatal(err)
		}
		if p.keep {
			p.records = append(p.records, r)
		}
	}
	return decision.Ticket, nil
}

var offered = []string{"new", "pay", "repair", "visa", "info"}

var classes = []string{"", "", "", "senior", "", "military", ""}

func (p *play) step(b testing.TB, i, waiting int, services int) {
	p.now = p.now.Add(time.Second)
	take := queue.Take{Service: offered[i%services], Class: classes[i%len(classes)], Nonce: fmt.Sprintf("n%d", i), Request: fmt.Sprintf("t%d", i)}
	if _, err := p.do(b, take); err != nil {
		b.Fatal(err)
	}
	if i < waiting {
		return
	}
	counter := fmt.Sprint(i%12 + 1)
	t, err := p.do(b, queue.Call{Counter: counter, Request: fmt.Sprintf("c%d", i)})
	if err != nil {
		return
	}
	switch i % 10 {
	case 3:
		p.do(b, queue.Recall{Counter: counter, Ticket: t.ID})
	case 5:
		p.do(b, queue.NoShow{Counter: counter})
		return
	}
	p.do(b, queue.Finish{Counter: counter, Ticket: t.ID, Request: fmt.Sprintf("f%d", i)})
}

func BenchmarkActions(b *testing.B) {
	for _, waiting := range []int{10, 50, 500} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) {
			p := newPlay(busy())
			i := 0
			for b.Loop() {
				p.step(b, i, waiting, 5)
				i++
				if i%3000 == 0 {
					b.StopTimer()
					p, i = newPlay(busy()), 0
					b.StartTimer()
				}
			}
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	for _, waiting := range []int{0, 50, 500} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) {
			p := newPlay(busy())
			for i := range waiting + 24 {
				p.step(b, i, waiting, 5)
			}
			for b.Loop() {
				p.state.Snapshot(p.now)
			}
		})
	}
}

func BenchmarkRebuild(b *testing.B) {
	p := newPlay(busy())
	p.keep = true
	for i := range 5000 {
		p.step(b, i, 50, 5)
	}
	b.Run("rebuild", func(b *testing.B) {
		for b.Loop() {
			s := queue.New(busy())
			for _, r := range p.records {
				if err := s.Apply(r); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(len(p.records)), "records")
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			for _, r := range p.records {
				var d record.TicketCalledData
				json.Unmarshal(r.Data, &d)
			}
		}
	})
}
