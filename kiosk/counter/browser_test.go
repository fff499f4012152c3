package counter_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

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
	run(t, ctx, ready("recall"), key(kb.F4), says("message", "A001 has been called again"),
		ready("next"), key(kb.F2), says("number", "B001"),
		ready("finish"), key(kb.F3), says("number", "Free"))

	// With Tab and Enter: the next one, who does not come.
	run(t, ctx, ready("next"), chromedp.Focus("#next"), key(kb.Enter), says("number", "C001"),
		ready("no-show"), key(kb.F6), says("number", "Free"), says("message", "C001 is noted as a no-show"))

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
		chromedp.Click(`a[lang="zh-CN"]`), arrives("zh-CN"), says("connection", "已连接"), says("number", "空闲"), says("waiting-count", "1"))
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

// TestPressWithoutAnAnswerIsSentAgainAsTheSame loses commands until the page has tried twice.
func TestPressWithoutAnAnswerIsSentAgainAsTheSame(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	s.take("new")
	s.take("new")
	gate := newGate(t, s.url)
	gate.lose(losesCommand)
	run(t, ctx, chromedp.Navigate(gate.url+"/counters/1"), says("connection", "Connected"), ready("next"),
		chromedp.Click("#next"), until(`document.getElementById("message").classList.contains("bad")`))
	gate.lose(lossless)
	run(t, ctx, says("number", "A001"))
	if got := slices.Compact(gate.posted()); len(got) != 1 {
		t.Errorf("posted %q, want always the same", got)
	}
	if got := s.count(record.TicketCalled); got != 1 {
		t.Errorf("%d calls, want 1", got)
	}
}

func TestPageLearnsWhatBecameOfAPressWithoutAnAnswer(t *testing.T) {
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

// TestPressIsCarriedOutAfterTheNetworkIsBack cuts the network while a press has no answer.
func TestPressIsCarriedOutAfterTheNetworkIsBack(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	s.take("new")
	s.take("new")
	gate := newGate(t, s.url)
	gate.lose(losesCommand)
	run(t, ctx, chromedp.Navigate(gate.url+"/counters/1"), says("connection", "Connected"), ready("next"),
		key(kb.F2), until(`document.getElementById("message").classList.contains("bad")`))
	gate.close()
	run(t, ctx, until(`!document.getElementById("lost").hidden`))
	if got := s.count(record.TicketCalled); got != 0 {
		t.Fatalf("%d calls through a cut network", got)
	}
	gate.lose(lossless)
	gate.open()
	run(t, ctx, says("number", "A001"), says("message", "A001 has been called"), until(`document.getElementById("lost").hidden`))
	if got := slices.Compact(gate.posted()); len(got) != 1 {
		t.Errorf("posted %q, want always the same", got)
	}
	if got := s.count(record.TicketCalled); got != 1 {
		t.Errorf("%d calls, want 1", got)
	}
}

// TestPressSurvivesAReload reloads the page while a press has no answer, as people do.
func TestPressSurvivesAReload(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	s.take("new")
	gate := newGate(t, s.url)
	gate.lose(losesCommand)
	run(t, ctx, chromedp.Navigate(gate.url+"/counters/1"), says("connection", "Connected"), ready("next"),
		key(kb.F2), until(`document.getElementById("message").classList.contains("bad")`))
	gate.close()
	gate.lose(lossless)
	gate.open()
	run(t, ctx, chromedp.Navigate(gate.url+"/counters/1"), says("number", "A001"))
	if got := slices.Compact(gate.posted()); len(got) != 1 || s.count(record.TicketCalled) != 1 {
		t.Errorf("posted %q, %d calls; want always the same, and 1", got, s.count(record.TicketCalled))
	}
}

// TestCountersPressingAtTheSameInstant presses at two counters, and at one counter from two pages.
func TestCountersPressingAtTheSameInstant(t *testing.T) {
	first := browse(t)
	s := open(t)
	for range 5 {
		s.take("pay")
	}
	second, third := tab(t, first), tab(t, first)
	for ctx, counter := range map[context.Context]string{first: "1", second: "2", third: "1"} {
		run(t, ctx, chromedp.Navigate(s.url+"/counters/"+counter), says("connection", "Connected"), ready("next"))
	}
	var presses sync.WaitGroup
	for _, ctx := range []context.Context{first, second, third} {
		presses.Go(func() {
			if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`document.getElementById("next").click()`)); err != nil {
				t.Error(err)
			}
		})
	}
	presses.Wait()
	for _, ctx := range []context.Context{first, second, third} {
		run(t, ctx, until(`document.getElementById("number").textContent !== "Free"`), ready("finish"))
	}
	numbers := []string{}
	for _, ctx := range []context.Context{first, second, third} {
		numbers = append(numbers, value[string](t, ctx, `document.getElementById("number").textContent`))
	}
	if numbers[0] == numbers[1] || numbers[0] != numbers[2] {
		t.Errorf("at counters 1, 2 and 1: %q", numbers)
	}
	if got := s.count(record.TicketCalled); got != 2 {
		t.Errorf("%d calls, want one at each counter", got)
	}
}

// TestHeldKeysAndReadersPressNothing holds a key down, and reads a card where no field is.
func TestHeldKeysAndReadersPressNothing(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	s.take("new")
	s.take("new")
	run(t, ctx, chromedp.Navigate(s.url+"/counters/1"), says("connection", "Connected"), ready("next"), chromedp.Focus("#next"),
		key("0012345678"+kb.Enter), // as a reader types
		chromedp.Evaluate[chromedp.Void](`for (let i = 0; i < 20; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "F2", repeat: i > 0, bubbles: true, cancelable: true }))`),
		says("number", "A001"), ready("finish"))
	if got := s.count(record.TicketCalled); got != 1 || s.count(record.TicketServed) != 0 {
		t.Errorf("%d calls, %d finished; want 1 and 0", got, s.count(record.TicketServed))
	}
}

// TestErrorsInScriptsAreWrittenDown takes away what scripts rely on: one error that comes again and again, and one in a
// promise.
func TestErrorsInScriptsAreWrittenDown(t *testing.T) {
	ctx := browse(t)
	s := open(t)
	s.take("new")
	told := func(n string) step { return until(`window.told === ` + n) }
	run(t, ctx, chromedp.Navigate(s.url+"/counters/1"), says("connection", "Connected"), ready("next"),
		chromedp.Evaluate[chromedp.Void](`(() => {
			const fetched = fetch;
			window.told = 0;
			window.fetch = (path, ...more) => fetched(path, ...more).then((answer) => { if (path === "/api/errors" && answer.ok) told++; return answer; });
			document.getElementById("serving").remove();
		})()`), told("1"),
		chromedp.Evaluate[chromedp.Void](`document.getElementById("message").remove()`), chromedp.Click("#next"), told("2"))
	records, _, err := s.journal.Read(record.Events, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, r := range records {
		if r.Type != record.PageFailed {
			continue
		}
		var d record.PageFailedData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(d.Where, "/assets/") || !strings.Contains(d.Browser, "Chrom") || r.Source != "desk" {
			t.Errorf("%s: %+v", r.Source, d)
		}
		found = append(found, d.Message)
	}
	want := []string{"Uncaught TypeError: Cannot read properties of null (reading 'textContent')", "TypeError: Cannot read properties of null (reading 'textContent')"}
	if !slices.Equal(found, want) {
		t.Errorf("written down: %q, want %q", found, want)
	}
}
