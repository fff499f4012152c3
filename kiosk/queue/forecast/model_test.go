package forecast_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/forecast"
)

// services makes rules of services by the letters of their prefixes, and counters by their services; "*" is all.
func services(letters string, counters ...string) queue.Rules {
	var r queue.Rules
	for _, l := range letters {
		r.Services = append(r.Services, queue.Service{ID: string(l), Prefix: string(l)})
	}
	for i, serves := range counters {
		c := queue.Counter{ID: fmt.Sprint(i + 1)}
		for _, l := range serves {
			if l != '*' {
				c.Services = append(c.Services, string(l))
			}
		}
		r.Counters = append(r.Counters, c)
	}
	return r
}

func (l *lobby) wantUnknown(service, why string) {
	l.t.Helper()
	if q := l.quote(service); q.Known || q.Expected != 0 {
		l.t.Errorf("%s: %v promised for %s", why, q, service)
	}
}

func (l *lobby) wantKnown(service, why string) queue.Quote {
	l.t.Helper()
	q := l.quote(service)
	if !q.Known {
		l.t.Errorf("%s: nothing promised for %s", why, service)
	}
	return q
}

func TestNothingIsPromisedBeforeServicesWereSeen(t *testing.T) {
	l := newLobby(t, services("A", "*"))
	for n := range 8 {
		l.wantUnknown("A", fmt.Sprintf("after %d services", n))
		l.practise("1", "A", 1, 3*time.Minute)
	}
	l.wantKnown("A", "after 8 services")
	l.take("A")
	if q := l.quote("A"); q.Ahead != 1 {
		t.Errorf("ahead %d, want 1", q.Ahead)
	}
}

func TestNothingIsPromisedForAServiceThatWasHardlySeen(t *testing.T) {
	l := newLobby(t, services("AB", "*"))
	l.practise("1", "A", 20, 3*time.Minute)
	l.wantUnknown("B", "never served")
	l.practise("1", "B", 3, 3*time.Minute)
	l.wantKnown("B", "after 3 services")
}

func TestNothingIsPromisedForAServiceThatIsNotThere(t *testing.T) {
	l := newLobby(t, services("A", "*"))
	l.practise("1", "A", 20, 3*time.Minute)
	l.wantUnknown("Z", "no such service")
}

func TestOnlyTheNumberAheadWithoutACounter(t *testing.T) {
	l := newLobby(t, services("AB", "A", "B"))
	l.practise("1", "A", 10, 3*time.Minute)
	l.practise("2", "B", 10, 3*time.Minute)
	waiting := l.take("A")
	l.wantKnown("A", "counter 1 is open")
	l.do(queue.CloseCounter{Counter: "1"})
	l.wantUnknown("A", "its only counter is closed")
	l.wantKnown("B", "its counter is open")
	told := l.model.Waiting(l.snapshot())
	if q, ok := told[waiting.ID]; !ok || q.Known {
		t.Errorf("one who waits for a closed counter is promised %v", q)
	}
	l.do(queue.CloseCounter{Counter: "2"})
	l.wantUnknown("B", "all counters are closed")
	l.do(queue.OpenCounter{Counter: "1"})
	l.wantKnown("A", "its counter is open again")
}

func TestAServiceNobodyServesIsNotPromised(t *testing.T) {
	l := newLobby(t, services("AB", "A"))
	l.practise("1", "A", 100, 3*time.Minute)
	l.wantUnknown("B", "no counter has it")
}

func TestWhilePausedOnlyWhatPausesWereLikeIsPromised(t *testing.T) {
	l := newLobby(t, services("A", "*"))
	l.practise("1", "A", 20, 3*time.Minute)
	l.do(queue.PauseCounter{Counter: "1", Reason: "break"})
	l.wantUnknown("A", "the only counter is paused, for how long nobody knows")
	for range 12 {
		l.pass(10 * time.Minute)
		l.do(queue.ResumeCounter{Counter: "1"})
		l.practise("1", "A", 1, 3*time.Minute)
		l.do(queue.PauseCounter{Counter: "1", Reason: "break"})
	}
	fresh := l.wantKnown("A", "twelve pauses were seen")
	if fresh.Expected < 6*time.Minute || fresh.Expected > 15*time.Minute {
		t.Errorf("told to expect %s at the beginning of a pause of ten minutes", fresh.Expected)
	}
	l.pass(8 * time.Minute)
	if later := l.wantKnown("A", "eight minutes into the pause"); later.Expected >= fresh.Expected-3*time.Minute {
		t.Errorf("told to expect %s, eight minutes before that %s", later.Expected, fresh.Expected)
	}
}

func TestClosingACounterLengthensTheWait(t *testing.T) {
	l := newLobby(t, services("A", "*", "*"))
	l.practise("1", "A", 20, 4*time.Minute)
	l.practise("2", "A", 20, 4*time.Minute)
	for range 8 {
		l.take("A")
	}
	l.do(queue.Call{Counter: "1"})
	two := l.wantKnown("A", "two counters")
	l.do(queue.CloseCounter{Counter: "2"})
	one := l.wantKnown("A", "one counter")
	if one.Expected < two.Expected*3/2 {
		t.Errorf("expected %s with two counters, %s with one", two.Expected, one.Expected)
	}
}

func TestWhatHasPassedOfAServiceIsCounted(t *testing.T) {
	l := newLobby(t, services("A", "*"))
	l.practise("1", "A", 60, 5*time.Minute)
	l.take("A")
	l.pass(10 * time.Second)
	l.do(queue.Call{Counter: "1"})
	before := l.wantKnown("A", "service has begun")
	l.pass(3 * time.Minute)
	after := l.wantKnown("A", "service goes on")
	if gained := before.Expected - after.Expected; gained < 2*time.Minute || gained > 4*time.Minute {
		t.Errorf("three minutes into a service of five, %s less is expected (%s, %s)", gained, before.Expected, after.Expected)
	}
}

// slack is what two answers may differ by for no reason: ten seconds, and as much again in every three minutes.
func slack(d time.Duration) time.Duration { return 10*time.Second + d/18 }

func TestALongerQueueIsALongerWait(t *testing.T) {
	l := newLobby(t, services("AB", "*", "*", "A"))
	for _, c := range []string{"1", "2", "3"} {
		l.practise(c, "A", 20, 3*time.Minute)
	}
	l.practise("1", "B", 20, 6*time.Minute)
	last := time.Duration(0)
	for n := range 30 {
		q := l.wantKnown("A", "counters are open")
		if q.Ahead != n {
			t.Errorf("ahead %d, want %d", q.Ahead, n)
		}
		if q.Expected < last-slack(last) {
			t.Errorf("with %d ahead %s is expected, with one fewer %s", n, q.Expected, last)
		}
		last = q.Expected
		l.take("A")
		l.pass(time.Second)
	}
	if last < 20*time.Minute || last > 50*time.Minute {
		t.Errorf("with 29 ahead at three counters of three minutes, %s is expected", last)
	}
	told := l.model.Waiting(l.snapshot())
	before := time.Duration(0)
	for i, p := range l.snapshot().Waiting {
		q := told[p.ID]
		if q.Ahead != p.Before || q.Expected < before-slack(before) {
			t.Errorf("the customer in place %d is told %v, the one before expects %s", i, q, before)
		}
		before = q.Expected
	}
}

func TestAClassWithAHeadStartWaitsLess(t *testing.T) {
	rules := services("A", "*")
	rules.Classes = []queue.Class{{ID: "senior", HeadStart: 10 * time.Minute}, {ID: "soldier", Rate: 4}}
	rules.Calling = []queue.CallRule{{Name: "turn", Order: queue.Priority}}
	l := newLobby(t, rules)
	l.practise("1", "A", 20, 3*time.Minute)
	for range 6 {
		l.take("A")
		l.pass(time.Minute)
	}
	l.do(queue.Call{Counter: "1"})
	ordinary, senior := l.quote("A"), l.model.NewCustomer(l.snapshot(), "A", "senior")
	soldier := l.model.NewCustomer(l.snapshot(), "A", "soldier")
	if senior.Ahead != 0 || ordinary.Ahead != 5 || senior.Expected*2 > ordinary.Expected {
		t.Errorf("senior is told %v, an ordinary customer %v", senior, ordinary)
	}
	if soldier.Expected >= ordinary.Expected {
		t.Errorf("who gains points four times as fast is told %v, an ordinary customer %v", soldier, ordinary)
	}
}

func TestWhoIsCalledBeforeWhomIsLearned(t *testing.T) {
	// The rules say: by turn. The clerk calls B only when no A waits.
	l := newLobby(t, services("AB", "*"))
	for range 60 {
		l.take("B")
		l.pass(time.Second)
		second := l.take("A")
		l.pass(10 * time.Second)
		l.do(queue.Call{Counter: "1", Ticket: second.ID})
		l.pass(3 * time.Minute)
		l.do(queue.Finish{Counter: "1"})
		l.pass(10 * time.Second)
		l.do(queue.Call{Counter: "1"})
		l.pass(3 * time.Minute)
		l.do(queue.Finish{Counter: "1"})
	}
	for range 3 {
		l.take("B")
		l.pass(time.Second)
	}
	if a, b := l.quote("A"), l.quote("B"); a.Expected*2 > b.Expected {
		t.Errorf("expected for A %s, for B %s", a.Expected, b.Expected)
	}
}

func TestAClerkWhoNeverServesAServiceIsNotCountedOn(t *testing.T) {
	// Both counters may call A and B; the clerk at 2 calls only A, even when a B has waited for long.
	l := newLobby(t, services("AB", "*", "*"))
	for range 40 {
		l.take("B")
		l.pass(2 * time.Minute)
		a := l.take("A")
		l.pass(10 * time.Second)
		l.do(queue.Call{Counter: "2", Clerk: "22", Ticket: a.ID})
		l.pass(10 * time.Second)
		l.do(queue.Call{Counter: "1", Clerk: "11"})
		l.pass(4 * time.Minute)
		l.do(queue.Finish{Counter: "1"})
		l.do(queue.Finish{Counter: "2"})
	}
	l.take("B")
	l.pass(5 * time.Second)
	l.do(queue.Call{Counter: "1", Clerk: "11"})
	l.pass(10 * time.Second)
	if a, b := l.quote("A"), l.quote("B"); b.Expected < 2*a.Expected {
		t.Errorf("counter 2 is free: expected for A %s, for B, which it never serves, %s", a.Expected, b.Expected)
	}
}

func TestWhatWasLearnedOutlivesARestart(t *testing.T) {
	l := crowd(t)
	kept, err := json.Marshal(l.model)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) > 64<<10 {
		t.Errorf("%d bytes are kept of a small station", len(kept))
	}
	restarted := forecast.New(forecast.Options{Rules: l.rules})
	if err := json.Unmarshal(kept, restarted); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(restarted)
	if err != nil || !bytes.Equal(kept, again) {
		t.Errorf("what is kept changed by reading it (%v)", err)
	}
	s := l.snapshot() // all counters are busy: nothing is known but what the snapshot says
	for _, service := range s.Services {
		if got, want := restarted.NewCustomer(s, service.ID, ""), l.model.NewCustomer(s, service.ID, ""); got != want || !got.Known {
			t.Errorf("%s: told %v after a restart, %v before", service.ID, got, want)
		}
	}
}

func TestAMemoryOfAnotherFormIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"another version":     `{"version":1}`,
		"no object":           `[]`,
		"no service":          `{"version":2}`,
		"lane of no service":  `{"version":2,"kinds":[{"id":"A"}],"lanes":[{"kind":1}]}`,
		"lame skill":          `{"version":2,"kinds":[{"id":"A"}],"skills":{"x":{"done":[1]}}}`,
		"lane below":          `{"version":2,"kinds":[{"id":"A"}],"lanes":[{"kind":-1}]}`,
		"skill of nobody":     `{"version":2,"kinds":[{"id":"A"}],"skills":{"x":null}}`,
		"negative experience": `{"version":2,"kinds":[{"id":"A"}],"serving":{"seen":-1}}`,
	} {
		l := newLobby(t, services("A", "*"))
		l.practise("1", "A", 10, 3*time.Minute)
		before := l.quote("A")
		if err := json.Unmarshal([]byte(text), l.model); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if after := l.quote("A"); after != before {
			t.Errorf("%s: told %v, before %v", name, after, before)
		}
	}
}

func TestAServiceNewInTheRulesIsLearnedBesideTheOldOnes(t *testing.T) {
	old := newLobby(t, services("A", "*"))
	old.practise("1", "A", 100, 3*time.Minute)
	kept, err := json.Marshal(old.model)
	if err != nil {
		t.Fatal(err)
	}
	l := newLobby(t, services("BA", "*"))
	if err := json.Unmarshal(kept, l.model); err != nil {
		t.Fatal(err)
	}
	l.practise("1", "B", 3, 3*time.Minute)
	l.wantKnown("A", "seen before")
	l.wantKnown("B", "seen since")
}

func TestThoseAheadWhoGiveUpShortenTheWait(t *testing.T) {
	l := newLobby(t, services("A", "*"))
	l.practise("1", "A", 20, 5*time.Minute)
	for range 60 { // of three who come, two leave after three minutes
		served, gone := l.take("A"), []queue.Ticket{l.take("A"), l.take("A")}
		l.pass(10 * time.Second)
		l.do(queue.Call{Counter: "1", Ticket: served.ID})
		l.pass(3 * time.Minute)
		for _, g := range gone {
			l.do(queue.Leave{Ticket: g.ID})
		}
		l.pass(2 * time.Minute)
		l.do(queue.Finish{Counter: "1"})
	}
	var last queue.Ticket
	for range 15 {
		last = l.take("A")
		l.pass(time.Second)
	}
	waiting, coming := l.model.Waiting(l.snapshot())[last.ID], l.quote("A")
	for _, q := range []queue.Quote{waiting, coming} {
		if !q.Known || q.Expected > 45*time.Minute {
			t.Errorf("with 15 services of five minutes ahead, of which most will not be needed, told %v", q)
		}
	}
	if coming.Expected > waiting.Expected*3/2 {
		t.Errorf("the last one who waits is told %s, the next one %s", waiting.Expected, coming.Expected)
	}
}
