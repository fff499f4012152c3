package lobby

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"pgregory.net/rapid"

	"stationkeeper/ui/screentest"
)

// crowd is people who do anything at all before one screen, and a desk that answers when it likes.
type crowd struct {
	*play
}

// newCrowd wires the flows' buttons to all that a flow may want.
func newCrowd(t *testing.T) *crowd {
	c := &crowd{play: withFlows(t, 1280, 800, func(o *Options) { o.LongWait = 40 * time.Minute })}
	c.desk.gate = make(chan struct{})
	for _, f := range c.flow {
		f.gate = c.desk.gate
		f.tapped = func() {
			switch f.step {
			case 0, 1:
				f.next()
			case 2:
				f.ask(f.next)
			case 3:
				f.ask(func() { f.shell.Failed("it failed", "try again", f.tapped) })
				f.step++
			case 4:
				f.shell.ShowTicket(Ticket{Number: "B001"})
			}
		}
	}
	return c
}

// touchable is everything that a finger can meet.
func (c *crowd) touchable() (all []screentest.Placed) {
	for _, o := range screentest.Seen(c.window.Canvas().Content()) {
		if _, ok := o.Object.(fyne.Tappable); ok && o.Size.Width > 0 {
			all = append(all, o)
		}
	}
	return all
}

// tapSomething taps something, perhaps twice, as an impatient finger does.
func (c *crowd) tapSomething(t *rapid.T) {
	all := c.touchable()
	o := all[rapid.IntRange(0, len(all)-1).Draw(t, "what")]
	at := o.At.AddXY(o.Size.Width/2, o.Size.Height/2)
	before := c.lobby.state.wish
	c.tapAt(at)
	first := c.lobby.state.wish
	if rapid.Bool().Draw(t, "twice") {
		c.tapAt(at)
	}
	if second := c.lobby.state.wish; first != before && second != first {
		t.Fatalf("a double tap on %v asked twice", o)
	}
}

// answer lets one of those that wait for an answer have it, if there is one.
func (c *crowd) answer() {
	if !c.lobby.state.asked {
		return
	}
	select {
	case c.desk.gate <- struct{}{}:
		c.answered()
	case f := <-c.todo:
		f()
	}
}

// alive holds what must be true at any time: there is one screen, and a way on from it.
func (c *crowd) alive(t *rapid.T) {
	s := c.lobby.state
	shown := 0
	if !c.lobby.view.dark.all.Visible() {
		for _, o := range c.lobby.view.middle.Objects {
			if o.Visible() {
				shown++
			}
		}
		if shown != 1 {
			t.Fatalf("%d screens are shown in state %+v", shown, s)
		}
	}
	if s.left == 0 && s.screen != home && s.screen != dark {
		t.Fatalf("nothing ends screen %s", c.lobby.ScreenName())
	}
	if s.left == 0 && s.screen == home && s.customer != nobody {
		t.Fatal("the home screen stays as somebody left it")
	}
	if (s.screen == flowing) != (s.open != none && s.screen != waiting && s.screen != trouble) {
		t.Fatalf("flow %d is open on screen %d", s.open, s.screen)
	}
	if len(c.touchable()) == 0 {
		t.Fatal("nothing can be touched")
	}
}

func (c *crowd) snapshot(t *rapid.T) Snapshot {
	s := rapid.SampledFrom([]func() Snapshot{
		func() Snapshot { return Snapshot{} }, func() Snapshot { return branch(4) }, func() Snapshot { return branch(13) },
		func() Snapshot { return evening(8) }, func() Snapshot { return night(4) }, grouped,
	}).Draw(t, "snapshot")()
	s.Dim = rapid.Bool().Draw(t, "dim")
	if rapid.Bool().Draw(t, "closed") {
		s.Opens = c.now.Add(time.Hour)
	}
	s.Out = rapid.SampledFrom([]string{"", "", "journal"}).Draw(t, "out")
	return s
}

// TestWhateverPeopleDo holds that no sequence of taps, times, answers, scans and news leaves a customer without a way on,
// and that silence leads home.
func TestWhateverPeopleDo(t *testing.T) {
	c := newCrowd(t)
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				c.show(c.snapshot(t))
			case 1:
				c.pass(time.Duration(rapid.IntRange(1, 70).Draw(t, "seconds")) * time.Second)
			case 2:
				c.desk.fail(rapid.SampledFrom([]error{nil, errors.New("disk full"), ErrFull}).Draw(t, "fails"))
			case 3:
				c.lobby.Scan(rapid.SampledFrom([]string{"YUY12345", "https://a.example/t/abcdefghijklmnopqrstuvwxyz", "x"}).Draw(t, "scan"))
			case 4, 5:
				c.answer()
			default:
				c.pass(time.Duration(rapid.IntRange(0, 1500).Draw(t, "milliseconds")) * time.Millisecond)
				c.tapSomething(t)
			}
			c.settle()
			c.alive(t)
		}
		for c.lobby.state.asked {
			c.answer()
		}
		c.pass(5 * time.Minute)
		s := c.lobby.state
		if s.screen != home && s.screen != dark || s.customer != nobody || s.open != none || s.asked {
			t.Fatalf("silence leads to %s, %+v", c.lobby.ScreenName(), s)
		}
		c.desk.fail(nil)
		c.show(branch(4))
	})
}

// TestManyCustomers holds that a month of customers leaves nothing behind.
func TestManyCustomers(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.show(branch(8))
	customer := func(n int) {
		s := branch(8)
		s.Called[0] = Call{Number: fmt.Sprintf("D%03d", n%1000), Counter: "1"}
		p.show(s)
		p.tapAt(p.middleOf(p.tile(n % 8)))
		p.answered()
		p.pass(ticketStays * time.Second)
		p.tapAt(p.middleOf(p.entry(complaint)))
		p.flow[complaint].next()
		p.pass(time.Second)
		p.tapAt(p.middleOf(p.lobby.view.actions.home))
		p.pass(time.Second)
		clear(p.desk.issued)
		p.desk.asked = nil
	}
	for n := range 300 {
		customer(n)
	}
	objects, before := count(p.lobby.Content()), heap()
	const customers = 3000
	for n := range customers {
		customer(n)
	}
	if after := count(p.lobby.Content()); after != objects {
		t.Errorf("%d objects after %d customers, %d before", after, customers, objects)
	}
	// Eight hours of a customer every 20 seconds are 1440: a megabyte an hour would be 16 for these.
	const allowed = 4 << 20
	if after := heap(); after > before+allowed {
		t.Errorf("%d bytes in use after %d customers, %d before", after, customers, before)
	}
}
