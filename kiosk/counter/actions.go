package counter

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

// desk is where an action takes place, and who acts.
type desk struct {
	counter string
	// clerk acts; worker is who works there, and serves services: nil for all.
	clerk, worker string
	services      []string
}

// action is something that is done at a counter: it reads the body and says what it commands.
type action struct {
	command func(w http.ResponseWriter, r *http.Request, d desk) (c queue.Command, ok bool)
	// last says that it is allowed to who serves the last customer of a session.
	last bool
	// bare says that it is about the counter rather than a ticket.
	bare bool
}

// of makes an action's command of its body.
func of[B any](build func(b B, d desk) queue.Command) func(http.ResponseWriter, *http.Request, desk) (queue.Command, bool) {
	return func(w http.ResponseWriter, r *http.Request, d desk) (queue.Command, bool) {
		var body B
		if !read(w, r, &body) {
			return nil, false
		}
		return build(body, d), true
	}
}

// Bodies of actions.
type (
	callBody struct {
		Ticket  string `json:"ticket"`
		Finish  string `json:"finish"`
		Outcome string `json:"outcome"`
		Note    string `json:"note"`
		Request string `json:"request"`
	}
	ticketBody struct {
		Ticket  string `json:"ticket"`
		Request string `json:"request"`
	}
	finishBody struct {
		Ticket  string `json:"ticket"`
		Outcome string `json:"outcome"`
		Note    string `json:"note"`
		Request string `json:"request"`
	}
	returnBody struct {
		Ticket  string `json:"ticket"`
		Place   int    `json:"place"`
		Request string `json:"request"`
	}
	holdBody struct {
		Ticket  string     `json:"ticket"`
		Reason  string     `json:"reason"`
		Remind  *time.Time `json:"remind"`
		Request string     `json:"request"`
	}
	transferBody struct {
		Ticket  string `json:"ticket"`
		Service string `json:"service"`
		To      string `json:"to"`
		Back    bool   `json:"back"`
		Keep    bool   `json:"keep"`
		Note    string `json:"note"`
		Request string `json:"request"`
	}
	splitBody struct {
		Ticket  string `json:"ticket"`
		Service string `json:"service"`
		Class   string `json:"class"`
		Request string `json:"request"`
	}
	requestBody struct {
		Request string `json:"request"`
	}
	reasonBody struct {
		Reason  string `json:"reason"`
		Request string `json:"request"`
	}
)

// actions are all that can be done at a counter, by the last part of the path.
var actions = map[string]action{
	"call": {command: of(func(b callBody, d desk) queue.Command {
		return queue.Call{Request: b.Request, Counter: d.counter, Clerk: d.clerk, Ticket: b.Ticket, Finish: b.Finish, Outcome: b.Outcome, Note: b.Note}
	})},
	"recall": {last: true, command: of(func(b ticketBody, d desk) queue.Command {
		return queue.Recall{Request: b.Request, Counter: d.counter, Ticket: b.Ticket}
	})},
	"finish": {last: true, command: of(func(b finishBody, d desk) queue.Command {
		return queue.Finish{Request: b.Request, Counter: d.counter, Ticket: b.Ticket, Outcome: b.Outcome, Note: b.Note}
	})},
	"no-show": {last: true, command: of(func(b ticketBody, d desk) queue.Command {
		return queue.NoShow{Request: b.Request, Counter: d.counter, Ticket: b.Ticket}
	})},
	"return": {last: true, command: of(func(b returnBody, d desk) queue.Command {
		return queue.Return{Request: b.Request, Counter: d.counter, Ticket: b.Ticket, Place: b.Place}
	})},
	"hold": {last: true, command: of(func(b holdBody, d desk) queue.Command {
		c := queue.Hold{Request: b.Request, Counter: d.counter, Ticket: b.Ticket, Reason: b.Reason}
		if b.Remind != nil {
			c.Remind = *b.Remind
		}
		return c
	})},
	"transfer": {last: true, command: of(func(b transferBody, d desk) queue.Command {
		return queue.Transfer{Request: b.Request, Counter: d.counter, Ticket: b.Ticket, Service: b.Service, To: b.To, Back: b.Back, Keep: b.Keep, Note: b.Note}
	})},
	"split": {last: true, command: of(func(b splitBody, d desk) queue.Command {
		return queue.Split{Request: b.Request, Counter: d.counter, Ticket: b.Ticket, Service: b.Service, Class: b.Class}
	})},
	"undo": {last: true, command: of(func(b requestBody, d desk) queue.Command {
		return queue.Undo{Request: b.Request, Counter: d.counter}
	})},
	"open": {bare: true, command: of(func(b requestBody, d desk) queue.Command {
		return queue.OpenCounter{Request: b.Request, Counter: d.counter, Clerk: d.worker, Services: d.services}
	})},
	"pause": {bare: true, last: true, command: of(func(b reasonBody, d desk) queue.Command {
		return queue.PauseCounter{Request: b.Request, Counter: d.counter, Reason: b.Reason}
	})},
	"resume": {bare: true, command: of(func(b requestBody, d desk) queue.Command {
		return queue.ResumeCounter{Request: b.Request, Counter: d.counter}
	})},
	"close": {bare: true, last: true, command: of(func(b reasonBody, d desk) queue.Command {
		return queue.CloseCounter{Request: b.Request, Counter: d.counter, Reason: b.Reason}
	})},
}

// act does something at a counter: a clerk at their own, a supervisor at any.
func (s *server) act(w http.ResponseWriter, r *http.Request, who actor) {
	a, ok := actions[r.PathValue("verb")]
	if !ok {
		web.Refuse(w, http.StatusNotFound, "unknown-command", fmt.Sprintf("%q: there is nothing of that name to do at a counter", r.PathValue("verb")))
		return
	}
	counter := r.PathValue("counter")
	switch {
	case !who.worksAt(counter):
		refuseRole(w, who)
		return
	case !a.last && !who.free && who.ending(s.Hall.Now()):
		web.Refuse(w, http.StatusForbidden, "shift-over", "the session ends with the customer at the counter")
		return
	}
	d := s.deskAt(counter, who)
	c, ok := a.command(w, r, d)
	if !ok {
		return
	}
	if call, is := c.(queue.Call); is {
		if s.justCalled(call) {
			web.Refuse(w, http.StatusConflict, "too-soon", "the counter has called its customer this very moment")
			return
		}
		if err := s.reopen(r.Context(), d, who); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	if a.bare {
		s.doBare(w, r, c)
		return
	}
	s.do(w, r, http.StatusOK, c)
}

func (s *server) doBare(w http.ResponseWriter, r *http.Request, c queue.Command) {
	if _, err := s.Hall.Do(r.Context(), c); err != nil {
		s.fail(w, r, err)
		return
	}
	web.Answer(w, http.StatusOK, struct{}{})
}

// reopen opens a counter that was closed meanwhile for who works there, before it calls: a call alone would open it for all
// that the counter serves, whatever its clerk does.
func (s *server) reopen(ctx context.Context, d desk, who actor) error {
	at, ok := counterOf(s.Hall.Snapshot().Queue, d.counter)
	if !ok || who.free || at.State != queue.CounterClosed {
		return nil
	}
	_, err := s.Hall.Do(ctx, queue.OpenCounter{Counter: d.counter, Clerk: d.worker, Services: d.services})
	return err
}

// callGap is how long after a call the customer who was called is not taken for one who has been served: who asks for that
// has pressed twice.
const callGap = 500 * time.Millisecond

// justCalled reports whether a call would finish a customer whom the counter has called a moment ago. The repetition of the
// request that called is not: it names the customer before.
func (s *server) justCalled(c queue.Call) bool {
	at, ok := counterOf(s.Hall.Snapshot().Queue, c.Counter)
	if !ok || at.Ticket == nil || c.Finish != at.Ticket.ID {
		return false
	}
	since := s.Hall.Now().Sub(at.Ticket.Called)
	return since >= 0 && since < callGap
}

// deskAt is a counter for who acts there.
func (s *server) deskAt(counter string, who actor) desk {
	d := desk{counter: counter, clerk: who.Number, worker: who.Number}
	if who.free {
		return d
	}
	person := who.Person
	if other, taken := s.door.at(counter); taken && other.Staff != who.Number {
		if roster := s.door.roster(); roster != nil {
			if p, listed := roster.Find(other.Staff); listed {
				person, d.worker = p, p.Number
			}
		}
	}
	if services, err := s.door.suits(person, counter); err == nil {
		d.services = services
	}
	return d
}
