package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"stationkeeper/headoffice/store"
)

// patience is how long a visitor's browser may take to accept what is written before it is let go.
const patience = 10 * time.Second

// errClosed ends the boards when the store is closed under them.
var errClosed = errors.New("the store is closed")

func (w *watch) handleLive(mux *http.ServeMux) {
	mux.HandleFunc("GET /live", func(rw http.ResponseWriter, r *http.Request) {
		w.stream(rw, r, subject{language: languageOf(r)})
	})
	mux.HandleFunc("GET /live/cases", func(rw http.ResponseWriter, r *http.Request) {
		w.stream(rw, r, subject{language: languageOf(r), page: casesPage, which: stateOfQuery(r)})
	})
	mux.HandleFunc("GET /live/stations/{station}/cases", func(rw http.ResponseWriter, r *http.Request) {
		w.stream(rw, r, subject{language: languageOf(r), station: r.PathValue("station"), page: casesPage, which: stateOfQuery(r)})
	})
	mux.HandleFunc("GET /live/stations/{station}/cases/{case}", func(rw http.ResponseWriter, r *http.Request) {
		w.stream(rw, r, subject{language: languageOf(r), station: r.PathValue("station"), page: casePage, which: r.PathValue("case")})
	})
	mux.HandleFunc("GET /live/stations/{station}", func(rw http.ResponseWriter, r *http.Request) {
		w.stream(rw, r, subject{language: languageOf(r), station: r.PathValue("station")})
	})
}

// stationSections are the parts of a station's page, each drawn by the template "section-" and its name.
var stationSections = []string{"nodes", "alarms", "doors", "register", "climate", "queue", "counters", "waits", "survey", "cases", "screens", "events", "points", "complete"}

// painter returns what draws a subject's sections.
func (w *watch) painter(s subject) painter {
	switch {
	case s.page == casesPage:
		return w.casesPainter(s)
	case s.page == casePage:
		return w.casePainter(s)
	case s.station != "":
		return func(ctx context.Context, _ func(string) bool) ([]section, error) {
			view, err := w.drawStation(ctx, w.eye(s.language), s.station)
			if err != nil {
				return nil, err
			}
			return w.stationSections(s.language, view)
		}
	}
	var g glance
	return func(ctx context.Context, stale func(string) bool) ([]section, error) {
		view, err := g.refresh(ctx, w, w.eye(s.language), stale)
		if err != nil {
			return nil, err
		}
		return w.overviewSections(s.language, view)
	}
}

func (w *watch) stationSections(l language, view stationView) ([]section, error) {
	sections := make([]section, len(stationSections))
	for i, id := range stationSections {
		html, err := w.pages.render(l, "section-"+id, view)
		if err != nil {
			return nil, err
		}
		sections[i] = section{ID: id, HTML: html}
	}
	return sections, nil
}

// overviewSections makes a section of each card, so that one station's change does not send all of them.
func (w *watch) overviewSections(l language, view overview) ([]section, error) {
	summary, err := w.pages.render(l, "section-summary", view)
	if err != nil {
		return nil, err
	}
	list, err := w.pages.render(l, "section-stations", view)
	if err != nil {
		return nil, err
	}
	var order strings.Builder
	var cards []section
	for _, group := range [][]card{view.Attention, view.Calm} {
		for _, c := range group {
			html, err := w.pages.render(l, "section-card", c)
			if err != nil {
				return nil, err
			}
			cards = append(cards, section{ID: "card-" + c.ID, HTML: html, Inside: "stations"})
			fmt.Fprintf(&order, "%s %v\n", c.ID, c.needsAttention())
		}
	}
	return slices.Concat([]section{{ID: "summary", HTML: summary},
		{ID: "stations", HTML: list, Key: "cards\n" + order.String()}}, cards), nil
}

// office is the section that says what is wrong with head office itself. It is not on the board, which is drawn anew when
// something is stored.
func (w *watch) office(l language) section {
	html, err := w.pages.render(l, "section-office", w.Stats().Failing)
	if err != nil {
		w.Log.Error("draw live page", "err", err)
	}
	return section{ID: "office", HTML: html}
}

// stream sends a page's sections as server-sent events: all of them first, then each that looks different now. A
// visitor who is slow gets the newest state when he is ready, and nothing in between; nobody waits for him.
func (w *watch) stream(rw http.ResponseWriter, r *http.Request, s subject) {
	board := w.boards.join(s)
	defer w.boards.leave(board)
	sections, changed, err := board.current()
	if sections == nil && err == nil {
		select {
		case <-changed:
			sections, changed, err = board.current()
		case <-r.Context().Done():
			return
		}
	}
	if err != nil {
		w.refuseStream(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("X-Accel-Buffering", "no") // a proxy in between is not to hold it back
	out := &eventStream{rw: rw, control: http.NewResponseController(rw)}
	out.send("build", w.assets.build)
	beat := time.NewTicker(w.Heartbeat)
	defer beat.Stop()
	seen := map[string]string{}
	for out.err == nil && err == nil {
		if news := whatsNew(append([]section{w.office(s.language)}, sections...), seen); news != "" {
			out.send("", news)
		}
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			out.send("beat", "")
		case <-changed:
			sections, changed, err = board.current()
		}
	}
}

// refuseStream answers what cannot be watched. The page tries again.
func (w *watch) refuseStream(rw http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNotFound) {
		http.NotFound(rw, r)
		return
	}
	w.Log.Error("draw live page", "path", r.URL.Path, "err", err)
	http.Error(rw, "cannot read the data right now", http.StatusServiceUnavailable)
}

// whatsNew returns the sections that are not as they were seen, in the form in which the page takes them in, and
// notes them as seen.
func whatsNew(sections []section, seen map[string]string) string {
	var b strings.Builder
	sent := map[string]bool{}
	for _, s := range sections {
		key := s.Key
		if key == "" {
			key = s.HTML
		}
		if seen[s.ID] == key {
			continue
		}
		seen[s.ID] = key
		if sent[s.Inside] {
			continue
		}
		sent[s.ID] = true
		fmt.Fprintf(&b, `<hx-partial id="%s" hx-swap="innerMorph">%s</hx-partial>`+"\n", s.ID, s.HTML)
	}
	return b.String()
}

// eventStream writes server-sent events. After the first error it writes nothing more.
type eventStream struct {
	rw      http.ResponseWriter
	control *http.ResponseController
	err     error
}

// send writes one event; an empty name is the one that carries sections.
func (m *eventStream) send(name, data string) {
	if m.err != nil {
		return
	}
	var b bytes.Buffer
	if name != "" {
		fmt.Fprintf(&b, "event: %s\n", name)
	}
	for line := range strings.Lines(data) {
		fmt.Fprintf(&b, "data: %s\n", strings.TrimRight(line, "\r\n"))
	}
	if data == "" {
		b.WriteString("data:\n")
	}
	b.WriteByte('\n')
	if err := m.control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		m.err = err
		return
	}
	if _, m.err = m.rw.Write(b.Bytes()); m.err == nil {
		m.err = m.control.Flush()
	}
}
