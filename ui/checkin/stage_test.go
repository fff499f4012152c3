package checkin

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

// desk knows some appointments by code or digits, and what becomes of them.
type desk struct {
	asked  []string // "proof request", in order
	err    map[string]error
	choose map[string][]Booking
	ticket flow.Ticket
}

func newDesk() *desk {
	wrapped := func(err error) error { return fmt.Errorf("check in: %w", err) }
	at := time.Date(2026, 11, 23, 14, 30, 0, 0, time.FixedZone("CST", 8*3600))
	return &desk{
		ticket: flow.Ticket{ID: "t1", Number: "B003", Service: "personal"},
		err: map[string]error{
			"NONE": wrapped(ErrUnknown), "0000": wrapped(ErrUnknown),
			"SOON": wrapped(&EarlyError{at}), "1111": wrapped(&EarlyError{at}), "NEXT": wrapped(&EarlyError{at.AddDate(0, 0, 3)}),
			"LATE": wrapped(ErrLate), "2222": wrapped(ErrLate),
			"USED": wrapped(ErrUsed), "3333": wrapped(ErrUsed),
			"OVER": wrapped(ErrCancelled), "4444": wrapped(ErrCancelled),
			"SHUT": wrapped(ErrClosed), "5555": wrapped(ErrClosed),
			"DISK": errors.New("the disk is full"),
		},
		choose: map[string][]Booking{"7777": bookings(2), "8888": bookings(7)},
	}
}

// bookings are so many of one afternoon, the last of them of another day.
func bookings(n int) (all []Booking) {
	services := []lang.Names{
		{lang.Chinese: "外币兑换与跨境汇款", lang.English: "Foreign exchange and international transfers"},
		{lang.Chinese: "个人业务", lang.English: "Personal banking"},
	}
	at := time.Date(2026, 11, 23, 10, 30, 0, 0, time.FixedZone("CST", 8*3600))
	for i := range n {
		all = append(all, Booking{ID: fmt.Sprintf("a%d", i+1), At: at.Add(time.Duration(i) * 20 * time.Minute), Service: services[i%2], Name: []string{"王**", "李*", "司马**"}[i%3]})
	}
	if n > 2 {
		all[n-1].At = all[n-1].At.AddDate(0, 0, 1)
	}
	return all
}

func (d *desk) CheckIn(_ context.Context, p Proof, request string) (Arrival, error) {
	d.asked = append(d.asked, strings.TrimSpace(fmt.Sprintf("%s%s %s %s", p.Code, p.Phone, p.ID, request)))
	key := p.Code + p.Phone
	if err := d.err[key]; err != nil {
		return Arrival{}, err
	}
	if several := d.choose[key]; several != nil && p.ID == "" {
		return Arrival{Choose: several}, nil
	}
	return Arrival{Ticket: &d.ticket}, nil
}

// play is the check-in on stage.
type play struct {
	*flowtest.Stage
	desk *desk
	flow *Flow
}

func newPlay(t *testing.T, s flowtest.Setting) *play {
	t.Helper()
	p := &play{desk: newDesk()}
	p.Stage = flowtest.New(t, s, func(shell flow.Shell) flow.Flow {
		p.flow = New(shell, Options{Desk: p.desk, Scanner: true})
		return p.flow
	})
	return p
}

func (p *play) words() lang.CheckInWords { return p.Scene().Words.CheckIn }

// types types on the pad of the step, and finds the keys that are on another page.
func (p *play) types(text string) {
	pad := p.flow.view.phone.Pad
	if p.flow.state.step == code {
		pad = p.flow.view.code.Pad
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
}

// enters goes the way of digits or of a code, types, and confirms.
func (p *play) enters(text string) {
	if strings.Trim(text, "0123456789") == "" {
		p.Tap(p.flow.view.ways.phone)
	} else {
		p.Tap(p.flow.view.ways.code)
	}
	p.types(text)
	p.Tap(p.Button(p.words().Done))
}
