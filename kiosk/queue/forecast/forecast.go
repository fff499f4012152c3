package forecast

import (
	"encoding/json"
	"fmt"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// Options says what a model is for.
type Options struct {
	// Zone is the station's local time; nil means that of Rules.Calendar.
	Zone *time.Location
	// Rules are those under which the queue is called.
	Rules queue.Rules
}

// Model foretells waits from what the station has seen. It has one owner and is not safe for concurrent use.
type Model struct {
	options Options
	learned learned
}

// version is that of the form in which a model is kept.
const version = 1

// learned is what outlives a restart.
type learned struct {
	Version int `json:"version"`
	// Served counts services that were seen.
	Served int `json:"served"`
}

// New returns a model that has seen nothing yet.
func New(o Options) *Model {
	return &Model{options: o, learned: learned{Version: version}}
}

// Learn takes in one record of the events stream with the queue as it is after it. It has to be called for every record,
// in order.
func (m *Model) Learn(_ queue.Snapshot, r record.Record) {
	if r.Type == record.TicketServed {
		m.learned.Served++
	}
}

// NewCustomer is what to tell a customer of a class ("" is the ordinary one) who takes a ticket for a service now.
func (m *Model) NewCustomer(s queue.Snapshot, service, _ string) queue.Quote {
	for _, v := range s.Services {
		if v.ID == service {
			return queue.Quote{At: s.At, Ahead: v.Ahead}
		}
	}
	return queue.Quote{At: s.At}
}

// Waiting is what to tell everyone who waits, by the id of the ticket.
func (m *Model) Waiting(s queue.Snapshot) map[string]queue.Quote {
	told := make(map[string]queue.Quote, len(s.Waiting))
	for _, p := range s.Waiting {
		told[p.ID] = queue.Quote{At: s.At, Ahead: p.Before}
	}
	return told
}

// MarshalJSON is what was learned, to be kept over a restart.
func (m *Model) MarshalJSON() ([]byte, error) { return json.Marshal(m.learned) }

// UnmarshalJSON takes up what was learned before. What another version has kept is refused, and the model is as before.
func (m *Model) UnmarshalJSON(data []byte) error {
	var l learned
	if err := json.Unmarshal(data, &l); err != nil {
		return fmt.Errorf("read what was learned about waits: %w", err)
	}
	if l.Version != version {
		return fmt.Errorf("read what was learned about waits: version %d: expected %d", l.Version, version)
	}
	m.learned = l
	return nil
}
