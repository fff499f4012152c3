package staff

import "time"

// Limits bound guessing. Wrong attempts are counted by what is tried from where.
type Limits struct {
	// Tries is how many wrong attempts for one staff number from one address make that number pause there; 5.
	Tries int
	// Address is how many from one address, for whatever numbers, make all its numbers pause but those that have logged in
	// from there; 20.
	Address int
	// Number is how many for one number, from all addresses, make it pause everywhere but where it has logged in from; 20.
	// An address adds no more than Tries to it: one alone cannot keep anybody from working.
	Number int
	// Pause is the first pause; 30 s. Every further wrong attempt doubles it, up to Longest; 15 min. At that pace a PIN of
	// four digits takes more than a hundred days to go through.
	Pause, Longest time.Duration
	// Forget is how long after the pause of the last wrong attempt they are no longer counted; 30 min.
	Forget time.Duration
}

// UsualLimits are the ones that the members of Limits name.
func UsualLimits() Limits {
	return Limits{Tries: 5, Address: 20, Number: 20, Pause: 30 * time.Second, Longest: 15 * time.Minute, Forget: 30 * time.Minute}
}

// maxKept bounds what is remembered of each kind. Beyond it the oldest is forgotten.
const maxKept = 4096

// from is a number tried from an address.
type from struct{ number, address string }

// count is wrong attempts, the last of them at last. told says that a pause for them has been told of.
type count struct {
	n    int
	last time.Time
	told bool
}

// Attempts counts wrong attempts to log in. It has one owner, and lives as long as the program: a restart forgives.
type Attempts struct {
	limits    Limits
	pairs     map[from]count
	addresses map[string]count
	numbers   map[string]count
	// proven are numbers that have logged in from an address, and when.
	proven map[from]time.Time
}

// NewAttempts counts from nothing.
func NewAttempts(l Limits) *Attempts {
	return &Attempts{limits: l, pairs: map[from]count{}, addresses: map[string]count{}, numbers: map[string]count{}, proven: map[from]time.Time{}}
}

// Begin is asked before a secret is looked at. A wait above 0 means that it is not to be looked at before then; first
// says that nobody has been told yet. Otherwise the attempt counts as a wrong one until Right takes it back, so that
// many at once are not more than one after the other. A badge is tried as the number "".
func (a *Attempts) Begin(number, address string, now time.Time) (wait time.Duration, first bool) {
	a.lapse(now)
	pair := from{number, address}
	wait, first = held(a, a.pairs, pair, a.limits.Tries, now)
	if _, known := a.proven[pair]; !known {
		if w, f := held(a, a.addresses, address, a.limits.Address, now); w > wait {
			wait, first = w, f
		}
		if w, f := held(a, a.numbers, number, a.limits.Number, now); w > wait && number != "" {
			wait, first = w, f
		}
	}
	if wait > 0 {
		return wait, first
	}
	if more(a.pairs, pair, now) <= a.limits.Tries {
		more(a.numbers, number, now)
	}
	more(a.addresses, address, now)
	return 0, false
}

// Right takes back an attempt that was not wrong after all, and forgives the ones before it from the same address: they
// were slips.
func (a *Attempts) Right(number, address string, now time.Time) {
	pair := from{number, address}
	less(a.numbers, number, min(a.pairs[pair].n, a.limits.Tries))
	less(a.addresses, address, 1)
	delete(a.pairs, pair)
	if number != "" {
		a.proven[pair] = now
	}
}

// held is for how long a count makes wait, and whether that is told for the first time.
func held[K comparable](a *Attempts, counts map[K]count, key K, limit int, now time.Time) (time.Duration, bool) {
	c := counts[key]
	wait := c.last.Add(a.pause(c.n, limit)).Sub(now)
	if wait <= 0 || c.n < limit {
		return 0, false
	}
	first := !c.told
	c.told = true
	counts[key] = c
	return wait, first
}

// pause is for how long a count makes wait: twice as long with every attempt beyond the limit.
func (a *Attempts) pause(n, limit int) time.Duration {
	if n < limit {
		return 0
	}
	pause := a.limits.Pause
	for ; n > limit && pause < a.limits.Longest; n-- {
		pause *= 2
	}
	return min(pause, a.limits.Longest)
}

func more[K comparable](counts map[K]count, key K, now time.Time) int {
	n := counts[key].n + 1
	counts[key] = count{n: n, last: now}
	return n
}

func less[K comparable](counts map[K]count, key K, by int) {
	c := counts[key]
	c.n -= by
	if c.n <= 0 {
		delete(counts, key)
		return
	}
	counts[key] = c
}

// provenFor is how long it is remembered from where somebody has logged in.
const provenFor = 30 * 24 * time.Hour

// lapse forgets what is long over, and the oldest of what is too much.
func (a *Attempts) lapse(now time.Time) {
	forget(a.pairs, func(c count) (time.Time, bool) { return c.last, a.over(c, a.limits.Tries, now) })
	forget(a.addresses, func(c count) (time.Time, bool) { return c.last, a.over(c, a.limits.Address, now) })
	forget(a.numbers, func(c count) (time.Time, bool) { return c.last, a.over(c, a.limits.Number, now) })
	forget(a.proven, func(t time.Time) (time.Time, bool) { return t, now.Sub(t) >= provenFor })
}

func (a *Attempts) over(c count, limit int, now time.Time) bool {
	return now.Sub(c.last) >= a.pause(c.n, limit)+a.limits.Forget
}

// forget deletes what is over, and, of more than are kept, the oldest.
func forget[K comparable, V any](all map[K]V, judge func(V) (last time.Time, over bool)) {
	for len(all) > 0 {
		var oldest K
		var since time.Time
		found := false
		for k, v := range all {
			last, over := judge(v)
			if over {
				delete(all, k)
				continue
			}
			if !found || last.Before(since) {
				oldest, since, found = k, last, true
			}
		}
		if len(all) < maxKept {
			return
		}
		delete(all, oldest)
	}
}
