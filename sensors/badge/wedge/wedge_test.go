package wedge

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
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

// bench is a machine with input devices that are pipes.
type bench struct {
	t *testing.T
	machine
	mu     sync.Mutex
	opened map[string]*os.File // the end of the pipe that types, by path
	refuse error               // what opening fails with
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, opened: map[string]*os.File{}}
	b.machine = machine{devices: t.TempDir(), class: t.TempDir(), open: func(path string) (device, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.refuse != nil {
			return nil, &fs.PathError{Op: "open", Path: path, Err: b.refuse}
		}
		r, w, err := os.Pipe()
		b.opened[path] = w
		return r, err
	}}
	return b
}

// plug makes an input device that the kernel describes with a name, "vendor:product" and a bitmap of keys.
func (b *bench) plug(event, name, id, keys string) string {
	b.t.Helper()
	about := filepath.Join(b.class, event, "device")
	vendor, product, _ := strings.Cut(id, ":")
	for file, text := range map[string]string{"name": name, "id/vendor": vendor, "id/product": product, "capabilities/key": keys} {
		path := filepath.Join(about, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text+"\n"), 0o644)); err != nil {
			b.t.Fatal(err)
		}
	}
	path := filepath.Join(b.devices, event)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// unplug takes the device away: reads of it fail, its file goes.
func (b *bench) unplug(path string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := errors.Join(os.Remove(path), os.RemoveAll(filepath.Join(b.class, filepath.Base(path))), b.opened[path].Close()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) typeText(path, text string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range []byte(text) {
		for _, e := range stroke(b.t, c) {
			if _, err := b.opened[path].Write(encode(e)); err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

func (b *bench) refuseWith(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = err
}

func encode(e event) []byte {
	raw := make([]byte, eventSize)
	for i := range raw[:2*wordSize] {
		raw[i] = 0xEE // a time, which does not matter
	}
	binary.NativeEndian.PutUint16(raw[2*wordSize:], e.kind)
	binary.NativeEndian.PutUint16(raw[2*wordSize+2:], e.code)
	binary.NativeEndian.PutUint32(raw[2*wordSize+4:], uint32(e.value))
	return raw
}

// watch watches a reader until the test ends.
func watch(t *testing.T, o Options, m machine) <-chan badge.Sighting {
	o.Retry = time.Millisecond
	sightings := make(chan badge.Sighting, 100)
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { o.watch(ctx, m, func(s badge.Sighting) { sightings <- s }) })
	t.Cleanup(func() { cancel(); done.Wait() })
	return sightings
}

// expect waits for sightings, as words: "works", "card N", "key K", or a part of a fault's text.
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
			case s.Key != 0:
				got = "key " + string(s.Key)
			}
			if got != w && !(s.Fault != nil && strings.Contains(got, w)) {
				t.Fatalf("got %q, want %q", got, w)
			}
			if s.At.IsZero() {
				t.Errorf("%s: at no time", got)
			}
		case <-time.After(patience):
			t.Fatalf("%q did not come", w)
		}
	}
}

const keyboard = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"

func TestWatchHealsWhenTheReaderIsUnplugged(t *testing.T) {
	b := newBench(t)
	sightings := watch(t, Options{Name: "*RFID*"}, b.machine)
	expect(t, sightings, `there is no USB reader that matches name "*RFID*": is it plugged in?`)
	path := b.plug("event3", "Sycreader RFID Technology", "ffff:0035", keyboard)
	expect(t, sightings, "works")
	b.typeText(path, "0012345678\n")
	expect(t, sightings, "card 0012345678")
	b.unplug(path)
	expect(t, sightings, "there is no USB reader")
	again := b.plug("event7", "Sycreader RFID Technology", "ffff:0035", keyboard)
	expect(t, sightings, "works")
	b.typeText(again, "0012345679\n00123")
	expect(t, sightings, "card 0012345679")
	b.unplug(again)
	expect(t, sightings, "there is no USB reader")
	b.plug("event7", "Sycreader RFID Technology", "ffff:0035", keyboard)
	expect(t, sightings, "works")
	b.typeText(again, "0012345670\n") // what was typed before is forgotten
	expect(t, sightings, "card 0012345670")
}

func TestWatchTellsKeysAfterTheGap(t *testing.T) {
	b := newBench(t)
	path := b.plug("event0", "Keypad", "0001:0001", keyboard)
	sightings := watch(t, Options{Device: path, Keypad: true, Gap: 10 * time.Millisecond}, b.machine)
	expect(t, sightings, "works")
	b.typeText(path, "7")
	expect(t, sightings, "key 7")
	b.typeText(path, "42\n")
	expect(t, sightings, "key 4", "key 2", "key #")
}

func TestWatchRecoversFromWhatHasNoEnd(t *testing.T) {
	b := newBench(t)
	path := b.plug("event0", "Reader", "0001:0001", keyboard)
	sightings := watch(t, Options{Device: path, Gap: 10 * time.Millisecond}, b.machine)
	expect(t, sightings, "works")
	b.typeText(path, "0012345678")
	expect(t, sightings, "without Enter")
	b.typeText(path, "0012345678\n")
	expect(t, sightings, "works", "card 0012345678")
}

func TestWatchSaysWhyAReaderCannotBeOpened(t *testing.T) {
	b := newBench(t)
	path := b.plug("event0", "Reader", "0001:0001", keyboard)
	b.refuseWith(unix.EACCES)
	sightings := watch(t, Options{Device: path}, b.machine)
	expect(t, sightings, "no permission to open it")
	b.refuseWith(unix.EBUSY)
	expect(t, sightings, "another program has grabbed it")
	b.refuseWith(unix.EIO)
	expect(t, sightings, "input/output error")
	b.refuseWith(unix.ENODEV)
	expect(t, sightings, "there is no USB reader")
	b.refuseWith(nil)
	expect(t, sightings, "works")
}

func TestFindPicksTheDeviceThatTypes(t *testing.T) {
	b := newBench(t)
	power := b.plug("event0", "Power Button", "0000:0001", "10000000000000 0")
	mouse := b.plug("event1", "HXGCoLtd Reader Mouse", "ffff:0035", "1f0000 0 0 0 0")
	reader := b.plug("event2", "HXGCoLtd Reader", "ffff:0035", keyboard)
	desk := b.plug("event3", "Logitech K120", "046d:c31c", keyboard)
	link := filepath.Join(t.TempDir(), "usb-HXGCoLtd-event-kbd")
	if err := os.Symlink(reader, link); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		o    Options
		want string
	}{
		{Options{Device: reader}, reader},
		{Options{Device: link}, reader},
		{Options{Device: filepath.Dir(link) + "/usb-*-event-kbd"}, reader},
		{Options{Device: power}, power}, // whoever names a device gets it
		{Options{Device: filepath.Join(b.devices, "event[12]")}, reader},
		{Options{Name: "HXGCoLtd Reader"}, reader},
		{Options{Name: "HXG*"}, reader},
		{Options{Name: "*Mouse"}, mouse},
		{Options{Vendor: 0xffff}, reader},
		{Options{Vendor: 0xffff, Product: 0x35}, reader},
		{Options{Vendor: 0x046d, Product: 0xc31c}, desk},
		{Options{Device: filepath.Join(b.devices, "event*"), Vendor: 0x046d}, desk},
		{Options{Name: "*Technology"}, "there is no USB reader that matches name"},
		{Options{Vendor: 0xffff, Product: 0x36}, "USB vendor ffff and product 0036"},
		{Options{Device: reader, Name: "Logitech*"}, "there is no USB reader that matches device"},
		{Options{Device: filepath.Join(b.devices, "event[23]")}, "2 devices match device"},
		{Options{Device: filepath.Join(b.devices, "event[01]")}, "2 devices match device"},
	}
	for _, c := range cases {
		got, err := c.o.find(b.machine)
		if err != nil {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%+v: got %s, want %s", c.o, got, c.want)
		}
	}
}

func TestHasDigits(t *testing.T) {
	for keys, want := range map[string]bool{
		keyboard: true,
		"7 ff9f207a c14057ff febeffdf ffefffff ffffffff fffffffe": true, // a 32-bit kernel
		"10000ffc":          true,
		"ffc":               false, // digits, no Enter
		"10000000":          false,
		"10000000000000 0":  false,
		"":                  false,
		"nonsense":          false,
		"fffffffffffffffe ": true,
	} {
		if got := hasDigits(keys); got != want {
			t.Errorf("%q: %v, want %v", keys, got, want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, good := range []Options{{Device: "/dev/input/event0"}, {Name: "*"}, {Vendor: 1}, {Vendor: 1, Product: 2, Length: 10, Keypad: true}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for want, bad := range map[string]Options{
		"which reader":        {},
		`pattern "["`:         {Device: "["},
		"of which vendor":     {Device: "a", Product: 1},
		"65 characters":       {Device: "a", Length: 65},
		"-1 characters":       {Device: "a", Shortest: -1},
		"give one of them":    {Device: "a", Shortest: 1, Length: 1},
		"cannot be negative:": {Device: "a", Gap: -1},
	} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", bad, err, want)
		}
	}
	if err := (Options{Product: 1, Length: -1}).Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v, want three problems at once", err)
	}
}

func ExampleWatch() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // at once, for want of a reader
	Watch(ctx, Options{Device: "/dev/input/by-id/usb-*RFID*-event-kbd"}, func(s badge.Sighting) {
		switch {
		case s.Fault != nil:
			fmt.Println("reader:", s.Fault)
		case s.Card != "":
			fmt.Println("card:", s.Card) // masked
		}
	})
	// Output:
}
