package counter_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// reader types a card's number into a field, as fast as readers do, and presses Enter.
func reader(field, card string) step {
	return chromedp.Evaluate[chromedp.Void](`(() => {
		const field = document.querySelector("` + field + `");
		const press = (key) => field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
		for (const digit of "` + card + `") { press(digit); field.value += digit; }
		if (press("Enter")) field.form.requestSubmit();
	})()`)
}

func TestLogInAtThePage(t *testing.T) {
	ctx := browse(t)
	s := openStation(t)

	// A wrong PIN is refused in words, and the number is kept.
	run(t, ctx, chromedp.Navigate(s.url+"/counters/1"), focused("#staff"), until(`document.getElementById("counter").value === "1"`),
		types("1001"), key(kb.Tab), focused("#pin"), types("0815"), key(kb.Enter),
		reads("#wrong", "Staff number, PIN or badge is not right"), focused("#pin"), until(`document.getElementById("staff").value === "1001"`))
	if got := s.count(record.StaffDenied); got != 1 {
		t.Errorf("%d refusals written down, want 1", got)
	}
	// By touch: the pad on the screen.
	for _, digit := range stationPIN {
		run(t, ctx, chromedp.Click(`#pad [data-digit="`+string(digit)+`"]`))
	}
	run(t, ctx, chromedp.Click("#login .main"), chromedp.WaitVisible("#connection:not(.off)"), says("who", "Wang 1001"))

	// Somebody else cannot have that counter; with a badge read where the number goes, another one; a supervisor may.
	other := tab(t, chromium.ctx, chromedp.WithNewBrowserContext())
	run(t, other, chromedp.Navigate(s.url+"/?counter=1"), focused("#staff"), reader("#staff", "0012345678"),
		reads("#wrong", "Somebody works at this counter"), chromedp.SetValue("#counter", "3"), chromedp.Focus("#badge"), key("0012345678"+kb.Enter),
		chromedp.WaitVisible("#connection:not(.off)"), says("who", "Sun 1003"), until(`location.pathname === "/counters/3"`))
	if got := last[record.StaffData](s, record.StaffLoggedIn); got.Staff != "1003" || got.Method != "badge" || got.Counter != "3" {
		t.Errorf("logged in: %+v", got)
	}
	boss := tab(t, chromium.ctx, chromedp.WithNewBrowserContext())
	run(t, boss, s.logsIn("3001", "")...)
	run(t, boss, chromedp.WaitVisible("#levels tr"), says("who", "Zhao 3001"), until(`location.pathname === "/supervisor"`))

	// The counter is remembered on this computer.
	run(t, ctx, chromedp.Click("#logout"), opens("logout"), chromedp.Click("#logout-dialog .main"), chromedp.WaitVisible("#login"),
		until(`document.getElementById("counter").value === "1"`))
}

func TestShiftEndsWithTheLastCustomer(t *testing.T) {
	ctx := browse(t)
	s := openStation(t)
	s.run()
	s.do(queue.Take{Service: "new"})
	s.do(queue.Take{Service: "new"})
	run(t, ctx, s.logsIn("1001", "1")...)
	run(t, ctx, chromedp.WaitVisible("#connection:not(.off)"), ready("next"), key(kb.F2), says("number", "A001"))

	s.pass(8 * time.Hour) // 17:00
	s.do(queue.Take{Service: "pay"})
	run(t, ctx, says("next-whom", "Logged out when this one is finished"), reads("#next", "Finish"), ready("finish"), key(kb.F3),
		chromedp.WaitVisible("#login"), reads("#wrong", "The session is over"))
	if got := last[record.StaffData](s, record.StaffLoggedOut); got.Reason != "shift-over" {
		t.Errorf("logged out: %+v", got)
	}
	if at := s.hall.Snapshot().Queue.Counters[0]; at.State != queue.CounterClosed || at.Ticket != nil {
		t.Errorf("counter 1 after the shift: %+v", at)
	}
	// It is too late to begin.
	run(t, ctx, s.logsIn("1001", "1")...)
	run(t, ctx, reads("#wrong", "This is not your shift"))
}

func TestPagesOfOtherRoles(t *testing.T) {
	ctx := browse(t)
	s := openStation(t)
	run(t, ctx, s.logsIn("2001", "")...)
	run(t, ctx, chromedp.WaitVisible("#connection:not(.off)"), until(`location.pathname === "/reception"`),
		// A ticket by hand, of a class.
		enabled(`[data-service="pay"]`), chromedp.Click(`#class [value="senior"]`), chromedp.Click(`#rest [value="repair"]`), chromedp.Click(`[data-service="pay"]`),
		says("given-number", "B001"), reads("#waiting li", "senior"), reads("#waiting li", "then: repair"), until(`document.querySelectorAll("#rest :checked").length === 0`),
		// An appointment by hand, and its customer arrives.
		chromedp.Click("#tab-booked"), chromedp.Click("#book"), opens("book"), chromedp.Click(`#book-dialog [value="new"]`),
		chromedp.SetValue(`#book-dialog [name="time"]`, "09:10"), chromedp.SetValue(`#book-dialog [name="name"]`, "Li Hua"), enabled("#book-dialog .main"), chromedp.Click("#book-dialog .main"),
		says("message", "Booked for 09:10"), reads("#booked li", "expected"), until(`document.querySelector("#booked button") !== null`),
		chromedp.Click("#booked button"), opens("booked"), enabled("#booked-dialog .main"),
		chromedp.Click("#booked-dialog .main"), says("given-number", "A001"), reads("#booked li", "arrived"))

	boss := tab(t, chromium.ctx, chromedp.WithNewBrowserContext())
	run(t, boss, s.logsIn("3001", "")...)
	run(t, boss, chromedp.WaitVisible("#connection:not(.off)"), reads("#levels", "80 % in 10 min"),
		// Open counter 1, call the senior there, pause and close it.
		chromedp.Click(`#counters tr[data-id="1"] button`), opens("counter"), chromedp.Click("#counter-acts button:first-child"), says("message", "Opened"),
		enabled(`#counters tr[data-id="1"] button`),
		chromedp.Click(`#waiting li:first-child button`), opens("ticket"), chromedp.Click("#ticket-acts button"), reads(`#counters tr[data-id="1"]`, "B001"),
		enabled(`#counters tr[data-id="1"] button`),
		chromedp.Click(`#counters tr[data-id="1"] button`), opens("counter"), chromedp.Click("#counter-acts button:first-child"),
		opens("pause"), chromedp.Click("#pause-dialog .main"), reads(`#counters tr[data-id="1"]`, "paused · Break"))
	if got := last[record.TicketCalledData](s, record.TicketCalled); got.Number != "B001" || got.Counter != "1" || got.Clerk != "3001" {
		t.Errorf("called: %+v", got)
	}
}
