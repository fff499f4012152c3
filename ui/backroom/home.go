package backroom

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// rows is how many things are told of.
const rows = 6

// homeStep shows how things are, and what can be done.
type homeStep struct {
	root    *fyne.Container
	card    *widgets.Panel
	rows    [rows]*rowLine
	buttons []*homeButton
	shown   string // which buttons there are
}

// homeButton is something that can be done, where there is what it is for.
type homeButton struct {
	*widgets.Button
	text  func(c flow.Scene) string
	there func(s Status) bool
}

// rowLine is a sign, a label and a value.
type rowLine struct {
	fine, careful *widgets.Sign
	label, value  *widgets.Text
}

func newRowLine() *rowLine {
	return &rowLine{
		fine:    widgets.NewSign(widgets.Fine),
		careful: widgets.NewSign(widgets.Careful),
		label:   widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Least: 0.5, Color: fynetheme.ColorNameForeground, Bold: true, Lines: 2}),
		value:   widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Least: 0.5, Color: fynetheme.ColorNameForeground, Lines: 3}),
	}
}

func (l *rowLine) say(r row) {
	l.label.SetText(r.label)
	l.value.SetText(r.value)
	layout.Show(l.fine, r.state == Well)
	layout.Show(l.careful, r.state == Warned || r.state == Broken)
}

func (l *rowLine) place(b layout.Box) {
	gap := layout.Size(fynetheme.SizeNamePadding)
	sign, rest := b.Left(min(b.Size.Height, 1.5*layout.Size(fynetheme.SizeNameText)), gap)
	sign.Put(l.fine)
	sign.Put(l.careful)
	label, value := rest.Left(min(0.27*rest.Size.Width, 6*layout.Size(fynetheme.SizeNameText)), gap)
	label.Put(l.label)
	value.Put(l.value)
}

func newHomeStep(f *Flow) *homeStep {
	h := &homeStep{card: widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton, Rounded: true, Raised: true})}
	objects := []fyne.CanvasObject{h.card}
	for i := range h.rows {
		h.rows[i] = newRowLine()
		objects = append(objects, h.rows[i].fine, h.rows[i].careful, h.rows[i].label, h.rows[i].value)
	}
	h.buttons = homeButtons(f)
	for _, b := range h.buttons {
		objects = append(objects, b.Button)
	}
	h.root = container.New(layout.Stage(h.place), objects...)
	return h
}

func homeButtons(f *Flow) []*homeButton {
	always := func(Status) bool { return true }
	prints := func(s Status) bool { return s.Printer.State != Absent }
	sounds := func(s Status) bool { return s.Sound != Absent }
	does := func(k Kind) func() { return func() { f.want(k, Ticket{}) } }
	plain := func(tapped func(), there func(Status) bool, text func(s flow.Scene) string) *homeButton {
		return &homeButton{widgets.NewButton(widgets.Plain, tapped), text, there}
	}
	return []*homeButton{
		plain(does(Paper), prints, func(s flow.Scene) string { return s.Words.Backroom.NewRoll }),
		plain(func() { f.open(tickets) }, prints, func(s flow.Scene) string { return s.Words.Backroom.Reprint }),
		plain(does(TestPrint), prints, func(s flow.Scene) string { return s.Words.Backroom.TestPrint }),
		plain(does(SoundTest), sounds, func(s flow.Scene) string { return s.Words.Backroom.SoundTest }),
		plain(func() { f.open(lines) }, always, func(s flow.Scene) string { return s.Words.Backroom.Log }),
		plain(f.refresh, always, func(s flow.Scene) string { return s.Words.Backroom.Refresh }),
		plain(does(Restart), always, func(s flow.Scene) string { return s.Words.Backroom.Restart }),
		plain(does(ShutDown), always, func(s flow.Scene) string { return s.Words.Backroom.ShutDown }),
		plain(does(Leave), always, func(s flow.Scene) string { return s.Words.Backroom.Leave }),
		{widgets.NewButton(widgets.Primary, func() { f.shell.Leave() }), func(s flow.Scene) string { return s.Words.Backroom.Lock }, always},
	}
}

func (h *homeStep) say(s state, scene flow.Scene) {
	for i, r := range report(s, scene) {
		h.rows[i].say(r)
	}
	shown := ""
	for _, b := range h.buttons {
		b.SetText(b.text(scene))
		there := b.there(s.status)
		layout.Show(b.Button, there)
		if there {
			shown += b.Text() + "\n"
		}
	}
	if shown != h.shown {
		h.shown = shown
		h.root.Refresh()
	}
}

// place puts the report beside the buttons, or above them.
func (h *homeStep) place(b layout.Box) {
	gap := layout.Size(fynetheme.SizeNameInnerPadding)
	var report, buttons layout.Box
	if b.Size.Width > 1.8*b.Size.Height {
		report, buttons = b.Left(0.5*b.Size.Width, gap)
	} else {
		report, buttons = b.Top(0.44*b.Size.Height, gap)
	}
	report = report.Centred(report.Size.Width, 1.1*rows*layout.Size(theme.SizeNameTarget))
	report.Put(h.card)
	for i, cell := range report.Inset(gap, 0.5*gap).Grid(1, rows, 0) {
		h.rows[i].place(cell)
	}
	h.placeButtons(buttons)
}

// placeButtons makes as few columns as there is room for.
func (h *homeStep) placeButtons(b layout.Box) {
	var shown []*widgets.Button
	for _, button := range h.buttons {
		if button.Visible() {
			shown = append(shown, button.Button)
		}
	}
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	columns, count := 2, 0
	for ; columns < len(shown); columns++ {
		if count = (len(shown) + columns - 1) / columns; float32(count)*(target+gap)-gap <= b.Size.Height {
			break
		}
	}
	count = (len(shown) + columns - 1) / columns
	b = b.Centred(b.Size.Width, min(b.Size.Height, float32(count)*(1.25*target+gap)-gap))
	for i, cell := range b.Grid(columns, count, gap) {
		if i < len(shown) {
			cell.Put(shown[i])
		}
	}
}
