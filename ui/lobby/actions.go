package lobby

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// actions lead aside from the home screen, and back from anywhere else. Before the screen goes on by itself, they make
// way for the seconds that are left.
type actions struct {
	all        *fyne.Container
	back       *widgets.Panel
	entries    [kinds]*widgets.Button // those that are offered
	leave      *widgets.Button
	home       *widgets.Button
	count      *countdown
	shown      []*widgets.Button // from left to right
	countsDown bool
}

func newActions(flows [kinds]flow.Flow, taps taps) *actions {
	a := &actions{
		back:  widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameBackground}),
		leave: widgets.NewButton(widgets.Plain, taps.does(leave{})),
		home:  widgets.NewButton(widgets.Plain, taps.does(goHome{})),
		count: newCountdown(taps),
	}
	objects := []fyne.CanvasObject{a.back, a.leave, a.home, a.count.all}
	for k := checkIn; k < backroom; k++ {
		if flows[k] != nil {
			a.entries[k] = widgets.NewButton(widgets.Plain, taps.does(openFlow{k}))
			objects = append(objects, a.entries[k])
		}
	}
	for _, o := range objects[1:] { // until it is known what is offered
		o.Hide()
	}
	a.all = container.New(layout.Stage(a.place), objects...)
	return a
}

func (a *actions) root() fyne.CanvasObject { return a.all }

func (a *actions) place(area layout.Box) {
	area.Put(a.back)
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	area.Put(a.count.all)
	area = area.Inset(1.5*gap, 0)
	area = area.Centred(area.Size.Width, target)
	if len(a.shown) == 0 {
		return
	}
	for i, cell := range area.Grid(max(len(a.shown), 2), 1, gap) {
		if i < len(a.shown) {
			cell.Put(a.shown[i])
		}
	}
}

func (a *actions) say(s state, c *lang.Catalogue, v Snapshot) {
	a.leave.SetText(c.Back)
	a.home.SetText(c.Shell.Home)
	for k, text := range map[kind]string{checkIn: c.Shell.CheckIn, survey: c.Shell.Survey, complaint: c.Shell.Complaint, information: c.Shell.Information} {
		if a.entries[k] != nil {
			a.entries[k].SetText(text)
		}
	}
	a.count.say(s, c)
	shown := a.offered(s, v)
	if s.warns() {
		shown = nil
	}
	a.offer(shown, s.warns())
}

// offered are the buttons of a screen. Notices have buttons of their own.
func (a *actions) offered(s state, v Snapshot) (shown []*widgets.Button) {
	_, opened := v.opened(s.group)
	switch {
	case s.screen == flowing || s.screen == confirm:
		return []*widgets.Button{a.leave, a.home}
	case s.screen == home && opened:
		return []*widgets.Button{a.leave}
	case s.screen != home:
		return nil
	}
	for k, entry := range a.entries {
		if entry != nil && v.offers(kind(k)) {
			shown = append(shown, entry)
		}
	}
	return shown
}

// offers tells whether a flow is of use now: nothing is taken down by a machine that is out of service.
func (s Snapshot) offers(k kind) bool {
	switch k {
	case information:
		return true
	case checkIn:
		return s.Out == "" && s.Appointments
	}
	return s.Out == ""
}

func (a *actions) offer(shown []*widgets.Button, countsDown bool) {
	layout.Show(a.count.all, countsDown)
	if countsDown == a.countsDown && slices.Equal(shown, a.shown) {
		return
	}
	a.shown, a.countsDown = shown, countsDown
	for _, button := range append([]*widgets.Button{a.leave, a.home}, a.entries[:]...) {
		if button != nil {
			layout.Show(button, slices.Contains(shown, button))
		}
	}
	a.all.Refresh()
}
