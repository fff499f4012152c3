package counter_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is one browser for all tests of this package; each has a profile of its own within it.
var chromium struct {
	once    sync.Once
	ctx     context.Context
	profile string
	close   []func()
	missing bool
}

func startChromium() {
	path, err := exec.LookPath("chromium")
	if err != nil {
		chromium.missing = true
		return
	}
	profile, err := os.MkdirTemp("", "counter-chromium")
	if err != nil {
		panic(err)
	}
	allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WSURLReadTimeout(limit),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "en"), chromedp.UserDataDir(profile), chromedp.WindowSize(1280, 720))
	ctx, closeBrowser := chromedp.NewContext(allocator)
	chromium.ctx, chromium.profile, chromium.close = ctx, profile, []func(){closeBrowser, closeAllocator}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		panic(err)
	}
}

// stopChromium is called after all tests.
func stopChromium() {
	for _, f := range chromium.close {
		f()
	}
	if chromium.profile != "" {
		_ = os.RemoveAll(chromium.profile) // a temporary folder
	}
}

// browse opens a tab of 1280 by 720 in a profile of its own. The time limit is only against a hang.
func browse(t *testing.T) context.Context {
	t.Helper()
	chromium.once.Do(startChromium)
	if chromium.missing {
		t.Skip("chromium is not installed (Debian: apt-get install chromium)")
	}
	return tab(t, chromium.ctx, chromedp.WithNewBrowserContext())
}

// tab opens one more tab beside another, in the same profile unless the options say otherwise.
func tab(t *testing.T, beside context.Context, options ...chromedp.ContextOption) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(beside, options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*limit)
	t.Cleanup(cancel)
	run(t, ctx, chromedp.EmulateViewport(1280, 720))
	return ctx
}

type step = chromedp.Action[chromedp.Void]

// run does what somebody at a page does.
func run(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	for i, s := range steps {
		if err := chromedp.Do(ctx, s); err != nil {
			t.Fatalf("step %d: %v\nThe page says:\n%s", i+1, err, pageText(ctx))
		}
	}
}

// pageText is what can be read on the page, also after the time limit: only to tell more about a failure.
func pageText(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// limit is only against a hang.
const limit = 3 * time.Minute

// until waits for a condition on the page, in JavaScript.
func until(condition string) step {
	return chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingTimeout(limit))
}

// says waits until an element says something.
func says(id, what string) step {
	return until(`document.getElementById("` + id + `").textContent === "` + what + `"`)
}

// reads waits until an element's text contains something.
func reads(selector, what string) step {
	return until(`[...document.querySelectorAll('` + selector + `')].some((n) => n.textContent.includes("` + what + `"))`)
}

// ready waits until a button takes presses; enabled is for one without an id.
func ready(id string) step { return enabled("#" + id) }

func enabled(selector string) step {
	return until(`document.querySelector('` + selector + `').getAttribute("aria-disabled") === "false"`)
}

// opens waits until a dialog is open.
func opens(name string) step { return until(`document.getElementById("` + name + `-dialog").open`) }

// key presses one key, such as "F2".
func key(name string, options ...chromedp.KeyOption) step { return chromedp.KeyEvent(name, options...) }

// arrives waits until the page of that language is there, over a navigation.
func arrives(lang string) step { return chromedp.WaitVisible(`html[lang="` + lang + `"] #connection`) }

// value evaluates JavaScript.
func value[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// picture writes a screenshot into the folder that STATIONKEEPER_PICTURES names.
func picture(t *testing.T, ctx context.Context, folder, name string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
