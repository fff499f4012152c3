package lobby

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/widgets"
)

func (p *play) tile(i int) fyne.CanvasObject {
	return p.lobby.view.screens[home].(*homeScreen).tiles[i]
}

// language is the button of a language: what is offered is the other one.
func (p *play) language(i int) fyne.CanvasObject { return p.lobby.view.strip.languages[i] }

// reads tells whether a text can be read on the screen.
func (p *play) reads(text string) bool {
	return slices.ContainsFunc(screentest.Seen(p.window.Canvas().Content()), func(o screentest.Placed) bool {
		t, ok := o.Object.(*widgets.Text)
		return ok && strings.Contains(t.Text(), text)
	})
}

func (p *play) mustRead(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if !p.reads(text) {
			p.t.Errorf("%q cannot be read", text)
		}
	}
}

func TestTakeATicket(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.mustRead("请选择您要办理的业务", "个人现金业务", "无人等待", "前面 7 人 · 约 14–38 分钟", "正在叫号", "A041", "1 号窗口")
	p.tap(p.tile(1))
	p.onScreen(home) // until the desk has answered
	p.answered()
	p.onScreen(ticket)
	p.mustRead("A001", "个人非现金业务", "下一位就是您")
	if want := []string{"s1 r1"}; !slices.Equal(p.desk.asked, want) {
		t.Errorf("asked for %q, want %q", p.desk.asked, want)
	}
	p.pass((ticketStays - 5) * time.Second)
	p.mustRead("还需要时间吗？", "5 秒后返回首页")
	p.pass(4 * time.Second)
	p.onScreen(ticket)
	p.pass(time.Second)
	p.onScreen(home)
}

func TestLeaveTheTicketByItsButton(t *testing.T) {
	p := newPlay(t, 1080, 1920)
	p.show(bank(8))
	p.tap(p.tile(7))
	p.answered()
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)
	p.onScreen(home)
	p.pass(time.Minute)
	p.onScreen(home)
}

func TestOneTapOneTicket(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.desk.gate = make(chan struct{})
	p.tap(p.tile(0))
	for range 3 { // while the desk is busy, on this service and others
		p.tapAtOnce(p.tile(0))
		p.tapAtOnce(p.tile(1))
	}
	p.desk.gate <- struct{}{}
	p.answered()
	// The second tap of an impatient finger meets the new screen.
	p.tapAtOnce(p.lobby.view.screens[ticket].(*ticketScreen).done)
	p.onScreen(ticket)
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)
	p.onScreen(home)
	p.tapAtOnce(p.tile(0))
	if want := []string{"s0 r1"}; !slices.Equal(p.desk.asked, want) {
		t.Errorf("asked for %q, want %q", p.desk.asked, want)
	}
}

func TestLanguageIsTheCustomers(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.tap(p.language(1))
	p.mustRead("Please choose a service", "Chengnan Branch", "Business banking", "1 ahead · about 2–8 min", "Now serving", "Counter 1")
	if p.reads("请选择") {
		t.Error("Chinese is left on the English screen")
	}
	p.tap(p.tile(2))
	p.answered()
	p.mustRead("Your number", "You are next")
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)
	p.onScreen(home)
	p.mustRead("请选择您要办理的业务") // the next customer's
}

func TestLanguageReturnsFromAnIdleScreen(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.tap(p.language(1))
	p.pass((homeStays - 10) * time.Second)
	p.tapAt(p.middleOf(p.lobby.view.middle)) // somebody is still there
	p.pass((homeStays - 10) * time.Second)
	p.mustRead("Please choose a service", "Do you need more time?")
	p.pass(10 * time.Second)
	p.mustRead("请选择您要办理的业务")
	if len(p.timers) != 0 && !p.timers[0].stopped {
		t.Error("the clock still runs on an idle screen")
	}
}

func TestLanguageOnEveryScreen(t *testing.T) {
	p := newPlay(t, 1280, 800)
	everyScreen(p, everybody[0].in(lang.Chinese), func(name string) {
		if p.lobby.state.screen == dark {
			return
		}
		before := p.lobby.state.screen
		p.tap(p.language(1))
		if p.lobby.state.language != lang.English || p.lobby.state.screen != before {
			t.Errorf("%s: language %q, screen %d", name, p.lobby.state.language, p.lobby.state.screen)
		}
		p.tap(p.language(0))
	})
}

func TestNoTicket(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.desk.fail(errors.New("disk full"))
	p.tap(p.tile(3))
	p.answered()
	p.onScreen(trouble)
	p.mustRead("暂时无法取号", "请再试一次，或到柜台由工作人员为您办理")
	p.desk.fail(nil)
	p.tap(p.lobby.view.screens[trouble].(*troubleScreen).again)
	p.answered()
	p.onScreen(ticket)
	if want := []string{"s3 r1", "s3 r1"}; !slices.Equal(p.desk.asked, want) {
		t.Errorf("asked for %q, want %q: the same wish twice", p.desk.asked, want)
	}
}

func TestTroubleGoesAway(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.desk.fail(errors.New("disk full"))
	p.tap(p.tile(3))
	p.answered()
	p.pass(troubleStays * time.Second)
	p.onScreen(home)
	p.tap(p.tile(3))
	p.answered()
	p.tap(p.lobby.view.screens[trouble].(*troubleScreen).leave)
	p.onScreen(home)
}

func TestASlowDesk(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.desk.gate = make(chan struct{})
	p.tap(p.tile(0))
	p.pass(time.Second)
	p.onScreen(waiting)
	p.mustRead("正在处理，请稍候")
	p.pass(8 * time.Second)
	p.onScreen(waiting)
	p.pass(time.Second)
	p.onScreen(trouble)
	// The answer comes after all, while the customer still stands there.
	p.desk.gate <- struct{}{}
	p.answered()
	p.onScreen(ticket)
}

func TestAnAnswerTooLate(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.desk.gate = make(chan struct{})
	p.tap(p.tile(0))
	p.pass((patience + troubleStays) * time.Second)
	p.onScreen(home)
	p.desk.gate <- struct{}{}
	p.answered()
	p.onScreen(home) // it is not the next customer's
}

func TestPages(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(13))
	screen := p.lobby.view.screens[home].(*homeScreen)
	p.mustRead("第 1 页，共 3 页", "A")
	p.tap(screen.next)
	p.tap(screen.next)
	p.mustRead("第 3 页，共 3 页")
	p.tap(p.tile(0))
	p.answered()
	if want := []string{"s12 r1"}; !slices.Equal(p.desk.asked, want) {
		t.Errorf("asked for %q, want %q", p.desk.asked, want)
	}
	p.pass(ticketStays * time.Second)
	p.mustRead("第 1 页，共 3 页")
	p.tap(screen.next)
	p.tap(screen.previous)
	p.mustRead("第 1 页，共 3 页")
	p.tap(screen.next)
	p.show(bank(4)) // the page is gone
	p.mustRead("个人现金业务")
	p.show(bank(13))
	p.pass(homeStays * time.Second)
	p.mustRead("第 1 页，共 3 页")
}

func TestNoServices(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.mustRead("本机暂停取号", "请到柜台")
	p.show(bank(2))
	if p.reads("本机暂停取号") {
		t.Error("still closed")
	}
	p.mustRead("个人现金业务")
}

func TestShowKeepsTheLatest(t *testing.T) {
	p := newPlay(t, 1280, 800)
	for n := range 8 {
		p.lobby.Show(bank(n + 1))
	}
	if len(p.todo) != 1 {
		t.Errorf("%d things to do on the screen's goroutine, want 1", len(p.todo))
	}
	p.settle()
	if got := len(p.lobby.snapshot.Services); got != 8 {
		t.Errorf("%d services shown, want 8", got)
	}
}

// TestShowFromManyGoroutines is for the race detector.
func TestShowFromManyGoroutines(t *testing.T) {
	p := newPlay(t, 1280, 800)
	var shown sync.WaitGroup
	for n := range 8 {
		shown.Go(func() {
			for range 20 {
				p.lobby.Show(bank(n + 1))
			}
		})
	}
	done := make(chan struct{})
	go func() { shown.Wait(); close(done) }()
	for finished := false; !finished; {
		select {
		case f := <-p.todo:
			f()
		case <-done:
			finished = true
		}
	}
	p.settle()
	if got, want := p.lobby.snapshot.Services, p.lobby.latest.Load().Services; len(got) != len(want) {
		t.Errorf("%d services shown, want %d", len(got), len(want))
	}
}

func TestCloseEndsWhatIsAsked(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.desk.gate = make(chan struct{})
	p.tap(p.tile(0))
	p.lobby.Close() // returns although the desk would wait for ever
	p.lobby.Show(bank(1))
	p.settle()
	p.pass(time.Minute)
	p.onScreen(home)
	if got := len(p.lobby.snapshot.Services); got != 4 {
		t.Errorf("a closed screen shows %d services, want the 4 from before", got)
	}
}

func TestNewRefusesNoDesk(t *testing.T) {
	if _, err := New(Options{}); err == nil || !strings.Contains(err.Error(), "desk") {
		t.Errorf("error %v, want one about the desk", err)
	}
}

func TestDefaultsAreComplete(t *testing.T) {
	p := newPlay(t, 1280, 800)
	l, err := New(Options{Desk: p.desk})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.Show(bank(1))
	test.NewTempWindow(t, l.Content()).Resize(fyne.NewSize(1280, 800))
	stop := l.options.After(time.Hour, func() { t.Error("a stopped timer went off") })
	stop()
	if a, b := l.options.NewRequest(), l.options.NewRequest(); a == b || a == "" {
		t.Errorf("requests %q and %q", a, b)
	}
}

// TestDeskGetsADeadline holds that a desk which minds its context never holds up the program for long.
func TestDeskGetsADeadline(t *testing.T) {
	p := newPlay(t, 1280, 800)
	deadlines := make(chan bool, 1)
	p.lobby.options.Desk = deadlineDesk(deadlines)
	p.show(bank(1))
	p.tap(p.tile(0))
	p.answered()
	if !<-deadlines {
		t.Error("the desk got no deadline")
	}
}

type deadlineDesk chan bool

func (d deadlineDesk) TakeTicket(ctx context.Context, _, _ string) (Ticket, error) {
	_, ok := ctx.Deadline()
	d <- ok
	return Ticket{Number: "A001"}, nil
}

func (d deadlineDesk) Reprint(context.Context, string, lang.Language, string) (bool, error) {
	return true, nil
}

func (d deadlineDesk) Print(context.Context, string, lang.Language) (bool, error) { return true, nil }
