package record

import (
	"fmt"
	"strings"
)

// Root is the first part of every topic. The version in it changes only with an incompatible contract.
const Root = "station/v1"

// Kind is what a topic is for: the level after station and node.
type Kind string

const (
	KindUp     Kind = "up"     // up/{stream}: a batch, from the node
	KindAck    Kind = "ack"    // ack/{stream}: an acknowledgement, from head office, retained
	KindState  Kind = "state"  // state/{point}: a State, from the node, retained
	KindOnline Kind = "online" // online: a Presence, from the node or as its will, retained

	KindDesired  Kind = "config/desired"  // config/desired: a Desired, from head office, retained
	KindReported Kind = "config/reported" // config/reported: a Reported, from the node, retained
	KindCommand  Kind = "command"         // command/{id}: a Command, from head office
	KindResult   Kind = "command/result"  // command/{id}/result: a Result, from the node
)

// Topic is one topic of the contract, taken apart.
type Topic struct {
	Station string
	Node    string
	Kind    Kind
	// Stream is set for KindUp and KindAck.
	Stream Stream
	// Point is set for KindState; it may have several levels, as in machine-room/door.
	Point string
	// ID is set for KindCommand and KindResult: the command's, a name as of CheckName.
	ID string
}

// String spells the topic.
func (t Topic) String() string {
	s := Root + "/" + t.Station + "/" + t.Node + "/"
	switch t.Kind {
	case KindUp, KindAck:
		return s + string(t.Kind) + "/" + string(t.Stream)
	case KindState:
		return s + string(t.Kind) + "/" + t.Point
	case KindCommand:
		return s + "command/" + t.ID
	case KindResult:
		return s + "command/" + t.ID + "/result"
	}
	return s + string(t.Kind)
}

// ParseTopic takes a topic apart and refuses what is not of the contract.
func ParseTopic(topic string) (Topic, error) {
	rest, ok := strings.CutPrefix(topic, Root+"/")
	if !ok {
		return Topic{}, fmt.Errorf("topic %.200q: expected %s/…", topic, Root)
	}
	parts := strings.SplitN(rest, "/", 4)
	if len(parts) < 3 {
		return Topic{}, fmt.Errorf("topic %.200q: expected %s/{station}/{node}/…", topic, Root)
	}
	t := Topic{Station: parts[0], Node: parts[1], Kind: Kind(parts[2])}
	tail := ""
	if len(parts) == 4 {
		tail = parts[3]
	}
	if err := CheckName("station", t.Station); err != nil {
		return Topic{}, fmt.Errorf("topic %.200q: %w", topic, err)
	}
	if err := CheckName("node", t.Node); err != nil {
		return Topic{}, fmt.Errorf("topic %.200q: %w", topic, err)
	}
	var err error
	switch t.Kind {
	case KindUp, KindAck:
		t.Stream, err = ParseStream(tail)
	case KindState:
		t.Point, err = tail, CheckPoint(tail)
	case KindOnline:
		if len(parts) == 4 {
			err = fmt.Errorf("nothing may follow %q", KindOnline)
		}
	case "config":
		t.Kind, err = parseConfig(tail)
	case KindCommand:
		t.Kind, t.ID, err = parseCommand(tail)
	default:
		err = fmt.Errorf("unknown kind %q", parts[2])
	}
	if err != nil {
		return Topic{}, fmt.Errorf("topic %.200q: %w", topic, err)
	}
	return t, nil
}

func parseConfig(tail string) (Kind, error) {
	switch kind := Kind("config/" + tail); kind {
	case KindDesired, KindReported:
		return kind, nil
	}
	return "", fmt.Errorf("config/%s: expected config/desired or config/reported", tail)
}

func parseCommand(tail string) (Kind, string, error) {
	id, rest, more := strings.Cut(tail, "/")
	if more && rest != "result" {
		return "", "", fmt.Errorf("command/%s: expected command/{id} or command/{id}/result", tail)
	}
	if more {
		return KindResult, id, CheckName("command", id)
	}
	return KindCommand, id, CheckName("command", id)
}

// Filter spells the MQTT filter that matches this kind of topic of every station and node.
func Filter(kind Kind) string {
	f := Root + "/+/+/" + string(kind)
	switch kind {
	case KindUp, KindAck:
		return f + "/+"
	case KindState:
		return f + "/#"
	case KindCommand:
		return f + "/+"
	case KindResult:
		return Root + "/+/+/command/+/result"
	}
	return f
}

// NodeFilter spells the MQTT filter that matches this kind of topic of one node.
func NodeFilter(kind Kind, station, node string) string {
	return Root + "/" + station + "/" + node + strings.TrimPrefix(Filter(kind), Root+"/+/+")
}
