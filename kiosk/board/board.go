// Package board is what customers look at: the page /board for any television in the hall, and the page /t/{secret} on
// a customer's telephone.
//
// A television shows and speaks every call, one after another, in order: nothing is swallowed, however many come at
// once, and after a reload or a lost connection it goes on where it was. When many calls wait for their turn, each takes
// less time:
//
//	calls that wait, with the one shown   spoken                                       shown for at least
//	up to 2                               chime, sentence in each language             6 s
//	3 to 6                                chime, sentence in the first language        4 s
//	7 to 30                               one stroke, number and counter, first lang.  2 s
//	more                                  one stroke of the chime                      0.6 s
//
// A call is always shown until its sound has been played to the end. What is older than 5 minutes when it reaches a
// television is only listed. A call that was taken back leaves the screen, and is not spoken any more.
//
// The address may say more: /board?sound=off is silent, for a second television in the same room. Two televisions of
// one browser profile need different addresses, such as /board?screen=2, since each remembers how far it was by its own.
//
//	GET /board                    the page
//	GET /board/events?after=N     server-sent events: "call" for every call after serial N, with the serial as its id;
//	                              "board" with everything else whenever something changes; "beat" between
//	GET /board/calls/N?pace=full  the sound of a call, a WAV file; other paces are brisk, quick and stroke
//	GET /board/silence            a WAV file of 0.2 s of silence, with which a page finds out whether it may sound
//	GET /t/S                      the page of the ticket with the secret S; ?lang=zh or en
//	GET /t/S/state                the same as JSON
//	GET /t/S/events               server-sent events: "ticket" with that JSON on every change and every 15 s
//
// There is no log-in: who reaches the listener may look.
package board

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/speech"
	"stationkeeper/kiosk/web"
)

// Hall is whose queue is shown.
type Hall interface {
	Now() time.Time
	Snapshot() hall.Snapshot
	Subscribe() (snapshots <-chan hall.Snapshot, stop func())
	// Find is the ticket of a secret.
	Find(secret string) (queue.Ticket, bool)
}

// Speaker says calls aloud.
type Speaker interface {
	// Say returns a call as a WAV file.
	Say(ctx context.Context, c speech.Call) ([]byte, error)
	// Prepare makes Say fast for a call that may come.
	Prepare(ctx context.Context, c speech.Call) error
	// Fault is why the last call was not spoken in full; nil when it was.
	Fault() error
}

// Options says what the pages show.
type Options struct {
	Hall Hall
	// Services and Counters name those of the hall by id; one without a name is shown by its id. Title is the place's
	// name; it may be empty.
	Services, Counters map[string]web.Name
	Title              web.Name
	// Speech speaks the calls, in Languages; nil for televisions without sound, no languages for both.
	Speech    Speaker
	Languages []speech.Language
	// Zone is the hall's local time.
	Zone *time.Location
	// Loopback says that the listener is for this machine only.
	Loopback bool
	Log      *slog.Logger
}

func (o Options) check() error {
	switch {
	case o.Hall == nil:
		return errors.New("board options: hall is missing")
	case o.Zone == nil:
		return errors.New("board options: time zone is missing")
	case o.Log == nil:
		return errors.New("board options: log is missing")
	}
	return nil
}

// The most pages at once. Telephones cannot take the televisions' places.
const (
	maxTelevisions = 50
	maxTelephones  = 1000
)

// Board is the handler of the pages.
type Board struct {
	Options
	handler http.Handler
	version string // of the assets: a page with another one loads itself anew
	// televisions and telephones are the open event streams.
	televisions, telephones chan struct{}
	limits                  *web.Limits
}

// New returns the pages. Run has to run beside them.
func New(o Options) (*Board, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if len(o.Languages) == 0 {
		o.Languages = []speech.Language{speech.Chinese, speech.English}
	}
	b := &Board{
		Options: o, version: assetsVersion(),
		televisions: make(chan struct{}, maxTelevisions), telephones: make(chan struct{}, maxTelephones),
		limits: web.NewLimits(),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /board", b.television)
	mux.HandleFunc("GET /board/events", b.events)
	mux.HandleFunc("GET /board/calls/{serial}", b.sound)
	mux.HandleFunc("GET /board/silence", silence)
	mux.Handle("GET /board/assets/", assets())
	mux.Handle("GET /t/{secret}", b.limits.Limited(b.telephone))
	mux.Handle("GET /t/{secret}/state", b.limits.Limited(b.ticketState))
	mux.Handle("GET /t/{secret}/events", b.limits.Limited(b.ticketEvents))
	b.handler = web.Guard(mux, o.Loopback)
	return b, nil
}

func (b *Board) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.handler.ServeHTTP(w, r) }

// enter takes a place among the open streams, until leave; ok is false when there is none.
func enter(places chan struct{}) (leave func(), ok bool) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, true
	default:
		return nil, false
	}
}
