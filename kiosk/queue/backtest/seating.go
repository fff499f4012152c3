package main

import (
	"cmp"
	"slices"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
)

// seating is which counter each server of a recording has. A server gets one with the first customer and keeps it.
// Where the server is not known, or still busy with the customer before (a counter has one), a counter that is nobody's
// stands in.
type seating struct {
	counters []string
	owner    map[string]string // counter → server
	busy     map[string]bool
	open     map[string]bool // counters that somebody works at today
}

// seat is a counter and who works there.
type seat struct{ counter, clerk string }

func newSeating(counters []queue.Counter) *seating {
	s := &seating{owner: map[string]string{}, busy: map[string]bool{}, open: map[string]bool{}}
	for _, c := range counters {
		s.counters = append(s.counters, c.ID)
	}
	return s
}

// take gives the server's next customer a counter, "" when all are taken, and says what was odd.
func (s *seating) take(server string) (seat, replay.Oddity) {
	if server == replay.NoServer {
		return seat{counter: s.spare()}, replay.ServerUnknown
	}
	own := s.of(server)
	if own == "" || s.busy[own] {
		return seat{counter: s.spare()}, replay.ServerBusy
	}
	s.busy[own], s.open[own] = true, true
	return seat{counter: own, clerk: server}, ""
}

// of is the server's own counter: the one it has, or the first that is nobody's, or one whose owner is not here today.
func (s *seating) of(server string) string {
	nobodys, absent := "", ""
	for _, c := range slices.Backward(s.counters) {
		switch owner := s.owner[c]; {
		case owner == server:
			return c
		case s.busy[c] || s.open[c]:
		case owner == "":
			nobodys = c
		default:
			absent = c
		}
	}
	found := cmp.Or(nobodys, absent)
	if found != "" {
		s.owner[found] = server
	}
	return found
}

// spare is the last counter that is nobody's, or nobody's today, and free.
func (s *seating) spare() string {
	absent := ""
	for _, c := range slices.Backward(s.counters) {
		switch {
		case s.busy[c] || s.open[c]:
		case s.owner[c] == "":
			s.busy[c] = true
			return c
		case absent == "":
			absent = c
		}
	}
	if absent != "" {
		s.busy[absent] = true
	}
	return absent
}

// leave frees a counter and says whether it was a spare one.
func (s *seating) leave(counter string) (spare bool) {
	delete(s.busy, counter)
	return !s.open[counter]
}

// clear ends the day.
func (s *seating) clear() {
	clear(s.busy)
	clear(s.open)
}
