package uplink

import (
	"context"
	"errors"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

func (s *session) presence(state string) []byte {
	return record.Presence{State: state, Since: time.Now()}.Encode()
}

// sayOnline publishes that the node is there.
func (s *session) sayOnline(ctx context.Context) error {
	topic := s.topic(record.KindOnline, "").String()
	if err := await(ctx, s.client.Publish(topic, 1, true, s.presence(record.Online)), pubackTimeout); err != nil {
		return fmt.Errorf("publish %s: %w", topic, err)
	}
	return nil
}

// hearPresence is paho's callback for what the broker says of this node.
func (s *session) hearPresence(_ mqtt.Client, m mqtt.Message) {
	if p, err := record.DecodePresence(m.Payload()); err != nil || p.State == record.Online {
		return
	}
	select {
	case s.buried <- struct{}{}:
	default:
	}
}

// leave says offline when the connection still stands, since a clean disconnect discards the will.
func (s *session) leave() {
	if !s.client.IsConnectionOpen() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	topic := s.topic(record.KindOnline, "").String()
	err := errors.Join(s.publishStates(ctx), await(ctx, s.client.Publish(topic, 1, true, s.presence(record.Offline)), farewell))
	if err != nil {
		s.options.Log.Warn("could not say offline", "error", err)
	}
}
