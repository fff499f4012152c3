package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/queue"
)

func asked(version uint64, documents map[string]string) record.Desired {
	d := record.Desired{Version: version, Issued: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), By: "duty", Documents: map[string]json.RawMessage{}}
	for name, text := range documents {
		d.Documents[name] = json.RawMessage(text)
	}
	return d
}

func testDocuments() *documents {
	return newDocuments(Options{Rules: queue.Rules{Services: []queue.Service{{ID: "pay", Prefix: "A"}}}, Options: node.Options{Log: quiet()}})
}

func TestDocumentsAreReadAsAWhole(t *testing.T) {
	d := testDocuments()
	l, err := d.read(asked(1, map[string]string{
		"notices":      `{"notices":[{"id":"n","zh":"注意","en":"Mind","until":"2026-12-01T00:00:00Z"}]}`,
		"appointments": `{"appointments":[{"id":"a1","service":"pay","at":"2026-11-23T10:00:00Z"}]}`,
	}))
	if err != nil || !l.listed || len(l.appointments) != 1 || len(l.notices) != 1 || l.notices[0].Zh != "注意" || l.notices[0].Until.IsZero() || l.roster != nil {
		t.Errorf("%+v, %v", l, err)
	}
	if l, err := d.read(record.Desired{}); err != nil || l.listed || l.roster != nil || l.notices != nil {
		t.Errorf("the station's own: %+v, %v", l, err)
	}
}

func TestDocumentsAreRefusedWithEveryProblem(t *testing.T) {
	_, err := testDocuments().read(asked(1, map[string]string{
		"notices":      `{"notices":[{"id":"","zh":"注意","en":"Mind","from":"2026-12-01T00:00:00Z","until":"2026-11-01T00:00:00Z"}]}`,
		"appointments": `{"appointments":[{"id":"a1","service":"loan","at":"2026-11-23T10:00:00Z"}]}`,
		"staff":        `{"staff":[{"number":"7"}]}`,
		"weather":      `{}`,
	}))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"notices[0].id", "notices[0].until", "appointments[0].service: unknown service \"loan\"", "document staff: ", "document weather: not known here"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

func TestTheStationsOwnListsHoldUntilHeadOfficeSendsOthers(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile("../configs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	o := Options{Options: node.Options{Log: quiet()}, Information: []byte(`{"pledge":[{"zh":"自己的承诺","en":"Our own"}]}`)}
	d := newDocuments(o)
	own, err := d.read(record.Desired{})
	if err != nil || len(own.information.Pledge) != 1 || own.questionnaire != nil {
		t.Errorf("the station's own: %+v, %v", own, err)
	}
	theirs, err := d.read(asked(1, map[string]string{"information": read("information.example.json"), "questionnaire": read("questionnaire.example.json")}))
	if err != nil || len(theirs.information.Prices) == 0 || theirs.questionnaire == nil || theirs.questionnaire.Version == 0 {
		t.Errorf("head office's: %+v, %v", theirs, err)
	}
	if _, err := d.read(asked(2, map[string]string{"information": `{"prices":1}`, "questionnaire": `{}`})); err == nil ||
		!strings.Contains(err.Error(), "document information: ") || !strings.Contains(err.Error(), "document questionnaire: ") {
		t.Errorf("bad ones: %v", err)
	}
}

func TestOfManyVersionsTheLastIsDealtWith(t *testing.T) {
	d := testDocuments()
	for version := range uint64(5) {
		d.desired(asked(version, nil))
	}
	if got := <-d.wanted; got.Version != 4 {
		t.Errorf("version %d", got.Version)
	}
}

func TestHeadOfficesDocumentsComeIntoForceAndStay(t *testing.T) {
	office := mustOffice(t)
	o := testOptions(t, office.url)
	service := o.Rules.Services[0].ID
	soon := time.Now().Add(10 * time.Minute).UTC().Format(time.RFC3339)
	good := asked(3, map[string]string{
		"notices":      `{"notices":[{"id":"n","zh":"注意","en":"Mind"}]}`,
		"appointments": fmt.Sprintf(`{"appointments":[{"id":"a1","service":%q,"at":%q,"code":"K73"}]}`, service, soon),
	})
	o.Show = func(ctx context.Context, s Screen) error {
		if r := office.wants(t, good); r.Version != 3 || r.Refused != nil {
			t.Errorf("reported %+v, %+v", r, r.Refused)
		}
		if r := office.wants(t, asked(4, map[string]string{"notices": `{"notices":1}`})); r.Version != 3 || r.Refused == nil || !strings.Contains(r.Refused.Reason, "notices") {
			t.Errorf("reported of a bad one: %+v", r)
		}
		return nil
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
	o.Broker.URL = "tcp://127.0.0.1:1" // what is in force needs no head office
	o.Show = func(ctx context.Context, s Screen) error {
		if got := s.Hall.Snapshot(); len(got.Notices) != 1 || got.Notices[0].En != "Mind" {
			t.Errorf("notices after a restart: %+v", got.Notices)
		}
		ticket, err := s.Hall.Arrive(ctx, appointments.Arrive{Code: "k73"}, "")
		if err != nil || ticket.Service != service {
			t.Errorf("arrival: %+v, %v", ticket, err)
		}
		return nil
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(written(t, o), " ")
	for typ, want := range map[string]int{record.ConfigApplied: 1, record.ConfigRefused: 1, record.AppointmentBooked: 1, record.AppointmentArrived: 1} {
		if got := strings.Count(words, typ); got != want {
			t.Errorf("%d of %s, want %d: %s", got, typ, want, words)
		}
	}
}
