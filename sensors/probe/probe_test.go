package probe

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"

	"stationkeeper/sensors/line"
)

var update = flag.Bool("update", false, "write the reports in testdata anew")

// tree is a file system: contents by path; "-> TARGET" is a symbolic link, and a path that ends in / a folder.
type tree map[string]string

func (files tree) write(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	for path, content := range files {
		at := filepath.Join(root, path)
		err := os.MkdirAll(filepath.Dir(at), 0o700)
		target, link := strings.CutPrefix(content, "-> ")
		switch {
		case strings.HasSuffix(path, "/"):
			err = errors.Join(err, os.MkdirAll(at, 0o700))
		case link:
			err = errors.Join(err, os.Symlink(target, at))
		default:
			err = errors.Join(err, os.WriteFile(at, []byte(content), 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// bus is an I²C bus: what chips answer by address and what was written to them; what they do not know reads as zeros.
type bus struct {
	chips map[uint16]map[string]string
	fails error
	wrote []string
}

func (b *bus) Tx(address uint16, w, r []byte) error {
	if b.fails != nil {
		return fmt.Errorf("sysfs-i2c: %v", b.fails)
	}
	chip, there := b.chips[address]
	if !there {
		return fmt.Errorf("sysfs-i2c: %v", syscall.EREMOTEIO)
	}
	b.wrote = append(b.wrote, fmt.Sprintf("%02x: % x", address, w))
	clear(r)
	copy(r, chip[string(w)])
	return nil
}

func (b *bus) Close() error                    { return nil }
func (b *bus) String() string                  { return "I2C" }
func (b *bus) SetSpeed(physic.Frequency) error { return nil }

const (
	nobody = iota + 2000 // a user without rights
	gpio   = 997
	i2cs   = 998
	inputs = 106
	dial   = 20
	spi    = 999
)

// board is a Raspberry Pi with everything on it.
func board() tree {
	return tree{
		"/proc/device-tree/model":          "Raspberry Pi 4 Model B Rev 1.4\x00",
		"/proc/sys/kernel/osrelease":       "6.12.47+rpt-rpi-v8\n",
		"/etc/os-release":                  "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n",
		"/etc/passwd":                      "root:x:0:0:root:/root:/bin/bash\nstationkeeper:x:2000:2000::/nonexistent:/usr/sbin/nologin\n",
		"/etc/group":                       "root:x:0:\ndialout:x:20:\ninput:x:106:stationkeeper\ngpio:x:997:\ni2c:x:998:\nspi:x:999:\nstationkeeper:x:2000:\n",
		"/sys/class/rtc/rtc0/name":         "rtc-ds1307 1-0068\n",
		"/sys/bus/gpio/devices/gpiochip0/": "",
		"/sys/bus/gpio/devices/gpiochip1/": "",
		"/dev/gpiochip0":                   "", "/dev/gpiochip1": "",
		"/dev/i2c-1": "", "/dev/i2c-20": "",
		"/sys/class/i2c-dev/i2c-1/name":                "bcm2835 (i2c@7e804000)\n",
		"/sys/class/i2c-dev/i2c-20/name":               "fef04500.i2c\n",
		"/sys/class/i2c-dev/i2c-22/name":               "bcm2835 (i2c@7e205e00)\n",
		"/sys/bus/i2c/devices/1-0068/name":             "ds3231\n",
		"/sys/bus/i2c/devices/1-0068/driver":           "-> ../../../bus/i2c/drivers/rtc-ds1307",
		"/sys/bus/i2c/devices/1-001a/name":             "jc42\n", // known to the kernel, but with no driver
		"/sys/bus/i2c/devices/1-004c/name":             "tmp75\n",
		"/sys/bus/i2c/devices/1-004c/driver":           "-> ../../../bus/i2c/drivers/lm75",
		"/sys/bus/w1/devices/w1_bus_master1/":          "",
		"/sys/bus/w1/devices/28-0000131825f2/w1_slave": "",
		"/sys/bus/w1/devices/28-0000070e41ac/":         "",
		"/sys/bus/w1/devices/26-000000d9c2b7/":         "",
		"/dev/spidev0.0":                               "", "/dev/spidev0.1": "",
		"/sys/class/tty/ttyS0/device/": "", "/sys/class/tty/ttyS0/type": "0\n",
		"/sys/class/tty/ttyAMA0/device/": "", "/dev/ttyAMA0": "",
		"/sys/class/tty/ttyUSB0/device/": "", "/dev/ttyUSB0": "",
		"/sys/class/tty/tty1/":                   "",
		"/dev/serial/by-id/usb-FTDI_Reader-if00": "-> ../../ttyUSB0",
		"/sys/class/tty/console/active":          "tty1 ttyAMA0\n",
		"/dev/input/event0":                      "", "/dev/input/event1": "", "/dev/input/event2": "",
		"/sys/class/input/event0/device/name":      "Sycreader RFID Technology Co., Ltd SYC ID&IC USB Reader\n",
		"/sys/class/input/event0/device/id/vendor": "ffff\n", "/sys/class/input/event0/device/id/product": "0035\n",
		"/sys/class/input/event0/device/capabilities/key": "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n",
		"/sys/class/input/event1/device/name":             "vc4-hdmi\n",
		"/sys/class/input/event1/device/capabilities/key": "3ff000000000000 0\n",
		"/sys/class/input/event2/device/name":             "Logitech K120\n",
		"/sys/class/input/event2/device/id/vendor":        "046d\n", "/sys/class/input/event2/device/id/product": "c31c\n",
		"/sys/class/input/event2/device/capabilities/key": "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n",
		"/dev/input/by-id/usb-Sycreader-event-kbd":        "-> ../event0",
		"/dev/stationkeeper/reader":                       "-> ../input/event0",
		"/sys/class/thermal/thermal_zone0/type":           "cpu-thermal\n", "/sys/class/thermal/thermal_zone0/temp": "48312\n",
		"/sys/class/watchdog/watchdog0/identity": "Broadcom BCM2835 Watchdog timer\n",
		"/sys/class/watchdog/watchdog0/timeout":  "15\n", "/sys/class/watchdog/watchdog0/state": "inactive\n",
		"/dev/watchdog0":              "",
		"/etc/stationkeeper/card.key": "secret",
	}
}

// lab is a machine in a folder; may says which files the user may not open.
func lab(t testing.TB, files tree, denied func(path string) bool) Machine {
	root := files.write(t)
	may := func(path string) error {
		if _, err := os.Stat(path); err != nil {
			return err
		}
		if path = strings.TrimPrefix(path, root); denied(path) {
			return &fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}
		}
		return nil
	}
	return Machine{
		Root: root, Work: "/srv", User: nobody, Groups: []int{nobody},
		May: may, MayRead: may,
		Owner: func(path string) (Owner, error) {
			for prefix, group := range map[string]int{"gpio": gpio, "i2c": i2cs, "spi": spi, "tty": dial, "event": inputs} {
				if strings.HasPrefix(filepath.Base(path), prefix) {
					return Owner{Group: group, Mode: 0o660}, nil
				}
			}
			return Owner{Mode: 0o600}, nil
		},
		Chips:  func() []line.Chip { return nil },
		Bus:    func(int) (i2c.BusCloser, error) { return &bus{}, nil },
		Synced: func() (bool, error) { return false, nil },
		Now:    func() time.Time { return time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC) },
	}
}

// pi is the board with all that the user may open; sensors are on bus 1.
func pi(t testing.TB) Machine {
	m := lab(t, board(), func(string) bool { return false })
	m.Groups = []int{nobody, gpio, i2cs, spi, dial, inputs}
	m.Chips = func() []line.Chip {
		return []line.Chip{
			{Name: "gpiochip0", Label: "pinctrl-bcm2711", Lines: []line.Info{
				{Name: "ID_SDA", Number: 0}, {Name: "GPIO17", Number: 17}, {Name: "GPIO22", Number: 22, Used: true, Output: true, Consumer: "relay"},
				{Name: "GPIO23", Number: 23, Used: true, Output: true, Consumer: "stationkeeper"}, {Number: 40}, {Number: 41}, {Name: "TWICE", Number: 50}, {Number: 42, Used: true},
			}},
			{Name: "gpiochip1", Label: "raspberrypi-exp-gpio", Lines: []line.Info{{Name: "BT_ON", Number: 0, Used: true, Output: true, Consumer: "shutdown"}, {Number: 7}, {Name: "TWICE", Number: 8}}},
		}
	}
	m.Bus = func(number int) (i2c.BusCloser, error) {
		if number != 1 {
			return &bus{fails: syscall.ETIMEDOUT}, nil
		}
		return sensors(), nil
	}
	m.Synced = func() (bool, error) { return true, nil }
	return m
}

// sensors is a bus with one of each.
func sensors() *bus {
	limits := map[string]string{"\x02": "\x4b\x00", "\x03": "\x50\x00"}
	with := func(more map[string]string) map[string]string {
		for k, v := range limits {
			more[k] = v
		}
		return more
	}
	return &bus{chips: map[uint16]map[string]string{
		0x18: {"\x06": "\x00\x54", "\x07": "\x04\x00"},
		0x19: {"\x0f": "\x33"}, // an accelerometer
		0x38: {"\x71": "\x18"},
		0x44: {"\x37\x81": "\x30\x00\x0a"},
		0x45: {},
		0x48: {"\x01": "\x60\xa0", "\x02": "\x1e\x00"}, // with limits of its own
		0x49: with(map[string]string{"\x01": "\x00\x00"}),
		0x4a: {"\x01": "\x85\x83"}, // an ADS1115
		0x4b: with(map[string]string{"\x01": "\x60\xff"}),
		0x4c: {}, // a driver of the kernel has it
		0x4d: with(map[string]string{"\x01": "\x60\x00"}),
		0x4e: with(map[string]string{"\x01": "\x60\x60"}),
		0x4f: with(map[string]string{"\x01": "\x80\x80"}),
		0x68: {},
		0x76: {"\xd0": "\x60"},
		0x77: {"\xd0": "\x58"},
	}}
}

// configuration names something of each kind, some of it not there.
func configuration() []Wanted {
	return []Wanted{
		{Kind: WantLine, Name: "GPIO17", Place: "doors[0].pin", Point: "room/door"},
		{Kind: WantLine, Name: "GPIO22", Place: "doors[0].exit_button.pin", Point: "room/door"},
		{Kind: WantLine, Name: "GPIO23", Place: "doors[0].strike.pin", Point: "room/door"},
		{Kind: WantLine, Name: "GPIO24", Place: "inputs[0].pin", Point: "room/leak"},
		{Kind: WantLine, Name: "pinctrl-bcm2711/41", Place: "inputs[1].pin", Point: "room/smoke"},
		{Kind: WantLine, Name: "TWICE", Place: "inputs[3].pin", Point: "room/tamper"},
		{Kind: WantSensor, Driver: "tmp105", Bus: "1", Name: "0x4c", Place: "climate[13]", Point: "kernel/temperature"},
		{Kind: WantSensor, Driver: "lm75", Bus: "1", Name: "0x4a", Place: "climate[14]", Point: "odd/temperature"},
		{Kind: WantLine, Name: "gpiochip9/1", Place: "inputs[2].pin", Point: "room/mains"},
		{Kind: WantSensor, Driver: "tmp102", Bus: "1", Name: "0x48", Place: "climate[0]", Point: "room/temperature"},
		{Kind: WantSensor, Driver: "tmp105", Bus: "/dev/i2c-1", Name: "0x49", Place: "climate[1]", Point: "rack/temperature"},
		{Kind: WantSensor, Driver: "bme280", Bus: "I2C1", Name: "0x77", Place: "climate[2]", Point: "hall/temperature"},
		{Kind: WantSensor, Driver: "aht20", Place: "climate[3]", Point: "hall/humidity", Name: "0x38"},
		{Kind: WantSensor, Driver: "mcp9808", Bus: "1", Name: "0x1f", Place: "climate[4]", Point: "a/temperature"},
		{Kind: WantSensor, Driver: "tmp102", Bus: "20", Name: "0x48", Place: "climate[5]", Point: "b/temperature"},
		{Kind: WantSensor, Driver: "tmp102", Bus: "7", Name: "0x48", Place: "climate[6]", Point: "c/temperature"},
		{Kind: WantSensor, Driver: "w1-therm", Name: "28-0000131825F2", Place: "climate[7]", Point: "d/temperature"},
		{Kind: WantSensor, Driver: "w1-therm", Name: "28-0000070e41ac", Place: "climate[8]", Point: "e/temperature"},
		{Kind: WantSensor, Driver: "ds18b20", Name: "28-0000070e41ac", Place: "climate[9]", Point: "f/temperature"},
		{Kind: WantSensor, Driver: "ds18b20", Name: "28-000000000001", Place: "climate[10]", Point: "g/temperature"},
		{Kind: WantSensor, Driver: "thermal-zone", Name: "cpu-thermal", Place: "climate[11]", Point: "board/temperature"},
		{Kind: WantSensor, Driver: "thermal-zone", Name: "gpu-thermal", Place: "climate[12]", Point: "gpu/temperature"},
		{Kind: WantInput, Name: "/dev/stationkeeper/reader", Place: "readers[0].device", Point: "room/reader"},
		{Kind: WantInput, Name: "/dev/input/event9", Place: "readers[1].device", Point: "room/other"},
		{Kind: WantPort, Name: "/dev/ttyUSB0", Place: "readers[2].device", Point: "room/serial"},
		{Kind: WantPort, Name: "/dev/ttyUSB1", Place: "readers[3].device", Point: "room/serial-2"},
		{Kind: WantSPI, Name: "SPI0.1", Place: "readers[4].device", Point: "room/rfid"},
		{Kind: WantSPI, Name: "", Place: "readers[5].device", Point: "room/rfid-2"},
		{Kind: WantSPI, Name: "SPI1.0", Place: "readers[6].device", Point: "room/rfid-3"},
		{Kind: WantFile, Name: "/etc/stationkeeper/card.key", Place: "access.key_file", Point: "access"},
		{Kind: WantFile, Name: "access.json", Place: "access.document", Point: "access"},
	}
}

// same compares a report with the one in testdata.
func same(t *testing.T, name string, r *Report) {
	t.Helper()
	var text strings.Builder
	if _, err := r.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(text.String(), r.Board.Architecture+"\n", "ARCH\n")
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("report differs from %s (go test -update writes it anew):\n%s", path, got)
	}
	for n, text := range strings.Split(got, "\n") {
		if strings.TrimRight(text, " ") != text {
			t.Errorf("line %d ends with a space: %q", n+1, text)
		}
	}
}

func TestReportOfNothing(t *testing.T) {
	r := Look(lab(t, tree{}, func(string) bool { return false }), Options{Scan: true})
	same(t, "nothing", r)
	if !r.Complete() {
		t.Error("nothing is missing of nothing")
	}
}

func TestReportOfABoard(t *testing.T) {
	r := Look(pi(t), Options{Scan: true, Wanted: configuration()})
	same(t, "board", r)
	if r.Complete() {
		t.Error("nothing is missing, it says")
	}
}

func TestReportWithoutAScan(t *testing.T) {
	m := pi(t)
	m.Bus = func(number int) (i2c.BusCloser, error) {
		t.Errorf("opened bus %d", number)
		return nil, errors.New("not to be opened")
	}
	r := Look(m, Options{Wanted: []Wanted{{Kind: WantSensor, Driver: "tmp102", Name: "0x48", Bus: "1"}}})
	if a := r.Answers[0]; a.Verdict != Unasked || !r.Complete() {
		t.Errorf("answered %q, %q", a.Verdict, a.Detail)
	}
}

// A user without rights is told what he cannot see, and which group or file helps.
func TestReportWithoutRights(t *testing.T) {
	m := lab(t, board(), func(path string) bool { return strings.HasPrefix(path, "/dev/") })
	m.Chips = func() []line.Chip {
		fault := &fs.PathError{Op: "open", Path: "/dev/gpiochip0", Err: syscall.EACCES}
		return []line.Chip{{Name: "gpiochip0", Fault: fault}}
	}
	m.Owner = func(path string) (Owner, error) { // a system without rules: SPI is root's
		switch base := filepath.Base(path); {
		case strings.HasPrefix(base, "gpio"):
			return Owner{Group: gpio, Mode: 0o660}, nil
		case strings.HasPrefix(base, "i2c"):
			return Owner{Group: nobody, Mode: 0o660}, nil
		case strings.HasPrefix(base, "event"):
			return Owner{Group: inputs, Mode: 0o660}, nil
		case strings.HasPrefix(base, "tty"):
			return Owner{}, syscall.EIO
		}
		return Owner{Mode: 0o660}, nil
	}
	m.Synced = func() (bool, error) { return false, syscall.EPERM }
	r := Look(m, Options{Scan: true, Wanted: configuration()})
	same(t, "without-rights", r)
	if r.Complete() {
		t.Error("nothing is missing, it says")
	}
}

// The scan reads, and sets nothing: no write but the name of a register, or a command that asks.
func TestScanOnlyReads(t *testing.T) {
	b := sensors()
	for a := uint16(0x03); a < 0x78; a++ {
		if b.chips[a] == nil {
			b.chips[a] = map[string]string{}
		}
	}
	m := pi(t)
	m.Bus = func(number int) (i2c.BusCloser, error) {
		if number != 1 {
			return &bus{}, nil
		}
		return b, nil
	}
	Look(m, Options{Scan: true})
	if len(b.wrote) == 0 {
		t.Error("nothing was asked")
	}
	for _, w := range b.wrote {
		_, bytes, _ := strings.Cut(w, ": ")
		if len(bytes) > 2 && bytes != "37 81" {
			t.Errorf("wrote %s", w)
		}
		if strings.HasPrefix(w, "68:") || strings.HasPrefix(w, "50:") || strings.HasPrefix(w, "4c:") {
			t.Errorf("touched a chip that is none of the agent's: %s", w)
		}
	}
}

// A bus that fails is told in words, and asked no further.
func TestScanEndsAtABusThatFails(t *testing.T) {
	for err, want := range map[error]string{
		syscall.ETIMEDOUT: "the bus is stuck", syscall.EOPNOTSUPP: "SMBus only", syscall.EBUSY: "the bus failed",
	} {
		m := pi(t)
		m.Bus = func(int) (i2c.BusCloser, error) { return &bus{fails: err}, nil }
		r := Look(m, Options{Scan: true})
		if b := r.Buses[0]; !strings.Contains(b.Fault, want) || !strings.Contains(b.Fault, "asking 0x18") {
			t.Errorf("%v: %q", err, b.Fault)
		}
	}
	m := pi(t)
	m.Bus = func(int) (i2c.BusCloser, error) { return nil, errors.New("no such device") }
	if b := Look(m, Options{Scan: true}).Buses[0]; !strings.Contains(b.Fault, "cannot be opened: no such device") {
		t.Errorf("a bus that cannot be opened: %q", b.Fault)
	}
	m.Bus = func(int) (i2c.BusCloser, error) { return &bus{fails: syscall.EIO}, nil } // how some adapters spell silence
	if b := Look(m, Options{Scan: true}).Buses[0]; b.Fault != "" {
		t.Errorf("silence: %q", b.Fault)
	}
}

// This looks at the real machine, whatever that is.
func TestThisMachine(t *testing.T) {
	r := Look(This(), Options{Scan: false, Wanted: []Wanted{{Kind: WantFile, Name: "/no/such/file"}}})
	var text strings.Builder
	if n, err := r.WriteTo(&text); err != nil || int(n) != text.Len() || !strings.Contains(text.String(), "This machine") {
		t.Errorf("wrote %d of %d bytes, %v", n, text.Len(), err)
	}
	if r.Complete() {
		t.Error("/no/such/file is there")
	}
}
