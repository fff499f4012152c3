package climate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/onewire"
)

// Link is how a sensor is connected.
type Link string

const (
	I2C     Link = "i2c"    // an I²C bus; the address is a number
	OneWire Link = "1-wire" // a 1-Wire bus that periph drives; the address is as in 28-0000131825f2
	W1      Link = "w1"     // the kernel's 1-Wire drivers, on any bus; the address is as for OneWire
	Thermal Link = "zone"   // the board itself; the address is the name or the number of a thermal zone
)

// Model is a kind of sensor.
type Model struct {
	Driver   string // its name in the configuration, such as "bme280"
	Chip     string // as printed on the part, such as "BME280"
	Link     Link
	Measures []Measure
	// First and Last are the addresses it can have on I²C.
	First, Last uint16

	onI2C func(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error)
}

func degrees(low, high float64) Measure { return Measure{Temperature, low, high} }

var damp = Measure{Humidity, 0, 100}

var models = []Model{
	{"tmp102", "TMP102", I2C, tmp102Measures, 0x48, 0x4b, TMP102},
	{"tmp105", "TMP105", I2C, tmp105Measures, 0x48, 0x4f, TMP105},
	{"lm75", "LM75", I2C, lm75Measures, 0x48, 0x4f, LM75},
	{"mcp9808", "MCP9808", I2C, mcp9808Measures, 0x18, 0x1f, MCP9808},
	{"bme280", "BME280", I2C, bme280Measures, 0x76, 0x77, BME280},
	{"aht20", "AHT20", I2C, aht20Measures, 0x38, 0x38, AHT20},
	{"hdc302x", "HDC302x", I2C, hdc302xMeasures, 0x44, 0x47, HDC302x},
	{"ds18b20", "DS18B20", OneWire, ds18b20Measures, 0, 0, nil},
	{"w1-therm", "DS18B20", W1, ds18b20Measures, 0, 0, nil},
	{"thermal-zone", "thermal zone", Thermal, zoneMeasures, 0, 0, nil},
}

// Models lists the sensors that this package can read.
func Models() []Model { return slices.Clone(models) }

// ByDriver is the model with a name of the configuration.
func ByDriver(driver string) (Model, bool) {
	i := slices.IndexFunc(models, func(m Model) bool { return m.Driver == driver })
	if i < 0 {
		return Model{}, false
	}
	return models[i], true
}

// Where is where a sensor is to be found. What its link does not need may be left out.
type Where struct {
	I2C     func() (i2c.BusCloser, error)
	OneWire func() (onewire.BusCloser, error)
	// Address as in the configuration; empty means the only or the lowest one that an I²C sensor can have, and the first
	// thermal zone.
	Address string
	// Devices and Zones are where the kernel shows its 1-Wire devices and thermal zones; empty means W1Devices and
	// ThermalZones.
	Devices, Zones string
}

// At returns a finder of the sensor that is there; see Options.Open. An error is about the address.
func (m Model) At(w Where) (func() (Sensor, error), error) {
	switch m.Link {
	case I2C:
		address, err := m.ParseAddress(w.Address)
		if err != nil {
			return nil, err
		}
		return m.onI2C(w.I2C, address), nil
	case Thermal:
		return ThermalZone(orElse(w.Zones, ThermalZones), w.Address), nil
	}
	address, err := ParseAddress(w.Address)
	if err != nil {
		return nil, err
	}
	if m.Link == OneWire {
		return DS18B20(w.OneWire, address), nil
	}
	return W1Therm(orElse(w.Devices, W1Devices), address), nil
}

// ParseAddress reads an I²C address and refuses one that the sensor cannot have.
func (m Model) ParseAddress(s string) (uint16, error) {
	if s == "" {
		return m.First, nil
	}
	n, err := strconv.ParseUint(s, 0, 8)
	if err != nil || uint16(n) < m.First || uint16(n) > m.Last {
		return 0, fmt.Errorf("address %q: a chip of the kind %s has %s", s, m.Chip, m.addresses())
	}
	return uint16(n), nil
}

func (m Model) addresses() string {
	if m.First == m.Last {
		return fmt.Sprintf("0x%02x", m.First)
	}
	return fmt.Sprintf("0x%02x to 0x%02x", m.First, m.Last)
}

func orElse(s, standard string) string {
	if strings.TrimSpace(s) == "" {
		return standard
	}
	return s
}
