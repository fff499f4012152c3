// Package access decides who may pass a door and knows who is inside. It is pure: a state, an event and a moment give
// the next state and what is to be done. It needs no network, no disk and no clock of its own.
package access

import (
	"encoding/json"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// Policy is a document in force at a site. It does not change.
type Policy struct {
	site  Site
	key   Key
	cards map[Hash]bool
}

// Parse reads a document: all of it or, with every problem named by its path, nothing.
func Parse(site Site, key Key, document []byte) (*Policy, error) {
	if err := site.Validate(); err != nil {
		return nil, err
	}
	var d struct {
		Cards []struct{ Hash Hash } `json:"cards"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("read access document: %w", err)
	}
	p := &Policy{site: site, key: key, cards: map[Hash]bool{}}
	for i, c := range d.Cards {
		if !c.Hash.valid() {
			return nil, fmt.Errorf("cards[%d].hash: expected %d hexadecimal digits", i, hashDigits)
		}
		p.cards[c.Hash] = true
	}
	return p, nil
}

// Begin is called when the program starts and when a policy comes into force. What was being timed before the program
// started is void; who is inside, modes and wrong attempts stay. It says of every strike how it is to be.
func (p *Policy) Begin(s State, at record.Moment) (State, Effects) {
	var fx Effects
	for _, d := range p.site.Doors {
		if d.Strike {
			fx.Strikes = append(fx.Strikes, Strike{Door: d.Point})
		}
	}
	return s, fx
}

// Step lets one event happen.
func (p *Policy) Step(s State, e Event, at record.Moment) (State, Effects) {
	card, ok := e.(CardShown)
	i := p.site.reader(card.Reader)
	if !ok || i < 0 {
		return s, Effects{}
	}
	data := record.AccessData{Reader: card.Reader, Direction: p.site.Readers[i].Direction, Method: MethodCard, Card: card.Masked}
	if !p.cards[card.Card] {
		data.Hash, data.Reason = string(card.Card), UnknownCard
		return s, Effects{Entries: []record.Entry{record.NewEntry(record.AccessDenied, p.site.Readers[i].Door, at.Wall, data)},
			Signals: []Signal{{card.Reader, Denied}}}
	}
	return s, Effects{Entries: []record.Entry{record.NewEntry(record.AccessGranted, p.site.Readers[i].Door, at.Wall, data)},
		Signals: []Signal{{card.Reader, Granted}}}
}

// Order carries out a command, unless it is not for this package or cannot be. Whether it came in time is not judged here.
func (p *Policy) Order(s State, c record.Command, at record.Moment) (State, Effects, record.Result) {
	return s, Effects{}, record.Result{ID: c.ID, Outcome: record.Refused, Reason: "unknown verb " + c.Verb, Time: at.Wall}
}

// Due is the Mono at which the next Tick is wanted, and false when none is. It may have passed already. It is to be asked
// again after every Begin, Step and Order.
func (p *Policy) Due(s State, at record.Moment) (time.Duration, bool) { return 0, false }

// Fold takes a record of the journal into account; records of other types change nothing. Folding again what has been
// folded changes nothing either, as long as it is done in order.
func Fold(s State, r record.Record) (State, error) { return s, nil }
