package endtoend

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stationkeeper/internal/record"
)

// The demonstration of a bank's day, on a machine without the recording: twenty minutes of a day that is made up.
func TestDemonstrationOfADay(t *testing.T) {
	demo := run(t, exec.Command(filepath.Join(bin, "demo"), "day", "-bin", bin, "-data", t.TempDir(), "-no-window",
		"-from", "10:00", "-to", "10:20", "-speed", "300"))
	if code := demo.end(); code != 0 {
		t.Errorf("ended with code %d", code)
	}
	for _, part := range []string{"the day is made up", "/stations/demo", "/board", "/supervisor", "at 300 times its pace",
		"mean absolute error", "called within the interval told", "held, 0 missing, 0 twice, 0 changed"} {
		if !demo.said(part) {
			t.Errorf("did not say %q", part)
		}
	}
}

// shopDay is a recording of customers who come every twenty seconds, each to be served for fifty by one of three clerks.
func shopDay(customers int) string {
	var b strings.Builder
	b.WriteString("call_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n")
	clock := func(seconds int) string { return fmt.Sprintf("9:%02d:%02d", seconds/60, seconds%60) }
	for i := range customers {
		came := 20 * i
		fmt.Fprintf(&b, "%d\t%d\tPS\t990202\t%s\t%s\t0\t0:00:00\t0:00:00\t0\tAGENT\t%s\t%s\t50\tCLERK-%d\n", i, i%3,
			clock(came), clock(came), clock(came), clock(came+50), i%3)
	}
	return b.String()
}

// A kiosk that plays a day is killed in the middle of it and started again: the day goes on, and everybody is served once.
func TestPlayedDayGoesOnAfterAKill(t *testing.T) {
	const customers = 150
	o := startOffice(t, "")
	calls, data := writeFile(t, "calls.tsv", []byte(shopDay(customers))), t.TempDir()
	play := func(speed int) *program {
		config := writeFile(t, "kiosk.yaml", fmt.Appendf(nil, "replay: {file: %q, date: 1999-02-02, time_zone: Asia/Jerusalem, speed: %d, exit_at_end: true}\n", calls, speed))
		return start(t, "kiosk", "--config", config, "--station", "demo", "--node", "kiosk", "--broker", o.url(), "--data", data,
			"--counter", "127.0.0.1:0", "--no-window")
	}
	k := play(60) // three quarters of a minute are left of the day when it is interrupted
	o.until(t, "has a tenth of the customers", func() bool { return o.count(t, "kiosk", record.TicketServed) >= customers/10 })
	k.kill()
	if n := o.count(t, "kiosk", record.TicketServed); n >= customers {
		t.Fatalf("the day was over when it was to be interrupted: %d served", n)
	}
	if code := play(300).end(); code != 0 {
		t.Errorf("ended with code %d", code)
	}
	happened := map[string]map[string]int{}
	for _, r := range o.records(t, "kiosk", record.Events) {
		var d struct{ Ticket string }
		if err := json.Unmarshal(r.Data, &d); err != nil {
			t.Fatal(err)
		}
		if happened[r.Type] == nil {
			happened[r.Type] = map[string]int{}
		}
		happened[r.Type][d.Ticket]++
	}
	for _, typ := range []string{record.TicketIssued, record.TicketCalled, record.TicketServed} {
		if len(happened[typ]) != customers {
			t.Errorf("%s of %d tickets, want %d", typ, len(happened[typ]), customers)
		}
		for ticket, times := range happened[typ] {
			if times != 1 {
				t.Errorf("%s of %s %d times", typ, ticket, times)
			}
		}
	}
}
