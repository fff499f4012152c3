package forecast_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/forecast"
)

// anyRules are stations of up to four services and five counters, with classes, weights, appointments and fallbacks.
func anyRules(t *rapid.T) queue.Rules {
	letters := "ABCD"[:rapid.IntRange(1, 4).Draw(t, "services")]
	var counters []string
	for range rapid.IntRange(1, 5).Draw(t, "counters") {
		n := rapid.IntRange(0, len(letters)).Draw(t, "serves")
		counters = append(counters, letters[:n])
	}
	r := services(letters, counters...)
	r.Classes = []queue.Class{{ID: "senior", HeadStart: 10 * time.Minute}, {ID: "soldier", Rate: 3}}
	r.Calling = rapid.SampledFrom([][]queue.CallRule{
		nil,
		{{Name: "priority", Order: queue.Priority}},
		{{Name: "turns", Weights: map[string]int{"senior": 2, queue.Ordinary: 1}}},
		{{Name: "booked", Order: queue.Booked, Due: 5 * time.Minute}, {Name: "rest"}},
		{{Name: "own"}, {Name: "help", Services: []string{"A"}, When: queue.Condition{WaitingOver: 3}}},
	}).Draw(t, "calling")
	return r
}

// anything is one command that may or may not be carried out.
func anything(t *rapid.T, l *lobby) queue.Command {
	counter := fmt.Sprint(rapid.IntRange(1, len(l.rules.Counters)).Draw(t, "counter"))
	service := rapid.SampledFrom(l.rules.Services).Draw(t, "service").ID
	clerk := rapid.SampledFrom([]string{"", "7", "8"}).Draw(t, "clerk")
	switch rapid.IntRange(0, 14).Draw(t, "what") {
	case 0, 1, 2, 3:
		class := rapid.SampledFrom([]string{"", "", "senior", "soldier"}).Draw(t, "class")
		take := queue.Take{Service: service, Class: class, Nonce: fmt.Sprintf("n%d", l.seq)}
		if rapid.IntRange(0, 4).Draw(t, "booked") == 0 {
			at := l.now.Add(time.Duration(rapid.IntRange(-20, 40).Draw(t, "due")) * time.Minute)
			take.Appointment = &queue.Booking{ID: fmt.Sprint("a", l.seq), At: at}
		}
		return take
	case 4, 5, 6:
		return queue.Call{Counter: counter, Clerk: clerk}
	case 7, 8:
		return queue.Finish{Counter: counter}
	case 9:
		return queue.PauseCounter{Counter: counter, Reason: "break"}
	case 10:
		return queue.ResumeCounter{Counter: counter}
	case 11:
		return queue.CloseCounter{Counter: counter}
	case 12:
		if waiting := l.snapshot().Waiting; len(waiting) > 0 {
			return queue.Leave{Ticket: waiting[0].ID}
		}
		return queue.NoShow{Counter: counter}
	case 13:
		return queue.Transfer{Counter: counter, Service: service}
	}
	return queue.Return{Counter: counter, Place: -1}
}

// sound checks what is true of every quote.
func sound(t *rapid.T, q queue.Quote, at time.Time) {
	switch {
	case q.Ahead < 0 || !q.At.Equal(at):
		t.Fatalf("quote %v at %s", q, at)
	case !q.Known && (q.Low != 0 || q.Expected != 0 || q.High != 0):
		t.Fatalf("nothing is promised, and yet %v", q)
	case q.Low < 0 || q.Low > q.Expected || q.Expected > q.High || q.High > 24*time.Hour:
		t.Fatalf("range of %v", q)
	}
}

func TestQuotesAreSoundWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := anyRules(t)
		rules.Calendar.Zone = time.UTC
		if rules.Validate() != nil {
			t.Skip("no valid rules")
		}
		l := newLobby(t, rules)
		twin := forecast.New(forecast.Options{Rules: rules})
		l.heard = twin.Learn
		for range rapid.IntRange(10, 120).Draw(t, "steps") {
			l.pass(time.Duration(rapid.IntRange(0, 300).Draw(t, "seconds")) * time.Second)
			if _, err := l.try(anything(t, l)); err != nil {
				continue
			}
		}
		s := l.snapshot()
		before, err := json.Marshal(l.model)
		if err != nil {
			t.Fatal(err)
		}
		for _, service := range rules.Services {
			for _, class := range []string{"", "senior", "soldier", "unheard"} {
				q := l.model.NewCustomer(s, service.ID, class)
				sound(t, q, s.At)
				if q != twin.NewCustomer(s, service.ID, class) {
					t.Fatalf("the same records give %v and something else", q)
				}
				if q.Known && !staffed(s, service.ID) {
					t.Fatalf("%v is promised for %s, which no counter offers", q, service.ID)
				}
			}
		}
		told := l.model.Waiting(s)
		if len(told) != len(s.Waiting) {
			t.Fatalf("%d are told, %d wait", len(told), len(s.Waiting))
		}
		for _, p := range s.Waiting {
			sound(t, told[p.ID], s.At)
		}
		if after, err := json.Marshal(l.model); err != nil || !bytes.Equal(before, after) {
			t.Fatalf("being asked has changed what is known (%v)", err)
		}
	})
}

// staffed says whether a counter is there that may call the service's customers.
func staffed(s queue.Snapshot, service string) bool {
	return slices.ContainsFunc(s.Counters, func(c queue.CounterView) bool {
		return c.State == queue.CounterOpen && slices.Contains(c.Offered, service) || c.State == queue.CounterPaused && c.Serves(service)
	})
}
