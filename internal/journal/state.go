package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"

	"stationkeeper/internal/record"
)

// state is what the file says of itself, besides the groups.
type state struct {
	// Epoch is the journal's UUID.
	Epoch string `json:"epoch"`
	// Serial counts attempts to commit. It tells the later of two copies of something in the file.
	Serial uint64 `json:"serial"`
	// Tx is bbolt's number of the transaction that wrote this. When the file is at another one, it is not what was
	// written last.
	Tx int `json:"tx"`
	// Streams is where each stream stands.
	Streams map[record.Stream]track `json:"streams"`
	// Latest is the latest believed wall time, in ms since 1970; 0 when there was none.
	Latest int64 `json:"latest"`
	// Bytes and Records are the packed size and the number of what the groups hold.
	Bytes   int64 `json:"bytes"`
	Records int64 `json:"records"`
}

// track is where one stream stands.
type track struct {
	Next    uint64 `json:"next"`    // seq of the next record
	Through uint64 `json:"through"` // acknowledged in this epoch
	Base    uint64 `json:"base"`    // written under an earlier epoch
}

// known is the highest seq that head office needs nothing more of.
func (t track) known() uint64 { return max(t.Through, t.Base) }

func newState(epoch string) state {
	s := state{Epoch: epoch, Streams: map[record.Stream]track{}}
	for _, stream := range record.Streams {
		s.Streams[stream] = track{Next: 1}
	}
	return s
}

func (s state) clone() state {
	s.Streams = maps.Clone(s.Streams)
	return s
}

// A packed state can be told from other bytes and checked by itself:
//
//	0  4  "SKs2"
//	4  4  CRC-32C of everything after it
//	8  4  length of the JSON
//	12    JSON
var stateMagic = []byte("SKs2")

const stateHeader = 12

func (s state) pack() []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("journal: encode state: %v", err)) // only a programming error can cause it
	}
	b := append(bytes.Clone(stateMagic), 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
	b = append(b, text...)
	binary.BigEndian.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli))
	return b
}

// unpackState reads the packed state that b begins with.
func unpackState(b []byte) (s state, err error) {
	if len(b) < stateHeader || !bytes.HasPrefix(b, stateMagic) {
		return s, fmt.Errorf("%w: its state is missing", errDamaged)
	}
	end := uint64(stateHeader) + uint64(binary.BigEndian.Uint32(b[8:]))
	if uint64(len(b)) < end || crc32.Checksum(b[8:end], castagnoli) != binary.BigEndian.Uint32(b[4:]) {
		return s, fmt.Errorf("%w: its state does not match its checksum", errDamaged)
	}
	if err := json.Unmarshal(b[stateHeader:end], &s); err != nil {
		return s, fmt.Errorf("%w: its state: %w", errDamaged, err)
	}
	if err := record.CheckEpoch(s.Epoch); err != nil {
		return s, fmt.Errorf("%w: its state: %w", errDamaged, err)
	}
	for _, stream := range record.Streams {
		if t := s.Streams[stream]; t.Next == 0 || t.known() >= t.Next {
			return s, fmt.Errorf("%w: its state: %s stands at %+v", errDamaged, stream, t)
		}
	}
	return s, nil
}
