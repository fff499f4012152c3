package probe

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"periph.io/x/conn/v3/i2c"

	"stationkeeper/sensors/climate"
)

// Bus is an I²C bus.
type Bus struct {
	Device
	Number int
	Name   string // what its driver calls it
	Chips  []Found
	// Scanned is true when its addresses were asked; Fault why no more of them were, in words.
	Scanned bool
	Fault   string
}

// Found is a chip on a bus.
type Found struct {
	Address uint16
	// What it is, in words, and the driver by which the configuration names it, if there is one.
	What   string
	Driver string
	// Kernel is the driver of the kernel that has it; such a chip is left alone.
	Kernel string
}

func (r *Report) lookI2C() {
	seen := map[int]bool{}
	for _, pattern := range []string{"/dev/i2c-*", "/sys/class/i2c-dev/i2c-*"} {
		for _, found := range r.machine.glob(pattern) {
			name := path.Base(found)
			n, err := strconv.Atoi(strings.TrimPrefix(name, "i2c-"))
			if err != nil || seen[n] {
				continue
			}
			seen[n] = true
			r.Buses = append(r.Buses, r.bus(n, name))
		}
	}
}

func (r *Report) bus(n int, name string) Bus {
	b := Bus{Device: r.device("/dev/" + name), Number: n}
	for _, folder := range []string{"/sys/class/i2c-dev/", "/sys/bus/i2c/devices/"} {
		b.Name = orElse(b.Name, first(r.machine.read(folder+name+"/name")))
	}
	taken := r.taken(n)
	b.Chips = taken
	if r.options.Scan && b.Denied == nil && !b.Missing {
		r.scan(&b, taken)
	}
	slices.SortFunc(b.Chips, func(a, b Found) int { return int(a.Address) - int(b.Address) })
	return b
}

// taken are the chips of a bus that drivers of the kernel have.
func (r *Report) taken(bus int) []Found {
	var all []Found
	for _, p := range r.machine.glob(fmt.Sprintf("/sys/bus/i2c/devices/%d-*", bus)) {
		_, digits, _ := strings.Cut(path.Base(p), "-")
		address, err := strconv.ParseUint(digits, 16, 16)
		driver := r.machine.linked(p + "/driver")
		if err != nil || driver == "" {
			continue
		}
		all = append(all, Found{Address: uint16(address), What: orElse(first(r.machine.read(p+"/name")), "a chip"), Kernel: driver})
	}
	return all
}

// scan asks the addresses that the agent's sensors can have. It ends with the first error that is more than silence: a
// bus that is stuck makes each address take a second.
func (r *Report) scan(b *Bus, taken []Found) {
	bus, err := r.machine.Bus(b.Number)
	if err != nil {
		b.Fault = "cannot be opened: " + err.Error()
		return
	}
	defer bus.Close() // it was only read
	b.Scanned = true
	for _, address := range addresses() {
		if holds(taken, address) {
			continue
		}
		found, err := identify(bus, address)
		switch {
		case err == nil:
			b.Chips = append(b.Chips, found)
		case absent(err):
		default:
			b.Fault = fmt.Sprintf("asking 0x%02x: %s (%v)", address, climate.Explain(err, address), err)
			return
		}
	}
}

func holds(all []Found, address uint16) bool {
	for _, f := range all {
		if f.Address == address {
			return true
		}
	}
	return false
}

// absent tells whether an error means that there is no chip: some adapters call silence an I/O error.
func absent(err error) bool {
	return climate.Silent(err) || errors.Is(err, syscall.EIO) || strings.HasSuffix(err.Error(), syscall.EIO.Error())
}

// addresses are those of all sensors that the agent knows, in order.
func addresses() []uint16 {
	var known [0x80]bool
	for _, m := range climate.Models() {
		for a := m.First; m.Link == climate.I2C && a <= m.Last; a++ {
			known[a] = true
		}
	}
	var all []uint16
	for a, is := range known {
		if is {
			all = append(all, uint16(a))
		}
	}
	return all
}

// identify asks who is at an address. An error is the bus's; silence is one.
func identify(bus i2c.Bus, address uint16) (Found, error) {
	first := make([]byte, 1)
	if err := bus.Tx(address, nil, first); err != nil {
		return Found{}, err
	}
	ask := asker{bus, address}
	f := Found{Address: address}
	switch {
	case address >= 0x18 && address <= 0x1f:
		f.What, f.Driver = ask.mcp9808()
	case address == 0x38:
		f.What, f.Driver = ask.aht20()
	case address >= 0x44 && address <= 0x47:
		f.What, f.Driver = ask.hdc302x()
	case address >= 0x48 && address <= 0x4f:
		f.What, f.Driver = ask.lm75()
	default:
		f.What, f.Driver = ask.bosch()
	}
	return f, nil
}

// asker reads registers of one chip; what cannot be read is nil.
type asker struct {
	bus     i2c.Bus
	address uint16
}

func (a asker) read(n int, register ...byte) []byte {
	r := make([]byte, n)
	if err := a.bus.Tx(a.address, register, r); err != nil {
		return nil
	}
	return r
}

// is tells whether a register holds certain bytes.
func (a asker) is(register byte, want ...byte) bool {
	return string(a.read(len(want), register)) == string(want)
}

const unknown = "a chip that the agent does not know"

func (a asker) mcp9808() (string, string) {
	if a.is(6, 0x00, 0x54) && a.is(7, 0x04) {
		return "MCP9808", "mcp9808"
	}
	return unknown, ""
}

// aht20: the chip has no identity; bits 3 and 4 of its status are set once it is calibrated, bit 4 always.
func (a asker) aht20() (string, string) {
	if status := a.read(1, 0x71); len(status) == 1 && status[0]&0x10 != 0 && status[0] != 0xff {
		return "AHT20, by its status", "aht20"
	}
	return unknown, ""
}

func (a asker) hdc302x() (string, string) {
	if string(a.read(2, 0x37, 0x81)) == "\x30\x00" {
		return "HDC302x", "hdc302x"
	}
	return unknown + " (an SHT3x?)", ""
}

// lm75: the family has no identity. A TMP102's configuration has a second byte, with the rate of its conversions, which
// nobody sets to the slowest. All have the limits 75 °C and 80 °C after power-on, in registers 2 and 3.
func (a asker) lm75() (string, string) {
	configuration := a.read(2, 1)
	switch {
	case len(configuration) != 2:
		return unknown, ""
	case configuration[0]&0x60 == 0x60 && configuration[1]&0x1f == 0 && configuration[1]&0xc0 != 0 && configuration[0] != configuration[1]:
		return "TMP102, by its configuration", "tmp102"
	case a.is(2, 0x4b, 0x00) && a.is(3, 0x50, 0x00):
		return "TMP105, TMP75 or LM75, by its limits", "tmp105, or lm75 if that one refuses it"
	}
	return unknown, ""
}

func (a asker) bosch() (string, string) {
	id := a.read(1, 0xd0)
	if len(id) != 1 {
		return unknown, ""
	}
	switch id[0] {
	case 0x60:
		return "BME280", "bme280"
	case 0x58, 0x57, 0x56:
		return "BMP280, which measures no humidity and has no driver", ""
	case 0x61:
		return "BME680, which has no driver", ""
	case 0x55:
		return "BMP180, which has no driver", ""
	}
	return unknown, ""
}
