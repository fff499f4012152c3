package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/line"
)

// Kind is what a name of the configuration means.
type Kind string

const (
	WantLine   Kind = "GPIO line"
	WantSensor Kind = "sensor" // of the climate; its name is its address or its zone
	WantSPI    Kind = "SPI device"
	WantPort   Kind = "serial port"
	WantInput  Kind = "input device"
	WantFile   Kind = "file"
)

// Wanted is a name that the configuration uses.
type Wanted struct {
	// Place is where it is in the configuration, as in doors[0].strike.pin; Point is what it is for.
	Place, Point string
	Kind         Kind
	Name         string
	// Driver and Bus are those of a sensor.
	Driver, Bus string
}

// Verdict is whether a name is there.
type Verdict string

const (
	Present   Verdict = "found"
	Own       Verdict = "in use by an agent"
	Missing   Verdict = "MISSING"
	Busy      Verdict = "BUSY"
	Forbidden Verdict = "NO PERMISSION"
	Unasked   Verdict = "not asked"
)

// bad tells whether the agent could not use it.
func (v Verdict) bad() bool { return v == Missing || v == Busy || v == Forbidden }

// Answer is whether a name is there, and more in words.
type Answer struct {
	Wanted
	Verdict Verdict
	Detail  string
}

func (r *Report) answer(w Wanted) Answer {
	a := Answer{Wanted: w}
	switch w.Kind {
	case WantLine:
		a.Verdict, a.Detail = r.findLine(w.Name)
	case WantSensor:
		a.Verdict, a.Detail = r.findSensor(w)
	case WantSPI:
		a.Verdict, a.Detail = r.findSPI(w.Name)
	default:
		a.Verdict, a.Detail = r.findFile(w)
	}
	return a
}

// findLine looks for a line as package line does: by its name, or by a chip's name or label and the line's name or
// number there.
func (r *Report) findLine(name string) (Verdict, string) {
	chip, of, both := strings.Cut(name, "/")
	if !both {
		chip, of = "", name
	}
	var found []string
	var is line.Info
	hidden := false
	for _, c := range r.Chips {
		hidden = hidden || c.Device.Denied != nil && (chip == "" || chip == c.Name || c.Label == "")
		if chip != "" && chip != c.Name && chip != c.Label {
			continue
		}
		for _, l := range c.Lines {
			if l.Name == of || both && strconv.Itoa(l.Number) == of {
				found, is = append(found, fmt.Sprintf("line %d of %s", l.Number, c.Name)), l
			}
		}
	}
	switch {
	case len(found) > 1:
		return Missing, fmt.Sprintf("there are %d of that name, %s: say which chip, as in %s/%s", len(found), strings.Join(found, " and "), r.Chips[0].Name, of)
	case len(found) == 0 && hidden:
		return Forbidden, "it may be on a chip that may not be opened"
	case len(found) == 0:
		return Missing, r.noLine()
	case is.Used && is.Consumer == "stationkeeper":
		return Own, found[0]
	case is.Used:
		return Busy, fmt.Sprintf("%s is used by %s", found[0], orElse(is.Consumer, "something without a name"))
	}
	return Present, found[0]
}

func (r *Report) noLine() string {
	if len(r.Chips) == 0 {
		return "this machine has no GPIO lines"
	}
	return "no line has that name; the names are above"
}

func (r *Report) findSensor(w Wanted) (Verdict, string) {
	model, known := climate.ByDriver(w.Driver)
	if !known {
		return Missing, fmt.Sprintf("there is no driver %q", w.Driver)
	}
	switch model.Link {
	case climate.I2C:
		return r.findChip(w, model)
	case climate.Thermal:
		return r.findZone(w.Name)
	}
	i := slices.IndexFunc(r.OneWire.Devices, func(d OneWireDevice) bool { return strings.EqualFold(d.Address, w.Name) })
	switch {
	case len(r.OneWire.Masters) == 0:
		return Missing, "this machine has no 1-Wire bus"
	case i < 0:
		return Missing, "no 1-Wire bus has a device of that address"
	case model.Link == climate.W1 && !r.OneWire.Devices[i].Read:
		return Missing, "it is there, but the kernel's driver w1_therm is not loaded: sudo modprobe w1_therm"
	case model.Link == climate.OneWire && r.machine.User != 0:
		return Forbidden, "the driver ds18b20 needs root; w1-therm needs no rights"
	}
	return Present, r.OneWire.Devices[i].What
}

func (r *Report) findChip(w Wanted, model climate.Model) (Verdict, string) {
	address, err := model.ParseAddress(w.Name)
	if err != nil {
		return Missing, err.Error()
	}
	bus, ok := r.findBus(w.Bus)
	switch {
	case !ok && w.Bus == "":
		return Missing, "this machine has no I²C bus"
	case !ok || bus.Missing:
		return Missing, fmt.Sprintf("this machine has no I²C bus %s", w.Bus)
	case bus.Denied != nil:
		return Forbidden, bus.Path
	}
	for _, f := range bus.Chips {
		switch {
		case f.Address != address:
		case f.Kernel != "":
			return Busy, fmt.Sprintf("the kernel's driver %s has 0x%02x on %s", f.Kernel, address, bus.Path)
		case slices.Contains(strings.FieldsFunc(f.Driver, func(c rune) bool { return c == ',' || c == ' ' }), w.Driver):
			return Present, fmt.Sprintf("%s at 0x%02x on %s", f.What, address, bus.Path)
		case f.What == unknown && (w.Driver == "tmp105" || w.Driver == "lm75"):
			return Present, fmt.Sprintf("at 0x%02x on %s is a chip that cannot be told from others", address, bus.Path)
		case f.What != unknown:
			return Missing, fmt.Sprintf("at 0x%02x on %s is another chip: %s", address, bus.Path, f.What)
		default:
			return Missing, fmt.Sprintf("at 0x%02x on %s is %s", address, bus.Path, f.What)
		}
	}
	if !bus.Scanned {
		return Unasked, bus.Path + " was not asked"
	}
	if bus.Fault != "" {
		return Missing, fmt.Sprintf("%s: %s", bus.Path, bus.Fault)
	}
	return Missing, fmt.Sprintf("nothing answers at 0x%02x on %s", address, bus.Path)
}

// findBus finds an I²C bus as periph names it: 1, I2C1 or /dev/i2c-1; empty is the first.
func (r *Report) findBus(name string) (Bus, bool) {
	for _, b := range r.Buses {
		n := strconv.Itoa(b.Number)
		if name == "" || name == n || name == "I2C"+n || name == b.Path {
			return b, true
		}
	}
	return Bus{}, false
}

func (r *Report) findZone(name string) (Verdict, string) {
	for _, z := range r.Zones {
		n := strconv.Itoa(z.Number)
		if name == "" || name == z.Type || name == n || name == "thermal_zone"+n {
			return Present, fmt.Sprintf("thermal zone %d (%s), %s", z.Number, z.Type, z.Text())
		}
	}
	if len(r.Zones) == 0 {
		return Missing, "this machine has no thermal zones"
	}
	return Missing, "no thermal zone has that type"
}

// findSPI finds a device as periph names it: SPI0.0 or /dev/spidev0.0; empty is the first.
func (r *Report) findSPI(name string) (Verdict, string) {
	for _, d := range r.SPI {
		if name != "" && name != d.Path && name != "SPI"+strings.TrimPrefix(d.Path, "/dev/spidev") {
			continue
		}
		if d.Denied != nil {
			return Forbidden, d.Path
		}
		return Present, d.Path
	}
	if len(r.SPI) == 0 {
		return Missing, "this machine has no SPI device"
	}
	return Missing, "no SPI device has that name"
}

// findFile looks for a device or a file by its path, which may be a pattern or a link.
func (r *Report) findFile(w Wanted) (Verdict, string) {
	name := w.Name
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.machine.Work, name)
	}
	paths := r.machine.glob(name)
	if len(paths) == 0 {
		return Missing, r.alternatives(w.Kind)
	}
	may := r.machine.May
	if w.Kind == WantFile || w.Kind == WantInput {
		may = r.machine.MayRead
	}
	err := may(r.machine.path(paths[0]))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Missing, "it is a link to what is not there"
	case err != nil && w.Kind == WantFile:
		return Forbidden, "the user may not read it"
	case err != nil:
		r.advise(paths[0])
		return Forbidden, paths[0]
	}
	if is := r.machine.linked(paths[0]); is != "" {
		return Present, "which is " + is
	}
	return Present, ""
}

// alternatives are what there is instead of a device that is not.
func (r *Report) alternatives(k Kind) string {
	var there []string
	switch k {
	case WantPort:
		for _, p := range r.Serial {
			there = append(there, best(p.Names, p.Path))
		}
	case WantInput:
		for _, in := range r.Inputs {
			there = append(there, best(in.Names, in.Path))
		}
	default:
		return "there is no such file"
	}
	if len(there) == 0 {
		return "this machine has none"
	}
	return "there is " + strings.Join(there, ", ")
}

// best is the first name that stays, or the path.
func best(names []string, path string) string {
	if len(names) > 0 {
		return names[0]
	}
	return path
}

// Text is the zone's temperature in words.
func (z Zone) Text() string {
	if z.Fault != "" {
		return z.Fault
	}
	return fmt.Sprintf("%.1f °C", z.Celsius)
}
