package toxic

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// Direction is where a packet goes.
type Direction int

const (
	ToBroker Direction = iota
	ToClient
)

// Packet is one MQTT packet as it is on the wire.
type Packet struct {
	Direction Direction
	// Type is packets.Publish, packets.Puback and so on.
	Type byte
	// Topic is that of a publication, else empty.
	Topic string
	// Raw is all of it; Head is how many bytes of it come before the payload of a publication, or else all.
	Raw  []byte
	Head int
}

// maxPacket bounds what is taken for a packet: more than any broker of ours takes.
const maxPacket = 4 << 20

// readPacket reads one packet. The error of a stream that ends between packets is io.EOF.
func readPacket(r *bufio.Reader, d Direction) (p Packet, err error) {
	first, err := r.ReadByte()
	if err != nil {
		return p, err
	}
	p = Packet{Direction: d, Type: first >> 4, Raw: []byte{first}}
	length := 0
	for shift := 0; ; shift += 7 { // MQTT 3.1.1, 2.2.3: seven bits a byte, the least first
		b, err := r.ReadByte()
		if err != nil || shift > 21 {
			return p, fmt.Errorf("read the length of a packet of type %d: %w", p.Type, err)
		}
		p.Raw = append(p.Raw, b)
		length |= int(b&0x7f) << shift
		if b&0x80 == 0 {
			break
		}
	}
	if length > maxPacket {
		return p, fmt.Errorf("packet of type %d: %d bytes: not MQTT", p.Type, length)
	}
	head := len(p.Raw)
	p.Raw = append(p.Raw, make([]byte, length)...)
	if _, err := io.ReadFull(r, p.Raw[head:]); err != nil {
		return p, fmt.Errorf("read a packet of type %d: %w", p.Type, err)
	}
	p.Head = len(p.Raw)
	if p.Type == packets.Publish && length >= 2 {
		end := head + 2 + int(binary.BigEndian.Uint16(p.Raw[head:]))
		if end > len(p.Raw) {
			return p, fmt.Errorf("publication whose topic is longer than itself")
		}
		p.Topic, p.Head = string(p.Raw[head+2:end]), end
		if first&0x06 != 0 { // QoS above 0 has a packet identifier
			p.Head += 2
		}
	}
	return p, nil
}
