package information

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// linesAtOnce is how many rows a page has at most.
const linesAtOnce = 16

// Flow is what there is to read: a button for each topic, and the rows of the one that was chosen, in pages.
type Flow struct {
	shell flow.Shell
	pages Pages
	scene flow.Scene
	topic topic
	page  int

	root  *fyne.Container
	card  *widgets.Panel
	tabs  [topics]*widgets.Button
	lines [linesAtOnce]*line
	probe *line // measures rows that are not shown
	pager *widgets.Pager
	none  *widgets.Text

	area    layout.Box
	starts  []int // of the pages
	rows    []row // of the topic
	changes int   // counts the pages shown that were others
	drawn   drawn
}

// drawn is everything that decides what is where: the same is not measured again.
type drawn struct {
	topic    topic
	page     int
	language lang.Language
	day      string
	area     layout.Box
	letters  float32
	changes  int
}

func (f *Flow) drawing() drawn {
	return drawn{f.topic, f.page, f.scene.Language, f.scene.At.Format(time.DateOnly), f.area, layout.Size(fynetheme.SizeNameText), f.changes}
}

var _ flow.Flow = (*Flow)(nil)

// New returns the flow in its shell.
func New(shell flow.Shell) *Flow {
	f := &Flow{shell: shell, card: widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton, Rounded: true, Raised: true}), probe: newLine(),
		none: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameSubHeadingText, Color: fynetheme.ColorNameForeground, Align: fyne.TextAlignCenter})}
	objects := []fyne.CanvasObject{f.card, f.none}
	for i := range f.tabs {
		f.tabs[i] = widgets.NewButton(widgets.Plain, func() { f.open(topic(i)) })
		objects = append(objects, f.tabs[i])
	}
	for i := range f.lines {
		f.lines[i] = newLine()
		f.lines[i].root.Hide()
		objects = append(objects, f.lines[i].root)
	}
	f.pager = widgets.NewPager(f.turn)
	f.root = container.New(layout.Stage(f.place), append(objects, f.pager.Root)...)
	return f
}

// Show shows other pages from now on.
func (f *Flow) Show(p Pages) {
	if !reflect.DeepEqual(p, f.pages) {
		f.pages = p
		f.changes++
	}
}

// Root is what is shown while the flow is open.
func (f *Flow) Root() fyne.CanvasObject { return f.root }

// Open begins with the first topic.
func (f *Flow) Open() {
	f.topic, f.page = notices, 0
	if all := f.pages.offered(); len(all) > 0 {
		f.topic = all[0]
	}
}

func (f *Flow) open(t topic) {
	f.topic, f.page = t, 0
	f.shell.Changed()
}

func (f *Flow) turn(by int) {
	f.page += by
	f.shell.Changed()
}

// Draw shows the page of the topic.
func (f *Flow) Draw(s flow.Scene) {
	f.scene = s
	c := s.Words
	for i, tab := range f.tabs {
		tab.SetText(name(topic(i), c))
	}
	f.none.SetText(c.Information.Nothing)
	f.pager.Say(widgets.PagerWords{Previous: c.PreviousPage, Next: c.NextPage, Page: c.Page})
	f.draw()
}

func (f *Flow) place(b layout.Box) {
	f.area = b
	f.draw()
}

// draw places the topics' buttons above the rows, which get what room is left.
func (f *Flow) draw() {
	if f.scene.Words == nil || f.area.Size.Width == 0 || f.drawing() == f.drawn {
		return
	}
	defer func() { f.drawn = f.drawing() }()
	f.rows = nil
	offered := f.pages.offered()
	if len(offered) > 0 {
		if !slices.Contains(offered, f.topic) { // it was there when the customer came
			f.topic, f.page = offered[0], 0
		}
		f.rows = f.pages.rows(f.topic, f.scene)
	}
	b := f.placeTabs(offered)
	b.Put(f.card)
	layout.Show(f.none, len(f.rows) == 0)
	b.Put(f.none)
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	room := b.Inset(gap, gap)
	f.starts = f.cutPages(room)
	layout.Show(f.pager.Root, len(f.starts) > 1)
	if len(f.starts) > 1 {
		var pager layout.Box
		if room.Size.Width < 9*target || room.Size.Height < 2.6*target {
			pager, room = room.Bottom(target, gap)
		} else {
			pager, room = room.Right(max(target, 6.4*layout.Size(theme.SizeNameAction)), 1.5*gap)
		}
		pager.Put(f.pager.Root)
		f.starts = f.cutPages(room)
	}
	f.page = min(max(0, f.page), len(f.starts)-1)
	f.pager.Turn(f.page, len(f.starts))
	f.drawRows(room)
}

// placeTabs puts the topics that there are into a row, or two where the box is upright, and returns the room below.
func (f *Flow) placeTabs(offered []topic) layout.Box {
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	there := [topics]bool{}
	for _, t := range offered {
		there[t] = true
	}
	for i, tab := range f.tabs {
		layout.Show(tab, there[i])
		tab.SetKind(widgets.Plain)
		if topic(i) == f.topic {
			tab.SetKind(widgets.Primary)
		}
	}
	if len(offered) == 0 {
		return f.area
	}
	per := len(offered)
	if f.area.Size.Width < float32(per)*1.9*target && per > 3 {
		per = (per + 1) / 2
	}
	count := (len(offered) + per - 1) / per
	row, rest := f.area.Top(float32(count)*target+float32(count-1)*gap, gap)
	cells := row.Grid(per, count, gap)
	for i, t := range offered {
		cells[i].Put(f.tabs[t])
	}
	return rest
}

// cutPages is where the pages begin that fit into a box.
func (f *Flow) cutPages(b layout.Box) []int {
	heights, headings := make([]float32, len(f.rows)), make([]bool, len(f.rows))
	f.even(b.Size.Width)
	for i, r := range f.rows {
		f.probe.say(r)
		heights[i] = f.probe.height(b.Size.Width)
		headings[i] = r.kind == heading || r.kind == titles
	}
	return paginate(heights, headings, b.Size.Height, linesAtOnce)
}

// even sets the texts of all rows in one size: that of the one that needs the smallest.
func (f *Flow) even(width float32) {
	most := float32(0)
	f.probe.setMost(0)
	for _, r := range f.rows {
		f.probe.say(r)
		if size := f.probe.size(width); most == 0 || size > 0 && size < most {
			most = size
		}
	}
	f.probe.setMost(most)
	for _, l := range f.lines {
		l.setMost(most)
	}
}

func (f *Flow) drawRows(b layout.Box) {
	from, to := f.starts[f.page], len(f.rows)
	if f.page+1 < len(f.starts) {
		to = f.starts[f.page+1]
	}
	for i, l := range f.lines {
		at := from + i
		layout.Show(l.root, at < to)
		if at >= to {
			continue
		}
		l.say(f.rows[at])
		var box layout.Box
		box, b = b.Top(l.height(b.Size.Width), 0)
		box.Put(l.root)
	}
}

// Back leaves: there are no steps.
func (f *Flow) Back() bool { return false }

func name(t topic, c *lang.Catalogue) string {
	w := &c.Information
	return [topics]string{w.Notices, w.Prices, w.Pledge, w.Staff, w.Hours, w.Results}[t]
}

// Heading is the topic, and which page of it this is.
func (f *Flow) Heading(s flow.Scene) (large, small string) {
	if len(f.pages.offered()) == 0 {
		return s.Words.Shell.Information, ""
	}
	return name(f.topic, s.Words), s.Words.Shell.Information
}

// Spoken is the topic and everything on the page.
func (f *Flow) Spoken(s flow.Scene) string {
	large, _ := f.Heading(s)
	said := []string{large}
	if len(f.rows) == 0 {
		said = append(said, s.Words.Information.Nothing)
	}
	for _, l := range f.lines {
		if l.root.Visible() {
			said = append(said, strings.TrimSpace(strings.Join(l.row.cells[:], " ")))
		}
	}
	return lang.Aloud(s.Language, said...)
}

// Private is false: it is the station that speaks here.
func (f *Flow) Private() bool { return false }

// Scan has no use for a paper.
func (f *Flow) Scan(string) bool { return false }
