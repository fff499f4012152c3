package climate

import (
	"errors"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// TMP105 finds a TMP105, TMP75 or TMP175 at an address (0x48 to 0x4f, by its address pins) of the I²C bus that open opens,
// and sets it to twelve bits.
func TMP105(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error) {
	// Bits 5 and 6 set: 12 bits, converted in at most 320 ms (SBOS351, tables 7 and 8).
	return lm75{configuration: 0x60, mask: 0xfff0, conversion: 320 * time.Millisecond}.chip("TMP105", tmp105Measures).at(open, address)
}

// LM75 finds an LM75, or one of the many that are compatible with it, at an address (0x48 to 0x4f) of the I²C bus that open
// opens. It measures in steps of half a degree.
func LM75(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error) {
	// Nine bits, converted in at most 300 ms (Texas Instruments SNIS153, pages 5 and 11).
	return lm75{configuration: 0x00, mask: 0xff80, conversion: 300 * time.Millisecond}.chip("LM75", lm75Measures).at(open, address)
}

// lm75 is the family of the LM75: register 0 holds the temperature, in 1/256 °C as far as it has bits, and register 1, of
// one byte, the configuration.
type lm75 struct {
	conn          i2c.Dev
	configuration byte
	mask          uint16 // of the temperature's bits
	conversion    time.Duration
}

func (s lm75) chip(name string, measures []Measure) chip {
	return chip{name: name, measures: measures, start: func(bus *line, address uint16) (physic.SenseEnv, error) {
		s.conn = i2c.Dev{Bus: bus, Addr: address}
		if err := s.conn.Tx([]byte{1, s.configuration}, nil); err != nil {
			return nil, err
		}
		return fresh{s, s.conversion}, s.check()
	}}
}

// check tells whether the chip is set up as it should be. The chips have no identity; but one that keeps what was written
// to its configuration (the highest bit aside, which reads as something else) is of the family. One that lost its
// supply for a moment has fewer bits, and is set up again.
func (s lm75) check() error {
	is := make([]byte, 1)
	if err := s.conn.Tx([]byte{1}, is); err != nil {
		return err
	}
	if is[0]&0x7f != s.configuration {
		return stranger("its configuration was set to %02x and is %02x; or did its supply fail for a moment?", s.configuration, is[0])
	}
	return nil
}

// Sense implements physic.SenseEnv.
func (s lm75) Sense(env *physic.Env) error {
	if err := s.check(); err != nil {
		return err
	}
	is := make([]byte, 2)
	if err := s.conn.Tx([]byte{0}, is); err != nil {
		return err
	}
	count := int16((uint16(is[0])<<8 | uint16(is[1])) & s.mask)
	env.Temperature = physic.ZeroCelsius + physic.Temperature(count)*physic.Kelvin/256
	return nil
}

// SenseContinuous implements physic.SenseEnv; Poll does not use it.
func (s lm75) SenseContinuous(time.Duration) (<-chan physic.Env, error) {
	return nil, errors.New("continuous sensing is not offered: call Sense")
}

// Precision implements physic.SenseEnv.
func (s lm75) Precision(env *physic.Env) {
	env.Temperature = physic.Temperature(-int16(s.mask)) * physic.Kelvin / 256
}

// Halt implements conn.Resource.
func (s lm75) Halt() error { return nil }

// String implements conn.Resource.
func (s lm75) String() string { return s.conn.String() }
