package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/printer/virtual"
	"stationkeeper/kiosk/staff"
	"stationkeeper/ui/backroom"
)

// staffed gives a kiosk a supervisor and a clerk with the PIN 2468.
func staffed(t *testing.T, o *Options) {
	t.Helper()
	hash, err := staff.HashPIN("2468", []byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	o.Staff = fmt.Appendf(nil, `{"staff":[{"number":"A1","name":"赵敏","role":"supervisor","pin":%[1]q},{"number":"1007","name":"王芳","role":"clerk","pin":%[1]q}]}`, hash)
}

func TestStaffAtTheTouchscreen(t *testing.T) {
	o := testOptions(t, nobody)
	staffed(t, &o)
	peer, _ := printing(t, &o, virtual.Options{})
	onScreen(t, o, func(ctx context.Context, d desk) {
		awaitReady(ctx, t, d.Paper)
		ticket, err := d.TakeTicket(ctx, "payment", "one")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Print(ctx, ticket.ID, "zh"); err != nil {
			t.Fatal(err)
		}
		d.Log.Warn("something is not as it should be", "what", "a test")
		room := newStaffroom(d.Screen)
		if got := staffLetters(d.Roster()); got != "A" {
			t.Errorf("letters %q", got)
		}
		if _, err := room.Unlock(ctx, "A1", "1111"); !errors.Is(err, backroom.ErrDenied) {
			t.Errorf("a wrong PIN: %v", err)
		}
		boss, err := room.Unlock(ctx, "A1", "2468")
		if err != nil || boss.Name != "赵敏" || boss.Role != "supervisor" {
			t.Fatalf("let in %+v, %v", boss, err)
		}
		checkStatus(t, room, ctx)
		if err := room.Act(ctx, boss, backroom.Act{Kind: backroom.Reprint, Ticket: ticket.ID, Request: "r1"}); err != nil {
			t.Error(err)
		}
		for _, kind := range []backroom.Kind{backroom.Paper, backroom.TestPrint, backroom.Lock} {
			if err := room.Act(ctx, boss, backroom.Act{Kind: kind, Request: string(kind)}); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if forecast, _ := d.Paper.Forecast(); forecast.Printed > 200 { // the test page alone was on the new roll
			t.Errorf("after a new roll %+v", forecast)
		}
		clerk, err := room.Unlock(ctx, "1007", "2468")
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []backroom.Kind{backroom.Leave, backroom.ShutDown, backroom.Restart} {
			if err := room.Act(ctx, clerk, backroom.Act{Kind: kind}); !errors.Is(err, backroom.ErrDenied) {
				t.Errorf("%s by a clerk: %v", kind, err)
			}
		}
		if err := room.Act(ctx, boss, backroom.Act{Kind: backroom.Restart}); err != nil {
			t.Error(err)
		}
		<-ctx.Done()
	})
	if n := len(tickets(peer)); n != 3 {
		t.Errorf("%d papers came out, want the ticket, its copy and the test page", n)
	}
	var acts []string
	for _, r := range events(t, o) {
		if r.Type == record.StaffActed || r.Type == record.StaffDenied {
			var d record.StaffActedData
			if err := json.Unmarshal(r.Data, &d); err != nil {
				t.Fatal(err)
			}
			acts = append(acts, strings.TrimSpace(d.Staff+" "+d.Act+" "+d.Detail))
		}
		if strings.Contains(string(r.Data), "2468") || strings.Contains(string(r.Data), "1111") {
			t.Errorf("a PIN is written down: %s", r.Data)
		}
	}
	want := "A1,A1 unlocked,A1 reprint B001,A1 paper,A1 test-print,A1 locked,1007 unlocked,A1 restart"
	if got := strings.Join(acts, ","); got != want {
		t.Errorf("written down %s, want %s", got, want)
	}
}

func checkStatus(t *testing.T, room *staffroom, ctx context.Context) {
	t.Helper()
	s, err := room.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if s.Printer.State != backroom.Well || s.Printer.PaperMM <= 0 || s.Network.State != backroom.Broken || s.DiskSize <= 0 || s.DiskFree <= 0 || s.Started.IsZero() {
		t.Errorf("status %+v", s)
	}
	if len(s.Tickets) != 1 || s.Tickets[0].Number != "B001" || s.Tickets[0].Service != "缴费" {
		t.Errorf("tickets %+v", s.Tickets)
	}
	found := false
	for _, l := range s.Log {
		found = found || strings.Contains(l.Text, "not as it should be what=a test") && !l.Error
	}
	if !found {
		t.Errorf("the warning is not in the log: %+v", s.Log)
	}
}

func TestAttemptsAtTheTouchscreenAreBounded(t *testing.T) {
	o := testOptions(t, nobody)
	staffed(t, &o)
	onScreen(t, o, func(ctx context.Context, d desk) {
		room := newStaffroom(d.Screen)
		var stopped *backroom.TooManyError
		for range 20 {
			_, err := room.Unlock(ctx, "1007", "0000")
			if errors.As(err, &stopped) {
				break
			}
			if !errors.Is(err, backroom.ErrDenied) {
				t.Fatal(err)
			}
		}
		if stopped == nil || !stopped.Until.After(d.Hall.Now()) {
			t.Fatalf("not stopped: %v", stopped)
		}
		if _, err := room.Unlock(ctx, "1007", "2468"); !errors.As(err, &stopped) {
			t.Errorf("the right PIN during the pause: %v", err)
		}
	})
}

func TestWithoutAListOfStaffNobodyIsLetIn(t *testing.T) {
	onScreen(t, testOptions(t, nobody), func(ctx context.Context, d desk) {
		if _, err := newStaffroom(d.Screen).Unlock(ctx, "1007", "2468"); !errors.Is(err, backroom.ErrDenied) {
			t.Errorf("let in: %v", err)
		}
	})
}

func TestTheLastWarningsAreRemembered(t *testing.T) {
	log, kept := remember(quiet())
	log.Info("not this")
	log.With("part", "printer").Error("this", "error", errors.New("broken"))
	for i := range mostLines {
		log.Warn("and that", slog.Int("i", i))
	}
	all := kept.latest()
	if len(all) != mostLines || all[0].text != fmt.Sprintf("and that i=%d", mostLines-1) || all[0].error {
		t.Errorf("%d lines, the first %+v", len(all), all[0])
	}
	log.With("part", "printer").Error(strings.Repeat("长", longestLine))
	if last := kept.latest()[0]; len(last.text) > longestLine || !last.error || strings.ContainsRune(last.text, '\uFFFD') {
		t.Errorf("a long line: %d bytes, %+v", len(last.text), last.error)
	}
}
