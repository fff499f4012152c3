package main

import (
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/staffing"
)

// adviser asks for advice once a minute while a recording plays. It foretells nothing.
type adviser struct {
	watch *staffing.Watch
	asked time.Time
	// minutes counts those asked in, advised those with advice, by action; changed how often the advice became another.
	minutes, changed int
	advised          map[staffing.Action]int
	before           string
	reasons          map[staffing.Reason]int
	t                *testing.T
}

func (a *adviser) Learn(after queue.Snapshot, r record.Record) {
	a.watch.Learn(after, r)
	if after.At.Sub(a.asked) < time.Minute {
		return
	}
	a.asked = after.At
	a.minutes++
	now := ""
	for _, advice := range a.watch.Advise(after) {
		a.advised[advice.Action]++
		a.reasons[advice.Reason]++
		now += fmt.Sprint(advice.Action, advice.Counter, " ")
		a.check(after, advice)
	}
	if now != a.before {
		a.changed++
		a.before = now
	}
}

func (a *adviser) check(s queue.Snapshot, advice staffing.Advice) {
	for _, c := range s.Counters {
		if c.ID == advice.Counter && (c.State == queue.CounterClosed) != (advice.Action == staffing.Open) {
			a.t.Errorf("%s: %+v, but the counter is %s", s.At, advice, c.State)
		}
	}
}

func (a *adviser) Predict(queue.Snapshot, customer) prediction { return prediction{} }

// Three real days of the bank, held against 80 % within a minute: there is advice in the rush, and it does not flap.
func TestAdviceOnRealDays(t *testing.T) {
	r, err := open(data(t, "bank-calls-1999-02-01..14.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.file.Close()
	b := newBank()
	if err := b.read(r); err != nil {
		t.Fatal(err)
	}
	rules := bankRules()
	for i := range rules.Services {
		rules.Services[i].Target = queue.Target{Within: time.Minute, Share: 0.8}
	}
	a := &adviser{watch: staffing.NewWatch(rules), advised: map[staffing.Action]int{}, reasons: map[staffing.Reason]int{}, t: t}
	visits := b.upTo("1999-02-03")
	if _, err := playBank(visits, rules, []contestant{{name: "adviser", predictor: a}}, all); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d minutes with something happening: to open in %d, to close in %d, %d changes of advice; reasons %v",
		a.minutes, a.advised[staffing.Open], a.advised[staffing.Close], a.changed, a.reasons)
	if a.advised[staffing.Open] == 0 || a.changed*10 > a.minutes {
		t.Errorf("advice to open in %d minutes, %d changes in %d minutes", a.advised[staffing.Open], a.changed, a.minutes)
	}
}
