package widgets

import (
	"bytes"
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/theme"
)

// TestRareNamesAreDrawn holds that a rare character is drawn as itself, with our font, and not as an empty box.
func TestRareNamesAreDrawn(t *testing.T) {
	app := test.NewApp()
	th, err := theme.New(theme.Screen{Width: 400, Height: 100})
	if err != nil {
		t.Fatal(err)
	}
	app.Settings().SetTheme(th)
	text := NewText(Style{Size: fynetheme.SizeNameHeadingText, Color: fynetheme.ColorNameForeground})
	window := test.NewTempWindow(t, text)
	window.Resize(fyne.NewSize(400, 100))
	drawn := map[string][]byte{}
	for _, name := range []string{"王", "㐂", "𠮷", ""} {
		text.SetText(name)
		line := test.WidgetRenderer(text).Objects()[0].(*canvas.Text)
		if rare := name == "㐂" || name == "𠮷"; name != "" && (line.FontSource != nil) != rare {
			t.Errorf("%q is drawn with %v", name, line.FontSource)
		}
		pixels := window.Canvas().Capture().(*image.NRGBA).Pix
		for other, already := range drawn {
			if bytes.Equal(pixels, already) {
				t.Errorf("%q looks like %q", name, other)
			}
		}
		drawn[name] = bytes.Clone(pixels)
	}
}
