package lobby

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// ratingScreen asks how the visit was.
type ratingScreen struct {
	all   *fyne.Container
	faces [widgets.HighestScore]*widgets.Face // the best first
}

func newRatingScreen(taps taps) *ratingScreen {
	r := &ratingScreen{}
	var objects []fyne.CanvasObject
	for i := range r.faces {
		score := widgets.HighestScore - i
		r.faces[i] = widgets.NewFace(score, func() { taps.step(rate{score, taps.newRequest()}) })
		objects = append(objects, r.faces[i])
	}
	r.all = container.New(layout.Stage(r.place), objects...)
	return r
}

func (r *ratingScreen) root() fyne.CanvasObject { return r.all }

// place puts the faces side by side, on an upright screen one below the other.
func (r *ratingScreen) place(b layout.Box) {
	gap := layout.Size(fynetheme.SizeNamePadding)
	columns, rows := len(r.faces), 1
	if b.Portrait() {
		columns, rows = rows, columns
	} else {
		b = b.Centred(b.Size.Width, 14*layout.Size(fynetheme.SizeNameText))
	}
	for i, cell := range b.Grid(columns, rows, gap) {
		cell.Put(r.faces[i])
	}
}

func (r *ratingScreen) say(s state, c *lang.Catalogue, _ Snapshot) {
	for i, face := range r.faces {
		score := widgets.HighestScore - i
		face.SetLabel(c.Scores[score-1])
		face.Hold(s.asked && s.wish.score == score)
	}
}
