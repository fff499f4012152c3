package widgets

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
	"pgregory.net/rapid"

	"stationkeeper/ui/theme"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// typist types on a pad of a size, and finds the keys as a customer does, page by page.
type typist struct {
	t     *testing.T
	pad   *Keypad
	typed string
	done  int
}

func newTypist(t *testing.T, letters string, size fyne.Size) *typist {
	dress(t)
	p := &typist{t: t}
	p.pad = NewKeypad(Pad{
		Letters: letters,
		Typed:   func(key rune) { p.typed += string(key) },
		Delete:  func() { p.typed = strings.TrimSuffix(p.typed, p.typed[len(p.typed)-1:]) },
		Done:    func() { p.done++ },
	})
	p.pad.SetWords(PadWords{Delete: "删除", Done: "确定", Others: "其他键"})
	onStage(t, p.pad, size)
	p.pad.Resize(size)
	return p
}

// tap taps a key that can be seen.
func (p *typist) tap(key *Key) {
	p.t.Helper()
	if key == nil || !key.Visible() {
		p.t.Fatal("a key cannot be seen")
	}
	test.Tap(key)
}

func (p *typist) tapChar(char rune) {
	p.t.Helper()
	for range len(p.pad.chars) {
		if key := p.pad.Key(char); key != nil && key.Visible() {
			p.tap(key)
			return
		}
		p.tap(p.pad.Others())
	}
	p.t.Fatalf("there is no key %q", char)
}

func TestKeypadTypes(t *testing.T) {
	for _, c := range []struct {
		letters string
		size    fyne.Size
		pages   bool
	}{
		{"", fyne.NewSize(500, 450), false},
		{"", fyne.NewSize(1000, 220), false},
		{"ABCD", fyne.NewSize(600, 450), false},
		{alphabet, fyne.NewSize(1200, 450), false},
		{alphabet, fyne.NewSize(700, 800), false},
		{alphabet, fyne.NewSize(1200, 220), true},
		{alphabet, fyne.NewSize(500, 450), true},
	} {
		t.Run(fmt.Sprintf("%d letters in %v", len(c.letters), c.size), func(t *testing.T) {
			p := newTypist(t, c.letters, c.size)
			if p.pad.Others().Visible() != c.pages {
				t.Errorf("other keys: %v, want %v", p.pad.Others().Visible(), c.pages)
			}
			want := "0123456789" + c.letters
			for _, char := range want {
				p.tapChar(char)
			}
			if p.typed != want {
				t.Errorf("typed %q, want %q", p.typed, want)
			}
			p.tap(p.pad.Erase())
			if p.typed != want[:len(want)-1] {
				t.Errorf("after Delete: %q", p.typed)
			}
		})
	}
}

func TestKeypadIsDoneWhenItIsReady(t *testing.T) {
	p := newTypist(t, "", fyne.NewSize(500, 450))
	p.tap(p.pad.Done())
	if p.done != 0 {
		t.Error("done before anything was typed")
	}
	p.pad.SetReady(true)
	p.tap(p.pad.Done())
	p.pad.SetReady(false)
	p.tap(p.pad.Done())
	if p.done != 1 {
		t.Errorf("done %d times, want once", p.done)
	}
}

func TestKeypadBeginsAnew(t *testing.T) {
	p := newTypist(t, alphabet, fyne.NewSize(500, 450))
	p.tap(p.pad.Others())
	if p.pad.Key('1').Visible() {
		t.Fatal("digits and letters are on one page")
	}
	p.pad.Begin()
	if !p.pad.Key('1').Visible() {
		t.Error("the next customer finds other keys")
	}
	p.pad.SetLetters("AB")
	if p.pad.Key('Z') != nil || p.pad.Key('B') == nil {
		t.Error("other letters are not shown")
	}
}

// TestKeypadFitsItsRoom holds, for any room that has one for two rows of keys, that keys are at least a target large, lie
// within the room, apart from each other, and that every character has a key on exactly one page.
func TestKeypadFitsItsRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.Float32Range(60, 180).Draw(t, "target")
		gap := target * 0.1
		room := fyne.NewSize(rapid.Float32Range(3*target+2*gap, 2000).Draw(t, "width"), rapid.Float32Range(2*target+gap, 1500).Draw(t, "height"))
		chars := len(digits) + rapid.IntRange(0, 26).Draw(t, "letters")
		p := arrangeKeys(chars, room, target, gap)
		if p.key.Width < target-0.5 || p.key.Height < target-0.5 {
			t.Fatalf("keys of %v", p.key)
		}
		if right := p.left + float32(p.columns)*(p.key.Width+gap) - gap; p.left < -0.5 || right > room.Width+0.5 {
			t.Fatalf("from %.1f to %.1f of %.1f", p.left, right, room.Width)
		}
		if bottom := p.top + float32(p.rows)*(p.key.Height+gap) - gap; p.top < -0.5 || bottom > room.Height+0.5 {
			t.Fatalf("from %.1f to %.1f of %.1f", p.top, bottom, room.Height)
		}
		found := map[int]bool{}
		for _, page := range p.places {
			taken := map[cell]bool{p.erase: true, p.done: true}
			if p.pages > 1 {
				taken[p.others] = true
			}
			for _, at := range page {
				if taken[at.cell] || found[at.char] || at.column < 0 || at.column >= p.columns || at.row < 0 || at.row >= p.rows {
					t.Fatalf("%d is at %v of %+v", at.char, at.cell, p)
				}
				taken[at.cell], found[at.char] = true, true
			}
		}
		if len(found) != chars {
			t.Fatalf("%d of %d characters have keys", len(found), chars)
		}
	})
}

func TestEntryShowsWhatIsTyped(t *testing.T) {
	dress(t)
	for _, c := range []struct {
		form Form
		text string
		want string
	}{
		{Telephone, "13800138000", "138 0013 8000"},
		{Telephone, "138", "138"},
		{Telephone, "1380", "138 0"},
		{Telephone, "138001380009", "138 0013 8000 9"},
		{Form{Masked: true}, "2468", "••••"},
		{Form{}, "A012", "A012"},
	} {
		e := NewEntry(c.form)
		e.SetHint("电话号码")
		onStage(t, e, fyne.NewSize(500, 110))
		e.SetText(c.text)
		if got := e.Shown(); got != c.want {
			t.Errorf("%+v shows %q, want %q", c.form, got, c.want)
		}
	}
}

// TestMaskedEntryHidesWhatIsTyped looks at everything that is drawn.
func TestMaskedEntryHidesWhatIsTyped(t *testing.T) {
	dress(t)
	for _, places := range []int{0, 6} {
		e := NewEntry(Form{Masked: true, Places: places})
		onStage(t, e, fyne.NewSize(500, 110))
		for _, typed := range []string{"2", "24", "246", "24", ""} {
			e.SetText(typed)
			r := test.WidgetRenderer(e).(*entryRenderer)
			dots := 0
			for _, dot := range r.dots {
				if dot.Visible() {
					dots++
				}
			}
			if dots != len(typed) {
				t.Errorf("%d places, %d characters: %d dots", places, len(typed), dots)
			}
			for _, o := range r.Objects() {
				if text, ok := o.(*Text); ok && strings.ContainsAny(text.Text(), "0123456789") {
					t.Errorf("%q can be read", text.Text())
				}
			}
		}
	}
}

func TestEntryStaysInItsBox(t *testing.T) {
	dress(t)
	th := fyne.CurrentApp().Settings().Theme()
	target, gap := th.Size(theme.SizeNameTarget), th.Size(fynetheme.SizeNamePadding)
	for _, form := range []Form{{Places: 4}, {Places: 11, Groups: []int{3, 4, 4}}, {Masked: true, Places: 8}} {
		e := NewEntry(form)
		size := fyne.NewSize(4*target+3*gap, target)
		onStage(t, e, size)
		e.SetText("12345678901"[:form.Places])
		r := test.WidgetRenderer(e).(*entryRenderer)
		right := float32(0)
		for _, place := range r.places {
			at := place.text.Position()
			if at.X < right-0.5 || at.X+place.text.Size().Width > size.Width || !place.text.Whole(place.text.Size()) {
				t.Errorf("%+v: %q at %.0f of %.0f wide", form, place.text.Text(), at.X, place.text.Size().Width)
			}
			right = at.X + place.text.Size().Width
		}
	}
}
