package climate

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/devices/v3/aht20"
	"periph.io/x/devices/v3/bmxx80"
	"periph.io/x/devices/v3/hdc302x"
	"periph.io/x/devices/v3/mcp9808"
	"periph.io/x/devices/v3/tmp102"
)

// TMP102 finds a TMP102 at an address (0x48 to 0x4b, chosen by where its pin ADD0 is connected) of the I²C bus that open
// opens.
func TMP102(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error) {
	return chip{
		name: "TMP102", measures: tmp102Measures, refuse: notTMP102,
		start: func(bus *line, address uint16) (physic.SenseEnv, error) {
			dev, err := tmp102.NewI2C(bus, address, &tmp102.Opts{SampleRate: tmp102.RateFourHertz})
			configured := func() error { return bus.Tx(address, []byte{1}, make([]byte, 2)) } // and looked at by notTMP102
			return fresh{known{dev, configured}, 35 * time.Millisecond}, err                  // conversion time: SBOS397 section 6.5
		},
	}.at(open, address)
}

// notTMP102 knows the chip by its configuration, which it has no better mark than: the bits of the resolution are
// always set, the lowest four never, nor are those of its temperature (SBOS397, registers). The bit of the extended range
// is never set by us; its readings would be taken for half of what they are.
func notTMP102(w, r []byte) error {
	switch {
	case len(w) != 1 || len(r) != 2:
	case w[0] == 1 && (r[0]&0x60 != 0x60 || r[1]&0x1f != 0):
		return stranger("the configuration of a TMP102 is not %02x %02x (a TMP105 or TMP75 has driver tmp105, an LM75 lm75)", r[0], r[1])
	case w[0] == 0 && r[1]&0x0f != 0:
		return stranger("the temperature of a TMP102 is not %02x %02x", r[0], r[1])
	}
	return nil
}

// known is a sensor whose identity is checked before every reading: another may have been plugged in, or the lines float.
type known struct {
	physic.SenseEnv
	check func() error
}

func (k known) Sense(env *physic.Env) error {
	if err := k.check(); err != nil {
		return err
	}
	return k.SenseEnv.Sense(env)
}

// MCP9808 finds an MCP9808 at an address (0x18 to 0x1f, by its pins A0 to A2) of the I²C bus that open opens.
func MCP9808(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error) {
	return chip{
		name: "MCP9808", measures: mcp9808Measures,
		start: func(bus *line, address uint16) (physic.SenseEnv, error) {
			is := func() error { return isMCP9808(bus, address) }
			if err := is(); err != nil {
				return nil, err
			}
			dev, err := mcp9808.New(bus, &mcp9808.Opts{Addr: int(address), Res: mcp9808.Maximum})
			if err != nil {
				return nil, err
			}
			return fresh{known{dev, is}, 300 * time.Millisecond}, nil // 250 ms, typically: DS25095 page 4
		},
	}.at(open, address)
}

// isMCP9808 asks who it is: register 6 is the manufacturer, 0054, and 7 the device, 04 and a revision (DS25095 page 27).
func isMCP9808(bus i2c.Bus, address uint16) error {
	id := make([]byte, 2)
	if err := bus.Tx(address, []byte{6}, id); err != nil {
		return err
	}
	if id[0] != 0x00 || id[1] != 0x54 {
		return stranger("register 6 of an MCP9808 is not %02x %02x", id[0], id[1])
	}
	if err := bus.Tx(address, []byte{7}, id); err != nil {
		return err
	}
	if id[0] != 0x04 {
		return stranger("register 7 of an MCP9808 is not %02x %02x", id[0], id[1])
	}
	return nil
}

// BME280 finds a BME280 at an address (0x76 or 0x77, by its pin SDO) of the I²C bus that open opens.
func BME280(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error) {
	return chip{
		name: "BME280", measures: bme280Measures, refuse: notMeasured280,
		start: func(bus *line, address uint16) (physic.SenseEnv, error) {
			id := make([]byte, 1)
			if err := bus.Tx(address, []byte{0xd0}, id); err != nil {
				return nil, err
			}
			switch id[0] { // Bosch BST-BME280-DS002, page 28
			case 0x60:
			case 0x58, 0x57, 0x56:
				return nil, stranger("a BMP280, which measures no humidity (its id is %02x)", id[0])
			default:
				return nil, stranger("the id of a BME280 is 60, not %02x", id[0])
			}
			return bmxx80.NewI2C(bus, address, &bmxx80.DefaultOpts)
		},
	}.at(open, address)
}

// notMeasured280 refuses what a BME280 says instead of a measurement: 80000, and for the humidity 8000, are what its
// registers hold after power-on and of what it was told to skip (BST-BME280-DS002, pages 28 and 31). Compensated they
// look like a true value. A chip that lost its supply for a moment skips the humidity; being set up again helps.
func notMeasured280(w, r []byte) error {
	if len(w) != 1 || w[0] != 0xf7 || len(r) != 8 {
		return nil
	}
	const skipped = "\x80\x00\x00"
	if string(r[0:3]) == skipped || string(r[3:6]) == skipped || string(r[6:8]) == skipped[:2] {
		return errors.New("it has not measured (its registers are as after power-on): did its supply fail for a moment?")
	}
	return nil
}

// AHT20 finds an AHT20 on the I²C bus that open opens; its address is always 0x38. Its answers carry a CRC.
func AHT20(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error) {
	return chip{
		name: "AHT20", measures: aht20Measures,
		start: func(bus *line, _ uint16) (physic.SenseEnv, error) {
			dev, err := aht20.NewI2C(bus, nil)
			return aht{dev}, err
		},
	}.at(open, address)
}

// aht is periph's driver, which lacks a name to be a conn.Resource.
type aht struct{ *aht20.Dev }

func (aht) String() string { return "AHT20" }

// HDC302x finds an HDC3020, HDC3021 or HDC3022 at an address (0x44 to 0x47, by its pins ADDR and ADDR1) of the I²C bus that
// open opens. Its answers carry CRCs.
func HDC302x(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error) {
	return chip{
		name: "HDC302x", measures: hdc302xMeasures,
		start: func(bus *line, address uint16) (physic.SenseEnv, error) {
			// One that a program left measuring would not listen; one that does not measure may refuse to stop.
			_ = bus.Bus.Tx(address, []byte{0x30, 0x93}, nil)
			time.Sleep(time.Millisecond)
			id := make([]byte, 3)
			if err := bus.Tx(address, []byte{0x37, 0x81}, id); err != nil { // the manufacturer's: SNAS778 table 7-8
				return nil, fmt.Errorf("%w; or is it another chip, such as an SHT3x?", err)
			}
			if id[0] != 0x30 || id[1] != 0x00 {
				return nil, stranger("the manufacturer of an HDC302x is not %02x%02x", id[0], id[1])
			}
			return hdc302x.NewI2C(bus, address, hdc302x.RateTwoHertz)
		},
	}.at(open, address)
}

var (
	tmp102Measures  = []Measure{degrees(-40, 125)}
	tmp105Measures  = []Measure{degrees(-40, 125)}
	lm75Measures    = []Measure{degrees(-55, 125)}
	mcp9808Measures = []Measure{degrees(-40, 125)}
	bme280Measures  = []Measure{degrees(-40, 85), damp, {Pressure, 300, 1100}}
	aht20Measures   = []Measure{degrees(-40, 85), damp}
	hdc302xMeasures = []Measure{degrees(-40, 125), damp}
	ds18b20Measures = []Measure{degrees(-55, 125)}
	zoneMeasures    = []Measure{degrees(-55, 150)}
)
