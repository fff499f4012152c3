package forecast_test

import (
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/forecast"
)

type heardRecord struct {
	after queue.Snapshot
	r     record.Record
}

// BenchmarkLearn learns the fortnight's records as at the start of a kiosk, when nobody is told anything.
func BenchmarkLearn(b *testing.B) {
	played := newBank(b, recording(b))
	played.silent = true
	var all []heardRecord
	played.heard = func(s queue.Snapshot, r record.Record) { all = append(all, heardRecord{s, r}) }
	played.play()
	b.ReportMetric(float64(len(all)), "records")
	for b.Loop() {
		m := forecast.New(forecast.Options{Rules: played.rules})
		for _, h := range all {
			m.Learn(h.after, h.r)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(len(all))*60_000, "s/60000records")
}

// crowd is a lobby of 50 waiting customers and 12 counters.
func crowd(tb testing.TB) *lobby {
	rules := queue.Rules{Classes: []queue.Class{{ID: "senior", HeadStart: 5 * time.Minute}}, Calling: []queue.CallRule{{Name: "turn", Order: queue.Priority}}}
	for _, s := range []string{"A", "B", "C", "D"} {
		rules.Services = append(rules.Services, queue.Service{ID: s, Prefix: s})
	}
	for i := range 12 {
		rules.Counters = append(rules.Counters, queue.Counter{ID: fmt.Sprint(i)})
	}
	l := newLobby(tb, rules)
	for i := range 40 {
		l.practise(fmt.Sprint(i%12), rules.Services[i%4].ID, 1, time.Duration(60+7*i)*time.Second)
	}
	for i := range 62 {
		l.take(rules.Services[i%4].ID)
		l.pass(9 * time.Second)
	}
	for i := range 12 {
		l.do(queue.Call{Counter: fmt.Sprint(i)})
		l.pass(7 * time.Second)
	}
	return l
}

func BenchmarkNewCustomer(b *testing.B) {
	l := crowd(b)
	s := l.snapshot()
	for b.Loop() {
		l.model.NewCustomer(s, "A", "")
	}
}

func BenchmarkWaiting(b *testing.B) {
	l := crowd(b)
	s := l.snapshot()
	for b.Loop() {
		l.model.Waiting(s)
	}
}
