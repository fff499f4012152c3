package board

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// Names of the sizes of the board's texts. They are in thousandths of the screen's height when it lies, of its width when
// it stands.
const (
	sizeNumber  fyne.ThemeSizeName = "board number"  // of the call at present
	sizeCounter fyne.ThemeSizeName = "board counter" // where it is called to
	sizeRow     fyne.ThemeSizeName = "board row"     // of a call before
	sizePlace   fyne.ThemeSizeName = "board place"   // where that was
	sizeWait    fyne.ThemeSizeName = "board wait"
	sizeClock   fyne.ThemeSizeName = "board clock"
	sizeTitle   fyne.ThemeSizeName = "board title"
	sizeNotice  fyne.ThemeSizeName = "board notice"
	sizeHeading fyne.ThemeSizeName = "board heading"
	sizeSmall   fyne.ThemeSizeName = "board small"
)

// The number and the counter of the call are read from 10 m on a screen of 43 inches, of which a thousandth of the shorter
// side is 0.529 mm: characters of 16 minutes of arc, which ISO 9241-303 asks for at least, are 47 mm high there, and of 20,
// which it recommends, 58 mm. A capital of the font is 0.73, a Chinese character 0.88 of its size. The calls before are
// read from half of that.
var thousandths = map[fyne.ThemeSizeName]float32{
	sizeNumber:  290,
	sizeCounter: 136,
	sizeRow:     70,
	sizePlace:   36,
	sizeWait:    33,
	sizeClock:   72,
	sizeTitle:   40,
	sizeNotice:  42,
	sizeHeading: 36,
	sizeSmall:   24,
}

// look is a theme with the sizes of the board, which follow its screen. It belongs to the screen's goroutine.
type look struct {
	fyne.Theme
	side float32 // the shorter side of the screen, in units
}

// Size belongs to Fyne.
func (l *look) Size(name fyne.ThemeSizeName) float32 {
	if n, ok := thousandths[name]; ok {
		return n * l.side / 1000
	}
	return l.Theme.Size(name)
}

// units are so many thousandths of the shorter side.
func (l *look) units(thousandths float32) float32 { return thousandths * l.side / 1000 }

func (l *look) color(name fyne.ThemeColorName) color.Color {
	return l.Color(name, fynetheme.VariantLight)
}

// text returns a text of the board.
func (l *look) text(size fyne.ThemeSizeName, c fyne.ThemeColorName, align fyne.TextAlign, bold bool) *widgets.Text {
	return widgets.NewText(widgets.Style{Size: size, Least: 0.3, Color: c, Align: align, Bold: bold, Theme: l})
}

// box puts objects into a box.
func box(b layout.Box, objects ...fyne.CanvasObject) {
	for _, o := range objects {
		b.Put(o)
	}
}
