package room

import (
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
)

func TestContactLevels(t *testing.T) {
	for _, c := range []struct {
		pull     gpio.Pull
		conducts bool
		want     gpio.Level
	}{{gpio.PullUp, true, gpio.Low}, {gpio.PullUp, false, gpio.High}, {gpio.PullDown, true, gpio.Low}, {gpio.PullDown, false, gpio.Low}} {
		contact := newContact()
		if err := contact.In(c.pull, gpio.BothEdges); err != nil {
			t.Fatal(err)
		}
		contact.set(c.conducts)
		if got := contact.Read(); got != c.want || contact.Pull() != c.pull {
			t.Errorf("%s, conducts %v: %s, want %s", c.pull, c.conducts, got, c.want)
		}
	}
}

func TestContactQueuesSixteenEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for edge, want := range map[gpio.Edge]int{gpio.BothEdges: queued, gpio.RisingEdge: 15, gpio.FallingEdge: 15, gpio.NoEdge: 0} {
			c := newContact()
			_ = c.In(gpio.PullUp, edge)
			for i := range 30 { // 15 rising, 15 falling
				c.set(i%2 == 1)
				c.set(i%2 == 1) // the same level is no edge
			}
			n := 0
			for c.WaitForEdge(time.Second) {
				n++
			}
			if n != want {
				t.Errorf("%s: %d edges, want %d", edge, n, want)
			}
		}
	})
}

func TestContactWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContact()
		_ = c.In(gpio.PullUp, gpio.BothEdges)
		start := time.Now()
		if c.WaitForEdge(-1) || time.Since(start) != 0 {
			t.Error("a negative timeout waited")
		}
		if c.WaitForEdge(time.Minute) || time.Since(start) != time.Minute {
			t.Errorf("waited %v for an edge, want a minute", time.Since(start))
		}
		done := make(chan bool)
		go func() { done <- c.WaitForEdge(0) }()
		synctest.Wait()
		_ = c.Halt()
		if <-done {
			t.Error("Halt was taken for an edge")
		}
		go func() { done <- c.WaitForEdge(0) }()
		synctest.Wait()
		c.set(false)
		if !<-done {
			t.Error("missed an edge")
		}
	})
}
