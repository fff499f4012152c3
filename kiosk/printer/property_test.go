package printer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/kiosk/printer/virtual"
)

// happening is one thing that happens after a while: a fault that begins or ends, a new roll, a ticket.
type happening struct {
	After int // milliseconds after the one before
	What  string
	N     int
}

var happenings = rapid.Custom(func(t *rapid.T) happening {
	return happening{
		After: rapid.IntRange(0, 3000).Draw(t, "after"),
		What: rapid.SampledFrom([]string{"ticket", "ticket", "ticket", "ticket", "roll", "open", "close", "offline", "online", "jam", "mend",
			"mute", "speak", "deaf", "hear", "cut", "unplug", "plug", "slow", "quick", "drop", "keep"}).Draw(t, "what"),
		N: rapid.IntRange(1, 1000).Draw(t, "n"),
	}
})

// told is a ticket and what was told of it.
type told struct {
	number string
	err    error
	took   time.Duration // beyond its deadline
	// lossy is true when bytes were being lost, or the cover was opened in the middle and the printer could not tell.
	lossy bool
}

// story plays happenings on a printer with its own clock and returns what is wrong with it, if anything is.
type story struct {
	*desk
	mu      sync.Mutex
	tickets []told
	rolls   []roll
	asking  sync.WaitGroup
	lossy   bool
	unseen  time.Time // when the cover was open last, and the printer could not tell
}

// roll is a new roll of paper: what had come out before, and which tickets had been told of.
type roll struct {
	pieces int
	told   []string
}

func (s *story) happen(h happening, n int) {
	v := s.virtual
	switch h.What {
	case "ticket":
		s.ask(fmt.Sprintf("T%03d", n), time.Duration(h.N)*10*time.Millisecond)
	case "roll":
		s.replace(h.N)
	case "open", "close":
		v.Open(h.What == "open")
	case "offline", "online":
		v.Offline(h.What == "offline")
	case "jam", "mend":
		v.Jam(h.What == "jam")
	case "mute", "speak":
		v.Mute(h.What == "mute")
	case "deaf", "hear":
		v.Deaf(h.What == "deaf")
	case "cut":
		v.CutLine(h.N)
	case "unplug", "plug":
		s.plug(h.What == "plug")
		if h.What == "unplug" {
			v.CutLine(1)
		}
	case "slow":
		v.Slow(time.Duration(h.N) * time.Millisecond)
	case "quick":
		v.Slow(0)
	case "drop":
		s.losing(true)
		v.Drop(h.N%50 + 10)
	case "keep":
		v.Drop(0)
	}
}

func (s *story) losing(bytes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lossy = bytes
}

// ask wants a ticket, from a goroutine of its own.
func (s *story) ask(number string, within time.Duration) {
	j := job(number)
	began := time.Now()
	j.Deadline = began.Add(within)
	j.Ticket.Page += "?" + number // what is old is known by any part of it
	j.Ticket.Station.Zh += " " + number
	j.Ticket.Service.Zh += " " + number
	j.Ticket.Notice.Zh += " " + number
	s.asking.Go(func() {
		_, err := s.Print(context.Background(), j)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tickets = append(s.tickets, told{number, err, time.Since(j.Deadline), s.lossy || s.unseen.After(began)})
	})
}

// replace puts in a new roll, for which the cover is opened for a while. When the printer was in touch and had said that
// it had no paper, nothing of the tickets that were told of until now may be on it.
func (s *story) replace(mm int) {
	synctest.Wait()
	inTouch := s.Status().Reason == PaperOut
	s.virtual.Open(true)
	time.Sleep(2 * time.Second)
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Status().Reason != CoverOpen {
		s.unseen = time.Now()
	}
	s.virtual.Load(mm + 200)
	defer s.virtual.Open(false)
	if !inTouch || s.lossy {
		return
	}
	r := roll{pieces: len(s.virtual.Pieces())}
	for _, t := range s.tickets {
		r.told = append(r.told, t.number)
	}
	s.rolls = append(s.rolls, r)
}

// wrong returns what must not be.
func (s *story) wrong() error {
	for _, t := range s.tickets {
		copies := s.copies(t.number)
		if t.lossy { // a longer line may have become the number's
			copies = s.codes(t.number)
		}
		e, failed := t.err.(*Error)
		switch {
		case copies > 1:
			return fmt.Errorf("%s is on paper %d times", t.number, copies)
		case t.err != nil && !failed:
			return fmt.Errorf("%s: an error of another kind: %v", t.number, t.err)
		case t.err != nil && !e.Begun && copies > 0:
			return fmt.Errorf("%s is on paper and was told not to be: %v", t.number, t.err)
		case t.err == nil && !t.lossy && !s.complete(t.number):
			return fmt.Errorf("%s was told to be printed and is not", t.number)
		case t.took > time.Minute:
			return fmt.Errorf("%s was told of %v after its deadline", t.number, t.took)
		}
	}
	return s.old()
}

// codes is how many QR codes of a ticket are on paper.
func (s *story) codes(number string) int {
	n := 0
	for _, p := range append(s.virtual.Pieces(), s.virtual.Hanging()) {
		for _, code := range p.Codes {
			if strings.HasSuffix(code, "?"+number) {
				n++
			}
		}
	}
	return n
}

// complete tells whether a ticket is on a piece of its own from its first line to its last, cut off.
func (s *story) complete(number string) bool {
	return slices.ContainsFunc(s.virtual.Pieces(), func(p virtual.Piece) bool {
		n := len(p.Lines)
		return n > 4 && p.Cut && p.Lines[0] == "城东支行 "+number && p.Lines[3] == number && strings.HasPrefix(p.Lines[n-1], "过号") && len(p.Codes) == 1
	})
}

// old finds tickets of an old roll on a new one.
func (s *story) old() error {
	pieces := append(s.virtual.Pieces(), s.virtual.Hanging())
	for _, r := range s.rolls {
		for _, piece := range pieces[r.pieces:] {
			text := strings.Join(slices.Concat(piece.Lines, piece.Codes), "\n")
			for _, number := range r.told {
				if strings.Contains(text, number) {
					return fmt.Errorf("of %s, printed after the roll was replaced: %s", number, text)
				}
			}
		}
	}
	return nil
}

// play plays a story, mends everything at its end, and sees whether the printer prints again.
func play(t *testing.T, v virtual.Options, happenings []happening) (wrong error) {
	synctest.Test(t, func(t *testing.T) {
		s := &story{desk: newDesk(t, Options{}, v)}
		for n, h := range happenings {
			time.Sleep(time.Duration(h.After) * time.Millisecond)
			s.happen(h, n)
		}
		for _, mend := range []string{"close", "online", "mend", "speak", "hear", "plug", "quick", "keep"} {
			s.happen(happening{What: mend}, 0)
		}
		s.virtual.CutLine(0)
		s.asking.Wait()
		s.virtual.Load(0)
		time.Sleep(time.Minute)
		synctest.Wait()
		s.losing(false)
		s.ask("LAST", 10*time.Second)
		s.asking.Wait()
		if wrong = s.wrong(); wrong == nil && s.tickets[len(s.tickets)-1].err != nil {
			wrong = fmt.Errorf("with everything mended: %w", s.tickets[len(s.tickets)-1].err)
		}
		if violations := s.virtual.Violations(); wrong == nil && len(violations) > 0 {
			wrong = fmt.Errorf("violations: %q", violations)
		}
	})
	return wrong
}

// Whatever happens to a printer: every ticket is told of once, truly; none is on paper twice; none comes out of a roll
// that was put in after it was told of; and when all is mended, the printer prints.
func TestTicketsAreToldOfTruly(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		v := virtual.Options{
			Roll:    rapid.SampledFrom([]int{0, 300, 1000}).Draw(r, "roll"),
			NearEnd: rapid.SampledFrom([]int{0, 100}).Draw(r, "near end"),
			Speed:   rapid.SampledFrom([]int{0, 60, 200}).Draw(r, "speed"),
			NoEcho:  rapid.Bool().Draw(r, "no echo"),
			Forgets: rapid.Bool().Draw(r, "forgets"),
		}
		if err := play(t, v, rapid.SliceOfN(happenings, 1, 40).Draw(r, "happenings")); err != nil {
			r.Fatal(err)
		}
	})
}
