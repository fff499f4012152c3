package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Stream is one of the two numbered sequences of a journal.
type Stream string

const (
	// Events is what happened: doors, badges, access decisions, alarms, tickets, surveys, audit. It is the
	// stream that is never dropped while a byte is free.
	Events Stream = "events"
	// Telemetry is what was measured. It may be thinned, and its oldest part dropped, when space runs out.
	Telemetry Stream = "telemetry"
)

// Streams lists both streams in the order in which they are sent: what happened before what was measured.
var Streams = [...]Stream{Events, Telemetry}

// ParseStream returns the stream of that name, or an error naming the two there are.
func ParseStream(s string) (Stream, error) {
	switch Stream(s) {
	case Events, Telemetry:
		return Stream(s), nil
	}
	return "", fmt.Errorf("unknown stream %q: expected %q or %q", s, Events, Telemetry)
}

// Clock says how far a record's wall time can be trusted.
type Clock string

const (
	// Synced wall time is believed: it was after the earliest plausible date and not behind an earlier record.
	Synced Clock = "synced"
	// Unsynced wall time is not: the board had not yet learned the time (boards without a battery start in
	// 1970). Boot and mono place such a record relative to others of the same boot.
	Unsynced Clock = "unsynced"
)

// Limits of one record and one batch. They hold on both sides: a node never sends more, head office refuses it.
const (
	// MaxData is the largest data member of one record, in bytes of compact JSON.
	MaxData = 64 << 10
	// MaxBatchRecords is the largest number of records in one batch.
	MaxBatchRecords = 1000
	// MaxPayload is the largest batch on the wire, compressed or not, in bytes.
	MaxPayload = 256 << 10
	// MaxBatch is the largest batch after decompression, in bytes. It bounds what a hostile sender can make a
	// reader allocate.
	MaxBatch = 4 << 20
)

// maxSeq is the highest seq, so that sums and differences of two of them fit an int64.
const maxSeq = 1 << 62

// Record is one thing that a station wrote down. It is immutable once it has a seq.
type Record struct {
	// Seq counts from 1 without gaps within (epoch, stream).
	Seq uint64 `json:"seq"`
	// Type is "noun.verb" in the past tense, such as "door.opened". It means what CloudEvents means by type.
	Type string `json:"type"`
	// Source is the point or part it happened at, such as "machine-room/door".
	Source string `json:"source"`
	// Time is the wall time at which it happened, in UTC, to the millisecond.
	Time time.Time `json:"time"`
	// Clock says whether Time can be believed.
	Clock Clock `json:"clock"`
	// Boot identifies the boot of the machine (Linux: /proc/sys/kernel/random/boot_id).
	Boot string `json:"boot"`
	// Mono is nanoseconds since that boot, including suspend (CLOCK_BOOTTIME).
	Mono int64 `json:"mono"`
	// Data is a JSON object whose members depend on Type; see the structs of this package. Never empty.
	Data json.RawMessage `json:"data"`
}

// Lost is a tombstone: records first to last of a stream are gone from the journal, and why.
type Lost struct {
	// First and Last are the ends of the range of seq, both included; First <= Last.
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
	// Reason is one of the Reason constants, or one that a newer station knows.
	Reason string `json:"reason"`
}

// Reasons for which records may be lost.
const (
	ReasonFull    = "full"    // the journal had reached its byte cap or the disk was full
	ReasonThinned = "thinned" // telemetry thinned to save space
	ReasonAged    = "aged"    // telemetry older than the journal is told to keep
	ReasonDamaged = "damaged" // the bytes on disk no longer match their checksum
	// ReasonEarlier: not lost. They were written, and reported as far as they were, under an earlier epoch of the same
	// journal; the record journal.replaced says which.
	ReasonEarlier = "earlier"
	// ReasonExpired: head office had acknowledged them, and they were no longer kept when it asked again.
	ReasonExpired = "expired"
)

// Validate refuses a record that does not keep the contract above, naming the member that breaks it.
func (r Record) Validate() error { return r.validate() }

func (r *Record) validate() error {
	if err := r.checkStamp(); err != nil {
		return err
	}
	return CheckData(r.Data)
}

// last is the end of the time that RFC 3339 can spell.
var last = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// checkStamp is Validate of everything but the data.
func (r *Record) checkStamp() error {
	switch {
	case r.Seq == 0:
		return errors.New("seq 0: expected a number from 1")
	case r.Seq > maxSeq:
		return fmt.Errorf("seq %d: too large", r.Seq)
	case !isType(r.Type):
		return fmt.Errorf("type %q: expected noun.verb in lower case", r.Type)
	case !isPoint(r.Source):
		return fmt.Errorf("source %q: expected a point name", r.Source)
	case r.Time.Unix() < 0 || r.Time.Unix() >= last:
		return fmt.Errorf("time %s: expected a time from 1970 on", r.Time)
	case r.Clock != Synced && r.Clock != Unsynced:
		return fmt.Errorf("clock %q: expected %q or %q", r.Clock, Synced, Unsynced)
	case len(r.Boot) > 64:
		return fmt.Errorf("boot: longer than 64 bytes")
	case r.Mono < 0:
		return fmt.Errorf("mono %d: negative", r.Mono)
	}
	return nil
}

// CheckData refuses data that is not one JSON object of at most MaxData bytes.
func CheckData(data json.RawMessage) error {
	if len(data) > MaxData {
		return fmt.Errorf("data: %d bytes, at most %d are allowed", len(data), MaxData)
	}
	if len(data) > 0 && objectEnd(data, 0, &anyPlain, maxNesting) == len(data) {
		return nil
	}
	trimmed := bytes.TrimLeft(data, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' || !json.Valid(data) {
		return fmt.Errorf("data: expected a JSON object, got %.40q", data)
	}
	return nil
}

// Equal reports whether two records with the same identity say the same. Data is compared as compact JSON, and
// time as an instant.
func (r Record) Equal(o Record) bool {
	return r.Seq == o.Seq && r.Type == o.Type && r.Source == o.Source && r.Time.Equal(o.Time) &&
		r.Clock == o.Clock && r.Boot == o.Boot && r.Mono == o.Mono &&
		(bytes.Equal(r.Data, o.Data) || bytes.Equal(compact(r.Data), compact(o.Data)))
}

// Mark is a short fingerprint of a record: the first 16 hexadecimal digits of the SHA-256 of its JSON on the wire. Two
// records with the same identity and the same mark are the same.
func (r Record) Mark() string {
	r.Time = Stamp(r.Time)
	sum := sha256.Sum256(AppendRecord(make([]byte, 0, 512), r))
	return hex.EncodeToString(sum[:8])
}

func compact(data json.RawMessage) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return data
	}
	return b.Bytes()
}

// Validate refuses an empty or reversed range.
func (l Lost) Validate() error {
	switch {
	case l.First == 0 || l.Last < l.First || l.Last > maxSeq:
		return fmt.Errorf("lost %d to %d: expected 1 <= first <= last", l.First, l.Last)
	case l.Reason == "" || len(l.Reason) > 64:
		return fmt.Errorf("lost %d to %d: reason %.70q: expected 1 to 64 bytes", l.First, l.Last, l.Reason)
	}
	return nil
}
