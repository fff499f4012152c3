package contactsheet

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"stationkeeper/kiosk/hours"
	"stationkeeper/ui/backroom"
	"stationkeeper/ui/checkin"
	"stationkeeper/ui/complaint"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/information"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/lobby"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/survey"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// setting is a screen, and how a customer wants it.
type setting struct {
	name          string
	width, height float32
	look          string // "" or one of looks
	language      lang.Language
}

// looks are what customers can ask for, by the words of the buttons.
var looks = []string{"", "large", "contrast", "low"}

func settings() (all []setting) {
	for _, screen := range []setting{{name: "upright", width: 1080, height: 1920}, {name: "wide", width: 1280, height: 800}} {
		for _, look := range looks {
			for _, l := range lang.All {
				s := screen
				s.look, s.language = look, l
				all = append(all, s)
			}
		}
	}
	return all
}

// visitor is a customer before the screen, who reads what is on it and taps what has the right words on it.
type visitor struct {
	setting
	t      *testing.T
	lobby  *lobby.Lobby
	desk   *desk
	window fyne.Window
	theme  *theme.Theme
	now    time.Time
	timers []*timer
	todo   chan func()
}

type timer struct {
	at   time.Time
	f    func()
	gone bool
}

func newVisitor(t *testing.T, s setting) *visitor {
	t.Helper()
	v := &visitor{setting: s, t: t, desk: &desk{}, now: morning, todo: make(chan func(), 100)}
	app := test.NewApp()
	var err error
	if v.theme, err = theme.New(theme.Screen{Width: s.width, Height: s.height}); err != nil {
		t.Fatal(err)
	}
	app.Settings().SetTheme(v.theme)
	v.lobby, err = lobby.New(lobby.Options{
		Desk: v.desk, Title: both("城南营业厅", "Chengnan Branch"), LongWait: 45 * time.Minute, Voice: silent{}, Flows: v.flows(),
		Restyle: func(l theme.Look) {
			v.theme = v.theme.For(theme.Screen{Width: s.width, Height: s.height}, l)
			app.Settings().SetTheme(v.theme)
		},
		Now:   func() time.Time { return v.now },
		After: v.after,
		Do:    func(f func()) { v.todo <- f },
	})
	if err != nil {
		t.Fatal(err)
	}
	v.window = app.NewWindow("")
	v.window.SetPadded(false)
	v.window.SetContent(v.lobby.Content())
	v.window.Resize(fyne.NewSize(s.width, s.height))
	t.Cleanup(func() {
		v.lobby.Close()
		v.window.Close()
	})
	return v
}

func (v *visitor) flows() lobby.Flows {
	now := func() time.Time { return v.now }
	return lobby.Flows{
		CheckIn: func(s flow.Shell) flow.Flow { return checkin.New(s, checkin.Options{Desk: v.desk, Scanner: true}) },
		Survey: func(s flow.Shell) flow.Flow {
			f := survey.New(s, survey.Options{Desk: v.desk, Scanner: true, Now: now})
			f.Show(survey.Data{Letters: "ABCDEF"})
			return f
		},
		Complaint: func(s flow.Shell) flow.Flow {
			f := complaint.New(s, complaint.Options{Desk: v.desk, Now: now})
			f.Show(topics())
			return f
		},
		Backroom: func(s flow.Shell) flow.Flow { return backroom.New(s, backroom.Options{Staff: staff{}}) },
		Information: func(s flow.Shell) flow.Flow {
			f := information.New(s)
			week := hours.Hours{}
			for day := time.Monday; day <= time.Friday; day++ {
				week.Week[day] = []hours.Span{{From: 9 * time.Hour, To: 17 * time.Hour}}
			}
			f.Show(pages(&week))
			return f
		},
	}
}

func (v *visitor) c() *lang.Catalogue { return lang.Of(v.language) }

func (v *visitor) after(d time.Duration, f func()) func() {
	t := &timer{at: v.now.Add(d), f: f}
	v.timers = append(v.timers, t)
	return func() { t.gone = true }
}

// pass lets time pass, timer by timer.
func (v *visitor) pass(d time.Duration) {
	end := v.now.Add(d)
	for {
		v.timers = slices.DeleteFunc(v.timers, func(t *timer) bool { return t.gone })
		if len(v.timers) == 0 {
			break
		}
		next := slices.MinFunc(v.timers, func(a, b *timer) int { return a.at.Compare(b.at) })
		if next.at.After(end) {
			break
		}
		v.now, next.gone = next.at, true
		next.f()
		v.settle()
	}
	v.now = end
}

func (v *visitor) settle() {
	for {
		select {
		case f := <-v.todo:
			f()
		default:
			return
		}
	}
}

// answered waits for one answer.
func (v *visitor) answered() {
	v.t.Helper()
	select {
	case f := <-v.todo:
		f()
	case <-time.After(time.Minute):
		v.t.Fatal("no answer reached the screen")
	}
}

func (v *visitor) show(s lobby.Snapshot) {
	v.lobby.Show(s)
	v.settle()
}

// comes is the customer who finds the screen as the one before left it, long ago, and sets it as wanted.
func (v *visitor) comes(s lobby.Snapshot) {
	v.t.Helper()
	v.pass(10 * time.Minute)
	v.show(s)
	v.adjust()
}

func (v *visitor) adjust() {
	v.t.Helper()
	if v.language != lang.Default && v.find(lang.Of(v.language).Name) != nil {
		v.tap(lang.Of(v.language).Name)
	}
	c := v.c().Shell
	if word := map[string]string{"large": c.Large, "contrast": c.Contrast, "low": c.Low}[v.look]; word != "" && v.find(word) != nil {
		v.tap(word)
	}
}

// tap taps what has one of the words on it, after the time that people take.
func (v *visitor) tap(words ...string) {
	v.t.Helper()
	v.pass(time.Second)
	for _, word := range words {
		if o := v.find(word); o != nil {
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
			test.TapCanvas(v.window.Canvas(), at.AddXY(o.Size().Width/2, o.Size().Height/2))
			return
		}
	}
	v.t.Fatalf("%s: there is no %q to be tapped", v.lobby.ScreenName(), words)
}

// find finds what has these words on it and can be tapped.
func (v *visitor) find(word string) fyne.CanvasObject {
	for _, o := range screentest.Seen(v.window.Canvas().Content()) {
		if written(o.Object) == word {
			return o.Object
		}
	}
	return nil
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
