package backroom

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

// paged is which page of a list is shown. It turns with a pager at the foot, which is there where there are several.
type paged struct {
	pager *widgets.Pager
	none  *widgets.Text // said where the list is empty
	page  int
	area  layout.Box
}

func newPaged(turned func()) *paged {
	p := &paged{none: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameSubHeadingText, Color: fynetheme.ColorNameForeground,
		Align: fyne.TextAlignCenter, Lines: 2})}
	p.pager = widgets.NewPager(func(by int) {
		p.page += by
		turned()
	})
	return p
}

func (p *paged) say(scene flow.Scene, empty bool, none string) {
	p.pager.Say(widgets.PagerWords{Previous: scene.Words.PreviousPage, Next: scene.Words.NextPage, Page: scene.Words.Page})
	p.none.SetText(none)
	layout.Show(p.none, empty)
}

// turn finds the page of so many things, so many at a time: those from first on, and less than last.
func (p *paged) turn(count, atOnce int) (first, last int) {
	pages := max(1, (count+atOnce-1)/atOnce)
	p.page = max(0, min(p.page, pages-1))
	layout.Show(p.pager.Root, pages > 1)
	p.pager.Turn(p.page, pages)
	return p.page * atOnce, min(count, (p.page+1)*atOnce)
}

// cut is the room for the list and places the pager.
func (p *paged) cut(b layout.Box) layout.Box {
	b.Put(p.none)
	foot, rest := b.Bottom(layout.Size(theme.SizeNameTarget), layout.Size(fynetheme.SizeNamePadding))
	foot.Put(p.pager.Root)
	return rest
}

// ticketsAtOnce and linesAtOnce are how many are on the screen at most.
const ticketsAtOnce, linesAtOnce = 8, 12

// ticketsStep shows the last tickets: one that is tapped is printed once more.
type ticketsStep struct {
	*paged
	root  *fyne.Container
	tiles [ticketsAtOnce]*widgets.Tile
	all   []Ticket
	first int
}

func newTicketsStep(print func(Ticket), turned func()) *ticketsStep {
	t := &ticketsStep{paged: newPaged(turned)}
	objects := []fyne.CanvasObject{t.none, t.pager.Root}
	for i := range t.tiles {
		t.tiles[i] = widgets.NewTile(func() {
			if at := t.first + i; at < len(t.all) {
				print(t.all[at])
			}
		})
		objects = append(objects, t.tiles[i])
	}
	t.root = container.New(layout.Stage(t.place), objects...)
	return t
}

func (t *ticketsStep) begin() { t.page, t.all = 0, nil }

func (t *ticketsStep) say(s Status, scene flow.Scene) {
	t.all = s.Tickets
	t.paged.say(scene, len(s.Tickets) == 0, scene.Words.Backroom.NoTickets)
	t.place(t.area)
}

func (t *ticketsStep) place(b layout.Box) {
	t.area = b
	if b.Size.Width == 0 {
		return
	}
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	b = t.cut(b)
	columns := max(1, min(2, int(b.Size.Width/(4.6*target))))
	count := max(1, min(ticketsAtOnce/columns, int((b.Size.Height+gap)/(1.1*target+gap))))
	first, last := t.turn(len(t.all), columns*count)
	t.first = first
	b = b.Centred(b.Size.Width, min(b.Size.Height, float32(count)*(1.5*target+gap)-gap))
	for i, cell := range b.Grid(columns, count, gap) {
		cell.Put(t.tiles[i])
	}
	for i, tile := range t.tiles {
		layout.Show(tile, first+i < last)
		if first+i < last {
			ticket := t.all[first+i]
			tile.SetOffer(widgets.Offer{Mark: ticket.Number[:min(1, len(ticket.Number))], Name: ticket.Number,
				Detail: lang.Both(ticket.At.Format("15:04"), ticket.Service)})
		}
	}
}

// logStep shows the last warnings and errors.
type logStep struct {
	*paged
	root  *fyne.Container
	card  *widgets.Panel
	whens [linesAtOnce]*widgets.Text
	whats [linesAtOnce]*widgets.Text
	gauge *widgets.Text // is not shown: it measures
	all   []Line
	scene flow.Scene
}

func lineOfLog() *widgets.Text {
	return widgets.NewText(widgets.Style{Size: fynetheme.SizeNameCaptionText, Least: 0.75, Color: fynetheme.ColorNameForeground, Lines: 3})
}

func newLogStep(turned func()) *logStep {
	l := &logStep{paged: newPaged(turned), gauge: lineOfLog(), card: widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton, Rounded: true})}
	objects := []fyne.CanvasObject{l.card, l.none, l.pager.Root}
	for i := range l.whens {
		l.whens[i] = widgets.NewText(widgets.Style{Size: fynetheme.SizeNameCaptionText, Least: 0.6, Bold: true, Color: fynetheme.ColorNameForeground, Lines: 2})
		l.whats[i] = lineOfLog()
		objects = append(objects, l.whens[i], l.whats[i])
	}
	l.root = container.New(layout.Stage(l.place), objects...)
	return l
}

func (l *logStep) begin() { l.page, l.all = 0, nil }

func (l *logStep) say(s Status, scene flow.Scene) {
	l.all, l.scene = s.Log, scene
	l.paged.say(scene, len(s.Log) == 0, scene.Words.Backroom.NoLog)
	layout.Show(l.card, len(s.Log) > 0)
	l.place(l.area)
}

func (l *logStep) place(b layout.Box) {
	l.area = b
	if b.Size.Width == 0 || l.scene.Words == nil {
		return
	}
	gap, letters := layout.Size(fynetheme.SizeNamePadding), layout.Size(fynetheme.SizeNameCaptionText)
	b = l.cut(b)
	b.Put(l.card)
	b = b.Inset(gap, gap/2)
	count := max(1, min(linesAtOnce, int(b.Size.Height/(3.2*letters))))
	first, last := l.turn(len(l.all), count)
	for i, cell := range b.Grid(1, count, 0) {
		when, what := cell.Left(min(8*letters, 0.3*cell.Size.Width), gap)
		when.Put(l.whens[i])
		what.Put(l.whats[i])
	}
	for i := range l.whens {
		there := first+i < last
		layout.Show(l.whens[i], there)
		layout.Show(l.whats[i], there)
		if there {
			when, what := wording(l.all[first+i], l.scene)
			l.whens[i].SetText(when)
			l.whats[i].SetText(l.fitted(what, l.whats[i].Size()))
		}
	}
}

// most is how many characters of a line of the log are looked at.
const most = 300

// fitted is as much of a text as fits a room: lines of the log know no bounds.
func (l *logStep) fitted(text string, room fyne.Size) string {
	runes := []rune(text)
	fits := func(n int) bool {
		l.gauge.SetText(shortened(runes, n))
		return l.gauge.Whole(room)
	}
	low, high := 0, min(len(runes), most)
	for low < high {
		if middle := (low + high + 1) / 2; fits(middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return shortened(runes, low)
}

func shortened(runes []rune, n int) string {
	if n == len(runes) {
		return string(runes)
	}
	return string(runes[:n]) + "…"
}
