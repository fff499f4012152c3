package lobby

import (
	"fmt"
	"image/color"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/theme"
)

func TestLayout(t *testing.T) {
	for _, size := range screenSizes {
		for _, l := range lang.All {
			for _, w := range everybody {
				if w != everybody[0] && size.name != "1280x800" && size.name != "upright" {
					continue
				}
				t.Run(fmt.Sprintf("%s %s %s", size.name, l, w.name), func(t *testing.T) {
					p := withFlows(t, size.width, size.height)
					everyScreen(p, w.in(l), func(name string) {
						t.Run(name, func(t *testing.T) {
							screentest.Check(t, p.window.Canvas().Content(), p.window.Canvas().Size(), p.theme.Size(theme.SizeNameTarget))
						})
					})
				})
			}
		}
	}
}

// TestLayoutOnADenseScreen is a 10 inch panel whose size nobody told: more of its pixels make 20 mm.
func TestLayoutOnADenseScreen(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.theme = p.theme.For(theme.Screen{Width: 1280, Height: 800, UnitsPerMM: 5.9}, theme.Look{})
	fyne.CurrentApp().Settings().SetTheme(p.theme)
	everyScreen(p, everybody[0].in(lang.English), func(name string) {
		t.Run(name, func(t *testing.T) {
			screentest.Check(t, p.window.Canvas().Content(), p.window.Canvas().Size(), p.theme.Size(theme.SizeNameTarget))
		})
	})
}

func TestArrange(t *testing.T) {
	wide, upright := layout.Box{Size: fyne.NewSize(1200, 550)}, layout.Box{Size: fyne.NewSize(800, 1000)}
	for _, test := range []struct {
		name     string
		services int
		box      layout.Box
		want     arrangement
	}{
		{"one", 1, wide, arrangement{1, 1, 1}},
		{"three below each other", 3, wide, arrangement{1, 3, 1}},
		{"four in a square", 4, wide, arrangement{2, 2, 1}},
		{"eight at once", 8, wide, arrangement{2, 4, 1}},
		{"nine on two pages", 9, wide, arrangement{2, 3, 2}},
		{"thirteen on three", 13, wide, arrangement{2, 3, 3}},
		{"eight upright", 8, upright, arrangement{1, 8, 1}},
		{"nine upright", 9, upright, arrangement{1, 6, 2}},
		{"eight where four rows are too many", 8, layout.Box{Size: fyne.NewSize(1200, 400)}, arrangement{2, 2, 2}},
		{"upright and low", 8, layout.Box{Size: fyne.NewSize(400, 500)}, arrangement{2, 4, 1}},
		{"no room at all", 4, layout.Box{}, arrangement{2, 1, 2}},
	} {
		if got := arrange(test.services, most, false, test.box, 100, 10); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

// TestResized holds that the theme can follow the window.
func TestResized(t *testing.T) {
	p := newPlay(t, 1280, 800)
	var sizes []fyne.Size
	p.lobby.view.resized = func(s fyne.Size) {
		sizes = append(sizes, s)
		p.theme = p.theme.For(theme.Screen{Width: s.Width, Height: s.Height}, theme.Look{})
		fyne.CurrentApp().Settings().SetTheme(p.theme)
	}
	p.show(bank(8))
	p.window.Resize(fyne.NewSize(1080, 1920))
	if want := []fyne.Size{fyne.NewSize(1080, 1920)}; !slices.Equal(sizes, want) {
		t.Errorf("told of %v, want %v", sizes, want)
	}
	screentest.Check(t, p.window.Canvas().Content(), p.window.Canvas().Size(), p.theme.Size(theme.SizeNameTarget))
	p.window.Resize(fyne.NewSize(1280, 800))
	screentest.Check(t, p.window.Canvas().Content(), p.window.Canvas().Size(), p.theme.Size(theme.SizeNameTarget))
}

// ugly has the colours of Fyne's test theme and our fonts and sizes.
type ugly struct {
	*theme.Theme
	colors fyne.Theme
}

func (u ugly) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch name { // names of our own
	case theme.ColorNameDark:
		name = fynetheme.ColorNameForeground
	case theme.ColorNameInTheDark, theme.ColorNameForegroundOnHeader:
		name = fynetheme.ColorNameBackground
	}
	return u.colors.Color(name, v)
}

// TestColoursAreOfTheTheme draws everything with another theme and looks for a colour that is not of it. The log of
// colours that the theme lacks fails the package.
func TestColoursAreOfTheTheme(t *testing.T) {
	p := newPlay(t, 1280, 800)
	other := test.NewTheme()
	fyne.CurrentApp().Settings().SetTheme(ugly{p.theme, other})
	known := map[color.NRGBA]bool{{}: true}
	add := func(c color.Color) { known[color.NRGBAModel.Convert(c).(color.NRGBA)] = true }
	mean := func(a, b color.NRGBA) color.NRGBA {
		half := func(x, y uint8) uint8 { return uint8((int(x) + int(y)) / 2) }
		return color.NRGBA{half(a.R, b.R), half(a.G, b.G), half(a.B, b.B), half(a.A, b.A)}
	}
	get := func(name fyne.ThemeColorName) color.NRGBA {
		return color.NRGBAModel.Convert(other.Color(name, fynetheme.VariantLight)).(color.NRGBA)
	}
	for _, name := range []fyne.ThemeColorName{
		fynetheme.ColorNameBackground, fynetheme.ColorNameForeground, fynetheme.ColorNamePlaceHolder, fynetheme.ColorNameHeaderBackground,
		fynetheme.ColorNamePrimary, fynetheme.ColorNameForegroundOnPrimary, fynetheme.ColorNameButton, fynetheme.ColorNameInputBorder,
		fynetheme.ColorNameSeparator, fynetheme.ColorNameSelection, fynetheme.ColorNamePressed, fynetheme.ColorNameShadow,
		fynetheme.ColorNameSuccess, fynetheme.ColorNameForegroundOnSuccess, fynetheme.ColorNameWarning,
		fynetheme.ColorNameForegroundOnWarning, fynetheme.ColorNameError, fynetheme.ColorNameForegroundOnError,
		fynetheme.ColorNameDisabled, fynetheme.ColorNameDisabledButton,
	} {
		add(get(name))
	}
	// Two of the faces are between two others.
	add(mean(get(fynetheme.ColorNameSuccess), get(fynetheme.ColorNameWarning)))
	add(mean(get(fynetheme.ColorNameWarning), get(fynetheme.ColorNameError)))

	everyScreen(p, everybody[0].in(lang.English), func(name string) {
		for _, o := range screentest.Seen(p.window.Canvas().Content()) {
			for _, c := range colours(o.Object) {
				if c != nil && !known[color.NRGBAModel.Convert(c).(color.NRGBA)] {
					t.Errorf("%s: %T in %T is drawn in %v, which is not of the theme", name, o.Object, o.Parents[len(o.Parents)-1], c)
				}
			}
		}
	})
}

func colours(o fyne.CanvasObject) []color.Color {
	switch o := o.(type) {
	case *canvas.Text:
		return []color.Color{o.Color}
	case *canvas.Rectangle:
		return []color.Color{o.FillColor, o.StrokeColor, o.Shadow.Color}
	case *canvas.Circle:
		return []color.Color{o.FillColor, o.StrokeColor}
	case *canvas.Line:
		return []color.Color{o.StrokeColor}
	case *canvas.Arc:
		return []color.Color{o.FillColor, o.StrokeColor}
	case *canvas.BezierCurve:
		return []color.Color{o.StrokeColor}
	}
	return nil
}
