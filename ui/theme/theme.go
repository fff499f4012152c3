// Package theme is how the lobby screen looks: its own fonts with Simplified Chinese forms, colours that can be read
// across a bright hall, and sizes that follow the screen and never make a touch target smaller than a thumb.
//
// Nearly every colour goes by one of Fyne's standard names, so that any theme can take this one's place; the dark screen's
// and the sizes add a few names of their own.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme is immutable; a screen of another size gets its own with For.
type Theme struct {
	regular, bold fyne.Resource
	palette       map[fyne.ThemeColorName]color.Color
	sizes         map[fyne.ThemeSizeName]float32
}

var _ fyne.Theme = (*Theme)(nil)

// New returns the theme for a screen. It fails when the fonts were not made before the program was built.
func New(s Screen) (*Theme, error) {
	regular, err := font("lobby-regular.otf")
	if err != nil {
		return nil, err
	}
	bold, err := font("lobby-bold.otf")
	if err != nil {
		return nil, err
	}
	return (&Theme{regular: regular, bold: bold}).For(s, Look{}), nil
}

// For returns the same theme for another screen, or for somebody who wants another look.
func (t *Theme) For(s Screen, l Look) *Theme {
	colors := bright
	if l.Contrast {
		colors = stark
	}
	return &Theme{regular: t.regular, bold: t.bold, palette: colors, sizes: sizes(s, l)}
}

// Color has one variant, a light one: halls are bright, and screens in them should not be mirrors. It is for those who
// ask for more contrast that there is a dark one.
func (t *Theme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if c, ok := t.palette[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, theme.VariantLight)
}

// Font has two faces, regular and bold. Chinese has no italics.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol:
		return theme.DefaultTheme().Font(style)
	case style.Bold:
		return t.bold
	}
	return t.regular
}

func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := t.sizes[name]; ok {
		return s
	}
	return theme.DefaultTheme().Size(name)
}
