package checkin

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// waysStep asks how the customer proves to have an appointment.
type waysStep struct {
	root        *fyne.Container
	phone, code *widgets.Tile
	scan        *widgets.Plate
	scans       bool
}

func newWaysStep(scans bool, way func(step)) *waysStep {
	w := &waysStep{
		phone: widgets.NewTile(func() { way(phone) }),
		code:  widgets.NewTile(func() { way(code) }),
		scan:  widgets.NewPlate(),
		scans: scans,
	}
	w.root = container.New(layout.Stage(w.place), w.phone, w.code, w.scan)
	layout.Show(w.scan, scans)
	return w
}

func (w *waysStep) place(b layout.Box) {
	gap, target := layout.Size(fynetheme.SizeNameInnerPadding), layout.Size(theme.SizeNameTarget)
	count := 2
	if w.scans {
		count = 3
	}
	columns, rows := 1, count
	if high := float32(count)*1.25*target + float32(count-1)*gap; high > b.Size.Height { // a low strip
		columns, rows = count, 1
	}
	b = b.Centred(b.Size.Width, float32(rows)*1.9*target+float32(rows-1)*gap)
	cells := b.Grid(columns, rows, gap)
	cells[0].Put(w.phone)
	cells[1].Put(w.code)
	if w.scans {
		cells[2].Put(w.scan)
	}
}

func (w *waysStep) say(c lang.CheckInWords) {
	w.phone.SetOffer(widgets.Offer{Mark: c.PhoneMark, Name: c.Phone, Detail: c.PhoneMore})
	w.code.SetOffer(widgets.Offer{Mark: c.CodeMark, Name: c.Code, Detail: c.CodeMore})
	w.scan.Say(c.Scan, c.ScanMore)
}

// bookingsAtOnce is how many bookings are on the screen at once.
const bookingsAtOnce = 4

// chooseStep shows the bookings that match, a page of them at a time.
type chooseStep struct {
	root    *fyne.Container
	tiles   [bookingsAtOnce]*widgets.Tile
	none    *widgets.Button
	pager   *widgets.Pager
	choice  []Booking
	names   []string // of the services of all
	times   []string // of all
	page    int
	perPage int
	area    layout.Box
}

func newChooseStep(pick func(i int), none, turned func()) *chooseStep {
	c := &chooseStep{none: widgets.NewButton(widgets.Plain, none), perPage: bookingsAtOnce}
	var objects []fyne.CanvasObject
	for i := range c.tiles {
		c.tiles[i] = widgets.NewTile(func() { pick(c.page*c.perPage + i) })
		objects = append(objects, c.tiles[i])
	}
	c.pager = widgets.NewPager(func(by int) {
		c.page += by
		turned()
	})
	c.root = container.New(layout.Stage(c.place), append(objects, c.pager.Root, c.none)...)
	return c
}

func (c *chooseStep) begin() { c.page, c.choice = 0, nil }

func (c *chooseStep) say(choice []Booking, scene flow.Scene) {
	words := scene.Words
	c.choice = choice
	c.none.SetText(words.CheckIn.NoneOfThese)
	c.pager.Say(widgets.PagerWords{Previous: words.PreviousPage, Next: words.NextPage, Page: words.Page})
	c.names, c.times = c.names[:0], c.times[:0]
	for _, b := range choice {
		c.names = append(c.names, b.Service.In(scene.Language))
		c.times = append(c.times, clock(b, scene))
	}
	c.place(c.area)
}

// clock is when a booking is: the day, unless it is today, and the time of day.
func clock(b Booking, scene flow.Scene) string {
	at := b.At.Format("15:04")
	if day := scene.Words.Day(scene.At, b.At); day != "" {
		return day + " " + at
	}
	return at
}

// spoken are the bookings of the page, without whose they are.
func (c *chooseStep) spoken(words lang.CheckInWords, l lang.Language) string {
	parts := []string{words.Choose}
	for i := c.page * c.perPage; i < min(len(c.choice), (c.page+1)*c.perPage); i++ {
		parts = append(parts, c.times[i]+" "+c.names[i])
	}
	return lang.Aloud(l, append(parts, words.NoneOfThese)...)
}

// place shows the bookings of the page in a column, or, where that is too low, in two.
func (c *chooseStep) place(b layout.Box) {
	c.area = b
	if b.Size.Width == 0 {
		return
	}
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	foot, rest := b.Bottom(target, gap)
	rows := max(1, min(bookingsAtOnce, int((rest.Size.Height+gap)/(1.1*target+gap))))
	columns := 1
	if rows < min(bookingsAtOnce, len(c.choice)) && b.Size.Width > 9.6*target {
		columns = 2
	}
	c.perPage = min(bookingsAtOnce, rows*columns)
	pages := max(1, (len(c.choice)+c.perPage-1)/c.perPage)
	c.page = min(c.page, pages-1)
	shown := min(c.perPage, len(c.choice)-c.page*c.perPage)
	used := (min(c.perPage, len(c.choice)) + columns - 1) / columns
	area := rest.Centred(rest.Size.Width, min(rest.Size.Height, float32(used)*1.7*target+float32(used-1)*gap))
	for i, cell := range area.Grid(columns, max(1, used), gap) {
		if i < len(c.tiles) && i < shown {
			cell.Put(c.tiles[i])
		}
	}
	for i, tile := range c.tiles {
		layout.Show(tile, i < shown)
		if i < shown {
			n := c.page*c.perPage + i
			tile.SetOffer(widgets.Offer{Mark: fmt.Sprint(n + 1), Name: c.names[n], Detail: lang.Both(c.times[n], c.choice[n].Name)})
		}
	}
	c.placeFoot(foot, pages)
}

// placeFoot puts the button for those who see none of theirs beside the pager.
func (c *chooseStep) placeFoot(b layout.Box, pages int) {
	layout.Show(c.pager.Root, pages > 1)
	c.pager.Turn(c.page, pages)
	width := max(layout.Size(theme.SizeNameTarget), 9*layout.Size(theme.SizeNameAction))
	if pages == 1 {
		b.Centred(width, b.Size.Height).Put(c.none)
		return
	}
	none, rest := b.Left(min(width, 0.3*b.Size.Width), layout.Size(fynetheme.SizeNameInnerPadding))
	none.Put(c.none)
	rest.Put(c.pager.Root)
}
