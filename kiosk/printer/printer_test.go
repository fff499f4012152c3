package printer

import (
	"context"
	"image"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"stationkeeper/kiosk/printer/virtual"
)

// What is on the paper, and how much of it there is.
func TestTicketIsPrinted(t *testing.T) {
	on(t, virtual.Options{Roll: 50000, NearEnd: 3000, Speed: 150}, func(t *testing.T, d *desk) {
		if s := d.Check(t.Context()); !s.Ready || s.NearEnd || s.Reason != "" || s.Detail != "" {
			t.Fatalf("status %+v", s)
		}
		before := d.virtual.Used()
		length, err := d.Print(t.Context(), job("A012"))
		if err != nil {
			t.Fatal(err)
		}
		pieces := d.virtual.Pieces()
		ticket := pieces[len(pieces)-1]
		wantLines(t, ticket.Lines, "城东支行", "您的号码", "A012", "个人业务", "前面等候", "5 人", "9-25 分钟", "2026-11-24 09:31", "过号请重新取号，谢谢配合。")
		if want := []string{"https://station-7.example.org:8443/t/3kq9w2m7x4pd"}; !slices.Equal(ticket.Codes, want) || !ticket.Cut {
			t.Errorf("codes %q, cut %t", ticket.Codes, ticket.Cut)
		}
		if used := d.virtual.Used() - before + 15; length < used-1 || length > used+1 { // with the strip before the first
			t.Errorf("%d mm were told, %d mm were used", length, used)
		}
		before = d.virtual.Used()
		if length, err = d.Print(t.Context(), job("A013")); err != nil {
			t.Fatal(err)
		}
		if used := d.virtual.Used() - before; length < used-1 || length > used+1 {
			t.Errorf("%d mm were told, %d mm were used", length, used)
		}
		d.sound(t)
	})
}

func wantLines(t testing.TB, lines []string, parts ...string) {
	t.Helper()
	text := strings.Join(lines, "\n")
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not on the ticket:\n%s", part, text)
		}
	}
}

// A copy says that it is one, in every language of the ticket.
func TestCopiesAreMarked(t *testing.T) {
	on(t, virtual.Options{}, func(t *testing.T, d *desk) {
		again := Job{ID: "t1", Copy: 2, Ticket: ticket("A012", English, Chinese)}
		if _, err := d.Print(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		pieces := d.virtual.Pieces()
		wantLines(t, pieces[len(pieces)-1].Lines, "Copy 2", "补打 第 2 张", "Your number · 您的号码", "Ahead of you", "预计等候")
		if _, err := d.Print(t.Context(), job("A013")); err != nil {
			t.Fatal(err)
		}
		pieces = d.virtual.Pieces()
		if text := strings.Join(pieces[len(pieces)-1].Lines, "\n"); strings.Contains(text, "补打") {
			t.Errorf("a first ticket is marked as a copy: %s", text)
		}
		d.sound(t)
	})
}

// The QR code on the paper leads to the ticket's page, made by the printer or drawn, on every paper. It is read by a
// decoder that shares nothing with what made it.
func TestCodesOnPaperAreRead(t *testing.T) {
	for name, c := range printed() {
		if name == "80-test-page" || name == "58-raster-test" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if got, want := read(t, c.paper(t)), ticket("A012").Page; got != want {
				t.Errorf("the code says %q, want %q", got, want)
			}
		})
	}
}

// read decodes the QR code in a picture.
func read(t testing.TB, picture image.Image) string {
	t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]interface{}{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("no QR code can be read off the paper: %v", err)
	}
	return result.GetText()
}

// The test page has everything that a ticket can have.
func TestTestPage(t *testing.T) {
	on(t, virtual.Options{}, func(t *testing.T, d *desk) {
		if _, err := d.Test(t.Context(), moment); err != nil {
			t.Fatal(err)
		}
		pieces := d.virtual.Pieces()
		wantLines(t, pieces[len(pieces)-1].Lines, "打印测试", "Test page", "pipe:9100", "gb18030", "576 dots", "2026-11-24", "欢迎光临")
		d.sound(t)
	})
}

// A printer that tells by itself what changes is believed at once.
func TestPrinterTellsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, Options{URL: "tcp://pipe:9100?asb=on"}, virtual.Options{})
		d.ready(t)
		time.Sleep(2 * time.Second)
		d.virtual.Open(true)
		synctest.Wait() // no time passes: nobody asked
		if s := d.Status(); s.Ready || s.Reason != CoverOpen {
			t.Fatalf("status %+v", s)
		}
		d.virtual.Open(false)
		synctest.Wait()
		if s := d.Status(); !s.Ready {
			t.Fatalf("status %+v", s)
		}
		if _, err := d.Print(t.Context(), job("A001")); err != nil {
			t.Fatal(err)
		}
		d.sound(t)
	})
}

func TestSubscribeEndsWithItsContext(t *testing.T) {
	on(t, virtual.Options{}, func(t *testing.T, d *desk) {
		ctx, cancel := context.WithCancel(t.Context())
		updates := d.Subscribe(ctx)
		if s := <-updates; !s.Ready {
			t.Fatalf("status %+v", s)
		}
		cancel()
		if s, ok := <-updates; ok {
			t.Fatalf("after the end: %+v", s)
		}
		d.virtual.Open(true)
		d.Check(t.Context())
	})
}

func TestOptionsThatAreWrong(t *testing.T) {
	for _, o := range []Options{
		{},
		{URL: "lpt1"},
		{URL: "usb:lp0"},
		{URL: "tcp://printer"},
		{URL: "tcp://printer:9100?speed=5"},
		{URL: "tcp://printer:9100?dots=5"},
		{URL: "serial:/dev/ttyS0?baud=fast"},
		{URL: "serial:/dev/ttyS0?flow=maybe"},
		{URL: "usb:/dev/usb/lp0", Width: 70},
		{URL: "usb:/dev/usb/lp0", Text: "utf8"},
		{URL: "usb:/dev/usb/lp0", Text: TextRaster},
		{URL: "usb:/dev/usb/lp0", Regular: []byte("no font"), Bold: []byte("no font")},
	} {
		if p, err := New(o); err == nil {
			t.Errorf("%+v: %v, want an error", o, p.address)
		}
	}
	p, err := New(Options{URL: "serial:/dev/ttyUSB0?baud=38400&flow=xonxoff&dots=512&qr=raster&image=graphics&cut=none"})
	if err != nil {
		t.Fatal(err)
	}
	want := address{kind: "serial", at: "/dev/ttyUSB0", baud: 38400, flow: flowSoftware, dots: 512, drawnQR: true, raster: "graphics", cut: "none"}
	if p.address != want {
		t.Errorf("address %+v, want %+v", p.address, want)
	}
}
