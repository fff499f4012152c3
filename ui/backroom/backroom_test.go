package backroom

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/widgets"
)

func usual(t *testing.T) *play { return newPlay(t, flowtest.Usual) }

func (p *play) mustHaveDone(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(p.staff.done, want) {
		t.Errorf("done %q, want %q", p.staff.done, want)
	}
}

func TestUnlockShowsHowThingsAre(t *testing.T) {
	p := usual(t)
	p.unlock()
	p.MustRead("约剩 38 米", "够用约 6 天", "已连接，自 08:14", "3 条记录待上传", "192.168.1.20", "剩余 12.3 GB，共 31.9 GB", "1.12.0，自 11-11 10:14 运行")
	if large, _ := p.flow.Heading(p.Scene()); !strings.Contains(large, "王小明") {
		t.Errorf("heading %q", large)
	}
}

func TestHowThingsAre(t *testing.T) {
	for name, test := range map[string]struct {
		status Status
		want   []string
	}{
		"ill":  {ill(), []string{"缺纸", "约剩 0.0 米", "未连接，自 11-22 10:14", "12345 条记录待上传", "剩余 800 MB", "故障"}},
		"bare": {bare(), []string{"没有", "未连接", "未知"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := usual(t)
			p.staff.status = test.status
			p.unlock()
			p.MustRead(test.want...)
		})
	}
}

func TestNobodyKnowsHowThingsAre(t *testing.T) {
	p := usual(t)
	p.staff.silent = true
	p.unlock()
	p.MustRead(p.words().Unknown)
	p.staff.silent = false
	p.press(p.words().Refresh)
	p.MustRead("约剩 38 米")
}

func TestWhatThereIsNot(t *testing.T) {
	p := usual(t)
	p.staff.status = bare()
	p.unlock()
	c := p.words()
	for _, button := range p.Tappable() {
		if slices.Contains([]string{c.NewRoll, c.Reprint, c.TestPrint, c.SoundTest}, button) {
			t.Errorf("%q is offered without a printer and a loudspeaker", button)
		}
	}
}

func TestWrongPIN(t *testing.T) {
	p := usual(t)
	for range 3 {
		p.types("1001")
		p.types("0000")
		p.MustRead(p.words().Denied)
		p.press(p.words().Again)
	}
	p.types("1001")
	p.types("246813")
	p.MustRead(p.words().TooMany, "10:20:30")
	if got := p.Tappable(); !slices.Equal(got, []string{p.words().Home}) {
		t.Errorf("buttons %q", got)
	}
	p.press(p.words().Home)
	if p.Gone != 1 {
		t.Error("does not lead home")
	}
	p.mustHaveDone(t)
}

func TestUnlockDoesNotWork(t *testing.T) {
	p := usual(t)
	p.types("9999")
	p.types("246813")
	if p.Failure == nil || p.flow.state.in() {
		t.Errorf("said %+v, in %v", p.Failure, p.flow.state.in())
	}
}

// TestThePINIsNowhere looks for it on the screen, in what is read aloud, in what anybody prints, and, after it was looked
// at, in the state.
func TestThePINIsNowhere(t *testing.T) {
	p := usual(t)
	p.types("1001")
	p.Hold = true
	pad := p.flow.view.pin.Pad
	for _, char := range "246813" {
		p.Tap(pad.Key(char))
	}
	for _, o := range screentest.Seen(p.Window.Canvas().Content()) {
		if text, ok := o.Object.(*widgets.Text); ok && strings.Contains(strings.ReplaceAll(text.Text(), " ", ""), "24") {
			t.Errorf("%q can be read", text.Text())
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if printed := fmt.Sprintf(verb, p.flow.state) + fmt.Sprintf(verb, &p.flow.state); strings.Contains(printed, "246813") || strings.Contains(printed, "323436383133") {
			t.Errorf("%s prints %q", verb, printed)
		}
	}
	if spoken := p.flow.Spoken(p.Scene()); strings.ContainsAny(spoken, "0123456789") || !p.flow.Private() {
		t.Errorf("reads aloud %q, private %v", spoken, p.flow.Private())
	}
	p.Tap(pad.Done())
	if p.flow.state.pin.reveal() != "" || p.flow.view.pin.Entry.Shown() != "" {
		t.Error("the PIN is kept while it is looked at")
	}
	p.Answer()
	if !p.flow.state.in() {
		t.Error("not let in")
	}
}

func TestWhatIsAskedOnceMore(t *testing.T) {
	p := usual(t)
	c := p.words()
	for _, test := range []struct {
		button, question, outcome string
		kind                      Kind
	}{
		{c.NewRoll, c.SureRoll, c.RollNoted, Paper},
		{c.Restart, c.SureRestart, c.Stopping, Restart},
		{c.ShutDown, c.SureShutDown, c.Stopping, ShutDown},
		{c.Leave, c.SureLeave, c.Stopping, Leave},
	} {
		t.Run(string(test.kind), func(t *testing.T) {
			p.Open()
			p.staff.done = nil
			p.unlock()
			p.press(test.button)
			p.MustRead(test.question)
			p.press(c.No)
			p.mustHaveDone(t)
			p.press(test.button)
			p.press(c.Yes)
			p.mustHaveDone(t, "1001 "+string(test.kind))
			p.MustRead(test.outcome)
			p.press(c.OK)
			p.MustRead("约剩 38 米")
		})
	}
}

func TestWhatIsDoneAtOnce(t *testing.T) {
	p := usual(t)
	c := p.words()
	p.unlock()
	p.press(c.TestPrint)
	p.MustRead(c.TestPrinted)
	p.press(c.OK)
	p.press(c.SoundTest)
	p.MustRead(c.Sounded)
	p.press(c.OK)
	p.mustHaveDone(t, "1001 test-print", "1001 sound-test")
}

func TestReprint(t *testing.T) {
	p := usual(t)
	p.unlock()
	p.press(p.words().Reprint)
	if !p.flow.Private() {
		t.Error("customers' numbers are not private")
	}
	p.press("A083")
	p.mustHaveDone(t, "1001 reprint t96")
	p.MustRead("A083 已送去打印")
}

func TestEveryTicketCanBeReprinted(t *testing.T) {
	p := usual(t)
	p.unlock()
	p.press(p.words().Reprint)
	seen := map[string]bool{}
	for {
		for i, tile := range p.flow.view.tickets.tiles {
			if tile.Visible() {
				seen[p.flow.view.tickets.tiles[i].Offer().Name] = true
			}
		}
		if !p.flow.view.tickets.pager.Next().Visible() {
			break
		}
		p.Tap(p.flow.view.tickets.pager.Next())
	}
	if len(seen) != 20 {
		t.Errorf("%d of 20 tickets can be reached", len(seen))
	}
}

func TestLogOnPages(t *testing.T) {
	p := usual(t)
	p.staff.status = ill()
	p.unlock()
	p.press(p.words().Log)
	p.MustRead("10:14:50 错误", "is out of paper")
	pages := 1
	for ; p.flow.view.lines.pager.Next().Visible(); pages++ {
		p.Tap(p.flow.view.lines.pager.Next())
	}
	p.MustRead("11-22 10:04 警告")
	if pages < 3 {
		t.Errorf("30 lines on %d pages", pages)
	}
}

func TestNothingToShow(t *testing.T) {
	p := usual(t)
	p.staff.status.Tickets = nil
	p.unlock()
	p.press(p.words().Log)
	p.MustRead(p.words().NoLog)
	p.flow.Back()
	p.press(p.words().Reprint)
	p.MustRead(p.words().NoTickets)
}

func TestHowItDidNotGo(t *testing.T) {
	p := usual(t)
	c := p.words()
	p.unlock()
	p.staff.err[TestPrint] = errors.New("no paper")
	p.press(c.TestPrint)
	p.MustRead(c.NotDone)
	p.press(c.OK)
	p.staff.err[ShutDown] = fmt.Errorf("shut down: %w", ErrDenied)
	p.press(c.ShutDown)
	p.press(c.Yes)
	p.MustRead(c.NotAllowed)
}

func TestLocks(t *testing.T) {
	p := usual(t)
	p.unlock()
	p.press(p.words().Lock)
	if p.Gone != 1 || p.flow.state.in() {
		t.Errorf("gone %d times, in %v", p.Gone, p.flow.state.in())
	}
	p.mustHaveDone(t, "1001 lock")
	p.unlock()
	p.Leaving() // the time-out
	if p.flow.state.in() {
		t.Error("not locked by the time-out")
	}
	p.mustHaveDone(t, "1001 lock", "1001 lock")
	p.Leaving()
	p.mustHaveDone(t, "1001 lock", "1001 lock") // nobody was in
}

// TestTapsOutOfTurn holds that nothing is done before somebody was let in, or while an answer is waited for.
func TestTapsOutOfTurn(t *testing.T) {
	p := usual(t)
	p.flow.enter()
	p.mustHaveDone(t)
	p.unlock()
	p.Hold = true
	p.press(p.words().TestPrint)
	p.flow.want(Restart, Ticket{})
	p.flow.do()
	p.flow.refresh()
	if !p.flow.Back() {
		t.Error("leaves while an answer is waited for")
	}
	p.Answer()
	p.mustHaveDone(t, "1001 test-print")
}

func TestTyping(t *testing.T) {
	s := state{}
	for range 40 {
		s = s.key('1')
	}
	if len(s.number) != longestNumber || !s.enough() {
		t.Errorf("%d characters, enough %v", len(s.number), s.enough())
	}
	s.step = pin
	for n := range 20 {
		if s.enough() != (n >= shortestPIN) {
			t.Errorf("%d digits: enough %v", n, s.enough())
		}
		s = s.key('1')
	}
	if len(s.pin.reveal()) != longestPIN {
		t.Errorf("a PIN of %d digits", len(s.pin.reveal()))
	}
	for range 20 {
		s = s.erased()
	}
	if s.pin.reveal() != "" || s.number == "" {
		t.Error("erased too little or too much")
	}
}

func TestEnglish(t *testing.T) {
	setting := flowtest.Usual
	setting.Language = "en"
	p := newPlay(t, setting)
	p.unlock()
	p.MustRead("Connected since 08:14 · 3 records wait", "about 38 m left · enough for about 6 days")
	if spoken := p.flow.Spoken(p.Scene()); !strings.Contains(spoken, "Printer All well.") {
		t.Errorf("reads aloud %q", spoken)
	}
}
