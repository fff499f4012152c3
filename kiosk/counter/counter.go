// Package counter is the web page on the station's network with which clerks call the next customer, and the small
// JSON API that it uses. The page changes by itself, works by keyboard, and says so when it has lost the kiosk.
//
// The API, all JSON; a request is an id made for the intent, so that trying again does nothing twice:
//
//	GET  /api/queue                      the queue as it is: services, counters, waiting, announced, today, survey
//	GET  /api/events                     server-sent events: "queue" with the same whenever it changes, "beat" between
//	POST /api/tickets                    {"service","request"?} → 201 {"id","number","ahead",…}
//	POST /api/tickets/{id}/leave         {"request"?}: gives up waiting
//	POST /api/counters/{id}/call         {"request"?,"ticket"?,"finish"?}: the next customer, or that ticket
//	POST /api/counters/{id}/recall       {"request"?,"ticket"?}; so do finish and no-show
//	POST /api/surveys                    {"score","ticket"?,"request"?} → 201 {}
//
// A refusal is {"error":{"code","message"}} with a status of 4xx; 503 means that the journal could not be written and
// nothing has happened. There is no log-in: who reaches the listener may call customers.
package counter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

// Hall is whose queue is shown and commanded.
type Hall interface {
	Do(ctx context.Context, c queue.Command) (queue.Ticket, error)
	Rate(ctx context.Context, a survey.Answer) error
	Now() time.Time
	Snapshot() hall.Snapshot
	Subscribe() (snapshots <-chan hall.Snapshot, stop func())
}

// Name is what a service or counter is called on the page.
type Name struct {
	Zh, En string
}

// Options says what the page shows. Services and Counters name those of the hall by id; one without a name is shown
// by its id.
type Options struct {
	Hall     Hall
	Services map[string]Name
	Counters map[string]Name
	// Loopback says that the listener is for this machine only; requests under other host names are then refused, so that
	// no page from elsewhere reaches it through a name of its own.
	Loopback bool
	Log      *slog.Logger
}

// beatEvery is how often a silent connection shows that it lives. The page gives up after twice that and some.
const beatEvery = 15 * time.Second

// maxWatchers bounds the open event streams.
const maxWatchers = 200

type server struct {
	Options
	watchers chan struct{}
}

// New returns the page and its API.
func New(o Options) (http.Handler, error) {
	switch {
	case o.Hall == nil:
		return nil, errors.New("counter options: hall is missing")
	case o.Log == nil:
		return nil, errors.New("counter options: log is missing")
	}
	s := &server{Options: o, watchers: make(chan struct{}, maxWatchers)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.choose)
	mux.HandleFunc("GET /counters/{counter}", s.clerk)
	mux.HandleFunc("GET /language/{language}", s.speak)
	mux.Handle("GET /assets/", assets())
	mux.HandleFunc("GET /api/queue", s.queue)
	mux.HandleFunc("GET /api/events", s.events)
	mux.HandleFunc("POST /api/tickets", s.take)
	mux.HandleFunc("POST /api/tickets/{ticket}/leave", s.leave)
	mux.HandleFunc("POST /api/counters/{counter}/{verb}", s.command)
	mux.HandleFunc("POST /api/surveys", s.rate)
	return s.guard(mux), nil
}

// guard refuses what other sites' pages might send, and tells the browser to load nothing from elsewhere.
func (s *server) guard(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, "cross-origin", "requests from pages of other sites are refused")
	}))
	next = crossOrigin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if s.Loopback && !loopback(r.Host) {
			refuse(w, http.StatusMisdirectedRequest, "host", fmt.Sprintf("this page is for this machine only; it is not known as %q", r.Host))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
