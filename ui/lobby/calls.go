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

// callsShown is how many calls there is room for on the highest screens.
const callsShown = 8

// noticesShown is how many notices the low layout shows above the controls.
const noticesShown = 3

// calls says who is being called, and, where there is room for it, what everybody should know.
type calls struct {
	all         *fyne.Container
	back        *widgets.Panel
	label, none *widgets.Text
	calls       [callsShown]*widgets.Call
	notices     [noticesShown]*widgets.Text
	count       int // calls there are
	noticed     int // notices there are
}

func newCalls() *calls {
	k := &calls{
		back:  widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton}),
		label: widgets.NewText(widgets.Style{Size: theme.SizeNameAction, Bold: true, Color: fynetheme.ColorNameForeground, Lines: 2}),
		none:  widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNamePlaceHolder}),
	}
	objects := []fyne.CanvasObject{k.back, k.label, k.none}
	for i := range k.calls {
		k.calls[i] = widgets.NewCall()
		objects = append(objects, k.calls[i])
	}
	for i := range k.notices {
		k.notices[i] = widgets.NewText(widgets.Style{Size: fynetheme.SizeNameSubHeadingText, Color: fynetheme.ColorNameForeground, Lines: 2})
		objects = append(objects, k.notices[i])
	}
	k.all = container.New(layout.Stage(k.place), objects...)
	return k
}

func (k *calls) root() fyne.CanvasObject { return k.all }

// callHeight is how high one call is, and callsHeight a row of them.
func callHeight() float32 {
	return 1.3*(layout.Size(fynetheme.SizeNameSubHeadingText)+layout.Size(fynetheme.SizeNameText)) + layout.Size(fynetheme.SizeNamePadding)/2
}

func callsHeight() float32 { return callHeight() + layout.Size(fynetheme.SizeNamePadding) }

// place puts the calls into a row, or, in a high box, into rows with the notices below them.
func (k *calls) place(area layout.Box) {
	area.Put(k.back)
	gap := layout.Size(fynetheme.SizeNamePadding)
	area = area.Inset(2*gap, gap/2)
	if area.Size.Height < 2*callHeight() {
		label, rest := area.Left(4.2*layout.Size(theme.SizeNameAction), gap)
		label.Put(k.label)
		rest.Put(k.none)
		k.placeCalls(rest, gap, 1)
		k.placeNotices(layout.Box{}, 0)
		return
	}
	label, rest := area.Top(1.5*layout.Size(theme.SizeNameAction), gap)
	label.Put(k.label)
	line := 2.6 * layout.Size(fynetheme.SizeNameSubHeadingText)
	notices := min(k.noticed, int(max(0, rest.Size.Height-callHeight())/line))
	if notices > 0 {
		var below layout.Box
		below, rest = rest.Bottom(float32(notices)*line, gap)
		k.placeNotices(below, notices)
	} else {
		k.placeNotices(layout.Box{}, 0)
	}
	rest.Put(k.none)
	k.placeCalls(rest, gap, min(2, int((rest.Size.Height+gap)/(callHeight()+gap))))
}

// placeCalls shows as many calls as there is room for, the latest first.
func (k *calls) placeCalls(area layout.Box, gap float32, rows int) {
	width := 5 * layout.Size(fynetheme.SizeNameText)
	fit := min(callsShown, max(1, int((area.Size.Width+gap)/(width+gap))))
	if rows > 1 {
		fit = min(fit, callsShown/rows)
	}
	width = min(width*1.5, (area.Size.Width-float32(fit-1)*gap)/float32(fit))
	rows = max(1, rows)
	height := min((area.Size.Height-float32(rows-1)*gap)/float32(rows), 1.4*callHeight())
	if rows <= 1 {
		area = area.Centred(area.Size.Width, height)
	}
	for i, call := range k.calls {
		shown := i < k.count && i < fit*rows
		layout.Show(call, shown)
		if shown {
			at := area.At.AddXY(float32(i%fit)*(width+gap), float32(i/fit)*(height+gap))
			layout.Box{At: at, Size: fyne.NewSize(width, height)}.Put(call)
		}
	}
}

func (k *calls) placeNotices(area layout.Box, shown int) {
	for i, notice := range k.notices {
		layout.Show(notice, i < shown)
	}
	if shown > 0 {
		for i, cell := range area.Grid(1, shown, 0) {
			cell.Put(k.notices[i])
		}
	}
}

func (k *calls) say(s state, c *lang.Catalogue, v Snapshot) {
	k.label.SetText(c.NowServing)
	k.none.SetText(c.NoCalls)
	layout.Show(k.none, len(v.Called) == 0)
	for i, call := range v.Called[:min(callsShown, len(v.Called))] {
		k.calls[i].SetCall(call.Number, call.counter(s.language), i == 0)
	}
	for i, notice := range v.Notices[:min(noticesShown, len(v.Notices))] {
		k.notices[i].SetText(notice.In(s.language))
	}
	count, noticed := min(callsShown, len(v.Called)), min(noticesShown, len(v.Notices))
	if count != k.count || noticed != k.noticed {
		k.count, k.noticed = count, noticed
		k.all.Refresh()
	}
}
