package staffing_test

import (
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/staffing"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// lobby is a queue made up for a test: what is seen of it, and what its watch has been told.
type lobby struct {
	t      *testing.T
	watch  *staffing.Watch
	now    queue.Snapshot
	serial int
}

// newLobby has the services "a" and "b" with an agreed level, counters 1 to 3 for both and counter 4 for "b".
func newLobby(t *testing.T) *lobby {
	t.Helper()
	target := queue.Target{Within: 5 * time.Minute, Share: 0.8}
	rules := queue.Rules{
		Services: []queue.Service{{ID: "a", Prefix: "A", Target: target}, {ID: "b", Prefix: "B", Target: target}},
		Counters: []queue.Counter{{ID: "1"}, {ID: "2"}, {ID: "3"}, {ID: "4", Services: []string{"b"}}},
		Calendar: queue.Calendar{Zone: time.UTC},
	}
	if err := rules.Validate(); err != nil {
		t.Fatal(err)
	}
	l := &lobby{t: t, watch: staffing.NewWatch(rules), now: queue.Snapshot{At: nine}}
	for _, s := range rules.Services {
		l.now.Services = append(l.now.Services, queue.ServiceView{Service: s, Open: true})
	}
	for _, c := range rules.Counters {
		l.now.Counters = append(l.now.Counters, queue.CounterView{Counter: c, State: queue.CounterClosed})
	}
	return l
}

func (l *lobby) set(counter int, state queue.CounterState) { l.now.Counters[counter-1].State = state }

// learn tells the watch what happened at a time.
func (l *lobby) learn(typ string, at time.Time, data any) {
	e := record.NewEntry(typ, "queue", at, data)
	l.watch.Learn(l.now, record.Record{Type: e.Type, Source: e.Source, Time: e.Time, Data: e.Data})
}

// serve tells of customers of a service who came at regular times within the half hour before now, waited and were served.
func (l *lobby) serve(service string, n int, wait, serving time.Duration) {
	for i := range n {
		at := l.now.At.Add(-staffing.Window * time.Duration(n-i) / time.Duration(n+1))
		l.learn(record.TicketIssued, at, record.TicketIssuedData{Ticket: fmt.Sprint(service, i), Service: service})
		l.learn(record.TicketCalled, at, record.TicketCalledData{Ticket: fmt.Sprint(service, i), Service: service, Wait: wait.Seconds()})
		l.learn(record.TicketServed, at, record.TicketServedData{Ticket: fmt.Sprint(service, i), Service: service, Serving: serving.Seconds()})
	}
}

// wait has customers of a service wait who came at an even pace, the first so long ago.
func (l *lobby) wait(service string, n int, longest time.Duration) {
	for i := range n {
		l.serial++
		l.now.Waiting = append(l.now.Waiting, queue.Place{Ticket: queue.Ticket{ID: fmt.Sprint("w", l.serial), Service: service,
			Status: queue.Waiting, Entered: l.now.At.Add(-longest * time.Duration(n-i) / time.Duration(n))}})
	}
}

// after moves the clock and returns the advice.
func (l *lobby) after(d time.Duration) []staffing.Advice {
	l.now.At = l.now.At.Add(d)
	return l.watch.Advise(l.now)
}

func TestLevelOfAService(t *testing.T) {
	l := newLobby(t)
	l.serve("a", 8, time.Minute, 3*time.Minute)
	l.serve("a", 2, 6*time.Minute, 3*time.Minute)
	l.wait("a", 4, 8*time.Minute) // 8, 6, 4 and 2 minutes
	l.now.Services[0].Today = queue.ServiceTally{Served: 20, Within: 15}
	got := l.watch.Levels(l.now)[0]
	want := staffing.Level{Service: "a", Target: queue.Target{Within: 5 * time.Minute, Share: 0.8}, Agreed: true,
		Today: staffing.Share{Called: 20, Within: 15}, Recent: staffing.Share{Called: 10, Within: 8},
		Waiting: 4, Beyond: 2, Longest: 8 * time.Minute, Arrivals: 10, Serving: 3 * time.Minute}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got.Met() {
		t.Error("met, although 8 of 10 called lately and 2 who wait make 8 of 12")
	}
	l.now.At = l.now.At.Add(staffing.Window)
	if got := l.watch.Levels(l.now)[0]; got.Recent.Called != 0 || got.Arrivals != 0 {
		t.Errorf("half an hour later, recent figures are %+v", got)
	}
}

func TestQuietDayNeedsNothing(t *testing.T) {
	l := newLobby(t)
	l.set(1, queue.CounterOpen)
	l.serve("a", 4, 0, 2*time.Minute)
	for range 60 {
		if got := l.after(time.Minute); len(got) > 0 {
			t.Fatalf("one counter with little to do: %+v", got)
		}
	}
}

func TestMoreComeThanCanBeServed(t *testing.T) {
	l := newLobby(t)
	l.set(1, queue.CounterOpen)
	l.serve("a", 30, 4*time.Minute, 2*time.Minute) // 60 minutes of work in 30
	l.wait("a", 6, 6*time.Minute)
	if got := l.after(0); len(got) > 0 {
		t.Fatalf("suggested before the need has lasted: %+v", got)
	}
	got := l.after(2 * time.Minute)
	if len(got) == 0 {
		t.Fatal("nothing suggested")
	}
	a := got[0]
	if a.Action != staffing.Open || a.Counter != "2" || a.Service != "a" || a.Reason != staffing.TooManyCome || a.Waiting != 6 ||
		a.Open != 1 || a.Serving != 2*time.Minute || !a.Since.Equal(nine) || a.Then.Share <= a.Now.Share {
		t.Errorf("got %+v", a)
	}
	l.set(2, queue.CounterOpen)
	for _, a := range l.after(time.Second) {
		if a.Counter == "2" {
			t.Errorf("suggested although it is open: %+v", a)
		}
	}
}

func TestNobodyServes(t *testing.T) {
	l := newLobby(t)
	l.set(4, queue.CounterOpen)
	l.wait("a", 3, 4*time.Minute)
	got := l.after(0)
	if len(got) == 0 || got[0].Action != staffing.Open || got[0].Reason != staffing.NobodyServes || got[0].Service != "a" || got[0].Counter == "4" {
		t.Errorf("got %+v", got)
	}
}

func TestCounterThatIsNotNeeded(t *testing.T) {
	l := newLobby(t)
	for c := 1; c <= 3; c++ {
		l.set(c, queue.CounterOpen)
		l.now.Counters[c-1].Last = l.now.At.Add(-time.Duration(c) * time.Minute)
	}
	l.serve("a", 4, 0, 2*time.Minute)
	if got := l.after(0); len(got) > 0 {
		t.Fatalf("suggested before it has lasted: %+v", got)
	}
	var got []staffing.Advice
	for range 10 {
		got = l.after(time.Minute)
	}
	if len(got) != 1 || got[0].Action != staffing.Close || got[0].Counter != "3" || got[0].Reason != staffing.NotNeeded || !got[0].Since.Equal(nine) {
		t.Fatalf("got %+v, want the counter closed that is idle the longest", got)
	}
	l.learn(record.CounterOpened, l.now.At, record.CounterData{Counter: "2"})
	l.now.At = l.now.At.Add(time.Minute)
	if got := l.watch.Advise(l.now); len(got) > 0 {
		t.Errorf("a minute after a counter was opened: %+v", got)
	}
}

func TestLastCounterOfAServiceStays(t *testing.T) {
	l := newLobby(t)
	l.set(1, queue.CounterOpen)
	l.set(4, queue.CounterOpen)
	for range 30 {
		for _, a := range l.after(time.Minute) {
			if a.Counter == "1" {
				t.Fatalf("nobody else serves a: %+v", a)
			}
		}
	}
}

func TestNobodyServesThoughEverybodyIsLateAlready(t *testing.T) {
	for _, state := range []queue.CounterState{queue.CounterClosed, queue.CounterPaused} {
		l := newLobby(t)
		for i := range l.now.Counters {
			l.set(i+1, state)
		}
		l.serve("a", 5, time.Minute, 4*time.Minute)
		l.wait("a", 8, 40*time.Minute)
		got := l.after(0)
		if len(got) == 0 || got[0].Action != staffing.Open || got[0].Service != "a" || got[0].Reason != staffing.NobodyServes {
			t.Errorf("every counter %s and eight waiting: %+v", state, got)
		}
	}
}

func TestAHopelessQueueIsShortenedAllTheSame(t *testing.T) {
	l := newLobby(t)
	l.set(1, queue.CounterOpen)
	l.serve("a", 60, 30*time.Minute, 5*time.Minute) // two come in a minute, and one counter takes five for each
	l.wait("a", 50, 30*time.Minute)
	l.after(0)
	if got := l.after(3 * time.Minute); len(got) == 0 || got[0].Action != staffing.Open || got[0].Then.Wait >= got[0].Now.Wait {
		t.Errorf("got %+v", got)
	}
}
