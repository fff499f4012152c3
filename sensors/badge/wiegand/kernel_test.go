package wiegand

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stationkeeper/sensors/badge"
)

// simulator is where the kernel's simulated GPIO chips are made (module gpio-sim, with configfs).
const simulator = "/sys/kernel/config/gpio-sim"

// patience bounds how long a test waits for what must come.
const patience = time.Minute

// chip is a simulated chip with two lines.
type chip struct {
	t    *testing.T
	path string
	name string // of the lines, with 0 or 1 after it
}

func newChip(t *testing.T) *chip {
	t.Helper()
	if _, err := os.Stat(simulator); err != nil {
		t.Skipf("no real lines to test with: %v (modprobe gpio-sim, mount configfs)", err)
	}
	name := fmt.Sprintf("wiegand%d-", os.Getpid())
	c := &chip{t: t, path: filepath.Join(simulator, name), name: name}
	bank := filepath.Join(c.path, "bank")
	t.Cleanup(func() {
		// Folders of configfs go from the innermost outwards; what is left of them has no consequence.
		for _, folder := range []string{bank + "/line1", bank + "/line0", bank, c.path} {
			_ = os.Remove(folder)
		}
	})
	for _, folder := range []string{c.path, bank, bank + "/line0", bank + "/line1"} {
		if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
	}
	c.write(bank+"/num_lines", "2")
	c.write(bank+"/line0/name", name+"0")
	c.write(bank+"/line1/name", name+"1")
	return c
}

func (c *chip) write(path, text string) {
	c.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chip) read(path string) string {
	c.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// live plugs the chip in or out.
func (c *chip) live(on bool) {
	c.t.Helper()
	if !on {
		c.write(c.path+"/live", "0")
		return
	}
	c.write(c.path+"/live", "1")
	for i := range 2 {
		c.pull(i, "pull-up")
	}
}

// pull drives a line.
func (c *chip) pull(line int, how string) {
	c.t.Helper()
	device, chip := c.read(c.path+"/dev_name"), c.read(c.path+"/bank/chip_name")
	c.write(fmt.Sprintf("/sys/devices/platform/%s/%s/sim_gpio%d/pull", device, chip, line), how)
}

// send pulses a card's bits as fast as the simulator can.
func (c *chip) send(bits []bool) {
	c.t.Helper()
	device, chip := c.read(c.path+"/dev_name"), c.read(c.path+"/bank/chip_name")
	for _, one := range bits {
		line := 0
		if one {
			line = 1
		}
		for _, how := range []string{"pull-down", "pull-up"} {
			c.write(fmt.Sprintf("/sys/devices/platform/%s/%s/sim_gpio%d/pull", device, chip, line), how)
		}
	}
}

func TestRealWiresAreReadInOrderAndHeal(t *testing.T) {
	c := newChip(t)
	sightings := make(chan badge.Sighting, 100)
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	// On a machine that is busy the simulator may pause for long between two bits.
	o := Options{Data0: c.name + "0", Data1: c.name + "1", Retry: 10 * time.Millisecond, Keypad: true, Silence: time.Second}
	done.Go(func() { Watch(ctx, o, func(s badge.Sighting) { sightings <- s }) })
	defer func() { cancel(); done.Wait() }()
	expect := func(want string) {
		t.Helper()
		select {
		case s := <-sightings:
			got := "works"
			switch {
			case s.Fault != nil:
				got = s.Fault.Error()
			case s.Card != "":
				got = "card " + string(s.Card)
			case s.Key != 0:
				got = "key " + string(s.Key)
			}
			if t.Log(got); !strings.Contains(got, want) {
				t.Fatalf("got %q, want %q", got, want)
			}
		case <-time.After(patience):
			t.Fatalf("%q did not come", want)
		}
	}
	expect("wires of the Wiegand reader")
	c.live(true)
	expect("works")
	for number := range uint64(10) {
		c.send(card(0x04A1B2C3+number<<8, 32))
		expect(fmt.Sprintf("card %010d", 0x04A1B2C3+number<<8))
	}
	c.send(pulses("10100101"))
	expect("key 5")
	c.pull(1, "pull-down")
	expect("wire DATA1 of the Wiegand reader does not rest")
	c.pull(1, "pull-up")
	expect("works")
	c.live(false)
	expect("wires of the Wiegand reader")
	c.live(true)
	expect("works")
	c.send(card(0xBC614E, 24))
	expect("card 0012345678")
}
