package forecast

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryDurationHasItsBin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(0, 20_000).Draw(t, "seconds")
		bin := binOf(x)
		if x < begin(bin) || x >= edges[bin] && bin < bins-1 {
			t.Fatalf("%v s is in bin %d, %v to %v", x, bin, begin(bin), edges[bin])
		}
	})
}

func TestQuantilesAreTheReverseOfShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := logNormal(rapid.Float64Range(5, 1500).Draw(t, "median"), rapid.Float64Range(0.3, 1.5).Draw(t, "sigma"))
		u := rapid.Float64Range(0.01, 0.98).Draw(t, "share")
		if x := d.quantile(u); x < edges[bins-2] && math.Abs(d.upTo(x)-u) > 1e-9 {
			t.Fatalf("quantile %v is %v s, of which the share is %v", u, x, d.upTo(x))
		}
	})
}

func TestRestsAreNeverNegativeAndGrowWithTheirShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h histogram
		for range rapid.IntRange(0, 50).Draw(t, "n") {
			h.add(rapid.Float64Range(0, 20_000).Draw(t, "duration"), 100)
		}
		d := h.shrunk(assumedService, 10)
		x := rapid.Float64Range(0, 50_000).Draw(t, "passed")
		last := 0.0
		for _, u := range []float64{0, 0.1, 0.5, 0.9, 0.99, 1} {
			rest := d.rest(x, d.upTo(x), u)
			if rest < last || math.IsNaN(rest) || math.IsInf(rest, 0) {
				t.Fatalf("after %v s, share %v of the rests is %v s, that of less %v s", x, u, rest, last)
			}
			last = rest
		}
	})
}

func TestRatesAreFoundAlthoughMuchIsCutShort(t *testing.T) {
	// It happens once in a hundred seconds; every second one is watched for 50 s only.
	chance := rand.New(rand.NewPCG(1, 2))
	var h hazards
	for i := range 20_000 {
		after := 100 * chance.ExpFloat64()
		if i%2 == 0 && after > 50 {
			h.expose(0, 50)
			continue
		}
		h.expose(0, after)
		h.happened(after, 1e9)
	}
	c := h.cumulated(900, 0)
	for _, passed := range []float64{0, 30, 120} {
		if median := c.rest(passed, c.upTo(passed), math.Ln2); median < 63 || median > 76 {
			t.Errorf("after %v s, half are over in %.1f s more, want 69.3", passed, median)
		}
	}
}

func TestCorrectionFindsWhatRangesAreReallyLike(t *testing.T) {
	// Waits are twice as long as foretold and spread half as wide again; in lane 1 they are half of that.
	chance := rand.New(rand.NewPCG(3, 4))
	var c correction
	inside, above, n := 0, 0, 0
	for i := range 8000 {
		foretold := 40 + 400*chance.Float64()
		raw := spread{foretold / 2, foretold, foretold * 2}
		lane := i % 2
		wait := foretold * 2 / float64(1+lane) * math.Exp(0.8*chance.NormFloat64())
		if i >= 4000 {
			told := c.corrected(lane, raw)
			n++
			if told[low] <= wait && wait <= told[high] {
				inside++
			}
			if wait > told[median] {
				above++
			}
		}
		c.learn(lane, raw, wait, 0)
	}
	if share := float64(inside) / float64(n); share < 0.76 || share > 0.84 {
		t.Errorf("%.3f are within the range", share)
	}
	if share := float64(above) / float64(n); share < 0.46 || share > 0.54 {
		t.Errorf("%.3f are above the median", share)
	}
}
