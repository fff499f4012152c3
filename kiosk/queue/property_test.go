package queue_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// drive turns bytes into commands and the passing of time, and checks after each what always holds.
func drive(t *testing.T, script []byte) {
	d := open(t)
	services := []string{"new", "pay", "repair", "none"}
	counters := []string{"1", "2", "3", "9"}
	var ids []string
	for i := 0; i+1 < len(script); i += 2 {
		what, arg := script[i], script[i+1]
		// Three bits of the argument choose the request id, so that some are repeated, by the same and by other commands.
		request := ""
		if arg&0x80 != 0 {
			request = fmt.Sprintf("r%d", arg>>4&7)
		}
		ticket := "none"
		if len(ids) > 0 {
			ticket = ids[int(arg)%len(ids)]
		}
		var c queue.Command
		switch what % 19 {
		case 0, 1:
			c = queue.Take{Request: request, Service: services[arg%4], Nonce: fmt.Sprintf("n%d", i)}
		case 2:
			c = queue.Call{Request: request, Counter: counters[arg%4], Finish: finish(d, counters[arg%4], arg>>2&3)}
		case 3:
			c = queue.Call{Request: request, Counter: counters[arg%4], Ticket: ticket}
		case 4:
			c = queue.Recall{Request: request, Counter: counters[arg%4]}
		case 5:
			c = queue.Finish{Request: request, Counter: counters[arg%4]}
		case 6:
			c = queue.NoShow{Request: request, Counter: counters[arg%4]}
		case 7:
			c = queue.Leave{Request: request, Ticket: ticket}
		case 8:
			c = queue.EndDay{}
		case 9:
			d.pass(time.Duration(int8(arg)) * 10 * time.Minute) // a clock may be set back
			continue
		case 10:
			c = queue.Return{Request: request, Counter: counters[arg%4], Place: int(arg>>2&3) - 1}
		case 11:
			c = queue.Hold{Request: request, Counter: counters[arg%4]}
		case 12:
			c = queue.Transfer{Request: request, Counter: counters[arg%4], Service: services[arg>>2&3], Back: arg&0x40 != 0, Keep: arg&0x20 != 0}
		case 13:
			c = queue.Split{Request: request, Counter: counters[arg%4], Service: services[arg>>2&3], Nonce: fmt.Sprintf("n%d", i)}
		case 14:
			c = queue.Undo{Request: request, Counter: counters[arg%4]}
		case 15:
			c = queue.OpenCounter{Request: request, Counter: counters[arg%4], Clerk: "7"}
		case 16:
			c = queue.PauseCounter{Request: request, Counter: counters[arg%4]}
		case 17:
			c = queue.CloseCounter{Request: request, Counter: counters[arg%4]}
		case 18:
			c = queue.Tell{Quotes: map[string]queue.Quote{ticket: {Known: true, Expected: time.Duration(arg) * time.Second, High: time.Hour}}}
		}
		before, snapshot := len(d.records), d.state.Snapshot(d.now)
		decision, err := d.do(c)
		switch {
		case err != nil || decision.Repeated:
			if len(d.records) != before || !reflect.DeepEqual(d.state.Snapshot(d.now), snapshot) {
				t.Fatalf("%#v: %v, repeated %v, but the state changed", c, err, decision.Repeated)
			}
		case decision.Ticket.ID != "":
			if got, _ := d.state.Ticket(decision.Ticket.ID); !reflect.DeepEqual(got, decision.Ticket) {
				t.Fatalf("%#v: told %+v, but it is %+v", c, decision.Ticket, got)
			}
			ids = append(ids, decision.Ticket.ID)
		}
		d.checkInvariants()
		if folded := refold(t, d); !reflect.DeepEqual(folded, d.state) {
			t.Fatalf("after %#v the fold of the records is not the state:\n%+v\n%+v", c, folded, d.state)
		}
	}
}

// finish chooses what a call is to finish: nothing, something else, or, mostly, what the counter has.
func finish(d *desk, counter string, how byte) string {
	switch how {
	case 0:
		return ""
	case 1:
		return "none"
	}
	for _, c := range d.state.Snapshot(d.now).Counters {
		if c.ID == counter && c.Ticket != nil {
			return c.Ticket.ID
		}
	}
	return ""
}

// checkInvariants checks what the snapshot shows against the rules, and the records against each other.
func (d *desk) checkInvariants() {
	d.t.Helper()
	view := d.state.Snapshot(d.now)
	at := map[string]string{}
	for _, c := range view.Counters {
		if c.Ticket == nil {
			continue
		}
		if other, twice := at[c.Ticket.ID]; twice {
			d.t.Fatalf("counters %s and %s both hold %s", other, c.ID, c.Ticket.ID)
		}
		at[c.Ticket.ID] = c.ID
		if c.Ticket.Status != queue.Called || c.Ticket.Counter != c.ID || !c.Serves(c.Ticket.Service) {
			d.t.Fatalf("counter %s holds %+v", c.ID, *c.Ticket)
		}
	}
	for _, w := range view.Waiting {
		if w.Status != queue.Waiting || at[w.ID] != "" {
			d.t.Fatalf("waiting: %+v, at counter %q", w, at[w.ID])
		}
	}
	for _, h := range view.Held {
		if h.Status != queue.Held || at[h.ID] != "" {
			d.t.Fatalf("held: %+v, at counter %q", h, at[h.ID])
		}
	}
	if d.state.Day() == view.Day {
		if open := view.Today.Issued - view.Today.Served - view.Today.Left; open != len(view.Waiting)+len(view.Held)+len(at) {
			d.t.Fatalf("%+v leaves %d open, but %d wait, %d are held and %d are at counters", view.Today, open, len(view.Waiting), len(view.Held), len(at))
		}
	}
}

func TestRandomDaysKeepTheRules(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			script := make([]byte, 400)
			for i := range script {
				script[i] = byte(random.Uint32())
			}
			drive(t, script)
		})
	}
}

func FuzzCommands(f *testing.F) {
	f.Add([]byte{0, 0, 1, 1, 2, 0, 5, 0, 7, 1, 9, 127, 8, 0})
	f.Add([]byte{0, 0x80, 0, 0x80, 2, 0x90, 2, 0x90, 5, 0xa0, 5, 0xa0, 6, 0xa0})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 400 {
			t.Skip("longer scripts only take longer: the fold is compared after every command")
		}
		drive(t, script)
	})
}

func FuzzApply(f *testing.F) {
	f.Add("ticket.issued", []byte(`{"ticket":"2026-11-23-A001-x","number":"A001","service":"new","ahead":0}`), int64(0))
	f.Add("ticket.undone", []byte(`{"counter":"1","action":"call","ticket":"x"}`), int64(0))
	f.Add("queue.quoted", []byte(`{"quotes":[{"ticket":"2026-11-23-A001-n1","ahead":1,"known":true,"low":1e300}]}`), int64(0))
	f.Add("counter.closed", []byte(`{"counter":"77"}`), int64(0))
	f.Add("ticket.called", []byte(`{"ticket":"2026-11-23-A001-x","counter":"1"}`), int64(5))
	f.Fuzz(func(t *testing.T, typ string, data []byte, seconds int64) {
		d := open(t)
		d.take("new")
		before := d.state.Snapshot(d.now)
		at := d.now.Add(time.Duration(seconds%1000) * time.Second)
		if err := d.state.Apply(record.Record{Seq: 2, Type: typ, Time: at, Data: data}); err != nil {
			if !reflect.DeepEqual(d.state.Snapshot(d.now), before) {
				t.Fatalf("%v, but the state changed", err)
			}
		}
		d.checkInvariantsOfState()
	})
}

// checkInvariantsOfState checks that no ticket is in two places, whatever was read.
func (d *desk) checkInvariantsOfState() {
	d.t.Helper()
	view := d.state.Snapshot(d.now)
	seen := map[string]bool{}
	for _, h := range view.Held {
		seen[h.ID] = true
	}
	for _, w := range view.Waiting {
		if seen[w.ID] {
			d.t.Fatalf("%s waits twice", w.ID)
		}
		seen[w.ID] = true
	}
	for _, c := range view.Counters {
		if c.Ticket != nil && seen[c.Ticket.ID] {
			d.t.Fatalf("%s is in two places", c.Ticket.ID)
		}
	}
}
