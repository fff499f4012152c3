package queue_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"stationkeeper/kiosk/queue"
)

// TestAnUndoneCallIsNotCounted: the lanes take turns as if it had not been.
func TestAnUndoneCallIsNotCounted(t *testing.T) {
	for _, between := range []bool{false, true} {
		d := openWith(t, hall(2, []queue.Class{{ID: "senior"}}, queue.CallRule{Name: "shared", Weights: map[string]int{"senior": 1, queue.Ordinary: 1}}))
		for range 4 {
			d.takeClass("")
			d.takeClass("senior")
		}
		first := d.must(queue.Call{Counter: "1"})
		if between {
			if other := d.must(queue.Call{Counter: "2"}); other.Class == first.Class {
				t.Fatalf("two of one lane in a row: %s, %s", first.Number, other.Number)
			}
		}
		d.must(queue.Undo{Counter: "1"})
		if again := d.must(queue.Call{Counter: "1"}); again.ID != first.ID {
			t.Errorf("another called in between: %v; after the undo %s is called, want %s again", between, again.Number, first.Number)
		}
	}
}

// TestUndoRestores: an action and its undo leave everything as it was but for what was called out.
func TestUndoRestores(t *testing.T) {
	quoted := &queue.Quote{Known: true, Low: time.Minute, Expected: 2 * time.Minute, High: 3 * time.Minute}
	for _, c := range []struct {
		busy   bool
		action queue.Command
	}{
		{false, queue.Call{Counter: "1"}},
		{true, queue.Call{Counter: "1", Finish: "2026-11-23-A001-first"}},
		{true, queue.Finish{Counter: "1", Outcome: "done", Note: "paid"}},
		{true, queue.NoShow{Counter: "1"}},
		{true, queue.Return{Counter: "1", Place: 1}},
		{true, queue.Hold{Counter: "1", Reason: "form"}},
		{true, queue.Transfer{Counter: "1", Service: "pay", Back: true}},
		{true, queue.Split{Counter: "1", Service: "pay", Nonce: "x"}},
	} {
		rules := branch()
		rules.Calling = []queue.CallRule{{Name: "shared", Weights: map[string]int{queue.Ordinary: 1, queue.ByAppointment: 2}}}
		d := openWith(t, rules)
		d.must(queue.Take{Service: "new", Nonce: "first", Quote: quoted, Rest: []queue.Leg{{Service: "repair"}}})
		d.pass(time.Minute)
		if c.busy {
			d.must(queue.Call{Counter: "1"})
			d.pass(time.Minute)
		}
		for range 2 {
			d.nonces++
			d.must(queue.Take{Service: "new", Nonce: fmt.Sprintf("n%d", d.nonces), Quote: quoted})
		}
		d.pass(2 * time.Minute)
		if !c.busy {
			d.must(queue.OpenCounter{Counter: "1"})
		}
		before := restorable(d.state.Snapshot(d.now))
		d.must(c.action)
		if d.counter("1").Undo.Action == "" {
			t.Errorf("%T can be taken back, and the snapshot does not say so", c.action)
		}
		if reflect.DeepEqual(restorable(d.state.Snapshot(d.now)), before) {
			t.Errorf("%T changed nothing", c.action)
		}
		d.must(queue.Undo{Counter: "1"})
		after := d.state.Snapshot(d.now)
		if got := restorable(after); !reflect.DeepEqual(got, before) {
			t.Errorf("%#v and back:\n%+v\nwant\n%+v", c.action, got, before)
		}
		if _, called := c.action.(queue.Call); called && !after.Announced[0].Withdrawn {
			t.Errorf("the call is not withdrawn: %+v", after.Announced)
		}
		d.refused(queue.Undo{Counter: "1"}, queue.ErrNothingToUndo)
		if !reflect.DeepEqual(refold(t, d), d.state) {
			t.Errorf("%T and back: the fold of the records is not the state", c.action)
		}
	}
}

func TestUndoIsRefusedWhenSomethingHasBuiltOnIt(t *testing.T) {
	d := open(t)
	d.take("new")
	d.must(queue.Call{Counter: "1"})
	d.must(queue.Return{Counter: "1"})
	d.must(queue.Call{Counter: "2"})
	d.must(queue.Return{Counter: "2"})
	d.refused(queue.Undo{Counter: "1"}, queue.ErrTooLate) // it waits as it did, and has been elsewhere
	d.must(queue.Undo{Counter: "2"})
	d.refused(queue.Undo{Counter: "2"}, queue.ErrNothingToUndo)
}

// restorable is what an undo brings back.
func restorable(v queue.Snapshot) queue.Snapshot {
	v.Announced = nil
	v.Counters = slices.Clone(v.Counters)
	for i := range v.Counters {
		v.Counters[i].Undo = queue.UndoView{}
	}
	return v
}
