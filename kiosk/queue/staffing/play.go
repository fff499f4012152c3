package staffing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

const (
	// plays is how often the next half hour is played.
	plays = 40
	// unknownServing is taken for a service time while nobody at all has been served.
	unknownServing = 5 * time.Minute
	// leastKnown is how many services give a service's own times; with fewer, times are exponential around a mean.
	leastKnown = 5
)

// play is the next half hour, ready to be played with different counters. Times are in seconds from now.
type play struct {
	services []demand
	counters []place
	// draws are the customers of each play: the same for all sets of counters.
	draws [plays]draw
	// end is when whoever has not been called counts as called.
	end float64
}

// demand is a service: who comes, and how long serving takes.
type demand struct {
	service  string
	target   queue.Target
	rate     float64 // arrivals per second
	until    float64 // when no more come
	waiting  []float64
	mean     time.Duration
	arrivals int
}

// place is a counter: which services it calls and, in each play, when it is free.
type place struct {
	serves []bool
	free   [plays]float64
}

// draw is the customers of one play, by service, in order of arrival.
type draw [][]arrival

type arrival struct {
	at      float64 // negative: waits already
	serving float64
}

// forecasts are what came out, by service.
type forecasts []forecast

// forecast sums up a service's customers over all plays.
type forecast struct {
	n, within int
	wait      float64
}

// horizon is the time that is played.
const horizon = Window

// play lays out the next half hour.
func (w *Watch) play(s queue.Snapshot) *play {
	p := &play{services: w.demands(s), end: 2 * horizon.Seconds()}
	// The seed is a constant on purpose: the same queue gives the same advice.
	random := rand.New(rand.NewPCG(1, 2))
	times := make([][]time.Duration, len(s.Services))
	for i, v := range s.Services {
		times[i] = w.times(v.ID)
	}
	for k := range p.draws {
		p.draws[k] = make(draw, len(s.Services))
		for i, d := range p.services {
			p.draws[k][i] = d.draw(random, times[i])
		}
	}
	for _, c := range s.Counters {
		at := place{serves: make([]bool, len(s.Services))}
		for i, v := range s.Services {
			at.serves[i] = serves(c, v.ID)
		}
		if c.Ticket != nil {
			elapsed, known := s.At.Sub(c.Ticket.Called), w.times(c.Ticket.Service)
			for k := range at.free {
				at.free[k] = remaining(random, known, elapsed)
			}
		}
		p.counters = append(p.counters, at)
	}
	return p
}

// times are the last service times of a service, those of all services when it has too few, none when there are none.
func (w *Watch) times(service string) []time.Duration {
	if r := w.services[service]; r != nil && len(r.serving) >= leastKnown {
		return r.serving
	}
	var all []time.Duration
	for _, s := range w.rules.Services {
		all = append(all, w.services[s.ID].serving...)
	}
	return all
}

func (w *Watch) demands(s queue.Snapshot) []demand {
	all := make([]demand, 0, len(s.Services))
	for _, v := range s.Services {
		l := w.level(s, v)
		d := demand{service: v.ID, target: l.Target, until: horizon.Seconds(), arrivals: l.Arrivals, mean: mean(w.times(v.ID))}
		d.rate = float64(l.Arrivals) / w.observed(s.At).Seconds()
		switch {
		case !v.Open:
			d.until = 0
		case !v.Until.IsZero():
			d.until = min(d.until, v.Until.Sub(s.At).Seconds())
		}
		for _, t := range s.Waiting {
			if t.Service == v.ID {
				d.waiting = append(d.waiting, -max(0, s.At.Sub(t.Entered).Seconds()))
			}
		}
		slices.Sort(d.waiting)
		if d.mean == 0 {
			d.mean = unknownServing
		}
		all = append(all, d)
	}
	return all
}

// observed is for how long arrivals have been counted: the window, or less when the day is young.
func (w *Watch) observed(now time.Time) time.Duration {
	first := now
	for _, r := range w.services {
		if len(r.arrivals) > 0 && r.arrivals[0].Before(first) {
			first = r.arrivals[0]
		}
	}
	return min(Window, max(now.Sub(first), Window/3))
}

// draw makes up a play's customers: those waiting and a Poisson process of those who come.
func (d demand) draw(random *rand.Rand, known []time.Duration) []arrival {
	var all []arrival
	for _, at := range d.waiting {
		all = append(all, arrival{at: at, serving: sample(random, known, d.mean)})
	}
	for at := gap(random, d.rate); at < d.until; at += gap(random, d.rate) {
		all = append(all, arrival{at: at, serving: sample(random, known, d.mean)})
	}
	return all
}

func gap(random *rand.Rand, rate float64) float64 {
	if rate <= 0 {
		return math.Inf(1)
	}
	return random.ExpFloat64() / rate
}

// sample is one of the known service times, or exponential around a mean when they are too few.
func sample(random *rand.Rand, known []time.Duration, mean time.Duration) float64 {
	if len(known) < leastKnown {
		return random.ExpFloat64() * mean.Seconds()
	}
	return known[random.IntN(len(known))].Seconds()
}

// remaining is how much longer a service goes on that has gone on for a time: as one of those known that took longer,
// or as long as if it had begun now.
func remaining(random *rand.Rand, known []time.Duration, elapsed time.Duration) float64 {
	var longer []time.Duration
	for _, d := range known {
		if d > elapsed {
			longer = append(longer, d-elapsed)
		}
	}
	if len(longer) == 0 {
		m := mean(known)
		if m == 0 {
			m = unknownServing
		}
		return random.ExpFloat64() * m.Seconds()
	}
	return longer[random.IntN(len(longer))].Seconds()
}

// outlook plays with the counters of these indices open.
func (p *play) outlook(open []int) forecasts {
	out := make(forecasts, len(p.services))
	for k := range p.draws {
		p.run(k, open, out)
	}
	return out
}

// run plays once. Each counter calls the one who has waited longest of those it serves; the next call is always the
// earliest that any counter can make. Whoever is not called before the end counts as called then.
func (p *play) run(k int, open []int, out forecasts) {
	heads := make([]int, len(p.services))
	free := make([]float64, len(open))
	for n, i := range open {
		free[n] = p.counters[i].free[k]
	}
	for {
		counter, service, start := -1, -1, math.Inf(1)
		for n, i := range open {
			head := p.first(k, heads, p.counters[i].serves)
			if head < 0 {
				continue
			}
			at := max(free[n], p.draws[k][head][heads[head]].at, 0)
			if at < start || at == start && free[n] < free[counter] {
				counter, service, start = n, head, at
			}
		}
		if counter < 0 || start > p.end {
			break
		}
		customer := p.draws[k][service][heads[service]]
		heads[service]++
		free[counter] = start + customer.serving
		out[service].add(start-customer.at, p.services[service].target)
	}
	for i, customers := range p.draws[k] {
		for _, c := range customers[heads[i]:] {
			out[i].add(p.end-c.at, p.services[i].target)
		}
	}
}

// first is the service, of those served, whose first customer came before the others'; -1 when there is none.
func (p *play) first(k int, heads []int, serves []bool) int {
	best := -1
	for i, customers := range p.draws[k] {
		if serves[i] && heads[i] < len(customers) && (best < 0 || customers[heads[i]].at < p.draws[k][best][heads[best]].at) {
			best = i
		}
	}
	return best
}

func (f *forecast) add(wait float64, t queue.Target) {
	f.n++
	f.wait += wait
	if wait <= t.Within.Seconds() {
		f.within++
	}
}

func (f forecast) share() float64 {
	if f.n == 0 {
		return 1
	}
	return float64(f.within) / float64(f.n)
}

func (f forecast) outlook() Outlook {
	return Outlook{Share: f.share(), Wait: time.Duration(f.wait / float64(max(1, f.n)) * float64(time.Second))}
}

// late is how many customers of one play are called later than their target.
func (f forecasts) late() float64 {
	late := 0
	for _, one := range f {
		late += one.n - one.within
	}
	return float64(late) / plays
}

func (f forecasts) all() (sum forecast) {
	for _, one := range f {
		sum.n, sum.within, sum.wait = sum.n+one.n, sum.within+one.within, sum.wait+one.wait
	}
	return sum
}

// worst is the service that misses its target by the most customers; -1 when all keep it. One that a counter is being
// opened for is only content with the margin that closing asks for.
func (p *play) worst(now forecasts, advice []Advice) int {
	worst, most := -1, 0.0
	for i, f := range now {
		need := p.services[i].target.Share
		if slices.ContainsFunc(advice, func(a Advice) bool { return a.Action == Open && a.Service == p.services[i].service }) {
			need = margin(need)
		}
		if missing := need*float64(f.n) - float64(f.within); missing > most {
			worst, most = i, missing
		}
	}
	return worst
}

// margin is the level that has to be kept without a counter before it may be closed: half-way from the target to all.
func margin(share float64) float64 { return share + (1-share)/2 }

// comfortable reports whether all services keep their target by the margin; by half of it while closing is suggested
// already.
func (p *play) comfortable(f forecasts, suggested bool) bool {
	for i, one := range f {
		need := margin(p.services[i].target.Share)
		if suggested {
			need = (need + p.services[i].target.Share) / 2
		}
		if float64(one.within) < need*float64(one.n) {
			return false
		}
	}
	return true
}

// serving counts the open counters that serve a service.
func (p *play) serving(service int, open []int) int {
	n := 0
	for _, i := range open {
		if p.counters[i].serves[service] {
			n++
		}
	}
	return n
}

func (p *play) unserved(service int, open []int) bool { return p.serving(service, open) == 0 }

// reason says why a service needs a counter. The load is that of all services that its counters serve.
func (p *play) reason(service int, open []int) Reason {
	if p.unserved(service, open) {
		return NobodyServes
	}
	work, counters := 0.0, 0
	shared := make([]bool, len(p.services))
	for _, i := range open {
		if !p.counters[i].serves[service] {
			continue
		}
		counters++
		for j, yes := range p.counters[i].serves {
			shared[j] = shared[j] || yes
		}
	}
	for j, d := range p.services {
		if shared[j] {
			work += d.rate * d.mean.Seconds()
		}
	}
	if work >= float64(counters) {
		return TooManyCome
	}
	return QueueTooLong
}

// skills tells counters apart that a play would: what they serve, and until when they are busy.
func (p *play) skills(i int) string { return fmt.Sprint(p.counters[i].serves, p.counters[i].free[:3]) }
