package counter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
	"stationkeeper/kiosk/web"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 16 << 10

func (s *server) queue(w http.ResponseWriter, _ *http.Request) {
	s.answer(w, http.StatusOK, s.view(s.Hall.Snapshot()))
}

// events shows every change, and between changes that the connection lives, until the client or the program goes.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	select {
	case s.watchers <- struct{}{}:
		defer func() { <-s.watchers }()
	default:
		refuse(w, http.StatusServiceUnavailable, "too-many", fmt.Sprintf("%d pages are open already", maxWatchers))
		return
	}
	snapshots, stop := s.Hall.Subscribe()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		event, data := "beat", any(struct{}{})
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
		case snapshot := <-snapshots:
			event, data = "queue", s.view(snapshot)
		}
		if err := send(w, event, data); err != nil {
			return // the page has gone; it will come back by itself
		}
	}
}

func send(w http.ResponseWriter, event string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	control := http.NewResponseController(w)
	// A page that does not read must not hold the stream for ever. Not every writer has deadlines.
	if err := control.SetWriteDeadline(time.Now().Add(beatEvery)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, text); err != nil {
		return err
	}
	return control.Flush()
}

func (s *server) take(w http.ResponseWriter, r *http.Request) {
	var body struct{ Service, Request string }
	if read(w, r, &body) {
		s.do(w, r, http.StatusCreated, queue.Take{Request: body.Request, Service: body.Service})
	}
}

func (s *server) leave(w http.ResponseWriter, r *http.Request) {
	var body struct{ Request string }
	if read(w, r, &body) {
		s.do(w, r, http.StatusOK, queue.Leave{Request: body.Request, Ticket: r.PathValue("ticket")})
	}
}

func (s *server) command(w http.ResponseWriter, r *http.Request) {
	var body struct{ Request, Ticket, Finish string }
	if !read(w, r, &body) {
		return
	}
	counter := r.PathValue("counter")
	switch verb := r.PathValue("verb"); verb {
	case "call":
		s.do(w, r, http.StatusOK, queue.Call{Request: body.Request, Counter: counter, Ticket: body.Ticket, Finish: body.Finish})
	case "recall":
		s.do(w, r, http.StatusOK, queue.Recall{Request: body.Request, Counter: counter, Ticket: body.Ticket})
	case "finish":
		s.do(w, r, http.StatusOK, queue.Finish{Request: body.Request, Counter: counter, Ticket: body.Ticket})
	case "no-show":
		s.do(w, r, http.StatusOK, queue.NoShow{Request: body.Request, Counter: counter, Ticket: body.Ticket})
	default:
		refuse(w, http.StatusNotFound, "unknown-command", fmt.Sprintf("%q: expected call, recall, finish or no-show", verb))
	}
}

func (s *server) rate(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Score           int
		Ticket, Request string
	}
	if !read(w, r, &body) {
		return
	}
	if err := s.Hall.Rate(r.Context(), survey.Answer{Request: body.Request, Score: body.Score, Ticket: body.Ticket}); err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, http.StatusCreated, struct{}{})
}

func (s *server) do(w http.ResponseWriter, r *http.Request, status int, c queue.Command) {
	ticket, err := s.Hall.Do(r.Context(), c)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, status, viewTicket(ticket, record.Stamp(s.Hall.Now())))
}

// refusals are the errors that a client may act upon.
var refusals = []struct {
	err    error
	status int
	code   string
}{
	{hall.ErrNotWritten, http.StatusServiceUnavailable, "not-written"},
	{hall.ErrNotVisited, http.StatusConflict, "not-visited"},
	{queue.ErrUnknownService, http.StatusNotFound, "unknown-service"},
	{queue.ErrUnknownCounter, http.StatusNotFound, "unknown-counter"},
	{queue.ErrUnknownTicket, http.StatusNotFound, "unknown-ticket"},
	{queue.ErrNobodyWaiting, http.StatusConflict, "nobody-waiting"},
	{queue.ErrCounterBusy, http.StatusConflict, "counter-busy"},
	{queue.ErrCounterIdle, http.StatusConflict, "counter-idle"},
	{queue.ErrOtherTicket, http.StatusConflict, "other-ticket"},
	{queue.ErrNotWaiting, http.StatusConflict, "not-waiting"},
	{queue.ErrNotServed, http.StatusConflict, "not-served"},
	{queue.ErrRequestReused, http.StatusConflict, "request-reused"},
	{queue.ErrMalformed, http.StatusBadRequest, "malformed"},
	{survey.ErrScore, http.StatusBadRequest, "score"},
	{survey.ErrRatedBefore, http.StatusConflict, "rated-before"},
	{survey.ErrRequestReused, http.StatusConflict, "request-reused"},
	{survey.ErrMalformed, http.StatusBadRequest, "malformed"},
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			if known.status >= http.StatusInternalServerError {
				s.Log.Error("command failed", "path", r.URL.Path, "error", err)
			}
			refuse(w, known.status, known.code, err.Error())
			return
		}
	}
	if r.Context().Err() == nil {
		s.Log.Error("command failed", "path", r.URL.Path, "error", err)
	}
	refuse(w, http.StatusInternalServerError, "failed", err.Error())
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	web.Refuse(w, status, code, message)
}

func (s *server) answer(w http.ResponseWriter, status int, body any) { web.Answer(w, status, body) }

// read decodes the body, one JSON object without unknown members, or refuses the request.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "malformed", fmt.Sprintf("body: expected one JSON object: %v", err))
		return false
	}
	return true
}
