package phone_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"stationkeeper/internal/record"
)

// limit is only against a hang.
const limit = 3 * time.Minute

// browse opens a headless Chromium of the size of a telephone.
func browse(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed (Debian: apt-get install chromium)")
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WSURLReadTimeout(limit),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "en"), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(390, 844))
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*limit)
	t.Cleanup(cancel)
	run(t, ctx, chromedp.EmulateViewport(390, 844))
	return ctx
}

type step = chromedp.Action[chromedp.Void]

func run(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	for i, s := range steps {
		if err := chromedp.Do(ctx, s); err != nil {
			page, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location + "\n" + document.body.innerText`)) // only to tell more
			t.Fatalf("step %d: %v\nThe page says:\n%s", i+1, err, page)
		}
	}
}

// ready waits until a form's script has run.
var ready = chromedp.WaitVisible(`body[data-ready="true"]`)

func value[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// choose taps on what somebody chooses.
func choose(name, value string) step {
	return chromedp.Click(fmt.Sprintf(`label:has(input[name="%s"][value="%s"])`, name, value))
}

// answered waits for the page that a form leads to, whose heading is given.
func answered(t *testing.T, ctx context.Context, heading string) {
	t.Helper()
	run(t, ctx, chromedp.Click(".send"), chromedp.WaitVisible(".message h1"))
	if got := value[string](t, ctx, `document.querySelector("h1").textContent`); got != heading {
		t.Fatalf("the page says %q, want %q", got, heading)
	}
}

// wrong are targets in sight that are smaller than 44 px (WCAG 2.1, 2.5.5), texts whose contrast with their ground is
// below 4.5 to 1 (1.4.3), fields without a name, and what is wider than the telephone; the browser measures.
const wrong = `(() => {
	const seen = (n) => n.checkVisibility({ visibilityProperty: true }) && n.getBoundingClientRect().width > 1;
	const found = [];
	for (const n of document.querySelectorAll("button, a, .choices label, textarea, input[type=tel]")) {
		const box = n.getBoundingClientRect();
		if (seen(n) && (box.width < 43.9 || box.height < 43.9)) found.push(n.textContent.trim() + ": " + box.width + " by " + box.height);
	}
	const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
	const light = (colour) => numbers(colour).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = (n) => {
		for (; n; n = n.parentElement) {
			const colour = getComputedStyle(n).backgroundColor;
			if ((numbers(colour)[3] ?? 1) === 1) return colour;
		}
		return getComputedStyle(document.documentElement).backgroundColor;
	};
	for (const n of document.body.querySelectorAll("*")) {
		if (!seen(n) || ![...n.childNodes].some((c) => c.nodeType === Node.TEXT_NODE && c.textContent.trim())) continue;
		const [a, b] = [light(getComputedStyle(n).color), light(ground(n))];
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (contrast < 4.5) found.push(n.textContent.trim().slice(0, 20) + ": contrast " + contrast.toFixed(2));
	}
	for (const n of document.querySelectorAll("input:not([type=hidden]), textarea")) if (!n.labels.length) found.push(n.name + ": no label");
	for (const n of document.querySelectorAll(".choices label, button, h1")) if (seen(n) && !n.matches(".first") && n.scrollWidth > n.clientWidth + 1) found.push(n.textContent.trim() + ": cut off");
	if (document.scrollingElement.scrollWidth > innerWidth) found.push("wider than the telephone: " + document.scrollingElement.scrollWidth);
	return found;
})()`

func look(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	for _, found := range value[[]string](t, ctx, wrong) {
		t.Errorf("%s: %s", what, found)
	}
}

func TestRatingOnATelephone(t *testing.T) {
	s, ctx := open(t), browse(t)
	ticket := s.visit()
	run(t, ctx, chromedp.Navigate(s.rateURL(ticket)+"?lang=en"), ready)
	shown := func() bool { return value[bool](t, ctx, `!document.getElementById("q-reasons").hidden`) }
	if shown() {
		t.Error("reasons are asked for before anybody is dissatisfied")
	}
	if n := value[int](t, ctx, `document.querySelectorAll("input:checked").length`); n != 0 {
		t.Errorf("%d answers are chosen beforehand", n)
	}
	if sizes := value[int](t, ctx, `new Set([...document.querySelectorAll("#q-overall label")].map((l) => { const s = getComputedStyle(l), b = l.getBoundingClientRect(); return [b.width, b.height, s.backgroundColor, s.color, s.fontSize].join(); })).size`); sizes != 1 {
		t.Errorf("the levels look different in %d ways: one is favoured", sizes)
	}
	look(t, ctx, "questionnaire")
	run(t, ctx, chromedp.Click(".send"), chromedp.WaitVisible("#problems"))
	if at := value[string](t, ctx, `document.activeElement.id`); at != "problems" {
		t.Errorf("what is wrong is not read first, but %q", at)
	}
	look(t, ctx, "to be mended")
	run(t, ctx, choose("q-overall", "2"))
	if !shown() {
		t.Error("who is dissatisfied is not asked why")
	}
	run(t, ctx, choose("q-reasons", "wait"), choose("q-attitude", "5"))
	look(t, ctx, "dissatisfied")
	run(t, ctx, chromedp.Click(".language"), chromedp.WaitVisible(`html[lang="zh-CN"] body[data-ready="true"]`))
	if !shown() || value[int](t, ctx, `document.querySelectorAll("input:checked").length`) != 3 {
		t.Error("the other language has lost what was chosen")
	}
	look(t, ctx, "questionnaire in Chinese")
	answered(t, ctx, "谢谢您的评价")
	look(t, ctx, "thanks")
	if got := s.rated(); len(got) != 1 || got[0].Score != 2 || got[0].Language != "zh" || len(got[0].Answers) != 3 {
		t.Errorf("written down: %+v", got)
	}
}

func TestComplaintOnATelephone(t *testing.T) {
	s, ctx := open(t), browse(t)
	run(t, ctx, chromedp.EmulateViewport(320, 568), chromedp.Navigate(s.page()+"?lang=en"), ready)
	look(t, ctx, "empty")
	run(t, ctx, choose("kind", "complaint"), choose("topic", "attitude"), choose("detail", "attitude/rude"),
		chromedp.SendKeys("#text", "He did not look up."), chromedp.SendKeys("#phone", "12"+kb.Enter), chromedp.WaitVisible("#problems"), ready)
	look(t, ctx, "to be mended")
	if typed := value[string](t, ctx, `document.getElementById("text").value`); typed != "He did not look up." {
		t.Errorf("what was typed is now %q", typed)
	}
	if details := value[int](t, ctx, `[...document.querySelectorAll(".details")].filter((d) => !d.hidden).length`); details != 1 {
		t.Errorf("details of %d topics are shown, want those of the one chosen", details)
	}
	run(t, ctx, chromedp.SendKeys("#text", strings.Repeat("x", 900)))
	if left := value[string](t, ctx, `document.getElementById("left").textContent`); left != "81 characters left" {
		t.Errorf("left: %q", left)
	}
	run(t, ctx, chromedp.SetValue("#phone", "138 0000 1234"))
	answered(t, ctx, "Received, thank you")
	look(t, ctx, "receipt")
	opened := s.hall.Snapshot().Cases.Open
	if len(opened) != 1 || opened[0].Phone != "13800001234" || len(opened[0].Details) != 1 || value[string](t, ctx, `document.getElementById("number").textContent`) != opened[0].Number {
		t.Errorf("cases %+v", opened)
	}
}

// TestWithoutScript does both with JavaScript switched off, as some do and old telephones fail to.
func TestWithoutScript(t *testing.T) {
	s, ctx := open(t), browse(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	run(t, ctx, chromedp.Navigate(s.rateURL(s.visit())+"?lang=en"), chromedp.WaitVisible("#q-reasons"), choose("q-overall", "4"),
		chromedp.Click(".send"), chromedp.WaitVisible(".message h1"),
		chromedp.Navigate(s.page()+"?lang=zh"), choose("kind", "suggestion"), choose("topic", "place"), choose("detail", "place/clean"),
		chromedp.Click(".send"), chromedp.WaitVisible(".message h1"))
	if rated, filed := s.rated(), s.records(record.ComplaintFiled); len(rated) != 1 || rated[0].Score != 4 || len(filed) != 1 {
		t.Errorf("written down: %+v, %d messages", rated, len(filed))
	}
}

// TestPictures writes screenshots for people into the folder that STATIONKEEPER_PICTURES names.
func TestPictures(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		t.Skip("set STATIONKEEPER_PICTURES to a folder to get screenshots")
	}
	s, ctx := open(t), browse(t)
	shoot := func(name string) {
		t.Helper()
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(90))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, lang := range []string{"zh", "en"} {
		ticket := s.visit()
		run(t, ctx, chromedp.Navigate(s.rateURL(ticket)+"?lang="+lang), ready)
		shoot("rate-" + lang)
		run(t, ctx, choose("q-overall", "2"), choose("q-reasons", "wait"), choose("q-attitude", "5"))
		shoot("rate-bad-" + lang)
		run(t, ctx, chromedp.Click(".send"), chromedp.WaitVisible("#number"))
		shoot("rate-thanks-" + lang)
		run(t, ctx, chromedp.Navigate(s.page()+"?lang="+lang), ready)
		shoot("complaint-" + lang)
		run(t, ctx, choose("kind", "complaint"), choose("topic", "wait"), choose("detail", "wait/few-counters"), chromedp.SendKeys("#text", "十点到的，三个窗口只开了一个。"),
			chromedp.SendKeys("#phone", "12"), chromedp.Click(".send"), chromedp.WaitVisible("#problems"))
		shoot("complaint-mend-" + lang)
		run(t, ctx, chromedp.SetValue("#phone", "13800001234"), chromedp.Click(".send"), chromedp.WaitVisible("#number"))
		shoot("complaint-receipt-" + lang)
	}
}
