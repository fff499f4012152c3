package touch_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/internal/touch"
)

// TestKilledAtEachScreen kills the kiosk with each of its screens up, and looks at what the customer sees when it is back,
// and what the journal holds: nothing of what was promised is lost, nothing is there twice, and what was not finished has
// not happened.
func TestKilledAtEachScreen(t *testing.T) {
	s := open(t, prop{hang: 6 * time.Minute, config: "appointments: {early: 12h, late: 12h, missed: 12h}\n" +
		"notices:\n  - {id: saturday, zh: 本周六照常营业, en: Open this Saturday}\n"})
	s.book(map[string]any{"id": "a1", "service": "payment", "at": soon(), "name": "王**", "code": "K3F9X"})
	lead := func(steps ...[2]string) func() {
		return func() {
			for _, step := range steps {
				s.touch(step[0], step[1])
			}
		}
	}
	english := [2]string{"English", english}
	wants := map[string]int{}
	var table strings.Builder
	lines := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(lines, "killed at\tback\tafterwards\twritten by then")
	for _, c := range []struct {
		screen string
		lead   func()
		adds   map[string]int
	}{
		{"home", func() { s.reads(chinese) }, nil},
		{"home, English", lead(english), nil},
		{"ticket", lead([2]string{"缴费", "B001"}), map[string]int{record.TicketIssued: 1}},
		{"check-in", lead(english, [2]string{"Check in", "Appointment check-in"}, [2]string{"Booking code", "Type your booking code"}), nil},
		{"information", lead(english, [2]string{"Information", "Notices"}), nil},
		{"survey: question", lead(english, [2]string{"Rate us", "Which visit is it about?"}, [2]string{"I have no ticket", "All in all"}), nil},
		{"survey: thanks", lead(english, [2]string{"Rate us", "Which visit is it about?"}, [2]string{"I have no ticket", "All in all"},
			[2]string{"Very satisfied", "Question 2"}, [2]string{"Stop here and send", "Thank you"}), map[string]int{record.SurveyAnswered: 1}},
		{"complaint: not sent yet", lead(english, [2]string{"Complaints", "What would you"}, [2]string{"A complaint", "What is it about?"},
			[2]string{"Something else", "Shall we call"}, [2]string{"No call, please", "Is this right?"}), nil},
		{"complaint: sent", lead(english, [2]string{"Complaints", "What would you"}, [2]string{"A complaint", "What is it about?"},
			[2]string{"Something else", "Shall we call"}, [2]string{"No call, please", "Is this right?"},
			[2]string{"Send", "We have got it"}), map[string]int{record.ComplaintFiled: 1, record.CaseOpened: 1}},
	} {
		c.lead()
		for typ, n := range c.adds {
			wants[typ] += n
		}
		if _, err := s.kiosk.Kill(s.ctx); err != nil {
			t.Fatal(err)
		}
		killed := time.Now()
		if _, err := s.kiosk.Start(s.ctx); err != nil {
			t.Fatalf("killed at %s: %v", c.screen, err)
		}
		v, err := s.kiosk.Until(s.ctx, "the home screen", func(v touch.View) bool { return v.Screen == "home" && v.Reads(chinese) && v.Reads("缴费") })
		s.must(err)
		back := time.Since(killed)
		s.kept(c.screen, wants)
		waiting := "nobody waits"
		if v.Reads("前面有 1 人") {
			waiting = "B001 waits"
		}
		if (waiting == "B001 waits") != (wants[record.TicketIssued] == 1) {
			t.Errorf("killed at %s: %s", c.screen, v.Texts())
		}
		var written []string
		for _, typ := range slices.Sorted(maps.Keys(wants)) {
			written = append(written, fmt.Sprintf("%s %d", typ, wants[typ]))
		}
		fmt.Fprintf(lines, "%s\t%.1f s\thome, Chinese, %s\t%s\n", c.screen, back.Seconds(), waiting, strings.Join(written, ", "))
	}
	// The request of the ticket is known: the next number is the next.
	s.touch("缴费", "B002")
	s.must(lines.Flush())
	t.Log("\n" + table.String())
}

// kept holds that head office gets exactly what is wanted of what customers do. It waits for the start after the kill,
// before which everything else was written.
func (s *stage) kept(screen string, wants map[string]int) {
	s.t.Helper()
	for _, typ := range []string{record.TicketIssued, record.SurveyAnswered, record.ComplaintFiled, record.CaseOpened, record.AppointmentArrived} {
		s.written(typ, wants[typ], nil)
	}
	if len(touch.Complaints(s.kiosk.Said())) > 0 {
		s.t.Fatalf("killed at %s: the kiosk complains", screen)
	}
}
