package board_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/speech"
)

// timed keeps when calls were on the screen, the frame after it included, and when their sound began, in ms since 1970.
const timed = `(() => {
	window.times = {};
	const now = () => performance.timeOrigin + performance.now();
	new MutationObserver((all) => all.forEach((m) => {
		const d = document.body.dataset;
		if (m.attributeName === "data-calling" && d.calling) {
			const serial = d.calling;
			times[serial] = {};
			requestAnimationFrame(() => requestAnimationFrame(() => { times[serial].shown = now(); }));
		}
		if (m.attributeName === "data-playing") times[d.playing].playing = now();
	})).observe(document.body, { attributes: true });
})()`

// BenchmarkCallToBoard is the time from a counter's POST to the call on a television's screen and to its sound, spoken by
// espeak-ng, in Chromium on the same machine:
//
//	go test -run '^$' -bench CallToBoard -benchtime 20x ./kiosk/board
func BenchmarkCallToBoard(b *testing.B) {
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		b.Skip("espeak-ng is not installed (Debian: apt-get install espeak-ng)")
	}
	speaker, err := speech.New(speech.Options{Log: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	s, ctx := open(b, speaker), browse(b, audible)
	desk := s.desk()
	s.take("new", "new", "new", "new")
	s.do(queue.OpenCounter{Counter: "1"})
	run(b, ctx, chromedp.Navigate(s.url+"/board"), online(true), chromedp.Evaluate[chromedp.Void](timed))
	var shown, playing []float64
	finish := ""
	for b.Loop() {
		s.take("new")
		began := time.Now()
		ticket := post(b, desk+"/api/counters/1/call", fmt.Sprintf(`{"finish":%q}`, finish))
		finish = ticket
		serial := s.announced()[0].Serial
		run(b, ctx, until(fmt.Sprintf(`times[%d] && times[%d].shown && times[%d].playing`, serial, serial, serial)))
		at := float64(began.UnixMicro()) / 1000
		shown = append(shown, value[float64](b, ctx, fmt.Sprintf(`times[%d].shown`, serial))-at)
		playing = append(playing, value[float64](b, ctx, fmt.Sprintf(`times[%d].playing`, serial))-at)
		run(b, ctx, idle(len(shown)))
	}
	b.Logf("ms until shown: %.0f, until playing: %.0f", shown, playing)
	for name, values := range map[string][]float64{"shown": shown, "playing": playing} {
		slices.Sort(values)
		b.ReportMetric(values[len(values)/2], "ms-"+name+"-median")
		b.ReportMetric(values[(len(values)-1)*95/100], "ms-"+name+"-p95")
		b.ReportMetric(values[len(values)-1], "ms-"+name+"-most")
	}
	b.ReportMetric(0, "ns/op") // most of which is the call being shown and heard to its end
}

// desk serves the counters' page of the site and returns its address.
func (s *site) desk() string {
	s.t.Helper()
	pages, err := counter.New(counter.Options{Hall: s.hall, Journal: s.journal, Rules: rules(), Loopback: true, Log: quiet()})
	if err != nil {
		s.t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	s.t.Cleanup(server.Close)
	return server.URL
}

// post sends a command and returns the id of the ticket that it was about.
func post(t testing.TB, url, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), "POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%s", url, answer.Status, err, text)
	}
	return decode[struct{ ID string }](t, string(text)).ID
}
