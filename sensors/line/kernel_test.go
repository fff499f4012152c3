package line

import (
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"stationkeeper/sensors/line/linetest"
)

// next takes from a channel, with a guard against waiting for ever.
func next(t *testing.T, edges <-chan Edge) Edge {
	t.Helper()
	select {
	case e, ok := <-edges:
		if !ok {
			t.Fatal("the edges have ended")
		}
		return e
	case <-time.After(30 * time.Second):
		t.Fatal("no edge came")
	}
	panic("unreachable")
}

func expectLevel(t *testing.T, in *Input, want gpio.Level) {
	t.Helper()
	if level, err := in.Level(); err != nil || level != want {
		t.Fatalf("level %v, %v: want %v", level, err, want)
	}
}

func TestInputOnARealKernel(t *testing.T) {
	chip := linetest.New(t, "station", "", "door")
	in, err := OpenInput("door", gpio.PullUp)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	expectLevel(t, in, gpio.High)
	for i := range 6 {
		before := time.Now()
		chip.Pull("door", i%2 == 1)
		e := next(t, in.Edges())
		if e.Level != (i%2 == 1) || e.Lost != 0 || e.At.Before(before.Add(-time.Millisecond)) || e.At.After(time.Now()) {
			t.Errorf("edge %d: %+v, pulled between %v and %v", i, e, before, time.Now())
		}
		expectLevel(t, in, i%2 == 1)
	}
	if _, err := OpenInput("station/1", gpio.PullUp); err == nil || !strings.Contains(err.Error(), `in use by "stationkeeper"`) {
		t.Errorf("a line in use was given, or not explained: %v", err)
	}
	if _, err := OpenOutput("station/door", false, false); err == nil || !strings.Contains(err.Error(), `in use by "stationkeeper"`) {
		t.Errorf("a line in use was given, or not explained: %v", err)
	}
}

func TestEdgesThatNobodyFetchesAreCounted(t *testing.T) {
	chip := linetest.New(t, "station", "door")
	in, err := OpenInput("door", gpio.PullDown)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	const pulled = 1001
	for i := range pulled {
		chip.Pull("door", i%2 == 0)
	}
	told, lost := 0, 0
	for told+lost < pulled {
		e := next(t, in.Edges())
		told, lost = told+1, lost+int(e.Lost)
	}
	if told+lost != pulled || told < backlog || lost == 0 {
		t.Errorf("%d edges told and %d lost of %d, want at least %d told", told, lost, pulled, backlog)
	}
	expectLevel(t, in, gpio.High)
	t.Logf("%d edges told, %d lost", told, lost)
}

func TestALineThatGoesSaysSo(t *testing.T) {
	chip := linetest.New(t, "station", "door", "strike")
	in, err := OpenInput("door", gpio.PullUp)
	if err != nil {
		t.Fatal(err)
	}
	out, err := OpenOutput("strike", false, false)
	if err != nil {
		t.Fatal(err)
	}
	chip.Unplug()
	if level, err := in.Level(); err == nil {
		t.Errorf("read %v from a line that has gone", level)
	}
	if err := out.Set(true); err == nil {
		t.Error("drove a line that has gone")
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenInput("door", gpio.PullUp); err == nil {
		t.Error("found a line that has gone")
	}
	chip.Plug()
	again, err := OpenInput("door", gpio.PullUp)
	if err != nil {
		t.Fatalf("a chip that came back was not found: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestOutputHasItsFirstValueAtOnce(t *testing.T) {
	chip := linetest.New(t, "station", "strike")
	for _, first := range []bool{false, true} {
		for _, activeLow := range []bool{false, true} {
			chip.Pull("strike", first != activeLow) // what the resistor makes of it
			out, err := OpenOutput("strike", activeLow, first)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []bool{first, !first, first} {
				if i > 0 {
					if err := out.Set(want); err != nil {
						t.Fatal(err)
					}
				}
				if high := chip.High("strike"); high != (want != activeLow) {
					t.Errorf("active low %v, value %v: high %v", activeLow, want, high)
				}
			}
			if err := out.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestChipsTellsLinesAndWhoHoldsThem(t *testing.T) {
	chip := linetest.New(t, "station", "door", "", "strike")
	out, err := OpenOutput("strike", false, false)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	for _, c := range Chips() {
		if c.Name != chip.Name {
			continue
		}
		if c.Label != "station" || len(c.Lines) != 3 || c.Lines[0] != (Info{Name: "door"}) || c.Lines[1] != (Info{Number: 1}) ||
			c.Lines[2] != (Info{Name: "strike", Number: 2, Used: true, Consumer: consumer, Output: true}) {
			t.Errorf("got %+v", c)
		}
		return
	}
	t.Errorf("%s is not among the chips", chip.Name)
}

func TestPulsesOfTwoLinesComeInOrder(t *testing.T) {
	chip := linetest.New(t, "station", "data0", "data1", "strike")
	in, err := OpenPulses([]string{"data0", "data1"}, gpio.PullUp, gpio.Low)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if active, err := in.Active(); err != nil || active[0] || active[1] {
		t.Errorf("active %v, %v: want none", active, err)
	}
	sent := []int{0, 1, 1, 0, 1, 0, 0, 0, 1}
	for _, line := range sent {
		chip.Pull([]string{"data0", "data1"}[line], false)
		chip.Pull([]string{"data0", "data1"}[line], true)
	}
	var last time.Time
	for i, line := range sent {
		select {
		case p := <-in.Pulses():
			if p.Line != line || p.Lost != 0 || !p.At.After(last) {
				t.Errorf("pulse %d: %+v, want line %d after %v", i, p, line, last)
			}
			last = p.At
		case <-time.After(30 * time.Second):
			t.Fatal("no pulse came")
		}
	}
	chip.Pull("data1", false)
	if active, err := in.Active(); err != nil || active[0] || !active[1] {
		t.Errorf("active %v, %v: want the second", active, err)
	}
	if _, err := OpenPulses([]string{"strike", "data1"}, gpio.PullUp, gpio.Low); err == nil || !strings.Contains(err.Error(), `GPIO line data1`) || !strings.Contains(err.Error(), `in use by "stationkeeper"`) {
		t.Errorf("a line in use was given, or not explained: %v", err)
	}
}
