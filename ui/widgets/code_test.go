package widgets

import (
	"image"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// decode reads a code with a reader that is not of the library that writes it.
func decode(t *testing.T, img image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("no code can be read: %v", err)
	}
	return result.GetText()
}

func TestCodeCanBeReadOffTheScreen(t *testing.T) {
	dress(t)
	code := NewCode()
	w := test.NewTempWindow(t, code)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(411, 263))
	for _, text := range []string{
		"https://lobby.example.org/t/abcdefghijklmnopqrstuvwxyz",
		"https://station-0815.stations.example.org:8443/t/234567abcdefghijklmnopqrst/rate?lang=en",
		"K3F9",
	} {
		code.SetText(text)
		if got := decode(t, w.Canvas().Capture()); got != text || !code.Shown() {
			t.Errorf("reads %q, shown %v; want %q", got, code.Shown(), text)
		}
	}
}

// TestCodeIsCrisp holds that every module is a square of whole pixels, within an empty border of four modules.
func TestCodeIsCrisp(t *testing.T) {
	dress(t)
	code := NewCode()
	code.SetText("https://lobby.example.org/t/abcdefghijklmnopqrstuvwxyz")
	count := code.modules.Bounds().Dx()
	for _, size := range []image.Rectangle{image.Rect(0, 0, 300, 300), image.Rect(0, 0, 217, 301), image.Rect(0, 0, 1024, 999)} {
		img := code.draw(size.Dx(), size.Dy()).(*image.Paletted)
		if img.Rect != size {
			t.Fatalf("asked for %v, drew %v", size, img.Rect)
		}
		box := image.Rectangle{}
		for y := range size.Dy() {
			for x := range size.Dx() {
				if img.ColorIndexAt(x, y) == 1 {
					box = box.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
		module := box.Dx() / count
		if box.Dx() != module*count || box.Dy() != box.Dx() {
			t.Errorf("%v: %d modules are %d × %d pixels", size, count, box.Dx(), box.Dy())
		}
		if left, top := box.Min.X, box.Min.Y; left < quiet*module || top < quiet*module ||
			size.Dx()-box.Max.X < quiet*module || size.Dy()-box.Max.Y < quiet*module {
			t.Errorf("%v: modules of %d pixels at %v leave less than the quiet zone", size, module, box)
		}
		for y := range box.Dy() {
			for x := range box.Dx() {
				of := img.ColorIndexAt(box.Min.X+x/module*module, box.Min.Y+y/module*module)
				if img.ColorIndexAt(box.Min.X+x, box.Min.Y+y) != of {
					t.Fatalf("%v: the module at %d, %d is not of one colour", size, x/module, y/module)
				}
			}
		}
	}
}

func TestCodeIsNotDrawnAgain(t *testing.T) {
	dress(t)
	code := NewCode()
	code.SetText("https://lobby.example.org/t/abcdefghijklmnopqrstuvwxyz")
	first := code.draw(200, 200)
	modules := code.modules
	code.SetText(code.Text())
	code.Refresh() // as with another look
	if code.draw(200, 200) != first || code.modules != modules {
		t.Error("a code that has not changed was made again")
	}
	if code.draw(201, 200) == first {
		t.Error("another size shows the same image")
	}
	code.SetText("https://lobby.example.org/t/zyxwvutsrqponmlkjihgfedcba")
	if code.draw(201, 200) == first || code.modules == modules {
		t.Error("another text shows the same code")
	}
}

func TestCodeOfNothing(t *testing.T) {
	dress(t)
	code := NewCode()
	for _, text := range []string{"", strings.Repeat("too long ", 400)} {
		code.SetText(text)
		if code.Shown() {
			t.Errorf("%.20q is shown", text)
		}
		if _, _, _, a := code.draw(50, 50).At(25, 25).RGBA(); a != 0 {
			t.Errorf("%.20q: an area is drawn", text)
		}
	}
}
