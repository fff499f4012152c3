package restyle_test

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/restyle"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// TestPartsOfPartsFollow changes a theme, and looks at a text that is a part of a widget.
func TestPartsOfPartsFollow(t *testing.T) {
	screen := theme.Screen{Width: 800, Height: 1280}
	plain, err := theme.New(screen)
	if err != nil {
		t.Fatal(err)
	}
	app := test.NewApp()
	worn := &restyle.Theme{Theme: plain}
	app.Settings().SetTheme(worn)
	call := widgets.NewCall()
	call.SetCall("A001", "Counter 1", false)
	root := container.NewStack(container.NewStack(call))
	window := app.NewWindow("")
	defer window.Close()
	window.SetContent(root)
	window.Resize(fyne.NewSize(400, 300))
	look := func() (ink color.Color, size float32) {
		for _, part := range test.WidgetRenderer(call).Objects() {
			if text, ok := part.(*widgets.Text); ok && text.Text() == "A001" {
				line := test.WidgetRenderer(text).Objects()[0].(*canvas.Text)
				return line.Color, line.TextSize
			}
		}
		t.Fatal("no number")
		return nil, 0
	}
	ink, size := look()
	worn.Theme = plain.For(screen, theme.Look{Large: true, Contrast: true})
	restyle.Apply(root)
	starkInk, largeSize := look()
	if want := worn.Color(fynetheme.ColorNameForeground, 0); starkInk != want || starkInk == ink {
		t.Errorf("the colour is %v, was %v, want %v", starkInk, ink, want)
	}
	if largeSize <= size {
		t.Errorf("the size is %g, was %g", largeSize, size)
	}
	worn.Theme = plain
	restyle.Apply(root)
	if again, was := look(); again != ink || was != size {
		t.Errorf("back: %v %g, want %v %g", again, was, ink, size)
	}
}
