package touch_test

import (
	"strings"
	"testing"

	"stationkeeper/internal/record"
	"stationkeeper/internal/touch"
	"stationkeeper/kiosk/printer/virtual"
)

// chinese is the home screen as everybody finds it.
const chinese = "请选择您要办理的业务"

func TestTicket(t *testing.T) {
	s := open(t, prop{printer: &virtual.Options{}})
	s.reads(chinese)
	s.touch("缴费", "B001")
	var issued record.TicketIssuedData
	s.written(record.TicketIssued, 1, &issued)
	if issued.Number != "B001" || issued.Service != "payment" {
		t.Errorf("issued: %+v", issued)
	}
	piece := s.paper(1)
	if text := strings.Join(piece.Lines, "\n"); !strings.Contains(text, "B001") || !strings.Contains(text, "缴费") || !piece.Cut {
		t.Errorf("on paper:\n%s", text)
	}
	keep(t, "ticket-zh", piece.Picture)
	var printed record.PrintData
	s.written(record.TicketPrinted, 1, &printed)
	if printed.Ticket != issued.Ticket || printed.Copy != 1 {
		t.Errorf("printed: %+v", printed)
	}
	s.touch("完成", chinese)
	s.touch("English", "Please choose a service")
	s.touch("Payment", "B002")
	piece = s.paper(2)
	if text := strings.Join(piece.Lines, "\n"); !strings.Contains(text, "B002") || !strings.Contains(text, "Payment") {
		t.Errorf("on paper:\n%s", text)
	}
	keep(t, "ticket-en", piece.Picture)
	s.written(record.TicketIssued, 2, nil)
	s.touch("Done", chinese) // the next customer finds Chinese
}

// TestLooks tries every choice that a customer has for the screen, and walks away: the next one finds nothing of it.
func TestLooks(t *testing.T) {
	s := open(t, prop{})
	v := s.reads(chinese)
	plain, ok := v.Find("缴费")
	if !ok {
		t.Fatal(v.Texts())
	}
	s.touch("English", "Please choose a service")
	s.tap("Large text", func(w touch.View) bool { return w.TextSize > 1.1*v.TextSize && w.Reads("Payment") })
	s.tap("High contrast", func(w touch.View) bool { return w.Ink != v.Ink && w.Reads("Payment") })
	s.tap("Seated height", func(v touch.View) bool { return v.Reads("✓ Seated height") && v.Reads("Payment") })
	// Nobody touches anything: it is said that the screen goes back, and then it does.
	s.reads("Do you need more time?")
	v, err := s.kiosk.Until(s.ctx, "the home screen as everybody finds it", func(w touch.View) bool {
		at, ok := w.Find("缴费")
		return ok && w.Reads(chinese) && at == plain && w.TextSize == v.TextSize && w.Ink == v.Ink
	})
	s.must(err)
	if v.Private {
		t.Error("the home screen is said to show what a customer typed")
	}
}

// TestTimeIsGiven extends the time-out by a tap while it is announced.
func TestTimeIsGiven(t *testing.T) {
	s := open(t, prop{})
	s.touch("English", "Please choose a service")
	s.reads("Do you need more time?")
	v := s.touch("Continue", "Please choose a service")
	if v.Reads("Do you need more time?") {
		v, err := s.kiosk.Until(s.ctx, "no countdown", func(v touch.View) bool { return !v.Reads("Do you need more time?") })
		s.must(err)
		if !v.Reads("Please choose a service") {
			t.Errorf("somebody was still there: %s", v.Texts())
		}
	}
}

// TestKeyboards plugs a keyboard in and tries to get out.
func TestKeyboards(t *testing.T) {
	s := open(t, prop{})
	s.reads(chinese)
	storm := []string{"Escape", "alt+F4", "ctrl+q", "ctrl+w", "ctrl+c", "F11", "alt+Tab", "super", "Menu", "ctrl+alt+Delete", "F1", "F5", "Tab",
		"space", "Return", "ctrl+alt+F2", "Print", "ctrl+p", "shift+F10", "BackSpace", "ctrl+plus", "ctrl+v"}
	for range 3 {
		s.must(s.kiosk.Display.Press(s.ctx, storm...))
	}
	s.must(s.kiosk.Display.Scan(s.ctx, strings.Repeat("x", 300)))
	v := s.reads("缴费")
	if v.Width != 1080 || v.Height != 1920 {
		t.Errorf("the window is %g × %g", v.Width, v.Height)
	}
	if v.Screen != "home" { // a scanner's rubbish is answered
		s.reads(chinese)
	}
	s.touch("缴费", "B001")
	s.written(record.TicketIssued, 1, nil)
}
