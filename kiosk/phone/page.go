package phone

import (
	"bytes"
	"crypto/rand"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"stationkeeper/kiosk/bilingual"
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
	return http.StripPrefix("/phone/assets/", http.FileServerFS(folder))
}

// frame is what all pages have.
type frame struct {
	Words words
	Place string // the station's name
	Title string
	// Problems are what is wrong with a form, each with the id of the field to go to.
	Problems []problem
	// Request names the customer's intent in a form.
	Request string
}

// problem is one thing that is wrong.
type problem struct{ Field, Text string }

// message is a page without a form.
type message struct {
	frame
	Heading, Text string
	// Number is that of a case, Due by when it is dealt with.
	Number, Due string
	// Link leads on, unless it is empty.
	Link, LinkText string
}

func (p *Pages) frame(l words, title string) frame {
	place := bilingual.Text{Zh: p.Title.Zh, En: p.Title.En}
	return frame{Words: l, Place: place.In(l.Code), Title: title}
}

func (p *Pages) show(w http.ResponseWriter, status int, name string, page any, l words) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, page); err != nil {
		p.Log.Error("page could not be made", "page", name, "error", err)
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", l.Tag)
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // a client that has gone needs no page
}

// say shows a page that only says something.
func (p *Pages) say(w http.ResponseWriter, status int, l words, m message) {
	m.frame = p.frame(l, m.Heading)
	p.show(w, status, "message.html", m, l)
}

// largest bounds a form, in bytes: a text of 1000 characters is at most 12 kB, and one far too long is sent back to be
// shortened.
const largest = 64 << 10

// form reads what was sent, and in which language to answer: that of the form, or the other when that was asked for.
func (p *Pages) form(w http.ResponseWriter, r *http.Request) (l words, ok bool) {
	l = languageOf(r)
	r.Body = http.MaxBytesReader(w, r.Body, largest)
	if err := r.ParseForm(); err != nil {
		p.say(w, http.StatusRequestEntityTooLarge, l, message{Heading: l.Mend, Text: l.TooLong})
		return l, false
	}
	for _, code := range []string{r.PostForm.Get("switch"), r.PostForm.Get("lang")} {
		if chosen, known := languages[code]; known {
			return chosen, true
		}
	}
	return l, true
}

// newRequest names an intent, never twice the same.
func newRequest() string { return "phone-" + strings.ToLower(rand.Text()) }

// requestOf is the name that the form had, or a new one.
func requestOf(r *http.Request) string {
	request := r.PostForm.Get("request")
	name, ours := strings.CutPrefix(request, "phone-")
	if !ours || len(name) > 40 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return newRequest()
	}
	return request
}

// clock is a deadline as customers read it: the midnight that ends a day is said to be its last minute.
func (p *Pages) clock(t time.Time, l words) string {
	if local := t.In(p.Zone); local.Hour() == 0 && local.Minute() == 0 {
		t = t.Add(-time.Minute)
	}
	if l.Code == bilingual.English {
		return t.In(p.Zone).Format("15:04 on 2 January 2006")
	}
	return t.In(p.Zone).Format("2006年1月2日 15:04")
}
