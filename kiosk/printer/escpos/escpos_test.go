package escpos

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestText(t *testing.T) {
	cases := []struct {
		text      string
		want      string
		printable bool
	}{
		{"A012", "A012", true},
		{"号", "\xba\xc5", true},          // GB 2312
		{"㛃", "\x82\x30\xb7\x31", false}, // in the four-byte part
		{"镕", "\xe9\x46", true},          // GBK, not GB 2312
		{"é", "\xa8\xa6", true},          // a letter that Chinese printers have, as wide as a character
		{"a\x1b@b\n", "a @b ", false},    // a name does not command
		{"\xff", " ", false},
	}
	for _, c := range cases {
		if got := string(Text(c.text)); got != c.want {
			t.Errorf("Text(%q) = % x, want % x", c.text, got, c.want)
		}
		if got := Printable(c.text); got != c.printable {
			t.Errorf("Printable(%q) = %t", c.text, got)
		}
	}
	if got := Columns("A012 号码"); got != 9 {
		t.Errorf("Columns: %d", got)
	}
}

func TestCommands(t *testing.T) {
	for name, c := range map[string]struct{ got, want []byte }{
		"size":    {Size(6), []byte{0x1d, 0x21, 0x55}},
		"largest": {Size(9), []byte{0x1d, 0x21, 0x77}},
		"cut":     {Cut(PartialCut), []byte{0x1d, 0x56, 0x42, 0}},
		"full":    {Cut(FullCut), []byte{0x1d, 0x56, 0x41, 0}},
		"no cut":  {Cut(NoCut), []byte{0x1b, 0x64, 4}},
		"status":  {AskNow(OfPaper), []byte{0x10, 4, 4}},
		"echo":    {AskThen(), []byte{0x1d, 0x72, 1}},
		"clear":   {Clear(), []byte{0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8}},
		"code": {QR("AB", 5), []byte("\x1d(k\x04\x001A2\x00" + "\x1d(k\x03\x001C\x05" + "\x1d(k\x03\x001E1" +
			"\x1d(k\x05\x001P0AB" + "\x1d(k\x03\x001Q0")},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s: % x, want % x", name, c.got, c.want)
		}
	}
}

// What pictures contain is never a command in real time, and a dot more is all that is changed.
func TestPicturesAreHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := NewBits(8*rapid.IntRange(1, 72).Draw(t, "bytes"), rapid.IntRange(1, 70).Draw(t, "rows"))
		for i := range b.Data {
			b.Data[i] = rapid.SampledFrom([]byte{0, DLE, EOT, ENQ, DC4, 1, 8, 0xff}).Draw(t, "byte")
		}
		before := slices.Clone(b.Data)
		for _, how := range []string{RasterBits, RasterGraphics} {
			for _, part := range Raster(b, how) {
				for i := range len(part) - 1 {
					if part[i] == DLE && slices.Contains([]byte{EOT, ENQ, DC4}, part[i+1]) {
						t.Fatalf("% x at %d", part[i:i+2], i)
					}
				}
				if len(part) > MaxParameters {
					t.Fatalf("%d bytes, more than MaxParameters", len(part))
				}
			}
		}
		if !bytes.Equal(before, b.Data) {
			t.Fatal("the picture itself was changed")
		}
	})
}

func TestDither(t *testing.T) {
	gray := image.NewGray(image.Rect(3, 5, 103, 105))
	for i := range gray.Pix {
		gray.Pix[i] = 0x40
	}
	black := 0
	bits := Dither(gray)
	for y := range 100 {
		for x := range 100 {
			if bits.Black(x, y) {
				black++
			}
		}
	}
	if black < 7300 || black > 7700 { // three quarters
		t.Errorf("%d of 10000 dots are black", black)
	}
	if clear := Dither(image.NewRGBA(image.Rect(0, 0, 9, 9))); clear.Black(4, 4) {
		t.Error("what is transparent is black")
	}
	if bits.At(0, 0) == nil || bits.ColorModel() != color.GrayModel || bits.Black(-1, 0) || bits.Black(0, 100) {
		t.Error("outside of the picture it is not white")
	}
}

// hear plays what a printer sends.
func hear(bytes ...byte) []Answer {
	var a Answers
	var all []Answer
	for _, b := range bytes {
		if answer, ok := a.Step(b); ok {
			all = append(all, answer)
		}
	}
	return all
}

func TestAnswers(t *testing.T) {
	now := func(b byte) Answer { return Answer{Now, [4]byte{b}} }
	then := func(b byte) Answer { return Answer{Then, [4]byte{b}} }
	asb := Answer{Pushed, [4]byte{0x30, 0x08, 0x0c, 0x0f}}
	for name, c := range map[string]struct{ got, want []Answer }{
		"real time":             {hear(0x12, 0x1a, 0x7e), []Answer{now(0x12), now(0x1a), now(0x7e)}},
		"echo":                  {hear(0x00, 0x0f), []Answer{then(0), then(0x0f)}},
		"flow":                  {hear(0x13, 0x11), []Answer{{Kind: Hold}, {Kind: Go}}},
		"pushed":                {hear(0x30, 0x08, 0x0c, 0x0f, 0x12), []Answer{asb, now(0x12)}},
		"pushed, bytes lost":    {hear(0x30, 0x08, 0x12, 0x00), []Answer{now(0x12), then(0)}},
		"cleared":               {hear(0x37, 0x25, 0, 0x12), []Answer{{Kind: Cleared}, now(0x12)}},
		"another block":         {hear(0x37, 0x21, 'x', 0), []Answer{{Kind: Noise}}},
		"no printer":            {hear(0xff, 0x80), []Answer{{Noise, [4]byte{0xff}}, {Noise, [4]byte{0x80}}}},
		"wrong speed, then not": {hear(0xfe, 0x12), []Answer{{Noise, [4]byte{0xfe}}, now(0x12)}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	var a Answers
	a.Step(0x30)
	a.Idle()
	if answer, ok := a.Step(0x0f); !ok || answer.Kind != Then {
		t.Errorf("after silence: %v", answer)
	}
}

func TestState(t *testing.T) {
	note := func(answers ...byte) State {
		var s State
		for i, b := range answers {
			s.Note(i+1, b)
		}
		return s
	}
	for name, c := range map[string]struct{ got, want State }{
		"ready":      {note(0x12, 0x12, 0x12, 0x12), State{}},
		"near end":   {note(0x12, 0x12, 0x12, 0x1e), State{NearEnd: true}},
		"no paper":   {note(0x1a, 0x32, 0x12, 0x7e), State{Offline: true, PaperOut: true, NearEnd: true}},
		"cover open": {note(0x1a, 0x16, 0x12, 0x12), State{Offline: true, CoverOpen: true}},
		"button":     {note(0x5a, 0x1a, 0x12, 0x12), State{Offline: true, Feeding: true}},
		"cutter":     {note(0x1a, 0x52, 0x1a, 0x12), State{Offline: true, Failed: true, Cutter: true}},
		"dead":       {note(0x1a, 0x52, 0x32, 0x12), State{Offline: true, Failed: true, Fatal: true}},
		"too hot":    {note(0x1a, 0x52, 0x52, 0x12), State{Offline: true, Failed: true}},
		"pushed":     {ParsePushed([4]byte{0x38, 0x28, 0x0f, 0x0f}), State{Offline: true, CoverOpen: true, Failed: true, Cutter: true, Fatal: true, PaperOut: true, NearEnd: true}},
		"pushed, ok": {ParsePushed([4]byte{0x10, 0, 0, 0x0f}), State{}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
	if near, out := PaperThen(0x0f); !near || !out {
		t.Error("GS r: no paper")
	}
	if Plausible(OfPaper, 0x1a) || Plausible(OfPrinter, 0x02) || !Plausible(OfPrinter, 0x1a) {
		t.Error("which byte can be whose answer")
	}
}

// Whatever a line brings: no more answers than bytes, nothing is kept beyond a block, and after silence the next answer
// is understood.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte{0x12, 0x16, 0x37, 0x25, 0})
	f.Add([]byte{0x10, 0, 0, 0x0f, 0x37, 1, 2, 3})
	f.Fuzz(func(t *testing.T, said []byte) {
		var a Answers
		answers := 0
		for _, b := range said {
			if answer, ok := a.Step(b); ok {
				answers++
				if answer.Kind < Now || answer.Kind > Noise {
					t.Fatalf("an answer of no kind: %v", answer)
				}
				ParsePushed(answer.Status)
			}
			if a.size > longestBlock+1 || a.have > 3 {
				t.Fatalf("kept: %+v", a)
			}
		}
		if answers > len(said) {
			t.Fatalf("%d answers of %d bytes", answers, len(said))
		}
		a.Idle()
		if answer, ok := a.Step(0x12); !ok || answer.Kind != Now {
			t.Fatalf("after silence: %v", answer)
		}
	})
}
