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

// most is how many choices are on the screen at once: with more, nobody finds theirs.
const most = 8

// arrangement is how choices are laid out: columns and rows of tiles on each of some pages.
type arrangement struct{ columns, rows, pages int }

// arrange fits choices into a box without making any tile lower than a target. Where they do not fit, or are too
// many, there are pages, and a row remains for the buttons that turn them.
func arrange(choices int, b layout.Box, target, gap float32) arrangement {
	fit := max(1, int((b.Size.Height+gap)/(target+gap)))
	columns := 2
	if choices <= 3 && choices <= fit || b.Portrait() && choices <= min(fit, most) {
		columns = 1
	}
	if choices <= min(columns*fit, most) {
		return arrangement{columns, max(1, (choices+columns-1)/columns), 1}
	}
	if b.Portrait() {
		columns = 1
	}
	rows := max(1, min(fit-1, 6/columns))
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
	closed         *notice

	// What was said last, and where: a box of another size may need other pages.
	state    state
	snapshot Snapshot
	area     layout.Box
	at       int // page on the screen
}

func newHomeScreen(taps taps) *homeScreen {
	h := &homeScreen{
		page:   widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNameForeground, Align: fyne.TextAlignCenter}),
		closed: newNotice(widgets.Careful),
	}
	h.previous = widgets.NewButton(widgets.Plain, func() { taps.step(turnPage{h.at - 1}) })
	h.next = widgets.NewButton(widgets.Plain, func() { taps.step(turnPage{h.at + 1}) })
	var objects []fyne.CanvasObject
	for i := range h.tiles {
		h.tiles[i] = widgets.NewTile(func() {
			if c := h.offered[i]; c.isGroup() {
				taps.step(openGroup{c.group.ID})
			} else {
				taps.step(chooseService{c.services[0].ID, taps.newRequest()})
			}
		})
		objects = append(objects, h.tiles[i])
	}
	h.all = container.New(layout.Stage(h.place), append(objects, h.previous, h.page, h.next, h.closed.all)...)
	return h
}

func (h *homeScreen) root() fyne.CanvasObject { return h.all }

func (h *homeScreen) place(b layout.Box) {
	h.area = b
	b.Put(h.closed.all)
	h.draw()
}

func (h *homeScreen) say(s state, c *lang.Catalogue, v Snapshot) {
	h.state, h.snapshot = s, v
	h.closed.say(c.NoServices, c.NoServicesDo)
	h.previous.SetText(c.PreviousPage)
	h.next.SetText(c.NextPage)
	h.draw()
}

// draw puts the choices of the page into the area.
func (h *homeScreen) draw() {
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	choices := h.snapshot.choices(h.state.group)
	a := arrange(len(choices), h.area, target, gap)
	h.at = min(h.state.page, a.pages-1)
	h.drawPager(a.pages)

	area := h.area
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
	layout.Show(h.closed.all, len(choices) == 0)
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
	width := max(layout.Size(theme.SizeNameTarget), 7*layout.Size(theme.SizeNameAction))
	left, rest := b.Left(width, gap)
	right, middle := rest.Right(width, gap)
	left.Put(h.previous)
	middle.Put(h.page)
	right.Put(h.next)
}
