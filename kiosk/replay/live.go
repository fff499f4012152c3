package replay

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"stationkeeper/kiosk/queue"
)

// Options say how a day is played live.
type Options struct {
	// Speed is how many recorded seconds pass in one second; above 0.
	Speed float64
	// From and To are the local times of day between which customers come. A From of 0 is six in the morning: the bank's
	// service centre works from seven to midnight, and who calls at night calls in vain. A To of 0 is to the last.
	From, To time.Duration
}

// Live is a recorded day as people live through it again: the customers come when they came and are as patient and take
// as long at a counter as they were and did, and the clerks work when they worked. Who is called, when and where to, is
// not the recording's but the queue's decision.
type Live struct {
	options   Options
	plan      *Plan
	rules     queue.Rules
	customers []customer // in order of coming
	shifts    []shift    // by counter, in the order of the rules
	recorded  Account    // of the same customers
}

// customer is one who comes.
type customer struct {
	line    int
	came    time.Time
	service string
	class   string
	// gaveUp is whether the customer did; then patience is for how long.
	gaveUp   bool
	patience time.Duration
	// length is the time at the counter.
	length time.Duration
}

// The class of the recording's priority customers. They "were advanced in the queue by 1.5 minutes" upon arrival, as its
// description has it.
const (
	priorityClass     = "priority"
	priorityHeadStart = 90 * time.Second
)

// serviceLevel is what is agreed for all services: the recording does not say, and a minute is usual where people call.
var serviceLevel = queue.Target{Within: time.Minute, Share: 0.8}

// NewLive lays out the calls of one day, which have to be of the same date.
func NewLive(calls []Call, o Options) (*Live, error) {
	if o.Speed <= 0 || o.From < 0 || o.To < 0 || o.To > 0 && o.To <= cmp.Or(o.From, earliest) {
		return nil, fmt.Errorf("play a day live: speed %g, from %s to %s: expected a speed above 0, and to after from", o.Speed, o.From, o.To)
	}
	plan, err := NewPlan(calls)
	if err != nil {
		return nil, err
	}
	l := &Live{options: o, plan: plan}
	l.invite(calls)
	if len(l.customers) == 0 {
		return nil, fmt.Errorf("play %s live: nobody comes from %s to %s", plan.Day.Format(time.DateOnly), o.From, o.To)
	}
	if l.shifts = l.employ(calls); len(l.shifts) == 0 {
		return nil, fmt.Errorf("play %s live: nobody works from %s to %s", plan.Day.Format(time.DateOnly), o.From, o.To)
	}
	l.rules = queue.Rules{
		Services: slices.Clone(plan.Rules.Services),
		Classes:  []queue.Class{{ID: priorityClass, Rate: 1, HeadStart: priorityHeadStart}},
		Calling:  []queue.CallRule{{Name: "by-priority", Order: queue.Priority}},
		// The whole of the play is one day of work, with what is served after midnight.
		Calendar: queue.Calendar{Zone: plan.Day.Location(), Start: time.Duration(l.from().Hour()) * time.Hour},
	}
	for i := range l.rules.Services {
		l.rules.Services[i].Target = serviceLevel
	}
	for _, s := range l.shifts {
		l.rules.Counters = append(l.rules.Counters, queue.Counter{ID: s.counter})
	}
	if err := l.rules.Validate(); err != nil {
		return nil, fmt.Errorf("play a day live: %w", err)
	}
	return l, nil
}

// invite lists who comes. Of a customer who gave up it is not known how long the service would have been: it is that of
// another customer who came for the same, chosen by the line.
func (l *Live) invite(calls []Call) {
	lengths := map[string][]time.Duration{}
	for _, c := range calls {
		if v, ok := c.Visit(); ok && v.Served && v.Ended.After(v.Waited) {
			lengths[c.Type] = append(lengths[c.Type], v.Ended.Sub(v.Waited))
			lengths[""] = append(lengths[""], v.Ended.Sub(v.Waited))
		}
	}
	for _, c := range calls {
		v, ok := c.Visit()
		if !ok || v.Came.Before(l.from()) || !l.to().IsZero() && !v.Came.Before(l.to()) {
			continue
		}
		one := customer{line: c.Line, came: v.Came, service: c.Type, length: v.Ended.Sub(v.Waited)}
		if c.Priority == 2 {
			one.class = priorityClass
		}
		if !v.Served {
			one.gaveUp, one.patience, one.length = true, v.Waited.Sub(v.Came), typical(lengths, c)
		}
		l.customers = append(l.customers, one)
		l.recorded.add(v)
	}
	slices.SortFunc(l.customers, func(a, b customer) int {
		return cmp.Or(a.came.Compare(b.came), cmp.Compare(a.line, b.line))
	})
}

// typical is a service length of a day like that of a call.
func typical(lengths map[string][]time.Duration, c Call) time.Duration {
	alike := lengths[c.Type]
	if len(alike) == 0 {
		alike = lengths[""]
	}
	if len(alike) == 0 {
		return 0
	}
	return alike[c.Line%len(alike)]
}

func (a *Account) add(v Visit) {
	a.Issued++
	if !v.Served {
		a.Left++
		a.WaitLeft += v.Waited.Sub(v.Came)
		return
	}
	a.Served++
	a.WaitServed += v.Waited.Sub(v.Came)
	a.Serving += v.Ended.Sub(v.Waited)
}

// earliest is when a day begins unless another time is asked for.
const earliest = 6 * time.Hour

// from is the first instant at which customers come.
func (l *Live) from() time.Time { return at(l.plan.Day, cmp.Or(l.options.From, earliest)) }

// to is the first at which none come any more; zero is when there are no more.
func (l *Live) to() time.Time {
	if l.options.To == 0 {
		return time.Time{}
	}
	return at(l.plan.Day, l.options.To)
}

// Begin is the time at which the day begins: From, or the first customer or clerk.
func (l *Live) Begin() time.Time {
	if l.options.From > 0 {
		return l.from()
	}
	begin := l.customers[0].came
	for _, s := range l.shifts {
		if s.spans[0].from.Before(begin) {
			begin = s.spans[0].from
		}
	}
	return begin
}

// lastCall is when the last customer has come. The clerks work on until nobody waits.
func (l *Live) lastCall() time.Time {
	if to := l.to(); !to.IsZero() {
		return to
	}
	return l.customers[len(l.customers)-1].came
}

// Rules are those of the queue on that day.
func (l *Live) Rules() queue.Rules { return l.rules }

// Accepts refuses a hall whose journal holds other customers; see Plan.Accepts.
func (l *Live) Accepts(lastDay string) error {
	if day := l.rules.Calendar.Day(l.Begin()); lastDay == "" || lastDay == day {
		return nil
	}
	return otherCustomers(lastDay, l.plan.Day)
}

// ServiceNames, CounterNames and ClassNames name what is in the rules.
func (l *Live) ServiceNames() map[string]Name { return l.plan.ServiceNames() }
func (l *Live) CounterNames() map[string]Name { return l.plan.CounterNames() }
func (l *Live) ClassNames() map[string]Name {
	return map[string]Name{priorityClass: {Zh: "优先客户", En: "Priority customers"}}
}

// Report writes for people what became of the customers, beside what became of them when they were recorded.
func (l *Live) Report(w io.Writer, got Account, quotes queue.Score, took time.Duration) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-34s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "%s, from %s, at %g times its pace\n", l.plan.Day.Format(time.DateOnly), l.Begin().Format("15:04"), l.options.Speed)
	line("customers", "%d (recorded %d)", got.Issued, l.recorded.Issued)
	line("served", "%d (recorded %d)", got.Served, l.recorded.Served)
	line("left", "%d (recorded %d)", got.Left, l.recorded.Left)
	line("mean wait of those served", "%s (recorded %s)", seconds(got.MeanWait()), seconds(l.recorded.MeanWait()))
	line("mean time at a counter", "%s (recorded %s)", seconds(got.MeanServing()), seconds(l.recorded.MeanServing()))
	line("counters", "%d", len(l.rules.Counters))
	line("waits told, of those called", "%d", quotes.N)
	if quotes.N > 0 {
		line("told against waited", "off by %s, bias %s, in the interval %.0f %%", seconds(quotes.Mean()), seconds(quotes.Bias()), 100*quotes.Coverage())
	}
	line("time it took", "%s", took.Round(10*time.Millisecond))
	_, err := io.WriteString(w, b.String())
	return err
}
