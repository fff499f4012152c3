package climate

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"periph.io/x/conn/v3/physic"
)

func TestModelsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Models() {
		if seen[m.Driver] || m.Driver == "" || m.Chip == "" || len(m.Measures) == 0 || m.Measures[0].Quantity != Temperature {
			t.Errorf("model %+v", m)
		}
		seen[m.Driver] = true
		for _, measure := range m.Measures {
			if measure.Low >= measure.High || measure.Quantity.Unit() == "" {
				t.Errorf("%s: %s", m.Driver, measure)
			}
		}
		if m.Link == I2C && (m.onI2C == nil || m.First == 0 || m.Last < m.First) {
			t.Errorf("%s: 0x%02x to 0x%02x", m.Driver, m.First, m.Last)
		}
		address := map[Link]string{OneWire: "28-0000070e41ac", W1: "28-0000070e41ac"}[m.Link]
		if find, err := m.At(Where{Address: address}); err != nil || find == nil {
			t.Errorf("%s: no finder: %v", m.Driver, err)
		}
	}
	if m, known := ByDriver("bme280"); !known || m.Chip != "BME280" {
		t.Errorf("bme280 is %+v", m)
	}
	if m, known := ByDriver("bme281"); known {
		t.Errorf("bme281 is %+v", m)
	}
}

func TestModelAddresses(t *testing.T) {
	for _, c := range []struct{ driver, address, want string }{
		{"bme280", "0x75", "0x76 to 0x77"},
		{"bme280", "0x78", "0x76 to 0x77"},
		{"aht20", "0x39", "of the kind AHT20 has 0x38"},
		{"tmp102", "x", "0x48 to 0x4b"},
		{"tmp102", "0x148", "0x48 to 0x4b"},
		{"ds18b20", "0x48", "28-"},
		{"w1-therm", "", "28-"},
	} {
		m, _ := ByDriver(c.driver)
		if _, err := m.At(Where{Address: c.address}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s at %q: %v, want an error with %q", c.driver, c.address, err, c.want)
		}
	}
	m, _ := ByDriver("bme280")
	for s, want := range map[string]uint16{"": 0x76, "0x77": 0x77, "119": 0x77} {
		if n, err := m.ParseAddress(s); err != nil || n != want {
			t.Errorf("%q is 0x%02x, %v, want 0x%02x", s, n, err, want)
		}
	}
}

func TestQuantities(t *testing.T) {
	env := physic.Env{
		Temperature: celsius(21) + 437_560*physic.MicroKelvin,
		Humidity:    45*physic.PercentRH + 160*physic.MicroRH, // 45.016 %
		Pressure:    100653*physic.Pascal + 270*physic.MilliPascal,
	}
	for q, want := range map[Quantity]float64{Temperature: 21.4376, Humidity: 45, Pressure: 1006.53} {
		if got := q.Of(env); got != want {
			t.Errorf("%s is %v %s, want %v", q, got, q.Unit(), want)
		}
	}
	if q := Quantity("noise"); q.Unit() != "" || !math.IsNaN(q.Of(env)) {
		t.Errorf("noise is %v %q", q.Of(env), q.Unit())
	}
	if s := (Measure{Humidity, 0, 100}).String(); s != "humidity from 0 to 100 %RH" {
		t.Errorf("got %q", s)
	}
}

// zones makes thermal zones, by number: type and temperature.
func zones(t *testing.T, of map[string][2]string) string {
	t.Helper()
	dir := t.TempDir()
	for number, z := range of {
		path := filepath.Join(dir, "thermal_zone"+number)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"type": z[0], "temp": z[1]} {
			if err := os.WriteFile(filepath.Join(path, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func TestThermalZone(t *testing.T) {
	dir := zones(t, map[string][2]string{
		"0": {"cpu-thermal\n", "48312\n"}, "2": {"gpu-thermal\n", "-5000\n"}, "10": {"gpu-thermal\n", "1000\n"},
		"3": {"broken\n", "-274000\n"}, "4": {"silent\n", "\n"},
	})
	for name, c := range map[string]struct {
		celsius float64
		sensor  string
		err     string
	}{
		"": {48.312, "thermal zone 0", ""}, "cpu-thermal": {48.312, "thermal zone 0", ""}, "0": {48.312, "thermal zone 0", ""},
		"gpu-thermal": {-5, "thermal zone 2", ""}, "10": {1, "thermal zone 10", ""}, "thermal_zone10": {1, "thermal zone 10", ""},
		"broken": {0, "thermal zone 3", "-274 °C is outside"}, "silent": {0, "thermal zone 4", "expected thousandths"},
	} {
		sensor, err := ThermalZone(dir, name)()
		if err != nil || sensor.Name != c.sensor {
			t.Errorf("%q: found %q, %v", name, sensor.Name, err)
			continue
		}
		var env physic.Env
		err = sensor.Sense(&env)
		if c.err == "" && (err != nil || Temperature.Of(env) != c.celsius) || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%q: %g °C, %v, want %g, %q", name, Temperature.Of(env), err, c.celsius, c.err)
		}
		if err := sensor.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestThermalZoneMissing(t *testing.T) {
	if _, err := ThermalZone(t.TempDir(), "")(); err == nil || !strings.Contains(err.Error(), "this machine has none") {
		t.Errorf("no zones: %v", err)
	}
	dir := zones(t, map[string][2]string{"0": {"cpu-thermal\n", "1000\n"}, "1": {"gpu-thermal\n", "1000\n"}})
	if _, err := ThermalZone(dir, "battery")(); err == nil || !strings.Contains(err.Error(), "has 0 (cpu-thermal), 1 (gpu-thermal)") {
		t.Errorf("another zone: %v", err)
	}
	sensor, err := ThermalZone(dir, "cpu-thermal")()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "thermal_zone0")); err != nil { // its driver was unloaded
		t.Fatal(err)
	}
	if err := sensor.Sense(&physic.Env{}); err == nil || !strings.Contains(err.Error(), "no value") {
		t.Errorf("gone: %v", err)
	}
}
