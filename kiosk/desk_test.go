package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/queue"
	"stationkeeper/ui/checkin"
	"stationkeeper/ui/complaint"
	"stationkeeper/ui/lang"
	uisurvey "stationkeeper/ui/survey"
)

// onScreen runs a kiosk whose touchscreen is the test.
func onScreen(t *testing.T, o Options, act func(ctx context.Context, d desk)) {
	t.Helper()
	o.Show = func(ctx context.Context, s Screen) error {
		act(ctx, desk{Screen: s, channel: record.ChannelLobby})
		return nil
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
}

func TestCheckIn(t *testing.T) {
	o := testOptions(t, nobody)
	o.Address = "https://hall.example.org"
	onScreen(t, o, func(ctx context.Context, d desk) {
		now := d.Hall.Now()
		list := []appointments.Appointment{
			{ID: "a1", Service: "payment", At: now.Add(10 * time.Minute), Phone: "1234", Name: appointments.Mask("王芳")},
			{ID: "a2", Service: "repair", At: now.Add(20 * time.Minute), Phone: "1234", Name: appointments.Mask("李强")},
			{ID: "a3", Service: "repair", At: now.Add(3 * time.Hour), Code: "QX7K", Phone: "9999", Name: appointments.Mask("赵敏")},
			{ID: "a4", Service: "repair", At: now.Add(5 * time.Minute), Phone: "5678", Name: appointments.Mask("孙丽")},
		}
		if _, err := d.Hall.Appoint(ctx, appointments.Merge{List: list}); err != nil {
			t.Fatal(err)
		}
		one, err := d.CheckIn(ctx, checkin.Proof{Phone: "5678"}, "r1")
		if err != nil || one.Ticket == nil || one.Ticket.Number != "C001" || !strings.HasPrefix(one.Ticket.Page, o.Address+"/t/") {
			t.Fatalf("the only one with these digits: %+v, %v", one, err)
		}
		if again, err := d.CheckIn(ctx, checkin.Proof{Phone: "5678"}, "r1"); err != nil || *again.Ticket != *one.Ticket {
			t.Errorf("the same wish again: %+v, %v", again, err)
		}
		several, err := d.CheckIn(ctx, checkin.Proof{Phone: "1234"}, "r2")
		if err != nil || len(several.Choose) != 2 || several.Choose[0].Name != appointments.Mask("王芳") {
			t.Fatalf("two with the same digits: %+v, %v", several, err)
		}
		if chosen, err := d.CheckIn(ctx, checkin.Proof{Phone: "1234", ID: "a2"}, "r3"); err != nil || chosen.Ticket == nil || chosen.Ticket.Service != "repair" {
			t.Errorf("one of two: %+v, %v", chosen, err)
		}
		if _, err := d.CheckIn(ctx, checkin.Proof{Phone: "1234", ID: "a3"}, "r4"); !errors.Is(err, checkin.ErrUnknown) {
			t.Errorf("the appointment of somebody else: %v", err)
		}
		var early *checkin.EarlyError
		if _, err := d.CheckIn(ctx, checkin.Proof{Code: "QX7K"}, "r5"); !errors.As(err, &early) || !early.From.Equal(list[2].At.Add(-30*time.Minute)) {
			t.Errorf("too early: %v, from %+v", err, early)
		}
		for _, unknown := range []checkin.Proof{{Phone: "0000"}, {Code: "NONE"}, {Phone: "12x4"}} {
			if _, err := d.CheckIn(ctx, unknown, "r6"); !errors.Is(err, checkin.ErrUnknown) {
				t.Errorf("%+v: %v", unknown, err)
			}
		}
		if _, err := d.CheckIn(ctx, checkin.Proof{Phone: "5678"}, "r7"); !errors.Is(err, checkin.ErrUsed) {
			t.Errorf("checked in before: %v", err)
		}
	})
}

func TestSurveyOfAVisit(t *testing.T) {
	o := testOptions(t, nobody)
	o.Address = "https://hall.example.org"
	onScreen(t, o, func(ctx context.Context, d desk) {
		ticket, err := d.TakeTicket(ctx, "payment", "r1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Visit(ctx, uisurvey.Proof{Number: ticket.Number}); !errors.Is(err, uisurvey.ErrNotServed) {
			t.Errorf("before the call: %v", err)
		}
		for _, c := range []queue.Command{queue.Call{Counter: "2"}, queue.Finish{Counter: "2"}} {
			if _, err := d.Hall.Do(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range []uisurvey.Proof{{Number: ticket.Number}, {Scan: ticket.Page}} {
			if v, err := d.Visit(ctx, p); err != nil || v.Ticket != ticket.ID || v.Counter.In(lang.English) != "Counter 2" || v.Service.In(lang.Chinese) == "" {
				t.Errorf("%+v: %+v, %v", p, v, err)
			}
		}
		for _, p := range []uisurvey.Proof{{Number: "Z999"}, {Scan: "https://elsewhere.example/"}, {Scan: o.Address + "/t/" + strings.Repeat("a", 26)}} {
			if _, err := d.Visit(ctx, p); !errors.Is(err, uisurvey.ErrNoVisit) {
				t.Errorf("%+v: %v", p, err)
			}
		}
		rating := uisurvey.Rating{Visit: ticket.ID, Score: 1, Language: lang.English, Request: "r2"}
		number, err := d.Rate(ctx, rating)
		if err != nil || number == "" {
			t.Errorf("a bad rating: case %q, %v", number, err)
		}
		if again, err := d.Rate(ctx, rating); err != nil || again != number {
			t.Errorf("the same wish again: case %q, %v", again, err)
		}
		rating.Request = "r3"
		if _, err := d.Rate(ctx, rating); !errors.Is(err, uisurvey.ErrRated) {
			t.Errorf("a second rating: %v", err)
		}
		if _, err := d.Visit(ctx, uisurvey.Proof{Number: ticket.Number}); !errors.Is(err, uisurvey.ErrRated) {
			t.Errorf("the visit once it is rated: %v", err)
		}
	})
}

func TestComplaint(t *testing.T) {
	o := testOptions(t, nobody)
	onScreen(t, o, func(ctx context.Context, d desk) {
		offered := topics(d.Hall.Snapshot())
		if len(offered) == 0 || len(offered[0].Details) == 0 || offered[0].Names.In(lang.English) == "" {
			t.Fatalf("topics %+v", offered)
		}
		c := complaint.Complaint{Kind: complaint.KindComplaint, Topic: offered[0].ID, Details: []string{offered[0].Details[0].ID}, Phone: "13800001234",
			Language: lang.Chinese, Request: "r1"}
		receipt, err := d.File(ctx, c)
		if err != nil || receipt.Number == "" || !receipt.Deadline.After(d.Hall.Now()) {
			t.Errorf("%+v, %v", receipt, err)
		}
		if again, err := d.File(ctx, c); err != nil || again != receipt {
			t.Errorf("the same wish again: %+v, %v", again, err)
		}
		praise := complaint.Complaint{Kind: complaint.KindPraise, Topic: offered[0].ID, Request: "r2"}
		if receipt, err := d.File(ctx, praise); err != nil || receipt.Number != "" {
			t.Errorf("praise: %+v, %v", receipt, err)
		}
		if got := d.Page(ctx); got != "" {
			t.Errorf("a page where telephones reach nothing: %s", got)
		}
		d.Address = "https://hall.example.org"
		if got := d.Page(ctx); !strings.HasPrefix(got, d.Address+"/c/") {
			t.Errorf("the page to write on: %s", got)
		}
	})
	if got := written(t, o); !slices.Contains(got, record.ComplaintFiled) || !slices.Contains(got, record.CaseOpened) {
		t.Errorf("written down: %s", got)
	}
}
