package counter_test

import (
	"net/http"
	"slices"
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
