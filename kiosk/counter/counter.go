// Package counter is the web pages on the station's network with which clerks call the next customer, the reception gives
// tickets and takes in appointments, and a supervisor sees how the hall is doing; and the JSON API that they use. The
// pages change by themselves, work by keyboard, and say so when they have lost the kiosk.
//
// # Who may
//
// With a roster (package staff) everything but the log-in, its page, the assets and the report of page errors needs a
// session: a signed cookie that POST /api/login sets, which outlives a restart of the kiosk and ends with the shift or by
// log-out. A clerk works at the counter of the session only; the reception gives and closes tickets, sorts customers into
// classes and keeps the appointments; a supervisor may do everything at any counter. Without a roster whoever reaches the
// listener may do everything, and clerks have no names.
//
// # API
//
// All JSON, one object. A request is an id made for the intent, so that trying again does nothing twice. A question mark
// marks what may be left out. Ids are those of the configuration. Tickets are meant by their id, never by their number.
//
//	POST /api/login                      {"staff","pin"} or {"badge"}, "counter"?, "take_over"? → me; a clerk has to name a counter.
//	                                     take_over ends the session of who is at the counter: for supervisors
//	POST /api/logout                     {} → {"pending"}: true while a customer is still at the counter: the session lasts until
//	                                     that customer is finished, and calls nobody
//	GET  /api/me                         who is logged in, and what they may
//	GET  /api/queue                      the queue as it is: see view
//	GET  /api/events                     server-sent events: "queue" with the same, at once and after changes, latest wins, at most
//	                                     ten a second; "session" with me when it changes; "beat" between
//
//	POST /api/tickets                    {"service","class"?,"rest"?,"person"?,"request"?} → 201 ticket; rest is a list of the services that come
//	                                     after it in the same visit, {"service","counter"?}; person tells people apart whose
//	                                     tickets are counted, such as a card's number: only a keyed hash of it is kept
//	POST /api/tickets/{id}/leave         {"request"?} → ticket: gives up waiting; a clerk may say so of those held at their counter
//	POST /api/tickets/{id}/class         {"class","request"?} → ticket: "" is the ordinary one
//
//	POST /api/counters/{id}/call         {"ticket"?,"finish"?,"outcome"?,"note"?,"request"?} → ticket: the next customer, or that
//	                                     ticket, also a held one; finish names the ticket that the counter still has
//	POST /api/counters/{id}/recall       {"ticket","request"?} → ticket
//	POST /api/counters/{id}/finish       {"ticket","outcome"?,"note"?,"request"?} → ticket
//	POST /api/counters/{id}/no-show      {"ticket","request"?} → ticket
//	POST /api/counters/{id}/return       {"ticket","place"?,"request"?} → ticket: 0 in front, n behind the nth of the service, -1 at the end
//	POST /api/counters/{id}/hold         {"ticket","reason","remind"?,"request"?} → ticket: remind is a time
//	POST /api/counters/{id}/transfer     {"ticket","service"?,"to"?,"back"?,"keep"?,"note"?,"request"?} → ticket: to a service, a counter, or
//	                                     both; back comes here again afterwards; keep keeps the time waited
//	POST /api/counters/{id}/split        {"ticket","service","class"?,"request"?} → the new ticket, of the same visit
//	POST /api/counters/{id}/undo         {"request"?} → ticket: the last action at the counter, while it says so in undo
//	POST /api/counters/{id}/open         {"request"?} → {}
//	POST /api/counters/{id}/pause        {"reason"?,"request"?} → {}
//	POST /api/counters/{id}/resume       {"request"?} → {}
//	POST /api/counters/{id}/close        {"reason"?,"request"?} → {}
//
//	GET  /api/appointments               today's list: see appointmentsView
//	POST /api/appointments               {"service","at","name"?,"phone"?,"request"?} → 201 appointment
//	POST /api/appointments/{id}/cancel   {"reason"?,"request"?} → appointment
//	POST /api/appointments/{id}/arrive   {"class"?,"request"?} → 201 ticket; {id} may also be the code, or the phone's last digits; when
//	                                     they mean several, the refusal "ambiguous" lists them in "matches"
//
//	GET  /api/supervisor                 service levels, advice, who is logged in: see supervisorView
//	GET  /api/cases                      what somebody has to see to, for supervisors: see casesView
//	POST /api/cases/{id}/assign          {"owner"?,"deadline"?,"note"?,"request"?} → case: owner is a staff number or "supervisor";
//	                                     without owner and deadline it is who asks
//	POST /api/cases/{id}/note            {"note","request"?} → case
//	POST /api/cases/{id}/close           {"outcome","note"?,"request"?} → case: "settled", "unfounded", "duplicate" or "unreachable"
//	POST /api/surveys                    {"score","ticket"?,"request"?} → 201 {}: what a customer said at the reception; no clerk rates
//	                                     a visit, or learns by trying whether it was rated
//	POST /api/errors                     {"message","page"?,"where"?,"times"?} → 202 {}: an error in a page's script, for the journal
//
// A refusal is {"error":{"code","message"}}. The codes are those of the table refusals, and besides: malformed (400),
// login-needed (401: log in, the session is over), login-refused (401), not-allowed (403: another role or counter),
// off-shift (403), shift-over (403: finish, but call nobody), too-many-attempts (429, header Retry-After in seconds),
// counter-needed (400), counter-taken (409), too-soon (409: the counter has called a moment ago), no-login (404: there is no
// roster), cross-origin (403), host (421), too-many (503). 503 not-written means that the journal could not be written and
// nothing has happened.
package counter

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/staff"
	"stationkeeper/kiosk/survey"
	"stationkeeper/kiosk/web"
)

// Hall is whose queue is shown and commanded.
type Hall interface {
	Do(ctx context.Context, c queue.Command) (queue.Ticket, error)
	Rate(ctx context.Context, a survey.Answer) (cases.Case, error)
	// Case carries out what is done about cases.
	Case(ctx context.Context, c cases.Command) (cases.Case, error)
	Now() time.Time
	Snapshot() hall.Snapshot
	Subscribe() (snapshots <-chan hall.Snapshot, stop func())
	// Note writes down what others than the queue have to say.
	Note(ctx context.Context, entries ...record.Entry) error
	Appoint(ctx context.Context, c appointments.Command) (appointments.Appointment, error)
	Arrive(ctx context.Context, a appointments.Arrive, class string) (queue.Ticket, error)
	Matches(ctx context.Context, a appointments.Arrive) ([]appointments.Appointment, error)
}

// Journal is what sessions and service levels are known from.
type Journal interface {
	// Read returns records after a seq, at most limit, and what is gone in between.
	Read(stream record.Stream, after uint64, limit int) ([]record.Record, []record.Lost, error)
}

// Name is what a service or counter is called on the page.
type Name = web.Name

// Options says what the page shows. Services, Counters, Classes and Outcomes name those of the hall by id; one without a
// name is shown by its id.
type Options struct {
	Hall     Hall
	Journal  Journal
	Rules    queue.Rules
	Services map[string]Name
	Counters map[string]Name
	Classes  map[string]Name
	Outcomes map[string]Name
	// Roster returns who may log in, which may change; nil, or when it returns nil, whoever reaches the page may do
	// everything.
	Roster func() *staff.Roster
	// Key makes the cookies of sessions: at least staff.MinKey bytes, the same after a restart. Badges is the key of the
	// roster's badges; nil when nobody logs in by badge.
	Key    []byte
	Badges staff.Key
	// Page is the address of a ticket's own page, for the customer's telephone; nil: tickets have none.
	Page func(ticket string) string
	// Loopback says that the listener is for this machine only; requests under other host names are then refused, so that
	// no page from elsewhere reaches it through a name of its own.
	Loopback bool
	Log      *slog.Logger
}

func (o Options) check() error {
	switch {
	case o.Hall == nil:
		return errors.New("counter options: hall is missing")
	case o.Journal == nil:
		return errors.New("counter options: journal is missing")
	case o.Log == nil:
		return errors.New("counter options: log is missing")
	}
	return nil
}

// Pages are the pages and their API.
type Pages struct {
	http.Handler
	server *server
}

// Run ends sessions whose time is over, keeps the supervisor's figures and writes down errors of pages, until ctx ends.
// Without it sessions still end, but their counters stay open.
func (p *Pages) Run(ctx context.Context) error { return p.server.run(ctx) }

type server struct {
	Options
	door     *door
	outlook  *outlook
	faults   *faults
	watchers chan struct{}
}

// New returns the pages and their API. The journal is read once, from its beginning.
func New(o Options) (*Pages, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &server{Options: o, outlook: newOutlook(o.Journal, o.Rules), faults: newFaults(), watchers: make(chan struct{}, maxWatchers)}
	var err error
	if s.door, err = newDoor(&s.Options); err != nil {
		return nil, err
	}
	if err := s.outlook.follow(s.door.restore); err != nil {
		return nil, err
	}
	return &Pages{Handler: web.Guard(s.routes(), o.Loopback), server: s}, nil
}

// routes are all that there is, and who may.
func (s *server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.front)
	mux.HandleFunc("GET /counters/{counter}", s.site(workers, s.clerk))
	mux.HandleFunc("GET /supervisor", s.site(supervisors, s.supervisor))
	mux.HandleFunc("GET /reception", s.site(receivers, s.reception))
	mux.HandleFunc("GET /language/{language}", s.speak)
	mux.Handle("GET /assets/", assets())
	for pattern, route := range map[string]struct {
		may  permission
		does handler
	}{
		"POST /api/login":                             {anyone, s.login},
		"POST /api/logout":                            {insiders, s.logout},
		"GET /api/me":                                 {insiders, s.me},
		"GET /api/queue":                              {insiders, s.queue},
		"GET /api/events":                             {insiders, s.events},
		"POST /api/tickets":                           {receivers, s.take},
		"POST /api/tickets/{ticket}/leave":            {insiders, s.leave},
		"POST /api/tickets/{ticket}/class":            {receivers, s.reclass},
		"POST /api/counters/{counter}/{verb}":         {workers, s.act},
		"GET /api/appointments":                       {receivers, s.listed},
		"POST /api/appointments":                      {receivers, s.book},
		"POST /api/appointments/{appointment}/cancel": {receivers, s.cancel},
		"POST /api/appointments/{appointment}/arrive": {receivers, s.arrive},
		"GET /api/supervisor":                         {supervisors, s.supervise},
		"GET /api/cases":                              {supervisors, s.caseList},
		"POST /api/cases/{case}/assign":               {supervisors, s.assign},
		"POST /api/cases/{case}/note":                 {supervisors, s.noteCase},
		"POST /api/cases/{case}/close":                {supervisors, s.closeCase},
		"POST /api/surveys":                           {receivers, s.rate},
		"POST /api/errors":                            {anyone, s.failed},
	} {
		mux.HandleFunc(pattern, s.api(route.may, route.does))
	}
	return mux
}
