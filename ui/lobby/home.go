package lobby

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// most is how many services are on the screen at once: with more, nobody finds theirs.
const most = 8

// arrangement is how services are laid out: columns and rows of tiles on each of some pages.
type arrangement struct{ columns, rows, pages int }

// arrange fits services into a box without making any tile lower than a target. Where they do not fit, or are too
// many, there are pages, and a row remains for the buttons that turn them.
func arrange(services int, b box, target, gap float32) arrangement {
	fit := max(1, int((b.size.Height+gap)/(target+gap)))
	columns := 2
	if services <= 3 && services <= fit || portrait(b) && services <= min(fit, most) {
		columns = 1
	}
	if services <= min(columns*fit, most) {
		return arrangement{columns, max(1, (services+columns-1)/columns), 1}
	}
	if portrait(b) {
		columns = 1
	}
	rows := max(1, min(fit-1, 6/columns))
	page := columns * rows
	return arrangement{columns, rows, (services + page - 1) / page}
}

// homeScreen offers the services.
type homeScreen struct {
	all            *fyne.Container
	tiles          [most]*widgets.Tile
	offered        [most]string // service id of each tile
	previous, next *widgets.Button
	page           *widgets.Text
	closed         *notice

	// What was said last, and where: a box of another size may need other pages.
	state    state
	services []Service
	area     box
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
		h.tiles[i] = widgets.NewTile(func() { taps.step(chooseService{h.offered[i], taps.newRequest()}) })
		objects = append(objects, h.tiles[i])
	}
	h.all = container.New(stage(h.place), append(objects, h.previous, h.page, h.next, h.closed.all)...)
	return h
}

func (h *homeScreen) root() fyne.CanvasObject { return h.all }

func (h *homeScreen) place(b box) {
	h.area = b
	b.put(h.closed.all)
	h.draw()
}

func (h *homeScreen) say(s state, c *lang.Catalogue, v Snapshot) {
	h.state, h.services = s, v.Services
	h.closed.say(c.NoServices, c.NoServicesDo)
	h.previous.SetText(c.PreviousPage)
	h.next.SetText(c.NextPage)
	h.draw()
}

// draw puts the services of the page into the area.
func (h *homeScreen) draw() {
	gap, target := size(fynetheme.SizeNamePadding), size(theme.SizeNameTarget)
	a := arrange(len(h.services), h.area, target, gap)
	h.at = min(h.state.page, a.pages-1)
	h.drawPager(a.pages)

	area := h.area
	if a.pages > 1 {
		pager, rest := area.bottom(target, gap)
		h.placePager(pager, gap)
		area = rest
	}
	height := min(area.size.Height, float32(a.rows)*2.1*target+float32(a.rows-1)*gap)
	cells := area.centred(area.size.Width, height).grid(a.columns, a.rows, gap)
	here := h.services[h.at*len(cells) : min((h.at+1)*len(cells), len(h.services))]
	for i, tile := range h.tiles {
		setShown(tile, i < len(here))
		if i < len(here) {
			cells[i].put(tile)
			h.offer(i, here[i])
		}
	}
	setShown(h.closed.all, len(h.services) == 0)
}

func (h *homeScreen) offer(i int, s Service) {
	h.offered[i] = s.ID
	h.tiles[i].SetOffer(widgets.Offer{
		Mark:   s.Mark,
		Name:   s.Names.In(h.state.language),
		Detail: lang.Of(h.state.language).InFront(s.Ahead),
	})
	h.tiles[i].Hold(h.state.asked && h.state.wish.service == s.ID)
}

func (h *homeScreen) drawPager(pages int) {
	h.page.SetText(lang.Of(h.state.language).Page(h.at+1, pages))
	setShown(h.page, pages > 1)
	setShown(h.previous, h.at > 0)
	setShown(h.next, h.at < pages-1)
}

func (h *homeScreen) placePager(b box, gap float32) {
	width := max(size(theme.SizeNameTarget), 7*size(theme.SizeNameAction))
	left, rest := b.left(width, gap)
	right, middle := rest.right(width, gap)
	left.put(h.previous)
	middle.put(h.page)
	right.put(h.next)
}
