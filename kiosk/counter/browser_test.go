package counter_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// browse opens a headless Chromium. The time limit is only against a hang.
func browse(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed (Debian: apt-get install chromium)")
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "en"), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 800))
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// run does what a clerk does.
func run(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	for i, s := range steps {
		if err := chromedp.Do(ctx, s); err != nil {
			page, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`)) // only to tell more
			t.Fatalf("step %d: %v\nThe page says:\n%s", i+1, err, page)
		}
	}
}

type step = chromedp.Action[chromedp.Void]

// until waits for a condition on the page, in JavaScript.
func until(condition string) step {
	return chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingTimeout(time.Minute))
}

// says waits until an element says something.
func says(id, what string) step {
	return until(`document.getElementById("` + id + `").textContent === "` + what + `"`)
}

// ready waits until a button takes presses.
func ready(id string) step {
	return until(`document.getElementById("` + id + `").getAttribute("aria-disabled") === "false"`)
}

// arrives waits until the page of that language is there.
func arrives(lang string) step { return chromedp.WaitVisible(`html[lang="` + lang + `"] #connection`) }

func (s *site) take(service string) queue.Ticket {
	s.t.Helper()
	ticket, err := s.hall.Do(s.t.Context(), queue.Take{Service: service})
	if err != nil {
		s.t.Fatal(err)
	}
	return ticket
}

// count counts the records of a type.
func (s *site) count(typ string) int {
	s.t.Helper()
	records, _, err := s.journal.Read(record.Events, 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for _, r := range records {
		if r.Type == typ {
			n++
		}
	}
	return n
}

func TestClerkAtWork(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	run(t, ctx,
		chromedp.Navigate(s.url+"/"),
		chromedp.Click(`a[href="/counters/1"]`), arrives("en"),
		says("connection", "Connected"),
		says("number", "Free"),
		says("waiting-note", "Nobody is waiting"),
	)
	for _, service := range []string{"new", "pay", "repair", "new"} {
		s.take(service)
	}
	run(t, ctx, says("waiting-count", "4"), ready("next"))

	// Two presses at once are one call.
	run(t, ctx, chromedp.Evaluate[chromedp.Void](`(() => { const b = document.getElementById("next"); b.click(); b.click(); })()`), says("number", "A001"), says("message", "A001 has been called"),
		says("service", "New service"), says("waiting-count", "3"))
	if got := s.count(record.TicketCalled); got != 1 {
		t.Errorf("two presses left %d calls, want 1", got)
	}

	// By keyboard: again, finish and next, finish.
	run(t, ctx, ready("recall"), chromedp.KeyEvent("r"), says("message", "A001 has been called again"),
		ready("next"), chromedp.KeyEvent("n"), says("number", "B001"), says("served", "1"),
		ready("finish"), chromedp.KeyEvent("f"), says("number", "Free"), says("served", "2"))

	// With Tab and Enter: the next one, who does not come.
	run(t, ctx, ready("next"), chromedp.Focus("#next"), chromedp.KeyEvent(kb.Enter), says("number", "C001"),
		ready("no-show"), chromedp.KeyEvent("x"), says("number", "C001"),
		until(`document.querySelector("#no-show span").textContent === "Press again: no-show"`),
		chromedp.KeyEvent("x"), says("number", "Free"), says("left", "1"))

	view := s.hall.Snapshot().Queue
	if view.Today.Served != 2 || view.Today.Left != 1 || len(view.Waiting) != 1 {
		t.Errorf("the hall: %+v", view)
	}
}

func TestPageFollowsOtherCountersAndLanguages(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	run(t, ctx, chromedp.Navigate(s.url+"/counters/2"), says("connection", "Connected"))
	s.take("new")
	s.take("pay")
	run(t, ctx, says("waiting-count", "1"), // counter 2 does not serve the new one
		chromedp.Click(`a[lang="zh"]`), arrives("zh-CN"), says("connection", "已连接"), says("number", "空闲"), says("waiting-count", "1"))
	s.want(http.StatusOK, "POST", "/api/counters/2/call", `{}`)
	run(t, ctx, says("number", "B001"), says("service", "缴费"))
}

func TestLostConnectionIsToldAndComesBack(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	s.take("new")
	gate := newGate(t, s.url)
	run(t, ctx, chromedp.Navigate(gate.url+"/counters/1"), says("connection", "Connected"), ready("next"))
	gate.close()
	run(t, ctx, until(`!document.getElementById("lost").hidden && document.getElementById("next").getAttribute("aria-disabled") === "true"`))
	s.take("new")
	gate.open()
	run(t, ctx, until(`document.getElementById("lost").hidden`), says("waiting-count", "2"), ready("next"))
}

func TestCommandWithoutAnAnswerIsSentAgainAsTheSame(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	s.take("new")
	s.take("new")
	gate := newGate(t, s.url)
	gate.lose(losesCommand)
	run(t, ctx, chromedp.Navigate(gate.url+"/counters/1"), says("connection", "Connected"), ready("next"),
		chromedp.Click("#next"), until(`document.getElementById("message").classList.contains("bad")`))
	gate.lose(lossless)
	run(t, ctx, ready("next"), chromedp.Click("#next"), says("number", "A001"))
	// A browser may send again by itself when a connection breaks: then there are more than two.
	if got := slices.Compact(gate.posted()); len(got) != 1 {
		t.Errorf("posted %q, want always the same", got)
	}
	if got := s.count(record.TicketCalled); got != 1 {
		t.Errorf("%d calls, want 1", got)
	}
}

func TestPageLearnsWhatBecameOfACommandWithoutAnAnswer(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	s.take("new")
	s.take("new")
	gate := newGate(t, s.url)
	gate.lose(losesAnswer)
	run(t, ctx, chromedp.Navigate(gate.url+"/counters/1"), says("connection", "Connected"), ready("next"),
		chromedp.Click("#next"), says("number", "A001"), says("message", ""))
	gate.lose(lossless)
	run(t, ctx, ready("next"), chromedp.Click("#next"), says("number", "A002"))
	if got := s.count(record.TicketCalled); got != 2 {
		t.Errorf("%d calls, want 2", got)
	}
}

// TestPictures writes screenshots for people into the folder that STATIONKEEPER_PICTURES names.
func TestPictures(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		t.Skip("set STATIONKEEPER_PICTURES to a folder to get screenshots")
	}
	ctx := browse(t)
	s := open(t)
	for range 5 {
		for _, service := range []string{"new", "pay", "repair"} {
			s.take(service)
		}
	}
	picture := func(name string) {
		t.Helper()
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, ctx, chromedp.Navigate(s.url+"/counters/1"), says("connection", "Connected"), ready("next"))
	picture("counter-free.png")
	run(t, ctx, chromedp.Click("#next"), says("number", "A001"), ready("finish"))
	picture("counter-serving.png")
	run(t, ctx, chromedp.Click(`a[lang="zh"]`), arrives("zh-CN"), says("connection", "已连接"), ready("finish"), chromedp.KeyEvent("x"))
	picture("counter-chinese.png")
	run(t, ctx, chromedp.EmulateViewport(390, 844), says("connection", "已连接"))
	picture("counter-phone.png")
	run(t, ctx, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(s.url+"/"))
	picture("counter-choose.png")
}
