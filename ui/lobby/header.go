package lobby

import (
	"cmp"
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

// header says where one is and what to do. Its corner is the staff's hidden spot.
type header struct {
	all          *fyne.Container
	back         *widgets.Panel
	spot         *widgets.Area
	title        lang.Names
	flows        [kinds]flow.Flow
	small, large *widgets.Text
}

func newHeader(title lang.Names, flows [kinds]flow.Flow, taps taps) *header {
	h := &header{
		title: title,
		flows: flows,
		back:  widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameHeaderBackground}),
		spot:  widgets.NewArea(taps.does(knock{offered: flows[backroom] != nil})),
		small: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: theme.ColorNameForegroundOnHeader}),
		large: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameHeadingText, Least: 0.5, Color: theme.ColorNameForegroundOnHeader,
			Bold: true, Lines: 2}),
	}
	h.all = container.New(layout.Stage(h.place), h.back, h.small, h.large, h.spot)
	return h
}

func (h *header) root() fyne.CanvasObject { return h.all }

func (h *header) place(b layout.Box) {
	b.Put(h.back)
	target := layout.Size(theme.SizeNameTarget)
	layout.Box{At: b.At, Size: fyne.NewSize(target, target)}.Put(h.spot)
	text := b.Inset(2*layout.Size(fynetheme.SizeNamePadding), 0)
	small, large := layout.Size(fynetheme.SizeNameText)*1.4, layout.Size(fynetheme.SizeNameHeadingText)*1.4
	if h.small.Text() == "" {
		small = 0
	}
	part, rest := text.Centred(text.Size.Width, small+large).Top(small, 0)
	part.Put(h.small)
	rest.Put(h.large)
}

func (h *header) say(s state, scene flow.Scene, v Snapshot) {
	large, small := h.heading(s, scene, v)
	anew := (small == "") != (h.small.Text() == "")
	h.large.SetText(large)
	h.small.SetText(small)
	if anew {
		h.all.Refresh()
	}
}

// heading is what to do here, and, in small letters, where one is.
func (h *header) heading(s state, scene flow.Scene, v Snapshot) (large, small string) {
	c, title := scene.Words, h.title.In(s.language)
	switch s.screen {
	case flowing:
		large, small = h.flows[s.open].Heading(scene)
		return large, cmp.Or(small, title)
	case ticket:
		return c.YourTicket, title
	case confirm:
		return c.Shell.JoinQuestion, title
	case home:
		return h.homeHeading(s, c, v)
	}
	return cmp.Or(title, c.Machine), "" // the screen says it itself
}

func (h *header) homeHeading(s state, c *lang.Catalogue, v Snapshot) (large, small string) {
	title := h.title.In(s.language)
	group, opened := v.opened(s.group)
	switch {
	case len(v.Services) == 0 || v.Out != "" || v.allClosed():
		return cmp.Or(title, c.Machine), ""
	case opened:
		return c.ChooseService, cmp.Or(group.Names.In(s.language), title)
	case !v.anyOpen():
		return c.NoServices, title
	case slices.ContainsFunc(v.choices(""), choice.isGroup):
		return c.ChooseGroup, cmp.Or(title, c.TouchToTake)
	}
	return c.ChooseService, cmp.Or(title, c.TouchToTake)
}
