package climate

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// onI2C are all sensors on I²C, each with what it measures.
var onI2C = []struct {
	driver   string
	address  uint16
	chip     func() simulated
	celsius  float64
	humidity float64 // 0: it measures none
	pressure float64
}{
	{"tmp102", 0x48, func() simulated { return newTMP102(25 * 16) }, 25, 0, 0}, // SBOS397 table 2
	{"tmp102", 0x4b, func() simulated { return newTMP102(-25 * 16) }, -25, 0, 0},
	{"tmp105", 0x4d, func() simulated { return &digital{temperature: 0x1910, resolution: true} }, 25.0625, 0, 0},
	{"tmp105", 0x48, func() simulated { return &digital{temperature: -0x1910, resolution: true} }, -25.0625, 0, 0},
	{"lm75", 0x48, func() simulated { return &digital{temperature: 0x1980} }, 25.5, 0, 0},
	{"lm75", 0x4f, func() simulated { return &digital{temperature: -0x1980} }, -25.5, 0, 0},
	{"mcp9808", 0x18, func() simulated { return newMCP9808(25*16 + 4) }, 25.25, 0, 0}, // DS25095 page 25
	{"mcp9808", 0x1f, func() simulated { return newMCP9808(-25*16 - 4) }, -25.25, 0, 0},
	{"bme280", 0x76, func() simulated { return newBME280() }, 25.08, 55.0, 1006.53},
	{"aht20", 0x38, func() simulated { return &simulatedAHT{temperature: 0x60000, humidity: 0x80000} }, 25, 50, 0},
	{"hdc302x", 0x44, func() simulated { return &simulatedHDC{temperature: 26214, humidity: 32768, manufacturer: 0x3000} }, 25, 50, 0},
}

// finder is that of a sensor on the simulated bus.
func finder(t *testing.T, bus *wires, driver string, address uint16) func() (Sensor, error) {
	t.Helper()
	model, known := ByDriver(driver)
	if !known {
		t.Fatalf("there is no driver %s", driver)
	}
	find, err := model.At(Where{I2C: bus.bus, Address: fmt.Sprintf("%#x", address)})
	if err != nil {
		t.Fatal(err)
	}
	return find
}

func TestChipsMeasure(t *testing.T) {
	for _, c := range onI2C {
		t.Run(c.driver, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bus := &wires{}
				bus.plug(c.address, c.chip())
				sensor, err := finder(t, bus, c.driver, c.address)()
				if err != nil {
					t.Fatal(err)
				}
				for range 3 {
					var env physic.Env
					if err := sensor.Sense(&env); err != nil {
						t.Fatal(err)
					}
					got := [3]float64{Temperature.Of(env), Humidity.Of(env), 0}
					if c.pressure != 0 {
						got[2] = Pressure.Of(env)
					}
					if got[0] != c.celsius || math.Abs(got[1]-c.humidity) > 0.05 || math.Abs(got[2]-c.pressure) > 0.01 {
						t.Errorf("measured %v, want %v °C, %v %%RH, %v hPa", got, c.celsius, c.humidity, c.pressure)
					}
					time.Sleep(time.Second)
				}
				if err := sensor.Close(); err != nil || bus.open != 0 {
					t.Errorf("closed with %v, %d left open", err, bus.open)
				}
			})
		})
	}
}

// A sensor that is unplugged is a fault that says so, and heals when it is plugged in again, with its settings lost.
func TestChipsUnplugged(t *testing.T) {
	for _, c := range onI2C {
		t.Run(c.driver, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bus := &wires{}
				bus.plug(c.address, c.chip())
				p := start(t, finder(t, bus, c.driver, c.address))
				said := p.after(35 * time.Second)
				if len(said) != 4 || !strings.HasSuffix(said[3], fmt.Sprintf("%.0f °C", c.celsius)) {
					t.Errorf("in 35 s: %q", said)
				}
				bus.unplug(c.address)
				for i, fault := range p.after(time.Minute) {
					if !strings.Contains(fault, fmt.Sprintf("nothing answers at 0x%02x", c.address)) {
						t.Errorf("unplugged, %d: %q", i, fault)
					}
				}
				bus.fail(syscall.ETIMEDOUT)
				if said := p.after(2 * time.Minute); len(said) == 0 || !strings.Contains(said[len(said)-1], "the bus is stuck") {
					t.Errorf("stuck: %q", said)
				}
				bus.fail(nil)
				bus.plug(c.address, c.chip())
				if said := p.after(2 * time.Minute); len(said) < 5 || !strings.HasSuffix(said[len(said)-1], fmt.Sprintf("%.0f °C", c.celsius)) {
					t.Errorf("plugged in again: %q", said)
				}
				p.stop()
				if bus.open != 0 {
					t.Errorf("%d buses left open", bus.open)
				}
			})
		})
	}
}

// A supply that fails for a moment takes a chip's settings: the next readings are right or faults, never wrong.
func TestChipsLosePower(t *testing.T) {
	for _, c := range onI2C {
		t.Run(c.driver, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bus, chip := &wires{}, c.chip()
				bus.plug(c.address, chip)
				p := start(t, finder(t, bus, c.driver, c.address))
				p.after(30*time.Second - time.Millisecond) // just before the next reading
				bus.plug(c.address, chip)
				said := p.after(time.Minute)
				for _, reading := range said {
					if strings.HasSuffix(reading, "°C") && !strings.HasSuffix(reading, fmt.Sprintf(" %.0f °C", c.celsius)) {
						t.Errorf("wrong: %q", reading)
					}
				}
				if last := said[len(said)-1]; !strings.HasSuffix(last, "°C") {
					t.Errorf("not healed: %q", said)
				}
				p.stop()
			})
		})
	}
}

// Lines that float, or are held, are no reading, whatever a driver makes of them.
func TestChipsRefuseGarbage(t *testing.T) {
	for _, c := range onI2C {
		for _, bits := range []floating{0x00, 0xff} {
			if c.driver == "lm75" && bits == 0 {
				continue // an LM75 at 0 °C is nothing but zeros
			}
			t.Run(fmt.Sprintf("%s-%02x", c.driver, byte(bits)), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					bus := &wires{}
					bus.plug(c.address, c.chip())
					sensor, err := finder(t, bus, c.driver, c.address)()
					if err != nil {
						t.Fatal(err)
					}
					bus.plug(c.address, bits)
					var env physic.Env
					if err := sensor.Sense(&env); err == nil {
						t.Errorf("sensed %s from a bus that is all %02x", env.Temperature, byte(bits))
					}
					if _, err := finder(t, bus, c.driver, c.address)(); err == nil && c.driver != "aht20" {
						t.Errorf("found on a bus that is all %02x", byte(bits))
					}
				})
			})
		}
	}
}

// Another chip at the address is called that, with what would help.
func TestChipsKnowStrangers(t *testing.T) {
	bmp := newBME280()
	bmp.id = 0x58
	other := newBME280()
	other.id = 0x61 // a BME680
	for _, c := range []struct {
		driver  string
		address uint16
		chip    simulated
		want    string
	}{
		{"tmp102", 0x48, &digital{resolution: true}, "driver tmp105"},
		{"tmp102", 0x48, &words{registers: map[byte]uint16{}, first: map[byte]uint16{1: 0x60b0}}, "another chip"}, // the extended range
		{"tmp105", 0x48, &digital{}, "another chip"},                                                              // an LM75 has no resolution
		{"lm75", 0x48, newTMP102(0), "another chip"},
		{"mcp9808", 0x18, newTMP102(0), "another chip"},
		{"mcp9808", 0x18, &words{registers: map[byte]uint16{6: 0x0055, 7: 0x0400}}, "register 6"},
		{"mcp9808", 0x18, &words{registers: map[byte]uint16{6: 0x0054, 7: 0x0200}}, "register 7"},
		{"bme280", 0x76, bmp, "BMP280, which measures no humidity"},
		{"bme280", 0x76, other, "id of a BME280 is 60, not 61"},
		{"hdc302x", 0x44, &simulatedHDC{manufacturer: 0x5449}, "not 5449"},
		{"hdc302x", 0x44, newBME280(), "another chip"},
	} {
		synctest.Test(t, func(t *testing.T) {
			bus := &wires{}
			bus.plug(c.address, c.chip)
			_, err := finder(t, bus, c.driver, c.address)()
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), fmt.Sprintf("0x%02x on I2C1", c.address)) {
				t.Errorf("%s: %v, want an error with %q", c.driver, err, c.want)
			}
			if bus.open != 0 {
				t.Errorf("%s: %d buses left open", c.driver, bus.open)
			}
		})
	}
}

// Whenever a bus fails, in whichever transaction of a driver, it is said what the bus said, and nothing was measured.
func TestChipsTellEveryErrorOfTheBus(t *testing.T) {
	for _, c := range onI2C {
		t.Run(c.driver, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bus := &wires{}
				bus.plug(c.address, c.chip())
				time.Sleep(time.Second)
				find := finder(t, bus, c.driver, c.address)
				failed := everywhere(t, bus, func() error {
					sensor, err := find()
					if err == nil {
						err = sensor.Close()
					}
					return err
				})
				sensor, err := find()
				if err != nil {
					t.Fatal(err)
				}
				failed += everywhere(t, bus, func() error { return sensor.Sense(&physic.Env{}) })
				if failed < 3 {
					t.Errorf("only %d transactions could fail", failed)
				}
			})
		})
	}
}

// everywhere lets do's first transaction fail, then its second, until it works in spite of it; it returns how many failed.
func everywhere(t *testing.T, bus *wires, do func() error) int {
	t.Helper()
	for works := range 100 {
		bus.failAfter(works, syscall.ETIMEDOUT)
		err := do()
		bus.fail(nil)
		time.Sleep(time.Second)
		switch {
		case err == nil && works > 0:
			return works
		case err != nil && !strings.Contains(err.Error(), "the bus is stuck"):
			t.Errorf("transaction %d failed: %v", works+1, err)
		}
	}
	t.Error("it never works")
	return 0
}

// What a BME280 says while it has not measured, of each of its three values, looks like a measurement once compensated.
func TestBME280NotMeasured(t *testing.T) {
	for what, spoil := range map[string]func(*simulatedBME){
		"temperature": func(c *simulatedBME) { c.temperature = 0x80000 },
		"pressure":    func(c *simulatedBME) { c.pressure = 0x80000 },
		"humidity":    func(c *simulatedBME) { c.power() }, // it skips the humidity until it is told again
	} {
		synctest.Test(t, func(t *testing.T) {
			bus, chip := &wires{}, newBME280()
			bus.plug(0x76, chip)
			sensor, err := finder(t, bus, "bme280", 0x76)()
			if err != nil {
				t.Fatal(err)
			}
			spoil(chip)
			var env physic.Env
			if err := sensor.Sense(&env); err == nil || !strings.Contains(err.Error(), "has not measured") {
				t.Errorf("%s: sensed %+v, %v", what, env, err)
			}
		})
	}
}

// A checksum that is wrong once is asked again, and often is a fault.
func TestChipsCheckSums(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		aht := &simulatedAHT{temperature: 0x60000, humidity: 0x80000}
		hdc := &simulatedHDC{temperature: 26214, humidity: 32768, manufacturer: 0x3000}
		bus := &wires{}
		bus.plug(0x38, aht)
		bus.plug(0x44, hdc)
		a, errA := finder(t, bus, "aht20", 0x38)()
		h, errH := finder(t, bus, "hdc302x", 0x44)()
		if err := errors.Join(errA, errH); err != nil {
			t.Fatal(err)
		}
		aht.spoil, hdc.spoil = true, true
		var env physic.Env
		if err := a.Sense(&env); err == nil || !strings.Contains(err.Error(), "CRC") {
			t.Errorf("AHT20: %v", err)
		}
		if err := h.Sense(&env); err == nil || !strings.Contains(err.Error(), "crc") {
			t.Errorf("HDC302x: %v", err)
		}
		if env != (physic.Env{}) {
			t.Errorf("sensed %+v", env)
		}
	})
}

// An HDC302x that was left measuring by a program that crashed is found again, and set up anew.
func TestHDC302xAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus, chip := &wires{}, &simulatedHDC{temperature: 26214, humidity: 32768, manufacturer: 0x3000}
		bus.plug(0x44, chip)
		chip.auto = true
		sensor, err := finder(t, bus, "hdc302x", 0x44)()
		if err != nil {
			t.Fatal(err)
		}
		var env physic.Env
		if err := sensor.Sense(&env); err != nil || env.Temperature != celsius(25) {
			t.Errorf("sensed %s, %v", env.Temperature, err)
		}
	})
}

// A BME280 that never gets ready is a fault, where its driver would ask for ever.
func TestBME280NeverReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus, chip := &wires{}, newBME280()
		bus.plug(0x76, chip)
		sensor, err := finder(t, bus, "bme280", 0x76)()
		if err != nil {
			t.Fatal(err)
		}
		chip.stuck = true
		var env physic.Env
		if err := sensor.Sense(&env); err == nil || !strings.Contains(err.Error(), "does not become ready") {
			t.Errorf("sensed %+v, %v", env, err)
		}
		chip.stuck = false
		if err := sensor.Sense(&env); err != nil || Temperature.Of(env) != 25.08 {
			t.Errorf("sensed %+v, %v afterwards", env, err)
		}
	})
}

// The lowest bits of a TMP102's temperature are never set.
func TestTMP102KnowsItsTemperature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus, chip := &wires{}, newTMP102(0)
		bus.plug(0x48, chip)
		chip.registers[0] = 0x1905
		time.Sleep(time.Second)
		sensor, err := finder(t, bus, "tmp102", 0x48)()
		if err != nil {
			t.Fatal(err)
		}
		var env physic.Env
		if err := sensor.Sense(&env); err == nil || !strings.Contains(err.Error(), "the temperature of a TMP102 is not 19 05") {
			t.Errorf("sensed %s, %v", env.Temperature, err)
		}
	})
}

// Whatever Linux says of a bus, the words tell what to look at, and keep what was said.
func TestBusErrorsInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { busErrorsInWords(t) })
}

func busErrorsInWords(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.ENXIO: "nothing answers at 0x48", syscall.EREMOTEIO: "nothing answers at 0x48", syscall.ETIMEDOUT: "the bus is stuck",
		syscall.EAGAIN: "another master", syscall.ENODEV: "the bus itself is gone", syscall.EOPNOTSUPP: "SMBus only", syscall.EIO: "the bus failed",
	} {
		bus := &wires{}
		bus.fail(errno)
		_, err := finder(t, bus, "tmp102", 0x48)()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), errno.Error()) {
			t.Errorf("%s: %v, want an error with %q", errno, err, want)
		}
		if bus.open != 0 {
			t.Errorf("%s: %d buses left open", errno, bus.open)
		}
	}
	if _, err := TMP102(func() (i2c.BusCloser, error) { return nil, errors.New("no /dev/i2c-1") }, 0x48)(); err == nil ||
		!strings.Contains(err.Error(), "TMP102 0x48") || !strings.Contains(err.Error(), "no /dev/i2c-1") {
		t.Errorf("no bus: %v", err)
	}
}
