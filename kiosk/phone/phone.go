// Package phone is what customers do on their own telephones: rate a visit that is over, and write at leisure what was
// wrong, what could be better, or what was good.
//
//	GET  /t/S/rate    the questionnaire for the visit of the ticket with the secret S; ?lang=zh or en
//	POST /t/S/rate    the answers: once per visit, and only when it has been served
//	GET  /c/T         the page to write on, with a token T of the touchscreen's QR code, which is good for 24 hours
//	POST /c/T         what was written; at most three times with one token
//
// The pages work without a script, and with one they hide what does not apply. Whoever has the address may use it; it
// cannot be guessed. What was typed is kept in the form whenever something is wrong with it, and a form that is sent
// twice counts once. No cookie is set, and nothing is loaded from elsewhere.
package phone

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
	"stationkeeper/kiosk/web"
)

// Hall is whose visits are rated, and where customers' words go.
type Hall interface {
	Now() time.Time
	// Find is the ticket of a secret.
	Find(secret string) (queue.Ticket, bool)
	// VisitOf is its visit when somebody was served with it, and whether that was rated.
	VisitOf(ctx context.Context, secret string) (ticket queue.Ticket, rated bool, err error)
	// Questionnaire is what is asked, or was lately, with this id and version; an empty id is what is asked now.
	Questionnaire(ctx context.Context, id string, version int) (*survey.Questionnaire, bool)
	// Rate takes a rating, and File a complaint, suggestion or praise. The case has no ID when none was opened.
	Rate(ctx context.Context, a survey.Answer) (cases.Case, error)
	File(ctx context.Context, f cases.File) (cases.Case, error)
}

// Options says what the pages show.
type Options struct {
	Hall Hall
	// Tokens are those of the addresses that the touchscreen shows.
	Tokens *Tokens
	// Topics are what can be complained about.
	Topics []cases.Topic
	// Services name those of the hall by id; Title is the place's name, which may be empty.
	Services map[string]web.Name
	Title    web.Name
	// Zone is the hall's local time.
	Zone *time.Location
	// Loopback says that the listener is for this machine only.
	Loopback bool
	Log      *slog.Logger
}

func (o Options) check() error {
	switch {
	case o.Hall == nil:
		return errors.New("phone options: hall is missing")
	case o.Tokens == nil:
		return errors.New("phone options: tokens are missing")
	case len(o.Topics) == 0:
		return errors.New("phone options: topics are missing")
	case o.Zone == nil:
		return errors.New("phone options: time zone is missing")
	case o.Log == nil:
		return errors.New("phone options: log is missing")
	}
	return nil
}

// Pages is the handler of the pages: of /t/{secret}/rate, /c/{token} and /phone/assets/.
type Pages struct {
	Options
	handler http.Handler
}

// New returns the pages.
func New(o Options) (*Pages, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	p := &Pages{Options: o}
	limits := web.NewLimits()
	mux := http.NewServeMux()
	mux.Handle("GET /phone/assets/", assets())
	mux.Handle("GET /t/{secret}/rate", limits.Limited(p.askRating))
	mux.Handle("POST /t/{secret}/rate", limits.Limited(p.takeRating))
	mux.Handle("GET /c/{token}", limits.Limited(p.askComplaint))
	mux.Handle("POST /c/{token}", limits.Limited(p.takeComplaint))
	p.handler = web.Guard(mux, o.Loopback)
	return p, nil
}

func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }
