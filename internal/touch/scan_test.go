package touch_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/internal/touch"
)

// TestScanner shows a scanner that types like a keyboard an appointment's code, and after the visit the ticket: nothing is
// touched before. In between nobody has the keyboard, as when another window had it and has gone.
func TestScanner(t *testing.T) {
	if programs.Raced {
		t.Skip("under the race detector, which slows the screen, keys seem to come as slowly as people type them")
	}
	s := open(t, prop{config: "appointments: {early: 12h, late: 12h, missed: 12h}\nboard: {address: \"http://192.0.2.7:8090\"}\n"})
	s.book(map[string]any{"id": "a1", "service": "payment", "at": soon(), "name": "王**", "code": "K3F9X"})
	v := s.scan("K3F9X", "B001")
	var arrived record.AppointmentData
	s.written(record.AppointmentArrived, 1, &arrived)
	var issued record.TicketIssuedData
	s.written(record.TicketIssued, 1, &issued)
	if arrived.Appointment != "a1" || issued.Appointment != "a1" || issued.Number != "B001" {
		t.Errorf("arrived: %+v, issued: %+v", arrived, issued)
	}
	page := ""
	for _, thing := range v.Things {
		if thing.Kind == "code" {
			page = thing.Text
		}
	}
	if !strings.HasPrefix(page, "http://192.0.2.7:8090/t/") {
		t.Fatalf("the ticket's page is %q: %s", page, v.Texts())
	}
	s.touch("完成", chinese)
	s.ask("/api/counters/1/call", map[string]string{}, nil)
	s.ask("/api/counters/1/finish", map[string]string{"ticket": issued.Ticket}, nil)
	s.written(record.TicketServed, 1, nil)
	s.dropKeyboard()
	s.scan(page, "总体来说，您满意吗", "B001")
	s.touch("非常满意", "第 2 题")
	s.touch("到此为止，提交", "感谢")
	var answered record.SurveyAnsweredData
	s.written(record.SurveyAnswered, 1, &answered)
	if answered.Score != 5 || answered.Ticket != issued.Ticket {
		t.Errorf("answered: %+v", answered)
	}
	s.touch("完成", chinese)
	s.scan("K3F9X", "这个预约已经签到过了") // the next customer finds it used
	s.written(record.TicketIssued, 1, nil)
}

// scan shows the scanner a paper until the screen reads what that brings: people try again.
func (s *stage) scan(text string, reads ...string) touch.View {
	s.t.Helper()
	const impatient = 5 * time.Second
	before, err := s.kiosk.Look(s.ctx)
	s.must(err)
	for {
		s.must(s.kiosk.Display.Scan(s.ctx, text))
		short, cancel := context.WithTimeout(s.ctx, impatient)
		v, err := s.kiosk.Until(short, "what "+text+" brings", func(v touch.View) bool { return v.Screen != before.Screen })
		cancel()
		if err == nil {
			return s.reads(reads...)
		}
		if s.ctx.Err() != nil {
			s.t.Fatalf("%s was not read: %v; %s", text, err, v.Texts())
		}
	}
}

// dropKeyboard takes the keyboard from the kiosk's window and gives it to nobody.
func (s *stage) dropKeyboard() {
	s.t.Helper()
	xgb.Logger.SetOutput(io.Discard) // that the server wants no cookie
	x, err := xgb.NewConnDisplay(s.kiosk.Display.Name)
	s.must(err)
	defer x.Close()
	s.must(xproto.SetInputFocusChecked(x, xproto.InputFocusNone, xproto.InputFocusNone, xproto.TimeCurrentTime).Check())
}
