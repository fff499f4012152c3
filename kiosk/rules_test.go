package main

import (
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/queue"
)

func TestTheExampleBecomesRules(t *testing.T) {
	c, err := configs.LoadKiosk("../configs/kiosk.example.yaml", configs.KioskOverrides{Overrides: configs.Overrides{Data: t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := options(c, io.Discard, quiet())
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	r := o.Rules
	move, third := r.Services[3], r.Counters[2]
	if move.ID != "move" || move.Cap.Day != 40 || move.Cap.Windows[0] != (queue.CapWindow{From: 13*time.Hour + 30*time.Minute, To: 14*time.Hour + 30*time.Minute, Max: 8}) {
		t.Errorf("service %+v", move)
	}
	if r.Services[0].Target != (queue.Target{Within: 10 * time.Minute, Share: 0.8}) || !r.Services[0].CutOff {
		t.Errorf("service %+v", r.Services[0])
	}
	if long := third.Calling[1]; long.Services[0] != "repair" || long.When.LongestOver != 15*time.Minute || long.Order != queue.Longest {
		t.Errorf("rule %+v", long)
	}
	if r.Calling[0].Order != queue.Booked || r.Calling[0].Due != 5*time.Minute || r.Calling[1].Order != queue.Priority || r.Classes[2].HeadStart != 5*time.Minute {
		t.Errorf("rules %+v, classes %+v", r.Calling, r.Classes)
	}
	monday := time.Date(2026, 11, 23, 12, 30, 0, 0, r.Calendar.Zone)
	if _, open := r.Services[0].Hours.Open(monday, r.Calendar.Zone); open {
		t.Error("open during the break")
	}
	if next, ok := r.Services[0].Hours.Next(monday, r.Calendar.Zone); !ok || !next.Equal(monday.Add(time.Hour)) {
		t.Errorf("opens again at %s", next)
	}
	if o.Names.Outcomes["done"].Zh == "" || o.Names.Classes["senior"].En == "" || r.Recalls != 3 || r.Undo != 10*time.Second {
		t.Errorf("names %+v", o.Names)
	}
}

// TestStaffOfUnknownServicesCanWork keeps a list that is a day ahead of the station's services from closing it.
func TestStaffOfUnknownServicesCanWork(t *testing.T) {
	var told strings.Builder
	d := testDocuments()
	d.log = slog.New(slog.NewTextHandler(&told, nil))
	d.ownStaff = []byte(`{"staff":[{"number":"7","name":"王芳","role":"clerk","card":"00000000000000000000000000000001","services":["loan"]}]}`)
	if l, err := d.read(record.Desired{}); err != nil || l.roster == nil || !strings.Contains(told.String(), "loan") {
		t.Errorf("%+v, %v, told: %s", l, err, told.String())
	}
}

func TestOwnFilesAreChecked(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "nothing")
	for want, spoil := range map[string]func(*configs.Kiosk){
		"staff_file " + missing:     func(c *configs.Kiosk) { c.StaffFile = missing },
		"staff_key_file " + missing: func(c *configs.Kiosk) { c.StaffKeyFile = missing },
		"board: ":                   func(c *configs.Kiosk) { c.Board = configs.Board{Speech: configs.SpeechClips, Clips: missing} },
	} {
		c, err := configs.LoadKiosk("", configs.KioskOverrides{Overrides: configs.Overrides{Station: "test", Broker: nobody, Data: t.TempDir()}})
		if err != nil {
			t.Fatal(err)
		}
		spoil(&c)
		if _, err := options(c, io.Discard, quiet()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestKeyIsMadeOnceAndChecked(t *testing.T) {
	dir := t.TempDir()
	first, err := readKey(dir)
	if err != nil || len(first) != keyLength {
		t.Fatalf("%d bytes, %v", len(first), err)
	}
	if again, err := readKey(dir); err != nil || string(again) != string(first) {
		t.Errorf("another key at the second start: %v", err)
	}
	if err := memory(filepath.Join(dir, keyName)).Save([]byte("short")); err != nil {
		t.Fatal(err)
	}
	if _, err := readKey(dir); err == nil || !strings.Contains(err.Error(), "5 bytes") {
		t.Errorf("a short key: %v", err)
	}
	if _, err := readKey(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a key was made in no folder")
	}
}

func TestCareIsMapped(t *testing.T) {
	c := configs.Kiosk{Care: configs.Care{Worst: 2, Owner: "1001", Rating: 48 * time.Hour, Complaint: 48 * time.Hour, ComplaintDays: 5,
		Topics: []configs.Topic{{ID: "wait", Zh: "等候", En: "Waiting", Owner: "1002", Details: []configs.Detail{{ID: "long", Zh: "太久", En: "Too long"}}}}}}
	r, err := caseRules(c)
	if err != nil {
		t.Fatal(err)
	}
	r.Zone = time.UTC
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
	if r.Threshold != 2 || r.Owner != "1001" || r.Due[cases.Rating] != (cases.Due{Time: 48 * time.Hour}) || r.Due[cases.Complaint] != (cases.Due{Days: 5}) {
		t.Errorf("rules %+v", r)
	}
	if topic, ok := r.Topic("wait"); !ok || topic.Owner != "1002" || len(topic.Details) != 1 || topic.Details[0].Text.En != "Too long" {
		t.Errorf("topic %+v", topic)
	}
}
