package queue

import (
	"time"

	"stationkeeper/internal/record"
)

// Leg is a further service of a visit.
type Leg = record.Leg

// Quote is what a customer is told about the wait that remains.
type Quote struct {
	// At is when it was told. The engine sets it.
	At time.Time
	// Ahead is how many customers are to be called before this one.
	Ahead int
	// Low and High are the ends of the interval, counted from At, that holds the call with a probability of 80 %, Expected
	// is the median. They mean nothing unless Known: too little may be known for a promise.
	Low, Expected, High time.Duration
	Known               bool
}

// Remaining is the quote as it is later: what of the wait has passed is taken off, and nothing becomes negative.
func (q Quote) Remaining(now time.Time) Quote {
	passed := max(0, now.Sub(q.At))
	q.Low, q.Expected, q.High = max(0, q.Low-passed), max(0, q.Expected-passed), max(0, q.High-passed)
	q.At = q.At.Add(passed)
	return q
}

// Minutes is the interval in whole minutes as people are told it: the low end rounded down, the high end up.
func (q Quote) Minutes() (low, high int) {
	return int(q.Low / time.Minute), int((q.High + time.Minute - 1) / time.Minute)
}

// Score says how true quotes were: each is held against the wait that followed it.
type Score struct {
	// N is how many quotes of customers who were called are counted: those at issue and later ones, not those in which
	// nothing was promised.
	N int
	// AbsError and Error are sums over the quotes of Expected less the wait that followed; AbsError without its sign.
	AbsError, Error time.Duration
	// Inside counts the quotes whose interval held the call.
	Inside int
}

// Mean is the mean absolute error; 0 of no quotes.
func (s Score) Mean() time.Duration { return mean(s.AbsError, s.N) }

// Bias is the mean error: positive when customers waited less long than they were told.
func (s Score) Bias() time.Duration { return mean(s.Error, s.N) }

// Coverage is the share of quotes whose interval held the call, 0 to 1; 0 of no quotes.
func (s Score) Coverage() float64 {
	if s.N == 0 {
		return 0
	}
	return float64(s.Inside) / float64(s.N)
}

func mean(sum time.Duration, n int) time.Duration {
	if n == 0 {
		return 0
	}
	return sum / time.Duration(n)
}
