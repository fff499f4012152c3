package lobby

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// most is how many choices are on the screen at once at most: with more, nobody finds theirs.
const most = 8

// arrangement is how choices are laid out: columns and rows of tiles on each of some pages.
type arrangement struct{ columns, rows, pages int }

// arrange fits choices into a box without making any tile lower than a target. Where they do not fit, or are too
// many, there are pages, and a row remains for the buttons that turn them. A narrow box has one column.
func arrange(choices, most int, narrow bool, b layout.Box, target, gap float32) arrangement {
	fit := max(1, int((b.Size.Height+gap)/(target+gap)))
	columns := 2
	if narrow || choices <= 3 && choices <= fit || b.Size.Width < 1.5*b.Size.Height && choices <= min(fit, most) {
		columns = 1
	}
	if choices <= min(columns*fit, most) {
		return arrangement{columns, max(1, (choices+columns-1)/columns), 1}
	}
	if narrow || b.Portrait() {
		columns = 1
	}
	if most > 4 {
		most = most * 3 / 4 // whoever has to turn pages anyway finds things sooner among fewer
	}
	rows := max(1, min(fit-1, most/columns))
	page := columns * rows
	return arrangement{columns, rows, (choices + page - 1) / page}
}

// homeScreen offers the services, or groups of them to choose from first.
type homeScreen struct {
	all            *fyne.Container
	tiles          [most]*widgets.Tile
	offered        [most]choice // by each tile
	previous, next *widgets.Button
	page           *widgets.Text
	notice         *widgets.Text // for everybody
	bar            *widgets.Panel
	empty          *notice // no services
	closed         *notice
	out            *notice
	long           time.Duration // a wait from which on is asked whether to join; 0: never

	// What was said last, and where: a box of another size may need other pages.
	state    state
	snapshot Snapshot
	area     layout.Box
	at       int // page on the screen
}

func newHomeScreen(o Options, taps taps) *homeScreen {
	h := &homeScreen{
		page:   widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNameForeground, Align: fyne.TextAlignCenter, Lines: 2}),
		notice: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNameForeground, Align: fyne.TextAlignCenter, Lines: 2}),
		bar:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameSelection, Rounded: true}),
		empty:  newNotice(widgets.Careful),
		closed: newNotice(widgets.Hours),
		out:    newNotice(widgets.Careful),
		long:   o.LongWait,
	}
	h.previous = widgets.NewButton(widgets.Plain, func() { taps.step(turnPage{h.at - 1}) })
	h.next = widgets.NewButton(widgets.Plain, func() { taps.step(turnPage{h.at + 1}) })
	var objects []fyne.CanvasObject
	for i := range h.tiles {
		h.tiles[i] = widgets.NewTile(func() {
			h.choose(h.offered[i], taps)
		})
		objects = append(objects, h.tiles[i])
	}
	h.all = container.New(layout.Stage(h.place), append(objects, h.bar, h.notice, h.previous, h.page, h.next, h.empty.all, h.closed.all, h.out.all)...)
	return h
}

// choose is a tap on a tile. One that offers nothing now says why; it tells that somebody is there.
func (h *homeScreen) choose(c choice, taps taps) {
	switch {
	case c.isGroup():
		taps.step(openGroup{c.group.ID})
	case c.services[0].Availability != Open:
		taps.step(touch{})
	default:
		taps.step(chooseService{c.services[0].ID, taps.newRequest(), h.isLong(c.services[0])})
	}
}

// isLong tells whether the wait is so long that a customer is asked whether to join the queue.
func (h *homeScreen) isLong(s Service) bool {
	return h.long > 0 && time.Duration(s.Wait.High)*time.Minute >= h.long
}

func (h *homeScreen) root() fyne.CanvasObject { return h.all }

func (h *homeScreen) place(b layout.Box) {
	h.area = b
	for _, n := range []*notice{h.empty, h.closed, h.out} {
		b.Put(n.all)
	}
	h.draw()
}

func (h *homeScreen) say(s state, c *lang.Catalogue, v Snapshot) {
	h.state, h.snapshot = s, v
	h.empty.say(c.NoServices, c.NoServicesDo)
	h.closed.say(c.Shell.Closed, c.WeOpen(v.At, v.Opens))
	h.closed.besides(c.Shell.ClosedDo)
	h.out.say(c.Shell.Out, c.Shell.OutDo)
	h.out.besides(lang.Both(c.Shell.OutWhy, v.Out))
	h.previous.SetText(c.PreviousPage)
	h.next.SetText(c.NextPage)
	h.draw()
}

// mostHere is how many choices are on the screen at once: in large, half as many.
func (h *homeScreen) mostHere() int {
	if h.state.look.Large {
		return most / 2
	}
	return most
}

// arrange fits choices into an area in the theme's sizes.
func (h *homeScreen) arrange(choices int, area layout.Box) arrangement {
	narrow := area.Size.Width < 20*layout.Size(theme.SizeNameName) // two names beside each other would be cut
	return arrange(choices, h.mostHere(), narrow, area, layout.Size(theme.SizeNameTarget), layout.Size(fynetheme.SizeNamePadding))
}

// draw puts the choices of the page into the area, or what there is to say instead.
func (h *homeScreen) draw() {
	choices := h.snapshot.choices(h.state.group)
	out, closed := h.snapshot.Out != "", h.snapshot.allClosed()
	if out || closed {
		choices = nil
	}
	layout.Show(h.out.all, out)
	layout.Show(h.closed.all, closed && !out)
	layout.Show(h.empty.all, len(choices) == 0 && !closed && !out)

	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	a := h.arrange(len(choices), h.area)
	area := h.drawNotice(h.area, len(choices), a, gap)
	h.at = min(h.state.page, a.pages-1)
	h.drawPager(a.pages)
	if a.pages > 1 {
		pager, rest := area.Bottom(target, gap)
		h.placePager(pager, gap)
		area = rest
	}
	height := min(area.Size.Height, float32(a.rows)*2.1*target+float32(a.rows-1)*gap)
	cells := area.Centred(area.Size.Width, height).Grid(a.columns, a.rows, gap)
	here := choices[h.at*len(cells) : min((h.at+1)*len(cells), len(choices))]
	for i, tile := range h.tiles {
		layout.Show(tile, i < len(here))
		if i < len(here) {
			cells[i].Put(tile)
			h.offer(i, here[i])
		}
	}
}

// drawNotice puts the first notice above the choices, where it leaves them room enough; what remains is theirs.
func (h *homeScreen) drawNotice(area layout.Box, choices int, a arrangement, gap float32) layout.Box {
	height := 2 * layout.Size(fynetheme.SizeNameText)
	bar, rest := area.Top(height, gap)
	shown := len(h.snapshot.Notices) > 0 && choices > 0 && !h.state.low && h.state.group == "" &&
		h.arrange(choices, rest) == a
	layout.Show(h.notice, shown)
	layout.Show(h.bar, shown)
	if !shown {
		return area
	}
	h.notice.SetText(h.snapshot.Notices[0].In(h.state.language))
	bar.Put(h.bar)
	bar.Inset(gap, 0).Put(h.notice)
	return rest
}

func (h *homeScreen) offer(i int, c choice) {
	h.offered[i] = c
	if c.isGroup() {
		h.tiles[i].SetOffer(groupOffer(c, h.snapshot.At, h.state.language))
		h.tiles[i].Hold(false)
		return
	}
	s := c.services[0]
	h.tiles[i].SetOffer(serviceOffer(s, h.snapshot.At, h.state.language))
	h.tiles[i].Hold(h.state.asked && h.state.wish.service == s.ID)
}

func (h *homeScreen) drawPager(pages int) {
	h.page.SetText(lang.Of(h.state.language).Page(h.at+1, pages))
	layout.Show(h.page, pages > 1)
	layout.Show(h.previous, h.at > 0)
	layout.Show(h.next, h.at < pages-1)
}

func (h *homeScreen) placePager(b layout.Box, gap float32) {
	width := max(layout.Size(theme.SizeNameTarget), min(7*layout.Size(theme.SizeNameAction), 0.3*b.Size.Width))
	left, rest := b.Left(width, gap)
	right, middle := rest.Right(width, gap)
	left.Put(h.previous)
	middle.Put(h.page)
	right.Put(h.next)
}
