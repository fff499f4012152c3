package queue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/hours"
	"stationkeeper/kiosk/queue"
)

func TestVisitOfSeveralServices(t *testing.T) {
	d := open(t)
	taken := d.must(queue.Take{Service: "new", Nonce: "a", Rest: []queue.Leg{{Service: "pay", Counter: "2"}, {Service: "repair"}}})
	d.pass(time.Minute)
	d.must(queue.Call{Counter: "1"})
	d.pass(2 * time.Minute)
	on := d.must(queue.Finish{Counter: "1", Outcome: "done", Note: "copied"})
	if on.Number != taken.Number || on.Status != queue.Waiting || on.Service != "pay" || on.For != "2" || len(on.Rest) != 1 || !on.Entered.Equal(d.now) {
		t.Errorf("after the first service: %+v", on)
	}
	want := queue.Stage{Service: "new", Counter: "1", Entered: taken.Issued, Called: taken.Issued.Add(time.Minute), Ended: taken.Issued.Add(3 * time.Minute),
		Outcome: "done", Note: "copied"}
	if len(on.Stages) != 1 || on.Stages[0] != want {
		t.Errorf("history %+v, want %+v", on.Stages, want)
	}
	d.refused(queue.Call{Counter: "1"}, queue.ErrNobodyWaiting)
	d.refused(queue.Call{Counter: "1", Ticket: on.ID}, queue.ErrOtherCounter)
	d.pass(4 * time.Minute)
	d.must(queue.Call{Counter: "2"})
	d.pass(time.Minute)
	d.must(queue.Finish{Counter: "2"})
	d.must(queue.Call{Counter: "3"})
	d.pass(5 * time.Minute)
	if done := d.must(queue.Finish{Counter: "3"}); done.Status != queue.Served || len(done.Stages) != 2 {
		t.Errorf("at the end: %+v", done)
	}
	v := d.state.Snapshot(d.now)
	if want := (queue.Tally{Issued: 1, Served: 1, Waited: 5 * time.Minute, Worked: 8 * time.Minute}); v.Today != want {
		t.Errorf("tally %+v, want %+v", v.Today, want)
	}
	if got, want := v.Services[1].Today, (queue.ServiceTally{Served: 1, Waited: 4 * time.Minute}); got != want {
		t.Errorf("payments %+v, want %+v", got, want)
	}
	if got := v.Counters[2]; got.Today != (queue.CounterTally{Served: 1, Worked: 5 * time.Minute}) || !got.Last.Equal(d.now) {
		t.Errorf("counter 3: %+v, last %s", got.Today, got.Last)
	}
}

func TestTransferAndComeBack(t *testing.T) {
	d := open(t)
	d.must(queue.Take{Service: "new", Nonce: "a"})
	d.must(queue.OpenCounter{Counter: "1", Clerk: "7"})
	d.pass(3 * time.Minute)
	d.must(queue.Call{Counter: "1"})
	d.pass(time.Minute)
	sent := d.must(queue.Transfer{Counter: "1", Service: "pay", Back: true, Keep: true, Note: "to the cash desk"})
	if want := d.now.Add(-3 * time.Minute); !sent.Turn.Equal(want) {
		t.Errorf("the time already waited is kept by turn %s, want %s", sent.Turn, want)
	}
	d.refused(queue.Transfer{Counter: "2"}, queue.ErrCounterIdle)
	d.must(queue.Call{Counter: "2"})
	back := d.must(queue.Finish{Counter: "2"})
	if back.Status != queue.Waiting || back.Service != "new" || back.For != "1" || len(back.Stages) != 2 || back.Stages[0].Outcome != queue.OutcomeTransferred || back.Stages[0].Clerk != "7" {
		t.Errorf("on the way back: %+v", back)
	}
	d.refused(queue.Call{Counter: "2"}, queue.ErrNobodyWaiting)
	if again := d.must(queue.Call{Counter: "1"}); again.ID != back.ID {
		t.Errorf("counter 1 called %s", again.Number)
	}
	d.refused(queue.Transfer{Counter: "1", To: "3", Service: "new"}, queue.ErrNotServed)
	d.refused(queue.Transfer{Counter: "1"}, queue.ErrMalformed)
	d.refused(queue.Transfer{Counter: "1", Service: "loan"}, queue.ErrUnknownService)
}

func TestWhoWaitsForACounterThatClosesIsNotForgotten(t *testing.T) {
	d := open(t)
	d.must(queue.OpenCounter{Counter: "2"})
	d.take("pay")
	d.must(queue.Call{Counter: "1"})
	sent := d.must(queue.Transfer{Counter: "1", To: "2"})
	d.refused(queue.Call{Counter: "1"}, queue.ErrNobodyWaiting)
	d.must(queue.CloseCounter{Counter: "2", Reason: "shift-over"})
	if got := d.must(queue.Call{Counter: "1"}); got.ID != sent.ID {
		t.Errorf("called %s", got.Number)
	}
}

func TestHold(t *testing.T) {
	d := open(t)
	d.take("new")
	d.pass(2 * time.Minute)
	d.must(queue.Call{Counter: "1"})
	d.pass(time.Minute)
	remind := d.now.Add(5 * time.Minute)
	held := d.must(queue.Hold{Counter: "1", Reason: "fills in the form", Remind: remind})
	v := d.state.Snapshot(d.now)
	if len(v.Held) != 1 || len(v.Waiting) != 0 || !v.Held[0].Remind.Equal(remind) || v.Held[0].HoldReason != "fills in the form" {
		t.Errorf("held: %+v", v.Held)
	}
	d.refused(queue.Call{Counter: "1"}, queue.ErrNobodyWaiting)
	d.refused(queue.Call{Counter: "3", Ticket: held.ID}, queue.ErrNotServed)
	d.pass(10 * time.Minute)
	again := d.must(queue.Call{Counter: "2", Ticket: held.ID})
	if again.Wait() != 2*time.Minute || again.Rule != queue.RuleChosen || again.HoldReason != "" {
		t.Errorf("called again: %+v, wait %s", again, again.Wait())
	}
	d.pass(3 * time.Minute)
	done := d.must(queue.Finish{Counter: "2"})
	if done.Wait() != 2*time.Minute || done.Serving() != 4*time.Minute {
		t.Errorf("served after %s in %s, want 2m0s and, the hold left out, 4m0s", done.Wait(), done.Serving())
	}
	other := d.take("new")
	d.must(queue.Call{Counter: "1"})
	d.must(queue.Hold{Counter: "1"})
	if gone := d.must(queue.Leave{Ticket: other.ID}); gone.Reason != queue.ReasonHoldEnded {
		t.Errorf("one who did not come back: %+v", gone)
	}
}

func TestSplit(t *testing.T) {
	d := open(t)
	first := d.must(queue.Take{Service: "new", Nonce: "a", Person: "p"})
	d.must(queue.Call{Counter: "1"})
	second := d.must(queue.Split{Counter: "1", Service: "repair", Nonce: "b", Request: "r"})
	if second.Visit != first.ID || second.Person != "p" || second.Number != "C001" || second.Status != queue.Waiting {
		t.Errorf("second ticket: %+v", second)
	}
	if got := d.counter("1").Ticket; got == nil || got.ID != first.ID {
		t.Errorf("counter 1 has %+v", got)
	}
	if got := d.must(queue.Undo{Counter: "1"}); got.ID != first.ID {
		t.Errorf("undone: %+v", got)
	}
	if _, known := d.state.Ticket(second.ID); known || d.state.Snapshot(d.now).Today.Issued != 1 {
		t.Errorf("the second ticket is still there: %+v", d.state.Snapshot(d.now).Today)
	}
	if got := d.must(queue.Split{Counter: "1", Service: "repair", Nonce: "c"}); got.Number != "C002" {
		t.Errorf("the number of one that may be printed was given again: %s", got.Number)
	}
}

func TestQuotesAreScoredWhenCalled(t *testing.T) {
	d := open(t)
	quote := func(low, expected, high int) queue.Quote {
		return queue.Quote{Known: true, Low: time.Duration(low) * time.Minute, Expected: time.Duration(expected) * time.Minute, High: time.Duration(high) * time.Minute}
	}
	first := quote(5, 8, 12)
	taken := d.must(queue.Take{Service: "new", Nonce: "a", Quote: &first})
	if taken.First.Expected != 8*time.Minute || !taken.First.At.Equal(d.now) {
		t.Errorf("told at issue: %+v", taken.First)
	}
	d.pass(2 * time.Minute)
	d.must(queue.Tell{Quotes: map[string]queue.Quote{taken.ID: quote(1, 2, 3), "gone": quote(1, 1, 1)}})
	d.pass(time.Minute)
	d.must(queue.Tell{Quotes: map[string]queue.Quote{taken.ID: {Ahead: 1}}}) // nothing is promised
	d.pass(3 * time.Minute)
	called := d.must(queue.Call{Counter: "1"}) // after 6 minutes; 4 after the second quote
	if called.First.Expected != 8*time.Minute || called.Quote.Known {
		t.Errorf("called: told %+v, then %+v", called.First, called.Quote)
	}
	want := queue.Score{N: 2, Error: 0, AbsError: 4 * time.Minute, Inside: 1}
	v := d.state.Snapshot(d.now)
	if v.Quotes != want || v.Quotes.Mean() != 2*time.Minute || v.Quotes.Coverage() != 0.5 || v.Quotes.Bias() != 0 {
		t.Errorf("score %+v, want %+v", v.Quotes, want)
	}
	d.must(queue.Undo{Counter: "1"})
	if got := d.state.Snapshot(d.now).Quotes; got != (queue.Score{}) {
		t.Errorf("after the undo: %+v", got)
	}
	d.pass(time.Minute)
	d.must(queue.Call{Counter: "1"}) // 7 and 5 minutes after them
	if got, want := d.state.Snapshot(d.now).Quotes, (queue.Score{N: 2, Error: -2 * time.Minute, AbsError: 4 * time.Minute, Inside: 1}); got != want {
		t.Errorf("score %+v, want %+v", got, want)
	}
}

func TestQuote(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	q := queue.Quote{At: at, Known: true, Ahead: 3, Low: 100 * time.Second, Expected: 5 * time.Minute, High: 7*time.Minute + time.Second}
	if low, high := q.Minutes(); low != 1 || high != 8 {
		t.Errorf("%d to %d minutes, want 1 to 8", low, high)
	}
	later := q.Remaining(at.Add(3 * time.Minute))
	if want := (queue.Quote{At: at.Add(3 * time.Minute), Known: true, Ahead: 3, Low: 0, Expected: 2 * time.Minute, High: 4*time.Minute + time.Second}); later != want {
		t.Errorf("three minutes later %+v, want %+v", later, want)
	}
	if before := q.Remaining(at.Add(-time.Minute)); before != q {
		t.Errorf("by a clock that was set back: %+v", before)
	}
}

func TestServicesShareAPrefix(t *testing.T) {
	rules := branch()
	rules.Services = []queue.Service{{ID: "new", Prefix: "A", First: 1, Last: 3}, {ID: "pay", Prefix: "A", First: 500, Last: 599}}
	rules.Counters = rules.Counters[:2]
	d := openWith(t, rules)
	var got []string
	for range 4 {
		got = append(got, d.take("new").Number)
	}
	got = append(got, d.take("pay").Number)
	// The fourth is here while all three numbers are in use: it repeats one, with an id of its own.
	if want := []string{"A001", "A002", "A003", "A001", "A500"}; !slices.Equal(got, want) {
		t.Errorf("numbers %v, want %v", got, want)
	}
	rules.Services[1].First = 3
	if err := rules.Validate(); err == nil {
		t.Error("overlapping ranges of one prefix were accepted")
	}
}

func TestServiceIsOpenAndFullInTheSnapshot(t *testing.T) {
	rules := branch()
	week := &hours.Hours{Days: map[string][]hours.Span{"2026-11-24": {}}} // a holiday
	for day := range week.Week {
		week.Week[day] = []hours.Span{{From: 8 * time.Hour, To: 12 * time.Hour}, {From: 13 * time.Hour, To: 17 * time.Hour}}
	}
	rules.Services[0].Hours, rules.Services[0].Cap.Day = week, 2
	rules.Services[0].Target = queue.Target{Within: time.Minute, Share: 0.8}
	d := openWith(t, rules)
	of := func() queue.ServiceView { return d.state.Snapshot(d.now).Services[0] }
	if got := of(); !got.Open || !got.Until.Equal(d.now.Add(3*time.Hour)) || !got.Next.Equal(d.now.Add(4*time.Hour)) || got.Full {
		t.Errorf("at nine: %+v", got)
	}
	d.take("new")
	d.pass(2 * time.Minute)
	d.take("new")
	if got := of(); !got.Full || got.Waiting != 2 || got.Longest != 2*time.Minute || got.Today.Issued != 2 {
		t.Errorf("after two tickets: %+v", got)
	}
	d.must(queue.Call{Counter: "1"})
	d.must(queue.Call{Counter: "2"})
	d.must(queue.Finish{Counter: "1"})
	d.must(queue.Finish{Counter: "2"})
	if got := of().Today; got.Served != 2 || got.Within != 1 {
		t.Errorf("one of two was called within a minute: %+v", got)
	}
	d.now = time.Date(2026, 11, 23, 18, 0, 0, 0, shanghai)
	if got, want := of(), time.Date(2026, 11, 25, 8, 0, 0, 0, shanghai); got.Open || !got.Next.Equal(want) {
		t.Errorf("in the evening before a holiday: open %v, next %s, want %s", got.Open, got.Next, want)
	}
}

func TestRecallsAreBounded(t *testing.T) {
	d := open(t)
	d.take("new")
	d.must(queue.Call{Counter: "1"})
	for range 3 {
		d.must(queue.Recall{Counter: "1"})
	}
	d.refused(queue.Recall{Counter: "1"}, queue.ErrRecallLimit)
	v := d.state.Snapshot(d.now)
	if len(v.Announced) != 4 || !v.Announced[0].Again || v.Announced[3].Again || v.Announced[0].Serial <= v.Announced[3].Serial {
		t.Errorf("announced: %+v", v.Announced)
	}
}

func TestOutcomes(t *testing.T) {
	rules := branch()
	rules.Outcomes = []string{"done", "papers-missing"}
	d := openWith(t, rules)
	d.take("new")
	d.must(queue.Call{Counter: "1"})
	d.refused(queue.Finish{Counter: "1", Outcome: "lost"}, queue.ErrUnknownOutcome)
	d.refused(queue.Finish{Counter: "1", Outcome: "a b"}, queue.ErrMalformed)
	d.refused(queue.Finish{Counter: "1", Note: strings.Repeat("x", 501)}, queue.ErrMalformed)
	if got := d.must(queue.Finish{Counter: "1", Outcome: "papers-missing", Note: "没有照片"}); got.Outcome != "papers-missing" || got.Note != "没有照片" {
		t.Errorf("finished: %+v", got)
	}
}

func TestManyQuotesAreSeveralRecords(t *testing.T) {
	d := open(t)
	quotes := map[string]queue.Quote{}
	for i := range 450 {
		id := d.take("new").ID
		quotes[id] = queue.Quote{Known: true, Ahead: i, Low: time.Duration(i) * time.Minute, Expected: time.Duration(i) * time.Minute, High: time.Duration(i) * time.Hour}
	}
	n := len(d.records)
	d.must(queue.Tell{Quotes: quotes})
	if got := len(d.records) - n; got != 3 {
		t.Errorf("%d records, want 3 of at most 200 quotes", got)
	}
	for _, w := range d.state.Snapshot(d.now).Waiting {
		if want := quotes[w.ID]; w.Quote.Expected != want.Expected || w.Quote.Ahead != want.Ahead || !w.Quote.At.Equal(d.now) {
			t.Fatalf("%s is told %+v, want %+v", w.Number, w.Quote, want)
		}
	}
}

func TestValidateCallingRules(t *testing.T) {
	for name, change := range map[string]func(*queue.Rules){
		"class twice":        func(r *queue.Rules) { r.Classes = []queue.Class{{ID: "a"}, {ID: "a"}} },
		"class reserved":     func(r *queue.Rules) { r.Classes = []queue.Class{{ID: queue.Ordinary}} },
		"rate":               func(r *queue.Rules) { r.Classes = []queue.Class{{ID: "a", Rate: -1}} },
		"rule without name":  func(r *queue.Rules) { r.Calling = []queue.CallRule{{}} },
		"rule twice":         func(r *queue.Rules) { r.Calling = []queue.CallRule{{Name: "a"}, {Name: "a"}} },
		"reserved rule":      func(r *queue.Rules) { r.Calling = []queue.CallRule{{Name: queue.RuleChosen}} },
		"rule's service":     func(r *queue.Rules) { r.Calling = []queue.CallRule{{Name: "a", Services: []string{"x"}}} },
		"rule's class":       func(r *queue.Rules) { r.Calling = []queue.CallRule{{Name: "a", Classes: []string{"x"}}} },
		"order":              func(r *queue.Rules) { r.Calling = []queue.CallRule{{Name: "a", Order: "random"}} },
		"due without booked": func(r *queue.Rules) { r.Calling = []queue.CallRule{{Name: "a", Due: time.Minute}} },
		"weight": func(r *queue.Rules) {
			r.Calling = []queue.CallRule{{Name: "a", Weights: map[string]int{"ordinary": -1}}}
		},
		"weight's class": func(r *queue.Rules) { r.Calling = []queue.CallRule{{Name: "a", Weights: map[string]int{"x": 1}}} },
		"other weights": func(r *queue.Rules) {
			r.Calling = []queue.CallRule{{Name: "a", Weights: map[string]int{"ordinary": 1}}}
			r.Counters[0].Calling = []queue.CallRule{{Name: "a", Weights: map[string]int{"ordinary": 2}}}
		},
		"numbers": func(r *queue.Rules) { r.Services[0].First, r.Services[0].Last = 5, 4 },
		"target":  func(r *queue.Rules) { r.Services[0].Target.Share = 2 },
		"window":  func(r *queue.Rules) { r.Services[0].Cap.Windows = []queue.CapWindow{{From: 2, To: 1, Max: 1}} },
		"cut-off": func(r *queue.Rules) { r.Services[0].CutOff = true },
		"hours": func(r *queue.Rules) {
			r.Services[0].Hours = &hours.Hours{Days: map[string][]hours.Span{"tomorrow": nil}}
		},
		"outcome":        func(r *queue.Rules) { r.Outcomes = []string{"a b"} },
		"negative undo":  func(r *queue.Rules) { r.Undo = -1 },
		"negative calls": func(r *queue.Rules) { r.Recalls = -1 },
	} {
		rules := branch()
		change(&rules)
		if err := rules.Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := busy().Validate(); err != nil {
		t.Error(err)
	}
}
