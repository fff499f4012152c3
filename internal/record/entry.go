package record

import (
	"encoding/json"
	"fmt"
	"time"
)

// Entry is what the parts of a program hand to the journal: a record before it has a seq and a stamp.
type Entry struct {
	// Type, Source and Data are those of Record.
	Type   string
	Source string
	Data   json.RawMessage
	// Time is when it happened; zero means now. A recording that is replayed sets it.
	Time time.Time

	// sound is Data as NewEntry encoded it, known to be a JSON object within the limit.
	sound json.RawMessage
}

// NewEntry encodes data as the JSON object of an entry. It panics when data cannot be encoded, which only a
// programming error can cause: the structs of this package always can.
func NewEntry(typ, source string, at time.Time, data any) Entry {
	encoded, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("record: encode data of %s: %v", typ, err))
	}
	e := Entry{Type: typ, Source: source, Time: at, Data: encoded}
	if CheckData(encoded) == nil {
		e.sound = encoded
	}
	return e
}

// Check refuses an entry that would not make a valid record: its type, source, data and, when set, its time. Data that
// NewEntry encoded is not looked at again; whoever changes its bytes in place answers for them.
func (e Entry) Check() error {
	switch {
	case !isType(e.Type):
		return fmt.Errorf("type %q: expected noun.verb in lower case", e.Type)
	case !isPoint(e.Source):
		return fmt.Errorf("source %q: expected a point name", e.Source)
	case !e.Time.IsZero() && (e.Time.Unix() < 0 || e.Time.Unix() >= last):
		return fmt.Errorf("time %s: expected a time from 1970 on", e.Time)
	case len(e.sound) > 0 && len(e.sound) == len(e.Data) && &e.sound[0] == &e.Data[0]:
		return nil
	}
	return CheckData(e.Data)
}
