package serial

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"stationkeeper/sensors/badge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds how long a test waits for what must come.
const patience = time.Minute

// cable is a real serial line of the kernel, a pseudo terminal: what is written to it is what the port receives.
type cable struct{ *os.File }

// plug makes a line and puts it where a name, such as those under /dev/serial/by-id, leads to it.
func plug(t *testing.T, name string) cable {
	t.Helper()
	file, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(file.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(file.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(name) // the first time there is none
	if err := os.Symlink(fmt.Sprintf("/dev/pts/%d", number), name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // which tests have done that unplug it
	return cable{file}
}

// unplug takes the line away, as a USB adapter that is pulled.
func (c cable) unplug(t *testing.T) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func (c cable) send(t *testing.T, text string) {
	t.Helper()
	if _, err := c.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// watch watches a reader until the test ends.
func watch(t *testing.T, o Options) <-chan badge.Sighting {
	o.Retry = time.Millisecond
	sightings := make(chan badge.Sighting, 100)
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { Watch(ctx, o, func(s badge.Sighting) { sightings <- s }) })
	t.Cleanup(func() { cancel(); done.Wait() })
	return sightings
}

// expect waits for sightings, as words: "works", "card N", or a part of a fault's text.
func expect(t *testing.T, sightings <-chan badge.Sighting, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case s := <-sightings:
			got := "works"
			switch {
			case s.Fault != nil:
				got = s.Fault.Error()
			case s.Card != "":
				got = "card " + string(s.Card)
			}
			if got != w && !(s.Fault != nil && strings.Contains(got, w)) {
				t.Fatalf("got %q, want %q", got, w)
			}
		case <-time.After(patience):
			t.Fatalf("%q did not come", w)
		}
	}
}

func TestWatchHealsWhenTheAdapterIsUnplugged(t *testing.T) {
	name := filepath.Join(t.TempDir(), "usb-reader")
	sightings := watch(t, Options{Device: name})
	expect(t, sightings, "there is no serial port "+name)
	line := plug(t, name)
	expect(t, sightings, "works")
	line.send(t, "0012345678\r\n")
	expect(t, sightings, "card 0012345678")
	line.send(t, "00123")
	line.unplug(t)
	expect(t, sightings, "there is no serial port")
	line = plug(t, name)
	expect(t, sightings, "works")
	line.send(t, "0012345679\r\n") // what was sent before is forgotten
	expect(t, sightings, "card 0012345679")
}

func TestWatchTellsACardThatIsHeldOnce(t *testing.T) {
	name := filepath.Join(t.TempDir(), "rdm6300")
	line := plug(t, name)
	sightings := watch(t, Options{Device: name, Frame: RDM6300, Repeat: time.Hour})
	expect(t, sightings, "works")
	for range 20 { // it repeats the number while the card is there
		line.send(t, "\x020A00BC614E99\x03")
	}
	line.send(t, "\x020A00BC614F98\x03")
	expect(t, sightings, "card 0012345678", "card 0012345679")
}

func TestWatchRecoversFromNoise(t *testing.T) {
	name := filepath.Join(t.TempDir(), "noisy")
	line := plug(t, name)
	sightings := watch(t, Options{Device: name})
	expect(t, sightings, "works")
	line.send(t, "\xfe\x80\n\xfe\x81\n\xfe\x82\n")
	expect(t, sightings, "what is no card's number") // once
	line.send(t, "0012345678\n")
	expect(t, sightings, "works", "card 0012345678")
	line.send(t, "00123")
	expect(t, sightings, "did not end it")
	line.send(t, "0012345670\n")
	expect(t, sightings, "works", "card 0012345670")
}

func TestWatchSaysWhyAPortCannotBeOpened(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	expect(t, watch(t, Options{Device: file}), "is no serial port")
	o := Options{Device: "/dev/ttyX"}
	for err, want := range map[error]string{
		unix.EACCES: "no permission to open it", unix.ENXIO: "there is no serial port", unix.EIO: "there is no serial port", unix.EMFILE: "too many open files",
	} {
		if got := o.refused(err).Error(); !strings.Contains(got, want) {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, good := range []Options{
		{Device: "a"},
		{Device: "a", Baud: 115200, Bits: 7, Parity: Even, Frame: Enclosed, Length: 10},
		{Device: "a", Frame: RDM6300, Numbering: badge.Numbering{Format: badge.Hex, Reverse: true}},
	} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for want, bad := range map[string]Options{
		"at which serial port":     {},
		"299 baud":                 {Device: "a", Baud: 299},
		"6 data bits":              {Device: "a", Bits: 6},
		`parity "mark"`:            {Device: "a", Parity: "mark"},
		`frame "square"`:           {Device: "a", Frame: "square"},
		"65 characters":            {Device: "a", Length: 65},
		"which has its own":        {Device: "a", Length: 10, Frame: RDM6300},
		"cannot be negative":       {Device: "a", Repeat: -1},
		"format of card numbers":   {Device: "a", Numbering: badge.Numbering{Bytes: 4}},
		"11 bytes of a card's num": {Device: "a", Numbering: badge.Numbering{Format: badge.Hex, Bytes: 11}},
	} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", bad, err, want)
		}
	}
}
