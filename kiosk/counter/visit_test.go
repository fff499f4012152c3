package counter_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// types what somebody types, key by key.
func types(text string) step { return key(text) }

// focused waits until an element has the focus.
func focused(selector string) step {
	return until(`document.activeElement !== null && document.activeElement.matches('` + selector + `')`)
}

// back is Shift and Tab.
func back() step { return key(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)) }

// atCounter logs in by keyboard alone, at the counter that many places down in the list.
func (s *station) atCounter(t *testing.T, ctx context.Context, number string, down int) {
	t.Helper()
	steps := []step{chromedp.Navigate(s.url + "/"), focused("#staff"), back(), focused("#counter")}
	for range down {
		steps = append(steps, key(kb.ArrowDown))
	}
	steps = append(steps, key(kb.Tab), focused("#staff"), types(number), key(kb.Tab), focused("#pin"), types(stationPIN), key(kb.Enter),
		chromedp.WaitVisible("#connection:not(.off)"), until(`document.getElementById("who").textContent.includes("`+number+`")`))
	run(t, ctx, steps...)
}

// last is the data of the newest record of a type.
func last[D any](s *station, typ string) (d D) {
	s.t.Helper()
	records, _, err := s.journal.Read(record.Events, 0, 10000)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range records {
		if r.Type != typ {
			continue
		}
		d = *new(D)
		if err := json.Unmarshal(r.Data, &d); err != nil {
			s.t.Fatal(err)
		}
	}
	return d
}

// TestWholeVisitByKeyboard does everything that a counter can do, with keys alone.
func TestWholeVisitByKeyboard(t *testing.T) {
	ctx := browse(t)
	s := openStation(t)
	s.run()
	s.atCounter(t, ctx, "1001", 1)
	for range 3 {
		s.do(queue.Take{Service: "new"})
	}
	s.pass(time.Minute)

	// Call, call again, take back, call.
	run(t, ctx, ready("next"), key(kb.F2), says("number", "A001"), says("message", "A001 has been called"),
		ready("recall"), key(kb.F4), says("message", "A001 has been called again"), reads("#recall", "Call again 1/3"),
		ready("no-show"), key(kb.F9), opens("return"), key(kb.ArrowUp), key(kb.ArrowUp), focused(`[value="0"]`), key(kb.Enter),
		says("number", "Free"), says("message", "A001 waits again"), reads("#waiting li:first-child", "A001"),
		ready("undo"), key("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)), says("number", "A001"), says("message", "Taken back"))
	if got := s.count(record.TicketUndone); got != 1 {
		t.Fatalf("%d actions taken back, want 1", got)
	}

	// Hold, with the second reason; down and up to those on hold, and call that one.
	run(t, ctx, ready("hold"), key(kb.F7), opens("hold"), key(kb.ArrowDown), key(kb.Enter),
		says("held-count", "1"), reads("#held li", "fetches papers"), reads("#held .since", "remind 09:11"),
		ready("next"), key(kb.ArrowDown), focused("#waiting .row"), key(kb.ArrowUp), focused("#held .row"), key(kb.Enter),
		opens("ticket"), key(kb.Enter), says("number", "A001"), says("held-count", "0"))

	// Transfer to payments and back, by way of the next customer's dialog.
	run(t, ctx, ready("transfer"), key(kb.F8), opens("transfer"), key(kb.ArrowDown), key(kb.ArrowDown), focused(`[name="service"][value="pay"]`),
		key(kb.Tab), focused("select"), key(kb.Tab), focused(`[name="back"]`), key(" "), key(kb.Tab), key(kb.Tab), focused(`[name="note"]`), types("two bills"), key(kb.Enter),
		says("number", "Free"), says("message", "A001 has been transferred"))
	if got := last[record.TicketTransferredData](s, record.TicketTransferred); !got.Back || got.Service != "pay" || got.Note != "two bills" || got.Clerk != "1001" {
		t.Errorf("transferred: %+v", got)
	}
	s.pass(time.Minute)
	run(t, ctx, ready("next"), key(kb.F2), says("number", "A001"), reads("#tags", "then: new"), reads("#history", "two bills"))
	s.pass(time.Minute)

	// A second service of the visit, outcome and note, finish.
	run(t, ctx, ready("split"), key(kb.F10), opens("split"), focused(`#split-dialog [value="new"]`), key(kb.ArrowDown), key(kb.ArrowDown), key(kb.Enter),
		says("message", "Added: the new number is C001"), ready("finish"),
		key(kb.End), focused(`[name="outcome"]`), key(" "), key(kb.Tab), focused("#note"), types("copies kept"), key(kb.F3), says("message", "A001 is finished"))
	if got := last[record.TicketServedData](s, record.TicketServed); got.Outcome != "done" || got.Note != "copies kept" || got.Next == nil {
		t.Errorf("served: %+v", got)
	}

	// It waits here for its first service again; the next one with the space bar; a no-show; a break.
	s.pass(time.Minute)
	run(t, ctx, reads("#waiting li", "new · only for 1"), until(`document.getElementById("note").value === ""`), ready("next"), key(kb.Escape), focused("body"),
		key(" "), says("number", "A002"), says("service", "new"), ready("no-show"), key(kb.F6), says("number", "Free"), says("message", "A002 is noted as a no-show"),
		ready("pause"), key(kb.F1), opens("pause"), key(kb.Enter), says("number", "Paused"), says("service", "Break"),
		ready("pause"), key(kb.F1), says("number", "Free"))
	s.logsOutByKeyboard(t, ctx)
	for typ, want := range map[string]int{
		record.TicketHeld: 1, record.TicketReturned: 1, record.TicketTransferred: 1, record.TicketRecalled: 1, record.TicketLeft: 1,
		record.CounterPaused: 1, record.CounterResumed: 1, record.StaffLoggedIn: 1, record.StaffLoggedOut: 1, record.CounterClosed: 1,
	} {
		if got := s.count(typ); got != want {
			t.Errorf("%s: %d records, want %d", typ, got, want)
		}
	}
}

// logsOutByKeyboard logs out with a customer at the counter, and finishes that one.
func (s *station) logsOutByKeyboard(t *testing.T, ctx context.Context) {
	t.Helper()
	run(t, ctx, ready("next"), key(kb.F2), says("number", "A003"), ready("finish"), chromedp.Focus("#logout"), key(kb.Enter),
		opens("logout"), reads("#logout-what", "When the present customer is finished"), focused("#logout-dialog .main"), key(kb.Enter),
		says("next-whom", "Logged out when this one is finished"), ready("next"))
	run(t, ctx, key(kb.F2), chromedp.WaitVisible("#login"), says("wrong", "The session is over: the shift has ended or you logged out. Log in again."))
}
