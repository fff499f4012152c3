package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"stationkeeper/headoffice/store"
)

// pages are the templates, once for each language.
type pages map[language]*template.Template

func loadPages(a assets) (pages, error) {
	all := pages{}
	for _, l := range languages {
		t := template.New("pages").Funcs(template.FuncMap{"t": l.t, "asset": a.path, "rows": rowsUnder})
		if _, err := t.ParseFS(embedded, "templates/*.html"); err != nil {
			return nil, fmt.Errorf("watch: read templates: %w", err)
		}
		all[l] = t
	}
	return all, nil
}

// titled is rows of shares and what they are of.
type titled struct {
	Title string
	Rows  []shareView
}

func rowsUnder(title string, rows []shareView) titled { return titled{title, rows} }

// render executes one template. Only a template that does not fit its data can fail.
func (p pages) render(l language, name string, data any) (string, error) {
	var b bytes.Buffer
	if err := p[l].ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", name, err)
	}
	return b.String(), nil
}

// frame is what every page has around its view.
type frame struct {
	Language  language
	Languages []language
	// Path is where the page is, for the language switch to come back to.
	Path    string
	Build   string
	Version string
	Zone    string
	// Station is set on a station's page.
	Station string
	// Finder is the search for a ticket.
	Finder finder
	// Live is where the page's updates come from; empty on a page that never changes.
	Live string
	// Silence is after how many milliseconds without a word the page gives up on that and connects anew.
	Silence int64
	// Failing is whether head office's database takes nothing at the moment.
	Failing bool
	View    any
}

// finder looks for a ticket of a station by its number or id.
type finder struct{ Station, Query string }

// eye is how the visitor of this language sees now.
func (w *watch) eye(l language) eye { return eye{language: l, zone: w.Zone, now: w.Now()} }

func (w *watch) handlePages(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", w.showOverview)
	mux.HandleFunc("GET /stations/{station}", w.showStation)
	mux.HandleFunc("GET /stations/{station}/events", w.showEvents)
	mux.HandleFunc("GET /cases", w.showCases)
	mux.HandleFunc("GET /surveys", w.showSurveys)
	mux.HandleFunc("GET /stations/{station}/cases", w.showCases)
	mux.HandleFunc("GET /stations/{station}/cases/{case}", w.showCase)
	mux.HandleFunc("GET /stations/{station}/tickets", w.showTickets)
	mux.HandleFunc("GET /stations/{station}/tickets/{ticket}", w.showTicket)
	mux.HandleFunc("GET /language/{language}", switchLanguage)
	mux.HandleFunc("GET /", func(rw http.ResponseWriter, r *http.Request) {
		l := languageOf(r)
		w.show(rw, r, http.StatusNotFound, "problem", frame{Language: l, View: l.t("app.notfound")})
	})
}

func (w *watch) showOverview(rw http.ResponseWriter, r *http.Request) {
	l := languageOf(r)
	view, err := new(glance).refresh(r.Context(), w, w.eye(l), func(string) bool { return true })
	if err != nil {
		w.showFailure(rw, r, err)
		return
	}
	w.show(rw, r, http.StatusOK, "overview", frame{Language: l, Live: "/live?lang=" + string(l), View: view})
}

func (w *watch) showStation(rw http.ResponseWriter, r *http.Request) {
	l, id := languageOf(r), r.PathValue("station")
	view, err := w.drawStation(r.Context(), w.eye(l), id)
	if err != nil {
		w.showFailure(rw, r, err)
		return
	}
	w.show(rw, r, http.StatusOK, "station", frame{Language: l, Station: id,
		Live: "/live/stations/" + url.PathEscape(id) + "?lang=" + string(l), View: view})
}

// showFailure shows the page for an error of the store.
func (w *watch) showFailure(rw http.ResponseWriter, r *http.Request, err error) {
	l := languageOf(r)
	var ticket noTicket
	var gone noCase
	switch {
	case errors.As(err, &gone):
		w.show(rw, r, http.StatusNotFound, "problem", frame{Language: l, Station: gone.station, View: l.t("app.nocase", gone.name)})
	case errors.As(err, &ticket):
		w.show(rw, r, http.StatusNotFound, "problem", frame{Language: l, Station: ticket.station, View: l.t("app.noticket", ticket.ticket)})
	case errors.Is(err, store.ErrNotFound):
		w.show(rw, r, http.StatusNotFound, "problem", frame{Language: l, View: l.t("app.nostation", r.PathValue("station"))})
	case errors.Is(err, context.Canceled):
		// the visitor has gone
	default:
		w.Log.Error("draw page", "path", r.URL.Path, "err", err)
		w.show(rw, r, http.StatusServiceUnavailable, "problem", frame{Language: l, View: l.t("app.failed")})
	}
}

func (w *watch) show(rw http.ResponseWriter, r *http.Request, status int, page string, f frame) {
	f.Languages, f.Path, f.Build, f.Version = languages, pathOf(r), w.assets.build, w.Version
	f.Failing, f.Finder = w.Stats().Failing, finder{f.Station, strings.TrimSpace(r.URL.Query().Get("q"))}
	f.Silence = w.Heartbeat.Milliseconds() * 5 / 2
	f.Zone = zoneName(w.Now().In(w.Zone))
	html, err := w.pages.render(f.Language, page, f)
	if err != nil {
		w.Log.Error("draw page", "path", r.URL.Path, "err", err)
		http.Error(rw, f.Language.t("app.failed"), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("Vary", "Cookie")
	rw.WriteHeader(status)
	rw.Write([]byte(html))
}

// pathOf is where a page is, whatever language was asked for.
func pathOf(r *http.Request) string {
	query := r.URL.Query()
	query.Del("lang")
	return (&url.URL{Path: r.URL.Path, RawQuery: query.Encode()}).String()
}

// zoneName names a time zone by its offset, which says the same in every language.
func zoneName(t time.Time) string { return "UTC" + t.Format("-07:00") }

// switchLanguage keeps the choice in a cookie and goes back to the page it was made on.
func switchLanguage(rw http.ResponseWriter, r *http.Request) {
	l, ok := parseLanguage(r.PathValue("language"))
	if !ok {
		http.NotFound(rw, r)
		return
	}
	http.SetCookie(rw, &http.Cookie{Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil})
	http.Redirect(rw, r, localPath(r.URL.Query().Get("back")), http.StatusSeeOther)
}

// localPath returns a path of this server, or its root for anything that would lead elsewhere.
func localPath(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.ContainsRune(back, '\\') {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.Query().Encode()}).String()
}
