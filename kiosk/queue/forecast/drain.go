package forecast

import (
	"cmp"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// The lobby is played forward on a number of paths. On each, the rest of every service under way, the time until each
// idle counter calls, the patience of everyone who waits, those who come and overtake, and the services that follow are
// drawn; counters that become free call whoever has most points among those they serve. The times at which a customer is
// called on the paths are the distribution of the wait. What is drawn comes from fixed seeds, so that the same question
// has the same answer, and questions a moment apart have answers alike.
const (
	// A long queue needs fewer paths: the errors of many services add up to little.
	mostPaths  = 96
	somePaths  = 64 // from so many people on:
	somePeople = 20
	fewPaths   = 32
	manyPeople = 36
	// What is worked out only to be learned from may be a little less exact.
	hindsightPaths = fewPaths
	// horizon is how far ahead anything is promised, in seconds.
	horizon = 4 * 3600.0
	// overtaking is for how long those who come later are looked at, in seconds; maxComing bounds how many.
	overtaking = 1800.0
	maxComing  = 100
)

// spread is the ends of the range and the median of a wait, in seconds.
type spread [3]float64

const (
	low = iota
	median
	high
)

// shares are those of the waits that the members of a spread are to reach.
var shares = spread{0.1, 0.5, 0.9}

// drainer is the working memory of a drain.
type drainer struct {
	source rand.PCG
	chance *rand.Rand
	people []walker
	first  int       // nobody before this one in people can still be called
	free   []float64 // when each counter calls next
	can    []uint64  // bits of the services that it serves on this path
	called [][]float64

	scene     *scene
	from      int // the first of the people asked about
	paths     int
	even      bool // all gain points alike, so that people stay in the same order
	serving   []*distribution
	starts    []start   // by counter
	kinds     uint64    // bits of the services that anybody waits for or comes for
	waiting   []walker  // how the people are on every path
	draws     []sampler // by service
	turns     sampler
	readiness *readiness
	patience  *cumulated
	pauses    *distribution
	opening   float64 // counters opened per second
	breaking  float64 // probability of a pause after a service
	coming    []coming
}

// walker is a person on a path.
type walker struct {
	person
	come  float64 // when it comes in
	leave float64 // when it gives up
	asked int     // which of those asked about; -1 is none of them
	gone  bool
}

// start is how a counter begins a path.
type start struct {
	under *distribution // of what is under way: a service or a pause; nil when idle
	gone  float64       // the share of those that are shorter than what has passed
	wait  wait          // of an idle counter
	can   [maxKinds]float64
}

// coming is a lane whose customers may overtake one who is asked about.
type coming struct {
	person
	rate   float64 // per second
	window float64 // seconds
}

// drain plays the scene and returns the spread of the wait of each of the people from an index on.
func (m *Model) drain(sc *scene, from int) []spread {
	return m.drainOn(pathsFor(len(sc.people)), sc, from)
}

func (m *Model) drainOn(paths int, sc *scene, from int) []spread {
	d := &m.drainer
	d.paths = paths
	d.prepare(m, sc, from)
	for k := range d.paths {
		d.source.Seed(uint64(k), 0x51a71)
		d.begin(k)
		d.play()
	}
	spreads := make([]spread, len(d.called))
	for i, times := range d.called {
		for len(times) < d.paths {
			times = append(times, horizon)
		}
		slices.Sort(times)
		for s, share := range shares {
			spreads[i][s] = quantile(times, share)
		}
	}
	return spreads
}

// quantile is that of sorted values, averaged over the ones around it.
func quantile(sorted []float64, share float64) float64 {
	middle := int(share * float64(len(sorted)))
	reach := len(sorted) / 32
	sum := 0.0
	around := sorted[middle-reach : middle+reach+1]
	for _, v := range around {
		sum += v
	}
	return sum / float64(len(around))
}

func (d *drainer) prepare(m *Model, sc *scene, from int) {
	if d.chance == nil {
		d.chance = rand.New(&d.source)
	}
	d.scene, d.from = sc, from
	d.serving = m.learned.serving(d.serving[:0])
	d.readiness, d.patience = m.learned.readiness(), m.learned.patience()
	d.pauses = m.learned.Pauses.shrunk(assumedPause, 5)
	d.opening, d.breaking = m.learned.opening(), m.learned.breaking()
	d.free = slices.Grow(d.free[:0], len(sc.servers)+1)[:len(sc.servers)+1]
	d.can = slices.Grow(d.can[:0], len(sc.servers)+1)[:len(sc.servers)+1]
	d.called = make([][]float64, len(sc.people)-from)
	for i := range d.called {
		d.called[i] = make([]float64, 0, d.paths)
	}
	d.draws = slices.Grow(d.draws[:0], len(d.serving))[:len(d.serving)]
	for i := range d.draws {
		d.draws[i].ready = false
	}
	turn := d.readiness.wait(turning, 0, 0)
	d.turns.fill(func(u float64) float64 { return turn.next(0, -math.Log1p(-u)) })
	d.overtakers(m)
	d.even = d.evenly()
	d.line()
	d.starts = slices.Grow(d.starts[:0], len(sc.servers))[:len(sc.servers)]
	for i := range d.starts {
		d.start(&d.starts[i], &sc.servers[i])
	}
}

// line lets the people stand in the order of their points, where that stays as it is.
func (d *drainer) line() {
	d.waiting, d.kinds = d.waiting[:0], 0
	for i := range d.scene.people {
		w := walker{person: d.scene.people[i], asked: max(-1, i-d.from)}
		d.waiting = append(d.waiting, w)
		d.kinds |= 1 << w.service
	}
	for i := range d.coming {
		d.kinds |= 1 << d.coming[i].service
	}
	if d.even {
		slices.SortStableFunc(d.waiting, inFront)
	}
}

func inFront(a, b walker) int { return cmp.Compare(b.points(0), a.points(0)) }

// start works out what is the same on every path.
func (d *drainer) start(t *start, s *server) {
	t.under = nil
	switch {
	case s.busy:
		t.under = d.serving[s.serving]
	case s.paused:
		t.under = d.pauses
	default:
		t.wait = d.readiness.wait(s.spell, s.ignored, s.since)
	}
	if t.under != nil {
		t.gone = t.under.upTo(s.since)
	}
	for i := range d.serving {
		t.can[i] = s.skill.of(i)
	}
}

func pathsFor(people int) int {
	switch {
	case people < somePeople:
		return mostPaths
	case people < manyPeople:
		return somePaths
	}
	return fewPaths
}

// evenly says whether everybody gains points alike.
func (d *drainer) evenly() bool {
	rate := 1.0
	if len(d.scene.people) > 0 {
		rate = d.scene.people[0].rate
	}
	return !slices.ContainsFunc(d.scene.people, func(p person) bool { return p.rate != rate }) &&
		!slices.ContainsFunc(d.coming, func(c coming) bool { return c.person.rate != rate })
}

// overtakers finds the lanes whose customers may overtake somebody asked about, and for how long.
func (d *drainer) overtakers(m *Model) {
	d.coming = d.coming[:0]
	least, slowest := math.Inf(1), math.Inf(1)
	for i := d.from; i < len(d.scene.people); i++ {
		p := &d.scene.people[i]
		least, slowest = min(least, p.points(0)), min(slowest, p.rate)
	}
	for i := range m.learned.Lanes {
		l := &m.learned.Lanes[i]
		c := coming{person: m.person(m.learned.Kinds[l.Kind].ID, l.Class, 0), rate: l.rateAt(d.scene.at)}
		c.window = overtaking
		if c.person.rate <= slowest {
			c.window = min(overtaking, c.head-least)
		}
		if c.window > 0 && c.rate > 1e-7 {
			d.coming = append(d.coming, c)
		}
	}
}

// stratum is a draw from 0 to 1 that is spread evenly over the paths, in an order that differs from one counter to the
// next.
func (d *drainer) stratum(path, counter int) float64 {
	stride := 35 + 6*(counter%8) // shares no factor with the number of paths
	place := (path*stride + 13*counter) % d.paths
	return (float64(place) + d.chance.Float64()) / float64(d.paths)
}

// begin draws how a path begins.
func (d *drainer) begin(path int) {
	var served uint64
	for j := range d.scene.servers {
		s, t := &d.scene.servers[j], &d.starts[j]
		d.free[j] = d.firstCall(s, t, d.stratum(path, j))
		d.can[j] = 0
		for left := s.offers & d.kinds; left != 0; left &= left - 1 {
			if kind := bits.TrailingZeros64(left); d.chance.Float64() < t.can[kind] {
				d.can[j] |= 1 << kind
			}
		}
		served |= d.can[j]
	}
	for j := range d.scene.servers {
		d.can[j] |= d.scene.servers[j].offers & d.kinds &^ served // somebody will do what the rules say that they do
	}
	d.open()
	d.people = append(d.people[:0], d.waiting...)
	for i := range d.people {
		w := &d.people[i]
		waited := max(0, -w.turn)
		w.leave = d.patience.rest(waited, d.patience.upTo(waited), d.chance.ExpFloat64())
	}
	for i := range d.coming {
		d.comeIn(&d.coming[i])
	}
	d.first = 0
	if d.even && len(d.people) > len(d.waiting) {
		slices.SortStableFunc(d.people, inFront)
	}
}

// open draws when a closed counter opens: the last one, after the servers.
func (d *drainer) open() {
	last := len(d.scene.servers)
	d.free[last], d.can[last] = math.Inf(1), d.scene.dormant
	if d.scene.dormant != 0 {
		d.free[last] = d.chance.ExpFloat64() / d.opening
	}
}

// firstCall is when a counter calls for the first time, for a draw from 0 to 1.
func (d *drainer) firstCall(s *server, t *start, u float64) float64 {
	if t.under == nil {
		return t.wait.next(s.since, -math.Log1p(-u))
	}
	rest := t.under.rest(s.since, t.gone, u)
	if s.busy && s.paused {
		rest += d.pauses.quantile(d.chance.Float64())
	}
	return rest + d.turn()
}

// turn is how long a counter takes from one customer to the next, a pause in between included.
func (d *drainer) turn() float64 {
	gap := d.turns.draw(d.chance)
	if d.breaking > 0 && d.chance.Float64() < d.breaking {
		gap += d.pauses.quantile(d.chance.Float64())
	}
	return gap
}

// service is how long a service takes.
func (d *drainer) service(kind int) float64 {
	s := &d.draws[kind]
	if !s.ready {
		s.fill(d.serving[kind].quantile)
	}
	return s.draw(d.chance)
}

// comeIn draws who comes in a lane.
func (d *drainer) comeIn(c *coming) {
	n := 0
	for t := d.chance.ExpFloat64() / c.rate; t < c.window && n < maxComing; t += d.chance.ExpFloat64() / c.rate {
		w := walker{person: c.person, come: t, asked: -1, leave: t + d.patience.rest(0, 0, d.chance.ExpFloat64())}
		w.turn = t
		d.people = append(d.people, w)
		n++
	}
}

// play lets counters call until all who are asked about are called, or the horizon is reached.
func (d *drainer) play() {
	for left := len(d.called); left > 0; {
		j := 0
		for i, t := range d.free {
			if t < d.free[j] {
				j = i
			}
		}
		t := d.free[j]
		if t >= horizon {
			return
		}
		w, next := d.choose(j, t)
		if w == nil {
			d.free[j] = max(next, t+1)
			continue
		}
		w.gone = true
		if w.asked >= 0 {
			d.called[w.asked] = append(d.called[w.asked], t)
			left--
			if w.leave <= t {
				continue // it would have been called had it stayed; it has gone, and the counter calls the next one
			}
		}
		d.free[j] = t + d.service(w.service) + d.turn()
	}
}

// choose is whom a counter calls at a time; without anybody, when the next one comes whom it might call.
func (d *drainer) choose(j int, t float64) (best *walker, next float64) {
	next = math.Inf(1)
	most := math.Inf(-1)
	kinds, counter := d.can[j], ""
	if j < len(d.scene.servers) {
		counter = d.scene.servers[j].counter
	}
	for d.first < len(d.people) && d.people[d.first].over(t) {
		d.first++
	}
	for i := d.first; i < len(d.people); i++ {
		w := &d.people[i]
		switch {
		case w.over(t) || kinds>>w.service&1 == 0 || !w.mayGoTo(counter):
		case w.come > t:
			next = min(next, w.come)
		case d.even:
			return w, t
		default:
			if p := w.points(t); p > most {
				best, most = w, p
			}
		}
	}
	return best, next
}

// over says whether the walker is of no account from a time on. Those asked about are until they would be called: what
// they are told is for the case that they stay.
func (w *walker) over(t float64) bool { return w.gone || w.leave <= t && w.asked < 0 }

// sampler draws from a distribution by a table of its quantiles.
type sampler struct {
	ready bool
	table [samples + 1]float64
}

const samples = 128

// fill takes the quantiles. The very end is cut off, where a distribution may have none.
func (s *sampler) fill(quantile func(share float64) float64) {
	for i := range s.table {
		s.table[i] = quantile((float64(i) + 0.02) / (samples + 0.1))
	}
	s.ready = true
}

func (s *sampler) draw(chance *rand.Rand) float64 {
	u := chance.Float64() * samples
	i := int(u)
	return s.table[i] + (s.table[i+1]-s.table[i])*(u-float64(i))
}
