package staffing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"stationkeeper/kiosk/queue"
)

// erlangC is the probability that a customer of the M/M/c queue has to wait, for a load of a servers' work.
func erlangC(servers int, load float64) float64 {
	term, sum := 1.0, 1.0 // load^k / k!
	for k := 1; k < servers; k++ {
		term *= load / float64(k)
		sum += term
	}
	last := term * load / float64(servers) * float64(servers) / (float64(servers) - load)
	return last / (sum + last)
}

// With one service, exponential times and long hours, the play comes to what Erlang's formula says: the share called
// within a time t is 1 − C·e^(−(cμ−λ)t), the mean wait C/(cμ−λ).
func TestPlayAgreesWithErlang(t *testing.T) {
	for _, c := range []struct {
		servers int
		between time.Duration // mean time between two arrivals
		serving time.Duration
	}{
		{1, 200 * time.Second, 120 * time.Second},
		{3, 60 * time.Second, 140 * time.Second},
		{6, 30 * time.Second, 150 * time.Second},
	} {
		t.Run(fmt.Sprint(c.servers), func(t *testing.T) {
			target := queue.Target{Within: time.Minute, Share: 0.8}
			d := demand{service: "a", target: target, rate: 1 / c.between.Seconds(), until: 50 * 3600, mean: c.serving}
			p := &play{services: []demand{d}, end: math.Inf(1)}
			random := rand.New(rand.NewPCG(5, 6))
			for k := range p.draws {
				p.draws[k] = draw{d.draw(random, nil)}
			}
			var open []int
			for i := range c.servers {
				p.counters = append(p.counters, place{serves: []bool{true}})
				open = append(open, i)
			}
			got := p.outlook(open)[0]
			lambda, mu := 1/c.between.Seconds(), 1/c.serving.Seconds()
			slack := float64(c.servers)*mu - lambda
			wait := erlangC(c.servers, lambda/mu)
			share, mean := 1-wait*math.Exp(-slack*60), wait/slack
			if o := got.outlook(); math.Abs(o.Share-share) > 0.02 || math.Abs(o.Wait.Seconds()-mean) > 0.1*mean {
				t.Errorf("played: %.3f within a minute, mean wait %s; Erlang: %.3f, %.1f s", o.Share, o.Wait, share, mean)
			}
		})
	}
}

func TestCountersCallOnlyWhatTheyServe(t *testing.T) {
	target := queue.Target{Within: time.Minute, Share: 0.8}
	p := &play{services: []demand{{service: "a", target: target}, {service: "b", target: target}}, end: 3600}
	for k := range p.draws {
		p.draws[k] = draw{{{at: -10, serving: 100}, {at: 5, serving: 100}}, {{at: -20, serving: 100}}}
	}
	p.counters = []place{{serves: []bool{true, false}}, {serves: []bool{true, true}}}
	for k := range plays {
		p.counters[0].free[k] = 30
	}
	// The first counter is free at 30 and calls a's first customer then; it calls the second at 130.
	got := p.outlook([]int{0})
	if o := got[0].outlook(); o.Share != 0.5 || o.Wait != (40+125)*time.Second/2 {
		t.Errorf("a: %+v", o)
	}
	if o := got[1].outlook(); o.Share != 0 || o.Wait != 3620*time.Second {
		t.Errorf("b, which nobody serves: %+v", o)
	}
	// With the second, b's customer has waited longest and is called at once, a's at 30 and at 100.
	got = p.outlook([]int{0, 1})
	if o := got[1].outlook(); o.Share != 1 || o.Wait != 20*time.Second {
		t.Errorf("b: %+v", o)
	}
	if o := got[0].outlook(); o.Share != 0.5 || o.Wait != (40+95)*time.Second/2 {
		t.Errorf("a: %+v", o)
	}
}

func TestRemainingServiceIsOneThatTookLonger(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	known := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute}
	seen := map[float64]bool{}
	for range 100 {
		seen[remaining(random, known, 90*time.Second)] = true
	}
	if len(seen) != 2 || !seen[30] || !seen[210] {
		t.Errorf("after 90 s, %v are left", seen)
	}
	if got := remaining(random, known, 6*time.Minute); got <= 0 {
		t.Errorf("after longer than any: %f", got)
	}
}
