package watch

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// hang is how long anything in a browser may take before a test gives up on it.
const hang = 3 * time.Minute

// browser is a Chromium without a window, and what it complained about.
type browser struct {
	t   testing.TB
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	requests   []string
}

func mustBrowser(t testing.TB) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on PATH: apt-get install chromium runs this test")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(hang),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "zh-CN"))
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	ctx, endTimeout := context.WithTimeout(ctx, 3*hang)
	b := &browser{t: t, ctx: ctx}
	t.Cleanup(func() {
		endTimeout()
		end()
		endAllocator()
	})
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	return b
}

// listen notes everything the console says and every address that is asked for.
func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *cdplog.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			for _, arg := range e.Args {
				b.complaints = append(b.complaints, string(arg.Value)+arg.Description)
			}
		}
	}
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.fatal(err)
	}
}

// fatal ends the test with what the page looks like.
func (b *browser) fatal(err error) {
	b.t.Helper()
	html, _ := chromedp.Run(b.ctx, chromedp.OuterHTML(chromedp.CSS("body")))
	b.t.Fatalf("%v\nconsole: %q\npage: %.4000s", err, b.console(), html)
}

// mark leaves a mark on the page that is gone when the page is loaded anew.
func (b *browser) mark() {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.same = "yes"`))
}

func (b *browser) console() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.complaints)
}

// shows waits until an element that is seen holds the text, also across pages.
func (b *browser) shows(selector, text string) {
	b.t.Helper()
	b.poll(`(selector, text) => [...document.querySelectorAll(selector)].some(e =>
		e.checkVisibility() && e.innerText.includes(text))`, selector, text)
}

// hides waits until no such element is visible.
func (b *browser) hides(selector string) {
	b.t.Helper()
	b.poll(`selector => ![...document.querySelectorAll(selector)].some(e => e.checkVisibility())`, selector)
}

// poll waits until the predicate holds. A page that goes away while it is asked is followed by another.
func (b *browser) poll(predicate string, args ...any) {
	b.t.Helper()
	wait := chromedp.PollFunction[chromedp.Void](predicate, chromedp.WithPollingArgs(args...),
		chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(hang))
	for {
		err := chromedp.Do(b.ctx, wait)
		if err == nil {
			return
		}
		if gone := strings.Contains(err.Error(), "context") || strings.Contains(err.Error(), "navigated"); gone && b.ctx.Err() == nil {
			continue // "Cannot find context with specified id", "Inspected target navigated or closed"
		}
		b.fatal(err)
	}
}

// clean fails the test when the page did, since it was opened, say an error or ask for anything elsewhere.
func (b *browser) clean(origin string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.complaints) > 0 {
		b.t.Errorf("the console says: %q", b.complaints)
	}
	for _, r := range b.requests {
		if !strings.HasPrefix(strings.TrimPrefix(r, "blob:"), origin+"/") && !strings.HasPrefix(r, "data:") {
			b.t.Errorf("the page asks for %s", r)
		}
	}
	if len(b.requests) == 0 {
		b.t.Error("no requests were seen")
	}
}

// shoot keeps a picture of the whole page among the test's artifacts.
func (b *browser) shoot(name string, width, height int64, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	set := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, set); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(width, height))
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
