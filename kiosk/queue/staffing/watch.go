package staffing

import (
	"encoding/json"
	"slices"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// Window is the time that recent figures are of.
const Window = 30 * time.Minute

// Watch folds a queue's records into what happened within the last half hour. It has one owner and is not safe for
// concurrent use; what it hands out are copies.
type Watch struct {
	rules    queue.Rules
	services map[string]*recent
	// changed is when a counter was last opened or closed, by what was done.
	changed map[Action]time.Time
	wishes  map[wish]time.Time // since when each suggestion has been made to itself
	judged  time.Time
	advice  []Advice
}

// recent is what happened at one service.
type recent struct {
	arrivals []time.Time // tickets that came to wait for it, also by transfer
	calls    []waited
	// serving is the times of its last services, of the window and before it, newest last.
	serving []time.Duration
}

// waited is a call and how long the customer had waited.
type waited struct {
	at   time.Time
	wait time.Duration
}

// remembered is how many service times of a service are kept: enough for a mean, few enough for a changed day.
const remembered = 30

// NewWatch watches a queue under rules that are valid.
func NewWatch(rules queue.Rules) *Watch {
	w := &Watch{rules: rules, services: map[string]*recent{}, changed: map[Action]time.Time{}, wishes: map[wish]time.Time{}}
	for _, s := range rules.Services {
		w.services[s.ID] = &recent{}
	}
	return w
}

// Learn takes in one record of the events stream. It is to be called for each, in order, after the queue has it; records
// that have nothing to do with the queue, or with services that the rules no longer have, are passed over.
func (w *Watch) Learn(_ queue.Snapshot, r record.Record) {
	switch r.Type {
	case record.TicketIssued:
		learn(r, func(d record.TicketIssuedData) { w.arrive(d.Service, r.Time) })
	case record.TicketCalled:
		learn(r, func(d record.TicketCalledData) {
			if s := w.services[d.Service]; s != nil {
				s.calls = append(s.calls, waited{at: r.Time, wait: seconds(d.Wait)})
				s.forget(r.Time)
			}
		})
	case record.TicketServed:
		learn(r, func(d record.TicketServedData) {
			w.serve(d.Service, seconds(d.Serving))
			if d.Next != nil {
				w.arrive(d.Next.Service, r.Time)
			}
		})
	case record.TicketTransferred:
		learn(r, func(d record.TicketTransferredData) {
			w.serve(d.From, seconds(d.Serving))
			w.arrive(d.Service, r.Time)
		})
	case record.CounterOpened, record.CounterResumed:
		w.changed[Open] = r.Time
	case record.CounterClosed, record.CounterPaused:
		w.changed[Close] = r.Time
	}
}

// learn hands on the data of a record. What cannot be read is no figure; the queue has refused it before.
func learn[D any](r record.Record, use func(D)) {
	var d D
	if json.Unmarshal(r.Data, &d) == nil {
		use(d)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (w *Watch) arrive(service string, at time.Time) {
	if s := w.services[service]; s != nil {
		s.arrivals = append(s.arrivals, at)
		s.forget(at)
	}
}

func (w *Watch) serve(service string, d time.Duration) {
	if s := w.services[service]; s != nil {
		s.serving = append(s.serving, d)
		s.serving = s.serving[max(0, len(s.serving)-remembered):]
	}
}

// forget drops what is older than the window.
func (r *recent) forget(now time.Time) {
	old := now.Add(-Window)
	r.arrivals = slices.DeleteFunc(r.arrivals, func(at time.Time) bool { return at.Before(old) })
	r.calls = slices.DeleteFunc(r.calls, func(c waited) bool { return c.at.Before(old) })
}

// within counts those of times that lie within the window before now.
func within[T any](all []T, now time.Time, at func(T) time.Time) (found []T) {
	for _, one := range all {
		if age := now.Sub(at(one)); age >= 0 && age <= Window {
			found = append(found, one)
		}
	}
	return found
}
