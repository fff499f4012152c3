package counter_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"stationkeeper/kiosk/queue"
)

// tooSmall are the controls in sight that are smaller than a finger needs (44 px, WCAG 2.1, 2.5.5), and texts in sight whose
// contrast with their ground is below 4.5 to 1 (1.4.3); the browser measures both. What is off is held to the same.
const tooSmall = `(() => {
	const seen = (n) => n.checkVisibility({ visibilityProperty: true }) && n.getBoundingClientRect().width > 1;
	const inFront = document.querySelector("dialog[open]") ?? document.body;
	const found = [];
	for (const n of inFront.querySelectorAll("button, a, select, label.pick, input:not([type=radio]):not([type=checkbox])")) {
		const box = n.getBoundingClientRect();
		if (seen(n) && (box.width < 43.9 || box.height < 43.9)) found.push((n.id || n.textContent.trim()) + ": " + box.width + " by " + box.height);
	}
	const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
	const light = (colour) => numbers(colour).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = (n) => {
		for (; n; n = n.parentElement) {
			const colour = getComputedStyle(n).backgroundColor;
			if ((numbers(colour)[3] ?? 1) === 1) return colour;
		}
		return "rgb(255, 255, 255)";
	};
	for (const n of inFront.querySelectorAll("*")) {
		if (!seen(n) || ![...n.childNodes].some((c) => c.nodeType === Node.TEXT_NODE && c.textContent.trim())) continue;
		const [a, b] = [light(getComputedStyle(n).color), light(ground(n))];
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (contrast < 4.5) found.push(n.textContent.trim().slice(0, 20) + ": contrast " + contrast.toFixed(2));
	}
	return found;
})()`

// overflow is what does not fit into the window, and texts of buttons that are cut off.
const overflow = `(() => {
	const found = [];
	const page = document.scrollingElement;
	if (page.scrollHeight > innerHeight || page.scrollWidth > innerWidth) found.push("page: " + page.scrollWidth + " by " + page.scrollHeight);
	for (const n of document.querySelectorAll("body > *, .customer, .customer > *:not(.history), .buttons button, .overview > div, dialog[open]")) {
		if (n.checkVisibility() && (n.scrollHeight > n.clientHeight + 1 || n.scrollWidth > n.clientWidth + 1) && n.clientHeight > 1) found.push((n.id || n.className) + ": " + n.scrollWidth + " by " + n.scrollHeight + " in " + n.clientWidth + " by " + n.clientHeight);
	}
	return found;
})()`

// TestEverythingFitsFingersEyesAndAnOldScreen looks at every page and dialog at 1280 by 720, in both languages.
func TestEverythingFitsFingersEyesAndAnOldScreen(t *testing.T) {
	for _, language := range []string{"zh", "en"} {
		t.Run(language, func(t *testing.T) { fits(t, language) })
	}
}

func fits(t *testing.T, language string) {
	ctx := browse(t)
	s := namedStation(t)
	s.morning()
	look := func(what string, steps ...step) {
		t.Helper()
		run(t, ctx, steps...)
		for _, measure := range []string{tooSmall, overflow} {
			for _, found := range value[[]string](t, ctx, measure) {
				t.Errorf("%s: %s", what, found)
			}
		}
	}
	leaves := func() {
		t.Helper()
		run(t, ctx, key(kb.Escape), until(`document.querySelector("dialog[open]") === null`))
	}
	live := chromedp.WaitVisible("#connection:not(.off)")
	look("log-in", chromedp.Navigate(s.url+"/language/"+language), chromedp.WaitVisible("#login"))
	run(t, ctx, s.logsIn("1001", "1")...)
	look("idle", live, ready("next"))
	look("serving", key(kb.F2), ready("hold"), ready("undo"))
	look("serving on a tablet", chromedp.EmulateViewport(1024, 768))
	run(t, ctx, chromedp.EmulateViewport(1280, 720))
	for _, dialog := range []struct{ key, id string }{
		{kb.F7, "hold"}, {kb.F8, "transfer"}, {kb.F9, "return"}, {kb.F10, "split"}, {kb.F1, "pause"},
	} {
		look(dialog.id, key(dialog.key), opens(dialog.id))
		leaves()
	}
	look("ticket", chromedp.Click("#waiting button"), opens("ticket"))
	leaves()
	s.do(queue.PauseCounter{Counter: "1", Reason: "meal"})
	look("paused", until(`document.getElementById("next-whom").textContent === ""`))

	run(t, ctx, chromedp.Click("#logout"), opens("logout"))
	leaves()
	run(t, ctx, chromedp.Evaluate[chromedp.Void](`fetch("/api/login", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ staff: "3001", pin: "`+stationPIN+`" }) }).then(() => location.assign("/supervisor"))`),
		chromedp.WaitVisible("#levels tr"))
	look("supervisor", live, until(`document.querySelector("#levels .target b").textContent !== ""`))
	look("appointments", chromedp.Click("#tab-booked"), until(`document.querySelectorAll("#booked li").length === 3`))
	look("book", chromedp.Click("#book"), opens("book"))
	leaves()
	look("appointment", chromedp.Click("#booked button"), opens("booked"))
	leaves()
	look("counter", chromedp.Click("#counters button"), opens("counter"))
	look("reception", chromedp.Navigate(s.url+"/reception"), live, enabled("#services button"))
}
