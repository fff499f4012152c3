package backroom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
)

// TestMain fails when Fyne logged an error, such as a call from a wrong goroutine or a colour that a theme lacks.
func TestMain(m *testing.M) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	code := m.Run()
	if text := logged.String(); strings.Contains(text, "Fyne error") || strings.Contains(text, "*** ") {
		fmt.Fprintf(os.Stderr, "Fyne logged errors:\n%s", text)
		code = 1
	}
	os.Exit(code)
}

var zone = time.FixedZone("CST", 8*3600)

// staff knows one supervisor, and counts wrong attempts.
type staff struct {
	wrong  int
	status Status
	silent bool // Status fails
	done   []string
	err    map[Kind]error
}

func (s *staff) Unlock(_ context.Context, number, pin string) (Clerk, error) {
	switch {
	case number == "9999":
		return Clerk{}, errors.New("the disk is full")
	case s.wrong >= 3:
		return Clerk{}, fmt.Errorf("unlock: %w", &TooManyError{Until: time.Date(2026, 11, 23, 10, 20, 30, 0, zone)})
	case number != "1001" || pin != "246813":
		s.wrong++
		return Clerk{}, fmt.Errorf("unlock: %w", ErrDenied)
	}
	return Clerk{Number: "1001", Name: "王小明", Role: "supervisor"}, nil
}

func (s *staff) Status(context.Context) (Status, error) {
	if s.silent {
		return Status{}, errors.New("nobody knows")
	}
	return s.status, nil
}

func (s *staff) Act(_ context.Context, by Clerk, a Act) error {
	s.done = append(s.done, strings.TrimSpace(fmt.Sprintf("%s %s %s", by.Number, a.Kind, a.Ticket)))
	return s.err[a.Kind]
}

// well is a machine that works, on a long day.
func well() Status {
	at := time.Date(2026, 11, 23, 10, 14, 50, 0, zone)
	s := Status{
		At:       at,
		Printer:  Printer{State: Well, PaperMM: 38_400, PaperDays: 6.3},
		Network:  Network{State: Well, Since: at.Add(-2 * time.Hour), Waiting: 3, Address: "192.168.1.20"},
		Sound:    Well,
		DiskFree: 12_300_000_000, DiskSize: 31_900_000_000,
		Version: "1.12.0", Started: at.AddDate(0, 0, -12),
	}
	for i := range 20 {
		s.Tickets = append(s.Tickets, Ticket{ID: fmt.Sprintf("t%d", 100-i), Number: fmt.Sprintf("%c%03d", 'A'+i%4, 87-i), At: at.Add(-time.Duration(i) * 3 * time.Minute),
			Service: []string{"个人现金业务", "外币兑换与跨境汇款", "社保卡与养老金业务"}[i%3]})
	}
	return s
}

// ill is a machine that does not.
func ill() Status {
	s := well()
	s.Printer = Printer{State: Broken, Reason: "paper-out", PaperMM: 0, PaperDays: 0}
	s.Network = Network{State: Broken, Since: s.At.AddDate(0, 0, -1), Waiting: 12_345}
	s.Sound, s.DiskFree = Broken, 800_000_000
	for i := range 30 {
		s.Log = append(s.Log, Line{At: s.At.Add(-time.Duration(i) * 50 * time.Minute), Error: i%3 == 0,
			Text: []string{"the printer at usb:/dev/usb/lp0 is out of paper",
				"head office cannot be reached: dial tcp 10.1.2.3:8883: connect: connection refused, trying again in 4 m 10 s; 12345 records wait, the oldest since yesterday at 09:12, and this line goes on and on for longer than anybody would want to read on a touchscreen, as lines of logs do when they wrap what was wrapped before",
				"the sound card is gone"}[i%3]})
	}
	return s
}

// bare is a kiosk without printer and sound that has never reached head office.
func bare() Status {
	s := well()
	s.Printer, s.Sound, s.Tickets = Printer{State: Absent, PaperMM: -1, PaperDays: -1}, Absent, nil
	s.Network = Network{State: Broken}
	s.DiskSize = 0
	return s
}

// play is the screen for staff on stage.
type play struct {
	*flowtest.Stage
	staff *staff
	flow  *Flow
}

func newPlay(t *testing.T, s flowtest.Setting) *play {
	t.Helper()
	p := &play{staff: &staff{status: well(), err: map[Kind]error{}}}
	p.Stage = flowtest.New(t, s, func(shell flow.Shell) flow.Flow {
		p.flow = New(shell, Options{Staff: p.staff, Letters: "ABCDEFGH"})
		return p.flow
	})
	return p
}

func (p *play) words() lang.BackroomWords { return p.Scene().Words.Backroom }

// types types on the pad of the step, and confirms.
func (p *play) types(text string) {
	pad := p.flow.view.number.Pad
	if p.flow.state.step == pin {
		pad = p.flow.view.pin.Pad
	}
	for _, char := range text {
		for range 4 {
			if pad.Key(char).Visible() {
				break
			}
			p.Tap(pad.Others())
		}
		p.Tap(pad.Key(char))
	}
	p.Tap(pad.Done())
}

func (p *play) unlock() {
	p.types("1001")
	p.types("246813")
}

func (p *play) press(text string) { p.Tap(p.Button(text)) }
