package forecast

import (
	"math"
	"slices"
)

// correction is how the ranges that come out of playing forward have to be stretched, shifted and moved by lane to hold
// what they promise. Each end, and the median, is a regression of its own, on the logarithm of the wait: errors of waits
// grow with them.
type correction struct {
	// Shared are the weights of the features, and Lane what is added by lane.
	Shared [3][features]weight `json:"shared"`
	Lane   [3][]weight         `json:"lane"`
}

// weight is a coefficient and the sum of the squares of its gradients, by which its steps become smaller.
type weight struct {
	Value float64 `json:"value"`
	Steps float64 `json:"steps"`
}

const (
	features = 4
	// within this many seconds errors of waits are all alike.
	offset = 8.0
	// stepWidth is the size of the first steps, on the logarithmic scale.
	stepWidth = 0.1
	// stepMemory lets steps never become so small that a change of the station would go unnoticed.
	stepMemory = 0.9998
	// mostMoved bounds a correction, on the logarithmic scale: more than fourfold is not believed.
	mostMoved = 1.4
)

// describe are the features of a spread: how long the wait is, and how wide its upper and lower half are, each less what
// is common.
func describe(raw spread) (logs spread, x [features]float64) {
	for i, v := range raw {
		logs[i] = math.Log(max(0, v) + offset)
	}
	return logs, [features]float64{1, logs[median] - 4, logs[high] - logs[median] - 0.7, logs[median] - logs[low] - 0.7}
}

// moved is the logarithm of a corrected member of a spread.
func (c *correction) moved(i, lane int, logs spread, x [features]float64) float64 {
	sum := 0.0
	for f, v := range x {
		sum += c.Shared[i][f].Value * v
	}
	if lane != none && lane < len(c.Lane[i]) {
		sum += c.Lane[i][lane].Value
	}
	return logs[i] + max(-mostMoved, min(mostMoved, sum))
}

// corrected is a spread as experience says that it is; its members are in order and not negative.
func (c *correction) corrected(lane int, raw spread) spread {
	logs, x := describe(raw)
	var told spread
	for i := range told {
		told[i] = max(0, math.Exp(c.moved(i, lane, logs, x))-offset)
	}
	slices.Sort(told[:])
	return told
}

// shared is by how much what is learned from a wait counts less for each customer who waited ahead: those who wait at the
// same time wait for the same things, so that ten of them tell little more than one.
const shared = 0.5

// learn takes in that a wait, in seconds, came out of a spread when so many were ahead: each member moves by the gradient
// of its quantile loss.
func (c *correction) learn(lane int, raw spread, wait float64, ahead int) {
	weigh := 1 / (1 + shared*float64(ahead))
	logs, x := describe(raw)
	came := math.Log(wait + offset)
	for i, share := range shares {
		for len(c.Lane[i]) <= lane {
			c.Lane[i] = append(c.Lane[i], weight{})
		}
		gradient := share
		if came < c.moved(i, lane, logs, x) {
			gradient = share - 1
		}
		for f, v := range x {
			c.Shared[i][f].step(gradient*v, weigh)
		}
		c.Lane[i][lane].step(gradient, weigh)
	}
}

func (w *weight) step(gradient, weigh float64) {
	w.Steps = w.Steps*stepMemory + weigh*gradient*gradient
	w.Value += stepWidth * weigh * gradient / math.Sqrt(1+w.Steps)
}
