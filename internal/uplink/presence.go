package uplink

import (
	"context"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

func (s *session) presence(state string) []byte {
	return record.Presence{State: state, Since: time.Now()}.Encode()
}

func (s *session) presencePacket(state string, now time.Time) packet {
	p := packet{topic: s.topic(record.KindOnline, "").String(), payload: s.presence(state), retained: true}
	return s.launched(&flight{class: classState, handed: now}, p)
}

// hearPresence is paho's callback for what the broker says of this node. What it said of this node's acknowledgements
// came before, since they were asked for first.
func (s *session) hearPresence(_ mqtt.Client, m mqtt.Message) {
	signal(s.echo)
	if p, err := record.DecodePresence(m.Payload()); err == nil && p.State == record.Offline {
		signal(s.buried)
	}
}

// leave says what has changed last, and offline, when the connection still stands: a clean disconnect discards the
// will. It takes no longer than farewell.
func (s *session) leave() {
	if !s.client.IsConnectionOpen() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	s.dead = false
	s.reporting = false
	clear(s.points) // the last state of a point is said whether or not the one before was answered
	var offline *flight
	for {
		if !s.busy && offline == nil {
			now := time.Now()
			p, ok := s.chooseState(now)
			if !ok {
				p = s.presencePacket(record.Offline, now)
				offline = p.flight
			}
			s.busy = true
			s.outbox <- p
		}
		select {
		case <-s.idle:
			s.busy = false
		case a := <-s.answers:
			if a.err != nil {
				s.options.Log.Warn("could not say offline", "error", a.err)
				return
			}
			if a.flight == offline {
				return
			}
		case <-ctx.Done():
			s.options.Log.Warn("could not say offline", "error", errNoAnswer, "waited", farewell)
			return
		}
	}
}
