package widgets

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"stationkeeper/ui/theme"
)

// Pad is what a Keypad has keys for, and what it calls when they are tapped.
type Pad struct {
	// Letters are the keys there are besides the ten digits, in the order in which they are shown.
	Letters string
	// Typed is called with a digit or a letter, Delete to take the last one back, and Done when nothing more is to come.
	Typed        func(key rune)
	Delete, Done func()
}

// PadWords are written on the keys that are not characters: to take the last one back, to go on, and, where not all keys
// have room at once, to see the other ones.
type PadWords struct{ Delete, Done, Others string }

// Keypad is a pad of digits, and letters where they are needed, to be typed with a finger. It arranges its keys in the
// room that it is given, each at least as large as a target; those that have no room beside the others get a page of
// their own.
type Keypad struct {
	widget.BaseWidget
	pad    Pad
	words  PadWords
	ready  bool
	page   int
	chars  []rune
	keys   []*Key // of chars
	erase  *Key
	done   *Key
	others *Key
}

// NewKeypad returns a pad whose Done cannot be tapped yet.
func NewKeypad(p Pad) *Keypad {
	k := &Keypad{pad: p}
	k.erase = newKey(aside, func() { k.call(k.pad.Delete) })
	k.done = newKey(onward, func() { k.call(k.pad.Done) })
	k.others = newKey(aside, func() { k.page++; k.Refresh() })
	k.done.setOff(true)
	k.setChars()
	k.ExtendBaseWidget(k)
	return k
}

func (k *Keypad) call(f func()) {
	if f != nil {
		f()
	}
}

// SetLetters gives the pad other letters.
func (k *Keypad) SetLetters(letters string) {
	if letters != k.pad.Letters {
		k.pad.Letters, k.page = letters, 0
		k.setChars()
		k.Refresh()
	}
}

// setChars writes on the keys, and makes those that are missing. Keys that are left over stay, unused.
func (k *Keypad) setChars() {
	k.chars = []rune(digits + k.pad.Letters)
	for i := len(k.keys); i < len(k.chars); i++ {
		k.keys = append(k.keys, newKey(character, func() {
			if k.pad.Typed != nil {
				k.pad.Typed(k.chars[i])
			}
		}))
	}
	for i, char := range k.chars {
		k.keys[i].setText(string(char))
	}
}

// SetWords writes on the keys that are not characters.
func (k *Keypad) SetWords(w PadWords) {
	if w != k.words {
		k.words = w
		k.erase.setText(w.Delete)
		k.done.setText(w.Done)
		k.others.setText(w.Others)
	}
}

// SetReady tells whether Done can be tapped: whether enough has been typed.
func (k *Keypad) SetReady(ready bool) {
	if ready != k.ready {
		k.ready = ready
		k.done.setOff(!ready)
	}
}

// Begin shows the first keys again, for another customer.
func (k *Keypad) Begin() {
	if k.page != 0 {
		k.page = 0
		k.Refresh()
	}
}

// Key is the key of a character, nil when there is none; Erase and Done are the keys that take back and go on, and Others
// the one that shows the other keys.
func (k *Keypad) Key(char rune) *Key {
	for i, c := range k.chars {
		if c == char {
			return k.keys[i]
		}
	}
	return nil
}

func (k *Keypad) Erase() *Key  { return k.erase }
func (k *Keypad) Done() *Key   { return k.done }
func (k *Keypad) Others() *Key { return k.others }

// plan is the arrangement of the keys in a room.
func (k *Keypad) plan(room fyne.Size) plan {
	look := lookOf(k)
	return arrangeKeys(len(k.chars), room, look.size(theme.SizeNameTarget), look.size(fynetheme.SizeNamePadding))
}

// pages is how many pages the keys need in a room, and extent what they take of it.
func (k *Keypad) pages(room fyne.Size) int { return k.plan(room).pages }

func (k *Keypad) extent(room fyne.Size) fyne.Size {
	p, gap := k.plan(room), lookOf(k).size(fynetheme.SizeNamePadding)
	return fyne.NewSize(float32(p.columns)*(p.key.Width+gap)-gap, float32(p.rows)*(p.key.Height+gap)-gap)
}

// CreateRenderer belongs to Fyne.
func (k *Keypad) CreateRenderer() fyne.WidgetRenderer {
	r := &keypadRenderer{pad: k}
	r.Layout(k.Size())
	return r
}

type keypadRenderer struct{ pad *Keypad }

// Layout places the keys of the page that is shown, and hides the rest.
func (r *keypadRenderer) Layout(size fyne.Size) {
	k := r.pad
	gap, plan := lookOf(k).size(fynetheme.SizeNamePadding), k.plan(size)
	k.page %= plan.pages
	shown := map[*Key]bool{}
	put := func(key *Key, column, row int) {
		width, height := plan.key.Width, plan.key.Height
		shown[key] = true
		key.Resize(plan.key)
		key.Move(fyne.NewPos(plan.left+float32(column)*(width+gap), plan.top+float32(row)*(height+gap)))
		show(key, true)
	}
	for _, at := range plan.places[k.page] {
		put(k.keys[at.char], at.column, at.row)
	}
	put(k.erase, plan.erase.column, plan.erase.row)
	put(k.done, plan.done.column, plan.done.row)
	if plan.pages > 1 {
		put(k.others, plan.others.column, plan.others.row)
	}
	for _, key := range r.all() {
		if !shown[key] {
			show(key, false)
		}
	}
}

// MinSize is nothing: whoever places the pad decides what room it has.
func (r *keypadRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *keypadRenderer) Refresh() {
	r.Layout(r.pad.Size())
	for _, key := range r.all() {
		key.Refresh()
	}
}

func (r *keypadRenderer) all() []*Key {
	return append([]*Key{r.pad.erase, r.pad.done, r.pad.others}, r.pad.keys...)
}

func (r *keypadRenderer) Objects() (objects []fyne.CanvasObject) {
	for _, key := range r.all() {
		objects = append(objects, key)
	}
	return objects
}

func (r *keypadRenderer) Destroy() {}
