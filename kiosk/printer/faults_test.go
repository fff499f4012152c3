package printer

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stationkeeper/kiosk/printer/virtual"
)

// on runs a test with its own clock, with a printer that is ready.
func on(t *testing.T, v virtual.Options, test func(t *testing.T, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, Options{}, v)
		d.ready(t)
		time.Sleep(2 * time.Second) // the strip before the first ticket is out
		test(t, d)
	})
}

// copies is how many times a number stands on paper, whole or not.
func (d *desk) copies(number string) int {
	n := 0
	for _, piece := range append(d.virtual.Pieces(), d.virtual.Hanging()) {
		for _, line := range piece.Lines {
			if line == number {
				n++
			}
		}
	}
	return n
}

func (d *desk) wantFault(t *testing.T, err error, reason string, begun bool) {
	t.Helper()
	e, ok := err.(*Error)
	if !ok || e.Reason != reason || e.Begun != begun {
		t.Fatalf("error %v, want reason %s, begun %t", err, reason, begun)
	}
}

// What a printer says of itself is known before a number is spent, and a ticket that comes all the same is refused at
// once and not printed later.
func TestNotReady(t *testing.T) {
	cases := map[string]struct {
		break_, mend func(*virtual.Printer)
		reason       string
	}{
		"paper out":     {func(p *virtual.Printer) { p.Load(5) }, func(p *virtual.Printer) { p.Load(50000) }, PaperOut},
		"cover open":    {func(p *virtual.Printer) { p.Open(true) }, func(p *virtual.Printer) { p.Open(false) }, CoverOpen},
		"offline":       {func(p *virtual.Printer) { p.Offline(true) }, func(p *virtual.Printer) { p.Offline(false) }, Offline},
		"cutter jammed": {func(p *virtual.Printer) { p.Jam(true) }, func(p *virtual.Printer) { p.Jam(false) }, Failed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			on(t, virtual.Options{}, func(t *testing.T, d *desk) {
				c.break_(d.virtual)
				if s := d.Check(t.Context()); s.Ready || s.Reason != c.reason || s.Detail == "" || !s.Offline {
					t.Fatalf("status %+v, want %s", s, c.reason)
				}
				_, err := d.Print(t.Context(), job("A001"))
				d.wantFault(t, err, c.reason, false)
				c.mend(d.virtual)
				d.ready(t)
				time.Sleep(time.Minute)
				if n := d.copies("A001"); n != 0 {
					t.Fatalf("%d copies of a ticket that was refused", n)
				}
				if _, err := d.Print(t.Context(), job("A002")); err != nil || d.copies("A002") != 1 {
					t.Fatalf("afterwards: %v, %d copies", err, d.copies("A002"))
				}
				d.sound(t)
			})
		})
	}
}

// The end of the roll in the middle of a ticket: it is not known to be printed, and what is left of it does not come out
// of the new roll.
func TestPaperEndsInTheMiddle(t *testing.T) {
	on(t, virtual.Options{Roll: 200, NearEnd: 100, Speed: 100}, func(t *testing.T, d *desk) {
		if _, err := d.Print(t.Context(), job("A001")); err != nil {
			t.Fatal(err)
		}
		if s := d.until(t, "near the end", func(s Status) bool { return s.NearEnd }); !s.Ready {
			t.Fatalf("status %+v", s)
		}
		_, err := d.Print(t.Context(), job("A002"))
		d.wantFault(t, err, PaperOut, true)
		if s := d.Status(); s.Ready || !s.PaperOut || s.NearEnd {
			t.Fatalf("status %+v", s)
		}
		before, old := d.Status(), len(d.virtual.Pieces())+1 // with what hangs out
		d.virtual.Load(50000)
		if now := d.ready(t); !Replaced(before, now) {
			t.Error("the new roll was not noticed")
		}
		time.Sleep(time.Minute)
		for _, fresh := range append(d.virtual.Pieces()[old:], d.virtual.Hanging()) {
			if len(fresh.Lines) > 0 || len(fresh.Codes) > 0 {
				t.Fatalf("on the new roll: %q", fresh.Lines)
			}
		}
		if _, err := d.Print(t.Context(), job("A003")); err != nil {
			t.Fatal(err)
		}
		last := d.virtual.Pieces()
		if text := strings.Join(last[len(last)-1].Lines, "\n"); !strings.Contains(text, "A003") || strings.Contains(text, "A002") {
			t.Fatalf("the ticket after it: %s", text)
		}
		d.sound(t)
	})
}

// A new roll is noticed however it comes: the cover is opened for it, and the printer may be switched off meanwhile. A
// cover that was only opened brings none.
func TestNewRollIsNoticed(t *testing.T) {
	on(t, virtual.Options{Roll: 300, NearEnd: 200}, func(t *testing.T, d *desk) {
		rolls := 0
		follow := func(what string, want int, steps ...func()) {
			t.Helper()
			before := d.Status()
			for _, step := range steps {
				step()
				time.Sleep(10 * time.Second)
				now := d.Status()
				if Replaced(before, now) {
					rolls++
				}
				before = now
			}
			if rolls != want {
				t.Fatalf("%s: %d new rolls, want %d", what, rolls, want)
			}
		}
		open, shut := func() { d.virtual.Open(true) }, func() { d.virtual.Open(false) }
		print := func() { _, _ = d.Print(t.Context(), job("A001")) } // its error is not what this is about
		follow("the cover was opened", 0, open, shut)
		follow("near the end, with a new roll", 1, print, open, func() { d.virtual.Load(300) }, shut)
		follow("near the end, cover opened", 1, print, open, shut)
		follow("no paper, switched off for a new roll", 2, print, print, print, open, func() { d.virtual.Mute(true) },
			func() { d.virtual.Load(50000) }, func() { d.virtual.Mute(false) }, shut)
	})
}

// A printer that does not know how to clear its buffer may print the rest of the ticket on the new roll, and no more.
func TestPrinterThatCannotClear(t *testing.T) {
	on(t, virtual.Options{Roll: 150, Speed: 100, NoClear: true}, func(t *testing.T, d *desk) {
		var err error
		for n := 0; err == nil; n++ {
			_, err = d.Print(t.Context(), job("A00"+string(rune('1'+n))))
		}
		d.wantFault(t, err, PaperOut, true)
		d.virtual.Load(50000)
		d.ready(t)
		if _, err := d.Print(t.Context(), job("B001")); err != nil {
			t.Fatal(err)
		}
		pieces := d.virtual.Pieces()
		if last := pieces[len(pieces)-1]; len(last.Lines) < 5 || last.Lines[3] != "B001" {
			t.Fatalf("the next ticket does not stand alone: %q", last.Lines)
		}
		d.sound(t)
	})
}

// Without an echo the printer is watched for as long as it may need.
func TestPrinterWithoutEcho(t *testing.T) {
	on(t, virtual.Options{Speed: 60, NoEcho: true}, func(t *testing.T, d *desk) {
		if _, err := d.Print(t.Context(), job("A001")); err != nil || d.copies("A001") != 1 {
			t.Fatalf("%v, %d copies", err, d.copies("A001"))
		}
		if n := d.virtual.Waiting(); n != 0 {
			t.Fatalf("said to be printed with %d bytes to go", n)
		}
		d.virtual.Load(40)
		_, err := d.Print(t.Context(), job("A002"))
		d.wantFault(t, err, PaperOut, true)
		d.sound(t)
	})
}

// A line that is cut in the middle of a ticket leaves it unknown, and it is not printed again by itself.
func TestLineCutInTheMiddle(t *testing.T) {
	for _, text := range []string{TextGB18030, TextRaster} {
		for _, after := range []int{5, 40, 200, 500, 700} {
			synctest.Test(t, func(t *testing.T) {
				regular, bold := fonts(t)
				d := newDesk(t, Options{Text: text, Regular: regular, Bold: bold}, virtual.Options{Speed: 150, Raster: text == TextRaster})
				d.ready(t)
				time.Sleep(2 * time.Second)
				d.virtual.CutLine(after)
				_, err := d.Print(t.Context(), job("A001"))
				if after > 6 && (text == TextRaster || after < 600) { // after two questions, and before the end
					d.wantFault(t, err, NoAnswer, true)
				}
				d.ready(t)
				time.Sleep(time.Minute)
				if n := d.copies("A001"); text == TextGB18030 && n > 1 {
					t.Fatalf("%d copies", n)
				}
				if _, err := d.Print(t.Context(), job("A002")); err != nil {
					t.Fatal(err)
				}
				pieces := d.virtual.Pieces()
				if last := pieces[len(pieces)-1]; text == TextGB18030 && (len(last.Lines) < 4 || last.Lines[3] != "A002") {
					t.Fatalf("cut after %d: the next ticket does not stand alone: %q", after, last.Lines)
				}
				d.sound(t)
			})
		}
	}
}

// A printer that is mute, deaf or unplugged is told from one that is ready, and is back when it answers again.
func TestSilentPrinter(t *testing.T) {
	cases := map[string]struct{ off, on func(*desk) }{
		"mute": {func(d *desk) { d.virtual.Mute(true) }, func(d *desk) { d.virtual.Mute(false) }},
		"deaf": {func(d *desk) { d.virtual.Deaf(true) }, func(d *desk) { d.virtual.Deaf(false) }},
		"gone": {func(d *desk) { d.plug(false); d.virtual.CutLine(1) }, func(d *desk) { d.plug(true) }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			on(t, virtual.Options{}, func(t *testing.T, d *desk) {
				c.off(d)
				began := time.Now()
				if s := d.Check(t.Context()); s.Ready || s.Reason != NoAnswer {
					t.Fatalf("status %+v", s)
				}
				if took := time.Since(began); took > prompt {
					t.Fatalf("Check took %v", took)
				}
				j := job("A001")
				j.Deadline = time.Now().Add(5 * time.Second)
				_, err := d.Print(t.Context(), j)
				d.wantFault(t, err, NoAnswer, false)
				if late := time.Since(j.Deadline); late > 0 {
					t.Fatalf("known %v after the deadline", late)
				}
				time.Sleep(time.Hour)
				c.on(d)
				d.ready(t)
				time.Sleep(time.Minute)
				if n := d.copies("A001"); n != 0 {
					t.Fatalf("%d copies of a ticket that was dropped", n)
				}
				if _, err := d.Print(t.Context(), job("A002")); err != nil || d.copies("A002") != 1 {
					t.Fatalf("afterwards: %v, %d copies", err, d.copies("A002"))
				}
				d.sound(t)
			})
		})
	}
}

// Answers that come late are not taken for those to later questions.
func TestSlowAnswers(t *testing.T) {
	on(t, virtual.Options{Speed: 100}, func(t *testing.T, d *desk) {
		d.virtual.Slow(150 * time.Millisecond)
		if s := d.Check(t.Context()); s.Reason != NoAnswer {
			t.Fatalf("two answers of 150 ms within 300 ms: %+v", s)
		}
		d.virtual.Slow(700 * time.Millisecond)
		d.until(t, "ready", func(s Status) bool { return s.Ready })
		if _, err := d.Print(t.Context(), job("A001")); err != nil {
			t.Fatal(err)
		}
		d.virtual.Open(true)
		s := d.until(t, "not ready", func(s Status) bool { return !s.Ready && s.Reason != NoAnswer })
		if s.Reason != CoverOpen || s.PaperOut {
			t.Fatalf("status %+v", s)
		}
		d.sound(t)
	})
}

// Asked faster than it answers, a printer is not misunderstood: "the end of the roll is near" looks like "offline" where
// another question was asked.
func TestAskedTooFast(t *testing.T) {
	on(t, virtual.Options{Roll: 200, NearEnd: 190}, func(t *testing.T, d *desk) {
		for delay := 100 * time.Millisecond; delay < 900*time.Millisecond; delay += 50 * time.Millisecond {
			d.virtual.Slow(delay)
			for range 30 {
				if s := d.Check(t.Context()); s.Reason != "" && s.Reason != NoAnswer || s.Ready && !s.NearEnd {
					t.Fatalf("answers after %v: status %+v", delay, s)
				}
			}
		}
		d.sound(t)
	})
}

// A ticket whose deadline passes while another is printed is dropped, and one that nobody waits for any more as well.
func TestLateTickets(t *testing.T) {
	on(t, virtual.Options{Speed: 20}, func(t *testing.T, d *desk) {
		printed := make(chan error)
		go func() { _, err := d.Print(t.Context(), job("A001")); printed <- err }()
		synctest.Wait()
		late := job("A002")
		late.Deadline = time.Now().Add(time.Second)
		_, err := d.Print(t.Context(), late)
		d.wantFault(t, err, Late, false)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err = d.Print(ctx, job("A003"))
		d.wantFault(t, err, Late, false)
		if err := <-printed; err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if a, b, c := d.copies("A001"), d.copies("A002"), d.copies("A003"); a != 1 || b != 0 || c != 0 {
			t.Fatalf("copies %d, %d, %d", a, b, c)
		}
		d.sound(t)
	})
}

// A ticket that waited for a printer to come back is not begun after its deadline, even when the printer is ready then.
func TestPrinterComesBackLate(t *testing.T) {
	on(t, virtual.Options{NoEcho: true}, func(t *testing.T, d *desk) {
		d.plug(false)
		d.virtual.CutLine(1)
		time.Sleep(time.Minute)
		late := job("A001")
		late.Deadline = time.Now().Add(5 * time.Second)
		time.AfterFunc(2*time.Second, func() { d.plug(true) }) // four more are needed to learn that it has no echo
		_, err := d.Print(t.Context(), late)
		d.wantFault(t, err, Late, false)
		time.Sleep(time.Minute)
		if n := d.copies("A001"); n != 0 {
			t.Fatalf("%d copies", n)
		}
		d.sound(t)
	})
}

// When the program ends, what was begun is printed if that is soon done.
func TestEndInTheMiddle(t *testing.T) {
	for speed, reason := range map[int]string{100: "", 10: Restart} {
		on(t, virtual.Options{Speed: speed}, func(t *testing.T, d *desk) {
			outcome := make(chan error)
			go func() { _, err := d.Print(context.Background(), job("A001")); outcome <- err }()
			time.Sleep(100 * time.Millisecond)
			d.end()
			if err := <-outcome; reasonOf(err) != reason {
				t.Fatalf("%d mm/s: %v, want %q", speed, err, reason)
			}
			_, err := d.Print(context.Background(), job("A002"))
			d.wantFault(t, err, Restart, false)
			if s := d.Check(context.Background()); s.At.IsZero() {
				t.Error("no status after the end")
			}
		})
	}
}
