package watch

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stationkeeper/internal/record"
)

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

// pagePicture is a page to be looked at, and what it is called.
type pagePicture struct{ name, path string }

func TestBrowserPictures(t *testing.T) {
	o := mustOffice(t)
	now := time.Now()
	o.day("hangzhou-01", now)
	for _, id := range []string{"jiaxing-04", "ningbo-02", "shaoxing-05", "wenzhou-03"} {
		o.calm(id, now)
	}
	o.offline("jiaxing-04", "agent", now.Add(-20*time.Minute))
	o.day("hangzhou-05", now)
	o.evening("hangzhou-05", now)
	o.pictures(now, []pagePicture{
		{"overview", "/"}, {"evening", "/stations/hangzhou-05"}, {"evening-en", "/stations/hangzhou-05?lang=en"},
		{"station", "/stations/hangzhou-01"}, {"station-en", "/stations/hangzhou-01?lang=en"},
	})
}

func TestBrowserLobbyPictures(t *testing.T) {
	o := mustOffice(t)
	now := time.Now()
	o.day("hangzhou-06", now.AddDate(0, 0, -2))
	o.lobby("hangzhou-06", now)
	o.pictures(now, []pagePicture{
		{"lobby", "/stations/hangzhou-06"}, {"lobby-en", "/stations/hangzhou-06?lang=en"},
		{"events", "/stations/hangzhou-06/events"}, {"events-en", "/stations/hangzhou-06/events?lang=en&kind=counters"},
		{"ticket", "/stations/hangzhou-06/tickets/tB019"}, {"tickets-en", "/stations/hangzhou-06/tickets?lang=en&q=b019"},
	})
}

// pictures keeps pictures of pages, and looks whether each fits a telephone.
func (o *office) pictures(now time.Time, pages []pagePicture) {
	o.t.Helper()
	b := mustBrowser(o.t)
	s := mustSite(o.t, o.handler(now))
	for _, page := range pages {
		b.do(chromedp.Navigate(s.origin() + page.path))
		b.shows("body", "hangzhou-0")
		b.shoot(page.name+"-desktop", 1366, 768, false)
		b.shoot(page.name+"-dark", 1366, 768, true)
		b.shoot(page.name+"-phone", 390, 844, false)
		b.shoot(page.name+"-wall", 1920, 1080, true)
		b.do(chromedp.EmulateViewport(360, 740))
		overflow, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](
			`[document.documentElement, document.querySelector('#complete') ?? document.body].some(e => e.scrollWidth > e.clientWidth)`))
		if err != nil {
			o.t.Fatal(err)
		}
		if overflow {
			o.t.Errorf("%s is wider than a phone", page.path)
		}
	}
	b.clean(s.origin())
}

// TestBrowserFindsATicket looks for a ticket by its number, and goes to its life from the list and from the events.
func TestBrowserFindsATicket(t *testing.T) {
	b, o := mustBrowser(t), mustOffice(t)
	o.lobby("hangzhou-06", noon)
	s := mustSite(t, o.handler(noon))
	b.do(chromedp.Navigate(s.origin()+"/stations/hangzhou-06?lang=en"), chromedp.SendKeys(chromedp.CSS(".find input"), "b019\n"))
	b.shows("h1", "查找票号") // the language was asked for by that one page alone
	b.do(chromedp.Navigate(s.origin()+"/language/en?back=/stations/hangzhou-06/tickets%3Fq%3Db019"), chromedp.Click(chromedp.CSS(".found a")))
	b.shows("h1", "Ticket B019")
	b.shows("main", "Customer called")
	b.do(chromedp.Navigate(s.origin()+"/stations/hangzhou-06"), chromedp.Click(chromedp.CSS("#queue .calls a")))
	b.shows("h1", "Ticket ")
	b.shows("main", "Ticket issued")
	b.do(chromedp.Navigate(s.origin()+"/stations/hangzhou-06"), chromedp.Click(chromedp.CSS("#events .folded a")))
	b.shows("h1", "Events")
	b.clean(s.origin())
}

func TestBrowserCarePictures(t *testing.T) {
	o := mustOffice(t)
	now := time.Now()
	o.lobby("hangzhou-06", now)
	for _, id := range []string{"hangzhou-07", "hangzhou-08"} {
		o.cared(id, now)
	}
	o.devices("hangzhou-08", now)
	o.captured("hangzhou-08", aPicture(t))
	o.pictures(now, []pagePicture{
		{"care", "/stations/hangzhou-08"}, {"care-en", "/stations/hangzhou-08?lang=en"},
		{"cases", "/cases?state=all"}, {"cases-en", "/stations/hangzhou-07/cases?lang=en"}, {"case", "/stations/hangzhou-08/cases/case-0"},
		{"case-en", "/stations/hangzhou-08/cases/case-3?lang=en"}, {"surveys", "/surveys"}, {"events-care", "/stations/hangzhou-08/events?kind=care"},
		{"events-lobby-en", "/stations/hangzhou-08/events?lang=en&kind=lobby"},
	})
}

// TestBrowserShowsAScreen asks a kiosk for a picture of its screen as somebody at the page does, and answers as the kiosk
// would.
func TestBrowserShowsAScreen(t *testing.T) {
	b, o := mustBrowser(t), mustOffice(t)
	o.lobby("hangzhou-06", noon)
	s := mustSite(t, o.handlerWith(func(options *Options) { options.Actors = oneActor{} }))
	b.do(chromedp.Navigate(s.origin() + "/stations/hangzhou-06?lang=en"))
	b.shows(".link", "Live")
	b.do(chromedp.SendKeys(chromedp.CSS(".capture input"), "right"), chromedp.Click(chromedp.CSS(".capture button")))
	b.shows(".capture-said", "waiting for the kiosk")
	open, err := o.store.OpenOrders(t.Context())
	if err != nil || len(open) != 1 || open[0].Verb != verbCapture || open[0].By != "wang" {
		t.Fatalf("commands %+v, %v", open, err)
	}
	o.happened("hangzhou-06", "kiosk", record.Events,
		record.NewEntry(record.CommandExecuted, "command", noon, record.CommandData{ID: open[0].ID, Verb: verbCapture, By: "wang", Outcome: record.Done}),
		record.NewEntry(record.ScreenCaptured, "screen", noon, record.ScreenData{Width: 1080, Height: 1920, Screen: "home", Image: aPicture(t), By: "wang", Request: open[0].ID}))
	b.poll(`() => { const i = document.querySelector(".captured img"); return i.checkVisibility() && i.naturalWidth === 27 && i.naturalHeight === 48; }`)
	b.shows("#screens", "home")
	b.do(chromedp.Click(chromedp.CSS("#screens [data-picture]")))
	b.poll(`() => document.querySelector(".captured figcaption").textContent.endsWith(".png")`)
	b.clean(s.origin())
}
