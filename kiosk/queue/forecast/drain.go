package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The lobby is played forward on a number of paths. On each, the rest of every service under way, the time until each
// idle counter calls, the patience of everyone who waits, those who come and overtake, and the services that follow are
// drawn; counters that become free call whoever has most points among those they serve. The times at which a customer is
// called on the paths are the distribution of the wait. What is drawn comes from fixed seeds, so that the same question
// has the same answer, and questions a moment apart have answers alike.
const (
	paths = 96
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
	free   []float64 // when each counter calls next
	can    []uint64  // bits of the services that it serves on this path
	called [][]float64

	scene     *scene
	first     int // of the people asked about
	serving   []*distribution
	readiness *readiness
	patience  *cumulated
	pauses    *distribution
	opening   float64 // counters opened per second
	coming    []coming
}

// walker is a person on a path.
type walker struct {
	person
	come  float64 // when it comes in
	leave float64 // when it gives up
	asked int     // which of those asked about; -1 is none
	gone  bool
}

// coming is a lane whose customers may overtake one who is asked about.
type coming struct {
	person
	rate   float64 // per second
	window float64 // seconds
}

// drain plays the scene and returns the spread of the wait of each of the people from an index on.
func (m *Model) drain(sc *scene, from int) []spread {
	d := &m.drainer
	d.prepare(m, sc, from)
	for k := range paths {
		d.source.Seed(uint64(k), 0x51a71)
		d.begin(k)
		d.play()
	}
	spreads := make([]spread, len(d.called))
	for i, times := range d.called {
		for len(times) < paths {
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
	d.scene, d.first = sc, from
	d.serving = m.learned.serving(d.serving[:0])
	d.readiness, d.patience = m.learned.readiness(), m.learned.patience()
	d.pauses = m.learned.Pauses.shrunk(assumedPause, 5)
	d.opening = m.learned.opening()
	d.free = slices.Grow(d.free[:0], len(sc.servers)+1)[:len(sc.servers)+1]
	d.can = slices.Grow(d.can[:0], len(sc.servers)+1)[:len(sc.servers)+1]
	d.called = make([][]float64, len(sc.people)-from)
	for i := range d.called {
		d.called[i] = make([]float64, 0, paths)
	}
	d.overtakers(m)
}

// overtakers finds the lanes whose customers may overtake somebody asked about, and for how long.
func (d *drainer) overtakers(m *Model) {
	d.coming = d.coming[:0]
	least, slowest := math.Inf(1), math.Inf(1)
	for i := d.first; i < len(d.scene.people); i++ {
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

// even is a draw from 0 to 1 that is spread evenly over the paths, in an order that differs from one counter to the next.
func (d *drainer) even(path, counter int) float64 {
	const stride = 2*17 + 1 // shares no factor with paths
	place := (path*(stride+6*(counter%8)) + 13*counter) % paths
	return (float64(place) + d.chance.Float64()) / paths
}

// begin draws how a path begins.
func (d *drainer) begin(path int) {
	for j := range d.scene.servers {
		s := &d.scene.servers[j]
		d.free[j] = d.firstCall(s, d.even(path, j))
		d.can[j] = s.offers
		for i := range d.serving {
			if s.offers>>i&1 != 0 && d.chance.Float64() >= s.skill.of(i) {
				d.can[j] &^= 1 << i
			}
		}
	}
	last := len(d.scene.servers)
	d.free[last], d.can[last] = d.chance.ExpFloat64()/d.opening, math.MaxUint64
	d.people = d.people[:0]
	for i := range d.scene.people {
		w := walker{person: d.scene.people[i], asked: i - d.first, leave: math.Inf(1)}
		if w.asked < 0 {
			w.asked = -1
		}
		if d.first > 0 && i < d.first {
			w.leave = d.patience.rest(max(0, -w.turn), d.chance.ExpFloat64())
		}
		d.people = append(d.people, w)
	}
	for i := range d.coming {
		d.comeIn(&d.coming[i])
	}
}

// firstCall is when a counter calls for the first time.
func (d *drainer) firstCall(s *server, u float64) float64 {
	draw := -math.Log1p(-u)
	switch {
	case s.busy && s.paused:
		return d.serving[s.serving].rest(s.since, u) + d.pauses.quantile(d.chance.Float64())
	case s.busy:
		return d.serving[s.serving].rest(s.since, u) + d.turn()
	case s.paused:
		return d.pauses.rest(s.since, u) + d.turn()
	}
	return d.readiness.next(s.spell, s.ignored, s.since, draw)
}

// turn is how long a counter takes from one customer to the next.
func (d *drainer) turn() float64 { return d.readiness.next(turning, 0, 0, d.chance.ExpFloat64()) }

// comeIn draws who comes in a lane.
func (d *drainer) comeIn(c *coming) {
	n := 0
	for t := d.chance.ExpFloat64() / c.rate; t < c.window && n < maxComing; t += d.chance.ExpFloat64() / c.rate {
		w := walker{person: c.person, come: t, asked: -1, leave: t + d.patience.rest(0, d.chance.ExpFloat64())}
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
		}
		d.free[j] = t + d.serving[w.service].quantile(d.chance.Float64()) + d.turn()
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
	for i := range d.people {
		w := &d.people[i]
		switch {
		case w.gone || w.leave <= t || kinds>>w.service&1 == 0 || !w.mayGoTo(counter):
		case w.come > t:
			next = min(next, w.come)
		default:
			if p := w.points(t); p > most {
				best, most = w, p
			}
		}
	}
	return best, next
}
