package room

import (
	"math"
	"math/rand/v2"
	"time"
)

// visit is one person's way in and out. The waits are seconds of a hand and a foot, real at every speed; only the
// stay is in the room's time.
type visit struct {
	who Holder
	// From the badge, or from the strike where there is one, to the door's opening, and from there to its closing,
	// going in and going out.
	reach, passIn, passOut time.Duration
	stay                   time.Duration
	// forgetful people leave by the button instead of their badge.
	forgetful bool
}

// people come to the room.
type people struct{ random *rand.Rand }

// Of so many visits one is a visitor's; one ends without a badge; one holds the door for too long.
const (
	visitors  = 6
	forgetful = 12
	holding   = 10
)

func (p *people) visit() visit {
	v := visit{
		who:     Staff[p.random.IntN(len(Staff))],
		reach:   p.between(700*time.Millisecond, 2500*time.Millisecond),
		passIn:  p.between(2*time.Second, 6*time.Second),
		passOut: p.between(2*time.Second, 5*time.Second),
		stay:    p.between(2*time.Minute, 15*time.Minute),
	}
	if p.random.IntN(visitors) == 0 {
		v.who = Visitor.Holder
	}
	v.forgetful = p.random.IntN(forgetful) == 0
	if held := p.between(40*time.Second, 90*time.Second); p.random.IntN(holding) == 0 {
		v.passOut = held
	}
	return v
}

// pause is how long nobody comes, drawn for a time of the room's day: by day somebody comes twice an hour on
// average, by night hardly anybody. Visits know nothing of each other, so that pauses are exponential.
func (p *people) pause(at time.Time) time.Duration {
	mean := 4 * time.Hour
	if hour := at.Hour(); hour >= 8 && hour < 18 {
		mean = 30 * time.Minute
	}
	// The longest pause is bounded, so that morning does not begin at noon.
	return time.Duration(min(p.random.ExpFloat64(), 3) * float64(mean))
}

func (p *people) between(least, most time.Duration) time.Duration {
	return least + time.Duration(p.random.Int64N(int64(most-least)))
}

// bounces are the pauses between the toggles of a contact before it settles: an even number, so that it ends where it
// was going; within the 5 ms that datasheets of reed contacts allow.
func bounces(random *rand.Rand) []time.Duration {
	pauses := make([]time.Duration, 2*random.IntN(4))
	for i := range pauses {
		pauses[i] = time.Duration(math.Round(float64(100*time.Microsecond) + random.Float64()*float64(700*time.Microsecond)))
	}
	return pauses
}
