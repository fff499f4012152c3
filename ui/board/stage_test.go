package board

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// TestMain fails when Fyne logged an error, such as a call from a wrong goroutine.
func TestMain(m *testing.M) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	code := m.Run()
	if text := logged.String(); strings.Contains(text, "Fyne error") || strings.Contains(text, "*** ") {
		fmt.Fprintf(os.Stderr, "Fyne logged errors:\n%s", text)
		code = 1
	}
	os.Exit(code)
}

// play is a board on a stage: its clock is turned by the test, which is also the screen's goroutine.
type play struct {
	t      *testing.T
	board  *Board
	window fyne.Window
	at     time.Time
	timers []*stageTimer
	todo   chan func()
	memory []uint64
}

type stageTimer struct {
	at      time.Time
	f       func()
	stopped bool
}

func newPlay(t *testing.T, width, height float32, voice Voice, announced uint64) *play {
	t.Helper()
	p := &play{t: t, at: noon, todo: make(chan func(), 1000)}
	app := test.NewApp()
	th, err := theme.New(theme.Screen{Width: width, Height: height})
	if err != nil {
		t.Fatal(err)
	}
	app.Settings().SetTheme(th)
	p.board = New(Options{Theme: th, Voice: voice, Announced: announced,
		Remember: func(serial uint64) { p.memory = append(p.memory, serial) },
		Now:      func() time.Time { return p.at },
		After: func(d time.Duration, f func()) func() {
			timer := &stageTimer{at: p.at.Add(d), f: f}
			p.timers = append(p.timers, timer)
			return func() { timer.stopped = true }
		},
		Do: func(f func()) { p.todo <- f },
	})
	p.window = app.NewWindow("")
	p.window.SetPadded(false)
	p.window.SetContent(p.board.Content())
	p.window.Resize(fyne.NewSize(width, height))
	t.Cleanup(func() {
		p.board.Close()
		p.window.Close()
	})
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

// answered does what the voice's end asks for.
func (p *play) answered() {
	p.t.Helper()
	select {
	case f := <-p.todo:
		f()
	case <-time.After(30 * time.Second):
		p.t.Fatal("the voice's end never reached the board")
	}
}

func (p *play) pass(d time.Duration) {
	end := p.at.Add(d)
	for {
		p.timers = slices.DeleteFunc(p.timers, func(t *stageTimer) bool { return t.stopped })
		if len(p.timers) == 0 {
			break
		}
		next := slices.MinFunc(p.timers, func(a, b *stageTimer) int { return a.at.Compare(b.at) })
		if next.at.After(end) {
			break
		}
		p.at, next.stopped = next.at, true
		next.f()
		p.settle()
	}
	p.at = end
}

func (p *play) show(s Snapshot) {
	p.board.Show(s)
	p.settle()
}

// reads is every text on the screen.
func (p *play) reads() string {
	var all []string
	for _, o := range screentest.Seen(p.board.Content()) {
		if text, ok := o.Object.(*widgets.Text); ok && text.Text() != "" {
			all = append(all, text.Text())
		}
	}
	return strings.Join(all, "\n")
}

func (p *play) expect(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.reads(), text) {
			p.t.Errorf("%q is not on the screen:\n%s", text, p.reads())
		}
	}
}

func (p *play) expectNot(text string) {
	p.t.Helper()
	if strings.Contains(p.reads(), text) {
		p.t.Errorf("%q is on the screen:\n%s", text, p.reads())
	}
}

var counters = []lang.Names{
	{lang.Chinese: "1号窗口", lang.English: "Counter 1"},
	{lang.Chinese: "2号窗口", lang.English: "Counter 2"},
	{lang.Chinese: "贵宾理财室", lang.English: "Private banking room"},
	{lang.Chinese: "外币兑换与跨境汇款窗口", lang.English: "Foreign exchange and international transfers"},
}

func called(serials ...uint64) []Call {
	made := calls(serials...)
	for i := range made {
		made[i].Names = counters[made[i].Serial%4]
	}
	return made
}

func hall(c []Call) Snapshot {
	return Snapshot{
		At:    noon,
		Title: lang.Names{lang.Chinese: "城南营业厅", lang.English: "Chengnan Branch"},
		Calls: c,
		Waits: []Wait{
			{Names: lang.Names{lang.Chinese: "个人现金业务", lang.English: "Personal cash services"}, Waiting: 12, Expected: flow.Wait{Low: 15, High: 25}},
			{Names: lang.Names{lang.Chinese: "外币兑换与跨境汇款", lang.English: "Foreign exchange and international transfers"}, Waiting: 3, Expected: flow.Wait{High: 8}},
			{Names: lang.Names{lang.Chinese: "对公业务", lang.English: "Business banking"}, Closed: true},
			{Names: lang.Names{lang.Chinese: "社保卡与养老金业务", lang.English: "Social security card and pension services"}, Full: true},
			{Names: lang.Names{lang.Chinese: "挂失补卡", lang.English: "Lost cards and replacements"}, Waiting: 1},
		},
		Notices: []lang.Names{
			{lang.Chinese: "今日下午 4 点后暂停办理现金业务", lang.English: "No cash services after 4 pm today"},
			{lang.Chinese: "请提前准备好身份证件", lang.English: "Please have your identity card ready"},
		},
	}
}

// voice is heard when the test says so.
type voice struct {
	mu   sync.Mutex
	said []string
	end  chan error
}

func (v *voice) Say(ctx context.Context, c Call, p Pace) error {
	v.mu.Lock()
	v.said = append(v.said, c.Number+" "+string(p))
	v.mu.Unlock()
	select {
	case err := <-v.end:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestACallIsShownUntilItIsHeard(t *testing.T) {
	v := &voice{end: make(chan error)}
	p := newPlay(t, 1920, 1080, v, 1)
	p.expect(both.zh.Nobody, both.en.Nobody)
	p.show(hall(called(1)))
	p.expect("A001", both.en.Latest, "12:00", "2026年11月23日 星期一", "Monday, 23 November 2026")
	p.show(hall(called(1, 2, 3)))
	p.expect("A002", "贵宾理财室", both.en.Calling)
	p.pass(20 * time.Second)
	p.expect(both.en.Calling)
	v.end <- nil
	p.answered()
	p.expect(both.en.Latest)
	p.pass(time.Second)
	p.expect(both.en.Calling)
	v.end <- errors.New("no sound output")
	p.answered()
	p.expect(both.en.Calling, both.en.NoVoice)
	p.pass(6 * time.Second)
	p.expect(both.en.Latest, both.en.NoVoice)
	if want := []uint64{2, 3}; !slices.Equal(p.memory, want) {
		t.Errorf("remembered %v, want %v", p.memory, want)
	}
	if want := []string{"A002 full", "A003 full"}; !slices.Equal(v.said, want) {
		t.Errorf("said %v, want %v", v.said, want)
	}
}

func TestACallThatWasTakenBack(t *testing.T) {
	p := newPlay(t, 1920, 1080, &voice{end: make(chan error)}, 1)
	p.show(hall(called(1, 2)))
	p.expect("A002")
	gone := called(1, 2)
	gone[0].Withdrawn = true
	p.show(hall(gone))
	p.expectNot("A002")
	p.expect("A001", both.en.Latest)
}

func TestClockAndNotices(t *testing.T) {
	p := newPlay(t, 1920, 1080, nil, 0)
	p.show(hall(nil))
	p.expect("12:00", "No cash services", "15–25")
	p.pass(59 * time.Second)
	p.expect("12:00", "identity card")
	p.pass(time.Second)
	p.expect("12:01")
	s := hall(nil)
	s.At, s.Lost = noon.Add(time.Minute), noon.Add(-time.Minute)
	p.show(s)
	p.expect("12:01", "Not connected; as of 11:59")
}

// TestNothingMovesInVain holds that what is drawn is drawn at changes alone.
func TestNothingMovesInVain(t *testing.T) {
	p := newPlay(t, 1920, 1080, nil, 0)
	s := hall(called(1))
	s.Notices, s.Waits = s.Notices[:1], s.Waits[:2]
	p.show(s)
	picture := func() []byte { return p.window.Canvas().Capture().(*image.NRGBA).Pix }
	before := picture()
	p.pass(59 * time.Second)
	if !bytes.Equal(picture(), before) {
		t.Error("the board changed within a minute in which nothing happened")
	}
	p.pass(time.Second)
	if bytes.Equal(picture(), before) {
		t.Error("the clock stood still")
	}
}

func TestManyServicesTakeTurns(t *testing.T) {
	p := newPlay(t, 1920, 1080, nil, 0)
	s := hall(nil)
	s.Waits = nil
	for i := range 11 {
		s.Waits = append(s.Waits, Wait{Names: lang.Names{lang.Chinese: fmt.Sprintf("业务%d", i), lang.English: fmt.Sprintf("Service %d", i)}, Waiting: i})
	}
	p.show(s)
	seen := map[string]bool{}
	for range 11 {
		for _, text := range strings.Split(p.reads(), "\n") {
			seen[text] = true
		}
		p.pass(turnEvery)
	}
	for _, w := range s.Waits {
		if name := w.Names[lang.English]; !seen[name] {
			t.Errorf("%s never had its turn", name)
		}
	}
	p.expectNot(s.Waits[0].Names[lang.English] + "\n" + s.Waits[10].Names[lang.English])
}

var sizes = []struct {
	name          string
	width, height float32
}{{"1920x1080", 1920, 1080}, {"1280x720", 1280, 720}, {"1080x1920", 1080, 1920}, {"1024x768", 1024, 768}}

// moments are what the board looks like at different times.
func moments(t *testing.T, width, height float32, look func(p *play, name string)) {
	for _, many := range []bool{false, true} {
		name := ""
		p := newPlay(t, width, height, &voice{end: make(chan error)}, 1)
		p.board.turns = newTurns(1)
		look(p, "empty")
		s := hall(called(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))
		if many {
			name = "-many"
			s.Waits = append(s.Waits, s.Waits[0], s.Waits[1], s.Waits[3])
		}
		s.Calls[9].Again = true // 2, which is announced
		p.show(s)
		look(p, "calling"+name)
		idle := newPlay(t, width, height, nil, 0)
		s.Lost = noon
		idle.show(s)
		look(idle, "idle-lost"+name)
		s.Lost, s.Waits = time.Time{}, s.Waits[:2]
		idle.show(s)
		look(idle, "two-services")
	}
}

func TestEverythingFits(t *testing.T) {
	for _, size := range sizes {
		t.Run(size.name, func(t *testing.T) {
			moments(t, size.width, size.height, func(p *play, name string) {
				screentest.Check(t, p.board.Content(), fyne.NewSize(size.width, size.height), 0)
				if t.Failed() {
					t.Fatalf("at %s", name)
				}
			})
		})
	}
}

// TestReadFromFar holds that a call is read from 10 m on a screen of 43 inches (941 mm × 529 mm), and the calls before it
// from 5: characters of at least 16 minutes of arc, 20 for the number (ISO 9241-303).
func TestReadFromFar(t *testing.T) {
	for name, want := range map[fyne.ThemeSizeName]struct{ metres, arc float64 }{sizeNumber: {10, 20}, sizeCounter: {10, 16}, sizeRow: {5, 16}} {
		const minute, shorterSide, capital = 3.14159 / 180 / 60, 529.0, 0.73
		high := float64(thousandths[name]) / 1000 * shorterSide * capital
		if arc := high / (want.metres * 1000) / minute; arc < want.arc {
			t.Errorf("%s is %.0f mm high: %.1f minutes of arc from %g m", name, high, arc, want.metres)
		}
	}
}

// TestPictures draws the board into the folder that STATIONKEEPER_PICTURES names, for people to look at.
func TestPictures(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		t.Skip("set STATIONKEEPER_PICTURES to a folder to have the board drawn into it")
	}
	for _, size := range sizes {
		moments(t, size.width, size.height, func(p *play, name string) {
			file, err := os.Create(filepath.Join(folder, fmt.Sprintf("board-%s-%s.png", size.name, name)))
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(png.Encode(file, p.window.Canvas().Capture()), file.Close()); err != nil {
				t.Fatal(err)
			}
		})
	}
}
