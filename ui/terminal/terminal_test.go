package terminal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/survey"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

func TestMain(m *testing.M) { screentest.Main(m) }

// desk takes ratings.
type desk struct {
	mu      sync.Mutex
	ratings []survey.Rating
	err     error
}

func (d *desk) Rate(_ context.Context, r survey.Rating) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ratings = append(d.ratings, r)
	return "", d.err
}

func (d *desk) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

func (d *desk) got() []survey.Rating {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.ratings)
}

// play is a terminal on a stage: its clock is turned by the test, and what other goroutines want done on the screen's
// goroutine is done by the test's.
type play struct {
	t        *testing.T
	desk     *desk
	terminal *Terminal
	window   fyne.Window
	now      time.Time
	tick     func() // what the clock is to do after a second; nil: nothing
	todo     chan func()
	requests int
	theme    *theme.Theme
	screen   theme.Screen
	voice    *voice
}

// voice keeps what it is to read, until it is told to end.
type voice struct {
	said chan string
	ends chan error
}

func (v *voice) Say(ctx context.Context, _ lang.Language, text string) error {
	v.said <- text
	select {
	case err := <-v.ends:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func newPlay(t *testing.T, s flowtest.Setting) *play {
	t.Helper()
	p := &play{t: t, desk: &desk{}, now: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC), todo: make(chan func(), 100),
		screen: theme.Screen{Width: s.Width, Height: s.Height}, voice: &voice{make(chan string, 10), make(chan error, 1)}}
	app := test.NewApp()
	th, err := theme.New(p.screen)
	if err != nil {
		t.Fatal(err)
	}
	p.theme = th
	app.Settings().SetTheme(th)
	p.terminal, err = New(Options{
		Desk: p.desk, Title: lang.Names{lang.Chinese: "城南营业厅", lang.English: "Chengnan Branch"},
		Restyle: func(l theme.Look) {
			p.theme = p.theme.For(p.screen, l)
			app.Settings().SetTheme(p.theme)
		},
		Now:        func() time.Time { return p.now },
		Voice:      p.voice,
		After:      func(_ time.Duration, f func()) func() { p.tick = f; return func() { p.tick = nil } },
		NewRequest: func() string { p.requests++; return fmt.Sprintf("r%d", p.requests) },
		Do:         func(f func()) { p.todo <- f },
	})
	if err != nil {
		t.Fatal(err)
	}
	p.terminal.Show(Data{LastMonth: survey.Results{Month: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Levels: [5]int{7, 12, 58, 301, 856}}})
	p.settle()
	p.window = app.NewWindow("")
	p.window.SetPadded(false)
	p.window.SetContent(p.terminal.Content())
	p.window.Resize(fyne.NewSize(s.Width, s.Height))
	t.Cleanup(func() {
		p.terminal.Close()
		p.window.Close()
	})
	if s.Language != lang.Default {
		p.tap(p.strip(0))
	}
	if s.Look.Large {
		p.tap(p.strip(1))
	}
	if s.Look.Contrast {
		p.tap(p.strip(2))
	}
	return p
}

func (p *play) settle() {
	for {
		select {
		case f := <-p.todo:
			f()
		default:
			return
		}
	}
}

// answered waits until the desk's answer has reached the screen.
func (p *play) answered() {
	p.t.Helper()
	for p.terminal.state.busy {
		select {
		case f := <-p.todo:
			f()
		case <-time.After(time.Minute):
			p.t.Fatal("the desk's answer never reached the screen")
		}
	}
}

// pass lets seconds pass.
func (p *play) pass(seconds int) {
	for range seconds {
		p.now = p.now.Add(time.Second)
		if f := p.tick; f != nil {
			p.tick = nil
			f()
			p.settle()
		}
	}
}

func (p *play) strip(i int) fyne.CanvasObject { return p.terminal.view.strip.Root.Objects[i] }

func (p *play) face(level int) fyne.CanvasObject { return p.terminal.view.faces.Face(level) }

func (p *play) button(text string) fyne.CanvasObject {
	p.t.Helper()
	for _, placed := range screentest.Seen(p.window.Canvas().Content()) {
		if b, ok := placed.Object.(*widgets.Button); ok && b.Text() == text {
			return b
		}
	}
	p.t.Fatalf("there is no %q", text)
	return nil
}

// tap taps the screen where something lies, after it has been seen.
func (p *play) tap(o fyne.CanvasObject) {
	p.t.Helper()
	p.now = p.now.Add(settle)
	p.tapAtOnce(o)
}

func (p *play) tapAtOnce(o fyne.CanvasObject) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	test.TapCanvas(p.window.Canvas(), at.AddXY(o.Size().Width/2, o.Size().Height/2))
}

func (p *play) onScreen(want screen) {
	p.t.Helper()
	if got := p.terminal.state.screen; got != want {
		p.t.Fatalf("screen %s, want %s", screenNames[got], screenNames[want])
	}
}

func TestOneTapIsEnough(t *testing.T) {
	for level := 3; level <= 5; level++ {
		p := newPlay(t, flowtest.Usual)
		p.tap(p.face(level))
		p.answered()
		p.onScreen(thanks)
		got := p.desk.got()
		if len(got) != 1 || got[0].Score != level || got[0].Request != "r1" || got[0].Visit != "" {
			t.Errorf("level %d: the desk got %+v", level, got)
		}
		p.pass(thanksStays)
		p.onScreen(asking)
	}
}

func TestReasons(t *testing.T) {
	c := &lang.Of(lang.Default).Survey
	for _, test := range []struct {
		name string
		do   func(p *play)
		want []string
	}{
		{"chosen", func(p *play) {
			p.tap(p.terminal.view.options.Option(0))
			p.tap(p.terminal.view.options.Option(2))
			p.tap(p.button(c.Send))
		}, []string{"wait", "skill"}},
		{"taken back", func(p *play) {
			p.tap(p.terminal.view.options.Option(0))
			p.tap(p.terminal.view.options.Option(0))
			p.tap(p.button(c.Skip))
		}, nil},
		{"skipped in spite of a choice", func(p *play) {
			p.tap(p.terminal.view.options.Option(1))
			p.tap(p.button(c.Skip))
		}, nil},
		{"walked away", func(p *play) { p.pass(whyStays) }, nil},
		{"walked away after a choice", func(p *play) {
			p.tap(p.terminal.view.options.Option(1))
			p.pass(whyStays)
		}, []string{"attitude"}},
	} {
		p := newPlay(t, flowtest.Usual)
		p.tap(p.face(1))
		p.onScreen(why)
		if len(p.desk.got()) != 0 {
			t.Errorf("%s: something was sent before the reasons", test.name)
		}
		if !p.terminal.Private() {
			t.Errorf("%s: a picture may be taken of it", test.name)
		}
		test.do(p)
		p.answered()
		p.onScreen(thanks)
		got := p.desk.got()
		if len(got) != 1 || got[0].Score != 1 {
			t.Fatalf("%s: the desk got %+v", test.name, got)
		}
		if err := asked.Default().Validate(got[0].Answers); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		var options []string
		for _, a := range got[0].Answers[1:] {
			options = append(options, a.Options...)
		}
		if !slices.Equal(options, test.want) {
			t.Errorf("%s: reasons %v, want %v", test.name, options, test.want)
		}
	}
}

func TestCountdownIsPutOffByATap(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	p.tap(p.face(2))
	p.pass(whyStays - 3)
	if text := p.terminal.view.count.Text(); text != lang.Of(lang.Default).Survey.SendsIn(3) {
		t.Errorf("three seconds before the end it says %q", text)
	}
	p.tap(p.strip(1)) // any tap
	p.pass(whyStays - 1)
	p.onScreen(why)
	if p.terminal.view.count.Text() == "" {
		t.Error("the last second is not counted down")
	}
	p.pass(1)
	p.answered()
	p.onScreen(thanks)
}

func TestDoubleTap(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	p.tap(p.face(2))
	p.tapAtOnce(p.terminal.view.options.Option(0))
	if len(p.terminal.state.reasons()) != 0 {
		t.Error("the second tap of an impatient finger chose a reason")
	}
}

func TestTrouble(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	p.desk.fail(errors.New("the disk is full"))
	p.tap(p.face(4))
	p.answered()
	p.onScreen(trouble)
	p.desk.fail(nil)
	p.tap(p.button(lang.Of(lang.Default).TryAgain))
	p.answered()
	p.onScreen(thanks)
	got := p.desk.got()
	if len(got) != 2 || got[0].Request != got[1].Request {
		t.Errorf("sent again as another rating: %+v", got)
	}
}

func TestLooksAndLanguagesEnd(t *testing.T) {
	p := newPlay(t, flowtest.Setting{Width: 1280, Height: 800, Language: lang.English, Look: theme.Look{Large: true, Contrast: true}})
	if p.terminal.state.language != lang.English || p.terminal.state.look != (theme.Look{Large: true, Contrast: true}) {
		t.Fatalf("language %s, look %+v", p.terminal.state.language, p.terminal.state.look)
	}
	p.tap(p.face(5))
	p.answered()
	if got := p.desk.got(); got[0].Language != lang.English {
		t.Errorf("rated in %s", got[0].Language)
	}
	p.tap(p.button(lang.Of(lang.English).Done))
	if p.terminal.state.language != lang.English {
		t.Error("the same person reads another language")
	}
	p.pass(choiceStays)
	if p.terminal.state.language != lang.Default || p.terminal.state.look != (theme.Look{}) {
		t.Errorf("the next one finds language %s, look %+v", p.terminal.state.language, p.terminal.state.look)
	}
}

func TestAnotherQuestionnaire(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	other := asked.Default()
	other.Version, other.Questions = 7, other.Questions[:1]
	p.tap(p.face(1))
	p.terminal.Show(Data{Questionnaire: other})
	p.settle()
	p.onScreen(why) // to the end with the old questions
	p.tap(p.button(lang.Of(lang.Default).Survey.Skip))
	p.answered()
	p.pass(thanksStays)
	p.tap(p.face(1))
	p.answered()
	p.onScreen(thanks) // there is nothing more to ask
	if got := p.desk.got(); got[0].Version != 1 || got[1].Version != 7 {
		t.Errorf("versions %d and %d, want 1 and 7", got[0].Version, got[1].Version)
	}
}

// TestReadAloud listens to the reasons, for which there is time, ends the reading by a tap, and meets a voice that is gone.
func TestReadAloud(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	c := lang.Of(lang.Default)
	p.tap(p.face(1))
	p.tap(p.terminal.view.options.Option(1))
	p.tap(p.button(c.Shell.Speak))
	if said := <-p.voice.said; !strings.Contains(said, "等候时间太长") || !strings.Contains(said, "服务态度不好 · 已选") || !strings.Contains(said, c.Survey.SpokenSkip) {
		t.Errorf("read aloud: %s", said)
	}
	p.pass(2 * whyStays)
	p.onScreen(why) // nothing is sent of who listens
	p.tap(p.button(c.Shell.Silence))
	p.silent()
	p.tap(p.button(c.Shell.Speak))
	<-p.voice.said
	p.tap(p.button(c.Survey.Skip)) // what is read is no longer there
	p.answered()
	p.silent()
	p.tap(p.button(c.Shell.Speak))
	if said := <-p.voice.said; !strings.Contains(said, c.Survey.Thanks) {
		t.Errorf("read aloud: %s", said)
	}
	p.voice.ends <- errors.New("no sound")
	p.silent()
	p.button(c.Shell.NoVoice)
}

// silent waits until nothing is read any more.
func (p *play) silent() {
	p.t.Helper()
	for p.terminal.speaking() {
		select {
		case f := <-p.todo:
			f()
		case <-time.After(time.Minute):
			p.t.Fatal("the voice never ends")
		}
	}
}
