package theme

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Names of sizes that Fyne does not have.
const (
	SizeNameTarget     fyne.ThemeSizeName = "target"     // least width and height of anything that is touched
	SizeNameAction     fyne.ThemeSizeName = "action"     // text on what is touched
	SizeNameName       fyne.ThemeSizeName = "name"       // the name of one of many things to choose from
	SizeNameOffer      fyne.ThemeSizeName = "offer"      // the name of one of a few things to choose from
	SizeNameNumber     fyne.ThemeSizeName = "number"     // a ticket's number: the largest text there is
	SizeNameCountdown  fyne.ThemeSizeName = "countdown"  // the seconds before a screen goes on by itself
	SizeNameMillimetre fyne.ThemeSizeName = "millimetre" // of the glass
	SizeNameBand       fyne.ThemeSizeName = "band"       // height of the bands at the top and the bottom
	SizeNameRounded    fyne.ThemeSizeName = "rounded"    // radius of the corners of cards and buttons
)

// TargetMillimetres is how large anything that is touched is at least: 20 mm, as for a public terminal used
// standing, by everybody, with gloves or in a hurry (EN 301 549 and ISO 9241-411 ask for less).
const TargetMillimetres = 20

// DefaultUnitsPerMM is what Fyne's units measure at most on a screen that tells its size truthfully: Fyne scales
// to 120 units an inch, rounds that to tenths, and leaves sparser screens alone, which makes 126 an inch the worst.
const DefaultUnitsPerMM = 126 / 25.4

// Screen is what the sizes follow.
type Screen struct {
	// Width and Height are in Fyne's units (pixels divided by the window's scale).
	Width, Height float32
	// UnitsPerMM is how many of these units a millimetre of glass has; 0 means DefaultUnitsPerMM. It is for
	// screens that lie about their size.
	UnitsPerMM float32
}

// Portrait tells whether the screen stands upright.
func (s Screen) Portrait() bool { return s.Height > s.Width }

// scale is 1 for a screen of 1280 × 800 units, or 800 × 1280, and grows with what fits of it.
func (s Screen) scale() float32 {
	w, h := float32(1280), float32(800)
	if s.Portrait() {
		w, h = h, w
	}
	return max(0.5, min(s.Width/w, s.Height/h))
}

// density is how many units a millimetre of glass has.
func (s Screen) density() float32 {
	if s.UnitsPerMM <= 0 {
		return DefaultUnitsPerMM
	}
	return s.UnitsPerMM
}

// Target is the least width and height of anything that is touched, in units.
func (s Screen) Target() float32 { return TargetMillimetres * s.density() }

// Look is how a customer wants the screen to look.
type Look struct {
	// Large makes every text larger.
	Large bool
	// Contrast sets white and yellow on black.
	Contrast bool
}

// enlarged is by how much larger a text is that somebody asked for in large.
const enlarged = 1.35

func sizes(s Screen, l Look) map[fyne.ThemeSizeName]float32 {
	k := s.scale()
	target := max(s.Target(), 100*k) // never too small, and in proportion where there is room
	text := k
	if l.Large {
		text *= enlarged
	}
	return map[fyne.ThemeSizeName]float32{
		theme.SizeNameCaptionText:    20 * text,
		theme.SizeNameText:           25 * text,
		theme.SizeNameSubHeadingText: 31 * text,
		theme.SizeNameHeadingText:    40 * text,
		SizeNameAction:               30 * text,
		SizeNameName:                 36 * text,
		SizeNameOffer:                47 * text,
		SizeNameNumber:               240 * k,
		SizeNameCountdown:            84 * k,
		SizeNameTarget:               target,
		SizeNameMillimetre:           s.density(),
		SizeNameBand:                 max(target+12*k, 124*k),
		SizeNameRounded:              14 * k,
		theme.SizeNamePadding:        12 * k,
		theme.SizeNameInnerPadding:   20 * k,
		theme.SizeNameLineSpacing:    6 * k,
		theme.SizeNameInputBorder:    2 * k,
	}
}
