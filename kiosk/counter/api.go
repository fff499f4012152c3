package counter

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"stationkeeper/internal/document"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
	"stationkeeper/kiosk/web"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 16 << 10

func (s *server) queue(w http.ResponseWriter, _ *http.Request, _ actor) {
	web.Answer(w, http.StatusOK, s.view(s.Hall.Snapshot()))
}

func (s *server) take(w http.ResponseWriter, r *http.Request, _ actor) {
	var body struct {
		Service string `json:"service"`
		Class   string `json:"class"`
		Person  string `json:"person"`
		Rest    []struct {
			Service string `json:"service"`
			Counter string `json:"counter"`
		} `json:"rest"`
		Request string `json:"request"`
	}
	if !read(w, r, &body) {
		return
	}
	c := queue.Take{Request: body.Request, Service: body.Service, Class: body.Class, Person: s.person(body.Person)}
	for _, leg := range body.Rest {
		c.Rest = append(c.Rest, queue.Leg(leg))
	}
	s.do(w, r, http.StatusCreated, c)
}

// person is by what somebody's tickets of a day are counted: a keyed hash of what tells the person apart, such as the number
// of an identity card, which itself is nowhere kept.
func (s *server) person(said string) string {
	if said = strings.TrimSpace(said); said == "" {
		return ""
	}
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte("person\x00" + said))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// leave closes the ticket of a customer who gives up. A clerk may do that for those set aside at their counter.
func (s *server) leave(w http.ResponseWriter, r *http.Request, who actor) {
	var body struct {
		Request string `json:"request"`
	}
	if !read(w, r, &body) {
		return
	}
	ticket := r.PathValue("ticket")
	if !who.receives() && !s.heldAt(ticket, who.Counter) {
		refuseRole(w, who)
		return
	}
	s.do(w, r, http.StatusOK, queue.Leave{Request: body.Request, Ticket: ticket})
}

func (s *server) heldAt(ticket, counter string) bool {
	for _, t := range s.Hall.Snapshot().Queue.Held {
		if t.ID == ticket {
			return t.Counter == counter
		}
	}
	return false
}

func (s *server) reclass(w http.ResponseWriter, r *http.Request, _ actor) {
	var body struct {
		Class   *string `json:"class"`
		Request string  `json:"request"`
	}
	if !read(w, r, &body) {
		return
	}
	if body.Class == nil {
		web.Refuse(w, http.StatusBadRequest, "malformed", "body: class: is missing; \"\" is the ordinary one")
		return
	}
	s.do(w, r, http.StatusOK, queue.Reclass{Request: body.Request, Ticket: r.PathValue("ticket"), Class: *body.Class})
}

func (s *server) rate(w http.ResponseWriter, r *http.Request, _ actor) {
	var body struct {
		Score   int    `json:"score"`
		Ticket  string `json:"ticket"`
		Request string `json:"request"`
	}
	if !read(w, r, &body) {
		return
	}
	if _, err := s.Hall.Rate(r.Context(), survey.Answer{Request: body.Request, Score: body.Score, Ticket: body.Ticket, Channel: record.ChannelCounter}); err != nil {
		s.fail(w, r, err)
		return
	}
	web.Answer(w, http.StatusCreated, struct{}{})
}

// do carries a command out and answers with its ticket.
func (s *server) do(w http.ResponseWriter, r *http.Request, status int, c queue.Command) {
	ticket, err := s.Hall.Do(r.Context(), c)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.tell(w, status, ticket)
}

// tell answers with a ticket; with one that was just taken, also where its page is.
func (s *server) tell(w http.ResponseWriter, status int, t queue.Ticket) {
	v := viewTicket(t, record.Stamp(s.Hall.Now()))
	if status == http.StatusCreated && s.Page != nil {
		v.Page = s.Page(t.ID)
	}
	web.Answer(w, status, v)
}

// refusals are the errors that a client may act upon.
var refusals = []struct {
	err    error
	status int
	code   string
}{
	{hall.ErrNotWritten, http.StatusServiceUnavailable, "not-written"},
	{hall.ErrNotVisited, http.StatusConflict, "not-visited"},
	{hall.ErrUnknownSecret, http.StatusNotFound, "unknown-ticket"},
	{queue.ErrUnknownService, http.StatusNotFound, "unknown-service"},
	{queue.ErrUnknownCounter, http.StatusNotFound, "unknown-counter"},
	{queue.ErrUnknownTicket, http.StatusNotFound, "unknown-ticket"},
	{queue.ErrUnknownClass, http.StatusNotFound, "unknown-class"},
	{queue.ErrUnknownOutcome, http.StatusNotFound, "unknown-outcome"},
	{queue.ErrNobodyWaiting, http.StatusConflict, "nobody-waiting"},
	{queue.ErrCounterBusy, http.StatusConflict, "counter-busy"},
	{queue.ErrCounterIdle, http.StatusConflict, "counter-idle"},
	{queue.ErrCounterPaused, http.StatusConflict, "counter-paused"},
	{queue.ErrNotPaused, http.StatusConflict, "not-paused"},
	{queue.ErrCounterClosed, http.StatusConflict, "counter-closed"},
	{queue.ErrOtherTicket, http.StatusConflict, "other-ticket"},
	{queue.ErrOtherCounter, http.StatusConflict, "other-counter"},
	{queue.ErrNotWaiting, http.StatusConflict, "not-waiting"},
	{queue.ErrNotServed, http.StatusConflict, "not-served"},
	{queue.ErrRecallLimit, http.StatusConflict, "recall-limit"},
	{queue.ErrClosed, http.StatusConflict, "closed"},
	{queue.ErrCutOff, http.StatusConflict, "cut-off"},
	{queue.ErrFull, http.StatusConflict, "full"},
	{queue.ErrPersonLimit, http.StatusConflict, "person-limit"},
	{queue.ErrNothingToUndo, http.StatusConflict, "nothing-to-undo"},
	{queue.ErrTooLate, http.StatusConflict, "too-late"},
	{queue.ErrRequestReused, http.StatusConflict, "request-reused"},
	{queue.ErrMalformed, http.StatusBadRequest, "malformed"},
	{appointments.ErrUnknown, http.StatusNotFound, "unknown-appointment"},
	{appointments.ErrAmbiguous, http.StatusConflict, "ambiguous"},
	{appointments.ErrTooEarly, http.StatusConflict, "too-early"},
	{appointments.ErrTooLate, http.StatusConflict, "appointment-over"},
	{appointments.ErrArrived, http.StatusConflict, "arrived"},
	{appointments.ErrCancelled, http.StatusConflict, "cancelled"},
	{appointments.ErrUnknownService, http.StatusNotFound, "no-appointments"},
	{appointments.ErrClosed, http.StatusConflict, "closed-then"},
	{appointments.ErrPast, http.StatusConflict, "past"},
	{appointments.ErrTooFar, http.StatusConflict, "too-far"},
	{appointments.ErrRequestReused, http.StatusConflict, "request-reused"},
	{appointments.ErrMalformed, http.StatusBadRequest, "malformed"},
	{survey.ErrScore, http.StatusBadRequest, "score"},
	{survey.ErrRatedBefore, http.StatusConflict, "rated-before"},
	{survey.ErrRequestReused, http.StatusConflict, "request-reused"},
	{survey.ErrMalformed, http.StatusBadRequest, "malformed"},
	{survey.ErrQuestionnaire, http.StatusBadRequest, "questionnaire"},
	{survey.ErrAnswer, http.StatusBadRequest, "answer"},
	{cases.ErrUnknown, http.StatusNotFound, "unknown-case"},
	{cases.ErrClosed, http.StatusConflict, "case-closed"},
	{cases.ErrTopic, http.StatusBadRequest, "topic"},
	{cases.ErrRequestReused, http.StatusConflict, "request-reused"},
	{cases.ErrMalformed, http.StatusBadRequest, "malformed"},
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var refused refusal
	if errors.As(err, &refused) {
		if refused.wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(seconds(refused.wait)))
		}
		web.Refuse(w, refused.status, refused.code, refused.message)
		return
	}
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			if known.status >= http.StatusInternalServerError {
				s.Log.Error("command failed", "path", r.URL.Path, "error", err)
			}
			web.Refuse(w, known.status, known.code, err.Error())
			return
		}
	}
	if r.Context().Err() == nil {
		s.Log.Error("command failed", "path", r.URL.Path, "error", err)
	}
	web.Refuse(w, http.StatusInternalServerError, "failed", err.Error())
}

// read decodes the body, one JSON object without members that are not known, come twice or are of the wrong kind, or
// refuses the request.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		var found document.Problems
		found.Strict(text, into)
		err = found.Err()
	}
	if err != nil {
		web.Refuse(w, http.StatusBadRequest, "malformed", fmt.Sprintf("body: %v", err))
		return false
	}
	return true
}
