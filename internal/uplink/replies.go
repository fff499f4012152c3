package uplink

import (
	"slices"
	"strings"
	"sync"
	"time"

	"stationkeeper/internal/record"
)

const (
	// mostResults bounds the results that wait for the broker. The oldest is dropped for a new one: the journal says it
	// too.
	mostResults = 256
	// mostReason bounds a reason on the wire, in bytes. Every problem of a long document can be more than fits.
	mostReason = 4 << 10
)

// replies are what the node answers head office beside its journal: it outlasts a connection.
type replies struct {
	mu       sync.Mutex
	reported *record.Reported // nil before Report
	garbled  *record.Refusal  // documents that could not be read, since when none came that could
	fresh    bool             // reported or garbled is not yet published on this connection
	results  []*reply         // in order, until the broker has them
}

// reply is one result.
type reply struct {
	result record.Result
	handed bool // on this connection
}

// Report makes r what this node is known to go by, to be published retained as soon as there is a connection, and again
// on every new one. Of several between two publications only the latest is sent. It never blocks.
func (u *Uplink) Report(r record.Reported) {
	if r.Refused != nil {
		refused := *r.Refused
		refused.Reason = shorten(refused.Reason)
		r.Refused = &refused
	}
	u.replies.mu.Lock()
	u.replies.reported, u.replies.fresh = &r, true
	u.replies.mu.Unlock()
	signal(u.wake)
}

// refuse notes documents that could not be read, or with nil that some came which can, of which the program will say
// itself what it thinks.
func (u *Uplink) refuse(r *record.Refusal) {
	u.replies.mu.Lock()
	defer u.replies.mu.Unlock()
	before := u.replies.garbled
	if r == before || r != nil && before != nil && r.Version == before.Version && r.Reason == before.Reason {
		return
	}
	u.replies.garbled, u.replies.fresh = r, true
	signal(u.wake)
}

// Answer publishes what came of a command, as soon as there is a connection, and again on the next if the broker does not
// say that it has it. It takes the place of an earlier one of the same command. It never blocks.
func (u *Uplink) Answer(r record.Result) {
	r.Reason = shorten(r.Reason)
	u.replies.mu.Lock()
	u.replies.results = slices.DeleteFunc(u.replies.results, func(e *reply) bool { return e.result.ID == r.ID })
	var dropped *reply
	if len(u.replies.results) >= mostResults {
		dropped, u.replies.results = u.replies.results[0], u.replies.results[1:]
	}
	u.replies.results = append(u.replies.results, &reply{result: r})
	u.replies.mu.Unlock()
	if dropped != nil {
		u.options.Log.Warn("too many results of commands wait for the broker: head office learns of this one from the journal only",
			"command", dropped.result.ID, "outcome", dropped.result.Outcome)
	}
	signal(u.wake)
}

// renew makes everything wait for publication again: the connection is new.
func (r *replies) renew() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fresh = r.reported != nil
	for _, e := range r.results {
		e.handed = false
	}
}

// takeReported returns what the node goes by when that has to be said. Documents that could not be read are told as
// soon as the program has said what it goes by instead.
func (r *replies) takeReported() (reported record.Reported, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.fresh || r.reported == nil {
		return record.Reported{}, false
	}
	r.fresh = false
	reported = *r.reported
	if r.garbled != nil {
		reported.Refused = r.garbled
	}
	return reported, true
}

// takeResult returns the oldest result that was not handed over on this connection.
func (r *replies) takeResult() *reply {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.results {
		if !e.handed {
			e.handed = true
			return e
		}
	}
	return nil
}

// delivered forgets a result that the broker has.
func (r *replies) delivered(e *reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results = slices.DeleteFunc(r.results, func(kept *reply) bool { return kept == e })
}

// chooseReply is the next result, or what the node goes by unless the broker has not yet answered that it has what was
// said before.
func (s *session) chooseReply(now time.Time) (packet, bool) {
	if e := s.replies.takeResult(); e != nil {
		p := packet{topic: s.topic(record.KindResult, e.result.ID).String(), payload: e.result.Encode()}
		return s.launched(&flight{class: classState, handed: now, reply: e}, p), true
	}
	if s.reporting {
		return packet{}, false
	}
	reported, ok := s.replies.takeReported()
	if !ok {
		return packet{}, false
	}
	s.reporting = true
	p := packet{topic: s.topic(record.KindReported, "").String(), payload: reported.Encode(), retained: true}
	return s.launched(&flight{class: classState, handed: now, reporting: true}, p), true
}

// shorten cuts a reason to what is sent of it.
func shorten(reason string) string {
	if len(reason) <= mostReason {
		return reason
	}
	return strings.ToValidUTF8(reason[:mostReason], "") + " …"
}
