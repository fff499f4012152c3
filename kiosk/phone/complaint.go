package phone

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/cases"
)

// complaintPage is the page to write on.
type complaintPage struct {
	frame
	Kinds  []choice
	Topics []topicView
	// Text and Phone are what was typed. Most is how many characters a text may have.
	Text, Phone string
	Most        int
}

type topicView struct {
	choice
	Details []choice
}

// written is what a form holds, as it was typed.
type written struct {
	kind, topic string
	details     []string // of the topic chosen
	all         []string // also those of others, as "topic/detail"
	text, phone string
}

func (p *Pages) askComplaint(w http.ResponseWriter, r *http.Request) {
	l := languageOf(r)
	if _, ok := p.token(w, r, l); ok {
		p.showComplaint(w, http.StatusOK, l, written{}, newRequest(), nil)
	}
}

// token checks that of the address. When it is not good, the page has said so.
func (p *Pages) token(w http.ResponseWriter, r *http.Request, l words) (until time.Time, ok bool) {
	until, err := p.Tokens.check(r.PathValue("token"), p.Hall.Now())
	switch {
	case errors.Is(err, errExpired):
		p.say(w, http.StatusGone, l, message{Heading: l.Expired, Text: l.ExpiredDo})
	case err != nil:
		p.say(w, http.StatusNotFound, l, message{Heading: l.Expired, Text: l.ExpiredDo})
	}
	return until, err == nil
}

func (p *Pages) takeComplaint(w http.ResponseWriter, r *http.Request) {
	l, ok := p.form(w, r)
	if !ok {
		return
	}
	until, ok := p.token(w, r, l)
	if !ok {
		return
	}
	form, request := readComplaint(r), requestOf(r)
	if r.PostForm.Get("switch") != "" {
		p.showComplaint(w, http.StatusOK, l, form, request, nil)
		return
	}
	if problems := form.problems(l); problems != nil {
		p.showComplaint(w, http.StatusUnprocessableEntity, l, form, request, problems)
		return
	}
	giveBack, err := p.Tokens.take(r.PathValue("token"), request, until, p.Hall.Now())
	if err != nil {
		p.say(w, http.StatusTooManyRequests, l, message{Heading: l.UsedUp, Text: l.UsedUpDo})
		return
	}
	opened, err := p.Hall.File(r.Context(), cases.File{Request: request, Kind: form.kind, Topic: form.topic, Details: form.details,
		Text: form.text, Phone: digits(form.phone), Channel: record.ChannelTelephone, Language: l.Code})
	if err != nil {
		giveBack()
		p.notFiled(w, l, form, request, err)
		return
	}
	m := message{Heading: l.Filed, Text: l.FiledWhy, Link: "?lang=" + l.Code, LinkText: l.Again}
	p.receipt(&m, opened, l)
	p.say(w, http.StatusOK, l, m)
}

// notFiled shows the form again, and why.
func (p *Pages) notFiled(w http.ResponseWriter, l words, form written, request string, err error) {
	switch {
	case errors.Is(err, cases.ErrRequestReused): // the form was sent, changed, and sent again: that is another wish
		p.showComplaint(w, http.StatusConflict, l, form, newRequest(), []problem{{"main", l.Filed + " — " + l.Again}})
	case errors.Is(err, cases.ErrMalformed) || errors.Is(err, cases.ErrTopic):
		p.showComplaint(w, http.StatusUnprocessableEntity, l, form, request, []problem{{"main", l.Misread}})
	default:
		p.Log.Error("what a customer wrote was not written down", "error", err)
		p.showComplaint(w, http.StatusServiceUnavailable, l, form, request, []problem{{"main", l.Trouble}})
	}
}

// receipt adds to a page the number of the case that was opened, if one was.
func (p *Pages) receipt(m *message, opened cases.Case, l words) {
	if opened.ID == "" {
		return
	}
	m.Number = opened.Number
	m.Due = strings.ReplaceAll(l.Due, "{time}", p.clock(opened.Deadline, l))
}

// readComplaint reads a form. Details of topics that are not chosen were only looked at.
func readComplaint(r *http.Request) written {
	f := written{kind: r.PostForm.Get("kind"), topic: r.PostForm.Get("topic"), all: r.PostForm["detail"],
		text: plain(r.PostForm.Get("text")), phone: strings.TrimSpace(r.PostForm.Get("phone"))}
	for _, detail := range f.all {
		if topic, id, _ := strings.Cut(detail, "/"); topic == f.topic && id != "" && !slices.Contains(f.details, id) {
			f.details = append(f.details, id)
		}
	}
	return f
}

// plain is a text with the line ends that we keep, and without what nobody sees.
func plain(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

// digits are those of a telephone number as people write it: with blanks, hyphens, brackets, and a plus in front.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -–()（）.·/", r) {
			return -1
		}
		if r >= '０' && r <= '９' { // of a Chinese keyboard
			return r - '０' + '0'
		}
		return r
	}, strings.TrimLeft(phone, "+＋"))
}

// problems are what has to be mended first, in the order of the page.
func (f written) problems(l words) []problem {
	var found []problem
	add := func(wrong bool, field, text string) {
		if wrong {
			found = append(found, problem{field, text})
		}
	}
	length := utf8.RuneCountInString(f.text)
	number := digits(f.phone)
	add(l.Kinds[f.kind] == "", "kind", l.KindGone)
	add(f.kind == cases.Complaint && f.topic == "", "topic", l.TopicGone)
	add(f.kind != cases.Complaint && f.topic == "" && f.text == "", "text", l.TextGone)
	add(length > cases.MaxText, "text", strings.ReplaceAll(l.TextLong, "{n}", strconv.Itoa(length-cases.MaxText)))
	add(f.phone != "" && (len(number) < 5 || len(number) > 15 || strings.Trim(number, "0123456789") != ""), "phone", l.PhoneBad)
	return found
}

func (p *Pages) showComplaint(w http.ResponseWriter, status int, l words, f written, request string, problems []problem) {
	page := complaintPage{frame: p.frame(l, l.Write), Text: f.text, Phone: f.phone, Most: cases.MaxText}
	page.Problems, page.Request = problems, request
	for _, kind := range []string{cases.Complaint, cases.Suggestion, cases.Praise} {
		page.Kinds = append(page.Kinds, choice{kind, l.Kinds[kind], f.kind == kind})
	}
	for _, topic := range p.Topics {
		v := topicView{choice: choice{topic.ID, topic.Text.In(l.Code), f.topic == topic.ID}}
		for _, d := range topic.Details {
			value := topic.ID + "/" + d.ID
			v.Details = append(v.Details, choice{value, d.Text.In(l.Code), slices.Contains(f.all, value)})
		}
		page.Topics = append(page.Topics, v)
	}
	p.show(w, status, "complaint.html", page, l)
}
