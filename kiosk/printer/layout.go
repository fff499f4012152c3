package printer

import (
	"fmt"
	"strings"
	"time"

	"stationkeeper/kiosk/printer/escpos"
	"stationkeeper/kiosk/printer/slip"
)

// Sizes of what is on a ticket: of text in lines, of the QR code in millimetres. The number is as large as the paper
// allows.
const (
	numberSize  = 6
	serviceSize = 2
	codeSize    = 24
)

// layout is what stands on a job's paper, from top to bottom.
func (p *Printer) layout(job Job) slip.Slip {
	t := job.Ticket
	languages := languages(t.Languages)
	s := p.head(t, languages)
	if job.Copy > 1 {
		for _, l := range languages {
			s = append(s, slip.Text{Words: catalogue[l].copyMark(job.Copy), Size: serviceSize, Bold: true, Align: escpos.Center})
		}
		s = append(s, slip.Rule{})
	}
	s = append(s,
		slip.Text{Words: inAll(languages, " · ", func(w words) string { return w.number }), Align: escpos.Center},
		slip.Text{Words: t.Number, Size: numberSize, Bold: true, Align: escpos.Center})
	for i, l := range languages {
		name := catalogue[l].name(t.Service)
		if i > 0 && name == catalogue[languages[0]].name(t.Service) {
			continue // it has one name in both
		}
		s = append(s, slip.Text{Words: name, Size: serviceSize - i, Bold: true, Align: escpos.Center})
	}
	s = append(s, slip.Rule{})
	for _, l := range languages {
		s = append(s, t.facts(catalogue[l])...)
	}
	s = append(s, slip.Pair{Left: catalogue[languages[0]].taken, Right: t.At.Format("2006-01-02 15:04")})
	return append(s, t.foot(languages)...)
}

// languages are those of a ticket, Chinese alone when there are none.
func languages(wanted []Language) []Language {
	var known []Language
	for _, l := range wanted {
		if _, ok := catalogue[l]; ok {
			known = append(known, l)
		}
	}
	if len(known) == 0 {
		return []Language{Chinese}
	}
	return known
}

// inAll says something in all languages, one after another.
func inAll(languages []Language, between string, say func(words) string) string {
	var all []string
	for _, l := range languages {
		all = append(all, say(catalogue[l]))
	}
	return strings.Join(all, between)
}

func (p *Printer) head(t Ticket, languages []Language) slip.Slip {
	var s slip.Slip
	if p.logo != nil {
		s = append(s, slip.Picture{Bits: p.logo})
	}
	for i, l := range languages {
		name := catalogue[l].name(t.Station)
		if name != "" && (i == 0 || name != catalogue[languages[0]].name(t.Station)) {
			s = append(s, slip.Text{Words: name, Bold: true, Align: escpos.Center})
		}
	}
	if len(s) > 0 {
		s = append(s, slip.Rule{})
	}
	return s
}

// facts are what the ticket promises, in one language.
func (t Ticket) facts(w words) slip.Slip {
	var s slip.Slip
	switch {
	case t.Ahead > 0:
		s = append(s, slip.Pair{Left: w.ahead, Right: w.people(t.Ahead), Bold: true})
	case t.Ahead == 0:
		s = append(s, slip.Text{Words: w.next, Bold: true})
	}
	if t.High > 0 {
		low, high := minutes(t.Low, t.High)
		s = append(s, slip.Pair{Left: w.wait, Right: w.minutes(low, high), Bold: true})
	}
	if !t.Booked.IsZero() {
		s = append(s, slip.Pair{Left: w.booked, Right: t.Booked.In(t.At.Location()).Format("15:04"), Bold: true})
	}
	return s
}

func (t Ticket) foot(languages []Language) slip.Slip {
	var s slip.Slip
	if t.Page != "" && len(t.Page) <= escpos.MaxQR {
		s = append(s, slip.Space{Lines: 1}, slip.QR{Content: t.Page, MM: codeSize}, slip.Space{Lines: 1})
		for _, l := range languages {
			s = append(s, slip.Text{Words: catalogue[l].page, Align: escpos.Center})
		}
	}
	if t.Notice == (Names{}) {
		return s
	}
	s = append(s, slip.Rule{})
	for i, l := range languages {
		notice := catalogue[l].name(t.Notice)
		if i == 0 || notice != catalogue[languages[0]].name(t.Notice) {
			s = append(s, slip.Text{Words: notice, Align: escpos.Center})
		}
	}
	return s
}

// testPage shows all that a ticket may have: both languages, every size, the paper's edges, a QR code.
func (p *Printer) testPage(at time.Time) slip.Slip {
	both := []Language{Chinese, English}
	s := slip.Slip{}
	if p.logo != nil {
		s = append(s, slip.Picture{Bits: p.logo})
	}
	text := TextGB18030
	if p.options.Text == TextRaster {
		text = TextRaster
	}
	s = append(s,
		slip.Text{Words: inAll(both, " · ", func(w words) string { return w.test }), Bold: true, Align: escpos.Center},
		slip.Rule{},
		slip.Pair{Left: "L", Right: "R"},
		slip.Pair{Left: p.address.kind, Right: p.address.at},
		slip.Pair{Left: text, Right: fmt.Sprintf("%d dots", p.address.dots)},
		slip.Pair{Left: at.Format("2006-01-02"), Right: at.Format("15:04:05")},
		slip.Rule{})
	for _, l := range both {
		s = append(s, slip.Text{Words: catalogue[l].sentence}, slip.Text{Words: catalogue[l].sentence, Bold: true})
	}
	for size := 2; size <= numberSize; size += 2 {
		s = append(s, slip.Text{Words: "A012", Size: size, Bold: true, Align: escpos.Center})
	}
	return append(s, slip.Space{Lines: 1}, slip.QR{Content: "stationkeeper " + at.Format(time.RFC3339), MM: codeSize}, slip.Rule{})
}
