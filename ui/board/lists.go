package board

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// mostCalls is how many calls the list has room for at most.
const mostCalls = 6

// last is the list of the last calls, newest first.
type last struct {
	root  *fyne.Container
	look  *look
	card  card
	rows  [mostCalls]callRow
	room  int // rows that fit
	calls []Call
}

type callRow struct {
	number, counter, english *widgets.Text
	line                     *canvas.Rectangle
}

func newLast(l *look) *last {
	c := &last{look: l, card: newCard(l)}
	objects := []fyne.CanvasObject{c.card.area, c.card.heading}
	for i := range c.rows {
		r := callRow{
			number:  l.text(sizeRow, fynetheme.ColorNamePrimary, fyne.TextAlignLeading, true),
			counter: l.text(sizePlace, fynetheme.ColorNameForeground, fyne.TextAlignLeading, true),
			english: l.text(sizeSmall, fynetheme.ColorNamePlaceHolder, fyne.TextAlignLeading, false),
			line:    canvas.NewRectangle(l.color(fynetheme.ColorNameSeparator)),
		}
		c.rows[i] = r
		objects = append(objects, r.line, r.number, r.counter, r.english)
	}
	c.card.heading.SetText(lang.Both(both.zh.Last, both.en.Last))
	c.root = container.New(layout.Stage(c.place), objects...)
	return c
}

func (c *last) place(b layout.Box) {
	l := c.look
	rest := c.card.place(l, b)
	c.room = max(1, min(mostCalls, int(rest.Size.Height/l.units(88))))
	cells := rest.Grid(1, c.room, 0)
	for i, r := range c.rows {
		cell := layout.Box{At: rest.At}
		if i < c.room {
			cell = cells[i]
		}
		line, _ := cell.Top(l.units(2), 0)
		line.Put(r.line)
		number, place := cell.Left(cell.Size.Width*0.4, l.units(16))
		number.Put(r.number)
		zh, en := place.Inset(0, place.Size.Height*0.08).Top(place.Size.Height*0.5, 0)
		zh.Put(r.counter)
		en.Put(r.english)
	}
	c.fill()
}

func (c *last) show(s shown) {
	c.calls = s.listed(mostCalls)
	c.fill()
}

func (c *last) fill() {
	for i, r := range c.rows {
		var call Call
		if i < len(c.calls) && i < c.room {
			call = c.calls[i]
		}
		layout.Show(r.line, call.Number != "")
		r.number.SetText(call.Number)
		r.counter.SetText(call.Names.In(lang.Chinese))
		r.english.SetText(english(call.Names))
	}
}

// mostWaits is how many services stand on the screen at once at most; more are shown by turns.
const mostWaits = 5

// waits are the services and who waits for them.
type waits struct {
	root *fyne.Container
	look *look
	card card
	rows [mostWaits]waitRow
	room int // rows that fit
	all  []Wait
	page int
}

type waitRow struct{ name, english, people, peopleInEnglish *widgets.Text }

func newWaits(l *look) *waits {
	w := &waits{look: l, card: newCard(l)}
	objects := []fyne.CanvasObject{w.card.area, w.card.heading}
	for i := range w.rows {
		r := waitRow{
			name:            l.text(sizeWait, fynetheme.ColorNameForeground, fyne.TextAlignLeading, true),
			english:         l.text(sizeSmall, fynetheme.ColorNamePlaceHolder, fyne.TextAlignLeading, false),
			people:          l.text(sizeWait, fynetheme.ColorNameForeground, fyne.TextAlignTrailing, true),
			peopleInEnglish: l.text(sizeSmall, fynetheme.ColorNamePlaceHolder, fyne.TextAlignTrailing, false),
		}
		w.rows[i] = r
		objects = append(objects, r.name, r.english, r.people, r.peopleInEnglish)
	}
	w.card.heading.SetText(lang.Both(both.zh.Waiting, both.en.Waiting))
	w.root = container.New(layout.Stage(w.place), objects...)
	return w
}

func (w *waits) place(b layout.Box) {
	l := w.look
	rest := w.card.place(l, b)
	w.room = max(1, min(mostWaits, int(rest.Size.Height/l.units(72))))
	cells := rest.Grid(1, w.room, 0)
	for i, r := range w.rows {
		cell := layout.Box{At: rest.At}
		if i < w.room {
			cell = cells[i]
		}
		name, wait := cell.Left(cell.Size.Width*0.5, l.units(12))
		for _, side := range []struct {
			box    layout.Box
			zh, en *widgets.Text
		}{{name, r.name, r.english}, {wait, r.people, r.peopleInEnglish}} {
			upper, lower := side.box.Centred(side.box.Size.Width, l.units(90)).Top(min(side.box.Size.Height, l.units(90))*0.56, 0)
			upper.Put(side.zh)
			lower.Put(side.en)
		}
	}
	w.fill()
}

func (w *waits) show(s shown) {
	w.all, w.page = s.Waits, s.page
	w.fill()
}

// fill shows the services whose turn it is.
func (w *waits) fill() {
	all := w.all
	if w.room > 0 && len(all) > w.room {
		pages := (len(all) + w.room - 1) / w.room
		at := w.page % pages * w.room
		all = all[at:min(len(all), at+w.room)]
	}
	for i, r := range w.rows {
		var one Wait
		zh, en := "", ""
		if i < min(len(all), w.room) {
			one = all[i]
			zh, en = one.in(both.zh), one.in(both.en)
		}
		r.name.SetText(one.Names.In(lang.Chinese))
		r.english.SetText(english(one.Names))
		r.people.SetText(zh)
		r.peopleInEnglish.SetText(en)
	}
}

// in says how a service stands.
func (w Wait) in(words *lang.BoardWords) string {
	switch {
	case w.Waiting == 0 && w.Closed:
		return words.None
	case w.Waiting == 0 && w.Full:
		return words.Full
	case !w.Expected.Known():
		return words.People(w.Waiting)
	}
	return lang.Both(words.People(w.Waiting), words.About(w.Expected.Low, w.Expected.High))
}
