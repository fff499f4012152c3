package theme_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	_ "fyne.io/fyne/v2/test" // starts the app that Fyne's own theme asks for its settings
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/theme"
)

func mustTheme(t *testing.T, s theme.Screen) *theme.Theme {
	t.Helper()
	th, err := theme.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

// luminance is the relative luminance of WCAG 2.1.
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n.R) + 0.7152*linear(n.G) + 0.0722*linear(n.B)
}

func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrastFormula(t *testing.T) {
	if c := contrast(color.Black, color.White); math.Abs(c-21) > 0.001 {
		t.Errorf("black on white: %.3f, want 21", c)
	}
	// The example of WCAG's G18: the lightest grey that passes on white.
	if c := contrast(color.NRGBA{0x76, 0x76, 0x76, 0xFF}, color.White); c < 4.5 || c > 4.6 {
		t.Errorf("#767676 on white: %.3f, want 4.54", c)
	}
}

func TestColoursCanBeRead(t *testing.T) {
	th := mustTheme(t, theme.Screen{Width: 1280, Height: 800})
	for _, pair := range []struct {
		front, back fyne.ThemeColorName
		least       float64
	}{
		{fynetheme.ColorNameForeground, fynetheme.ColorNameBackground, 7},
		{fynetheme.ColorNameForeground, fynetheme.ColorNameButton, 7},
		{fynetheme.ColorNameForeground, fynetheme.ColorNameSelection, 7},
		{fynetheme.ColorNamePlaceHolder, fynetheme.ColorNameBackground, 4.5},
		{fynetheme.ColorNamePlaceHolder, fynetheme.ColorNameButton, 4.5},
		{fynetheme.ColorNamePrimary, fynetheme.ColorNameBackground, 4.5},
		{fynetheme.ColorNamePrimary, fynetheme.ColorNameButton, 4.5},
		{fynetheme.ColorNamePrimary, fynetheme.ColorNameSelection, 4.5},
		{fynetheme.ColorNameForegroundOnPrimary, fynetheme.ColorNamePrimary, 4.5},
		{fynetheme.ColorNameForegroundOnPrimary, fynetheme.ColorNameHeaderBackground, 7},
		{fynetheme.ColorNameHeaderBackground, fynetheme.ColorNameForegroundOnPrimary, 7},
		{fynetheme.ColorNameForegroundOnSuccess, fynetheme.ColorNameSuccess, 4.5},
		{fynetheme.ColorNameForegroundOnWarning, fynetheme.ColorNameWarning, 4.5},
		{fynetheme.ColorNameForegroundOnError, fynetheme.ColorNameError, 4.5},
		{fynetheme.ColorNameDisabled, fynetheme.ColorNameDisabledButton, 4.5},
		{fynetheme.ColorNameForeground, fynetheme.ColorNameDisabledButton, 7},
		{fynetheme.ColorNameForegroundOnPrimary, fynetheme.ColorNameDisabled, 4.5},
		{fynetheme.ColorNameInputBorder, fynetheme.ColorNameButton, 3},
		{fynetheme.ColorNameInputBorder, fynetheme.ColorNameBackground, 3},
	} {
		got := contrast(th.Color(pair.front, fynetheme.VariantLight), th.Color(pair.back, fynetheme.VariantLight))
		if got < pair.least {
			t.Errorf("%s on %s: %.2f:1, want at least %g:1", pair.front, pair.back, got, pair.least)
		}
	}
}

func TestOneVariant(t *testing.T) {
	th := mustTheme(t, theme.Screen{Width: 1280, Height: 800})
	for _, name := range []fyne.ThemeColorName{fynetheme.ColorNameBackground, fynetheme.ColorNameScrollBar} {
		if th.Color(name, fynetheme.VariantDark) != th.Color(name, fynetheme.VariantLight) {
			t.Errorf("%s follows the desktop's dark mode", name)
		}
	}
}

func TestTargetsAreTwentyMillimetres(t *testing.T) {
	for _, test := range []struct {
		name   string
		screen theme.Screen
		want   float32 // units
	}{
		{"a screen that tells its size", theme.Screen{Width: 1280, Height: 800}, 99.2},
		{"a 24 inch panel of 1920 × 1080, unscaled", theme.Screen{Width: 1920, Height: 1080, UnitsPerMM: 3.61}, 72.2},
		{"a 10 inch panel of 1280 × 800, unscaled", theme.Screen{Width: 1280, Height: 800, UnitsPerMM: 5.88}, 117.6},
	} {
		if got := test.screen.Target(); math.Abs(float64(got-test.want)) > 0.1 {
			t.Errorf("%s: %.1f units, want %.1f", test.name, got, test.want)
		}
		if got := mustTheme(t, test.screen).Size(theme.SizeNameTarget); got < test.want-0.1 {
			t.Errorf("%s: the theme has %.1f units, want at least %.1f", test.name, got, test.want)
		}
	}
}

func TestSizesFollowTheScreen(t *testing.T) {
	small := mustTheme(t, theme.Screen{Width: 1280, Height: 800})
	large := small.For(theme.Screen{Width: 2560, Height: 1600}, theme.Look{})
	upright := small.For(theme.Screen{Width: 800, Height: 1280}, theme.Look{})
	wide := small.For(theme.Screen{Width: 4000, Height: 800}, theme.Look{})
	for _, name := range []fyne.ThemeSizeName{fynetheme.SizeNameText, theme.SizeNameNumber, fynetheme.SizeNamePadding} {
		if got, want := large.Size(name), 2*small.Size(name); got != want {
			t.Errorf("%s on a screen twice as large: %g, want %g", name, got, want)
		}
		if upright.Size(name) != small.Size(name) || wide.Size(name) != small.Size(name) {
			t.Errorf("%s: %g upright, %g wide, want %g", name, upright.Size(name), wide.Size(name), small.Size(name))
		}
	}
	if got, want := small.Size(fynetheme.SizeNameScrollBar), fynetheme.DefaultTheme().Size(fynetheme.SizeNameScrollBar); got != want {
		t.Errorf("a size that is not ours: %g, want Fyne's %g", got, want)
	}
}
