package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
)

// PagerWords are written on a pager: Page says which page it is of how many, counted from 1.
type PagerWords struct {
	Previous, Next string
	Page           func(page, pages int) string
}

// Pager is a button for the page before, one for the page after, and between them where one is. Screens in a hall do not
// scroll.
type Pager struct {
	Root           *fyne.Container
	previous, next *Button
	text           *Text
	page           func(page, pages int) string
	at, pages      int
}

// NewPager calls back with -1 for the page before and 1 for the page after.
func NewPager(turn func(by int)) *Pager {
	p := &Pager{
		previous: NewButton(Plain, func() { turn(-1) }),
		next:     NewButton(Plain, func() { turn(1) }),
		text:     NewText(Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNameForeground, Align: fyne.TextAlignCenter, Lines: 2}),
	}
	p.Root = container.New(layout.Stage(p.place), p.previous, p.text, p.next)
	return p
}

// Previous and Next are the buttons.
func (p *Pager) Previous() *Button { return p.previous }
func (p *Pager) Next() *Button     { return p.next }

// Say writes on the pager.
func (p *Pager) Say(w PagerWords) {
	p.previous.SetText(w.Previous)
	p.next.SetText(w.Next)
	p.page = w.Page
	p.Turn(p.at, p.pages)
}

// Turn tells which page is shown, counted from 0, of how many. A button that leads nowhere is not there.
func (p *Pager) Turn(at, pages int) {
	p.at, p.pages = at, pages
	layout.Show(p.previous, at > 0)
	layout.Show(p.next, at < pages-1)
	if p.page != nil {
		p.text.SetText(p.page(at+1, pages))
	}
}

// place puts the buttons side by side, in an upright box below each other.
func (p *Pager) place(b layout.Box) {
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	var first, last layout.Box
	if b.Portrait() {
		first, b = b.Top(target, gap)
		last, b = b.Bottom(target, gap)
	} else {
		width := min(b.Size.Width*0.36, max(target, 7*layout.Size(theme.SizeNameAction)))
		first, b = b.Left(width, gap)
		last, b = b.Right(width, gap)
	}
	first.Put(p.previous)
	b.Put(p.text)
	last.Put(p.next)
}
