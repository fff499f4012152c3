package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// wrongAt finds where in Wrong a count is, or would be: that of a person, or without one that of a reader.
func (s State) wrongAt(person, reader string) (int, bool) {
	return slices.BinarySearchFunc(s.Wrong, reader, func(w Wrong, reader string) int {
		if person != "" { // at whichever reader
			return strings.Compare(w.Person, person)
		}
		return cmp.Or(strings.Compare(w.Person, ""), strings.Compare(w.Reader, reader))
	})
}

// counting is the state with a count set; 0 forgets it.
func (s State) counting(w Wrong) State {
	i, found := s.wrongAt(w.Person, w.Reader)
	switch {
	case !found && w.Count == 0:
		return s
	case !found:
		s.Wrong = slices.Insert(slices.Clone(s.Wrong), i, w)
	case w.Count == 0:
		s.Wrong = slices.Delete(slices.Clone(s.Wrong), i, i+1)
	default:
		s.Wrong = slices.Clone(s.Wrong)
		s.Wrong[i] = w
	}
	return s
}

// wrong counts a wrong attempt, at a reader and by a person if the card is known, and returns both counts.
func (t *turn) wrong(reader int, person string) (atReader, byPerson int) {
	point := t.site.Readers[reader].Point
	atReader = t.count("", point)
	if person != "" {
		byPerson = t.count(person, point)
	}
	return atReader, byPerson
}

func (t *turn) count(person, reader string) int {
	w := Wrong{Person: person, Reader: reader, Count: 1, When: when(t.at)}
	if i, found := t.s.wrongAt(person, reader); found {
		w.Count = t.s.Wrong[i].Count + 1
	}
	t.s = t.s.counting(w)
	return w.Count
}

// pause is for how long a count makes a reader, or a person's cards, wait: twice as long with every attempt beyond the limit.
func (p *Policy) pause(count int) time.Duration {
	a := p.attempts
	if count < a.Limit {
		return 0
	}
	pause, longest := time.Duration(a.Delay), time.Duration(a.LongestDelay)
	for n := a.Limit; n < count && pause < longest; n++ {
		pause *= 2
	}
	return min(pause, longest)
}

// paused reports whether a reader, or a person's cards at any, must wait.
func (t *turn) paused(person, reader string) bool {
	i, found := t.s.wrongAt(person, reader)
	return found && t.s.Wrong[i].lasted(t.at) < t.pause(t.s.Wrong[i].Count)
}

// counts is for how long an attempt counts.
func (p *Policy) counts(w Wrong) time.Duration {
	return p.pause(w.Count) + time.Duration(p.attempts.Forget)
}

// lapseWrong forgets attempts that are long over.
func (t *turn) lapseWrong() {
	over := func(w Wrong) bool { return w.lasted(t.at) >= t.counts(w) }
	if slices.ContainsFunc(t.s.Wrong, over) {
		t.s.Wrong = slices.DeleteFunc(slices.Clone(t.s.Wrong), over)
	}
}

// admitted is the state after a grant to a person. What the person typed was right, so what was wrong before was a slip; a
// card alone proves nothing about that.
func (s State) admitted(person, method string) State {
	s = s.forgiving(person, false)
	if strings.Contains(method, "+") {
		s = s.counting(Wrong{Person: person})
	}
	return s
}

// settleAttempts says of a reader whether it has seen too many wrong attempts.
func (t *turn) settleAttempts(i int) {
	point, most := t.site.Readers[i].Point, 0
	for _, w := range t.s.Wrong {
		if w.Reader == point {
			most = max(most, w.Count)
		}
	}
	now := knownAs(most >= t.attempts.Limit)
	if now == t.s.readers[i].told {
		return
	}
	t.s.readers[i].told = now
	reason := fmt.Sprintf("%d wrong attempts", most)
	if now == no {
		reason = "no wrong attempts any more"
	}
	t.condition(point, Attempts, reason, now == yes)
}
