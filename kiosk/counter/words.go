package counter

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// language is one of the two that the pages speak.
type language string

const (
	chinese language = "zh"
	english language = "en"
)

// text is one thing that the pages say, in both languages. {name} stands for a value.
type text struct{ zh, en string }

// in is the text in a language.
func (t text) in(l language) string {
	if l == english {
		return t.en
	}
	return t.zh
}

// words are all texts in one language, for the pages' scripts.
func words(l language) map[string]string {
	all := make(map[string]string, len(catalogue))
	for key, t := range catalogue {
		all[key] = t.in(l)
	}
	return all
}

// say is a text, its values filled in. A key that the catalogue lacks is a mistake in a page, which is then not made.
func (l language) say(key string, values ...string) (string, error) {
	t, ok := catalogue[key]
	if !ok {
		return "", fmt.Errorf("no words for %q", key)
	}
	return strings.NewReplacer(values...).Replace(t.in(l)), nil
}

func (l language) count(key string, n int) (string, error) { return l.say(key, "{n}", strconv.Itoa(n)) }

// of picks a name in this language.
func (l language) of(n Name) string { return text{n.Zh, n.En}.in(l) }

// tag is the language's tag for documents (BCP 47).
func (l language) tag() string { return text{"zh-CN", "en"}.in(l) }

// other is the one to change to, and what it calls itself.
func (l language) other() (other language, itself string) {
	if l == english {
		return chinese, "中文"
	}
	return english, "English"
}

const languageCookie = "language"

func spoken(l language) bool { return l == chinese || l == english }

// languageOf is what the clerk chose, else the first of the two that the browser asks for, else Chinese.
func languageOf(r *http.Request) language {
	if cookie, err := r.Cookie(languageCookie); err == nil && spoken(language(cookie.Value)) {
		return language(cookie.Value)
	}
	for _, wanted := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(wanted)), "-")
		tag, _, _ = strings.Cut(tag, ";")
		if spoken(language(tag)) {
			return language(tag)
		}
	}
	return chinese
}

// speak keeps the choice of a language in a cookie, and goes back to the page that it was made at.
func (s *server) speak(w http.ResponseWriter, r *http.Request) {
	chosen := language(r.PathValue("language"))
	if !spoken(chosen) {
		http.NotFound(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: string(chosen), Path: "/", SameSite: http.SameSiteLaxMode,
		HttpOnly: true, Secure: r.TLS != nil, MaxAge: int(365 * 24 * time.Hour / time.Second)})
	http.Redirect(w, r, backTo(r.URL.Query().Get("back")), http.StatusSeeOther)
}

// backTo is a path of this site: what a request says about where it came from must not lead elsewhere.
func backTo(path string) string {
	if rest, ok := strings.CutPrefix(path, "/counters/"); ok {
		if id, err := url.PathUnescape(rest); err == nil {
			return counterPath(id)
		}
	}
	if path == "/supervisor" || path == "/reception" {
		return path
	}
	return "/"
}
