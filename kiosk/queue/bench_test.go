package queue_test

import (
	"encoding/json"
	"fmt"
	"syscall"
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

// play is a busy day: at every step somebody comes, and a counter calls when more wait than are to.
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

// processor is the time that this process has had of the processors, with what collects its garbage: a busy machine
// does not lengthen it.
func processor(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkActions carries out the commands of busy days, Decide and Apply, while so many wait.
func BenchmarkActions(b *testing.B) {
	for _, waiting := range []int{10, 50, 500} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) {
			p := newPlay(busy())
			i, actions := 0, 0
			began := processor(b)
			for b.Loop() {
				p.step(b, i, waiting, 5)
				if i++; i == 3000 {
					actions += p.actions
					p, i = newPlay(busy()), 0
				}
			}
			actions += p.actions
			b.ReportMetric(float64(actions)/b.Elapsed().Seconds(), "actions/s")
			b.ReportMetric(float64(actions)/(processor(b)-began).Seconds(), "actions/cpu-s")
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
			began := processor(b)
			for b.Loop() {
				p.state.Snapshot(p.now)
			}
			b.ReportMetric(float64((processor(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// BenchmarkRebuild folds the records of 5,000 tickets, beside the decoding alone.
func BenchmarkRebuild(b *testing.B) {
	p := newPlay(busy())
	p.keep = true
	for i := range 5000 {
		p.step(b, i, 50, 5)
	}
	for name, rebuild := range map[string]func(){
		"fold": func() {
			s := queue.New(busy())
			for _, r := range p.records {
				if err := s.Apply(r); err != nil {
					b.Fatal(err)
				}
			}
		},
		"decode": func() {
			for _, r := range p.records {
				var d record.TicketServedData
				if err := json.Unmarshal(r.Data, &d); err != nil {
					b.Fatal(err)
				}
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			began := processor(b)
			for b.Loop() {
				rebuild()
			}
			b.ReportMetric(float64((processor(b)-began).Milliseconds())/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(len(p.records)), "records")
		})
	}
}
