package queue

import "slices"

// account shares the calls of one rule between lanes by their weights. It is stride scheduling (C. A. Waldspurger and
// W. E. Weihl, "Stride scheduling: deterministic proportional-share resource management", MIT, 1995): each call of a
// lane moves its pass forward by a stride that is the smaller, the heavier the lane; the lane with the lowest pass is
// next. A lane in which nobody waits gains no claim: its pass is at least that of the last call.
type account struct {
	// pass is by lane, in the order of the rule's lanes.
	pass []int64
	// now is the pass of the last lane called, before that call.
	now int64
	// calls counts, so that it is known whether anything happened since.
	calls int
}

const (
	// maxWeight is the heaviest weight; a stride is whole up to it.
	maxWeight = 1000
	// unit is divisible by the usual weights, and leaves room for 10⁹ calls.
	unit = 5_045_040
)

func stride(weight int) int64 { return unit / int64(max(1, weight)) }

// claim is the pass that counts for a lane: the lower, the sooner is its turn.
func (a *account) claim(lane int) int64 { return max(a.pass[lane], a.now) }

// charge counts a call for a lane, and says what it takes to undo that.
func (a *account) charge(lane, weight int) charged {
	c := charged{account: a, lane: lane, weight: weight, pass: a.pass[lane], now: a.now, calls: a.calls + 1}
	claim := a.claim(lane)
	a.pass[lane], a.now = claim+stride(weight), claim
	a.calls++
	return c
}

// charged is what an account was before a call. The zero value is a call that was not counted.
type charged struct {
	account      *account
	lane, weight int
	pass, now    int64
	calls        int // after it
}

// refund takes a call back: exactly, when it was the last, and otherwise by its stride.
func (a *account) refund(c charged) {
	if a.calls == c.calls {
		a.pass[c.lane], a.now, a.calls = c.pass, c.now, c.calls-1
		return
	}
	a.pass[c.lane] -= stride(c.weight)
	a.calls++ // it differs from what it was after any earlier call
}

func (a *account) reset() {
	clear(a.pass)
	a.now, a.calls = 0, 0
}

// cloneAccounts are copies that calls can be counted in.
func cloneAccounts(accounts []*account) []*account {
	if len(accounts) == 0 {
		return nil
	}
	c := make([]*account, len(accounts))
	for i, a := range accounts {
		one := *a
		one.pass = slices.Clone(a.pass)
		c[i] = &one
	}
	return c
}
