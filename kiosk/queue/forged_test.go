package queue_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// TestLedgerRefusesAWrongQueue: what the ledger is there to catch, it catches. Of a good day, a record here and there is
// forged as a queue with a bug would have written it.
func TestLedgerRefusesAWrongQueue(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	rules := queue.Rules{Services: []queue.Service{{ID: "new", Prefix: "A"}, {ID: "pay", Prefix: "B"}}, Classes: []queue.Class{{ID: "senior", Rate: 2}},
		Calling:  []queue.CallRule{{Name: "shared", Order: queue.Priority, Weights: map[string]int{"senior": 2, queue.Ordinary: 1}}},
		Counters: []queue.Counter{{ID: "1"}, {ID: "2"}, {ID: "3", Services: []string{"pay"}}}, Calendar: queue.Calendar{Zone: shanghai}}
	d := newDay(t, rules, random.IntN)
	for range 600 {
		d.busy()
	}
	caught := map[string]int{}
	l := newLedger(rules)
	for i, r := range d.records {
		for want, forged := range forgeries(t, l, r) {
			other := newLedger(rules)
			for _, before := range d.records[:i] {
				if err := other.note(before); err != nil {
					t.Fatal(err)
				}
			}
			var b broken
			if err := other.note(forged); !errors.As(err, &b) || b.invariant != want {
				t.Errorf("%s %s is forged, and the ledger says %v; want that %q is broken", forged.Type, forged.Data, err, want)
			}
			caught[want]++
		}
		if err := l.note(r); err != nil {
			t.Fatal(err)
		}
	}
	for _, invariant := range []string{"every call is explained", "nobody is called twice", "nobody is in two places", "nobody is lost", "undo restores"} {
		if caught[invariant] == 0 {
			t.Errorf("nothing was forged that breaks %q", invariant)
		}
	}
}

// forgeries are wrong records in the place of a good one, by the invariant that each breaks.
func forgeries(t *testing.T, l *ledger, r record.Record) map[string]record.Record {
	var d entry
	mustDecode(t, r.Data, &d)
	wrong := map[string]record.Record{}
	forge := func(invariant, member, value string) {
		var all map[string]any
		mustDecode(t, r.Data, &all)
		all[member] = value
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		one := r
		one.Data = text
		wrong[invariant] = one
	}
	find := func(is func(*visitor) bool) string {
		for _, v := range l.visitors {
			if v.id != d.Ticket && is(v) {
				return v.id
			}
		}
		return ""
	}
	switch r.Type {
	case record.TicketCalled:
		if other := find(func(v *visitor) bool { return v.status == queue.Waiting && v.only == "" }); other != "" && d.Rule != queue.RuleChosen {
			forge("every call is explained", "ticket", other)
		}
		if other := find(func(v *visitor) bool { return v.status == queue.Called && v.only == "" }); other != "" {
			forge("nobody is called twice", "ticket", other)
		}
	case record.TicketServed:
		if other := find(func(v *visitor) bool { return v.status == queue.Waiting }); other != "" {
			forge("nobody is in two places", "ticket", other)
		}
		forge("nobody is lost", "ticket", "never came")
	case record.TicketUndone:
		forge("undo restores", "ticket", "another")
	}
	return wrong
}
