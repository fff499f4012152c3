package queue_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/kiosk/queue"
)

// day is a day at a station whose customers and clerks do anything at any time. After each of their actions it is
// checked what always has to hold.
type day struct {
	*desk
	ledger *ledger
	choose func(n int) int // one of 0 to n-1
	noted  int             // how many records the ledger has
	ids    []string
	sent   []sent
}

// sent is a command with a request id, and what it was answered.
type sent struct {
	command queue.Command
	ticket  queue.Ticket
}

func newDay(t rapid.TB, rules queue.Rules, choose func(n int) int) *day {
	if err := rules.Validate(); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, rules: rules, state: queue.New(rules), now: time.Date(2026, 11, 23, 9, 0, 0, 0, shanghai)}
	return &day{desk: d, ledger: newLedger(rules), choose: choose}
}

// anyRules are rules of every kind, for so many counters.
func anyRules(choose func(n int) int, counters int) queue.Rules {
	r := queue.Rules{Calendar: queue.Calendar{Zone: shanghai, Start: 3 * time.Hour}}
	for i := range 1 + choose(4) {
		r.Services = append(r.Services, queue.Service{ID: fmt.Sprintf("s%d", i), Prefix: string(rune('A' + i)),
			Target: queue.Target{Within: 5 * time.Minute, Share: 0.8}})
	}
	for i := range choose(4) {
		r.Classes = append(r.Classes, queue.Class{ID: fmt.Sprintf("k%d", i), Rate: float64(choose(4)) / 2, HeadStart: time.Duration(choose(3)) * time.Minute})
	}
	r.Calling = anyCalling(choose, r, "all")
	for i := range counters {
		c := queue.Counter{ID: fmt.Sprint(i + 1)}
		if choose(3) == 0 {
			c.Services = []string{r.Services[choose(len(r.Services))].ID}
		}
		if choose(4) == 0 {
			c.Calling = anyCalling(choose, r, "own"+c.ID)
		}
		r.Counters = append(r.Counters, c)
	}
	return r
}

func anyCalling(choose func(n int) int, r queue.Rules, name string) []queue.CallRule {
	lanes := []string{queue.Ordinary, queue.ByAppointment}
	for _, c := range r.Classes {
		lanes = append(lanes, c.ID)
	}
	var rules []queue.CallRule
	for i := range choose(4) {
		rule := queue.CallRule{Name: fmt.Sprintf("%s-%d", name, i), Order: []queue.Order{queue.Longest, queue.Priority, queue.Booked}[choose(3)]}
		if choose(3) == 0 {
			rule.Services = []string{r.Services[choose(len(r.Services))].ID}
		}
		if choose(2) == 0 {
			rule.Classes = []string{lanes[choose(len(lanes))]}
		}
		if choose(2) == 0 {
			rule.Weights = map[string]int{}
			for _, lane := range lanes {
				if choose(2) == 0 {
					rule.Weights[lane] = choose(4)
				}
			}
		}
		switch choose(4) {
		case 0:
			rule.When.WaitingOver = choose(4)
		case 1:
			rule.When.LongestOver = time.Duration(choose(5)) * time.Minute
		}
		if rule.Order == queue.Booked {
			rule.Due = time.Duration(choose(10)) * time.Minute
		}
		rules = append(rules, rule)
	}
	return rules
}

func (d *day) service() string { return d.rules.Services[d.choose(len(d.rules.Services))].ID }

func (d *day) counter() string { return d.rules.Counters[d.choose(len(d.rules.Counters))].ID }

func (d *day) class() string {
	if i := d.choose(len(d.rules.Classes) + 1); i > 0 {
		return d.rules.Classes[i-1].ID
	}
	return ""
}

func (d *day) ticket() string {
	if len(d.ids) == 0 {
		return "nobody"
	}
	recent := min(len(d.ids), 30)
	return d.ids[len(d.ids)-1-d.choose(recent)]
}

// request is an id of its own, or none.
func (d *day) request() string {
	if d.choose(2) == 0 {
		return ""
	}
	d.nonces++
	return fmt.Sprintf("r%d", d.nonces)
}

func (d *day) nonce() string {
	d.nonces++
	return fmt.Sprintf("n%d", d.nonces)
}

func (d *day) quote() *queue.Quote {
	low := time.Duration(d.choose(600)) * time.Second
	return &queue.Quote{Known: d.choose(4) > 0, Low: low, Expected: low + time.Minute, High: low + 5*time.Minute, Ahead: d.choose(9)}
}

// has is the ticket at a counter.
func (d *day) has(counter string) string {
	if p := d.ledger.posts[counter]; p != nil {
		return p.at
	}
	return ""
}

// command is anything that may be wanted.
func (d *day) command() queue.Command {
	c := d.counter()
	switch d.choose(22) {
	case 0, 1, 2, 3:
		take := queue.Take{Request: d.request(), Service: d.service(), Class: d.class(), Nonce: d.nonce()}
		switch d.choose(6) {
		case 0:
			take.Appointment = &queue.Booking{ID: "a" + take.Nonce, At: d.now.Add(time.Duration(d.choose(30)-10) * time.Minute)}
		case 1:
			take.Rest = []queue.Leg{{Service: d.service()}}
		case 2, 3:
			take.Quote = d.quote()
		}
		return take
	case 4, 5, 6:
		return queue.Call{Request: d.request(), Counter: c}
	case 7, 8:
		return queue.Call{Request: d.request(), Counter: c, Finish: d.has(c)}
	case 9:
		return queue.Call{Request: d.request(), Counter: c, Ticket: d.ticket(), Finish: d.has(c)}
	case 10:
		return queue.Recall{Request: d.request(), Counter: c}
	case 11, 12:
		return queue.Finish{Request: d.request(), Counter: c}
	case 13:
		return queue.NoShow{Request: d.request(), Counter: c}
	case 14:
		return queue.Return{Request: d.request(), Counter: c, Place: d.choose(5) - 1}
	case 15:
		return queue.Hold{Request: d.request(), Counter: c, Reason: "fills in the form"}
	case 16:
		t := queue.Transfer{Request: d.request(), Counter: c, Service: d.service(), Back: d.choose(2) == 0, Keep: d.choose(2) == 0}
		if d.choose(2) == 0 {
			t.To = d.counter()
		}
		return t
	case 17:
		return queue.Split{Request: d.request(), Counter: c, Service: d.service(), Class: d.class(), Nonce: d.nonce()}
	case 18:
		if d.choose(2) == 0 {
			return queue.Reclass{Request: d.request(), Ticket: d.ticket(), Class: d.class()}
		}
		return queue.Leave{Request: d.request(), Ticket: d.ticket()}
	case 19:
		return d.post(c)
	case 20:
		return queue.Undo{Request: d.request(), Counter: c}
	}
	quotes := map[string]queue.Quote{}
	for range 1 + d.choose(3) {
		quotes[d.ticket()] = *d.quote()
	}
	return queue.Tell{Quotes: quotes}
}

// post is something about a counter itself.
func (d *day) post(c string) queue.Command {
	switch d.choose(6) {
	case 0, 1:
		open := queue.OpenCounter{Request: d.request(), Counter: c, Clerk: "7"}
		if d.choose(2) == 0 {
			open.Services = []string{d.service()}
		}
		return open
	case 2:
		return queue.PauseCounter{Request: d.request(), Counter: c, Reason: "break"}
	case 3, 4:
		return queue.ResumeCounter{Request: d.request(), Counter: c}
	}
	return queue.CloseCounter{Request: d.request(), Counter: c, Reason: "shift-over"}
}

// step is one thing that happens, and what is checked after it.
func (d *day) step() {
	d.t.Helper()
	switch d.choose(12) {
	case 0:
		d.repeat()
	case 1:
		d.restart()
	case 2: // two counters press at the same instant
		d.act(queue.Call{Request: d.request(), Counter: d.counter()})
		d.act(queue.Call{Request: d.request(), Counter: d.counter()})
	case 3:
		d.mistake()
	case 4, 5:
		d.pass(time.Duration(d.choose(90_000)) * time.Millisecond)
	default:
		d.act(d.command())
	}
}

// mistake is a clerk who calls, and takes it back, while another one calls in between or not.
func (d *day) mistake() {
	c := d.counter()
	d.act(queue.Call{Counter: c, Finish: d.has(c)})
	if d.choose(2) == 0 {
		other := d.counter()
		d.act(queue.Call{Counter: other, Finish: d.has(other)})
	}
	d.pass(time.Duration(d.choose(12)) * time.Second)
	d.act(queue.Undo{Counter: c})
}

// act does something, checks its outcome against the state and the records against the ledger.
func (d *day) act(c queue.Command) {
	d.t.Helper()
	decision, err := d.do(c)
	if err != nil {
		d.refusedWithAWord(c, err)
		return
	}
	for ; d.noted < len(d.records); d.noted++ {
		if err := d.ledger.note(d.records[d.noted]); err != nil {
			d.t.Fatalf("%#v at %s left %s %s:\n%v", c, d.now.Format(time.TimeOnly), d.records[d.noted].Type, d.records[d.noted].Data, err)
		}
	}
	if t := decision.Ticket; t.ID != "" {
		got, known := d.state.Ticket(t.ID)
		if !known || !reflect.DeepEqual(got, t) {
			d.t.Fatalf("%#v told %+v, but it is %+v", c, t, got)
		}
		if !slices.Contains(d.ids[max(0, len(d.ids)-30):], t.ID) {
			d.ids = append(d.ids, t.ID)
		}
	}
	if request := reflect.ValueOf(c).FieldByName("Request"); request.IsValid() && request.String() != "" {
		d.sent = append(d.sent, sent{c, decision.Ticket})
	}
}

// refusedWithAWord checks that a refusal is one of those that are documented.
func (d *day) refusedWithAWord(c queue.Command, err error) {
	for _, known := range refusals {
		if errors.Is(err, known) {
			return
		}
	}
	d.t.Fatalf("%#v: %v", c, err)
}

// repeat sends something once more that was carried out before.
func (d *day) repeat() {
	if len(d.sent) == 0 {
		return
	}
	s := d.sent[d.choose(len(d.sent))]
	n := len(d.records)
	again, err := d.do(s.command)
	if err != nil || !again.Repeated || len(d.records) != n || !reflect.DeepEqual(again.Ticket, s.ticket) {
		d.t.Fatalf("requests are answered once: %#v again: %v, repeated %v, %+v; the first time %+v", s.command, err, again.Repeated, again.Ticket, s.ticket)
	}
}

// restart goes on with what the records say.
func (d *day) restart() {
	folded := refold(d.t, d.desk)
	if !reflect.DeepEqual(folded.Snapshot(d.now), d.state.Snapshot(d.now)) {
		d.t.Fatalf("the fold of the records is the state: it is\n%+v\nand the state\n%+v", folded.Snapshot(d.now), d.state.Snapshot(d.now))
	}
	if !reflect.DeepEqual(folded, d.state) {
		d.t.Fatal("the fold of the records is the state: they look alike, and differ in what is not shown")
	}
	d.state = folded
}

// refusals are all errors that a command may be refused with but for a reused request.
var refusals = []error{queue.ErrUnknownService, queue.ErrUnknownCounter, queue.ErrUnknownTicket, queue.ErrUnknownClass, queue.ErrUnknownOutcome,
	queue.ErrNobodyWaiting, queue.ErrCounterBusy, queue.ErrCounterIdle, queue.ErrCounterPaused, queue.ErrNotPaused, queue.ErrCounterClosed,
	queue.ErrOtherTicket, queue.ErrOtherCounter, queue.ErrNotWaiting, queue.ErrNotServed, queue.ErrRecallLimit, queue.ErrClosed,
	queue.ErrCutOff, queue.ErrFull, queue.ErrPersonLimit, queue.ErrNothingToUndo, queue.ErrTooLate, queue.ErrMalformed}

// TestAnyHour lets rapid find, and make small, an hour in which something does not hold.
func TestAnyHour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		choose := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "of") }
		d := newDay(t, anyRules(choose, 1+choose(3)), choose)
		for range 10 + choose(60) {
			d.step()
			d.check()
		}
		d.restart()
		d.checkCalls()
	})
}

// TestWholeDays are days of 2,000 customers at 12 counters, under rules of every kind.
func TestWholeDays(t *testing.T) {
	days := 4
	if testing.Short() {
		days = 1
	}
	for seed := range days {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(seed), 5))
			rules := anyRules(random.IntN, 12)
			d := newDay(t, rules, random.IntN)
			for i := 0; d.ledger.issued < 2000; i++ {
				switch {
				case i%997 == 0:
					d.restart()
				case i%3 == 0: // clerks are quick enough that not everybody waits at once
					c := d.counter()
					d.act(queue.Call{Counter: c, Finish: d.has(c)})
					d.pass(2 * time.Second)
				default:
					d.busy()
				}
				if i%50 == 0 {
					d.check()
				}
				if i == 100 || i == 300 {
					d.checkCalls()
				}
			}
			d.check()
			d.end()
		})
	}
}

// busy is a step of a long day: no restarts, and little time passes.
func (d *day) busy() {
	switch d.choose(20) {
	case 0:
		d.repeat()
	case 1, 2:
		d.act(queue.Call{Request: d.request(), Counter: d.counter()})
		d.act(queue.Call{Request: d.request(), Counter: d.counter()})
	case 3:
		d.pass(time.Duration(d.choose(8000)) * time.Millisecond)
	case 4:
		d.mistake()
	default:
		d.act(d.command())
	}
}

// end ends the day, after which nobody is left and every counter is closed.
func (d *day) end() {
	d.t.Helper()
	d.restart()
	d.now = time.Date(2026, 11, 24, 3, 0, 0, 0, shanghai)
	open := len(d.state.Snapshot(d.now).Waiting)
	d.must(queue.EndDay{})
	v := d.state.Snapshot(d.now)
	if len(v.Waiting)+len(v.Held)+v.Serving() > 0 || v.Today != (queue.Tally{}) || v.Quotes != (queue.Score{}) {
		d.t.Fatalf("after the day %d of %d wait, %d are held, %d at counters; %+v", len(v.Waiting), open, len(v.Held), v.Serving(), v.Today)
	}
	for _, c := range v.Counters {
		if c.State != queue.CounterClosed || c.Clerk != "" || c.Undo.Action != "" {
			d.t.Fatalf("after the day counter %+v", c)
		}
	}
	for id, one := range d.ledger.visitors {
		if t, known := d.state.Ticket(id); !known || t.Status != queue.Served && t.Status != queue.Left {
			d.t.Fatalf("nobody is lost: %s, who was %s, is %+v after the day", id, one.status, t)
		}
	}
	d.restart()
}
