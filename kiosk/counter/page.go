package counter

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

//go:embed pages
var files embed.FS

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

// assets are the styles and the scripts.
func assets() http.Handler {
	// The folder is embedded: it is there.
	folder, err := fs.Sub(files, "pages/assets")
	if err != nil {
		panic(err)
	}
	return http.StripPrefix("/assets/", http.FileServerFS(folder))
}

// page is what every page is filled with.
type page struct {
	language
	Style, Module string // files in the assets
	Path          string // of the page, to come back to
	Name          string // of the counter, "" on pages that are not one's
	Offered       string // its services, in words
	Why           string // one is sent here, in words
	Guarded       bool   // people log in
	// Supervises and Receives say which further pages who asks may see; Desk is the path of their own counter.
	Supervises, Receives bool
	Desk                 string
	Services             []choice
	Counters             []choice
	Classes              []choice
	Outcomes             []choice
	Owners               []choice // of cases
	Ask                  string   // key of what the dialog does that is being written
	Data                 data
}

// choice is a counter, service, class or outcome to choose.
type choice struct {
	ID, Name, Path, Services string
	// Number is the ticket that the counter has; "" for none.
	Number string
}

// data is what the page's script begins with.
type data struct {
	Words   map[string]string            `json:"words"`
	Names   map[string]map[string]string `json:"names"` // of services, counters, classes and outcomes, by id
	Counter string                       `json:"counter"`
	Guarded bool                         `json:"guarded"`
	Recalls int                          `json:"recalls"`
	Page    string                       `json:"page"` // what reports of errors call it
	Zone    zone                         `json:"zone"`
}

// zone is the station's time of day: Offset seconds ahead of UTC until Until, then Next. Until is null when it never
// changes.
type zone struct {
	Offset int        `json:"offset"`
	Until  *time.Time `json:"until"`
	Next   int        `json:"next"`
}

func zoneAt(now time.Time) zone {
	_, offset := now.Zone()
	z := zone{Offset: offset, Next: offset}
	if _, until := now.ZoneBounds(); !until.IsZero() {
		z.Until = &until
		_, z.Next = until.Zone()
	}
	return z
}

// For templates.

func (p page) Lang() string { return p.tag() }

func (p page) OtherLang() string { other, _ := p.other(); return other.tag() }

func (p page) OtherName() string { _, name := p.other(); return name }

func (p page) LanguagePath() string {
	other, _ := p.other()
	return "/language/" + string(other) + "?back=" + url.QueryEscape(p.Path)
}

func (p page) Say(key string) (string, error) { return p.say(key) }

func (p page) Minutes(n int) (string, error) { return p.count("minutes", n) }

func (p page) After(n int) (string, error) { return p.count("return.after", n) }

// To is the page as a dialog's end sees it.
func (p page) To(ask string) page { p.Ask = ask; return p }

func (p page) Digits() []string { return strings.Split("123456789", "") }

func (p page) HoldReasons() []string { return []string{"form", "papers", "phone", "cash", "left-desk"} }

func (p page) PauseReasons() []string {
	return []string{"break", "meal", "back-office", "meeting", "fault"}
}

func (p page) Reminders() []int { return []int{5, 10, 15, 30} } // minutes

func (p page) Places() []int { return []int{1, 3, 5} }

func counterPath(id string) string { return "/counters/" + url.PathEscape(id) }

// page is one filled with what all need, for whoever asks.
func (s *server) page(r *http.Request, style, module string) page {
	p := page{language: languageOf(r), Style: style, Module: module, Path: r.URL.Path}
	if who, ok := s.door.who(r); ok {
		p.Guarded, p.Supervises, p.Receives = !who.free, supervisors.allows(who), receivers.allows(who)
		if who.Counter != "" {
			p.Desk = counterPath(who.Counter)
		}
	}
	s.fill(&p)
	p.Data = data{Words: words(p.language), Guarded: p.Guarded, Recalls: s.recalls(), Zone: s.zone(), Page: style, Names: map[string]map[string]string{
		"services": names(p.Services), "counters": names(p.Counters), "classes": names(p.Classes), "outcomes": names(p.Outcomes),
	}}
	return p
}

// fill says what there is to choose.
func (s *server) fill(p *page) {
	snapshot := s.Hall.Snapshot().Queue
	for _, service := range snapshot.Services {
		p.Services = append(p.Services, choice{ID: service.ID, Name: p.of(web.Named(s.Services, service.ID))})
	}
	for _, c := range snapshot.Counters {
		choice := choice{ID: c.ID, Name: p.of(web.Named(s.Counters, c.ID)), Path: counterPath(c.ID), Services: s.served(c, snapshot.Services, p.language)}
		if c.Ticket != nil {
			choice.Number = c.Ticket.Number
		}
		p.Counters = append(p.Counters, choice)
	}
	for _, class := range s.Rules.Classes {
		p.Classes = append(p.Classes, choice{ID: class.ID, Name: p.of(web.Named(s.Classes, class.ID))})
	}
	for _, id := range s.Rules.Outcomes {
		p.Outcomes = append(p.Outcomes, choice{ID: id, Name: p.of(web.Named(s.Outcomes, id))})
	}
}

// recalls is how often a customer may be called again; 3 where the rules leave it open, as the queue has it.
func (s *server) recalls() int { return cmp.Or(s.Rules.Recalls, 3) }

// zone is that of the rules; without one, of the hall's clock.
func (s *server) zone() zone {
	now := s.Hall.Now()
	if s.Rules.Calendar.Zone != nil {
		now = now.In(s.Rules.Calendar.Zone)
	}
	return zoneAt(now)
}

func names(choices []choice) map[string]string {
	found := make(map[string]string, len(choices))
	for _, c := range choices {
		found[c.ID] = c.Name
	}
	return found
}

// front is where everybody begins: a page for logging in, or to choose a counter where nobody logs in. Who has logged in
// is sent to the page they work with.
func (s *server) front(w http.ResponseWriter, r *http.Request) {
	who, ok := s.door.who(r)
	switch {
	case !ok:
		p := s.page(r, "login", "login")
		if r.URL.Query().Get("why") == "session" {
			p.Why = catalogue["why.session"].in(p.language)
		}
		s.show(w, http.StatusOK, "login.html", p)
	case who.free:
		s.show(w, http.StatusOK, "choose.html", s.page(r, "login", ""))
	default:
		http.Redirect(w, r, who.home(), http.StatusSeeOther)
	}
}

// supervisor is the page with the whole hall.
func (s *server) supervisor(w http.ResponseWriter, r *http.Request) {
	p := s.page(r, "supervisor", "supervisor")
	p.Owners = s.owners(p.language)
	p.Data.Names["owners"] = names(p.Owners)
	p.Data.Names["reasons"] = s.reasonNames(p.language)
	p.Data.Names["topics"], p.Data.Names["details"] = s.topicNames(p.language)
	s.show(w, http.StatusOK, "supervisor.html", p)
}

// reception is the page that gives tickets by hand.
func (s *server) reception(w http.ResponseWriter, r *http.Request) {
	s.show(w, http.StatusOK, "reception.html", s.page(r, "reception", "reception"))
}

// clerk is the screen of a counter.
func (s *server) clerk(w http.ResponseWriter, r *http.Request) {
	p := s.page(r, "desk", "desk")
	for _, c := range p.Counters {
		if c.ID != r.PathValue("counter") {
			continue
		}
		p.Name, p.Offered, p.Data.Counter = c.Name, c.Services, c.ID
		s.show(w, http.StatusOK, "desk.html", p)
		return
	}
	p = s.page(r, "login", "")
	p.Path = "/"
	s.show(w, http.StatusNotFound, "unknown.html", p)
}

// served names the services of a counter.
func (s *server) served(c queue.CounterView, services []queue.ServiceView, l language) string {
	var names []string
	for _, service := range services {
		if c.Serves(service.ID) {
			names = append(names, l.of(web.Named(s.Services, service.ID)))
		}
	}
	if len(names) == len(services) {
		return catalogue["all-services"].in(l)
	}
	return strings.Join(names, " · ")
}

func (s *server) show(w http.ResponseWriter, status int, name string, p page) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, p); err != nil {
		s.Log.Error("page could not be made", "page", name, "error", err)
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", p.Lang())
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // a client that has gone needs no page
}
