package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// Ack is head office's own acknowledgement, sent only after its database has committed: of this epoch and
// stream, nothing up to and including Through is missing at head office.
type Ack struct {
	Epoch   string `json:"epoch"`
	Stream  Stream `json:"stream"`
	Through uint64 `json:"through"`
	// Mark is Record.Mark of the record at Through as head office holds it; empty when it holds a tombstone there, or
	// nothing. A node whose own record at Through has another mark has a different history under the same epoch, as a
	// restored disk image has.
	Mark string `json:"mark,omitempty"`
	// Again lists at most MaxAgain ranges above Through, in order, that head office has missed and asks for again.
	Again []Range `json:"again,omitempty"`
}

// MaxAgain is the largest number of ranges in Ack.Again.
const MaxAgain = 16

// Range is a range of seq, both ends included.
type Range struct {
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// Presence is the retained payload of the online topic; the broker publishes the offline one as the node's will.
type Presence struct {
	// State is "online" or "offline".
	State string `json:"state"`
	// Since is when the state began. In a will it is when the connection began, since nobody knows more.
	Since time.Time `json:"since"`
}

// States of Presence.
const (
	Online  = "online"
	Offline = "offline"
)

// Quality says how far the value of a point can be trusted.
type Quality string

const (
	Good    Quality = "good"    // measured as intended
	Stale   Quality = "stale"   // the last good value, too old
	Faulty  Quality = "faulty"  // the hardware is missing or answers wrongly; Reason says how
	Unknown Quality = "unknown" // not measured yet
)

// State is the retained latest value of a point.
type State struct {
	// Value is a number, a string or a bool; nil when there is none.
	Value any `json:"value"`
	// Unit is the unit of a number, such as "°C" or "%RH"; empty when there is none.
	Unit string `json:"unit"`
	// Time is when the value was measured or the quality changed.
	Time time.Time `json:"time"`
	// Quality and, unless it is good, the reason for it in words.
	Quality Quality `json:"quality"`
	Reason  string  `json:"reason,omitempty"`
}

// Encode spells the acknowledgement for the wire.
func (a Ack) Encode() []byte { return encode(a) }

// DecodeAck reads an acknowledgement from the wire and validates it.
func DecodeAck(payload []byte) (Ack, error) {
	var a Ack
	if err := json.Unmarshal(payload, &a); err != nil {
		return Ack{}, fmt.Errorf("decode ack: %w", err)
	}
	if err := CheckEpoch(a.Epoch); err != nil {
		return Ack{}, fmt.Errorf("decode ack: %w", err)
	}
	if _, err := ParseStream(string(a.Stream)); err != nil {
		return Ack{}, fmt.Errorf("decode ack: %w", err)
	}
	if a.Through > maxSeq {
		return Ack{}, fmt.Errorf("decode ack: through %d: too large", a.Through)
	}
	if len(a.Again) > MaxAgain {
		return Ack{}, fmt.Errorf("decode ack: again: %d ranges, at most %d are allowed", len(a.Again), MaxAgain)
	}
	next := a.Through + 1
	for _, g := range a.Again {
		if g.First < next || g.Last < g.First || g.Last > maxSeq {
			return Ack{}, fmt.Errorf("decode ack: again %d to %d: expected rising ranges above %d", g.First, g.Last, a.Through)
		}
		next = g.Last + 1
	}
	return a, nil
}

// Encode spells the presence for the wire.
func (p Presence) Encode() []byte {
	p.Since = Stamp(p.Since)
	return encode(p)
}

// DecodePresence reads a presence from the wire and validates it.
func DecodePresence(payload []byte) (Presence, error) {
	var p Presence
	if err := json.Unmarshal(payload, &p); err != nil {
		return Presence{}, fmt.Errorf("decode online: %w", err)
	}
	if p.State != Online && p.State != Offline {
		return Presence{}, fmt.Errorf("decode online: state %.40q: expected %q or %q", p.State, Online, Offline)
	}
	if !spellable(p.Since) {
		return Presence{}, fmt.Errorf("decode online: since %s: expected a time of the years 0 to 9999 in UTC", p.Since)
	}
	return p, nil
}

// Encode spells the state for the wire. JSON has no NaN or infinity: such a value becomes null.
func (s State) Encode() []byte {
	s.Time = Stamp(s.Time)
	if f, ok := s.Value.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		s.Value = nil
	}
	return encode(s)
}

// DecodeState reads a state from the wire and validates it.
func DecodeState(payload []byte) (State, error) {
	var s State
	if len(payload) > MaxData {
		return State{}, fmt.Errorf("decode state: %d bytes, at most %d are allowed: %w", len(payload), MaxData, ErrTooLarge)
	}
	if err := json.Unmarshal(payload, &s); err != nil {
		return State{}, fmt.Errorf("decode state: %w", err)
	}
	switch s.Value.(type) {
	case nil, string, bool, float64:
	default:
		return State{}, errors.New("decode state: value: expected a number, a string, a bool or null")
	}
	switch s.Quality {
	case Good, Stale, Faulty, Unknown:
	default:
		return State{}, fmt.Errorf("decode state: quality %.40q: expected good, stale, faulty or unknown", s.Quality)
	}
	if !spellable(s.Time) {
		return State{}, fmt.Errorf("decode state: time %s: expected one of the years 0 to 9999 in UTC", s.Time)
	}
	return s, nil
}

// Stamp brings a time into the form it has on the wire: UTC, to the millisecond, no monotonic part.
func Stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// spellable reports whether a time can be spelled again once it is stamped: one of another zone may not.
func spellable(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 0 && year <= 9999
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("record: encode %T: %v", v, err)) // only a value outside the contract can cause it
	}
	return b
}
