package climate

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/physic"
)

// Exactly 0 °C is what chips say before they have measured, and also a temperature.
func TestZeroDegrees(t *testing.T) {
	for driver, c := range map[string]struct {
		address      uint16
		cold, warmer simulated
	}{
		"tmp102":  {0x48, newTMP102(0), newTMP102(4)},
		"tmp105":  {0x48, &digital{resolution: true}, &digital{resolution: true, temperature: 0x40}},
		"lm75":    {0x48, &digital{}, &digital{temperature: 0x80}},
		"mcp9808": {0x18, newMCP9808(0), newMCP9808(4)},
	} {
		synctest.Test(t, func(t *testing.T) {
			bus := &wires{}
			for _, is := range []struct {
				chip simulated
				low  float64
				high float64
			}{{c.cold, 0, 0}, {c.warmer, 0.25, 0.5}} {
				bus.plug(c.address, is.chip) // and asked at once
				sensor, err := finder(t, bus, driver, c.address)()
				if err != nil {
					t.Fatal(err)
				}
				var env physic.Env
				if err := sensor.Sense(&env); err != nil || Temperature.Of(env) < is.low || Temperature.Of(env) > is.high {
					t.Errorf("%s: sensed %g °C, %v, want %g to %g °C", driver, Temperature.Of(env), err, is.low, is.high)
				}
			}
		})
	}
}

// Values that a sensor cannot measure are refused, and leave what was measured alone.
func TestChipsKnowTheirRange(t *testing.T) {
	hot, wet := newBME280(), newBME280()
	hot.temperature, wet.pressure = 900000, 900000
	for _, c := range []struct {
		driver  string
		address uint16
		chip    simulated
		want    string
	}{
		{"tmp102", 0x48, newTMP102(-128 * 16), "temperature of -128 °C"},
		{"tmp105", 0x48, &digital{resolution: true, temperature: -0x8000}, "temperature of -128 °C"},
		{"lm75", 0x48, &digital{temperature: -56 * 256}, "temperature of -56 °C"},
		{"mcp9808", 0x18, newMCP9808(126 * 16), "temperature of 126 °C"},
		{"bme280", 0x76, hot, "temperature of"},
		{"bme280", 0x76, wet, "pressure of"},
		{"aht20", 0x38, &simulatedAHT{temperature: 0xfffff, humidity: 0x80000}, "temperature of 149.9998 °C"},
		{"hdc302x", 0x44, &simulatedHDC{temperature: 0xffff, manufacturer: 0x3000}, "temperature of 130 °C"},
	} {
		synctest.Test(t, func(t *testing.T) {
			bus := &wires{}
			bus.plug(c.address, c.chip)
			time.Sleep(time.Second)
			sensor, err := finder(t, bus, c.driver, c.address)()
			if err != nil {
				t.Fatal(err)
			}
			before := physic.Env{Temperature: 1, Humidity: 2, Pressure: 3}
			env := before
			if err := sensor.Sense(&env); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "outside") {
				t.Errorf("%s: %v, want an error with %q", c.driver, err, c.want)
			}
			if env != before {
				t.Errorf("%s: left %+v", c.driver, env)
			}
		})
	}
}
