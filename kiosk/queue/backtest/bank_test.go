package main

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/queue"
)

const bankHeader = "call_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n"

// entry is one line of a made-up recording. Times are seconds after ten o'clock; a served one has a server.
type entry struct {
	day        int // 1 is the first of February
	come, wait int
	serving    int
	priority   int
	kind       string
	server     string
}

func clock(second int) string {
	second += 10 * 3600
	return fmt.Sprintf("%d:%02d:%02d", second/3600, second/60%60, second%60)
}

func (e entry) line(n int) string {
	qStart, qExit := "0:00:00", "0:00:00"
	if e.wait > 0 {
		qStart, qExit = clock(e.come), clock(e.come+e.wait)
	}
	outcome, start, end, server := "HANG", "0:00:00", "0:00:00", "NO_SERVER"
	if e.server != "" {
		outcome, start, end, server = "AGENT", clock(e.come+e.wait), clock(e.come+e.wait+e.serving), e.server
	}
	kind := e.kind
	if kind == "" {
		kind = "PS"
	}
	return fmt.Sprintf("%d\t%d\t%s\t9902%02d\t%s\t%s\t5\t%s\t%s\t%d\t%s\t%s\t%s\t%d\t%s\n", n, e.priority, kind, e.day,
		clock(e.come-5), clock(e.come), qStart, qExit, e.wait, outcome, start, end, e.serving, server)
}

func recorded(entries ...entry) string {
	var b strings.Builder
	b.WriteString(bankHeader)
	for i, e := range entries {
		b.WriteString(e.line(i + 1))
	}
	return b.String()
}

// readBank reads texts as files.
func readBank(t *testing.T, texts ...string) *bank {
	t.Helper()
	b := newBank()
	for i, text := range texts {
		r, err := unpack(fmt.Sprintf("file%d.tsv", i+1), strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.read(r); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func all(string) bool { return true }

// spy writes down what a contestant is asked and answers.
type spy struct {
	predictor
	asked []question
}

type question struct {
	at   time.Time
	told prediction
}

func (s *spy) Predict(now queue.Snapshot, c customer) prediction {
	p := s.predictor.Predict(now, c)
	s.asked = append(s.asked, question{now.At, p})
	return p
}

// watched are all contestants, ours among them, each with its spy.
func watched(rules queue.Rules) (contestants []contestant, spies []*spy) {
	for _, c := range append([]contestant{ours(rules)}, classics()...) {
		s := &spy{predictor: c.predictor}
		c.predictor = s
		contestants, spies = append(contestants, c), append(spies, s)
	}
	return contestants, spies
}

// With one server and customers every 10 s who take 60 s, all of it can be reckoned by hand.
var byHand = []entry{
	{day: 1, come: 0, wait: 0, serving: 60, server: "ANAT"},
	{day: 1, come: 10, wait: 50, serving: 60, server: "ANAT"},  // called at 60
	{day: 1, come: 20, wait: 10},                               // gives up at 30
	{day: 1, come: 40, wait: 80, serving: 60, server: "ANAT"},  // called at 120
	{day: 1, come: 130, wait: 50, serving: 60, server: "ANAT"}, // called at 180
}

func TestClassicsByHand(t *testing.T) {
	contestants, spies := watched(bankRules())
	if _, err := playBank(readBank(t, recorded(byHand...)).upTo("1999-12-31"), bankRules(), contestants, all); err != nil {
		t.Fatal(err)
	}
	want := map[string][]int{ // seconds, by customer
		// Nobody has been served before 60; at 130, one who was served for 60 s has left, another has, nobody waits.
		"queue length": {0, 0, 0, 0, 60},
		// The waits so far: 0; 0; 0; 0; 0, 50, 80.
		"last ten": {0, 0, 0, 0, 43},
		// Waiting since: nobody; nobody; 10 s; 10, as the one who gave up is gone but the one of 10 s is not: 30; nobody.
		"head of line":  {0, 0, 10, 30, 0},
		"last to enter": {0, 0, 0, 0, 80},
	}
	for i, c := range contestants {
		if c.ours {
			continue
		}
		var got []int
		for _, q := range spies[i].asked {
			got = append(got, int(q.told.wait.Seconds()))
		}
		if !reflect.DeepEqual(got, want[c.name]) {
			t.Errorf("%s foretold %v, want %v", c.name, got, want[c.name])
		}
	}
}

// Two servers work, one has a customer still: (1 waiting + 1) × 40 s / 2.
func TestQueueLengthCountsServersAndClasses(t *testing.T) {
	contestants, spies := watched(bankRules())
	entries := []entry{
		{day: 1, come: 0, wait: 0, serving: 40, server: "ANAT"},
		{day: 1, come: 0, wait: 0, serving: 40, server: "TOVA"},
		{day: 1, come: 50, wait: 0, serving: 100, server: "ANAT"},
		{day: 1, come: 60, wait: 40, serving: 40, server: "TOVA"},
		{day: 1, come: 70, wait: 50, serving: 40, server: "TOVA"},
		{day: 1, come: 80, wait: 10, serving: 40, server: "TOVA", priority: 2},
		{day: 1, come: 20 * 60, wait: 0, serving: 40, server: "TOVA"}, // nobody has worked for a quarter of an hour
	}
	if _, err := playBank(readBank(t, recorded(entries...)).upTo("1999-12-31"), bankRules(), contestants, all); err != nil {
		t.Fatal(err)
	}
	i := 0
	for contestants[i].name != "queue length" {
		i++
	}
	asked := spies[i].asked
	for n, want := range map[int]time.Duration{
		3: 20 * time.Second, // alone
		4: 40 * time.Second, // one before
		5: 20 * time.Second, // a priority customer: the two others are not counted
		6: 50 * time.Second, // (40 + 40 + 100 + 40 + 40 + 40) / 6, one server assumed
	} {
		if got := asked[n].told.wait; got != want {
			t.Errorf("customer %d was told %s, want %s", n+1, got, want)
		}
	}
}

func TestOnlyThoseWhoWaitedAndWereServedAreScored(t *testing.T) {
	contestants := append([]contestant{ours(bankRules())}, classics()...)
	b := readBank(t, recorded(byHand...))
	p, err := playBank(b.upTo("1999-12-31"), bankRules(), contestants, all)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range p.score.sum(everything) {
		if got.n != 3 {
			t.Errorf("%s: n = %d, want 3", contestants[i].name, got.n)
		}
		if name := contestants[i].name; name == "last to enter" && (got.mae() != (50+80+30)/3. || got.bias() != (-50-80+30)/3.) {
			t.Errorf("%s: MAE %f, bias %f", name, got.mae(), got.bias())
		}
	}
	if len(p.going) > 0 {
		t.Errorf("%d visits are still in the lobby", len(p.going))
	}
}

// busyDays makes up days on which the lobby is full: three servers, four kinds of customers, some of whom give up.
func busyDays(seed uint64, days int) []entry {
	random := rand.New(rand.NewPCG(seed, 1))
	var all []entry
	for day := 1; day <= days; day++ {
		free := []int{0, 0, 0}
		for come := 0; come < 2*3600; come += 1 + random.IntN(80) {
			e := entry{day: day, come: come, kind: []string{"PS", "NW", "NE"}[random.IntN(3)], priority: random.IntN(3)}
			best := 0
			for i := range free {
				if free[i] < free[best] {
					best = i
				}
			}
			e.wait, e.serving, e.server = max(0, free[best]-come), 1+random.IntN(200), []string{"ANAT", "TOVA", "ELI"}[best]
			if e.wait > 60 && random.IntN(4) == 0 {
				e.wait, e.server = random.IntN(60), ""
			} else {
				free[best] = come + e.wait + e.serving
			}
			all = append(all, e)
		}
	}
	return all
}

// Whatever comes later in a file does not change what was foretold before.
func TestNoLookAhead(t *testing.T) {
	const day, second = 2, 3000
	now := time.Date(1999, 2, day, 10, 0, second, 0, bankZone)
	one := busyDays(1, 3)
	other := busyDays(2, 5)
	var mixed []entry
	for _, e := range one {
		if e.day < day || e.day == day && e.come+e.wait+e.serving < second {
			mixed = append(mixed, e)
			continue
		}
		if e.day == day && e.come < second { // came before, and what becomes of it later is changed
			if e.come+e.wait >= second {
				e.wait, e.server = e.wait+100, "YIFAT"
			}
			e.serving += 500
			mixed = append(mixed, e)
		}
	}
	for _, e := range other {
		if e.day > day || e.day == day && e.come >= second {
			e.server = strings.ReplaceAll(e.server, "TOVA", "NEWCOMER")
			mixed = append(mixed, e)
		}
	}
	foretold := func(entries []entry) (before []question, later int) {
		contestants, spies := watched(bankRules())
		if _, err := playBank(readBank(t, recorded(entries...)).upTo("1999-12-31"), bankRules(), contestants, all); err != nil {
			t.Fatal(err)
		}
		for _, s := range spies {
			for _, q := range s.asked {
				if q.at.Before(now) {
					before = append(before, q)
				} else {
					later++
				}
			}
		}
		return before, later
	}
	a, afterA := foretold(one)
	b, afterB := foretold(mixed)
	if afterA == afterB {
		t.Fatal("the future is the same")
	}
	if len(a) < 500 {
		t.Fatalf("only %d predictions before", len(a))
	}
	if !reflect.DeepEqual(a, b) {
		for i := range a {
			if i < len(b) && a[i] != b[i] {
				t.Fatalf("prediction %d: %+v and, with another future, %+v", i, a[i], b[i])
			}
		}
		t.Fatalf("%d predictions, and with another future %d", len(a), len(b))
	}
}

// Files come in any order, and a month may be one file or many.
func TestFilesInAnyOrder(t *testing.T) {
	entries := busyDays(3, 4)
	var first, second []entry
	for _, e := range entries {
		if e.day <= 2 {
			first = append(first, e)
		} else {
			second = append(second, e)
		}
	}
	sums := func(texts ...string) []tally {
		p, err := playBank(readBank(t, texts...).upTo("1999-12-31"), bankRules(), append([]contestant{ours(bankRules())}, classics()...), all)
		if err != nil {
			t.Fatal(err)
		}
		return p.score.sum(everything)
	}
	whole := sums(recorded(entries...))
	if got := sums(recorded(second...), recorded(first...)); !reflect.DeepEqual(got, whole) {
		t.Errorf("two files in the wrong order: %+v\none file: %+v", got, whole)
	}
}

func TestDayInTwoFiles(t *testing.T) {
	b := readBank(t, recorded(byHand...))
	r, err := unpack("again.tsv", strings.NewReader(recorded(byHand...)))
	if err != nil {
		t.Fatal(err)
	}
	err = b.read(r)
	if err == nil || !strings.Contains(err.Error(), "again.tsv:2: 1999-02-01 is also in file1.tsv") {
		t.Errorf("got %v", err)
	}
}

func TestDayThatEndsWithCustomersInside(t *testing.T) {
	b := readBank(t, recorded(
		entry{day: 1, come: 0, wait: 0, serving: 60, server: "ANAT"},
		entry{day: 2, come: -8*3600 + 10, wait: 0, serving: 7200, server: "ANAT"}, // 2:00:10 to 4:00:10
		entry{day: 2, come: -8*3600 + 20, wait: 7300, serving: 60, server: "ANAT"},
		entry{day: 2, come: 10, wait: 0, serving: 60, server: "ANAT"},
	))
	p, err := playBank(b.upTo("1999-12-31"), bankRules(), append([]contestant{ours(bankRules())}, classics()...), all)
	if err != nil {
		t.Fatal(err)
	}
	if p.odd[dayEnded] != 2 || len(p.going) > 0 {
		t.Errorf("%d visits ended with the day, want 2; %d are left", p.odd[dayEnded], len(p.going))
	}
	if n := p.score.sum(everything)[0].n; n != 0 {
		t.Errorf("%d are scored, want none: the one who waited was not called before the day ended", n)
	}
}
