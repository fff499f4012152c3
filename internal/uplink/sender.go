package uplink

import (
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// handTimeout bounds how long paho may keep a caller waiting until it takes a packet: on a line that takes no byte,
// that is how long stopping has to wait. It is no bound on the line; see link.
const handTimeout = time.Second

// class is what a publication is, as far as it shares the line with others.
type class int

const (
	classState   class = iota // states, presence and replies
	classLive                 // what has just been appended
	classBacklog              // backlog, and what was asked for again
	classes      = iota
)

// packet is one publication. All are of QoS 1.
type packet struct {
	topic    string
	payload  []byte
	retained bool
	flight   *flight
}

// flight is a publication that the broker has not answered yet.
type flight struct {
	class       class
	bytes       int
	handed      time.Time
	point       string // of a state
	reply       *reply // of a result
	reporting   bool   // of what the node goes by
	lane        *lane  // of a batch
	first, last uint64 // of a batch
}

// answer is the broker's, or the lack of it.
type answer struct {
	flight *flight
	topic  string
	err    error
}

// send hands one packet after the other to paho, which may take its time. So the session's loop never waits for a slow
// line, and decides what goes next when the line has room for it.
func (s *session) send() {
	for p := range s.outbox {
		s.expect(p, s.hand(p))
		s.idle <- struct{}{} // has room: there is one packet at a time
	}
}

// expect brings the broker's answer to the session's loop, or after pubackTimeout the lack of it.
func (s *session) expect(p packet, token mqtt.Token) {
	s.waits.Go(func() {
		timer := time.NewTimer(pubackTimeout)
		defer timer.Stop()
		a := answer{flight: p.flight, topic: p.topic}
		select {
		case <-token.Done():
			a.err = token.Error()
		case <-timer.C:
			a.err = fmt.Errorf("%w after %s", errNoAnswer, pubackTimeout)
		case <-s.ended:
			return
		}
		select {
		case s.answers <- a:
		case <-s.ended:
		}
	})
}

// hand gives a packet to paho. When paho takes none for handTimeout because the line is slow, it is offered again.
func (s *session) hand(p packet) mqtt.Token {
	for {
		began := time.Now()
		token := s.client.Publish(p.topic, 1, p.retained, p.payload)
		if !token.WaitTimeout(0) || token.Error() == nil || time.Since(began) < handTimeout {
			return token
		}
		select {
		case <-s.ended:
			return token
		default:
			if !s.client.IsConnectionOpen() {
				return token
			}
		}
	}
}

// launched notes a publication that is on its way to the broker.
func (s *session) launched(f *flight, p packet) packet {
	const header = 9 // MQTT's own: type, length, length of the topic, packet identifier
	f.bytes = header + len(p.topic) + len(p.payload)
	s.flights[f] = struct{}{}
	s.flying[f.class] += f.bytes
	p.flight = f
	return p
}

// landed notes that a publication needs no answer any more.
func (s *session) landed(f *flight) (flew bool) {
	if _, flew = s.flights[f]; flew {
		delete(s.flights, f)
		s.flying[f.class] -= f.bytes
		delete(s.points, f.point)
		s.reporting = s.reporting && !f.reporting
	}
	return flew
}

// answered notes the broker's answer. It matters no more when head office has already acknowledged the batch.
func (s *session) answered(a answer) error {
	now := time.Now()
	if !s.landed(a.flight) {
		return nil
	}
	if a.err != nil {
		select {
		case err := <-s.lost: // says more than that this publication was not answered
			return fmt.Errorf("connection lost: %w", err)
		default:
		}
		return fmt.Errorf("publish %s: %w", a.topic, a.err)
	}
	s.window.answered(a.flight.handed, now, a.flight.bytes)
	if a.flight.reply != nil {
		s.replies.delivered(a.flight.reply)
	}
	if a.flight.lane != nil {
		s.passed = true
		s.delivered(a.flight, now)
	}
	return nil
}

// delivered notes that the broker has a batch. It answers in order (MQTT 3.1.1, 4.6): what was sent before and has no
// answer by then will get none, and the wait for head office begins for that as well.
func (s *session) delivered(f *flight, now time.Time) {
	for _, l := range s.lanes {
		for _, e := range l.ends {
			if e.delivered.IsZero() && !e.sent.After(f.handed) {
				e.delivered = now
			}
		}
	}
}

// acknowledgedFlights notes that head office has what it has acknowledged, whether or not the broker has said that it
// took it.
func (s *session) acknowledgedFlights(l *lane) {
	for f := range s.flights {
		if f.lane == l && f.last <= l.through {
			s.landed(f)
		}
	}
}
