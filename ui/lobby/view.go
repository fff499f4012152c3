package lobby

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// taps is what the widgets of the view call when they are tapped.
type taps struct {
	step       func(event)
	newRequest func() string
}

func (t taps) does(e event) func() { return func() { t.step(e) } }

// scene is one screen: what it shows is in root, and say puts a state into words.
type scene interface {
	root() fyne.CanvasObject
	say(s state, c *lang.Catalogue, v Snapshot)
}

// view is everything there is to see: a band at the top and one at the bottom that are always there, and one of the
// screens between them.
type view struct {
	content fyne.CanvasObject
	screens map[screen]scene
	top     *topBand
	bottom  *bottomBand
	resized func(fyne.Size)
	size    fyne.Size
	back    *widgets.Panel
	middle  *fyne.Container
}

func newView(o Options, taps taps) *view {
	v := &view{
		top:     newTopBand(o.Title, taps),
		bottom:  newBottomBand(taps),
		resized: o.Resized,
		back:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameBackground}),
		screens: map[screen]scene{
			home:    newHomeScreen(taps),
			waiting: newWaitingScreen(),
			ticket:  newTicketScreen(taps),
			rating:  newRatingScreen(taps),
			thanks:  newThanksScreen(taps),
			trouble: newTroubleScreen(taps),
		},
	}
	v.middle = container.NewStack()
	for at := home; at <= trouble; at++ {
		v.screens[at].root().Hide()
		v.middle.Add(v.screens[at].root())
	}
	v.content = container.New(layout.Stage(v.place), v.back, v.top.root, v.middle, v.bottom.root)
	return v
}

func (v *view) place(b layout.Box) {
	if b.Size != v.size {
		v.size = b.Size
		v.resized(b.Size)
	}
	b.Put(v.back)
	top, rest := b.Top(layout.Size(theme.SizeNameBand), 0)
	top.Put(v.top.root)
	bottom, middle := rest.Bottom(layout.Size(theme.SizeNameBand), 0)
	bottom.Put(v.bottom.root)
	pad := layout.Size(fynetheme.SizeNameInnerPadding)
	middle.Inset(pad*1.2, pad*0.6).Put(v.middle)
}

// show draws a state and a snapshot. What has not changed is not drawn again.
func (v *view) show(s state, snapshot Snapshot) {
	c := lang.Of(s.language)
	v.top.say(s, c, snapshot)
	v.bottom.say(s, c, snapshot)
	v.screens[s.screen].say(s, c, snapshot)
	for at, screen := range v.screens {
		layout.Show(screen.root(), at == s.screen)
	}
}
