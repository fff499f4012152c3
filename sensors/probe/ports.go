package probe

import (
	"path"
	"strconv"
	"strings"
)

// OneWire are the 1-Wire buses of the kernel's drivers and what is on them.
type OneWire struct {
	Masters []string
	Devices []OneWireDevice
}

// OneWireDevice is a device on a 1-Wire bus.
type OneWireDevice struct {
	Address string
	What    string // by its family
	// Read is true when the kernel's driver w1_therm reads it.
	Read bool
}

// families of 1-Wire devices, by their code.
var families = map[string]string{
	"28": "DS18B20, a thermometer", "10": "DS18S20, a thermometer that the agent has no driver for", "22": "DS1822, a thermometer that the agent has no driver for",
	"01": "DS1990, a key", "26": "DS2438, a battery monitor", "3a": "DS2413, a switch",
}

func (r *Report) lookOneWire() {
	for _, p := range r.machine.glob("/sys/bus/w1/devices/*") {
		name := path.Base(p)
		if strings.HasPrefix(name, "w1_bus_master") {
			r.OneWire.Masters = append(r.OneWire.Masters, name)
			continue
		}
		family, _, ok := strings.Cut(name, "-")
		if !ok {
			continue
		}
		r.OneWire.Devices = append(r.OneWire.Devices, OneWireDevice{
			Address: clean(name), What: orElse(families[strings.ToLower(family)], "a device of family "+clean(family)),
			Read: r.machine.exists(p + "/w1_slave"),
		})
	}
}

// Port is a serial port.
type Port struct {
	Device
	// Names are those that stay when things are plugged in elsewhere or in another order.
	Names []string
	// Console is true when the kernel's console is on it.
	Console bool
}

// lookPorts looks at SPI devices and serial ports.
func (r *Report) lookPorts() {
	for _, p := range r.machine.glob("/dev/spidev*") {
		r.SPI = append(r.SPI, r.device(p))
	}
	console := strings.Fields(r.machine.read("/sys/class/tty/console/active"))
	names := r.machine.links("/dev/serial/by-id")
	for _, p := range r.machine.glob("/sys/class/tty/*") {
		name := path.Base(p)
		// Terminals without hardware have no device; a mainboard's ports that are not there are of type 0.
		if !r.machine.exists(p+"/device") || strings.HasPrefix(name, "ttyS") && first(r.machine.read(p+"/type")) == "0" {
			continue
		}
		port := Port{Device: r.device("/dev/" + name), Names: names[name]}
		for _, c := range console {
			port.Console = port.Console || c == name
		}
		r.Serial = append(r.Serial, port)
	}
}

// Input is an input device that types digits: a keyboard, or a badge reader that pretends to be one.
type Input struct {
	Device
	Name            string // that it gives itself
	Vendor, Product string // of USB, in hexadecimal
	Names           []string
	// Reader is true when it is one that is known to be a badge reader.
	Reader bool
}

// vendors make badge readers and, mostly, no keyboards.
var vendors = map[string]bool{
	"ffff": true,                                            // nobody's, which the many readers that are called Sycreader give themselves
	"08ff": true, "0c27": true /* RF IDeas */, "076b": true, /* HID Global */
	"09d8": true, /* Elatec */
}

func (r *Report) lookInputs() {
	names := r.machine.links("/dev/input/by-id")
	for name, also := range r.machine.links("/dev/stationkeeper") {
		names[name] = append(also, names[name]...)
	}
	for _, p := range r.machine.glob("/sys/class/input/event*") {
		if !digits(r.machine.read(p + "/device/capabilities/key")) {
			continue
		}
		name := path.Base(p)
		in := Input{
			Device: r.deviceFor("/dev/input/"+name, r.machine.MayRead), Name: first(r.machine.read(p + "/device/name")), Names: names[name],
			Vendor: first(r.machine.read(p + "/device/id/vendor")), Product: first(r.machine.read(p + "/device/id/product")),
		}
		called := strings.ToLower(in.Name)
		in.Reader = vendors[in.Vendor] || strings.Contains(called, "reader") || strings.Contains(called, "rfid") || strings.Contains(called, "badge")
		r.Inputs = append(r.Inputs, in)
	}
}

// digits looks for the keys 1 to 0 (2 to 11 of linux/input-event-codes.h) and Enter (28) in a bitmap of keys as the kernel
// prints it: words in hexadecimal, the lowest last.
func digits(keys string) bool {
	words := strings.Fields(keys)
	if len(words) == 0 {
		return false
	}
	low, err := strconv.ParseUint(words[len(words)-1], 16, 64)
	const want = 1<<12 - 1<<2 | 1<<28
	return err == nil && low&want == want
}

// Zone is a thermometer of the board.
type Zone struct {
	Number int
	Type   string
	// Celsius is what it says; Fault why it says nothing.
	Celsius float64
	Fault   string
}

func (r *Report) lookZones() {
	for _, p := range r.machine.glob("/sys/class/thermal/thermal_zone*") {
		_, n := number(p)
		z := Zone{Number: n, Type: first(r.machine.read(p + "/type"))}
		milli, err := strconv.ParseInt(r.machine.read(p+"/temp"), 10, 32)
		if z.Celsius = float64(milli) / 1000; err != nil {
			z.Fault = "says no temperature"
		}
		r.Zones = append(r.Zones, z)
	}
}

// Watchdog restarts the machine when it is not fed.
type Watchdog struct {
	Device
	Identity string
	Timeout  string // in seconds
	Active   bool
}

func (r *Report) lookDogs() {
	for _, p := range r.machine.glob("/sys/class/watchdog/watchdog*") {
		name := path.Base(p)
		d := Watchdog{
			Device: Device{Path: "/dev/" + name}, Identity: first(r.machine.read(p + "/identity")),
			Timeout: first(r.machine.read(p + "/timeout")), Active: first(r.machine.read(p+"/state")) == "active",
		}
		d.Missing = !r.machine.exists(d.Path)
		r.Dogs = append(r.Dogs, d)
	}
}
