package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

// Names of colours that Fyne does not have: what is on the band at the top, a screen that sleeps, and what is on that.
const (
	ColorNameForegroundOnHeader fyne.ThemeColorName = "foregroundOnHeader"
	ColorNameDark               fyne.ThemeColorName = "dark"
	ColorNameInTheDark          fyne.ThemeColorName = "inTheDark"
)

var (
	white = rgb(0xFFFFFF)
	paper = rgb(0xEEF2F7) // behind everything
	ink   = rgb(0x0F1E2E) // what is read
	slate = rgb(0x43546A) // what is read second
	navy  = rgb(0x0A2B52) // the band at the top
	blue  = rgb(0x0B55B3) // what is touched
)

// bright keeps to WCAG 2.1 for the pairs that are drawn: 4.5:1 for text (1.4.3), 3:1 for what has to be seen of
// a control (1.4.11).
var bright = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          paper,
	theme.ColorNameForeground:          ink,
	theme.ColorNamePlaceHolder:         slate,
	theme.ColorNameHeaderBackground:    navy,
	ColorNameForegroundOnHeader:        white,
	theme.ColorNamePrimary:             blue,
	theme.ColorNameForegroundOnPrimary: white,
	theme.ColorNameHyperlink:           blue,
	theme.ColorNameButton:              white, // cards and buttons that are not filled
	theme.ColorNameInputBackground:     white,
	theme.ColorNameInputBorder:         rgb(0x6F7F92),
	theme.ColorNameOverlayBackground:   white,
	theme.ColorNameMenuBackground:      white,
	theme.ColorNameSeparator:           rgb(0xCBD5E1),
	theme.ColorNameSelection:           rgb(0xD7E6FA),
	theme.ColorNameSuccess:             rgb(0x35B86B), // bright, with ink on them: faces and signs
	theme.ColorNameForegroundOnSuccess: ink,
	theme.ColorNameWarning:             rgb(0xF7BF36),
	theme.ColorNameForegroundOnWarning: ink,
	theme.ColorNameError:               rgb(0xF0604F),
	theme.ColorNameForegroundOnError:   ink,
	theme.ColorNameDisabled:            rgb(0x526173),
	theme.ColorNameDisabledButton:      rgb(0xE1E7EE),
	theme.ColorNameFocus:               rgb(0x9CC2F5),
	theme.ColorNameHover:               color.NRGBA{R: 0x0F, G: 0x1E, B: 0x2E, A: 0x10},
	theme.ColorNamePressed:             color.NRGBA{R: 0x0F, G: 0x1E, B: 0x2E, A: 0x38},
	ColorNameDark:                      black,
	ColorNameInTheDark:                 dusk,
	theme.ColorNameShadow:              color.NRGBA{R: 0x0F, G: 0x1E, B: 0x2E, A: 0x30},
}

var (
	black  = rgb(0x000000)
	dusk   = rgb(0x8A96A3) // what is read in the dark, without lighting the hall
	yellow = rgb(0xFFE600) // what is touched, where contrast is wanted
)

// stark is for those who see little: white and yellow on black, at least 7:1 for text (WCAG 2.1, 1.4.6), with an outline
// around everything that is touched.
var stark = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          black,
	theme.ColorNameForeground:          white,
	theme.ColorNamePlaceHolder:         white,
	theme.ColorNameHeaderBackground:    black,
	ColorNameForegroundOnHeader:        yellow,
	theme.ColorNamePrimary:             yellow,
	theme.ColorNameForegroundOnPrimary: black,
	theme.ColorNameHyperlink:           yellow,
	theme.ColorNameButton:              black,
	theme.ColorNameInputBackground:     black,
	theme.ColorNameInputBorder:         white,
	theme.ColorNameOverlayBackground:   black,
	theme.ColorNameMenuBackground:      black,
	theme.ColorNameSeparator:           white,
	theme.ColorNameSelection:           rgb(0x1E2A38),
	theme.ColorNameSuccess:             rgb(0x7CFF9B),
	theme.ColorNameForegroundOnSuccess: black,
	theme.ColorNameWarning:             yellow,
	theme.ColorNameForegroundOnWarning: black,
	theme.ColorNameError:               rgb(0xFFA28F),
	theme.ColorNameForegroundOnError:   black,
	theme.ColorNameDisabled:            rgb(0xC4CCD6),
	theme.ColorNameDisabledButton:      black,
	theme.ColorNameFocus:               yellow,
	theme.ColorNameHover:               color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: 0x20},
	theme.ColorNamePressed:             color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: 0x50},
	ColorNameDark:                      black,
	ColorNameInTheDark:                 dusk,
	theme.ColorNameShadow:              color.NRGBA{},
}
