package climate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"periph.io/x/conn/v3/physic"
)

// ThermalZones is where the kernel shows the board's own thermometers.
const ThermalZones = "/sys/class/thermal"

// ThermalZone finds a thermometer of the board itself in the folder zones (ThermalZones): by its type, such as
// cpu-thermal, or by its number; empty means number 0. What it measures is the processor, which is warmer than the room.
func ThermalZone(zones, name string) func() (Sensor, error) {
	return func() (Sensor, error) {
		path, err := findZone(zones, name)
		if err != nil {
			return Sensor{}, err
		}
		z := zone(filepath.Join(path, "temp"))
		return Sensor{
			SenseEnv: within{z, zoneMeasures}, Name: "thermal zone " + strings.TrimPrefix(filepath.Base(path), "thermal_zone"),
			Measures: zoneMeasures, Close: func() error { return nil },
		}, nil
	}
}

func findZone(zones, name string) (string, error) {
	paths, err := filepath.Glob(filepath.Join(zones, "thermal_zone*"))
	if err != nil || len(paths) == 0 {
		return "", fmt.Errorf("find thermal zone %q: this machine has none (no %s/thermal_zone*): virtual machines have not, boards have a driver for it", name, zones)
	}
	slices.SortFunc(paths, func(a, b string) int { return number(a) - number(b) })
	var there []string
	for _, path := range paths {
		kind, err := os.ReadFile(filepath.Join(path, "type"))
		if err != nil {
			continue // it went meanwhile
		}
		n, typ := strconv.Itoa(number(path)), strings.TrimSpace(string(kind))
		if name == typ || name == n || name == "" || name == "thermal_zone"+n {
			return path, nil
		}
		there = append(there, fmt.Sprintf("%s (%s)", n, typ))
	}
	return "", fmt.Errorf("find thermal zone %q: this machine has %s", name, strings.Join(there, ", "))
}

func number(path string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(path), "thermal_zone"))
	if err != nil {
		return -1
	}
	return n
}

// zone is the path of a file with thousandths of a degree Celsius.
type zone string

// Sense implements physic.SenseEnv.
func (z zone) Sense(env *physic.Env) error {
	text, err := os.ReadFile(string(z))
	if err != nil {
		return fmt.Errorf("%w: its driver has no value", err)
	}
	milli, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return fmt.Errorf("kernel wrote %.80q: expected thousandths of a degree", text)
	}
	env.Temperature = physic.ZeroCelsius + physic.Temperature(milli)*physic.MilliKelvin
	return nil
}

// SenseContinuous implements physic.SenseEnv; Poll does not use it.
func (z zone) SenseContinuous(time.Duration) (<-chan physic.Env, error) {
	return nil, errors.New("continuous sensing is not offered: call Sense")
}

// Precision implements physic.SenseEnv.
func (z zone) Precision(env *physic.Env) { env.Temperature = physic.MilliKelvin }

// Halt implements conn.Resource.
func (z zone) Halt() error { return nil }

// String implements conn.Resource.
func (z zone) String() string { return string(z) }
