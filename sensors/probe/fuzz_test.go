package probe

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode"
	"unicode/utf8"

	"stationkeeper/sensors/line"
)

// FuzzWeirdMachine puts anything into the files that a board has, and names its lines anything: the report is text all
// the same.
func FuzzWeirdMachine(f *testing.F) {
	for _, s := range []string{"", "\n\n", "-1\n", "999999999999999999999\n", "\x00\xff\x1b[2Jname", "a:b:c:d:e\n::::\nroot:x:0:0", "PRETTY_NAME=", "fffffffffffffffff 0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		files := board()
		for path, content := range files {
			if !strings.HasPrefix(content, "-> ") && !strings.HasSuffix(path, "/") {
				files[path] = "weird" + s // else it would be a link
			}
		}
		m := lab(t, files, func(string) bool { return false })
		m.Chips = func() []line.Chip {
			return []line.Chip{{Name: "gpiochip0", Label: s, Lines: []line.Info{{Name: s, Number: -1, Consumer: s, Used: true}, {}}}}
		}
		wanted := configuration()
		for i := range wanted {
			wanted[i].Name = strings.Map(func(r rune) rune { // a name from a file of YAML
				if unicode.IsPrint(r) {
					return r
				}
				return -1
			}, s)
		}
		readable(t, Look(m, Options{Scan: true, Wanted: wanted}))
	})
}

func readable(t *testing.T, r *Report) {
	t.Helper()
	var text strings.Builder
	if _, err := r.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	if !utf8.ValidString(text.String()) || strings.ContainsFunc(text.String(), func(c rune) bool { return c < ' ' && c != '\n' || c == 0x7f }) {
		t.Errorf("not fit for a terminal: %q", text.String())
	}
}

// Folders instead of files, links that lead nowhere or in a circle, names without numbers: nothing of that stops it.
func TestWeirdTree(t *testing.T) {
	files := tree{
		"/proc/device-tree/model/": "", "/etc/passwd/": "", "/etc/group": "-> group", "/etc/os-release": "-> /nowhere",
		"/dev/i2c-x": "", "/dev/i2c-99999999999999999999": "", "/dev/i2c-3/": "", "/sys/class/i2c-dev/i2c-3": "-> i2c-3",
		"/sys/bus/i2c/devices/3-zz/driver": "-> x", "/sys/bus/i2c/devices/3-0048/driver": "-> .", "/sys/bus/i2c/devices/3-0049/driver": "-> loop/..",
		"/sys/class/thermal/thermal_zone": "", "/sys/class/thermal/thermal_zone1/temp/": "", "/sys/class/rtc/rtc": "",
		"/sys/class/tty/ttyS0/device": "-> device", "/sys/class/tty/ttyS1/device/": "", "/sys/class/input/event/device/capabilities/key": "ffffffff",
		"/sys/class/watchdog/watchdog/": "", "/sys/bus/w1/devices/28": "", "/sys/bus/w1/devices/-": "", "/sys/bus/w1/devices/w1_bus_master": "",
		"/dev/serial/by-id/a": "-> a", "/dev/input/by-id/": "", "/dev/stationkeeper": "", "/sys/bus/gpio/devices/gpiochipX/": "",
		"/dev/spidev": "",
	}
	r := Look(lab(t, files, func(string) bool { return false }), Options{Scan: true, Wanted: configuration()})
	readable(t, r)
	if len(r.Buses) != 1 || r.Buses[0].Number != 3 || len(r.Inputs) != 1 {
		t.Errorf("buses %+v, inputs %+v", r.Buses, r.Inputs)
	}
}

// A named pipe in place of a file would be waited for, for ever.
func TestPipesAreNotRead(t *testing.T) {
	root := tree{"/sys/class/rtc/rtc0/": ""}.write(t)
	pipe(t, filepath.Join(root, "sys/class/rtc/rtc0/name"))
	m := lab(t, tree{}, func(string) bool { return false })
	m.Root = root
	if r := Look(m, Options{}); len(r.Clock.RTC) != 1 || r.Clock.RTC[0] != "rtc0 (without a name)" {
		t.Errorf("clocks %q", r.Clock.RTC)
	}
}

func pipe(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no pipes in %s: %v", os.TempDir(), err)
	}
}
