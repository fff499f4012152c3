// Package flowtest is a stage for one flow: a shell that does what it is told, in a window, with taps where a finger
// would tap. Nothing runs beside the test: what a desk is asked is answered before Ask returns, or when the test says so.
package flowtest

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// Setting is what a flow is looked at in.
type Setting struct {
	Name string
	// Width and Height are those of the screen, in units; the bands take their part of it. Low leaves only the part that
	// is within reach from a wheelchair.
	Width, Height float32
	Look          theme.Look
	Language      lang.Language
	Low           bool
}

// Settings are the screens that kiosks have, in every language, in normal and in large letters, and two of them in high
// contrast, which changes colours alone.
func Settings() (all []Setting) {
	for _, screen := range []Setting{
		{Name: "1280x800", Width: 1280, Height: 800},
		{Name: "10-inch", Width: 1067, Height: 667}, // a 10 inch panel of 1280 × 800 pixels, scaled by Fyne
		{Name: "full-hd", Width: 1920, Height: 1080},
		{Name: "upright", Width: 1080, Height: 1920},
		{Name: "upright-low", Width: 1080, Height: 1920, Low: true},
	} {
		looks := []theme.Look{{}, {Large: true}}
		if screen.Name == "1280x800" || screen.Name == "upright" {
			looks = append(looks, theme.Look{Contrast: true}, theme.Look{Large: true, Contrast: true})
		}
		for _, look := range looks {
			for _, l := range lang.All {
				s := screen
				s.Look, s.Language = look, l
				s.Name = fmt.Sprintf("%s-%s", s.Name, l)
				if look.Large {
					s.Name += "-large"
				}
				if look.Contrast {
					s.Name += "-contrast"
				}
				all = append(all, s)
			}
		}
	}
	return all
}

// Usual is a setting where it does not matter.
var Usual = Setting{Name: "usual", Width: 1280, Height: 800, Language: lang.Chinese}

// Failure is what a flow said did not work.
type Failure struct {
	Title, Text string
	Again       func()
}

// Stage is a flow in a window. It is the flow's shell.
type Stage struct {
	// Flow is the one on stage, Window what it is seen in, Now its clock.
	Flow   flow.Flow
	Window fyne.Window
	Now    time.Time
	// Gone counts how often the flow went home; Ticket is what it showed, Failure what it said.
	Gone    int
	Ticket  *flow.Ticket
	Failure *Failure
	// Hold keeps the answers of the desk back until Answer is called.
	Hold bool

	t        testing.TB
	setting  Setting
	theme    *theme.Theme
	waiting  []func()
	requests int
	large    *widgets.Text
	small    *widgets.Text
	changes  int
	middle   *fyne.Container
}

var _ flow.Shell = (*Stage)(nil)

// New puts a flow on stage and opens it.
func New(t testing.TB, s Setting, make func(flow.Shell) flow.Flow) *Stage {
	t.Helper()
	app := test.NewApp()
	th, err := theme.New(theme.Screen{Width: s.Width, Height: s.Height})
	if err != nil {
		t.Fatal(err)
	}
	stage := &Stage{t: t, setting: s, Now: time.Date(2026, 11, 23, 10, 15, 0, 0, time.FixedZone("CST", 8*3600))}
	stage.theme = th.For(theme.Screen{Width: s.Width, Height: s.Height}, s.Look)
	app.Settings().SetTheme(stage.theme)
	stage.Flow = make(stage)
	stage.Window = app.NewWindow("")
	stage.Window.SetPadded(false)
	stage.Window.SetContent(stage.content())
	stage.Window.Resize(fyne.NewSize(s.Width, s.Height))
	t.Cleanup(stage.Window.Close)
	stage.Open()
	return stage
}

// content is the flow between a band at the top with its heading, a strip below that, and a band at the bottom.
func (s *Stage) content() fyne.CanvasObject {
	on := func(name fyne.ThemeSizeName, bold bool) *widgets.Text {
		// As large as the band allows, whatever a customer chose.
		return widgets.NewText(widgets.Style{Size: name, Least: 0.3, Bold: bold, Color: fynetheme.ColorNameForegroundOnPrimary})
	}
	s.large, s.small = on(theme.SizeNameAction, true), on(fynetheme.SizeNameCaptionText, false)
	if s.setting.Look.Contrast {
		s.large.SetColor(fynetheme.ColorNameForeground)
		s.small.SetColor(fynetheme.ColorNameForeground)
	}
	back := widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameBackground})
	top := widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameHeaderBackground})
	bottom := widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton})
	s.middle = container.NewStack(s.Flow.Root())
	return container.New(layout.Stage(func(b layout.Box) {
		band, pad := layout.Size(theme.SizeNameBand), layout.Size(fynetheme.SizeNameInnerPadding)
		b.Put(back)
		area, rest := b.Top(band, 0)
		area.Put(top)
		small, large := area.Inset(pad, 0.05*band).Top(0.4*band, 0)
		small.Put(s.small)
		large.Put(s.large)
		area, rest = rest.Bottom(band, 0)
		area.Put(bottom)
		if s.setting.Low {
			_, rest = rest.Top(b.Size.Height/2-band, 0)
		}
		rest.Inset(pad*1.2, pad*0.6).Put(s.middle)
	}), back, top, s.small, s.large, bottom, s.middle)
}

// Open lets another customer come: the one before is left, if the flow has something to say then.
func (s *Stage) Open() {
	s.Flow.Open()
	s.Draw()
}

// Draw draws the flow as it is.
func (s *Stage) Draw() {
	s.Flow.Draw(s.Scene())
	large, small := s.Flow.Heading(s.Scene())
	s.large.SetText(large)
	s.small.SetText(small)
}

// Leaving calls what the flow wants to be called when its customer walks away.
func (s *Stage) Leaving() {
	if leaver, ok := s.Flow.(flow.Leaver); ok {
		if send := leaver.Left(); send != nil {
			send(context.Background())
		}
	}
}

// Changed, Ask, Leave, ShowTicket, Failed, Busy, NewRequest and Scene are what a flow asks of its shell.
func (s *Stage) Changed() {
	s.changes++
	s.Draw()
}

func (s *Stage) Ask(ask func(ctx context.Context) (then func())) {
	if s.Busy() {
		s.t.Error("a desk is asked while it has not answered")
	}
	answer := func() {
		ask(context.Background())()
		s.Draw()
	}
	if s.Hold {
		s.waiting = append(s.waiting, answer)
		return
	}
	answer()
}

// Answer lets the desk answer.
func (s *Stage) Answer() {
	waiting := s.waiting
	s.waiting = nil
	for _, answer := range waiting {
		answer()
	}
}

func (s *Stage) Leave() {
	s.Gone++
	s.Leaving()
	s.Open()
}

func (s *Stage) ShowTicket(t flow.Ticket) { s.Ticket = &t }

func (s *Stage) Failed(title, text string, again func()) { s.Failure = &Failure{title, text, again} }

func (s *Stage) Busy() bool { return len(s.waiting) > 0 }

func (s *Stage) NewRequest() string {
	s.requests++
	return fmt.Sprintf("r%d", s.requests)
}

func (s *Stage) Scene() flow.Scene {
	return flow.Scene{Language: s.setting.Language, Words: lang.Of(s.setting.Language), At: s.Now}
}

// Speak changes the language.
func (s *Stage) Speak(l lang.Language) {
	s.setting.Language = l
	s.Draw()
}

// Changes is how often the flow said that somebody did something.
func (s *Stage) Changes() int { return s.changes }

// Tap taps an object where it lies, after the customer has had time to see it.
func (s *Stage) Tap(o fyne.CanvasObject) {
	s.t.Helper()
	s.Now = s.Now.Add(time.Second)
	s.TapAtOnce(o)
}

// TapAtOnce taps an object without a pause.
func (s *Stage) TapAtOnce(o fyne.CanvasObject) {
	s.t.Helper()
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	middle := at.AddXY(o.Size().Width/2, o.Size().Height/2)
	var last fyne.CanvasObject
	for _, placed := range screentest.Seen(s.Window.Canvas().Content()) {
		if _, ok := placed.Object.(fyne.Tappable); ok && placed.Contains(middle) {
			last = placed.Object
		}
	}
	if last != o {
		s.t.Fatalf("a tap at %v reaches %T, not %T", middle, last, o)
	}
	test.TapCanvas(s.Window.Canvas(), middle)
}

// Button finds what can be tapped by what is written on it.
func (s *Stage) Button(text string) fyne.CanvasObject {
	s.t.Helper()
	for _, placed := range screentest.Seen(s.Window.Canvas().Content()) {
		if written(placed.Object) == text {
			return placed.Object
		}
	}
	s.t.Fatalf("there is no %q to be tapped; there is %q", text, s.Tappable())
	return nil
}

// Tappable is what is written on all that can be tapped.
func (s *Stage) Tappable() (all []string) {
	for _, placed := range screentest.Seen(s.Window.Canvas().Content()) {
		if text := written(placed.Object); text != "" {
			all = append(all, text)
		}
	}
	return all
}

func written(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *widgets.Tile:
		return o.Offer().Name
	case *widgets.Face:
		return o.Label()
	case interface {
		fyne.Tappable
		Text() string
	}:
		return o.Text()
	}
	return ""
}

// Reads tells whether a text can be read on the screen.
func (s *Stage) Reads(text string) bool {
	return slices.ContainsFunc(screentest.Seen(s.Window.Canvas().Content()), func(o screentest.Placed) bool {
		t, ok := o.Object.(*widgets.Text)
		return ok && strings.Contains(t.Text(), text)
	})
}

// MustRead fails unless the texts can be read.
func (s *Stage) MustRead(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !s.Reads(text) {
			s.t.Errorf("%q cannot be read", text)
		}
	}
}

// Check holds what must be true of every screen, and that there is something to be read aloud.
func (s *Stage) Check(t *testing.T) {
	t.Helper()
	screentest.Check(t, s.Window.Canvas().Content(), s.Window.Canvas().Size(), s.theme.Size(theme.SizeNameTarget))
	if strings.TrimSpace(s.Flow.Spoken(s.Scene())) == "" {
		t.Error("there is nothing to be read aloud")
	}
	if large, _ := s.Flow.Heading(s.Scene()); large == "" {
		t.Error("there is no heading")
	}
}

// Picture draws the screen into the folder that STATIONKEEPER_PICTURES names, if it does.
func (s *Stage) Picture(name string) {
	s.t.Helper()
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		return
	}
	file, err := os.Create(filepath.Join(folder, s.setting.Name+"-"+name+".png"))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := errors.Join(png.Encode(file, s.Window.Canvas().Capture()), file.Close()); err != nil {
		s.t.Fatal(err)
	}
}
