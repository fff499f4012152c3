package checkin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// letters are those of the codes of bookings.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// view is everything there is to see: the steps, of which one is shown.
type view struct {
	root        *fyne.Container
	steps       map[step]fyne.CanvasObject
	ways        *waysStep
	phone, code *widgets.Typing
	choose      *chooseStep
	notice      *widgets.Notice
	again       *widgets.Button
	ordinary    *widgets.Button
}

func newView(f *Flow, scans bool) *view {
	pad := func(letters string) widgets.Pad {
		return widgets.Pad{
			Letters: letters,
			Typed:   func(char rune) { f.to(f.state.key(char)) },
			Delete:  func() { f.to(f.state.erased()) },
			Done:    f.enter,
		}
	}
	v := &view{
		ways:   newWaysStep(scans, func(to step) { f.to(f.state.way(to)) }),
		phone:  widgets.NewTyping(widgets.Form{Places: digitsAsked}, pad("")),
		code:   widgets.NewTyping(widgets.Form{}, pad(letters)),
		choose: newChooseStep(f.pick, func() { f.to(f.state.stopped(unknown)) }, f.shell.Changed),
		again: widgets.NewButton(widgets.Primary, func() {
			next, _ := f.state.anew()
			f.to(next)
		}),
		ordinary: widgets.NewButton(widgets.Plain, func() { f.shell.Leave() }),
	}
	v.notice = widgets.NewNotice(v.again, v.ordinary)
	v.steps = map[step]fyne.CanvasObject{ways: v.ways.root, phone: v.phone.Root, code: v.code.Root, choose: v.choose.root, answer: v.notice.Root}
	v.root = container.NewStack()
	for at := ways; at <= answer; at++ {
		v.steps[at].Hide()
		v.root.Add(v.steps[at])
	}
	return v
}

// begin forgets the customer before.
func (v *view) begin() {
	v.phone.Set("", false)
	v.code.Set("", false)
	v.code.Pad.Begin()
	v.choose.begin()
}

func (v *view) draw(s state, scene flow.Scene) {
	c := scene.Words.CheckIn
	pad := widgets.PadWords{Delete: c.Delete, Done: c.Done, Others: c.Letters}
	switch s.step {
	case ways:
		v.ways.say(c)
	case phone:
		v.phone.Say(widgets.TypingWords{Label: c.PhoneLabel, Note: c.PhoneNote, Pad: pad})
		v.phone.Set(s.typed, s.enough())
	case code:
		v.code.Say(widgets.TypingWords{Label: c.CodeLabel, Note: c.CodeNote, Pad: pad})
		v.code.Set(s.typed, s.enough())
	case choose:
		v.choose.say(s.choice, scene)
	case answer:
		v.notice.Row().Button(0, anew(s, c))
		v.notice.Row().Button(1, onward(s, c))
		title, text := said(s, scene)
		v.notice.Say(widgets.Message{Meaning: widgets.Careful, Title: title, Text: text})
	}
	for at, root := range v.steps {
		layout.Show(root, at == s.step)
	}
	if s.step != phone && s.step != code {
		v.phone.Set("", false)
		v.code.Set("", false)
	}
}

// anew is what the button for another attempt says; "" where there is none.
func anew(s state, c lang.CheckInWords) string {
	switch s.problem {
	case unknown, foreign, isTicket:
		return c.Again
	}
	return ""
}

// onward is what the button that leads home says: who cannot check in can take an ordinary ticket there.
func onward(s state, c lang.CheckInWords) string {
	switch s.problem {
	case used, isTicket, closed:
		return c.Home
	}
	return c.Ordinary
}

// said is why there is no ticket, and what to do instead.
func said(s state, scene flow.Scene) (title, text string) {
	c := scene.Words.CheckIn
	switch s.problem {
	case spent:
		return c.Spent, c.SpentDo
	case early:
		return c.Early, c.EarlyDo(scene.Words.Day(scene.At, s.from), s.from.Format("15:04"))
	case late:
		return c.Late, c.LateDo
	case used:
		return c.Used, c.UsedDo
	case cancelled:
		return c.Cancelled, c.CancelledDo
	case closed:
		return c.Closed, c.ClosedDo
	case isTicket:
		return c.IsTicket, c.IsTicketDo
	case foreign:
		return c.Foreign, c.ForeignDo
	}
	return c.Unknown, c.UnknownDo
}

func heading(s state, c lang.CheckInWords) (large, small string) {
	switch s.step {
	case phone:
		return c.TypePhone, c.Title
	case code:
		return c.TypeCode, c.Title
	case choose:
		return c.Choose, c.ChooseSmall
	case answer:
		return c.Title, ""
	}
	return c.Title, c.HowSmall
}

// spoken is what is on the screen, as whole sentences. What was typed is not read to the hall.
func (v *view) spoken(s state, scene flow.Scene) string {
	c := scene.Words.CheckIn
	switch s.step {
	case phone:
		return lang.Aloud(scene.Language, c.TypePhone, c.PhoneNote, c.SpokenTyped(len(s.typed)))
	case code:
		return lang.Aloud(scene.Language, c.TypeCode, c.CodeNote, c.SpokenTyped(len(s.typed)))
	case choose:
		return v.choose.spoken(c, scene.Language)
	case answer:
		title, text := said(s, scene)
		return lang.Aloud(scene.Language, title, text)
	}
	parts := []string{c.HowSmall, c.Phone, c.Code}
	if v.ways.scans {
		parts = append(parts, c.Scan, c.ScanMore)
	}
	return lang.Aloud(scene.Language, parts...)
}
