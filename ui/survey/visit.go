package survey

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// whoseScreen asks which visit it is about: the ticket is scanned, its number typed, or there is none.
type whoseScreen struct {
	root       *fyne.Container
	scan       *widgets.Plate
	typed, any *widgets.Tile
}

func newWhoseScreen(f *Flow) *whoseScreen {
	w := &whoseScreen{scan: widgets.NewPlate()}
	w.typed = widgets.NewTile(func() {
		if f.takes(whose) {
			s := f.state
			s.step, s.typed = typing, ""
			f.enter(s)
		}
	})
	w.any = widgets.NewTile(func() {
		if f.takes(whose) {
			f.begin(Visit{})
		}
	})
	w.root = container.New(layout.Stage(w.place), w.scan, w.typed, w.any)
	layout.Show(w.scan, f.options.Scanner)
	return w
}

// place gives all three ways the same room.
func (w *whoseScreen) place(b layout.Box) {
	gap, target := layout.Size(fynetheme.SizeNameInnerPadding), layout.Size(theme.SizeNameTarget)
	shown := []fyne.CanvasObject{w.typed, w.any}
	if w.scan.Visible() {
		shown = append([]fyne.CanvasObject{w.scan}, shown...)
	}
	n := len(shown)
	height := min(b.Size.Height, float32(n)*2.1*target+float32(n-1)*gap)
	for i, cell := range b.Centred(b.Size.Width, height).Grid(1, n, gap) {
		cell.Put(shown[i])
	}
}

func (w *whoseScreen) say(s flow.Scene) {
	c := s.Words.Survey
	w.scan.Say(c.Scan, c.ScanMore)
	w.typed.SetOffer(widgets.Offer{Mark: "№", Name: c.Type, Detail: c.TypeMore})
	w.any.SetOffer(widgets.Offer{Mark: "☆", Name: c.None, Detail: c.NoneMore})
}

// typingScreen is where the number of a ticket is typed.
type typingScreen struct {
	root  *fyne.Container
	flow  *Flow
	entry *widgets.Entry
	pad   *widgets.Keypad
}

func newTypingScreen(f *Flow) *typingScreen {
	t := &typingScreen{flow: f, entry: widgets.NewEntry(widgets.Form{})}
	edit := func(change func(state) state) {
		if f.state.step == typing && !f.shell.Busy() {
			f.enter(change(f.state))
		}
	}
	t.pad = widgets.NewKeypad(widgets.Pad{
		Typed:  func(key rune) { edit(func(s state) state { return s.typeKey(key) }) },
		Delete: func() { edit(state.deleteKey) },
		Done: func() {
			if f.takes(typing) && f.state.typed != "" {
				f.find(Proof{Number: f.state.typed})
			}
		},
	})
	t.root = container.New(layout.Stage(t.place), t.entry, t.pad)
	return t
}

func (t *typingScreen) place(b layout.Box) {
	gap := layout.Size(fynetheme.SizeNameInnerPadding)
	entry := max(layout.Size(theme.SizeNameTarget)*0.8, 1.6*layout.Size(theme.SizeNameOffer))
	if b.Portrait() {
		part, rest := b.Top(entry*1.2, gap)
		part.Centred(min(part.Size.Width, 24*layout.Size(fynetheme.SizeNameText)), part.Size.Height).Put(t.entry)
		rest.Put(t.pad)
		return
	}
	part, rest := b.Left(b.Size.Width*0.3, gap)
	part.Centred(part.Size.Width, entry*1.2).Put(t.entry)
	rest.Put(t.pad)
}

func (t *typingScreen) say(s flow.Scene) {
	c := s.Words
	t.entry.SetHint(c.Survey.NumberHint)
	t.entry.SetText(t.flow.state.typed)
	t.pad.SetLetters(letters(t.flow.data.Letters))
	t.pad.SetWords(widgets.PadWords{Delete: c.Survey.Erase, Done: c.Survey.Find, Others: c.Survey.Others})
	t.pad.SetReady(t.flow.state.typed != "")
}

// letters are the keys of the pad besides the digits; without any known, the first ones of the alphabet, which is what
// services are called.
func letters(known string) string {
	if known == "" {
		return "ABCDEF"
	}
	return known
}

// refusedScreen says why a visit cannot be rated, and what to do instead.
type refusedScreen struct {
	flow                    *Flow
	notice                  *widgets.Notice
	another, without, leave *widgets.Button
}

func newRefusedScreen(f *Flow) *refusedScreen {
	r := &refusedScreen{flow: f}
	r.another = widgets.NewButton(widgets.Plain, func() {
		if f.takes(refused) {
			s := f.state
			s.step, s.typed = typing, ""
			f.enter(s)
		}
	})
	r.without = widgets.NewButton(widgets.Plain, func() {
		if f.takes(refused) {
			f.begin(Visit{})
		}
	})
	r.leave = widgets.NewButton(widgets.Plain, func() {
		if f.takes(refused) {
			f.shell.Leave()
		}
	})
	r.notice = widgets.NewNotice(r.another, r.without, r.leave)
	return r
}

func (r *refusedScreen) say(s flow.Scene) {
	c := s.Words.Survey
	m := widgets.Message{Meaning: widgets.Careful, Title: c.NoAnswer, Text: c.NoAnswerDo}
	another, without, leave := c.Another, c.None, s.Words.Shell.Home
	switch why := r.flow.state.why; {
	case errors.Is(why, ErrNoVisit):
		m.Title, m.Text = c.Unknown, c.UnknownDo
	case errors.Is(why, ErrRated):
		m.Title, m.Text, without = c.Rated, c.RatedDo, ""
	case errors.Is(why, ErrNotServed):
		m.Title, m.Text, without = c.NotServed, c.NotServedDo, ""
	}
	r.notice.Say(m)
	row := r.notice.Row()
	row.Button(0, another)
	row.Button(1, without)
	row.Button(2, leave)
}
