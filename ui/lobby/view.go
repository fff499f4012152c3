package lobby

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// part is one piece of the screen: what it shows is in root, and say puts a state into words.
type part interface {
	root() fyne.CanvasObject
	say(s state, c *lang.Catalogue, v Snapshot)
}

// view is everything there is to see: where one is and who is being called above, one of the screens in the middle, what
// leads aside or back below it, and the buttons for everybody at the lower edge, where everybody can reach them.
type view struct {
	content fyne.CanvasObject
	light   *fyne.Container // all but the dark screen
	header  *header
	calls   *calls
	actions *actions
	strip   *strip
	screens [screens]part
	dark    *darkScreen
	flows   [kinds]flow.Flow
	middle  *fyne.Container
	veil    *widgets.Area

	back, edge *widgets.Panel
	ground     *widgets.Area
	resized    func(fyne.Size)
	size       fyne.Size
	reach      Reach
	low        bool
}

func newView(o Options, flows [kinds]flow.Flow, taps taps) *view {
	v := &view{
		header:  newHeader(o.Title, flows, taps),
		calls:   newCalls(),
		actions: newActions(flows, taps),
		strip:   newStrip(o.Voice != nil, taps),
		dark:    newDarkScreen(taps),
		flows:   flows,
		resized: o.Resized,
		reach:   o.Reach,
		back:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameBackground}),
		edge:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameHeaderBackground}),
		ground:  widgets.NewArea(taps.does(touch{})),
		veil:    widgets.NewArea(taps.does(touch{})),
		middle:  container.NewStack(),
	}
	v.screens = [screens]part{
		home: newHomeScreen(o, taps), confirm: newConfirmScreen(taps), waiting: newWaitingScreen(), ticket: newTicketScreen(taps),
		trouble: newTroubleScreen(taps),
	}
	for _, screen := range v.screens {
		if screen != nil {
			screen.root().Hide()
			v.middle.Add(screen.root())
		}
	}
	for _, f := range flows {
		if f != nil {
			f.Root().Hide()
			v.middle.Add(f.Root())
		}
	}
	v.veil.Hide()
	v.light = container.New(layout.Stage(v.place), v.back, v.edge, v.ground, v.header.root(), v.calls.root(), v.middle, v.veil,
		v.actions.root(), v.strip.root())
	v.content = container.NewStack(v.light, v.dark.root())
	return v
}

// place cuts the screen. An upright one has everything below each other; a wide one has two and two side by side.
func (v *view) place(b layout.Box) {
	if b.Size != v.size {
		v.size = b.Size
		v.resized(b.Size)
	}
	b.Put(v.back)
	b.Put(v.ground)
	upper, controls := v.split(b)
	v.placeUpper(upper, b.Portrait())
	band := layout.Size(theme.SizeNameBand)
	var middle, actions layout.Box
	if b.Portrait() {
		strip, rest := controls.Bottom(band, 0)
		strip.Put(v.edge)
		strip.Put(v.strip.root())
		actions, middle = rest.Bottom(band, 0)
	} else {
		row, rest := controls.Bottom(band, 0)
		row.Put(v.edge)
		strip, left := row.Right(v.strip.width(row.Size.Width), 0)
		strip.Put(v.strip.root())
		actions, middle = left, rest
	}
	actions.Put(v.actions.root())
	pad := layout.Size(fynetheme.SizeNameInnerPadding)
	middle = middle.Inset(pad*1.2, pad*0.6)
	middle.Put(v.middle)
	middle.Put(v.veil)
}

// split divides the screen into what is only read and, below, what is touched.
func (v *view) split(b layout.Box) (upper, controls layout.Box) {
	height := v.leastUpper(b.Portrait())
	if v.low {
		height = max(height, b.Size.Height-v.zone(b))
	}
	return b.Top(height, 0)
}

func (v *view) leastUpper(portrait bool) float32 {
	if !portrait {
		return layout.Size(theme.SizeNameBand)
	}
	return layout.Size(theme.SizeNameBand) + callsHeight()
}

// least is how many targets above each other what is in the middle of the screen needs: the keys of a telephone and what
// has been typed.
const least = 5.5

// highReach is how high the highest thing to be touched may be above the floor, in millimetres (EN 301 549, 8.3.2.1).
const highReach = 1220

// zone is how high the part of the screen is that somebody in a wheelchair reaches. Where it would be too low for what is
// to be done in it, it is as high as that needs.
func (v *view) zone(b layout.Box) float32 {
	target, band := layout.Size(theme.SizeNameTarget), layout.Size(theme.SizeNameBand)
	bands := band
	if b.Portrait() {
		bands = 2 * band
	}
	pad := layout.Size(fynetheme.SizeNameInnerPadding)
	needed := bands + least*target + 2*pad
	zone := b.Size.Height / 2
	if v.reach.BottomMM > 0 {
		zone = float32(highReach-v.reach.BottomMM) * layout.Size(theme.SizeNameMillimetre)
	}
	return max(zone, needed)
}

func (v *view) placeUpper(b layout.Box, portrait bool) {
	band := layout.Size(theme.SizeNameBand)
	if portrait {
		title, calls := b.Top(band, 0)
		title.Put(v.header.root())
		calls.Put(v.calls.root())
		return
	}
	row, rest := b.Top(band, 0)
	if rest.Size.Height > callsHeight() { // the low layout has room for more calls
		row.Put(v.header.root())
		rest.Put(v.calls.root())
		return
	}
	calls, title := row.Right(row.Size.Width*0.46, 0)
	title.Put(v.header.root())
	calls.Put(v.calls.root())
}

// show draws a state and a snapshot. What has not changed is not drawn again.
func (v *view) show(s state, snapshot Snapshot, scene flow.Scene) {
	layout.Show(v.light, s.screen != dark)
	layout.Show(v.dark.root(), s.screen == dark)
	if s.screen == dark {
		v.dark.say(scene)
		return
	}
	c := scene.Words
	v.header.say(s, scene, snapshot)
	v.calls.say(s, c, snapshot)
	v.actions.say(s, c, snapshot)
	v.strip.say(s, c)
	for at := home; at < screens; at++ {
		screen := v.screens[at]
		if screen == nil {
			continue
		}
		here := s.screen == at
		if here {
			screen.say(s, c, snapshot)
		}
		layout.Show(screen.root(), here)
	}
	for k, f := range v.flows {
		if f != nil {
			layout.Show(f.Root(), s.screen == flowing && s.open == kind(k))
		}
	}
	if s.low != v.low {
		v.low = s.low
		v.light.Refresh()
	}
}
