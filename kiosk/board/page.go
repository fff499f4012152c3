package board

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"stationkeeper/kiosk/web"
)

//go:embed pages
var files embed.FS

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

// assets are the styles and scripts.
func assets() http.Handler {
	// The folder is embedded: it is there.
	folder, err := fs.Sub(files, "pages/assets")
	if err != nil {
		panic(err)
	}
	return http.StripPrefix("/board/assets/", http.FileServerFS(folder))
}

// assetsVersion is another one whenever a page, style or script is.
func assetsVersion() string {
	sum := sha256.New()
	err := fs.WalkDir(files, "pages", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := files.ReadFile(path)
		sum.Write(text)
		return err
	})
	if err != nil { // the files are embedded: they can be read
		panic(err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// boardPage is what a television's page begins with.
type boardPage struct {
	Title   web.Name
	Words   boardWords
	Version string
	// After is the serial of the last call before the page was made: a television that remembers none begins there.
	After uint64
	Sound bool
}

// telephonePage is a ticket's page, readable without its script too.
type telephonePage struct {
	Title    string
	Words    telephoneWords
	Ticket   ticketAnswer
	Headline string
	Wait     string
	Service  string
	Rate     string // address of the questionnaire for the visit
	Unknown  bool
	Zone     *time.Location
}

// Clock is a time as it is shown.
func (p telephonePage) Clock(t time.Time) string { return t.In(p.Zone).Format("15:04") }

func (b *Board) show(w http.ResponseWriter, status int, name string, page any, l language) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, page); err != nil {
		b.Log.Error("page could not be made", "page", name, "error", err)
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(l))
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // a client that has gone needs no page
}

// languageOf is the one that the address asks for, else the first of the two that the browser does, else Chinese. It is
// kept nowhere but in the address.
func languageOf(r *http.Request) language {
	wanted := append(r.URL.Query()["lang"], strings.Split(r.Header.Get("Accept-Language"), ",")...)
	for _, tag := range wanted {
		tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), ";")
		tag, _, _ = strings.Cut(tag, "-")
		if _, ok := telephone[language(tag)]; ok {
			return language(tag)
		}
	}
	return chinese
}
