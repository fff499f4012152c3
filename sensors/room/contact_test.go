package room

import (
	"testing"

	"periph.io/x/conn/v3/gpio"
)

func TestContactLevels(t *testing.T) {
	for _, c := range []struct {
		pull     gpio.Pull
		conducts bool
		want     gpio.Level
	}{{gpio.PullUp, true, gpio.Low}, {gpio.PullUp, false, gpio.High}, {gpio.PullDown, true, gpio.Low}, {gpio.PullDown, false, gpio.Low}} {
		contact := &Contact{conducts: c.conducts}
		line, err := contact.Open(c.pull)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := line.Level(); err != nil || got != c.want {
			t.Errorf("%s, conducts %v: %s %v, want %s", c.pull, c.conducts, got, err, c.want)
		}
	}
}

func TestContactQueuesEdgesAndCountsTheLost(t *testing.T) {
	c := &Contact{}
	line, err := c.Open(gpio.PullUp)
	if err != nil {
		t.Fatal(err)
	}
	const lost = 30
	for i := range queued + lost {
		if !c.set(i%2 == 0) || c.set(i%2 == 0) {
			t.Fatal("a change was not one, or the same again was")
		}
	}
	for i := range queued {
		if e := <-line.Edges(); e.Level != (i%2 == 1) || e.Lost != 0 {
			t.Fatalf("edge %d: %+v", i, e)
		}
	}
	c.set(true)
	if e := <-line.Edges(); e.Level != gpio.Low || e.Lost != lost {
		t.Errorf("got %+v, want a falling edge after %d lost", e, lost)
	}
}

func TestContactIsHeldOnceAtATime(t *testing.T) {
	c := &Contact{}
	line, err := c.Open(gpio.PullUp)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Open(gpio.PullUp); err == nil {
		t.Error("opened twice")
	}
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	c.set(true) // nobody is told
	again, err := c.Open(gpio.PullUp)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Edges()) != 0 {
		t.Error("an edge of before")
	}
}
