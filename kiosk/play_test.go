package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
)

func liveOptions(t *testing.T, broker, from, to string) (Options, *bytes.Buffer, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "calls.tsv")
	if err := os.WriteFile(file, []byte(recordedDay), 0o600); err != nil {
		t.Fatal(err)
	}
	o := testOptions(t, broker)
	err := o.record(configs.Replay{File: file, Date: "1999-02-01", TimeZone: "Asia/Jerusalem", Speed: 500, From: from, To: to, ExitAtEnd: true})
	var report bytes.Buffer
	o.Stdout = &report
	return o, &report, err
}

func TestPartOfARecordedDayIsPlayedLive(t *testing.T) {
	office := mustOffice(t)
	o, report, err := liveOptions(t, office.url, "09:01", "09:05")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // played once, however often it is started
		if err := Run(limited(t), o); err != nil {
			t.Fatal(err)
		}
	}
	for typ, want := range map[string]int{record.NodeStarted: 2, record.TicketIssued: 2, record.NodeStopped: 2} {
		if got := office.count(typ); got != want {
			t.Errorf("head office has %d of %s, want %d", got, typ, want)
		}
	}
	if got := office.count(record.TicketServed) + office.count(record.TicketLeft); got != 2 {
		t.Errorf("head office has %d customers served or gone, want 2", got)
	}
	if opened, closed := office.count(record.CounterOpened), office.count(record.CounterClosed); opened == 0 || opened != closed {
		t.Errorf("head office has counters opened %d times and closed %d times", opened, closed)
	}
	if !strings.Contains(report.String(), "1999-02-01, from 09:01, at 500 times its pace") {
		t.Errorf("report:\n%s", report)
	}
	if o.Names.Classes["priority"].En == "" || o.Names.Counters["DORIT"].En == "" {
		t.Errorf("names: %+v", o.Names)
	}
}

func TestLiveDayWithoutCustomersIsRefused(t *testing.T) {
	if _, _, err := liveOptions(t, nobody, "11:00", "12:00"); err == nil || !strings.Contains(err.Error(), "nobody comes") {
		t.Errorf("got %v", err)
	}
	if _, _, err := liveOptions(t, nobody, "eleven", ""); err == nil {
		t.Error("a time that is none is accepted")
	}
}
