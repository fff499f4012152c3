package counter_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/queue"
)

// namedStation is a station as its people know it, with a morning behind it.
func namedStation(t *testing.T) *station {
	s := openStation(t)
	options := s.options()
	options.Services = map[string]counter.Name{"new": {Zh: "业务办理", En: "New service"}, "pay": {Zh: "缴费", En: "Payment"}, "repair": {Zh: "故障报修", En: "Repair"}}
	options.Counters = map[string]counter.Name{"1": {Zh: "1号窗口", En: "Counter 1"}, "2": {Zh: "2号窗口（缴费）", En: "Counter 2 (payment)"}, "3": {Zh: "3号窗口", En: "Counter 3"}}
	options.Classes = map[string]counter.Name{"senior": {Zh: "老年人", En: "Senior"}}
	options.Outcomes = map[string]counter.Name{"done": {Zh: "已办结", En: "Done"}, "papers-missing": {Zh: "材料不齐", En: "Papers missing"}}
	pages, err := counter.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	s.pages, s.server, s.url = pages, server, server.URL
	return s
}

func (s *station) do(c queue.Command) queue.Ticket {
	s.t.Helper()
	ticket, err := s.hall.Do(s.t.Context(), c)
	if err != nil {
		s.t.Fatalf("%#v: %v", c, err)
	}
	return ticket
}

// morning lets customers come and go until a quarter past ten.
func (s *station) morning() {
	s.t.Helper()
	services := []string{"new", "pay", "repair", "new", "pay"}
	for i := range 14 {
		take := queue.Take{Service: services[i%len(services)]}
		if i%4 == 2 {
			take.Class = "senior"
		}
		s.do(take)
		s.pass(2 * time.Minute)
		if i >= 4 && i%2 == 0 {
			s.do(queue.Call{Counter: "3", Clerk: "3001"})
			s.pass(4 * time.Minute)
			s.do(queue.Finish{Counter: "3", Outcome: "done"})
		}
	}
	s.do(queue.CloseCounter{Counter: "3"})
	for i, name := range []string{"王小明", "Li Hua", "赵敏"} {
		at := s.time().Add(time.Duration(i*20-10) * time.Minute).Truncate(time.Minute)
		if i == 0 {
			at = at.Add(20 * time.Minute)
		}
		if _, err := s.hall.Appoint(s.t.Context(), appointments.Book{Service: "new", At: at, Name: name, Phone: "13900001234", By: "2001"}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// logsIn fills the page for logging in.
func (s *station) logsIn(number, counter string) []step {
	return []step{
		chromedp.Navigate(s.url + "/"), chromedp.WaitVisible("#login"),
		chromedp.SetValue("#counter", counter),
		chromedp.SetValue("#staff", number), chromedp.SetValue("#pin", stationPIN), chromedp.Click("#login .main"),
	}
}

// TestPictures writes screenshots for people into the folder that STATIONKEEPER_PICTURES names.
func TestPictures(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		t.Skip("set STATIONKEEPER_PICTURES to a folder to get screenshots")
	}
	for _, language := range []string{"zh", "en"} {
		for _, size := range [][2]int64{{1280, 720}, {1920, 1080}} {
			t.Run(fmt.Sprintf("%s-%d", language, size[0]), func(t *testing.T) {
				pictures(t, folder, language, size)
			})
		}
	}
}

func pictures(t *testing.T, folder, language string, size [2]int64) {
	ctx := browse(t)
	s := namedStation(t)
	s.morning()
	gate := newGate(t, s.url)
	s.url = gate.url
	take := func(ctx context.Context, name string) {
		picture(t, ctx, folder, fmt.Sprintf("%s-%s-%d.png", name, language, size[0]))
	}
	run(t, ctx, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(s.url+"/language/"+language), chromedp.WaitVisible("#login"))
	take(ctx, "login")
	run(t, ctx, chromedp.SetValue("#staff", "1001"), chromedp.SetValue("#pin", "0000"), chromedp.SetValue("#counter", "1"), chromedp.Click("#login .main"), until(`document.getElementById("wrong").textContent.length > 10`))
	take(ctx, "login-refused")
	run(t, ctx, s.logsIn("1001", "1")...)
	run(t, ctx, chromedp.WaitVisible("#connection:not(.off)"), ready("next"))
	take(ctx, "idle")
	run(t, ctx, key(kb.F2), ready("hold"), key(kb.F7), opens("hold"))
	take(ctx, "hold")
	run(t, ctx, key(kb.Enter), until(`document.getElementById("held-count").textContent === "1"`), ready("next"), key(kb.F2), ready("transfer"))
	number := value[string](t, ctx, `document.getElementById("number").textContent`)
	run(t, ctx, key(kb.F8), opens("transfer"))
	take(ctx, "transfer")
	run(t, ctx, chromedp.Click(`#transfer-dialog input[value="repair"]`), chromedp.SetValue(`#transfer-dialog [name="note"]`, "身份证复印件已收"), chromedp.Click(`#transfer-dialog .main`), reads("#waiting li", number), ready("next"))
	s.pass(11 * time.Minute)
	run(t, ctx, ready("next"), key(kb.ArrowDown))
	transferred := value[string](t, ctx, `[...document.querySelectorAll("#waiting li")].find((n) => n.textContent.includes("`+number+`")).dataset.id`)
	run(t, ctx, chromedp.Click(`li[data-id="`+transferred+`"] button`), opens("ticket"))
	take(ctx, "ticket")
	run(t, ctx, chromedp.Click("#ticket-acts button"), says("number", number), ready("finish"))
	s.pass(3*time.Minute + 12*time.Second)
	s.do(queue.Take{Service: "new"})
	run(t, ctx, until(`document.getElementById("serving").textContent >= "03:1"`))
	take(ctx, "serving")
	gate.close()
	run(t, ctx, until(`!document.getElementById("lost").hidden`))
	take(ctx, "lost")
	gate.open()
	run(t, ctx, until(`document.getElementById("lost").hidden`), ready("finish"), key(kb.F3), ready("next"), key(kb.F1), opens("pause"), key(kb.Enter), until(`document.getElementById("number").textContent.length > 3`), ready("next"))
	take(ctx, "paused")

	boss := tab(t, chromium.ctx, chromedp.WithNewBrowserContext())
	run(t, boss, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(s.url+"/language/"+language), chromedp.WaitVisible("#login"))
	run(t, boss, s.logsIn("3001", "")...)
	run(t, boss, chromedp.WaitVisible("#levels"), until(`document.querySelector("#levels .target b")?.textContent.length > 0`))
	take(boss, "supervisor")
	run(t, boss, chromedp.Click("#tab-booked"), until(`document.querySelectorAll("#booked li").length === 3`))
	take(boss, "supervisor-booked")
	run(t, boss, chromedp.Click("#counters button"), opens("counter"))
	take(boss, "supervisor-counter")
	_, complained := s.unhappy()
	run(t, boss, key(kb.Escape), until(`document.querySelector("dialog[open]") === null`), chromedp.Click("#tab-cases"), until(`document.querySelectorAll("#cases li").length === 2`))
	take(boss, "supervisor-cases")
	run(t, boss, chromedp.Click(`#cases li[data-id="`+complained.ID+`"] button`), opens("case"))
	take(boss, "supervisor-case")
	run(t, boss, chromedp.Navigate(s.url+"/reception"), chromedp.WaitVisible("#connection:not(.off)"), chromedp.Click("#services button"), until(`document.getElementById("given-number").textContent !== ""`), chromedp.Click("#tab-booked"))
	take(boss, "reception")
}
