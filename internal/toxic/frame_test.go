package toxic

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

func TestReadPacketGivesWhatPahoWrites(t *testing.T) {
	publish := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	publish.TopicName, publish.Payload, publish.Qos, publish.MessageID = "station/v1/demo/agent/up/events", make([]byte, 300), 1, 7
	puback := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
	puback.MessageID = 7
	var wire bytes.Buffer
	for _, p := range []packets.ControlPacket{publish, puback} {
		if err := p.Write(&wire); err != nil {
			t.Fatal(err)
		}
	}
	all := bytes.Clone(wire.Bytes())
	in := bufio.NewReader(&wire)
	first, err := readPacket(in, ToBroker)
	if err != nil || first.Type != packets.Publish || first.Topic != publish.TopicName || len(first.Raw)-first.Head != 300 {
		t.Fatalf("publication: type %d, topic %q, head %d of %d, %v", first.Type, first.Topic, first.Head, len(first.Raw), err)
	}
	second, err := readPacket(in, ToBroker)
	if err != nil || second.Type != packets.Puback || second.Head != len(second.Raw) {
		t.Fatalf("puback: %+v, %v", second, err)
	}
	if got := append(first.Raw, second.Raw...); !bytes.Equal(got, all) {
		t.Errorf("% x was read, % x written", got, all)
	}
	if _, err := readPacket(in, ToBroker); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v, want EOF", err)
	}
	for n := 1; n < len(all)-len(second.Raw); n++ {
		if _, err := readPacket(bufio.NewReader(bytes.NewReader(all[:n])), ToBroker); err == nil {
			t.Fatalf("the first %d bytes of a packet were taken for a packet", n)
		}
	}
}
