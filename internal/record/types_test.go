package record

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"testing"
	"time"
)

// examples is the data of each type of record, every member filled in.
var examples = map[string]any{
	NodeStarted:     NodeData{Program: "agent", Version: "1.0"},
	NodeStopped:     NodeData{Program: "agent", Version: "1.0"},
	JournalReplaced: JournalReplacedData{SetAside: "journal.db.damaged-20261123T083000.000Z", Reason: "the file is empty", Previous: "6f0e1c9a-3b7d-4bad-9bdd-2b0d7b3dcb6d", Recovered: 812, Missing: 3},
	ClockChanged:    ClockChangedData{Step: 1795422600.5, From: time.UnixMilli(0).UTC(), To: time.Date(2026, 11, 23, 8, 30, 0, 500e6, time.UTC), Clock: Synced},
	DoorOpened:      DoorData{Initial: true},
	DoorClosed:      DoorData{},
	BadgePresented:  BadgeData{Card: "••••4711"},
	InputActivated:  InputData{Kind: "leak", Initial: true},
	InputRested:     InputData{Kind: "leak"},
	AccessGranted: AccessData{Reader: "machine-room/reader", Direction: "in", Method: "two-card", Card: "••••4711", Person: "p7", Name: "王芳",
		Second: "p8", Visitor: true, Purpose: "WO-2211", Remarks: []string{"anti-passback"}, Unlocked: 5, By: "duty", Request: "c1"},
	AccessDenied:     AccessData{Reader: "machine-room/reader", Direction: "in", Method: "card", Card: "••••4711", Hash: "9f86d081884c7d659a2feaa0c55ad015", Reason: "unknown-card", Attempts: 3},
	AccessUnused:     AccessData{Reader: "machine-room/reader", Direction: "in", Method: "card", Card: "••••4711", Person: "p7", Name: "王芳"},
	PassbackForgiven: AccessData{Person: "p7", By: "duty", Request: "c9"},
	RegisterEntered:  RegisterData{Visit: "812", Person: "p7", Name: "王芳", Card: "••••4711", Visitor: true, Purpose: "WO-2211", Door: "machine-room/door", Since: half},
	RegisterLeft: RegisterData{Visit: "812", Person: "p7", Name: "王芳", Card: "••••4711", Visitor: true, Purpose: "WO-2211", Door: "machine-room/door", Since: half,
		Inside: 1800.5, How: "badge"},
	ModeChanged:         ModeData{Mode: "lockdown", By: "duty", Reason: "drill", Request: "c2"},
	MaintenanceBegan:    MaintenanceData{Points: []string{"machine-room"}, By: "duty", Until: half, Reason: "new air conditioning"},
	MaintenanceEnded:    MaintenanceData{Points: []string{"machine-room"}, By: "duty", Until: half, Reason: "over"},
	ConfigApplied:       ConfigData{Version: 7, Documents: []string{"access", "alarms"}, By: "duty"},
	ConfigRefused:       ConfigData{Version: 8, Documents: []string{"access"}, By: "duty", Reason: "access: cards[3].hash: missing"},
	CommandExecuted:     CommandData{ID: "c1", Verb: "door.unlock", By: "duty", Issued: half, Expires: half, Outcome: Done},
	CommandRefused:      CommandData{ID: "c1", Verb: "door.unlock", By: "duty", Issued: half, Expires: half, Outcome: Expired, Reason: "it expired 3 minutes ago"},
	AlarmRepeated:       AlarmData{Serial: 8, Rule: "forced", Level: "critical", Kind: "condition", Reason: "opened without a grant", Times: 12, Inhibited: "duty"},
	PointFailed:         PointData{Quality: Faulty, Reason: "no answer at address 0x48"},
	PointRecovered:      PointData{Quality: Good},
	AlarmRaised:         AlarmData{Serial: 7, Rule: "high", Level: "major", Value: 27.5, Limit: 27, Unit: "°C"},
	AlarmCleared:        AlarmData{Serial: 7, Rule: "high", Level: "major", Value: 25.9, Limit: 27, Unit: "°C"},
	TemperatureMeasured: MeasurementData{Value: 21.4375, Unit: "°C"},
	HumidityMeasured:    MeasurementData{Value: 45, Unit: "%RH"},
	ReplayEnded:         ReplayEndedData{File: "office.csv", Readings: 7267},
	TicketIssued: TicketIssuedData{Ticket: "t1", Number: "A012", Service: "payment", Ahead: 3, Class: "senior", Request: "r1",
		Appointment: "a1", Booked: &half, Visit: "t0", Person: "p1", Rest: []Leg{{Service: "repair", Counter: "4"}},
		Quote: &Quote{Ahead: 3, Low: 120, Expected: 300, High: 600, Known: true}},
	TicketCalled:         TicketCalledData{Ticket: "t1", Number: "A012", Service: "payment", Counter: "2", Clerk: "1007", Wait: 61.5, Rule: "long repairs", Lane: "senior", Request: "r2"},
	TicketRecalled:       TicketRecalledData{Ticket: "t1", Number: "A012", Service: "payment", Counter: "2", Request: "r3"},
	TicketServed:         TicketServedData{Ticket: "t1", Number: "A012", Service: "payment", Counter: "2", Clerk: "1007", Wait: 61.5, Serving: 180, Outcome: "done", Note: "paid in cash", Next: &Leg{Service: "repair"}, Request: "r4"},
	TicketLeft:           TicketLeftData{Ticket: "t1", Number: "A012", Service: "payment", Wait: 600, Reason: "no-show", Counter: "2", Request: "r5"},
	TicketReturned:       TicketReturnedData{Ticket: "t1", Number: "A012", Service: "payment", Counter: "2", Place: 3, Turn: half, Request: "r7"},
	TicketHeld:           TicketHeldData{Ticket: "t1", Number: "A012", Service: "payment", Counter: "2", Reason: "fills in the form", Remind: &half, Request: "r8"},
	TicketTransferred:    TicketTransferredData{Ticket: "t1", Number: "A012", From: "payment", Service: "repair", Counter: "2", Clerk: "1007", To: "4", Back: true, Wait: 61.5, Serving: 30, Turn: half, Note: "needs a technician", Request: "r9"},
	TicketClassed:        TicketClassedData{Ticket: "t1", Number: "A012", Class: "senior", Request: "r10"},
	TicketUndone:         TicketUndoneData{Counter: "2", Clerk: "1007", Action: "call", Ticket: "t1", Number: "A012", Undone: "r2", Request: "r11"},
	QueueQuoted:          QueueQuotedData{Quotes: []TicketQuote{{Ticket: "t1", Quote: Quote{Ahead: 3, Low: 120, Expected: 300, High: 600, Known: true}}, {Ticket: "t2"}}},
	CounterOpened:        CounterData{Counter: "2", Clerk: "1007", Services: []string{"payment"}, Request: "r12"},
	CounterPaused:        CounterData{Counter: "2", Clerk: "1007", Reason: "break"},
	CounterResumed:       CounterData{Counter: "2", Clerk: "1007"},
	CounterClosed:        CounterData{Counter: "2", Clerk: "1007", Reason: "shift-over"},
	AppointmentBooked:    AppointmentData{Appointment: "a1", Service: "repair", At: half, Name: "王**", Origin: "head-office"},
	AppointmentCancelled: AppointmentData{Appointment: "a1", Service: "repair", At: half, Origin: "1007", Reason: "customer rang", Request: "r13"},
	AppointmentArrived:   AppointmentData{Appointment: "a1", Service: "repair", At: half, Ticket: "t1", Late: -240, Request: "r14"},
	AppointmentMissed:    AppointmentData{Appointment: "a1", Service: "repair", At: half},
	StaffLoggedIn:        StaffData{Staff: "1007", Role: "clerk", Counter: "2", Method: "badge"},
	StaffLoggedOut:       StaffData{Staff: "1007", Role: "clerk", Counter: "2", Reason: "shift-over"},
	StaffDenied:          StaffData{Staff: "1007", Method: "pin", Reason: "wrong-pin"},
	PageFailed:           PageFailedData{Message: "x is undefined", Where: "/assets/counter.js:12:7", Browser: "Chromium", Times: 3},
	SurveyAnswered: SurveyAnsweredData{Score: 2, Ticket: "t1", Request: "r6", Service: "payment", Counter: "2", Clerk: "1007", Questionnaire: "visit", Version: 3,
		Answers: []SurveyAnswer{{Question: "attitude", Score: 2}, {Question: "reasons", Options: []string{"wait"}}}, Channel: ChannelLobby, Language: "zh", Suppressed: 3},
	ComplaintFiled: ComplaintData{Complaint: "p1", Kind: "complaint", Topic: "wait", Details: []string{"few-counters"}, Text: "等了一个小时", Phone: "13800001234",
		Ticket: "t1", Service: "payment", Channel: ChannelTelephone, Language: "zh", Request: "r15"},
	CaseOpened: CaseData{Case: "k1", Number: "20261124-003", Cause: "complaint", From: "p1", Ticket: "t1", Service: "payment", Topic: "wait", Score: 2,
		Owner: "supervisor", Deadline: &half, Request: "r15"},
	CaseAssigned:    CaseData{Case: "k1", Number: "20261124-003", Owner: "1001", Deadline: &half, By: "1001", Request: "r16"},
	CaseNoted:       CaseData{Case: "k1", Number: "20261124-003", By: "1001", Note: "rang, no answer", Request: "r17"},
	CaseOverdue:     CaseData{Case: "k1", Number: "20261124-003", Owner: "1001", Deadline: &half},
	CaseClosed:      CaseData{Case: "k1", Number: "20261124-003", By: "1001", Outcome: "settled", Note: "apologised", Request: "r18"},
	TicketPrinted:   PrintData{Ticket: "t1", Number: "A012", Copy: 1, Length: 92},
	TicketUnprinted: PrintData{Ticket: "t1", Number: "A012", Copy: 2, Reason: "paper-out", Request: "r19"},
	PaperReplaced:   PaperData{Length: 50000, By: "1001", Printed: 48620},
	StaffActed:      StaffActedData{Staff: "1001", Act: "reprint", Detail: "A012"},
	ScreenCaptured:  ScreenData{Width: 1080, Height: 1920, Masked: true, Screen: "home", Image: []byte{0x89, 'P', 'N', 'G'}, By: "duty", Request: "c3"},
}

func TestDataMatchesItsGoldenFile(t *testing.T) {
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(examples); err != nil {
		t.Fatal(err)
	}
	const path = "testdata/data.json"
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got:\n%s\nwant:\n%s", &got, want)
	}
}

func TestEveryTypeHasAnExampleThatIsValid(t *testing.T) {
	for name, data := range examples {
		e := NewEntry(name, "source", half, data)
		r := Record{Seq: 1, Type: e.Type, Source: e.Source, Time: e.Time, Clock: Synced, Data: e.Data}
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "types.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := examples[value]; !ok {
			t.Errorf("type %s (%s) has no example", value, spec.Names[0])
		}
		return true
	})
}
