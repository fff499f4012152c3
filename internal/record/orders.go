package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Desired is what head office wants a node to go by: all its documents at once, so that they take effect together or
// not at all. The payload is compressed with zstd when that is shorter, like a batch.
type Desired struct {
	// Version counts from 1 and rises with every change; a node goes by the highest it has been given.
	Version uint64 `json:"version"`
	// Issued is when, and By who, as head office's record of acts says.
	Issued time.Time `json:"issued"`
	By     string    `json:"by"`
	// Documents by name. Each is a JSON object whose members the part of the node that goes by it knows: "access",
	// "alarms".
	Documents map[string]json.RawMessage `json:"documents"`
}

// Reported is what a node goes by.
type Reported struct {
	// Version is that of the documents in force; 0 when the node goes by its own files.
	Version uint64 `json:"version"`
	// Since is when they were put into force.
	Since time.Time `json:"since"`
	// Refused is the latest version that the node did not take; nil when it has taken the latest.
	Refused *Refusal `json:"refused,omitempty"`
}

// Refusal is why documents were not taken.
type Refusal struct {
	Version uint64    `json:"version"`
	Reason  string    `json:"reason"`
	Time    time.Time `json:"time"`
}

// Command is one thing that head office asks a node to do. It is carried out once: a node knows the ids of those it has
// dealt with for as long as they have not expired.
type Command struct {
	ID string `json:"id"`
	// Verb is what to do, "noun.verb" as in "door.unlock"; Point is what with.
	Verb  string `json:"verb"`
	Point string `json:"point"`
	// Arguments depend on the verb; an object, or nothing.
	Arguments json.RawMessage `json:"arguments,omitempty"`
	By        string          `json:"by"`
	Issued    time.Time       `json:"issued"`
	// Expires is when it is not to be carried out any more.
	Expires time.Time `json:"expires"`
}

// Result is what came of a command. The journal says it too: this is the fast way, that the sure one.
type Result struct {
	ID      string    `json:"id"`
	Outcome string    `json:"outcome"`
	Reason  string    `json:"reason,omitempty"`
	Time    time.Time `json:"time"`
}

// Outcomes of a command.
const (
	Done    = "done"
	Refused = "refused" // the node will not: the verb, the point or the arguments are not for it
	Expired = "expired" // it came too late
	Failed  = "failed"  // the node tried
)

// MaxCommand is the largest command or result, in bytes.
const MaxCommand = 16 << 10

// Encode spells the documents for the wire.
func (d Desired) Encode() ([]byte, error) {
	d.Issued = Stamp(d.Issued)
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("encode configuration: %w", err)
	}
	payload := pack(encode(d))
	if len(payload) > MaxPayload {
		return nil, fmt.Errorf("encode configuration: %d bytes compressed, at most %d are allowed: %w", len(payload), MaxPayload, ErrTooLarge)
	}
	return payload, nil
}

// DecodeDesired reads documents from the wire and validates their envelope. With an error, what it returns has at most a
// version: that of the documents that could not be taken, if so much could be read.
func DecodeDesired(payload []byte) (Desired, error) {
	var d Desired
	text, err := unpack("configuration", payload)
	if err == nil {
		err = strict(text, &d)
	}
	if err == nil {
		err = d.check()
	}
	if err != nil {
		return Desired{Version: min(d.Version, maxSeq)}, fmt.Errorf("decode configuration: %w", err)
	}
	return d, nil
}

func (d Desired) check() error {
	if d.Version == 0 || d.Version > maxSeq {
		return fmt.Errorf("version %d: expected a number from 1", d.Version)
	}
	if !spellable(d.Issued) {
		return fmt.Errorf("issued %s: expected one of the years 0 to 9999 in UTC", d.Issued)
	}
	for name, document := range d.Documents {
		if err := CheckName("document", name); err != nil {
			return err
		}
		if trimmed := bytes.TrimLeft(document, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' || !json.Valid(document) {
			return fmt.Errorf("document %s: expected a JSON object, got %.40q", name, document)
		}
	}
	return nil
}

// Encode spells what is in force for the wire.
func (r Reported) Encode() []byte {
	r.Since = Stamp(r.Since)
	if r.Refused != nil {
		refused := *r.Refused
		refused.Time = Stamp(refused.Time)
		r.Refused = &refused
	}
	return encode(r)
}

// DecodeReported reads what a node goes by from the wire and validates it.
func DecodeReported(payload []byte) (Reported, error) {
	var r Reported
	if len(payload) > MaxData {
		return Reported{}, fmt.Errorf("decode reported configuration: %d bytes, at most %d are allowed: %w", len(payload), MaxData, ErrTooLarge)
	}
	if err := json.Unmarshal(payload, &r); err != nil {
		return Reported{}, fmt.Errorf("decode reported configuration: %w", err)
	}
	if !spellable(r.Since) || r.Refused != nil && !spellable(r.Refused.Time) {
		return Reported{}, errors.New("decode reported configuration: a time is not one of the years 0 to 9999 in UTC")
	}
	if r.Version > maxSeq || r.Refused != nil && r.Refused.Version > maxSeq {
		return Reported{}, errors.New("decode reported configuration: a version is too large")
	}
	return r, nil
}

// Encode spells the command for the wire.
func (c Command) Encode() ([]byte, error) {
	c.Issued, c.Expires = Stamp(c.Issued), Stamp(c.Expires)
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("encode command: %w", err)
	}
	payload := encode(c)
	if len(payload) > MaxCommand {
		return nil, fmt.Errorf("encode command: %d bytes, at most %d are allowed: %w", len(payload), MaxCommand, ErrTooLarge)
	}
	return payload, nil
}

// DecodeCommand reads a command from the wire and validates its envelope.
func DecodeCommand(payload []byte) (Command, error) {
	var c Command
	if len(payload) > MaxCommand {
		return Command{}, fmt.Errorf("decode command: %d bytes, at most %d are allowed: %w", len(payload), MaxCommand, ErrTooLarge)
	}
	err := strict(payload, &c)
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return Command{}, fmt.Errorf("decode command: %w", err)
	}
	return c, nil
}

func (c Command) check() error {
	if err := CheckName("command", c.ID); err != nil {
		return err
	}
	if c.Point != "" {
		if err := CheckPoint(c.Point); err != nil {
			return err
		}
	}
	switch {
	case !isType(c.Verb):
		return fmt.Errorf("verb %q: expected noun.verb in lower case", c.Verb)
	case c.By == "" || len(c.By) > 256:
		return errors.New("by: expected who gives it, at most 256 bytes")
	case !spellable(c.Issued) || !spellable(c.Expires):
		return errors.New("issued, expires: expected times of the years 0 to 9999 in UTC")
	case !c.Expires.After(c.Issued):
		return fmt.Errorf("expires %s: expected a time after issued %s", c.Expires, c.Issued)
	case len(c.Arguments) > 0 && CheckData(c.Arguments) != nil:
		return fmt.Errorf("arguments: %w", CheckData(c.Arguments))
	}
	return nil
}

// Encode spells the result for the wire.
func (r Result) Encode() []byte {
	r.Time = Stamp(r.Time)
	return encode(r)
}

// DecodeResult reads a result from the wire and validates it.
func DecodeResult(payload []byte) (Result, error) {
	var r Result
	if len(payload) > MaxCommand {
		return Result{}, fmt.Errorf("decode result: %d bytes, at most %d are allowed: %w", len(payload), MaxCommand, ErrTooLarge)
	}
	if err := json.Unmarshal(payload, &r); err != nil {
		return Result{}, fmt.Errorf("decode result: %w", err)
	}
	if err := CheckName("command", r.ID); err != nil {
		return Result{}, fmt.Errorf("decode result: %w", err)
	}
	switch r.Outcome {
	case Done, Refused, Expired, Failed:
	default:
		return Result{}, fmt.Errorf("decode result: outcome %.40q: expected done, refused, expired or failed", r.Outcome)
	}
	if !spellable(r.Time) {
		return Result{}, fmt.Errorf("decode result: time %s: expected one of the years 0 to 9999 in UTC", r.Time)
	}
	return r, nil
}

// strict decodes one JSON value and refuses members that are not known: what is asked for is to be understood whole.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one JSON value")
	}
	return nil
}
