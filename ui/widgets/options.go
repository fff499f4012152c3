package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
)

// optionsAtOnce is how many options are on the screen at once: with more, nobody finds theirs.
const optionsAtOnce = 8

// Options are several answers to choose from, on as many pages as they need.
type Options struct {
	Root *fyne.Container
	// Pager turns the pages, where there are several.
	Pager *Pager

	options [optionsAtOnce]*Option
	texts   []string
	many    bool
	chosen  func(i int) bool
	page    int
	area    layout.Box
	shown   int // how many there are on a page
}

// NewOptions calls tapped with the place of the option that was tapped, and turned when another page is shown.
func NewOptions(tapped func(i int), turned func()) *Options {
	o := &Options{chosen: func(int) bool { return false }}
	objects := make([]fyne.CanvasObject, 0, len(o.options)+1)
	for i := range o.options {
		o.options[i] = NewOption(func() { tapped(o.page*o.shown + i) })
		objects = append(objects, o.options[i])
	}
	o.Pager = NewPager(func(by int) {
		o.page += by
		o.draw()
		turned()
	})
	o.Root = container.New(layout.Stage(o.place), append(objects, o.Pager.Root)...)
	return o
}

// Option returns the one that shows the text at a place; nil when that is on another page.
func (o *Options) Option(i int) *Option {
	if at := i - o.page*o.shown; at >= 0 && at < min(o.shown, len(o.texts)-o.page*o.shown) {
		return o.options[at]
	}
	return nil
}

// Begin shows the first page again, for another question or another customer.
func (o *Options) Begin() { o.page = 0 }

// Say shows options, and which of them are chosen. Many tells that any number can be.
func (o *Options) Say(texts []string, many bool, chosen func(i int) bool) {
	o.texts, o.many, o.chosen = texts, many, chosen
	o.draw()
}

func (o *Options) place(b layout.Box) {
	o.area = b
	o.draw()
}

// draw shows the options of the page.
func (o *Options) draw() {
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	plan := arrangeOptions(len(o.texts), o.area, target, gap)
	o.shown = plan.columns * plan.rows
	o.page = min(max(0, o.page), plan.pages-1)
	area := o.area
	layout.Show(o.Pager.Root, plan.pages > 1)
	if plan.pages > 1 {
		pager, rest := area.Bottom(target, gap)
		pager.Put(o.Pager.Root)
		o.Pager.Turn(o.page, plan.pages)
		area = rest
	}
	height := min(area.Size.Height, float32(plan.rows)*1.4*target+float32(plan.rows-1)*gap)
	area, _ = area.Top(height, 0)
	cells := area.Grid(plan.columns, plan.rows, gap)
	size := float32(0)
	for i, option := range o.options {
		at := o.page*o.shown + i
		there := i < o.shown && at < len(o.texts)
		layout.Show(option, there)
		if there {
			option.Say(o.texts[at], o.many, o.chosen(at))
			cells[i].Put(option)
			if fits := option.fitted(cells[i].Size); size == 0 || fits < size {
				size = fits
			}
		}
	}
	for _, option := range o.options { // none stands out
		option.setMost(size)
	}
}

// optionPlan is how options are laid out: columns and rows on each of some pages.
type optionPlan struct{ columns, rows, pages int }

// narrowest is how wide an option is at least, in targets, and widest how many columns are easily overlooked.
const (
	narrowest = 2.5
	widest    = 4
)

// arrangeOptions fits options into a box without making any lower than a target, in as few columns as hold them all. Where
// they do not fit there are pages, and a row is left for the buttons that turn them.
func arrangeOptions(options int, b layout.Box, target, gap float32) optionPlan {
	fit := max(1, int((b.Size.Height+gap+0.01)/(target+gap)))
	most := min(widest, max(1, int((b.Size.Width+gap)/(narrowest*target+gap))))
	for columns := 1; columns <= most; columns++ {
		rows := max(1, (options+columns-1)/columns)
		// One column is for a few options, or for an upright box: across a wide one the eye has far to go.
		if alone := columns == 1 && most > 1 && options > 3 && !b.Portrait(); rows <= fit && !alone && options <= optionsAtOnce {
			return optionPlan{columns, rows, 1}
		}
	}
	rows := max(1, min(fit-1, optionsAtOnce/most))
	page := most * rows
	return optionPlan{most, rows, (options + page - 1) / page}
}
