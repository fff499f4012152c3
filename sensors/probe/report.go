package probe

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"stationkeeper/sensors/line"
)

// Options say how closely to look.
type Options struct {
	// Scan asks the addresses of known sensors on I²C buses who they are.
	Scan bool
	// Wanted are the names that the configuration uses.
	Wanted []Wanted
}

// Report is what a machine has.
type Report struct {
	Board   Board
	User    User
	Clock   Clock
	Chips   []Chip
	Buses   []Bus
	OneWire OneWire
	SPI     []Device
	Serial  []Port
	Inputs  []Input
	Zones   []Zone
	Dogs    []Watchdog
	// Answers are to what the configuration names, in its order.
	Answers []Answer
	// Advice is what to do about what the user may not open, each once.
	Advice []string

	machine Machine
	options Options
	rooted  []string // devices that only root may open, as patterns
}

// Board is the computer and its system.
type Board struct {
	Model, System, Kernel, Architecture string
}

// User is who runs the program.
type User struct {
	Name   string
	Number int
	Groups []string
}

// Clock is the time, and whether to believe it.
type Clock struct {
	Now time.Time
	// Synced tells whether it is synchronised; Unknown why that cannot be said.
	Synced  bool
	Unknown error
	// RTC are the clocks that run on without power, as in "rtc0 (rtc-pcf8523)".
	RTC []string
}

// Chip is a GPIO chip: what the kernel says of its lines, and how its device stands with the user.
type Chip struct {
	line.Chip
	Device
}

// Look looks at a machine.
func Look(m Machine, o Options) *Report {
	r := &Report{machine: m, options: o}
	r.Board = m.board()
	r.User = m.user()
	r.Clock = m.clock()
	r.lookGPIO()
	r.lookI2C()
	r.lookOneWire()
	r.lookPorts()
	r.lookInputs()
	r.lookZones()
	r.lookDogs()
	for _, w := range o.Wanted {
		r.Answers = append(r.Answers, r.answer(w))
	}
	r.install()
	return r
}

// Complete tells whether everything is there that the configuration names.
func (r *Report) Complete() bool {
	return !slices.ContainsFunc(r.Answers, func(a Answer) bool { return a.Verdict.bad() })
}

func (m Machine) board() Board {
	b := Board{Kernel: first(m.read("/proc/sys/kernel/osrelease")), Architecture: runtime.GOARCH}
	if b.Model = first(m.read("/proc/device-tree/model")); b.Model == "" {
		maker, product := first(m.read("/sys/class/dmi/id/sys_vendor")), first(m.read("/sys/class/dmi/id/product_name"))
		b.Model = strings.TrimSpace(maker + " " + product)
	}
	for _, text := range strings.Split(m.read("/etc/os-release"), "\n") {
		if name, ok := strings.CutPrefix(text, "PRETTY_NAME="); ok {
			b.System = strings.Trim(name, `"'`)
		}
	}
	return b
}

func (m Machine) clock() Clock {
	c := Clock{Now: m.Now()}
	c.Synced, c.Unknown = m.Synced()
	for _, path := range m.glob("/sys/class/rtc/rtc*") {
		c.RTC = append(c.RTC, fmt.Sprintf("%s (%s)", strings.TrimPrefix(path, "/sys/class/rtc/"), orElse(first(m.read(path+"/name")), "without a name")))
	}
	return c
}

// lookGPIO looks at the chips that can be opened, and for those that cannot even be seen.
func (r *Report) lookGPIO() {
	seen := map[string]bool{}
	for _, c := range r.machine.Chips() {
		for i := range c.Lines {
			c.Lines[i].Name, c.Lines[i].Consumer = first(clean(c.Lines[i].Name)), first(clean(c.Lines[i].Consumer))
		}
		c.Label = first(clean(c.Label))
		seen[c.Name] = true
		chip := Chip{Chip: c, Device: Device{Path: "/dev/" + c.Name, Denied: c.Fault}}
		if c.Fault != nil {
			r.advise(chip.Path)
		}
		r.Chips = append(r.Chips, chip)
	}
	for _, path := range r.machine.glob("/sys/bus/gpio/devices/gpiochip*") {
		if name := path[strings.LastIndex(path, "/")+1:]; !seen[name] {
			r.Chips = append(r.Chips, Chip{Chip: line.Chip{Name: name}, Device: Device{Path: "/dev/" + name, Missing: true}})
		}
	}
}

func orElse(s, standard string) string {
	if s == "" {
		return standard
	}
	return s
}
