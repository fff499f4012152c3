package contactsheet

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"stationkeeper/ui/screentest"
	"stationkeeper/ui/theme"
)

func TestMain(m *testing.M) { screentest.Main(m) }

func (s setting) String() string {
	look := s.look
	if look == "" {
		look = "normal"
	}
	return fmt.Sprintf("%s %s %s", s.name, look, s.language)
}

// TestEveryScreen holds what must be true of every screen as people see it: the shell with the flow in it.
func TestEveryScreen(t *testing.T) {
	for _, s := range settings() {
		t.Run(s.String(), func(t *testing.T) {
			v := newVisitor(t, s)
			v.everyScreen(func(name string) {
				t.Run(name, func(t *testing.T) {
					screentest.Check(t, v.window.Canvas().Content(), v.window.Canvas().Size(), v.theme.Size(theme.SizeNameTarget))
				})
			})
		})
	}
}

// TestSheets draws every screen into the folder that STATIONKEEPER_SHEETS names: one sheet for each setting, and, in a
// folder of its own, each screen as large as it is.
func TestSheets(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_SHEETS")
	if folder == "" {
		t.Skip("set STATIONKEEPER_SHEETS to a folder, or run make contact-sheet, to have every screen drawn")
	}
	for _, s := range settings() {
		name := strings.ReplaceAll(s.String(), " ", "-")
		own := filepath.Join(folder, name)
		if err := os.MkdirAll(own, 0o755); err != nil {
			t.Fatal(err)
		}
		v := newVisitor(t, s)
		label := newLabels(t, v.theme)
		var all []picture
		v.everyScreen(func(screen string) {
			drawn := v.window.Canvas().Capture()
			save(t, filepath.Join(own, fmt.Sprintf("%02d.png", len(all)+1)), drawn)
			all = append(all, picture{screen, drawn})
		})
		save(t, filepath.Join(folder, name+".png"), sheet(all, label))
		t.Logf("%d screens: %s", len(all), filepath.Join(folder, name+".png"))
	}
}

func save(t *testing.T, path string, i image.Image) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(file, i), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// picture is one screen with its label.
type picture struct {
	label string
	image image.Image
}

// How a sheet is laid out, in pixels.
const (
	thumbnail  = 300 // the shorter side of one picture
	margin     = 14
	labelSize  = 18
	sheetWidth = 3000
)

// sheet joins pictures of one size.
func sheet(all []picture, label font.Face) image.Image {
	size := all[0].image.Bounds().Size()
	width, height := thumbnail, thumbnail*size.Y/size.X
	if size.X > size.Y {
		width, height = thumbnail*size.X/size.Y, thumbnail
	}
	columns := sheetWidth / (width + margin)
	rows := (len(all) + columns - 1) / columns
	cell := image.Pt(width+margin, height+margin+2*labelSize)
	joined := image.NewRGBA(image.Rect(0, 0, margin+columns*cell.X, margin+rows*cell.Y))
	draw.Draw(joined, joined.Bounds(), image.NewUniform(color.Gray{0x60}), image.Point{}, draw.Src)
	for i, p := range all {
		at := image.Pt(margin+i%columns*cell.X, margin+i/columns*cell.Y)
		xdraw.CatmullRom.Scale(joined, image.Rectangle{at, at.Add(image.Pt(width, height))}, p.image, p.image.Bounds(), draw.Src, nil)
		writer := font.Drawer{Dst: joined, Src: image.White, Face: label, Dot: fixed.P(at.X, at.Y+height+labelSize+4)}
		writer.DrawString(fmt.Sprintf("%d  %s", i+1, p.label))
	}
	return joined
}

// newLabels is the font of the labels: the screen's own.
func newLabels(t *testing.T, th *theme.Theme) font.Face {
	t.Helper()
	parsed, err := opentype.Parse(th.Font(fyne.TextStyle{}).Content())
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: labelSize, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	return face
}
