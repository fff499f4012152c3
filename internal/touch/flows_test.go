package touch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/internal/touch"
	"stationkeeper/kiosk/printer/virtual"
)

// english is the home screen in English.
const english = "Please choose a service"

// TestSurvey is somebody without a ticket who is not content: a case is opened, whose number they are told.
func TestSurvey(t *testing.T) {
	s := open(t, prop{})
	s.touch("English", english)
	s.touch("Rate us", "Which visit is it about?")
	s.touch("I have no ticket", "All in all, how satisfied are you?")
	s.touch("Very dissatisfied", "What was not good? Choose any.")
	s.tap("The wait was too long", func(v touch.View) bool { return v.Reads("✓") || v.Reads("Continue") })
	s.touch("Stop here and send", "Case number")
	var answered record.SurveyAnsweredData
	s.written(record.SurveyAnswered, 1, &answered)
	if answered.Score != 1 || answered.Ticket != "" || answered.Channel != record.ChannelLobby || answered.Language != "en" || len(answered.Answers) == 0 {
		t.Errorf("answered: %+v", answered)
	}
	var opened record.CaseData
	s.written(record.CaseOpened, 1, &opened)
	if opened.Score != 1 || opened.Cause != "rating" {
		t.Errorf("case: %+v", opened)
	}
	s.reads(opened.Number)
	s.touch("Done", chinese)
}

// TestSurveyOfAVisit rates a visit by the number on its ticket, which can be done once.
func TestSurveyOfAVisit(t *testing.T) {
	s := open(t, prop{})
	s.touch("缴费", "B001")
	s.touch("完成", chinese)
	var ticket struct{ ID string }
	s.ask("/api/counters/1/call", map[string]string{}, &ticket)
	s.ask("/api/counters/1/finish", map[string]string{"ticket": ticket.ID}, nil)
	s.written(record.TicketServed, 1, nil)
	number := func() {
		s.touch("English", english)
		s.touch("Rate us", "Which visit is it about?")
		s.touch("Type its number", "Your ticket's number")
		s.keys("B001")
	}
	number()
	s.touch("OK", "All in all, how satisfied are you?", "B001")
	s.touch("Very satisfied", "Question 2")
	s.touch("Stop here and send", "Thank you for your rating")
	var answered record.SurveyAnsweredData
	s.written(record.SurveyAnswered, 1, &answered)
	if answered.Score != 5 || answered.Ticket != ticket.ID || answered.Service != "payment" || answered.Counter != "1" {
		t.Errorf("answered: %+v", answered)
	}
	s.touch("Done", chinese)
	number()
	s.touch("OK", "This visit has been rated already")
	s.written(record.SurveyAnswered, 1, nil)
	s.written(record.CaseOpened, 0, nil)
}

func TestComplaint(t *testing.T) {
	s := open(t, prop{})
	s.touch("English", english)
	s.touch("Complaints", "What would you like to tell us?")
	s.touch("A complaint", "What is it about?")
	s.touch("Waiting and calling", "What was it?")
	s.tap("Too few counters open", func(v touch.View) bool { _, ok := v.Find("Continue"); return ok })
	s.touch("Continue", "Shall we call you back?")
	s.keys("13800138000")
	v := s.reads("138 0013 8000")
	if !v.Private {
		t.Error("a telephone number is not said to be private")
	}
	s.touch("Continue", "Is this right?")
	s.written(record.ComplaintFiled, 0, nil)
	s.touch("Send", "We have got it")
	var filed record.ComplaintData
	s.written(record.ComplaintFiled, 1, &filed)
	if filed.Kind != "complaint" || filed.Phone != "13800138000" || len(filed.Details) != 1 || filed.Language != "en" {
		t.Errorf("filed: %+v", filed)
	}
	var opened record.CaseData
	s.written(record.CaseOpened, 1, &opened)
	if opened.From != filed.Complaint || opened.Deadline == nil {
		t.Errorf("case: %+v", opened)
	}
	s.reads(opened.Number)
}

// TestCheckIn checks in by the last digits of a telephone number.
func TestCheckIn(t *testing.T) {
	s := open(t, prop{config: "appointments: {early: 12h, late: 12h, missed: 12h}\n"})
	s.book(map[string]any{"id": "a1", "service": "payment", "at": soon(), "name": "王**", "phone": "5678"})
	s.touch("English", english)
	s.touch("Check in", "Appointment check-in")
	s.touch("Last 4 digits of your phone", "Type the last 4 digits")
	s.keys("5678")
	s.touch("OK", "B001")
	var arrived record.AppointmentData
	s.written(record.AppointmentArrived, 1, &arrived)
	var issued record.TicketIssuedData
	s.written(record.TicketIssued, 1, &issued)
	if arrived.Appointment != "a1" || issued.Appointment != "a1" || issued.Number != "B001" {
		t.Errorf("arrived: %+v, issued: %+v", arrived, issued)
	}
}

// soon is the time of an appointment that customers may arrive for.
func soon() string { return time.Now().Add(30 * time.Minute).Format(time.RFC3339) }

// book gives the kiosk appointments from head office.
func (s *stage) book(appointments ...map[string]any) {
	s.t.Helper()
	text, err := json.Marshal(map[string]any{"appointments": appointments})
	s.must(err)
	_, err = office.Configure(s.ctx, touch.Station, s.kiosk.Node, map[string]json.RawMessage{"appointments": text})
	s.must(err)
	s.written(record.AppointmentBooked, len(appointments), nil)
}

// TestPaperEnds takes a ticket in the middle of which the paper ends, and another after a new roll was put in.
func TestPaperEnds(t *testing.T) {
	s := open(t, prop{printer: &virtual.Options{}})
	s.touch("缴费", "B001")
	s.paper(1)
	s.touch("完成", chinese)
	s.printer.Load(1)
	s.touch("English", english)
	if v := s.touch("Payment", "B002"); v.Reads("Please take your ticket") {
		t.Errorf("paper is promised that is not there: %s", v.Texts())
	}
	s.written(record.TicketIssued, 2, nil)
	s.touch("Done", chinese)
	s.printer.Load(50_000)
	s.must(s.kiosk.Await(s.ctx, "the printer is ready again", func() bool {
		return strings.Count(strings.Join(s.kiosk.Lines(), "\n"), `msg="printer ready"`) == 2
	}))
	s.touch("缴费", "B003")
	s.reads("请取走您的小票")
	s.written(record.TicketIssued, 3, nil)
	s.written(record.TicketPrinted, 2, nil)
	var numbers []string
	for _, piece := range s.printer.Pieces() {
		for _, line := range piece.Lines {
			if strings.HasPrefix(line, "B0") && piece.Cut {
				numbers = append(numbers, line)
			}
		}
	}
	if !slices.Equal(numbers, []string{"B001", "B003"}) {
		t.Errorf("cut off were %v", numbers)
	}
}

// TestClosed comes after hours: the screen is dark, a touch wakes it, and it says that nobody is there.
func TestClosed(t *testing.T) {
	s := open(t, prop{config: "hours: {never: {}}\nservices:\n  - {id: pay, prefix: A, name_zh: 缴费, name_en: Payment, hours: never}\n"})
	s.reads("轻触屏幕开始")
	s.must(s.kiosk.TapThing(s.ctx, "the dark screen", func(v touch.View) (touch.Thing, bool) {
		return touch.Thing{Width: v.Width, Height: v.Height}, v.Screen == "dark"
	}))
	v := s.reads("本机暂停取号")
	if tiles := v.Kinds("tile"); len(tiles) > 0 {
		t.Errorf("closed, and yet: %s", v.Texts())
	}
	s.written(record.TicketIssued, 0, nil)
}

// TestStaff finds the staff's screen, is refused with a wrong PIN and let in with the right one.
func TestStaff(t *testing.T) {
	var roster string
	s := open(t, prop{prepare: func(folder string) (err error) { roster, err = hire(folder); return err },
		more: func() string { return fmt.Sprintf("staff_file: %q\n", roster) }})
	s.reads(chinese)
	unlock := func(pin string) {
		s.knock()
		s.reads("请输入您的工号")
		s.keys("3001")
		s.touch("确定", "请输入您的密码")
		s.keys(pin)
		v := s.reads(strings.Repeat("•", len(pin)))
		if v.Reads(pin) || !v.Private {
			t.Errorf("a PIN can be read: %s", v.Texts())
		}
	}
	unlock("000000")
	s.touch("确定", "工号或密码不对")
	s.written(record.StaffDenied, 1, nil)
	s.touch("返回首页", chinese)
	unlock(pin)
	s.touch("确定", "王芳", "打印机")
	var acted record.StaffActedData
	s.written(record.StaffActed, 1, &acted)
	if acted.Staff != "3001" || acted.Act != "unlocked" {
		t.Errorf("acted: %+v", acted)
	}
	s.touch("锁定", chinese)
}

// knock taps the hidden spot five times.
func (s *stage) knock() {
	s.t.Helper()
	for {
		for range 5 {
			s.must(s.kiosk.Display.TapAt(s.ctx, 40, 40))
		}
		short, cancel := context.WithTimeout(s.ctx, 3*time.Second)
		_, err := s.kiosk.Until(short, "the staff's screen", func(v touch.View) bool { return v.Screen != "home" })
		cancel()
		if err == nil {
			return
		}
		s.must(context.Cause(s.ctx))
	}
}

// pin is the supervisor's.
const pin = "246810"

// hire writes a list of staff with one supervisor, and returns where it is.
func hire(folder string) (path string, err error) {
	cmd := exec.Command(filepath.Join(bin, "kiosk"), "staff", "hash")
	cmd.Stdin = strings.NewReader(pin + "\n")
	hash, err := cmd.Output()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"staff": []map[string]any{
		{"number": "3001", "name": "王芳", "role": "supervisor", "pin": strings.TrimSpace(string(hash))}}})
	path = filepath.Join(folder, "staff.json")
	return path, errors.Join(err, os.WriteFile(path, text, 0o600))
}
