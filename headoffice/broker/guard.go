package broker

import (
	"errors"
	"log/slog"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"stationkeeper/internal/record"
)

// guard decides who may do what, and says what went wrong between broker and clients.
//
// Clients have no identities yet, so anybody who reaches the listener may speak for any station; that listener is on
// loopback or behind TLS with client certificates. Some things only head office itself may do: acknowledge, say what a
// node is to go by, and command it. A wrong acknowledgement could make a node forget what nobody has stored; a strange
// document or command could open a door. What is no topic of the contract nobody listens to.
type guard struct {
	mqtt.HookBase
	log *slog.Logger
}

// ID implements mqtt.Hook.
func (g *guard) ID() string { return "guard" }

// Provides implements mqtt.Hook.
func (g *guard) Provides(b byte) bool {
	switch b {
	case mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPublishDropped, mqtt.OnDisconnect:
		return true
	}
	return false
}

// OnConnectAuthenticate implements mqtt.Hook. A will is published without asking OnACLCheck, so it is asked here.
func (g *guard) OnConnectAuthenticate(cl *mqtt.Client, pk packets.Packet) bool {
	return !pk.Connect.WillFlag || g.OnACLCheck(cl, pk.Connect.WillTopic, true)
}

// OnACLCheck implements mqtt.Hook.
func (g *guard) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	if !write || cl.Net.Listener == localListener {
		return true
	}
	t, err := record.ParseTopic(topic)
	if err != nil {
		return true
	}
	switch t.Kind {
	case record.KindAck, record.KindDesired, record.KindCommand:
		return false
	}
	return true
}

// OnPublishDropped implements mqtt.Hook.
func (g *guard) OnPublishDropped(cl *mqtt.Client, pk packets.Packet) {
	g.log.Warn("messages dropped for an MQTT client that does not keep up", "client", cl.ID, "topic", pk.TopicName)
}

// OnDisconnect implements mqtt.Hook.
func (g *guard) OnDisconnect(cl *mqtt.Client, err error, _ bool) {
	if errors.Is(err, packets.ErrPacketTooLarge) {
		g.log.Warn("MQTT packet over the size limit, connection closed", "client", cl.ID, "remote", cl.Net.Remote, "limit", MaxPacket)
	}
}
