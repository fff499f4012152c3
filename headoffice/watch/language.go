package watch

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// language is one of the two the pages speak.
type language string

const (
	chinese language = "zh"
	english language = "en"
)

// languages in the order in which the switch offers them; the first is the default.
var languages = []language{chinese, english}

// languageCookie keeps a visitor's choice.
const languageCookie = "language"

// parseLanguage returns the language of that name and whether there is one.
func parseLanguage(name string) (language, bool) {
	for _, l := range languages {
		if string(l) == name {
			return l, true
		}
	}
	return languages[0], false
}

// languageOf is the language a request asks for: its query, else its cookie, else the default.
func languageOf(r *http.Request) language {
	if l, ok := parseLanguage(r.URL.Query().Get("lang")); ok {
		return l
	}
	if c, err := r.Cookie(languageCookie); err == nil {
		l, _ := parseLanguage(c.Value)
		return l
	}
	return languages[0]
}

// Tag is the BCP 47 tag of the language.
func (l language) Tag() string {
	if l == chinese {
		return "zh-CN"
	}
	return "en"
}

// Name is the language's name for itself.
func (l language) Name() string { return l.t("language.name") }

// t is the text of that key, with args in the places of its verbs. A key nobody wrote stands for itself, so that
// a page is never empty where something is to be said.
func (l language) t(key string, args ...any) string {
	pair, ok := catalogue[key]
	if !ok {
		return key
	}
	text := pair.zh
	if l == english {
		text = pair.en
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// has reports whether the catalogue knows the key.
func (l language) has(key string) bool {
	_, ok := catalogue[key]
	return ok
}

// duration spells seconds the way people say them.
func (l language) duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0:
		return l.t("duration.hours", h, m)
	case m > 0 && s == 0:
		return l.t("duration.minutes", m)
	case m > 0:
		return l.t("duration.both", m, s)
	}
	return l.t("duration.seconds", s)
}

// place spells a point name for people: the parts the catalogue knows in words, the others as they are.
func (l language) place(point string) string {
	parts := strings.Split(point, "/")
	for i, part := range parts {
		if key := "place." + part; l.has(key) {
			parts[i] = l.t(key)
		}
	}
	return strings.Join(parts, " · ")
}
