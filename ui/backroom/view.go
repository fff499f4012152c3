package backroom

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// view is everything there is to see: the steps, of which one is shown.
type view struct {
	root        *fyne.Container
	steps       map[step]fyne.CanvasObject
	number, pin *widgets.Typing
	home        *homeStep
	tickets     *ticketsStep
	lines       *logStep
	refused     *widgets.Notice
	sure        *widgets.Notice
	done        *widgets.Notice
}

func newView(f *Flow, letters string) *view {
	pad := func(letters string) widgets.Pad {
		return widgets.Pad{
			Letters: letters,
			Typed:   func(char rune) { f.to(f.state.key(char)) },
			Delete:  func() { f.to(f.state.erased()) },
			Done:    f.enter,
		}
	}
	button := func(kind widgets.Kind, tapped func()) *widgets.Button { return widgets.NewButton(kind, tapped) }
	v := &view{
		number:  widgets.NewTyping(widgets.Form{}, pad(letters)),
		pin:     widgets.NewTyping(widgets.Form{Masked: true}, pad("")),
		home:    newHomeStep(f),
		tickets: newTicketsStep(func(t Ticket) { f.want(Reprint, t) }, f.shell.Changed),
		lines:   newLogStep(f.shell.Changed),
		refused: widgets.NewNotice(button(widgets.Primary, func() { f.Back() }), button(widgets.Plain, func() { f.shell.Leave() })),
		sure:    widgets.NewNotice(button(widgets.Primary, func() { f.Back() }), button(widgets.Plain, f.do)),
		done:    widgets.NewNotice(button(widgets.Primary, func() { f.Back() })),
	}
	v.steps = map[step]fyne.CanvasObject{number: v.number.Root, pin: v.pin.Root, refused: v.refused.Root, home: v.home.root,
		tickets: v.tickets.root, lines: v.lines.root, sure: v.sure.Root, done: v.done.Root}
	v.root = container.NewStack()
	for at := number; at <= done; at++ {
		v.steps[at].Hide()
		v.root.Add(v.steps[at])
	}
	return v
}

// begin forgets who was there.
func (v *view) begin() {
	v.number.Set("", false)
	v.pin.Set("", false)
	v.number.Pad.Begin()
	v.tickets.begin()
	v.lines.begin()
}

func (v *view) draw(s state, scene flow.Scene) {
	c := scene.Words.Backroom
	pad := widgets.PadWords{Delete: c.Delete, Done: c.Done, Others: c.OtherKey}
	v.number.Set(s.number, s.enough())
	v.pin.Set(s.pin.reveal(), s.enough())
	switch s.step {
	case number:
		v.number.Say(widgets.TypingWords{Label: c.NumberLabel, Note: c.NumberNote, Pad: pad})
	case pin:
		v.pin.Say(widgets.TypingWords{Label: c.PINLabel, Note: c.PINNote, Pad: pad})
	case refused:
		v.drawRefused(s, c)
	case home:
		v.home.say(s, scene)
	case tickets:
		v.tickets.say(s.status, scene)
	case lines:
		v.lines.say(s.status, scene)
	case sure:
		v.sure.Row().Button(0, c.No)
		v.sure.Row().Button(1, c.Yes)
		title, text := asked(s, c)
		v.sure.Say(widgets.Message{Meaning: widgets.Careful, Title: title, Text: text})
	case done:
		v.done.Row().Button(0, c.OK)
		title, text := went(s, c)
		meaning := widgets.Fine
		if s.went != fine {
			meaning = widgets.Careful
		}
		v.done.Say(widgets.Message{Meaning: meaning, Title: title, Text: text})
	}
	for at, root := range v.steps {
		layout.Show(root, at == s.step)
	}
}

func (v *view) drawRefused(s state, c lang.BackroomWords) {
	again := c.Again
	if !s.until.IsZero() {
		again = ""
	}
	v.refused.Row().Button(0, again)
	v.refused.Row().Button(1, c.Home)
	title, text := why(s, c)
	v.refused.Say(widgets.Message{Meaning: widgets.Careful, Title: title, Text: text})
}

// why is why somebody was not let in.
func why(s state, c lang.BackroomWords) (title, text string) {
	if s.until.IsZero() {
		return c.Denied, c.DeniedDo
	}
	return c.TooMany, c.TooManyDo(s.until.Format("15:04:05"))
}

// asked is what is asked once more.
func asked(s state, c lang.BackroomWords) (title, text string) {
	switch s.act.Kind {
	case Paper:
		return c.SureRoll, c.SureRollMore
	case Restart:
		return c.SureRestart, c.SureRestartMore
	case ShutDown:
		return c.SureShutDown, c.SureShutDownMore
	}
	return c.SureLeave, c.SureLeaveMore
}

// went is how it went.
func went(s state, c lang.BackroomWords) (title, text string) {
	switch {
	case s.went == denied:
		return c.NotAllowed, c.NotAllowedMore
	case s.went == failed:
		return c.NotDone, c.NotDoneMore
	}
	switch s.act.Kind {
	case Paper:
		return c.RollNoted, c.RollNotedMore
	case Reprint:
		return c.Reprinted(s.of.Number), c.ReprintedMore
	case TestPrint:
		return c.TestPrinted, c.TestPrintedMore
	case SoundTest:
		return c.Sounded, c.SoundedMore
	}
	return c.Stopping, c.StoppingMore
}

func heading(s state, scene flow.Scene) (large, small string) {
	c := scene.Words.Backroom
	switch s.step {
	case home:
		return c.Hello(s.clerk.Name), s.status.At.Format("2006-01-02 15:04:05")
	case tickets:
		return c.Tickets, c.TicketsSmall
	case lines:
		return c.LogTitle, c.LogSmall
	}
	return c.Title, c.TitleSmall
}

// spoken is what is on the screen, as whole sentences.
func spoken(s state, scene flow.Scene) string {
	c := scene.Words.Backroom
	say := func(parts ...string) string { return lang.Aloud(scene.Language, parts...) }
	switch s.step {
	case number:
		return say(c.Title, c.NumberNote)
	case pin:
		return say(c.PINNote)
	case refused:
		return say(why(s, c))
	case home:
		parts := []string{c.Hello(s.clerk.Name)}
		for _, r := range report(s, scene) {
			parts = append(parts, r.label+" "+r.value)
		}
		return say(parts...)
	case tickets:
		return say(c.Tickets, c.TicketsSmall)
	case lines:
		return say(c.LogTitle, c.LogSmall)
	case sure:
		title, text := asked(s, c)
		return say(title, text, c.No, c.Yes)
	}
	return say(went(s, c))
}
