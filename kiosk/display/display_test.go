package display_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"stationkeeper/kiosk/display"
)

// server starts an X server of a program that says its number on a pipe, and returns its name.
func server(t *testing.T, program string, args ...string) string {
	t.Helper()
	name, _ := serve(t, program, args...)
	return name
}

// serve is server, and how to end it.
func serve(t *testing.T, program string, args ...string) (name string, end func()) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	number, says, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer number.Close()
	x := exec.Command(path, append([]string{"-displayfd", "3", "-nolisten", "tcp"}, args...)...)
	x.ExtraFiles = []*os.File{says}
	var said bytes.Buffer
	x.Stderr, x.Stdout = &said, &said
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	says.Close()
	end = sync.OnceFunc(func() {
		x.Process.Signal(os.Interrupt)
		x.Wait()
	})
	t.Cleanup(end)
	text, err := io.ReadAll(io.LimitReader(number, 2)) // digits and a line feed; ends when the server does
	for err == nil && len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		more := make([]byte, 1)
		var n int
		if n, err = number.Read(more); n > 0 {
			text = append(text, more...)
		}
	}
	if len(text) == 0 {
		end()
		t.Skipf("%s does not run here: %s", program, said.String())
	}
	return ":" + strings.TrimSpace(string(text)), end
}

func open(t *testing.T, name string) *display.Display {
	t.Helper()
	d, err := display.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// window is a window of another client of the same process.
type window struct {
	t  *testing.T
	x  *xgb.Conn
	id xproto.Window
}

func newWindow(t *testing.T, name, title string, at image.Rectangle) *window {
	t.Helper()
	x, err := xgb.NewConnDisplay(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	screen := xproto.Setup(x).DefaultScreen(x)
	id, err := xproto.NewWindowId(x)
	if err == nil {
		err = xproto.CreateWindowChecked(x, screen.RootDepth, id, screen.Root, int16(at.Min.X), int16(at.Min.Y), uint16(at.Dx()), uint16(at.Dy()), 0,
			xproto.WindowClassInputOutput, screen.RootVisual, xproto.CwBackPixel, []uint32{0x2060c0}).Check()
	}
	if err == nil {
		err = xproto.ChangePropertyChecked(x, xproto.PropModeReplace, id, xproto.AtomWmName, xproto.AtomString, 8, uint32(len(title)), []byte(title)).Check()
	}
	if err == nil {
		err = xproto.MapWindowChecked(x, id).Check()
	}
	if err != nil {
		t.Fatal(err)
	}
	return &window{t, x, id}
}

// fill paints a part of the window.
func (w *window) fill(colour uint32, at image.Rectangle) {
	w.t.Helper()
	gc, err := xproto.NewGcontextId(w.x)
	if err == nil {
		err = xproto.CreateGCChecked(w.x, gc, xproto.Drawable(w.id), xproto.GcForeground, []uint32{colour}).Check()
	}
	if err == nil {
		err = xproto.PolyFillRectangleChecked(w.x, xproto.Drawable(w.id), gc, []xproto.Rectangle{
			{X: int16(at.Min.X), Y: int16(at.Min.Y), Width: uint16(at.Dx()), Height: uint16(at.Dy())}}).Check()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

const most = 40_000

func decode(t *testing.T, p display.Picture) image.Image {
	t.Helper()
	if len(p.PNG) > most {
		t.Errorf("%d bytes", len(p.PNG))
	}
	m, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// near tells whether a colour is within the steps that pictures have.
func near(c color.Color, rgb uint32) bool {
	r, g, b, _ := c.RGBA()
	for i, v := range []uint32{r >> 8, g >> 8, b >> 8} {
		want := rgb >> (16 - 8*i) & 0xff
		if max(v, want)-min(v, want) > 8 {
			return false
		}
	}
	return true
}

func TestAPictureShowsWhatTheWindowShows(t *testing.T) {
	name := server(t, "Xvfb", "-screen", "0", "1080x1920x24")
	d := open(t, name)
	if _, err := d.Capture("Kiosk", most); !errors.Is(err, display.ErrNoWindow) {
		t.Errorf("without a window: %v", err)
	}
	w := newWindow(t, name, "Kiosk", image.Rect(0, 0, 1080, 1920))
	w.fill(0xe02020, image.Rect(0, 960, 1080, 1920))
	p, err := d.Capture("Kiosk", most)
	if err != nil {
		t.Fatal(err)
	}
	m := decode(t, p)
	if p.Width != 1080 || p.Height != 1920 || p.Masked || m.Bounds() != image.Rect(0, 0, 540, 960) {
		t.Errorf("%d × %d, masked %v, picture %v", p.Width, p.Height, p.Masked, m.Bounds())
	}
	if !near(m.At(270, 100), 0x2060c0) || !near(m.At(270, 900), 0xe02020) {
		t.Errorf("above %v, below %v", m.At(270, 100), m.At(270, 900))
	}
	masked, err := d.Mask("Kiosk", most)
	if err != nil {
		t.Fatal(err)
	}
	m = decode(t, masked)
	if !masked.Masked || masked.Width != 1080 || masked.Height != 1920 {
		t.Errorf("masked: %+v", masked.Masked)
	}
	for y := 0; y < 960; y += 7 {
		for x := 0; x < 540; x += 7 {
			if r, g, b, _ := m.At(x, y).RGBA(); r != g || g != b {
				t.Fatalf("something shows at %d, %d: %v", x, y, m.At(x, y))
			}
		}
	}
}

// TestAPictureIsNeverTooLarge takes one of what cannot be made small: noise.
func TestAPictureIsNeverTooLarge(t *testing.T) {
	name := server(t, "Xvfb", "-screen", "0", "1080x1920x24")
	d := open(t, name)
	w := newWindow(t, name, "Kiosk", image.Rect(0, 0, 1080, 1920))
	w.noise(image.Pt(1080, 1920))
	p, err := d.Capture("Kiosk", most)
	if err != nil {
		t.Fatal(err)
	}
	if m := decode(t, p); m.Bounds().Dx() >= 540 || m.Bounds().Dx() < 100 {
		t.Errorf("%v", m.Bounds())
	}
}

// noise gives every pixel a colour of its own.
func (w *window) noise(size image.Point) {
	w.t.Helper()
	gc, err := xproto.NewGcontextId(w.x)
	if err == nil {
		err = xproto.CreateGCChecked(w.x, gc, xproto.Drawable(w.id), 0, nil).Check()
	}
	const rows = 16
	random := rand.NewChaCha8([32]byte{})
	pixels := make([]byte, 4*rows*size.X)
	for y := 0; y < size.Y && err == nil; y += rows {
		random.Read(pixels)
		err = xproto.PutImageChecked(w.x, xproto.ImageFormatZPixmap, xproto.Drawable(w.id), gc, uint16(size.X), rows, 0, int16(y), 0, 24, pixels).Check()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestDisplaysGoDarkAndLightUpWhenTouched(t *testing.T) {
	for name, start := range map[string]func(*testing.T) string{
		"with DPMS": func(t *testing.T) string { return server(t, "Xvfb", "-screen", "0", "640x480x24") },
		"without DPMS": func(t *testing.T) string {
			return server(t, "Xvfb", "-extension", "DPMS", "-screen", "0", "640x480x24")
		},
	} {
		t.Run(name, func(t *testing.T) { goesDark(t, start(t)) })
	}
}

func goesDark(t *testing.T, name string) {
	d := open(t, name)
	if err := d.Awake(); err != nil {
		t.Fatal(err)
	}
	on := func(want bool) {
		t.Helper()
		if got, err := d.Powered(); err != nil || got != want {
			t.Errorf("on %v, want %v: %v", got, want, err)
		}
	}
	on(true)
	for range 2 {
		if err := d.Power(false); err != nil {
			t.Fatal(err)
		}
		on(false)
	}
	touch(t, name)
	on(true)
	if idle, err := d.Idle(); err != nil || idle < 0 || idle > time.Minute {
		t.Errorf("idle for %s: %v", idle, err)
	}
	if err := d.Power(false); err != nil {
		t.Fatal(err)
	}
	if err := d.Power(true); err != nil {
		t.Fatal(err)
	}
	on(true)
}

// touch taps somewhere.
func touch(t *testing.T, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tap := exec.CommandContext(ctx, "xdotool", "mousemove", "100", "100", "click", "1")
	tap.Env = append(os.Environ(), "DISPLAY="+name)
	if out, err := tap.CombinedOutput(); errors.Is(err, exec.ErrNotFound) {
		t.Skip("xdotool is not installed")
	} else if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestAServerWithOneScreenHasOneOutput(t *testing.T) {
	d := open(t, server(t, "Xvfb", "-screen", "0", "800x600x24"))
	shown, err := d.Shown()
	if err != nil || len(shown) != 1 || shown[0].Width != 800 || shown[0].Height != 600 {
		t.Errorf("%+v, %v", shown, err)
	}
}

func TestAServerThatEndsIsNoticed(t *testing.T) {
	name, end := serve(t, "Xvfb", "-screen", "0", "640x480x24")
	d := open(t, name)
	end()
	<-d.Ended()
	if _, err := d.Outputs(); err == nil {
		t.Error("outputs of a server that is not there")
	}
	if _, err := d.Capture("Kiosk", most); err == nil {
		t.Error("a picture of a server that is not there")
	}
	if _, err := display.Open(":no-such"); err == nil {
		t.Error("a server that is not there")
	}
}

// two is an Xorg with two outputs, on no hardware.
func two(t *testing.T) string {
	t.Helper()
	file := t.TempDir() + "/xorg.conf"
	text := `
Section "Device"
  Identifier "none"
  Driver "dummy"
  VideoRam 64000
EndSection
Section "Screen"
  Identifier "one"
  Device "none"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Virtual 3000 1920
  EndSubSection
EndSection
Section "ServerFlags"
  Option "AutoAddDevices" "false"
EndSection
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return server(t, "Xorg", "-config", file, "-noreset", "-novtswitch", "-sharevts", "-logfile", t.TempDir()+"/log")
}

func TestAWindowIsPutOnTheSecondOutput(t *testing.T) {
	name := two(t)
	d := open(t, name)
	shown := func() string {
		t.Helper()
		outputs, err := d.Shown()
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, o := range outputs {
			said += fmt.Sprintf("%s %d×%d+%d+%d;", o.Name, o.Width, o.Height, o.X, o.Y)
		}
		return said
	}
	xrandr(t, name, "--addmode", "DUMMY1", "800x600")
	xrandr(t, name, "--output", "DUMMY1", "--mode", "800x600", "--right-of", "DUMMY0")
	xrandr(t, name, "--query") // makes the server look at its outputs, as a plug does
	if got := shown(); got != "DUMMY0 1024×768+0+0;DUMMY1 800×600+1024+0;" {
		t.Fatalf("outputs %s", got)
	}
	outputs, err := d.Shown()
	if err != nil || !outputs[0].Primary {
		t.Fatalf("%+v, %v", outputs, err)
	}

	if display.Same(outputs) {
		t.Error("outputs beside each other are said to show the same")
	}
	xrandr(t, name, "--output", "DUMMY1", "--same-as", "DUMMY0")
	if same, err := d.Shown(); err != nil || len(same) != 2 || !display.Same(same) {
		t.Errorf("outputs of the same: %+v, %v", same, err)
	}
	xrandr(t, name, "--output", "DUMMY1", "--right-of", "DUMMY0")

	newWindow(t, name, "Kiosk", image.Rect(0, 0, 1024, 768))
	board := newWindow(t, name, "Board", image.Rect(0, 0, 300, 200))
	if err := d.Place("Board", outputs[1]); err != nil {
		t.Fatal(err)
	}
	at, err := xproto.GetGeometry(board.x, xproto.Drawable(board.id)).Reply()
	if err != nil || at.X != 1024 || at.Y != 0 || at.Width != 800 || at.Height != 600 {
		t.Errorf("at %+v, %v", at, err)
	}
	if p, err := d.Capture("Board", most); err != nil || p.Width != 800 || p.Height != 600 {
		t.Errorf("picture %d × %d, %v", p.Width, p.Height, err)
	}
	if err := d.Place("no such", outputs[1]); !errors.Is(err, display.ErrNoWindow) {
		t.Errorf("another window: %v", err)
	}

	xrandr(t, name, "--output", "DUMMY1", "--off")
	xrandr(t, name, "--query")
	if got := shown(); got != "DUMMY0 1024×768+0+0;" {
		t.Errorf("unplugged: %s", got)
	}
}

// TestAWindowGetsTheKeyboardBack takes the keyboard away as another window does, and as a window that goes away does.
func TestAWindowGetsTheKeyboardBack(t *testing.T) {
	name := server(t, "Xvfb", "-screen", "0", "640x480x24")
	d := open(t, name)
	if _, err := d.Focus("Kiosk"); !errors.Is(err, display.ErrNoWindow) {
		t.Errorf("without a window: %v", err)
	}
	kiosk := newWindow(t, name, "Kiosk", image.Rect(0, 0, 640, 480))
	board := newWindow(t, name, "Board", image.Rect(0, 0, 100, 100))
	has := func() xproto.Window {
		t.Helper()
		focus, err := xproto.GetInputFocus(kiosk.x).Reply()
		if err != nil {
			t.Fatal(err)
		}
		return focus.Focus
	}
	give := func(w xproto.Window) {
		t.Helper()
		if err := xproto.SetInputFocusChecked(board.x, xproto.InputFocusNone, w, xproto.TimeCurrentTime).Check(); err != nil {
			t.Fatal(err)
		}
	}
	for what, w := range map[string]xproto.Window{"nobody": xproto.InputFocusNone, "another window": board.id} {
		give(w)
		if given, err := d.Focus("Kiosk"); !given || err != nil || has() != kiosk.id {
			t.Errorf("%s had the keyboard: given %v, %v; now %x has it", what, given, err, has())
		}
	}
	if given, err := d.Focus("Kiosk"); given || err != nil {
		t.Errorf("had it: given %v, %v", given, err)
	}
	// A window manager decides who has it.
	const hint = "_NET_SUPPORTING_WM_CHECK"
	atom, err := xproto.InternAtom(board.x, false, uint16(len(hint)), hint).Reply()
	if err != nil {
		t.Fatal(err)
	}
	say := func(of xproto.Window) {
		t.Helper()
		if err := xproto.ChangePropertyChecked(board.x, xproto.PropModeReplace, of, atom.Atom, xproto.AtomWindow, 32, 1,
			binary.LittleEndian.AppendUint32(nil, uint32(board.id))).Check(); err != nil {
			t.Fatal(err)
		}
	}
	say(xproto.Setup(board.x).DefaultScreen(board.x).Root)
	give(xproto.InputFocusNone)
	if given, err := d.Focus("Kiosk"); !given || err != nil {
		t.Errorf("after a window manager that has gone: given %v, %v", given, err)
	}
	say(board.id)
	give(board.id)
	if given, err := d.Focus("Kiosk"); given || err != nil || has() != board.id {
		t.Errorf("with a window manager: given %v, %v", given, err)
	}
}

func xrandr(t *testing.T, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "xrandr", args...)
	c.Env = append(os.Environ(), "DISPLAY="+name)
	if out, err := c.CombinedOutput(); errors.Is(err, exec.ErrNotFound) {
		t.Skip("xrandr is not installed")
	} else if err != nil {
		t.Fatalf("xrandr %q: %v: %s", args, err, out)
	}
}
