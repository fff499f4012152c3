package board

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// head is the band at the top: where one is, and what time it is.
type head struct {
	root                       *fyne.Container
	look                       *look
	area                       *canvas.Rectangle
	title, english             *widgets.Text
	clock, date, dateInEnglish *widgets.Text
}

func newHead(l *look) *head {
	white := fynetheme.ColorNameForegroundOnPrimary
	h := &head{look: l, area: canvas.NewRectangle(l.color(fynetheme.ColorNameHeaderBackground)),
		title:         l.text(sizeTitle, white, fyne.TextAlignLeading, true),
		english:       l.text(sizeSmall, white, fyne.TextAlignLeading, false),
		clock:         l.text(sizeClock, white, fyne.TextAlignTrailing, true),
		date:          l.text(sizeSmall, white, fyne.TextAlignTrailing, false),
		dateInEnglish: l.text(sizeSmall, white, fyne.TextAlignTrailing, false),
	}
	h.root = container.New(layout.Stage(h.place), h.area, h.title, h.english, h.clock, h.date, h.dateInEnglish)
	return h
}

func (h *head) place(b layout.Box) {
	b.Put(h.area)
	l := h.look
	b = b.Inset(l.units(36), l.units(10))
	clock, rest := b.Right(l.units(200), l.units(24))
	clock.Put(h.clock)
	date, title := rest.Right(l.units(360), l.units(24))
	for _, part := range []struct {
		box         layout.Box
		first, then *widgets.Text
	}{{title, h.title, h.english}, {date, h.date, h.dateInEnglish}} {
		upper, lower := part.box.Top(part.box.Size.Height*0.56, 0)
		upper.Put(part.first)
		lower.Put(part.then)
	}
}

func (h *head) show(s shown) {
	zh, en := both.zh, both.en
	h.title.SetText(s.Title.In(lang.Chinese))
	h.english.SetText(english(s.Title))
	if s.At.IsZero() {
		return
	}
	year, month, day := s.now.Date()
	weekday := int(s.now.Weekday())
	h.clock.SetText(s.now.Format("15:04"))
	h.date.SetText(zh.Date(year, int(month), day, weekday))
	h.dateInEnglish.SetText(en.Date(year, int(month), day, weekday))
}

// now is the call at present, as large as can be.
type now struct {
	root                     *fyne.Container
	look                     *look
	card                     card
	again                    *widgets.Text
	number, counter, english *widgets.Text
	calling                  bool
}

func newNow(l *look) *now {
	n := &now{look: l, card: newCard(l),
		again:  l.text(sizeHeading, fynetheme.ColorNamePlaceHolder, fyne.TextAlignTrailing, true),
		number: l.text(sizeNumber, fynetheme.ColorNamePrimary, fyne.TextAlignCenter, true),
		counter: widgets.NewText(widgets.Style{Size: sizeCounter, Least: 0.4, Lines: 2, Bold: true, Align: fyne.TextAlignCenter,
			Color: fynetheme.ColorNameForeground, Theme: l}),
		english: l.text(sizePlace, fynetheme.ColorNameForeground, fyne.TextAlignCenter, false),
	}
	n.root = container.New(layout.Stage(n.place), n.card.area, n.card.heading, n.again, n.number, n.counter, n.english)
	return n
}

func (n *now) place(b layout.Box) {
	l := n.look
	rest := n.card.place(l, b)
	heading, _ := b.Inset(l.units(24), l.units(10)).Top(l.units(50), 0)
	left, right := heading.Left(heading.Size.Width*0.6, l.units(20))
	left.Put(n.card.heading)
	right.Put(n.again)
	number, rest := rest.Top(min(rest.Size.Height*0.62, l.units(380)), 0)
	english, counter := rest.Bottom(l.units(70), 0)
	number.Put(n.number)
	counter.Put(n.counter)
	english.Put(n.english)
}

// show shows the call that is being announced; else the newest, quietly.
func (n *now) show(s shown) {
	call, any := s.newest()
	n.light(s.turn != nil)
	heading := lang.Both(both.zh.Latest, both.en.Latest)
	if s.turn != nil {
		call, any = s.turn.Call, true
		heading = lang.Both(both.zh.Calling, both.en.Calling)
	}
	if !any {
		n.card.heading.SetText("")
		n.again.SetText("")
		n.number.SetText("")
		n.counter.SetText(both.zh.Nobody)
		n.english.SetText(both.en.Nobody)
		return
	}
	again := ""
	if call.Again {
		again = lang.Both(both.zh.Again, both.en.Again)
	}
	n.card.heading.SetText(heading)
	n.again.SetText(again)
	n.number.SetText(call.Number)
	n.counter.SetText("→ " + call.Names.In(lang.Chinese))
	n.english.SetText(english(call.Names))
}

// light gives the card the colour of a call that is being announced, or that of one that was.
func (n *now) light(on bool) {
	if on == n.calling {
		return
	}
	n.calling = on
	area, number, text, small := fynetheme.ColorNameButton, fynetheme.ColorNamePrimary, fynetheme.ColorNameForeground, fynetheme.ColorNamePlaceHolder
	if on {
		white := fynetheme.ColorNameForegroundOnPrimary
		area, number, text, small = fynetheme.ColorNamePrimary, white, white, white
	}
	n.card.area.FillColor = n.look.color(area)
	n.card.area.Refresh()
	n.number.SetColor(number)
	for _, t := range []*widgets.Text{n.counter, n.english} {
		t.SetColor(text)
	}
	for _, t := range []*widgets.Text{n.card.heading, n.again} {
		t.SetColor(small)
	}
}

// newest is the last call that was not taken back.
func (s Snapshot) newest() (Call, bool) {
	if calls := s.listed(1); len(calls) > 0 {
		return calls[0], true
	}
	return Call{}, false
}

// listed are the last calls, newest first, each number once, without those taken back.
func (s Snapshot) listed(most int) []Call {
	var calls []Call
	seen := map[string]bool{}
	for _, c := range s.Calls {
		if len(calls) == most {
			break
		}
		if !c.Withdrawn && !seen[c.Number] {
			seen[c.Number] = true
			calls = append(calls, c)
		}
	}
	return calls
}

// foot is the band at the bottom: notices, one after another, and what is wrong with the board.
type foot struct {
	root          *fyne.Container
	look          *look
	area          *canvas.Rectangle
	notice, state *widgets.Text
	wrong         bool
}

func newFoot(l *look) *foot {
	f := &foot{look: l, area: canvas.NewRectangle(l.color(fynetheme.ColorNameHeaderBackground)),
		notice: widgets.NewText(widgets.Style{Size: sizeNotice, Least: 0.4, Lines: 2, Color: fynetheme.ColorNameForegroundOnPrimary, Theme: l}),
		state: widgets.NewText(widgets.Style{Size: sizeHeading, Least: 0.4, Lines: 2, Bold: true, Align: fyne.TextAlignTrailing,
			Color: fynetheme.ColorNameWarning, Theme: l}),
	}
	f.root = container.New(layout.Stage(f.place), f.area, f.notice, f.state)
	return f
}

func (f *foot) place(b layout.Box) {
	b.Put(f.area)
	b = b.Inset(f.look.units(36), f.look.units(8))
	if !f.wrong {
		b.Put(f.notice)
		layout.Box{At: b.At}.Put(f.state)
		return
	}
	state, notice := b.Right(b.Size.Width*0.5, f.look.units(24))
	state.Put(f.state)
	notice.Put(f.notice)
}

func (f *foot) show(s shown) {
	notice, state := "", ""
	if len(s.Notices) > 0 {
		notice = names(s.Notices[s.page%len(s.Notices)])
	}
	if s.mute {
		state = lang.Both(both.zh.NoVoice, both.en.NoVoice)
	}
	if !s.Lost.IsZero() {
		clock := s.Lost.Format("15:04")
		state = lang.Both(both.zh.Lost(clock), both.en.Lost(clock))
	}
	f.notice.SetText(notice)
	f.state.SetText(state)
	if wrong := state != ""; wrong != f.wrong {
		f.wrong = wrong
		f.root.Refresh()
	}
}
