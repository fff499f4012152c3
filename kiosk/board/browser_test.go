package board_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stationkeeper/kiosk/queue"
)

// browse opens a headless Chromium as a television has it. The time limit is only against a hang.
func browse(t testing.TB, flags ...string) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed (Debian: apt-get install chromium)")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WSURLReadTimeout(3 * time.Minute),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "en"), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1920, 1080),
	}
	for _, flag := range flags {
		name, value, _ := strings.Cut(flag, "=")
		options = append(options, chromedp.Flag(name, value))
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// audible is how a television is started: nobody has to touch it first.
const audible = "autoplay-policy=no-user-gesture-required"

type step = chromedp.Action[chromedp.Void]

func run(t testing.TB, ctx context.Context, steps ...step) {
	t.Helper()
	for i, s := range steps {
		if err := chromedp.Do(ctx, s); err != nil {
			page, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify(document.body.dataset) + "\n" + document.body.innerText`)) // only to tell more
			t.Fatalf("step %d: %v\nThe page says:\n%s", i+1, err, page)
		}
	}
}

// until waits for a condition on the page, in JavaScript.
func until(condition string) step {
	return chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingTimeout(3*time.Minute))
}

func value[T any](t testing.TB, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// watch keeps, in every page opened from now on, the numbers that were shown large while calls were announced, and the
// serials whose sound has begun.
func watch(t testing.TB, ctx context.Context) {
	t.Helper()
	run(t, ctx, chromedp.Evaluate[chromedp.Void](`(() => {
		window.shown = []; window.playing = [];
		new MutationObserver((all) => all.forEach((m) => {
			const d = document.body.dataset;
			if (m.attributeName === "data-calling" && d.calling) shown.push(document.getElementById("number").textContent || "", d.calling);
			if (m.attributeName === "data-playing") playing.push(d.playing);
		})).observe(document.body, { attributes: true });
	})()`))
}

// shownNumbers are the numbers of the calls shown since watch, in order.
func shownNumbers(t testing.TB, ctx context.Context, s *site) []string {
	t.Helper()
	var numbers []string
	serials := value[[]string](t, ctx, `shown.filter((_, i) => i % 2 === 1)`)
	for _, serial := range serials {
		i := slices.IndexFunc(s.announced(), func(a queue.Announcement) bool { return fmt.Sprint(a.Serial) == serial })
		if i < 0 {
			t.Fatalf("call %s was shown, but not made", serial)
		}
		numbers = append(numbers, s.announced()[i].Number)
	}
	return numbers
}

func online(is bool) step { return until(fmt.Sprintf(`document.body.dataset.online === "%t"`, is)) }

// idle waits until no call waits or is being shown, and n have been shown since the page was opened.
func idle(n int) step {
	return until(fmt.Sprintf(`document.body.dataset.shown === "%d" && document.body.dataset.backlog === "0" && !document.getElementById("calling").classList.contains("now")`, n))
}

// TestBurstOfTwenty calls twenty customers as fast as counters can, and sees and hears each.
func TestBurstOfTwenty(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, clips(t)), browse(t, audible)
	s.take(slices.Repeat([]string{"new", "pay"}, 10)...)
	run(t, ctx, chromedp.Navigate(s.url+"/board"), online(true))
	watch(t, ctx)
	var want []string
	for i := range 20 {
		want = append(want, s.call(fmt.Sprint(i%offices+1)).Number)
	}
	run(t, ctx, idle(20))
	if got := shownNumbers(t, ctx, s); !slices.Equal(got, want) {
		t.Errorf("shown %q, want %q", got, want)
	}
	if got := value[string](t, ctx, `document.body.dataset.sounded`); got != "20" {
		t.Errorf("%s calls were heard to the end, want 20", got)
	}
	if got := value[string](t, ctx, `document.getElementById("number").textContent`); got != want[19] {
		t.Errorf("at rest the board shows %s, want the last, %s", got, want[19])
	}
}

// TestConnectionLostInABurst cuts the line while calls are announced, and makes more meanwhile.
func TestConnectionLostInABurst(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, clips(t)), browse(t, audible)
	s.take(slices.Repeat([]string{"new"}, 10)...)
	gate := newGate(t, s.url)
	run(t, ctx, chromedp.Navigate(gate.url+"/board"), online(true))
	watch(t, ctx)
	var want []string
	call := func(n int) {
		for range n {
			want = append(want, s.call(fmt.Sprint(len(want)%offices+1)).Number)
		}
	}
	call(4)
	run(t, ctx, until(`document.body.dataset.shown === "1" && document.body.dataset.calling`))
	gate.close()
	run(t, ctx, online(false), until(`document.getElementById("state").textContent.includes("连接中断")`))
	call(5)
	gate.open()
	run(t, ctx, online(true), idle(9))
	if got := shownNumbers(t, ctx, s); !slices.Equal(got, want) {
		t.Errorf("shown %q, want %q", got, want)
	}
}

// TestReloadInABurst loads the page anew in the middle of a call, which is announced again from its beginning.
func TestReloadInABurst(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, clips(t)), browse(t, audible)
	s.take(slices.Repeat([]string{"new"}, 10)...)
	run(t, ctx, chromedp.Navigate(s.url+"/board"), online(true))
	watch(t, ctx)
	var want []string
	for i := range 5 {
		want = append(want, s.call(fmt.Sprint(i%offices+1)).Number)
	}
	run(t, ctx, until(`document.body.dataset.shown === "2" && document.body.dataset.calling`))
	before := shownNumbers(t, ctx, s)
	run(t, ctx, chromedp.Reload(), online(true))
	watch(t, ctx)
	first := value[string](t, ctx, `document.body.dataset.calling`)
	run(t, ctx, idle(3))
	after := shownNumbers(t, ctx, s)
	if len(before) != 3 || !slices.Equal(before, want[:3]) || first != fmt.Sprint(s.announced()[2].Serial) || !slices.Equal(after, want[3:]) {
		t.Errorf("shown %q, then after %s %q; want %q, the third of them again", before, first, after, want)
	}
	if got := value[string](t, ctx, `document.body.dataset.sounded`); got != "3" {
		t.Errorf("%s calls were heard after the reload, want 3", got)
	}
}

// TestUndoneCall takes back a call that waits for its turn, and one that is being shown.
func TestUndoneCall(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, clips(t)), browse(t, audible)
	s.take("new", "new", "new")
	run(t, ctx, chromedp.Navigate(s.url+"/board"), online(true))
	watch(t, ctx)
	s.call("1")
	s.call("2")
	s.call("3")
	run(t, ctx, until(`document.body.dataset.backlog === "2"`))
	s.do(queue.Undo{Counter: "2"})
	run(t, ctx, until(`document.body.dataset.backlog === "1"`), idle(2))
	if got := shownNumbers(t, ctx, s); !slices.Equal(got, []string{"A001", "A003"}) {
		t.Errorf("shown %q", got)
	}
	if got := value[string](t, ctx, `document.getElementById("calls").textContent`); strings.Contains(got, "A002") {
		t.Errorf("the list has %s", got)
	}
	number := s.call("4").Number
	run(t, ctx, until(`document.body.dataset.calling && document.getElementById("number").textContent === "`+number+`"`))
	s.do(queue.Undo{Counter: "4"})
	run(t, ctx, until(`!document.body.dataset.calling && document.getElementById("number").textContent === "A003"`))
}

// TestRecallAndSecondTelevision calls again, and has a silent television look on.
func TestRecallAndSecondTelevision(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, clips(t)), browse(t, audible)
	s.take("new")
	run(t, ctx, chromedp.Navigate(s.url+"/board"), online(true))
	other, cancel := chromedp.NewContext(ctx)
	defer cancel()
	run(t, other, chromedp.Navigate(s.url+"/board?sound=off"), online(true))
	s.call("1")
	s.do(queue.Recall{Counter: "1"})
	run(t, ctx, until(`!document.getElementById("again").hidden`), idle(2))
	run(t, other, idle(2))
	if heard := value[string](t, ctx, `document.body.dataset.sounded`) + value[string](t, other, `document.body.dataset.sounded`); heard != "20" {
		t.Errorf("heard %s, want 2 on the first and 0 on the other", heard)
	}
}

// TestOldCallsAreOnlyListed lets a television sleep for six minutes by the hall's clock.
func TestOldCallsAreOnlyListed(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, clips(t)), browse(t, audible)
	s.take("new", "new", "new")
	run(t, ctx, chromedp.Navigate(s.url+"/board"), online(true), chromedp.Navigate("about:blank"))
	s.call("1")
	s.late.Store(int64(6 * time.Minute))
	s.call("2")
	run(t, ctx, chromedp.Navigate(s.url+"/board"), online(true), idle(1))
	if got := value[string](t, ctx, `document.body.dataset.listed`); got != "1" {
		t.Errorf("%s calls were only listed, want 1", got)
	}
	if got := value[string](t, ctx, `document.getElementById("calls").textContent`); !strings.Contains(got, "A001") || !strings.Contains(got, "A002") {
		t.Errorf("the list has %s", got)
	}
}

// TestBrowserThatRefusesSound shows calls all the same, says what to do, and sounds after a touch. Until then no
// JavaScript is evaluated from outside: that counts as a touch.
func TestBrowserThatRefusesSound(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, clips(t)), browse(t, "autoplay-policy=user-gesture-required")
	s.take("new", "new")
	run(t, ctx, chromedp.Navigate(s.url+"/board"), chromedp.WaitVisible(`body[data-online="true"]`))
	run(t, ctx, chromedp.WaitVisible("#sound-on"))
	s.call("1")
	run(t, ctx, chromedp.WaitVisible(`body[data-shown="1"]`), chromedp.Click("#sound-on"), until(`document.getElementById("sound-on").hidden`))
	s.call("2")
	run(t, ctx, idle(2), until(`document.body.dataset.sounded === "1" && document.getElementById("sound-on").hidden`))
}

// TestTelephone follows a ticket on a telephone of each width, in both languages, over a lost connection.
func TestTelephone(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, nil), browse(t)
	tickets := s.take("new", "new")
	gate := newGate(t, s.url)
	says := func(id, what string) step {
		return until(fmt.Sprintf(`document.getElementById(%q).textContent === %q`, id, what))
	}
	narrow := func(width int64) {
		t.Helper()
		run(t, ctx, chromedp.EmulateViewport(width, 700))
		if wide := value[int64](t, ctx, `document.documentElement.scrollWidth`); wide > width {
			t.Errorf("the page is %d px wide on a telephone of %d px", wide, width)
		}
	}
	run(t, ctx, chromedp.Navigate(gate.url+"/t/"+s.hall.Secret(tickets[1].ID)), online(true),
		says("number", "A002"), says("headline", "Please wait for your number"), says("ahead", "1"))
	narrow(320)
	run(t, ctx, chromedp.Click(`a[lang="zh"]`), chromedp.WaitVisible(`html[lang="zh-CN"]`), online(true), says("headline", "请等候叫号"), says("ahead", "1 人"))
	narrow(390)
	s.call("1")
	run(t, ctx, says("ahead", "下一位就是您"), chromedp.Click("#alert"), says("alert", "提醒已开启，请保持本页打开"))
	s.call("2")
	run(t, ctx, says("headline", "请到 2号窗口"), until(`document.body.dataset.rung > 0`))
	first := value[string](t, ctx, `document.body.dataset.rung`)
	gate.close()
	run(t, ctx, until(`!document.getElementById("lost").hidden`))
	s.do(queue.Recall{Counter: "2"})
	gate.open()
	run(t, ctx, online(true), until(`document.getElementById("lost").hidden && document.body.dataset.rung > `+first))
	if offered := value[bool](t, ctx, `!document.getElementById("rate").hidden`); offered {
		t.Error("a visit can be rated before it is over")
	}
	s.do(queue.Finish{Counter: "2"})
	run(t, ctx, says("headline", "已办理完毕，谢谢"), until(`!document.getElementById("rate").hidden && document.querySelector("#rate a").getBoundingClientRect().height >= 44`))
	narrow(320)
	if kept := value[int](t, ctx, `localStorage.length + sessionStorage.length + document.cookie.length`); kept != 0 {
		t.Error("the telephone keeps something")
	}
	run(t, ctx, chromedp.Navigate(s.url+"/t/nothing?lang=en"), chromedp.WaitVisible("main.unknown"))
	narrow(320)
}

// picture writes a screenshot into the folder that STATIONKEEPER_PICTURES names.
func picture(t *testing.T, ctx context.Context, folder, name string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestPictures writes screenshots for people into the folder that STATIONKEEPER_PICTURES names.
func TestPictures(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		t.Skip("set STATIONKEEPER_PICTURES to a folder to get screenshots")
	}
	s, ctx := open(t, clips(t)), browse(t, audible)
	s.work()
	s.learn()
	s.take(slices.Repeat([]string{"new", "pay", "repair", "ask", "pay"}, 5)...)
	gate := newGate(t, s.url)
	run(t, ctx, chromedp.Navigate(gate.url+"/board"), online(true))
	shapes := map[string][2]int64{"1920x1080": {1920, 1080}, "1280x720": {1280, 720}, "1080x1920": {1080, 1920}}
	all := func(name string) {
		t.Helper()
		for shape, size := range shapes {
			run(t, ctx, chromedp.EmulateViewport(size[0], size[1]))
			picture(t, ctx, folder, name+"-"+shape)
		}
	}
	run(t, ctx, until(`document.getElementById("services").textContent.includes("分钟")`))
	all("board-opening")
	for i := range 5 {
		s.call(fmt.Sprint(i + 1))
	}
	s.do(queue.OpenCounter{Counter: "6"})
	s.do(queue.PauseCounter{Counter: "6", Reason: "break"})
	run(t, ctx, until(`document.body.dataset.backlog === "3"`))
	all("board-burst")
	run(t, ctx, idle(5))
	all("board-idle")
	s.do(queue.Recall{Counter: "2"})
	run(t, ctx, until(`document.body.dataset.calling`))
	all("board-call")
	gate.close()
	run(t, ctx, online(false), idle(6))
	all("board-offline")
	gate.open()
	telephones(t, ctx, s, folder)
	large(t, ctx, folder, 12, 8)
	large(t, ctx, folder, 21, 4)
}

// large shows a hall of many counters and services.
func large(t *testing.T, ctx context.Context, folder string, counters, services int) {
	t.Helper()
	r := queue.Rules{Calendar: rules().Calendar}
	for i := range services {
		r.Services = append(r.Services, queue.Service{ID: fmt.Sprint("service-", i), Prefix: string(rune('A' + i))})
	}
	for i := range counters {
		r.Counters = append(r.Counters, queue.Counter{ID: fmt.Sprint(i + 1)})
	}
	s := openWith(t, clips(t), r)
	for i := range 60 {
		s.take(fmt.Sprint("service-", i%services))
	}
	for i := range counters - 1 {
		s.call(fmt.Sprint(i + 1))
	}
	for name, size := range map[string][2]int64{"1920x1080": {1920, 1080}, "1080x1920": {1080, 1920}} {
		run(t, ctx, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(s.url+"/board"), online(true),
			until(`document.querySelectorAll("#counters strong").length > 0`))
		picture(t, ctx, folder, fmt.Sprintf("board-%d-counters-%s", counters, name))
	}
}

// learn has customers served in the last hours, so that the hall knows how long it takes.
func (s *site) learn() {
	for i := range 120 {
		s.late.Add(int64(50 * time.Second))
		s.take([]string{"new", "pay", "repair", "ask", "pay"}[i%5])
		if i >= 5 {
			s.call(fmt.Sprint(i%offices + 1))
		}
	}
	for _, c := range s.hall.Snapshot().Queue.Counters {
		s.do(queue.Finish{Counter: c.ID})
	}
	for _, p := range s.hall.Snapshot().Queue.Waiting {
		s.do(queue.Leave{Ticket: p.ID})
	}
	s.late.Add(int64(10 * time.Minute))
}

// work has the hall tell waits, as the kiosk does.
func (s *site) work() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.hall.Run(ctx); err != nil {
			s.t.Error(err)
		}
	}()
	s.t.Cleanup(func() { cancel(); <-done })
}

func telephones(t *testing.T, ctx context.Context, s *site, folder string) {
	t.Helper()
	mine := s.take("new")[0]
	s.do(queue.Tell{Quotes: map[string]queue.Quote{mine.ID: {Ahead: 3, Low: 5 * time.Minute, Expected: 8 * time.Minute, High: 12 * time.Minute, Known: true}}})
	shoot := func(name string) {
		t.Helper()
		for _, lang := range []string{"zh", "en"} {
			for _, width := range []int64{390, 320} {
				height := map[int64]int64{390: 844, 320: 568}[width]
				run(t, ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate(s.url+"/t/"+s.hall.Secret(mine.ID)+"?lang="+lang), online(true))
				picture(t, ctx, folder, fmt.Sprintf("telephone-%s-%s-%d", name, lang, width))
			}
		}
	}
	shoot("waiting")
	s.do(queue.Finish{Counter: "3"})
	s.do(queue.Call{Counter: "3", Ticket: mine.ID})
	shoot("called")
	s.do(queue.Hold{Counter: "3", Reason: "form"})
	shoot("held")
	s.do(queue.Call{Counter: "3", Ticket: mine.ID})
	s.do(queue.Finish{Counter: "3"})
	shoot("served")
	mine = s.take("pay")[0]
	s.do(queue.Leave{Ticket: mine.ID})
	shoot("left")
	run(t, ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+"/t/nothing?lang=zh"), chromedp.WaitVisible("main.unknown"))
	picture(t, ctx, folder, "telephone-unknown-zh-390")
}
