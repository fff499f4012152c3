package climate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"periph.io/x/conn/v3/onewire"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/devices/v3/ds18b20"
)

// celsius is a temperature given in whole degrees.
func celsius(degrees int) physic.Temperature {
	return physic.ZeroCelsius + physic.Temperature(degrees)*physic.Kelvin
}

// resolution of a DS18B20 in bits: 1/16 °C, converted in 750 ms (datasheet page 3).
const resolution = 12

// DS18B20 finds a DS18B20 by its address on the 1-Wire bus that open opens. Its driver checks the CRC of every answer
// (datasheet page 9).
func DS18B20(open func() (onewire.BusCloser, error), address onewire.Address) func() (Sensor, error) {
	return func() (Sensor, error) {
		bus, err := open()
		if err != nil {
			return Sensor{}, fmt.Errorf("open 1-Wire bus of DS18B20 %s: %w: is the driver of a bus loaded, such as w1-gpio?", FormatAddress(address), err)
		}
		name := fmt.Sprintf("DS18B20 %s on %s", FormatAddress(address), bus)
		dev, err := ds18b20.New(bus, address, resolution)
		if err != nil {
			return Sensor{}, errors.Join(fmt.Errorf("set up %s: %w", name, err), bus.Close())
		}
		return Sensor{SenseEnv: converted{within{dev, ds18b20Measures}}, Name: name, Measures: ds18b20Measures, Close: bus.Close}, nil
	}
}

// converted refuses exactly 85 °C, which is what the register of a DS18B20 holds after power-on, before the first
// conversion (datasheet page 6). periph's driver means to, but compares with 85 K. A true temperature is next to
// never exactly that, and if it is, the next reading will not be.
type converted struct{ physic.SenseEnv }

func (c converted) Sense(env *physic.Env) error {
	var read physic.Env
	if err := c.SenseEnv.Sense(&read); err != nil {
		return err
	}
	if read.Temperature == celsius(85) {
		return errors.New("it has not converted (it says 85 °C, its value at power-on): is its supply too weak?")
	}
	*env = read
	return nil
}

// ParseAddress reads the address of a 1-Wire device as Linux spells it: family and serial number, without the CRC,
// as in 28-0000131825f2.
func ParseAddress(s string) (onewire.Address, error) {
	family, serial, ok := strings.Cut(s, "-")
	f, errF := strconv.ParseUint(family, 16, 8)
	n, errN := strconv.ParseUint(serial, 16, 48)
	if !ok || len(family) != 2 || len(serial) != 12 || errF != nil || errN != nil {
		return 0, fmt.Errorf("1-Wire address %q: expected two and twelve hexadecimal digits, as in 28-0000131825f2 (see /sys/bus/w1/devices)", s)
	}
	rom := make([]byte, 7) // the order on the wire: family code, then the serial number from its lowest byte
	address := n<<8 | f
	for i := range rom {
		rom[i] = byte(address >> (8 * i))
	}
	return onewire.Address(uint64(onewire.CalcCRC(rom))<<56 | address), nil
}

// FormatAddress is the inverse of ParseAddress.
func FormatAddress(a onewire.Address) string {
	return fmt.Sprintf("%02x-%012x", byte(a), uint64(a)>>8&(1<<48-1))
}

// W1Devices is where the kernel shows the devices of all its 1-Wire buses.
const W1Devices = "/sys/bus/w1/devices"

// W1Therm finds a DS18B20 that the kernel's driver w1_therm reads, in the folder devices (W1Devices).
func W1Therm(devices string, address onewire.Address) func() (Sensor, error) {
	return func() (Sensor, error) {
		path := filepath.Join(devices, FormatAddress(address), "w1_slave")
		if _, err := os.Stat(path); err != nil {
			return Sensor{}, fmt.Errorf("find DS18B20 %s: %w: is it connected, and are w1-gpio (or another bus) and w1_therm loaded?",
				FormatAddress(address), err)
		}
		return Sensor{
			SenseEnv: converted{within{therm(path), ds18b20Measures}}, Name: therm(path).String(),
			Measures: ds18b20Measures, Close: func() error { return nil },
		}, nil
	}
}

// therm is the path of a w1_slave file. Reading it converts and prints the nine bytes of the scratchpad twice, first
// with the CRC and "YES" or "NO", then with "t=" and the temperature in thousandths of a degree Celsius.
type therm string

func (t therm) String() string { return "DS18B20 " + filepath.Base(filepath.Dir(string(t))) }

// Halt implements conn.Resource.
func (t therm) Halt() error { return nil }

// Sense implements physic.SenseEnv.
func (t therm) Sense(env *physic.Env) error {
	text, err := os.ReadFile(string(t))
	if err != nil {
		return err
	}
	env.Temperature, err = parseTherm(string(text))
	return err
}

func parseTherm(text string) (physic.Temperature, error) {
	if text == "" { // what newer kernels write when all their tries have failed
		return 0, errors.New("no answer with a right checksum: is it connected, the cable too long, or the pull-up too weak?")
	}
	first, second, ok := strings.Cut(strings.TrimSpace(text), "\n")
	if !ok {
		return 0, fmt.Errorf("kernel wrote %.80q: expected two lines", text)
	}
	if !strings.HasSuffix(first, "YES") {
		return 0, fmt.Errorf("checksum of its answer is wrong (%s): is the cable too long, or the pull-up too weak?", first)
	}
	_, value, ok := strings.Cut(second, "t=")
	milli, err := strconv.ParseInt(value, 10, 32)
	if !ok || err != nil {
		return 0, fmt.Errorf("kernel wrote %.80q: expected t= and a number", second)
	}
	return physic.ZeroCelsius + physic.Temperature(milli)*physic.MilliKelvin, nil
}

// SenseContinuous implements physic.SenseEnv; Poll does not use it.
func (t therm) SenseContinuous(time.Duration) (<-chan physic.Env, error) {
	return nil, errors.New("continuous sensing is not offered: call Sense")
}

// Precision implements physic.SenseEnv.
func (t therm) Precision(env *physic.Env) { env.Temperature = physic.Kelvin / 16 }

var _ physic.SenseEnv = therm("")
