package queue_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/kiosk/queue"
)

// hall is a branch with one service, so many counters, classes and calling rules.
func hall(counters int, classes []queue.Class, calling ...queue.CallRule) queue.Rules {
	r := queue.Rules{Services: []queue.Service{{ID: "new", Prefix: "A"}}, Classes: classes, Calling: calling, Calendar: queue.Calendar{Zone: shanghai}}
	for i := range counters {
		r.Counters = append(r.Counters, queue.Counter{ID: fmt.Sprint(i + 1)})
	}
	return r
}

func (d *desk) takeClass(class string) queue.Ticket {
	d.t.Helper()
	d.nonces++
	return d.must(queue.Take{Service: d.rules.Services[0].ID, Class: class, Nonce: fmt.Sprintf("n%d", d.nonces)})
}

// callAll has counter 1 call and finish until nobody is left, and returns what of says of each.
func (d *desk) callAll(of func(queue.Ticket) string) []string {
	d.t.Helper()
	var all []string
	for {
		decision, err := d.do(queue.Call{Counter: "1"})
		if err != nil {
			return all
		}
		all = append(all, of(decision.Ticket))
		d.must(queue.Finish{Counter: "1"})
	}
}

func number(t queue.Ticket) string { return t.Number }

func TestWeightsShareCalls(t *testing.T) {
	d := openWith(t, hall(1, []queue.Class{{ID: "senior"}, {ID: "military"}},
		queue.CallRule{Name: "shared", Weights: map[string]int{"senior": 2, "military": 1, queue.Ordinary: 1}}))
	for range 8 {
		d.takeClass("")
		d.takeClass("military")
		d.takeClass("senior")
	}
	got := d.callAll(func(t queue.Ticket) string { return t.Class })
	for i := 0; i+4 <= 16; i += 4 { // as long as all three wait
		seniors := 0
		for _, class := range got[i : i+4] {
			if class == "senior" {
				seniors++
			}
		}
		if seniors != 2 || !slices.Contains(got[i:i+4], "military") || !slices.Contains(got[i:i+4], "") {
			t.Errorf("calls %d to %d are of %q, want two seniors, one soldier, one other", i+1, i+4, got[i:i+4])
		}
	}
}

func TestALaneThatWasEmptyHasNoArrears(t *testing.T) {
	d := openWith(t, hall(1, []queue.Class{{ID: "senior"}}, queue.CallRule{Name: "shared", Weights: map[string]int{"senior": 1, queue.Ordinary: 1}}))
	for range 20 {
		d.takeClass("")
	}
	for range 10 { // nobody but ordinary customers
		d.must(queue.Call{Counter: "1"})
		d.must(queue.Finish{Counter: "1"})
	}
	for range 5 {
		d.takeClass("senior")
	}
	got := d.callAll(func(t queue.Ticket) string { return t.Class })
	seniors := 0
	for _, class := range got[:4] {
		if class == "senior" {
			seniors++
		}
	}
	if seniors != 2 {
		t.Errorf("the first calls after the seniors came are of %q, want one and one by turns", got[:4])
	}
}

func TestSeniorsFirst(t *testing.T) {
	d := openWith(t, hall(1, []queue.Class{{ID: "senior"}},
		queue.CallRule{Name: "seniors", Classes: []string{"senior"}}, queue.CallRule{Name: "others"}))
	d.takeClass("")
	d.takeClass("senior")
	d.takeClass("")
	d.takeClass("senior")
	if got, want := d.callAll(number), []string{"A002", "A004", "A001", "A003"}; !slices.Equal(got, want) {
		t.Errorf("called %v, want %v", got, want)
	}
}

func TestAccumulatedPriority(t *testing.T) {
	d := openWith(t, hall(1, []queue.Class{{ID: "senior", Rate: 2}, {ID: "military", HeadStart: 3 * time.Minute}},
		queue.CallRule{Name: "points", Order: queue.Priority}))
	d.takeClass("") // will have waited 10 minutes: 600 points
	d.pass(4 * time.Minute)
	d.takeClass("senior") // 6 minutes at 2: 720
	d.pass(time.Minute)
	d.takeClass("military") // 5 minutes and 3 of head start: 480
	d.pass(5 * time.Minute)
	d.takeClass("")
	if got, want := d.callAll(number), []string{"A002", "A001", "A003", "A004"}; !slices.Equal(got, want) {
		t.Errorf("called %v, want %v", got, want)
	}
}

func TestAppointmentsInOrderOfTheTimeAgreed(t *testing.T) {
	d := openWith(t, hall(1, nil,
		queue.CallRule{Name: "booked", Classes: []string{queue.ByAppointment}, Order: queue.Booked, Due: 5 * time.Minute},
		queue.CallRule{Name: "walk-in", Classes: []string{queue.Ordinary}}))
	book := func(id string, in time.Duration) {
		d.must(queue.Take{Service: "new", Nonce: id, Appointment: &queue.Booking{ID: id, At: d.now.Add(in)}})
	}
	d.takeClass("")
	book("late", 30*time.Minute)
	book("second", 4*time.Minute)
	book("first", 3*time.Minute)
	got := d.callAll(func(t queue.Ticket) string { return t.Rule + " " + t.Number })
	if want := []string{"booked A004", "booked A003", "walk-in A001"}; !slices.Equal(got, want) {
		t.Errorf("called %v, want %v", got, want)
	}
	if w := d.state.Snapshot(d.now).Waiting; len(w) != 1 || w[0].Appointment != "late" || w[0].Before != 0 {
		t.Errorf("waiting: %+v", w)
	}
	d.pass(25 * time.Minute)
	if got := d.must(queue.Call{Counter: "1"}); got.Appointment != "late" {
		t.Errorf("when it is due, %s is called", got.Number)
	}
}

func TestACounterHelpsOutWhenAServiceIsLong(t *testing.T) {
	rules := queue.Rules{
		Services: []queue.Service{{ID: "new", Prefix: "A"}, {ID: "pay", Prefix: "B"}},
		Counters: []queue.Counter{{ID: "1", Services: []string{"new"}, Calling: []queue.CallRule{
			{Name: "own"}, {Name: "help", Services: []string{"pay"}, When: queue.Condition{WaitingOver: 2, LongestOver: 10 * time.Minute}}}},
			{ID: "2", Services: []string{"pay"}}},
		Calendar: queue.Calendar{Zone: shanghai},
	}
	d := openWith(t, rules)
	d.take("pay")
	d.take("pay")
	d.refused(queue.Call{Counter: "1"}, queue.ErrNobodyWaiting)
	if got := d.counter("1").Offered; !slices.Equal(got, []string{"new"}) {
		t.Errorf("counter 1 calls for %v", got)
	}
	d.take("pay")
	if got := d.counter("1").Offered; !slices.Equal(got, []string{"new", "pay"}) {
		t.Errorf("with three waiting, counter 1 calls for %v", got)
	}
	if got := d.must(queue.Call{Counter: "1"}); got.Number != "B001" || got.Rule != "help" {
		t.Errorf("counter 1 called %s by %q", got.Number, got.Rule)
	}
	d.must(queue.Finish{Counter: "1"})
	d.refused(queue.Call{Counter: "1"}, queue.ErrNobodyWaiting)
	d.pass(10*time.Minute + time.Second)
	if got := d.must(queue.Call{Counter: "1"}); got.Number != "B002" {
		t.Errorf("after ten minutes counter 1 called %s", got.Number)
	}
}

func TestAClerkBoundsWhatACounterCalls(t *testing.T) {
	d := open(t)
	d.take("new")
	pay := d.take("pay")
	d.refused(queue.OpenCounter{Counter: "2", Services: []string{"repair"}}, queue.ErrNotServed)
	d.must(queue.OpenCounter{Counter: "1", Clerk: "7", Services: []string{"pay"}})
	if got := d.must(queue.Call{Counter: "1"}); got.ID != pay.ID || got.Clerk != "7" {
		t.Errorf("clerk 7, who serves payments, called %s as %q", got.Number, got.Clerk)
	}
	d.must(queue.Finish{Counter: "1"})
	d.must(queue.OpenCounter{Counter: "1", Clerk: "8"})
	if got := d.must(queue.Call{Counter: "1"}); got.Number != "A001" {
		t.Errorf("clerk 8, who serves all, called %s", got.Number)
	}
}

// TestNoLaneStarves: while all lanes have somebody, a lane of weight w is called at least once in as many calls as the
// weights of all take for one of w, however many counters call.
func TestNoLaneStarves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := map[string]int{queue.Ordinary: rapid.IntRange(1, 9).Draw(t, "ordinary")}
		var classes []queue.Class
		sum := weights[queue.Ordinary]
		for i := range rapid.IntRange(1, 4).Draw(t, "classes") {
			class := fmt.Sprintf("k%d", i)
			weights[class] = rapid.IntRange(1, 9).Draw(t, class)
			classes = append(classes, queue.Class{ID: class})
			sum += weights[class]
		}
		d := &desk{t: t, rules: hall(3, classes, queue.CallRule{Name: "shared", Weights: weights}), now: time.Date(2026, 11, 23, 9, 0, 0, 0, shanghai)}
		d.state = queue.New(d.rules)
		since := map[string]int{}
		for call := range 100 {
			for lane := range weights { // one more of each, so that nobody's lane is empty
				class := map[bool]string{true: "", false: lane}[lane == queue.Ordinary]
				if call < 2 || since[lane] == 1 {
					d.takeClass(class)
				}
			}
			counter := fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "counter"))
			called := d.must(queue.Call{Counter: counter})
			d.must(queue.Finish{Counter: counter})
			for lane, weight := range weights {
				since[lane]++
				if called.Class == lane || called.Class == "" && lane == queue.Ordinary {
					since[lane] = 0
				}
				if most := (sum+weight-1)/weight + len(weights); since[lane] > most {
					t.Fatalf("no lane starves: %s, of weight %d of %d, was not called %d times", lane, weight, sum, since[lane])
				}
			}
			d.pass(time.Second)
		}
	})
}

// TestNoClassStarves: nine of ten customers belong to a class that gains faster, there is always somebody of it, and yet
// nobody waits longer than the rates explain.
func TestNoClassStarves(t *testing.T) {
	const fast, head = 4, 2 * time.Minute
	d := openWith(t, hall(1, []queue.Class{{ID: "fast", Rate: fast, HeadStart: head}}, queue.CallRule{Name: "points", Order: queue.Priority}))
	for range 30 {
		d.takeClass("fast")
	}
	slow, longest := 0, map[string]time.Duration{}
	for i := range 2000 {
		class := "fast"
		if i%10 == 0 {
			class = ""
			slow++
		}
		d.takeClass(class)
		d.pass(time.Second)
		called := d.must(queue.Call{Counter: "1"})
		if called.Class == "" {
			slow--
		}
		longest[called.Class] = max(longest[called.Class], called.Wait())
		d.must(queue.Finish{Counter: "1"})
	}
	if most := fast*longest["fast"] + head + time.Second; longest[""] > most || slow > int(most/(10*time.Second))+1 {
		t.Errorf("no class starves: ordinary customers waited up to %s, and %d wait; the others up to %s, which explains %s", longest[""], slow, longest["fast"], most)
	}
}

func TestReturnToAPlace(t *testing.T) {
	for place, want := range map[int][]string{
		0: {"A001", "A002", "A003"}, 1: {"A002", "A001", "A003"}, 2: {"A002", "A003", "A001"}, 7: {"A002", "A003", "A001"}, -1: {"A002", "A003", "A001"},
	} {
		d := openWith(t, hall(1, nil))
		for range 3 {
			d.takeClass("")
			d.pass(time.Second)
		}
		d.must(queue.Call{Counter: "1"})
		d.pass(time.Minute)
		back := d.must(queue.Return{Counter: "1", Place: place})
		if got := d.callAll(number); !slices.Equal(got, want) {
			t.Errorf("returned to place %d: called %v, want %v", place, got, want)
		}
		if back.Entered != back.Issued || !back.Called.IsZero() || back.Counter != "" {
			t.Errorf("returned ticket: %+v", back)
		}
	}
}

// TestManyReturnsToOnePlace: there is always room between two turns.
func TestManyReturnsToOnePlace(t *testing.T) {
	d := openWith(t, hall(1, nil))
	var want []string
	for range 40 {
		want = append(want, d.takeClass("").Number) // all in one instant
	}
	for range 60 {
		for _, place := range []int{1, 0, 1, 2} {
			first := d.must(queue.Call{Counter: "1"}).Number
			d.must(queue.Return{Counter: "1", Place: place})
			i := slices.Index(want, first)
			want = slices.Delete(want, i, i+1)
			want = slices.Insert(want, place, first)
		}
	}
	if got := d.callAll(number); !slices.Equal(got, want) {
		t.Errorf("called %v, want %v", got, want)
	}
}
