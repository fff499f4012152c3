package lobby

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/theme"
)

func TestMain(m *testing.M) { screentest.Main(m) }

// desk answers as it is told, and can be made to wait.
type desk struct {
	mu       sync.Mutex
	asked    []string          // "service request", in order
	issued   map[string]Ticket // by request
	wait     Wait              // told with every ticket
	err      error
	paper    bool          // tickets are printed
	page     string        // of every ticket
	came     chan bool     // what becomes of each paper
	reprints []string      // "ticket language request", in order
	gate     chan struct{} // when set, every answer waits for one element or the end of the context
}

func (d *desk) pause(ctx context.Context) error {
	if d.gate == nil {
		return nil
	}
	select {
	case <-d.gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *desk) TakeTicket(ctx context.Context, service, request string) (Ticket, error) {
	d.mu.Lock()
	d.asked = append(d.asked, service+" "+request)
	err := d.err
	d.mu.Unlock()
	if err := errors.Join(err, d.pause(ctx)); err != nil {
		return Ticket{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.issued[request]; !known {
		d.issued[request] = Ticket{Number: fmt.Sprintf("A%03d", len(d.issued)+1), Service: service, Ahead: len(d.issued), Wait: d.wait,
			ID: "t" + request, Paper: d.paper, Page: d.page}
	}
	return d.issued[request], nil
}

func (d *desk) Print(ctx context.Context, _ string, _ lang.Language) (bool, error) {
	select {
	case came := <-d.came:
		return came, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (d *desk) Reprint(ctx context.Context, ticket string, l lang.Language, request string) (bool, error) {
	d.mu.Lock()
	d.reprints = append(d.reprints, ticket+" "+string(l)+" "+request)
	d.mu.Unlock()
	return d.Print(ctx, ticket, l)
}

func (d *desk) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

// play is a lobby on a stage: its clock is turned by the test, and what other goroutines want done on the screen's
// goroutine is done by the test's.
type play struct {
	t       *testing.T
	desk    *desk
	lobby   *Lobby
	window  fyne.Window
	now     time.Time
	timers  []*timer
	todo    chan func()
	theme   *theme.Theme
	request int
	flow    map[kind]*steps
}

type timer struct {
	at      time.Time
	f       func()
	stopped bool
}

// newPlay puts a lobby into a window of a size.
func newPlay(t *testing.T, width, height float32, with ...func(*Options)) *play {
	t.Helper()
	p := &play{t: t, desk: &desk{issued: map[string]Ticket{}, came: make(chan bool, 10)}, now: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC),
		todo: make(chan func(), 100)}
	app := test.NewApp()
	th, err := theme.New(theme.Screen{Width: width, Height: height})
	if err != nil {
		t.Fatal(err)
	}
	p.theme = th
	app.Settings().SetTheme(th)
	o := p.options()
	o.Restyle = func(l theme.Look) {
		p.theme = p.theme.For(theme.Screen{Width: width, Height: height}, l)
		app.Settings().SetTheme(p.theme)
	}
	for _, f := range with {
		f(&o)
	}
	p.lobby, err = New(o)
	if err != nil {
		t.Fatal(err)
	}
	p.window = app.NewWindow("")
	p.window.SetPadded(false)
	p.window.SetContent(p.lobby.Content())
	p.window.Resize(fyne.NewSize(width, height))
	t.Cleanup(func() {
		p.lobby.Close()
		p.window.Close()
	})
	return p
}

func (p *play) options() Options {
	return Options{
		Desk:  p.desk,
		Title: lang.Names{lang.Chinese: "城南营业厅", lang.English: "Chengnan Branch"},
		Now:   func() time.Time { return p.now },
		After: func(d time.Duration, f func()) func() {
			timer := &timer{at: p.now.Add(d), f: f}
			p.timers = append(p.timers, timer)
			return func() { timer.stopped = true }
		},
		NewRequest: func() string { p.request++; return fmt.Sprintf("r%d", p.request) },
		Do:         func(f func()) { p.todo <- f },
	}
}

// settle does what is to be done on the screen's goroutine at once.
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

// answered does one thing that another goroutine is about to ask for.
func (p *play) answered() {
	p.t.Helper()
	select {
	case f := <-p.todo:
		f()
	case <-time.After(30 * time.Second):
		p.t.Fatal("the desk's answer never reached the screen")
	}
}

// pass lets time pass, timer by timer.
func (p *play) pass(d time.Duration) {
	end := p.now.Add(d)
	for {
		p.timers = slices.DeleteFunc(p.timers, func(t *timer) bool { return t.stopped })
		if len(p.timers) == 0 {
			break
		}
		next := slices.MinFunc(p.timers, func(a, b *timer) int { return a.at.Compare(b.at) })
		if next.at.After(end) {
			break
		}
		p.now, next.stopped = next.at, true
		next.f()
		p.settle()
	}
	p.now = end
}

func (p *play) show(s Snapshot) {
	p.lobby.Show(s)
	p.settle()
}

// tap taps the screen where something lies, after the customer has had time to see it.
func (p *play) tap(o fyne.CanvasObject) {
	p.t.Helper()
	p.pass(settle)
	p.tapAtOnce(o)
}

func (p *play) tapAtOnce(o fyne.CanvasObject) {
	p.t.Helper()
	middle := p.middleOf(o)
	if !p.reaches(middle, o) {
		p.t.Fatalf("a tap at %v does not reach %T", middle, o)
	}
	p.tapAt(middle)
}

func (p *play) middleOf(o fyne.CanvasObject) fyne.Position {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	return at.AddXY(o.Size().Width/2, o.Size().Height/2)
}

func (p *play) tapAt(at fyne.Position) { test.TapCanvas(p.window.Canvas(), at) }

// reaches tells whether o is what is tapped at a place: the last tappable thing drawn there.
func (p *play) reaches(at fyne.Position, o fyne.CanvasObject) bool {
	var last fyne.CanvasObject
	for _, placed := range screentest.Seen(p.window.Canvas().Content()) {
		if _, ok := placed.Object.(fyne.Tappable); ok && placed.Contains(at) {
			last = placed.Object
		}
	}
	return last == o
}

func (p *play) onScreen(want screen) {
	p.t.Helper()
	if got := p.lobby.state.screen; got != want {
		p.t.Fatalf("screen %d, want %d", got, want)
	}
	for at, part := range p.lobby.view.screens {
		if part == nil || want == dark {
			continue
		}
		if shown := part.root().Visible(); shown != (screen(at) == want) {
			p.t.Fatalf("screen %d: visible is %v on screen %d", at, shown, want)
		}
	}
}

// bank is a branch with that many services, some of them with long names.
func bank(services int) Snapshot {
	names := []lang.Names{
		{lang.Chinese: "个人现金业务", lang.English: "Personal cash services"},
		{lang.Chinese: "个人非现金业务", lang.English: "Personal account services"},
		{lang.Chinese: "对公业务", lang.English: "Business banking"},
		{lang.Chinese: "贵宾理财", lang.English: "Wealth management"},
		{lang.Chinese: "外币兑换与跨境汇款", lang.English: "Foreign exchange and international transfers"},
		{lang.Chinese: "社保卡与养老金业务", lang.English: "Social security card and pension services"},
		{lang.Chinese: "贷款咨询", lang.English: "Loan advice"},
		{lang.Chinese: "挂失补卡", lang.English: "Lost cards and replacements"},
	}
	var s Snapshot
	for i := range services {
		s.Services = append(s.Services, Service{
			ID: fmt.Sprintf("s%d", i), Mark: string(rune('A' + i)), Names: names[i%len(names)], Ahead: (i * 7) % 13, Waiting: (i * 7) % 13})
	}
	for i := range s.Services { // of the first, too little is known
		if i > 0 {
			s.Services[i].Wait = Wait{Low: s.Services[i].Ahead * 2, High: s.Services[i].Ahead*5 + 3}
		}
	}
	for i := range 7 {
		s.Called = append(s.Called, Call{Number: fmt.Sprintf("%c%03d", 'A'+i%4, 41-3*i), Counter: fmt.Sprint(i%5 + 1)})
	}
	return s
}

// evening is a branch that begins to close.
func evening(services int) Snapshot {
	s := bank(services)
	s.At = time.Date(2026, 11, 23, 17, 20, 0, 0, time.FixedZone("CST", 8*3600))
	for i := range s.Services {
		switch one := &s.Services[i]; i % 5 {
		case 1:
			one.Availability, one.Opens = Closed, s.At.Add(15*time.Hour+40*time.Minute)
		case 2:
			one.Availability = Full
			if i > 5 {
				one.Availability = FullNow
			}
		case 3:
			one.Availability = TooLate
		case 4:
			one.Availability, one.Opens = Closed, s.At.Add((15*24-8)*time.Hour)
		}
	}
	return s
}

// night is a branch where everything is closed.
func night(services int) Snapshot {
	s := evening(services)
	for i := range s.Services {
		s.Services[i].Availability, s.Services[i].Opens = Closed, s.At.Add(64*time.Hour)
	}
	return s
}

// grouped is a branch in the evening with three groups, one of them of one service, and a service of no group.
func grouped() Snapshot {
	s := evening(8)
	s.Groups = []Group{
		{ID: "personal", Names: lang.Names{lang.Chinese: "个人业务", lang.English: "For yourself"}},
		{ID: "abroad", Names: lang.Names{lang.Chinese: "外币与社保", lang.English: "Foreign exchange and social security"}},
		{ID: "business", Names: lang.Names{lang.Chinese: "对公业务", lang.English: "Business"}},
		{ID: "empty", Names: lang.Names{lang.Chinese: "空", lang.English: "Empty"}},
	}
	for i, group := range []string{"personal", "personal", "business", "personal", "abroad", "abroad", "", "personal"} {
		s.Services[i].Group = group
	}
	return s
}
