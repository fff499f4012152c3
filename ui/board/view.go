package board

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// shown is what is on the screen.
type shown struct {
	Snapshot
	now  time.Time
	turn *turn
	page int
	mute bool
}

// both are the words in the two languages.
var both = struct{ zh, en *lang.BoardWords }{&lang.Of(lang.Chinese).Board, &lang.Of(lang.English).Board}

// view is everything there is to see.
type view struct {
	root  *fyne.Container
	look  *look
	back  *canvas.Rectangle
	head  *head
	now   *now
	last  *last
	waits *waits
	foot  *foot
}

func newView(theme fyne.Theme) *view {
	l := &look{Theme: theme, side: 1080}
	v := &view{look: l, back: canvas.NewRectangle(l.color(fynetheme.ColorNameBackground)),
		head: newHead(l), now: newNow(l), last: newLast(l), waits: newWaits(l), foot: newFoot(l)}
	v.root = container.New(layout.Stage(v.place), v.back, v.head.root, v.now.root, v.last.root, v.waits.root, v.foot.root)
	return v
}

func (v *view) place(b layout.Box) {
	l := v.look
	l.side = min(b.Size.Width, b.Size.Height)
	b.Put(v.back)
	header, rest := b.Top(l.units(112), 0)
	footer, middle := rest.Bottom(l.units(92), 0)
	gap := l.units(18)
	middle = middle.Inset(gap, gap)
	box(header, v.head.root)
	box(footer, v.foot.root)
	if b.Portrait() {
		call, rest := middle.Top(l.units(700), gap)
		calls, wait := rest.Top(l.units(450), gap)
		box(call, v.now.root)
		box(calls, v.last.root)
		box(wait, v.waits.root)
		return
	}
	call, right := middle.Left(middle.Size.Width*0.58, gap)
	calls, wait := right.Top(l.units(432), gap)
	box(call, v.now.root)
	box(calls, v.last.root)
	box(wait, v.waits.root)
}

// show draws what is not drawn yet.
func (v *view) show(s shown) {
	v.head.show(s)
	v.now.show(s)
	v.last.show(s)
	v.waits.show(s)
	v.foot.show(s)
}

// card is a white area with a heading.
type card struct {
	area    *canvas.Rectangle
	heading *widgets.Text
}

func newCard(l *look) card {
	return card{area: canvas.NewRectangle(l.color(fynetheme.ColorNameButton)),
		heading: l.text(sizeHeading, fynetheme.ColorNamePlaceHolder, fyne.TextAlignLeading, true)}
}

// place puts the card and returns the box below its heading.
func (c card) place(l *look, b layout.Box) layout.Box {
	b.Put(c.area)
	c.area.CornerRadius = l.units(14)
	heading, rest := b.Inset(l.units(24), l.units(10)).Top(l.units(50), l.units(4))
	heading.Put(c.heading)
	return rest
}

// names are a name in both languages, once when they are the same.
func names(n lang.Names) string {
	zh, en := n.In(lang.Chinese), n.In(lang.English)
	if zh == en {
		return zh
	}
	return zh + "  " + en
}

// english is a name's English where it differs from the Chinese.
func english(n lang.Names) string {
	if en := n.In(lang.English); en != n.In(lang.Chinese) {
		return en
	}
	return ""
}
