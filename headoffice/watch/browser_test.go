package watch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"stationkeeper/internal/record"
)

// hang is how long anything in a browser may take before a test gives up on it.
const hang = 40 * time.Second

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
		chromedp.UserDataDir(t.TempDir()),
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
		if !strings.HasPrefix(r, origin+"/") && !strings.HasPrefix(r, "data:") {
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

// site serves the watch on a port of its own, which it keeps when it is restarted.
type site struct {
	t      testing.TB
	addr   string
	server *http.Server
	done   chan error
	stop   context.CancelFunc // nil when it does not run
}

func mustSite(t testing.TB, h http.Handler) *site {
	t.Helper()
	s := &site{t: t, addr: "127.0.0.1:0"}
	s.start(h)
	t.Cleanup(s.end)
	return s
}

func (s *site) origin() string { return "http://" + s.addr }

func (s *site) start(h http.Handler) {
	s.t.Helper()
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	s.server = &http.Server{ReadHeaderTimeout: hang, Handler: h, BaseContext: func(net.Listener) context.Context { return ctx }}
	s.done, s.stop = make(chan error, 1), stop
	go func(server *http.Server, done chan<- error) { done <- server.Serve(listener) }(s.server, s.done)
}

// end stops the server as head office does: the streams end with its context.
func (s *site) end() {
	s.t.Helper()
	if s.stop == nil {
		return
	}
	s.stop()
	s.stop = nil
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		s.t.Errorf("stop the server: %v", err)
	}
	if err := <-s.done; !errors.Is(err, http.ErrServerClosed) {
		s.t.Errorf("serve: %v", err)
	}
}

func TestBrowserSeesWhatHappens(t *testing.T) {
	b, o := mustBrowser(t), mustOffice(t)
	now := time.Now()
	o.day("hangzhou-01", now)
	o.calm("ningbo-02", now)
	s := mustSite(t, o.handler(now))

	b.do(chromedp.Navigate(s.origin() + "/"))
	b.shows("#card-hangzhou-01", "generator.started")
	b.shows("#card-ningbo-02", "22.4")
	b.mark()

	o.happened("ningbo-02", "agent", record.Events, record.NewEntry(record.AlarmRaised, "machine-room/temperature", now,
		record.AlarmData{Serial: 1, Rule: "high", Level: "critical", Value: 31, Limit: 30, Unit: "°C"}))
	b.shows("#card-ningbo-02", "紧急")
	b.shows("#summary", "紧急 1")
	o.calm("wenzhou-03", now)
	b.shows("#card-wenzhou-03", "22.4")
	b.shows(`html[data-same="yes"] .link`, "实时")
	b.clean(s.origin())
}

func TestBrowserStationPage(t *testing.T) {
	b, o := mustBrowser(t), mustOffice(t)
	now := time.Now()
	o.day("hangzhou-01", now)
	s := mustSite(t, o.handler(now))

	b.do(chromedp.Navigate(s.origin()+"/stations/hangzhou-01"), chromedp.WaitVisible(chromedp.CSS("#climate svg.chart")))
	b.mark()
	o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.TicketIssued, "queue", now,
		record.TicketIssuedData{Ticket: "t", Number: "B007", Service: "corporate", Ahead: 4}))
	b.shows("#events", "B007")
	o.state("hangzhou-01", "agent", "machine-room/door", record.State{Value: "closed", Time: now})
	b.hides("#doors .door-open")
	o.offline("hangzhou-01", "agent", now)
	b.shows("#nodes", "离线")
	b.shows("#doors", "离线前的值")

	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(`a[hreflang="en"]`))); err != nil {
		t.Fatal(err)
	}
	b.shows("#events", "Ticket issued")
	b.shows("#nodes", "Offline")
	b.mark()
	o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.SurveyAnswered, "survey", now,
		record.SurveyAnsweredData{Score: 1}))
	b.shows(`html[data-same="yes"] #survey`, "Very dissatisfied")
	b.shows(`html[data-same="yes"] #events`, "Visit rated")
	b.clean(s.origin())
}

func TestBrowserRecoversFromRestart(t *testing.T) {
	b, o := mustBrowser(t), mustOffice(t)
	now := time.Now()
	o.calm("ningbo-02", now)
	s := mustSite(t, o.handler(now))
	b.do(chromedp.Navigate(s.origin() + "/stations/ningbo-02?lang=en"))
	b.shows(".link", "Live")
	b.mark()

	s.end()
	b.shows(".lost", "Connection lost")
	o.happened("ningbo-02", "agent", record.Events, record.NewEntry(record.DoorOpened, "machine-room/door", now, record.DoorData{}))
	s.start(o.handler(now))
	b.shows(`html[data-same="yes"] #events`, "Door opened")
	b.hides(".lost")
	b.shows(".link", "Live")
}

// TestBrowserTriesAgain meets a server that refuses the first stream, and one whose first stream falls silent.
func TestBrowserTriesAgain(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"refused": func(rw http.ResponseWriter, _ *http.Request) {
			http.Error(rw, "not now", http.StatusServiceUnavailable)
		},
		"silent": func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "text/event-stream")
			if err := http.NewResponseController(rw).Flush(); err != nil {
				t.Error(err)
			}
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, o := mustBrowser(t), mustOffice(t)
			o.calm("ningbo-02", noon)
			h := o.handlerWith(func(options *Options) { options.Heartbeat = 500 * time.Millisecond })
			var streams atomic.Int32
			over := make(chan struct{})
			s := mustSite(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/live" && streams.Add(1) == 1 {
					first(rw, r)
					close(over)
					return
				}
				h.ServeHTTP(rw, r)
			}))
			b.do(chromedp.Navigate(s.origin() + "/?lang=en"))
			b.mark()
			<-over // the page has given up on the first stream
			b.shows(".link", "Live")
			b.hides(".lost")
			o.calm("wenzhou-03", noon)
			b.shows(`html[data-same="yes"] #card-wenzhou-03`, "22.4")
		})
	}
}

// TestBrowserLoadsANewerPage updates head office under an open page.
func TestBrowserLoadsANewerPage(t *testing.T) {
	b, o := mustBrowser(t), mustOffice(t)
	s := mustSite(t, o.handler(noon))
	b.do(chromedp.Navigate(s.origin() + "/?lang=en"))
	b.shows(".link", "Live")
	b.shows("footer", "Version 1.2.3")
	s.end()
	s.start(o.handlerWith(func(options *Options) { options.Version = "1.2.4" }))
	b.shows("footer", "Version 1.2.4")
}

func TestBrowserPictures(t *testing.T) {
	b, o := mustBrowser(t), mustOffice(t)
	now := time.Now()
	o.day("hangzhou-01", now)
	for _, id := range []string{"jiaxing-04", "ningbo-02", "shaoxing-05", "wenzhou-03"} {
		o.calm(id, now)
	}
	o.offline("jiaxing-04", "agent", now.Add(-20*time.Minute))
	s := mustSite(t, o.handler(now))
	for _, page := range []struct{ name, path string }{
		{"overview", "/"}, {"station", "/stations/hangzhou-01"}, {"station-en", "/stations/hangzhou-01?lang=en"},
	} {
		b.do(chromedp.Navigate(s.origin() + page.path))
		b.shows("main", "hangzhou-01")
		b.shoot(page.name+"-desktop", 1366, 850, false)
		b.shoot(page.name+"-dark", 1366, 850, true)
		b.shoot(page.name+"-phone", 390, 800, false)
		b.shoot(page.name+"-wall", 1920, 1080, true)
		b.do(chromedp.EmulateViewport(360, 740))
		overflow, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](
			`document.documentElement.scrollWidth > document.documentElement.clientWidth`))
		if err != nil {
			t.Fatal(err)
		}
		if overflow {
			t.Errorf("%s is wider than a phone", page.path)
		}
	}
	b.clean(s.origin())
}
