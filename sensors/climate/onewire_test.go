package climate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/onewire"
	"periph.io/x/conn/v3/onewire/onewiretest"
	"periph.io/x/conn/v3/physic"
)

const rom onewire.Address = 0x740000070e41ac28 // 28, serial 00 00 07 0e 41 ac, CRC 74

// match is the beginning of every command to one device.
func match(command ...byte) []byte {
	return append([]byte{0x55, 0x28, 0xac, 0x41, 0x0e, 0x07, 0x00, 0x00, 0x74}, command...)
}

// scratchpad is what a DS18B20 set to 12 bits answers for a temperature in 1/16 °C (datasheet pages 6 and 8).
func scratchpad(sixteenths int16) []byte {
	pad := []byte{byte(sixteenths), byte(uint16(sixteenths) >> 8), 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10}
	return append(pad, onewire.CalcCRC(pad))
}

func TestDS18B20(t *testing.T) {
	wrong := scratchpad(400)
	wrong[8] ^= 0x55
	steps := []struct {
		answer []byte
		want   physic.Temperature
		err    string
	}{
		{scratchpad(401), physic.ZeroCelsius + 401*physic.Kelvin/16, ""},
		{scratchpad(-168), physic.ZeroCelsius - 168*physic.Kelvin/16, ""},
		{wrong, 0, "incorrect scratchpad CRC"},
		{scratchpad(85 * 16), 0, "has not converted"},
		{[]byte{255, 255, 255, 255, 255, 255, 255, 255, 255}, 0, "did not respond"},
		{scratchpad(126 * 16), 0, "outside"},
		{scratchpad(85*16 + 1), celsius(85) + physic.Kelvin/16, ""},
	}
	ops := []onewiretest.IO{{W: match(0xbe), R: scratchpad(85 * 16)}} // New reads the configuration only
	for _, s := range steps {
		ops = append(ops, onewiretest.IO{W: match(0x44), Pull: true}, onewiretest.IO{W: match(0xbe), R: s.answer})
	}
	synctest.Test(t, func(t *testing.T) { // its driver sleeps while the sensor converts
		bus := &onewiretest.Playback{DontPanic: true, Ops: ops}
		sensor, err := DS18B20(func() (onewire.BusCloser, error) { return bus, nil }, rom)()
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range steps {
			var env physic.Env
			before := time.Now()
			err := sensor.Sense(&env)
			switch {
			case s.err == "" && (err != nil || env.Temperature != s.want):
				t.Errorf("step %d: sensed %s, %v, want %s", i, env.Temperature, err, s.want)
			case s.err != "" && (err == nil || !strings.Contains(err.Error(), s.err)):
				t.Errorf("step %d: sensed %s, %v, want an error with %q", i, env.Temperature, err, s.err)
			}
			if took := time.Since(before); took < 750*time.Millisecond {
				t.Errorf("step %d: converted for %v, want at least 750 ms", i, took)
			}
		}
		if err := sensor.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestDS18B20Missing(t *testing.T) {
	bus := &onewiretest.Playback{DontPanic: true}
	_, err := DS18B20(func() (onewire.BusCloser, error) { return bus, nil }, rom)()
	if err == nil || !strings.Contains(err.Error(), "set up DS18B20 28-0000070e41ac") {
		t.Errorf("got %v", err)
	}
}

func TestAddress(t *testing.T) {
	a, err := ParseAddress("28-0000070e41ac")
	if err != nil || a != rom {
		t.Errorf("parsed %#x, %v, want %#x", uint64(a), err, uint64(rom))
	}
	if s := FormatAddress(rom); s != "28-0000070e41ac" {
		t.Errorf("formatted %q", s)
	}
	for _, bad := range []string{"", "28", "28-", "28-0000070e41a", "28-0000070e41acc", "zz-0000070e41ac", "28-0000070e41ag", "2-00000070e41ac", "28_0000070e41ac"} {
		if _, err := ParseAddress(bad); err == nil {
			t.Errorf("%q was taken for an address", bad)
		}
	}
}

func TestW1Therm(t *testing.T) {
	devices := t.TempDir()
	if _, err := W1Therm(devices, rom)(); err == nil || !strings.Contains(err.Error(), "28-0000070e41ac") {
		t.Fatalf("found a sensor that is not there: %v", err)
	}
	dir := filepath.Join(devices, "28-0000070e41ac")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		want physic.Temperature
		err  string
	}{
		{"58 01 4b 46 7f ff 0c 10 fe : crc=fe YES\n58 01 4b 46 7f ff 0c 10 fe t=21500\n", physic.ZeroCelsius + 21500*physic.MilliKelvin, ""},
		{"58 ff 4b 46 7f ff 0c 10 4a : crc=4a YES\n58 ff 4b 46 7f ff 0c 10 4a t=-10500\n", physic.ZeroCelsius - 10500*physic.MilliKelvin, ""},
		{"58 01 4b 46 7f ff 0c 10 ab : crc=fe NO\n58 01 4b 46 7f ff 0c 10 ab t=21500\n", 0, "checksum"},
		{"50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000\n", 0, "has not converted"},
		{"50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=127000\n", 0, "outside"},
		{"50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\nnothing\n", 0, "expected t="},
		{"", 0, "no answer"},
		{"58 01\n", 0, "expected two lines"},
	} {
		if err := os.WriteFile(filepath.Join(dir, "w1_slave"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		sensor, err := W1Therm(devices, rom)()
		if err != nil {
			t.Fatal(err)
		}
		var env physic.Env
		err = sensor.Sense(&env)
		if c.err == "" && (err != nil || env.Temperature != c.want) || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%q: got %s, %v, want %s, %q", c.text, env.Temperature, err, c.want, c.err)
		}
		if sensor.Name != "DS18B20 28-0000070e41ac" {
			t.Errorf("sensor is called %q", sensor.Name)
		}
	}
}
