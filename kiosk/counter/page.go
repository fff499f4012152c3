package counter

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

//go:embed pages
var files embed.FS

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

// assets are the style and the script.
func assets() http.Handler {
	// The folder is embedded: it is there.
	folder, err := fs.Sub(files, "pages/assets")
	if err != nil {
		panic(err)
	}
	return http.StripPrefix("/assets/", http.FileServerFS(folder))
}

// page is what both pages are filled with.
type page struct {
	Words    words
	Name     string // of the counter, "" on the page that asks for one
	Counter  string // its id
	Services string // their names, in words
	Language string // where to change it
	Counters []choice
	Names    map[string]string // of the services, by id
}

// choice is a counter to choose.
type choice struct {
	Name, Path, Services string
	// Number is the ticket that it has; "" for none.
	Number string
}

func counterPath(id string) string { return "/counters/" + url.PathEscape(id) }

func (s *server) choose(w http.ResponseWriter, r *http.Request) {
	l := languageOf(r)
	p := page{Words: catalogue[l]}
	p.Language = "/language/" + p.Words.OtherLang
	snapshot := s.Hall.Snapshot().Queue
	for _, c := range snapshot.Counters {
		choice := choice{Name: l.of(web.Named(s.Counters, c.ID)), Path: counterPath(c.ID), Services: s.served(c, snapshot.Services, l)}
		if c.Ticket != nil {
			choice.Number = c.Ticket.Number
		}
		p.Counters = append(p.Counters, choice)
	}
	s.show(w, http.StatusOK, "choose.html", p)
}

func (s *server) clerk(w http.ResponseWriter, r *http.Request) {
	l := languageOf(r)
	snapshot := s.Hall.Snapshot().Queue
	for _, c := range snapshot.Counters {
		if c.ID != r.PathValue("counter") {
			continue
		}
		p := page{Words: catalogue[l], Name: l.of(web.Named(s.Counters, c.ID)), Counter: c.ID,
			Services: s.served(c, snapshot.Services, l), Names: map[string]string{}}
		p.Language = "/language/" + p.Words.OtherLang + "?counter=" + url.QueryEscape(c.ID)
		for _, service := range snapshot.Services {
			p.Names[service.ID] = l.of(web.Named(s.Services, service.ID))
		}
		s.show(w, http.StatusOK, "clerk.html", p)
		return
	}
	p := page{Words: catalogue[l]}
	p.Language = "/language/" + p.Words.OtherLang
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
		return catalogue[l].AllKinds
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
	w.Header().Set("Content-Language", p.Words.Lang)
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // a client that has gone needs no page
}
