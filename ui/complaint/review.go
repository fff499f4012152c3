package complaint

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

// reviewScreen shows everything before it is sent. Each thing can be changed by touching it.
type reviewScreen struct {
	flow  *Flow
	root  *fyne.Container
	tiles [4]*widgets.Tile
	row   *widgets.Row
}

// reviewed are the steps that the tiles lead to.
var reviewed = [...]step{kind, topic, details, call}

func newReviewScreen(f *Flow) *reviewScreen {
	r := &reviewScreen{flow: f}
	var objects []fyne.CanvasObject
	for i, to := range reviewed {
		r.tiles[i] = widgets.NewTile(func() {
			if f.takes(review) {
				f.enter(f.state.change(to))
			}
		})
		objects = append(objects, r.tiles[i])
	}
	r.row = widgets.NewRow(widgets.NewButton(widgets.Primary, func() {
		if f.takes(review) {
			f.send()
		}
	}))
	r.root = container.New(layout.Stage(r.place), append(objects, r.row.Root)...)
	return r
}

func (r *reviewScreen) place(b layout.Box) {
	row, b := b.Bottom(layout.Size(theme.SizeNameTarget), layout.Size(fynetheme.SizeNamePadding))
	row.Put(r.row.Root)
	cells := four(b)
	i := 0
	for _, tile := range r.tiles { // those that there are close up
		if tile.Visible() {
			cells[i].Put(tile)
			i++
		}
	}
}

// four is room for four tiles, none higher than it has to be: below each other where that is possible and the box is not
// wide, else two and two.
func four(b layout.Box) []layout.Box {
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	columns, rows := 2, 2
	if b.Size.Width < 8*target && b.Size.Height >= 4*target+3*gap {
		columns, rows = 1, 4
	}
	height := min(b.Size.Height, float32(rows)*2*target+float32(rows-1)*gap)
	return b.Centred(b.Size.Width, height).Grid(columns, rows, gap)
}

func (r *reviewScreen) say(s flow.Scene) {
	c := &s.Words.Complaint
	there := len(r.shown())
	for i, fact := range r.flow.facts(s) {
		layout.Show(r.tiles[i], fact.value != "")
		r.tiles[i].SetOffer(widgets.Offer{Mark: fact.mark, Name: fact.value, Detail: lang.Both(fact.label, c.Change)})
	}
	r.row.Button(0, c.Send)
	if there != len(r.shown()) {
		r.place(layout.Box{Size: r.root.Size()})
	}
}

func (r *reviewScreen) shown() (shown []*widgets.Tile) {
	for _, tile := range r.tiles {
		if tile.Visible() {
			shown = append(shown, tile)
		}
	}
	return shown
}

// fact is one thing of the review; without a value it does not apply.
type fact struct{ mark, label, value string }

func (f *Flow) facts(s flow.Scene) [len(reviewed)]fact {
	c, t := &s.Words.Complaint, find(f.topics, f.state.topic)
	return [...]fact{
		{"1", c.ReviewKind, f.kindName(s)},
		{"2", c.ReviewTopic, t.Names.In(s.Language)},
		{"3", c.ReviewMore, f.detailsNamed(t, s)},
		{"4", c.ReviewCall, f.callNamed(c)},
	}
}

func (f *Flow) kindName(s flow.Scene) string {
	c := &s.Words.Complaint
	switch f.state.kind {
	case KindSuggestion:
		return c.Suggestion
	case KindPraise:
		return c.Praise
	}
	return c.Complaint
}

// detailsNamed is the one detail chosen, or the first and how many more there are: a list would have no room.
func (f *Flow) detailsNamed(t Topic, s flow.Scene) string {
	c := &s.Words.Complaint
	if len(t.Details) == 0 {
		return ""
	}
	chosen := f.state.applying(f.topics)
	if len(chosen) == 0 {
		return c.Nothing
	}
	first := ""
	for _, d := range t.Details {
		if d.ID == chosen[0] {
			first = d.Names.In(s.Language)
		}
	}
	if len(chosen) == 1 {
		return first
	}
	return c.Several(first, len(chosen))
}

func (f *Flow) callNamed(c *lang.ComplaintWords) string {
	switch {
	case f.state.kind == KindPraise:
		return ""
	case f.state.phone == "":
		return c.Nobody
	}
	return grouped(f.state.phone)
}

// grouped writes a number as it was shown while it was typed: 138 0013 8000.
func grouped(digits string) string {
	e := widgets.NewEntry(widgets.Telephone)
	e.SetText(digits)
	return e.Shown()
}

// doneScreen says that it arrived, under which number, and by when somebody answers.
type doneScreen struct {
	flow   *Flow
	notice *widgets.Notice
}

func newDoneScreen(f *Flow) *doneScreen {
	return &doneScreen{flow: f, notice: widgets.NewNotice(widgets.NewButton(widgets.Primary, func() {
		if f.takes(filed) {
			f.shell.Leave()
		}
	}))}
}

func (d *doneScreen) say(s flow.Scene) {
	c, sent, receipt := &s.Words.Complaint, d.flow.state.sent, d.flow.state.receipt
	m := widgets.Message{Meaning: widgets.Fine, Title: c.Done, Text: c.DoneMore}
	if sent.Kind == KindPraise {
		m.Title = c.DonePraise
	}
	if receipt.Number != "" {
		m.Label, m.Number = c.DoneNumber, receipt.Number
		m.Text = c.AnswerAsk
		if sent.Phone != "" {
			m.Text = c.AnswerCalled
		}
	}
	if at := receipt.Deadline; !at.IsZero() {
		answer := c.AnswerBy(int(at.Month()), at.Day(), s.Words.Information.Weekdays[at.Weekday()], at.Format("15:04"))
		m.Text = lang.Aloud(s.Language, answer, m.Text)
	}
	d.notice.Say(m)
	d.notice.Row().Button(0, s.Words.Done)
}
