package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// BeatEvery is how often a silent stream shows that it lives. A page gives up after twice that and some.
const BeatEvery = 15 * time.Second

// Stream is a page's server-sent events (WHATWG HTML, chapter 9.2).
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewStream begins to answer a request with events.
func NewStream(w http.ResponseWriter) *Stream {
	w.Header().Set("Content-Type", "text/event-stream")
	return &Stream{w: w, control: http.NewResponseController(w)}
}

// Send sends one event with JSON data. A page that comes back says the id of the last event that had one; "" for none.
// An error means that the page has gone.
func (s *Stream) Send(event, id string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("event %s: %w", event, err)
	}
	// A page that does not read must not hold the stream for ever. Not every writer has deadlines.
	if err := s.control.SetWriteDeadline(time.Now().Add(BeatEvery)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if id != "" {
		if _, err := fmt.Fprintf(s.w, "id: %s\n", id); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, text); err != nil {
		return err
	}
	return s.control.Flush()
}

// Beat shows that the stream lives.
func (s *Stream) Beat() error { return s.Send("beat", "", struct{}{}) }
