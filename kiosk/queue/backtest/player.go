package main

import (
	"fmt"
	"time"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
)

// player plays visits in a lobby and keeps the score of those who waited and were served.
type player struct {
	lobby  *lobby
	seats  *seating
	visits []visit
	score  *score
	// wanted says which days are scored; the others only teach.
	wanted func(day string) bool

	going map[int]going // visits that are in the lobby
	odd   map[replay.Oddity]int
}

// going is a visit in the lobby.
type going struct {
	ticket  string
	counter string
	told    []prediction
}

// dayEnded: the visit was still open when the day of work ended.
const dayEnded replay.Oddity = "open when the day of work ended, closed with it"

// noSeat: more customers were served at once than the station has counters. The customer leaves, and is not scored.
const noSeat replay.Oddity = "served while all counters were taken, leaves"

// playBank plays the visits in the order of their times and returns the score by day.
func playBank(visits []visit, rules queue.Rules, contestants []contestant, wanted func(day string) bool) (*player, error) {

	l, err := newLobby(rules, contestants)
	if err != nil {
		return nil, err
	}
	p := &player{lobby: l, seats: newSeating(rules.Counters), visits: visits, score: newScore(contestants), wanted: wanted,
		going: map[int]going{}, odd: map[replay.Oddity]int{}}
	var last time.Time
	for _, s := range steps(visits) {
		if !last.IsZero() && rules.Calendar.Day(s.at) != rules.Calendar.Day(last) {
			if err := p.endDay(rules.Calendar.End(last)); err != nil {
				return nil, err
			}
		}
		if err := p.play(s); err != nil {
			return nil, err
		}
		last = s.at
	}
	return p, nil
}

func (p *player) play(s step) error {
	g, in := p.going[s.visit]
	if !in && s.kind != take {
		return nil // its ticket was closed with its day
	}
	v := p.visits[s.visit]
	var err error
	switch s.kind {
	case take:
		err = p.take(s, v)
	case leave:
		delete(p.going, s.visit)
		_, err = p.lobby.do(queue.Leave{Ticket: g.ticket}, s.at)
	case call:
		err = p.call(s, v, g)
	default:
		delete(p.going, s.visit)
		err = p.finish(s, g)
	}
	return err
}

func (p *player) take(s step, v visit) error {
	told := p.lobby.ask(customer{service: v.service, class: v.class}, s.at)
	t, err := p.lobby.do(queue.Take{Service: v.service, Class: v.class, Nonce: fmt.Sprintf("v%d", s.visit)}, s.at)
	p.going[s.visit] = going{ticket: t.ID, told: told}
	return err
}

func (p *player) call(s step, v visit, g going) error {
	seat, odd := p.seats.take(v.server)
	if odd != "" {
		p.odd[odd]++
	}
	if seat.counter == "" {
		p.odd[noSeat]++
		delete(p.going, s.visit)
		_, err := p.lobby.do(queue.Leave{Ticket: g.ticket}, s.at)
		return err
	}
	g.counter = seat.counter
	p.going[s.visit] = g
	if wait := s.at.Sub(v.Came); wait > 0 && p.wanted(v.day) {
		p.score.add(v.day, g.told, wait)
	}
	_, err := p.lobby.do(queue.Call{Counter: seat.counter, Clerk: seat.clerk, Ticket: g.ticket}, s.at)
	return err
}

func (p *player) finish(s step, g going) error {
	if _, err := p.lobby.do(queue.Finish{Counter: g.counter}, s.at); err != nil {
		return err
	}
	if !p.seats.leave(g.counter) {
		return nil
	}
	// Nobody is known to work here: the counter is closed until somebody is needed again.
	return p.lobby.close(g.counter, s.at)
}

// endDay closes what is still open of the day of work that ends at a time: tickets, then counters.
func (p *player) endDay(at time.Time) error {
	p.odd[dayEnded] += len(p.going)
	clear(p.going)
	p.seats.clear()
	if _, err := p.lobby.do(queue.EndDay{}, at); err != nil {
		return err
	}
	return p.lobby.close("", at)
}
