package counter

import (
	"net/http"
	"regexp"
	"sync"
	"time"
	"unicode/utf8"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/web"
)

// Bounds of what pages can write into the journal, whoever sends it.
const (
	faultText  = 500              // characters of each text
	faultEvery = 10 * time.Minute // between two records of the same error
	faultsKept = 30               // different errors in such a time; more are counted as one
	faultTimes = 10000            // that one report can count
)

// fault is an error in a page as a browser reports it.
type fault struct {
	Page, Message, Where, Browser string
}

// others stands for errors beyond those that are told apart.
var others = fault{Page: "counter", Message: "further errors in pages"}

// faults are the errors reported lately. It is safe for concurrent use.
type faults struct {
	mu    sync.Mutex
	known map[fault]*counted
}

// counted is how often an error came since it was last written down.
type counted struct {
	times   int
	written time.Time
}

func newFaults() *faults { return &faults{known: map[fault]*counted{}} }

// report takes in an error that came some times, and returns what is to be written down: the first time at once, and then
// how often it came again, every faultEvery.
func (f *faults) report(e fault, times int, now time.Time) []record.Entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.known[e]
	if c == nil && len(f.known) >= faultsKept {
		e = others
		c = f.known[e]
	}
	if c == nil {
		c = &counted{}
		f.known[e] = c
	}
	c.times += times
	if !c.written.IsZero() && now.Sub(c.written) < faultEvery {
		return nil
	}
	return []record.Entry{c.entry(e, now)}
}

// due returns what came again and has waited long enough, and forgets what did not come again.
func (f *faults) due(now time.Time) (entries []record.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for e, c := range f.known {
		switch {
		case now.Sub(c.written) < faultEvery:
		case c.times > 0:
			entries = append(entries, c.entry(e, now))
		default:
			delete(f.known, e)
		}
	}
	return entries
}

func (c *counted) entry(e fault, now time.Time) record.Entry {
	data := record.PageFailedData{Message: e.Message, Where: e.Where, Browser: e.Browser, Times: c.times}
	c.times, c.written = 0, now
	return record.NewEntry(record.PageFailed, e.Page, time.Time{}, data)
}

var pagePattern = regexp.MustCompile(`^[a-z][a-z-]{0,31}$`)

// failed writes down an error in a page's script. It needs no session: the page for logging in may fail too.
func (s *server) failed(w http.ResponseWriter, r *http.Request, _ actor) {
	var body struct {
		Page    string `json:"page"`
		Message string `json:"message"`
		Where   string `json:"where"`
		Times   int    `json:"times"`
	}
	if !read(w, r, &body) {
		return
	}
	if body.Page == "" {
		body.Page = "counter"
	}
	if !pagePattern.MatchString(body.Page) || body.Message == "" || body.Times < 0 {
		web.Refuse(w, http.StatusBadRequest, "malformed", "body: expected page in small letters, a message, and times from 1")
		return
	}
	e := fault{Page: body.Page, Message: cut(body.Message), Where: cut(body.Where), Browser: cut(r.UserAgent())}
	entries := s.faults.report(e, min(max(body.Times, 1), faultTimes), time.Now())
	if len(entries) > 0 {
		s.Log.Warn("error in a page", "page", e.Page, "message", e.Message, "where", e.Where, "browser", e.Browser)
		if err := s.Hall.Note(r.Context(), entries...); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	web.Answer(w, http.StatusAccepted, struct{}{})
}

// cut bounds a text from outside.
func cut(text string) string {
	if utf8.RuneCountInString(text) <= faultText {
		return text
	}
	return string([]rune(text)[:faultText])
}
