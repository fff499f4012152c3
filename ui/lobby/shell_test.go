package lobby

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// steps is a flow of a few steps with a button on each; what it asks is answered as it is told.
type steps struct {
	shell  flow.Shell
	name   string
	root   *fyne.Container
	text   *widgets.Text
	button *widgets.Button
	tapped func()

	step, opened, left, asked int
	scans                     []string
	takes                     bool // what is scanned
	gate                      chan struct{}
	sent                      chan struct{}
}

func (p *play) flows(o *Options) {
	p.flow = map[kind]*steps{}
	make := func(k kind) func(flow.Shell) flow.Flow {
		return func(shell flow.Shell) flow.Flow {
			f := &steps{shell: shell, name: flowNames[k], sent: make(chan struct{}, 10),
				text: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameHeadingText, Color: fynetheme.ColorNameForeground})}
			f.button = widgets.NewButton(widgets.Primary, func() { f.tapped() })
			f.tapped = f.next
			f.root = container.New(layout.Stage(func(b layout.Box) {
				button, rest := b.Bottom(layout.Size(theme.SizeNameTarget), 10)
				button.Put(f.button)
				rest.Put(f.text)
			}), f.text, f.button)
			p.flow[k] = f
			return f
		}
	}
	o.Flows = Flows{CheckIn: make(checkIn), Survey: make(survey), Complaint: make(complaint), Information: make(information), Backroom: make(backroom)}
}

func (f *steps) next() {
	f.step++
	f.shell.Changed()
}

// ask asks, and does something with the answer.
func (f *steps) ask(then func()) {
	f.shell.Ask(func(ctx context.Context) func() {
		if f.gate != nil {
			select {
			case <-f.gate:
			case <-ctx.Done():
			}
		}
		return func() { f.asked++; then() }
	})
}

func (f *steps) Root() fyne.CanvasObject { return f.root }
func (f *steps) Open()                   { f.step, f.opened = 0, f.opened+1 }
func (f *steps) Draw(flow.Scene) {
	f.text.SetText(fmt.Sprintf("%s %d", f.name, f.step))
	f.button.SetText("next of " + f.name)
}

func (f *steps) Back() bool {
	f.step--
	return f.step >= 0
}
func (f *steps) Heading(flow.Scene) (string, string) { return fmt.Sprintf("step %d", f.step), f.name }
func (f *steps) Spoken(flow.Scene) string            { return fmt.Sprintf("say step %d", f.step) }
func (f *steps) Private() bool                       { return f.step == 2 }
func (f *steps) Scan(text string) bool {
	f.scans = append(f.scans, text)
	return f.takes
}

func (f *steps) Left() func(context.Context) {
	f.left++
	return func(ctx context.Context) {
		select {
		case f.sent <- struct{}{}:
		default: // nobody waits for so many
		}
	}
}

// entry is the button that opens a flow.
func (p *play) entry(k kind) fyne.CanvasObject { return p.lobby.view.actions.entries[k] }

func withFlows(t *testing.T, width, height float32, with ...func(*Options)) *play {
	p := &play{}
	made := newPlay(t, width, height, append(with, p.flows)...)
	made.flow = p.flow
	s := bank(4)
	s.Appointments = true
	made.show(s)
	return made
}

func TestAFlowHasTheScreen(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.tap(p.entry(complaint))
	p.onScreen(flowing)
	f := p.flow[complaint]
	p.mustRead("complaint 0", "step 0", "返回", "首页")
	p.tapAt(p.middleOf(f.button)) // the second tap of an impatient finger
	if f.step != 0 {
		t.Error("a double tap on the entry goes on in the flow")
	}
	p.tap(f.button)
	p.tapAt(p.middleOf(f.button))
	p.mustRead("complaint 1")
	p.tap(f.button)
	if !p.lobby.Private() || p.lobby.ScreenName() != "complaint" {
		t.Errorf("private is %v on %q", p.lobby.Private(), p.lobby.ScreenName())
	}
	for _, want := range []string{"complaint 1", "complaint 0"} {
		p.tap(p.lobby.view.actions.leave)
		p.mustRead(want)
	}
	p.tap(p.lobby.view.actions.leave)
	p.onScreen(home)
	if f.opened != 1 || f.left != 1 || p.lobby.Private() {
		t.Errorf("opened %d, left %d times, private is %v", f.opened, f.left, p.lobby.Private())
	}
	<-f.sent
	p.tap(p.entry(complaint))
	p.mustRead("complaint 0")
	p.tap(p.lobby.view.actions.home)
	p.onScreen(home)
}

func TestWhatIsOffered(t *testing.T) {
	p := withFlows(t, 1080, 1920)
	p.mustRead("预约签到", "服务评价", "投诉建议", "服务信息")
	p.show(bank(4))
	if p.reads("预约签到") {
		t.Error("check-in is offered where there are no appointments")
	}
	s := bank(4)
	s.Out, s.Appointments = "journal", true
	p.show(s)
	p.mustRead("本机暂停服务", "请到柜台，由工作人员为您取号和办理", "journal", "服务信息")
	if p.reads("个人现金业务") || p.reads("服务评价") || p.reads("预约签到") {
		t.Error("what cannot be taken down is offered")
	}
	s = night(4)
	s.Opens, s.Appointments = s.Services[0].Opens, true
	p.show(s)
	p.mustRead("现在不营业", "周四 09:20 开始营业", "预约签到", "服务信息")
	if got := p.lobby.ScreenName(); got != "closed" {
		t.Errorf("the screen is called %q", got)
	}
}

func TestAFlowAsks(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.tap(p.entry(checkIn))
	f := p.flow[checkIn]
	f.gate = make(chan struct{})
	f.tapped = func() { f.ask(func() { f.shell.ShowTicket(Ticket{Number: "B007", Service: "s1"}) }) }
	p.tap(f.button)
	if !f.shell.Busy() {
		t.Error("the shell is not busy")
	}
	p.pass(settle)
	p.tapAt(p.middleOf(f.button)) // the veil is over it
	f.ask(func() { t.Error("asked twice") })
	p.pass(time.Second)
	p.onScreen(waiting)
	f.gate <- struct{}{}
	p.answered()
	p.onScreen(ticket)
	p.mustRead("B007")
	if f.asked != 1 || f.left != 1 {
		t.Errorf("answered %d times, left %d times", f.asked, f.left)
	}
}

func TestAFlowFails(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.tap(p.entry(checkIn))
	f := p.flow[checkIn]
	tries := 0
	f.tapped = func() {
		f.ask(func() {
			if tries++; tries == 1 {
				f.shell.Failed("没有这个预约", "请核对号码", f.tapped)
			} else {
				f.shell.Leave()
			}
		})
	}
	p.tap(f.button)
	p.answered()
	p.onScreen(trouble)
	p.mustRead("没有这个预约", "请核对号码")
	p.tap(p.lobby.view.screens[trouble].(*troubleScreen).leave)
	p.onScreen(flowing) // to correct what was typed
	tries = 0
	p.tap(f.button)
	p.answered()
	p.tap(p.lobby.view.screens[trouble].(*troubleScreen).again)
	p.answered()
	p.onScreen(home)
	if f.left != 1 {
		t.Errorf("left %d times", f.left)
	}
}

func TestAFlowsDeskIsSlow(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.tap(p.entry(checkIn))
	f := p.flow[checkIn]
	f.gate = make(chan struct{})
	f.tapped = func() { f.ask(f.next) }
	p.tap(f.button)
	p.pass(patience * time.Second)
	p.onScreen(trouble)
	p.mustRead("暂时无法完成")
	f.gate <- struct{}{} // the answer comes after all, while the customer still stands there
	p.answered()
	p.onScreen(flowing)
	p.mustRead("check-in 1")

	p.tap(f.button)
	p.pass((patience + troubleStays) * time.Second)
	p.onScreen(home)
	f.gate <- struct{}{}
	p.answered()
	p.onScreen(home) // it is not the next customer's
	if f.asked != 1 {
		t.Errorf("an answer of somebody who has gone was used: %d", f.asked)
	}
}

// TestAFlowThatIsNotOpenIsNotHeard holds that what comes too late from a flow changes nothing.
func TestAFlowThatIsNotOpenIsNotHeard(t *testing.T) {
	p := withFlows(t, 1280, 800)
	f := p.flow[survey]
	f.shell.Changed()
	f.shell.Leave()
	f.shell.ShowTicket(Ticket{Number: "X"})
	f.shell.Failed("x", "y", nil)
	f.ask(func() { t.Error("asked") })
	p.onScreen(home)
	if f.shell.Busy() {
		t.Error("busy")
	}
}

func TestTheEndIsAnnounced(t *testing.T) {
	p := withFlows(t, 1080, 1920)
	p.tap(p.entry(survey))
	p.pass((flowStays - warning - 1) * time.Second)
	if p.reads("还需要时间吗？") {
		t.Error("the end is announced too early")
	}
	p.pass(time.Second)
	p.mustRead("还需要时间吗？", "20 秒后返回首页", "survey 0")
	p.tap(p.lobby.view.actions.count.stay)
	p.pass((flowStays - 1) * time.Second)
	p.mustRead("1 秒后返回首页")
	p.tapAt(p.middleOf(p.lobby.view.screens[home].root())) // anywhere
	p.pass((flowStays - warning - 1) * time.Second)
	p.onScreen(flowing)
	if p.reads("还需要时间吗？") {
		t.Error("a tap does not extend the time")
	}
	p.pass((warning + 1) * time.Second)
	p.onScreen(home)
	if p.flow[survey].left != 1 {
		t.Errorf("left %d times", p.flow[survey].left)
	}
}

func TestEveryTapExtends(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.tap(p.entry(survey))
	for range 10 {
		p.pass((flowStays - 1) * time.Second)
		p.onScreen(flowing)
		p.tap(p.flow[survey].button)
	}
	p.onScreen(flowing)
}

func TestABiggerPicture(t *testing.T) {
	p := withFlows(t, 1080, 1920)
	s := p.lobby.view.strip
	text := p.theme.Size(fynetheme.SizeNameText)
	p.tap(s.large)
	p.tap(s.contrast)
	p.tap(s.lower)
	p.mustRead("✓ 大字", "✓ 高对比", "✓ 轮椅低位") // said, not shown by colour alone
	if got := p.theme.Size(fynetheme.SizeNameText); got < 1.3*text {
		t.Errorf("large text is %g, was %g", got, text)
	}
	p.tap(p.tile(0))
	p.answered()
	p.onScreen(ticket)
	if got := p.lobby.state.customer; got == nobody {
		t.Error("the look is gone in the middle")
	}
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)
	if got := p.theme.Size(fynetheme.SizeNameText); got != text || p.lobby.state.customer != nobody {
		t.Errorf("the next customer finds texts of %g, %+v", got, p.lobby.state.customer)
	}
}

// TestLowControls holds that in the low layout nothing that is touched is higher than 1220 mm above the floor.
func TestLowControls(t *testing.T) {
	const bottom, tall = 980, 1920 / theme.DefaultUnitsPerMM // millimetres
	p := withFlows(t, 1080, 1920, func(o *Options) { o.Reach = Reach{BottomMM: bottom} })
	highest := func() (mm float32) {
		for _, o := range screentest.Seen(p.window.Canvas().Content()) {
			if _, staff := o.Object.(*widgets.Area); staff {
				continue
			}
			if _, ok := o.Object.(fyne.Tappable); ok {
				mm = max(mm, bottom+(1920-o.At.Y)/theme.DefaultUnitsPerMM)
			}
		}
		return mm
	}
	p.show(bank(13))
	if got := highest(); got <= highReach {
		t.Fatalf("the highest control of %v mm of glass is at %.0f mm: this proves nothing", tall, got)
	}
	p.tap(p.lobby.view.strip.lower)
	look := func() {
		t.Helper()
		if got := highest(); got > highReach {
			t.Errorf("%s: a control is %.0f mm above the floor", p.lobby.ScreenName(), got)
		}
		screentest.Check(t, p.window.Canvas().Content(), p.window.Canvas().Size(), p.theme.Size(theme.SizeNameTarget))
	}
	look()
	p.tap(p.entry(survey))
	look()
	p.tap(p.lobby.view.actions.home)
	p.tap(p.tile(0))
	p.answered()
	look()
}

func TestKnocking(t *testing.T) {
	p := withFlows(t, 1280, 800)
	spot := p.lobby.view.header.spot
	for range knocksNeeded {
		p.pass(time.Second) // too slowly
		p.tapAtOnce(spot)
	}
	p.onScreen(home)
	p.pass(knocksWithin + time.Second)
	for range knocksNeeded {
		p.tapAtOnce(spot)
	}
	p.onScreen(flowing)
	p.mustRead("backroom 0")
	for range knocksNeeded {
		p.tapAtOnce(spot)
	}
	if got := p.flow[backroom].opened; got != 1 {
		t.Errorf("opened %d times", got)
	}
	p.pass(flowStays * time.Second)
	p.onScreen(home)
}

func TestScans(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.flow[survey].takes = true
	const visit = "https://hall.example.org/t/abcdefghijklmnopqrstuvwxyz"
	p.lobby.Scan(visit)
	p.onScreen(flowing)
	p.mustRead("survey 0")
	p.lobby.Scan("more")
	if want := []string{visit, "more"}; !slices.Equal(p.flow[survey].scans, want) {
		t.Errorf("scanned %q", p.flow[survey].scans)
	}
	p.flow[survey].takes = false
	p.pass(flowStays * time.Second)
	p.lobby.Scan("YUY12345")
	p.onScreen(trouble) // check-in has no use for it
	p.tap(p.lobby.view.screens[trouble].(*troubleScreen).leave)
	p.flow[checkIn].takes = true
	p.lobby.Scan("YUY12345")
	p.mustRead("check-in 0")
	p.tap(p.lobby.view.actions.home)
	p.lobby.Scan("a price tag")
	p.onScreen(trouble)
	p.mustRead("无法识别这个码")
	p.tap(p.lobby.view.screens[trouble].(*troubleScreen).leave)
	p.onScreen(home)
}

func TestDark(t *testing.T) {
	p := withFlows(t, 1280, 800)
	s := night(4)
	s.Dim, s.Opens = true, s.Services[0].Opens
	p.show(s)
	p.onScreen(dark)
	p.mustRead("17:20", "轻触屏幕开始")
	p.pass(time.Minute)
	p.mustRead("17:21")
	p.tap(p.lobby.view.dark.area)
	p.onScreen(home)
	p.mustRead("现在不营业")
	p.pass((lightStays - 1) * time.Second)
	p.mustRead("1 秒后屏幕变暗")
	p.tapAt(p.middleOf(p.lobby.view.middle))
	p.pass((lightStays - 1) * time.Second)
	p.onScreen(home)
	p.tap(p.language(1)) // a customer, whose screen goes home first
	p.pass(lightStays * time.Second)
	p.onScreen(home)
	p.mustRead("现在不营业")
	p.pass(lightStays * time.Second)
	p.onScreen(dark)
	p.show(bank(4))
	p.onScreen(home)
	p.pass(time.Hour)
	p.onScreen(home)
}

func TestALongWaitIsAskedAbout(t *testing.T) {
	p := withFlows(t, 1280, 800, func(o *Options) { o.LongWait = 40 * time.Minute })
	p.tap(p.tile(1)) // 14–38 minutes
	p.answered()
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)
	p.tap(p.tile(3)) // 16–43
	p.onScreen(confirm)
	screen := p.lobby.view.screens[confirm].(*confirmScreen)
	p.mustRead("贵宾理财", "前面还有 8 人", "预计等候 16–43 分钟", "仍要现在取号吗？", "预约")
	p.tap(screen.not)
	p.onScreen(home)
	p.tap(p.tile(3))
	p.tapAtOnce(screen.join) // too soon for anybody to have read it
	p.tap(screen.join)
	p.tapAtOnce(screen.join)
	p.answered()
	p.onScreen(ticket)
	if len(p.desk.asked) != 2 {
		t.Errorf("asked for %q", p.desk.asked)
	}
}

func TestPaper(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.desk.paper, p.desk.page = true, "https://hall.example.org/t/0123456789abcdefghij"
	s := bank(4)
	s.Paper = true
	p.show(s)
	p.tap(p.tile(0))
	p.answered()
	screen := p.lobby.view.screens[ticket].(*ticketScreen)
	p.mustRead("正在打印小票…", "扫码查看排队进度")
	if screen.code.Text() != p.desk.page || !p.lobby.Private() {
		t.Errorf("the code says %q, private is %v", screen.code.Text(), p.lobby.Private())
	}
	if screen.again.Visible() {
		t.Error("another paper is offered before it is known what became of the first")
	}
	p.desk.came <- false
	p.answered()
	p.mustRead("请记住号码或扫码", "重新打印")
	p.tap(screen.again)
	p.tapAtOnce(screen.done) // it has moved: the finger is forgiven
	p.desk.came <- true
	p.answered()
	p.mustRead("请取走您的小票")
	p.tap(screen.again) // it fell down
	p.desk.came <- true
	p.answered()
	if screen.again.Visible() {
		t.Error("paper without end is offered")
	}
	if want := []string{"tr1 zh r2", "tr1 zh r3"}; !slices.Equal(p.desk.reprints, want) {
		t.Errorf("printed again: %q, want %q", p.desk.reprints, want)
	}
	p.onScreen(ticket)
}

func TestPaperOfSomebodyElse(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.desk.paper = true
	p.tap(p.tile(0))
	p.answered()
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)
	p.tap(p.tile(0))
	p.answered()
	p.desk.came <- true // of the first, or of the second: one of them
	p.desk.came <- false
	p.answered()
	p.answered()
	if p.lobby.state.paper == printing {
		t.Error("what became of this ticket's paper is not known")
	}
}

// voice says what it is told until it is let go.
type voice struct {
	said chan string
	end  chan error
}

func (v voice) Say(ctx context.Context, l lang.Language, text string) error {
	v.said <- string(l) + " " + text
	select {
	case err := <-v.end:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestReadAloud(t *testing.T) {
	v := voice{make(chan string, 10), make(chan error)}
	p := withFlows(t, 1280, 800, func(o *Options) { o.Voice = v })
	button := p.lobby.view.strip.readAloud
	p.tap(button)
	said := <-v.said
	for _, want := range []string{"zh ", "请选择您要办理的业务", "B 个人非现金业务", "前面 7 人", "可以轻触：投诉建议"} {
		if !strings.Contains(said, want) {
			t.Errorf("said %q, without %q", said, want)
		}
	}
	p.mustRead("停止播报")
	p.tap(button) // stops it
	p.answered()
	p.mustRead("语音播报")

	p.tap(p.entry(survey))
	p.tap(button)
	if got := <-v.said; got != "zh say step 0" {
		t.Errorf("said %q", got)
	}
	p.pass(2 * flowStays * time.Second)
	p.onScreen(flowing) // somebody listens
	v.end <- nil
	p.answered()
	p.tap(button)
	<-v.said
	p.tap(p.flow[survey].button) // another step: what is being said is no longer true
	p.answered()
	p.mustRead("语音播报")

	p.tap(button)
	<-v.said
	v.end <- errors.New("no sound")
	p.answered()
	p.mustRead("无法播报")
	p.pass(flowStays * time.Second)
	p.onScreen(home)
	p.mustRead("语音播报")
}
