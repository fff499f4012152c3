package printer

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"stationkeeper/kiosk/printer/virtual"
)

// logo is a round mark, to have something to print.
func logo() image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, 400, 120))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	for y := range 120 {
		for x := range 400 {
			dx, dy := x-60, y-60
			switch r := dx*dx + dy*dy; {
			case r < 30*30:
				picture.Set(x, y, color.White)
			case r < 58*58:
				picture.Set(x, y, color.RGBA{R: 0x10, G: 0x50, B: uint8(0x80 + y/2), A: 0xff})
			case x > 130 && y > 50 && y < 70:
				picture.Set(x, y, color.Gray{Y: uint8(x / 2)})
			}
		}
	}
	return picture
}

// TestPictures prints tickets into the folder that STATIONKEEPER_PICTURES names, for people to look at.
func TestPictures(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		t.Skip("set STATIONKEEPER_PICTURES to a folder to have tickets printed into it")
	}
	folder = filepath.Join(folder, "tickets")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, c := range printed() {
		t.Run(name, func(t *testing.T) {
			save(t, filepath.Join(folder, name+".png"), c.paper(t))
		})
	}
}

// newDrawn runs a printer whose paper can be looked at.
func newDrawn(t testing.TB, o Options) *desk {
	regular, bold := fonts(t)
	o.Regular, o.Bold = regular, bold
	v := virtual.Options{Dots: dots80, Raster: o.Text == TextRaster, Regular: regular, Bold: bold}
	if o.Width == 58 {
		v.Dots = dots58
	}
	return newDesk(t, o, v)
}

// printing is something to print, and by which printer.
type printing struct {
	options Options
	print   func(t testing.TB, d *desk) error
}

// paper prints and returns a picture of what came out.
func (c printing) paper(t *testing.T) (picture image.Image) {
	synctest.Test(t, func(t *testing.T) {
		d := newDrawn(t, c.options)
		d.ready(t)
		if err := c.print(t, d); err != nil {
			t.Fatal(err)
		}
		d.sound(t)
		pieces := d.virtual.Pieces()
		picture = pieces[len(pieces)-1].Picture
	})
	return picture
}

func printed() map[string]printing {
	one := func(job Job) func(t testing.TB, d *desk) error {
		return func(t testing.TB, d *desk) error {
			length, err := d.Print(t.Context(), job)
			t.Logf("%d mm", length)
			return err
		}
	}
	of := func(languages ...Language) Job { return Job{ID: "t1", Copy: 1, Ticket: ticket("A012", languages...)} }
	next, copied, rare, booked := of(Chinese), of(Chinese, English), of(Chinese), of(English)
	next.Ticket.Ahead, next.Ticket.High, next.Ticket.Number = 0, 0, "VIP108"
	copied.Copy = 2
	rare.Ticket.Station.Zh, rare.Ticket.Service.Zh = "㛃䶮镇营业所", "取件：王䶮䴙先生（预约）"
	booked.Ticket.Booked = moment.Add(14 * 60e9)
	booked.Ticket.Service.En = "Business accounts, foreign exchange and certificates"
	return map[string]printing{
		"80-chinese":         {Options{Width: 80, Logo: logo()}, one(of(Chinese))},
		"80-english":         {Options{Width: 80, Logo: logo()}, one(of(English))},
		"80-both":            {Options{Width: 80}, one(of(Chinese, English))},
		"58-chinese":         {Options{Width: 58, Logo: logo()}, one(of(Chinese))},
		"58-english":         {Options{Width: 58}, one(of(English))},
		"58-both-copy":       {Options{Width: 58}, one(copied)},
		"80-copy":            {Options{Width: 80}, one(copied)},
		"80-next":            {Options{Width: 80}, one(next)},
		"80-rare":            {Options{Width: 80}, one(rare)},
		"58-booked":          {Options{Width: 58}, one(booked)},
		"80-raster-chinese":  {Options{Width: 80, Text: TextRaster, Logo: logo()}, one(of(Chinese))},
		"80-raster-both":     {Options{Width: 80, Text: TextRaster}, one(of(Chinese, English))},
		"58-raster-english":  {Options{Width: 58, Text: TextRaster}, one(of(English))},
		"58-raster-copy":     {Options{Width: 58, Text: TextRaster, URL: "tcp://pipe:9100?image=graphics"}, one(copied)},
		"58-raster-booked":   {Options{Width: 58, Text: TextRaster}, one(booked)},
		"80-test-page":       {Options{Width: 80, Logo: logo()}, testPage},
		"58-raster-test":     {Options{Width: 58, Text: TextRaster}, testPage},
		"80-qr-drawn":        {Options{Width: 80, URL: "tcp://pipe:9100?qr=raster"}, one(of(Chinese))},
		"80-raster-rare":     {Options{Width: 80, Text: TextRaster}, one(rare)},
		"58-next-vip-number": {Options{Width: 58}, one(next)},
	}
}

func testPage(t testing.TB, d *desk) error {
	_, err := d.Test(t.Context(), moment)
	return err
}

// save writes a picture with the paper's margins: lines are narrower than the paper by 4 mm at each side.
func save(t testing.TB, path string, picture image.Image) {
	t.Helper()
	b := picture.Bounds()
	paper := image.NewGray(image.Rect(0, 0, b.Dx()+64, b.Dy()+16))
	draw.Draw(paper, paper.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(paper, b.Add(image.Pt(32, 8)), picture, b.Min, draw.Src)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, paper); err != nil {
		t.Fatal(err)
	}
}
