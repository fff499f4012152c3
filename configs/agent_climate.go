package configs

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Thermometer is a sensor of temperature and, with some chips, humidity.
type Thermometer struct {
	Point string `yaml:"point"`
	// Humidity is the point of the same chip's humidity; empty means that it is not watched.
	Humidity string `yaml:"humidity"`
	// Driver is tmp102, tmp105, lm75, mcp9808, bme280, aht20 or hdc302x (on I²C), ds18b20 (through periph, needs root), w1-therm (a
	// DS18B20 read by the kernel), or thermal-zone (the board's own).
	Driver string `yaml:"driver"`
	// Bus is the number or name of the I²C or 1-Wire bus; empty means the first one. w1-therm and thermal-zone have none.
	Bus string `yaml:"bus"`
	// Address is that of the chip, as in 0x48, or of a DS18B20 as in 28-0000131825f2. A chip that has only one needs none.
	Address string `yaml:"address"`
	// Zone is the type of a thermal zone, such as cpu-thermal; empty means the first.
	Zone string `yaml:"zone"`
	// Interval is the time from one reading to the next; 0 means 10s.
	Interval time.Duration `yaml:"interval"`
}

// chip is what there is to know of a sensor on I²C: the addresses it can be set to, the first of them the standard, and
// whether it measures humidity.
type chip struct {
	name     string
	low      uint16
	high     uint16
	standard bool // has an address that need not be said
	humidity bool
}

var chips = map[string]chip{
	"tmp102":  {name: "a TMP102", low: 0x48, high: 0x4b},
	"tmp105":  {name: "a TMP105", low: 0x48, high: 0x4f},
	"lm75":    {name: "an LM75", low: 0x48, high: 0x4f},
	"mcp9808": {name: "an MCP9808", low: 0x18, high: 0x1f},
	"bme280":  {name: "a BME280", low: 0x76, high: 0x77, humidity: true},
	"aht20":   {name: "an AHT20", low: 0x38, high: 0x38, standard: true, humidity: true},
	"hdc302x": {name: "an HDC302x", low: 0x44, high: 0x47, humidity: true},
}

// I2CAddress is Address as a number; the chip's only one when it is not said.
func (t Thermometer) I2CAddress() (uint16, error) {
	if chip := chips[t.Driver]; t.Address == "" && chip.standard {
		return chip.low, nil
	}
	n, err := strconv.ParseUint(t.Address, 0, 8)
	return uint16(n), err
}

func (t Thermometer) check(c *checker, path string, p *points) {
	p.take(t.Point, path+".point", true)
	c.oneOf(t.Driver, path+".driver", "tmp102", "tmp105", "lm75", "mcp9808", "bme280", "aht20", "hdc302x", "ds18b20", "w1-therm", "thermal-zone")
	if t.Humidity != "" {
		p.take(t.Humidity, path+".humidity", true)
		if !chips[t.Driver].humidity {
			c.fail(path+".humidity", "%s measures none: expected bme280, aht20 or hdc302x", t.Driver)
		}
	}
	t.checkAddress(c, path+".address")
	if slices.Contains([]string{"w1-therm", "thermal-zone"}, t.Driver) && t.Bus != "" {
		c.fail(path+".bus", "%s finds its sensor on any bus: expected none", t.Driver)
	}
	if t.Zone != "" && t.Driver != "thermal-zone" {
		c.fail(path+".zone", "only thermal-zone has one")
	}
	checkInterval(c, path+".interval", t.Interval)
}

var oneWire = regexp.MustCompile(`^28-[0-9a-fA-F]{12}$`)

func (t Thermometer) checkAddress(c *checker, path string) {
	if chip, ok := chips[t.Driver]; ok {
		if n, err := t.I2CAddress(); err != nil || n < chip.low || n > chip.high {
			c.fail(path, "%q: expected %s's address, 0x%02x to 0x%02x", t.Address, chip.name, chip.low, chip.high)
		}
		return
	}
	switch t.Driver {
	case "ds18b20", "w1-therm":
		if !oneWire.MatchString(t.Address) {
			c.fail(path, "%q: expected a DS18B20's address, as in 28-0000131825f2 (see /sys/bus/w1/devices)", t.Address)
		}
	case "thermal-zone":
		if t.Address != "" {
			c.fail(path, "%q: a thermal zone has none; say which by zone", t.Address)
		}
	}
}

func checkInterval(c *checker, path string, interval time.Duration) {
	if interval < time.Second || interval > 24*time.Hour {
		c.fail(path, "expected 1s to 24h, got %s", interval)
	}
}
