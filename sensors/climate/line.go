package climate

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// line is an I²C bus as the driver of one sensor sees it. Drivers lose what the bus said, or do not look; some ask a chip
// again until it is ready, for ever. So the line says in words what went wrong, lets nothing through after the first
// error until begin, and bounds how much a driver may ask.
type line struct {
	i2c.Bus
	// refuse looks at what a chip answered to w, and says what is wrong with it; nil looks at nothing.
	refuse func(w, r []byte) error
	left   int
	err    error
}

// most is how many transactions one reading may take. The most talkative is a BME280, asked at 400 kHz for the few
// milliseconds that it may take longer than expected: about a hundred.
const most = 1000

func (l *line) begin() { l.left, l.err = most, nil }

// Tx implements i2c.Bus.
func (l *line) Tx(address uint16, w, r []byte) error {
	if l.err == nil {
		l.err = l.tx(address, w, r)
	}
	return l.err
}

func (l *line) tx(address uint16, w, r []byte) error {
	if l.left == 0 {
		return fmt.Errorf("it does not become ready, asked %d times", most)
	}
	l.left--
	if err := l.Bus.Tx(address, w, r); err != nil {
		return explained{Explain(err, address), err}
	}
	if l.refuse != nil {
		return l.refuse(w, r)
	}
	return nil
}

// explained is an error of a bus in words for whoever repairs it.
type explained struct {
	words string
	cause error
}

func (e explained) Error() string { return e.words + " (" + e.cause.Error() + ")" }
func (e explained) Unwrap() error { return e.cause }

// Silent tells whether an error of an I²C bus means that nothing answered at the address.
func Silent(err error) bool { return is(err, syscall.ENXIO, syscall.EREMOTEIO) }

// is tells whether an error of a bus is one of those. Linux tells the causes apart (Documentation/i2c/fault-codes.rst), but
// periph passes on only the words of an errno.
func is(err error, those ...syscall.Errno) bool {
	for _, errno := range those {
		if errors.Is(err, errno) || strings.HasSuffix(err.Error(), errno.Error()) {
			return true
		}
	}
	return false
}

// Explain says what an error of an I²C bus means, for whoever repairs it.
func Explain(err error, address uint16) string {
	switch {
	case Silent(err):
		return fmt.Sprintf("nothing answers at 0x%02x: is it connected and powered, and is that its address?", address)
	case is(err, syscall.ETIMEDOUT):
		return "the bus is stuck: is one of its two wires held down, by a short or by a chip without power?"
	case is(err, syscall.EAGAIN):
		return "the bus was taken by another master: is there one, or is a wire held down?"
	case is(err, syscall.ENODEV, syscall.EBADF):
		return "the bus itself is gone: was an adapter unplugged?"
	case is(err, syscall.EOPNOTSUPP):
		return "this bus speaks SMBus only, not plain I²C"
	}
	return "the bus failed: is a contact bad, or the cable too long?"
}

// attached is a sensor's driver on its line.
type attached struct {
	physic.SenseEnv
	line *line
}

// Sense says what the line said rather than what the driver made of it.
func (a attached) Sense(env *physic.Env) error {
	a.line.begin()
	err := a.SenseEnv.Sense(env)
	if a.line.err != nil {
		return a.line.err
	}
	return err
}

// chip is a sensor on I²C.
type chip struct {
	name     string
	measures []Measure
	// refuse: see line.
	refuse func(w, r []byte) error
	// start checks that it is this chip, sets it up and returns its driver.
	start func(bus *line, address uint16) (physic.SenseEnv, error)
}

// at returns a finder of the chip at an address of the bus that open opens.
func (c chip) at(open func() (i2c.BusCloser, error), address uint16) func() (Sensor, error) {
	return func() (Sensor, error) {
		bus, err := open()
		if err != nil {
			return Sensor{}, fmt.Errorf("open I²C bus of %s 0x%02x: %w: is i2c-dev loaded, and may the agent's user open /dev/i2c-*?", c.name, address, err)
		}
		name := fmt.Sprintf("%s 0x%02x on %s", c.name, address, bus)
		l := &line{Bus: bus, refuse: c.refuse}
		l.begin()
		dev, err := c.start(l, address)
		if l.err != nil {
			err = l.err
		}
		if err != nil {
			return Sensor{}, errors.Join(fmt.Errorf("set up %s: %w", name, err), bus.Close())
		}
		return Sensor{SenseEnv: within{attached{dev, l}, c.measures}, Name: name, Measures: c.measures, Close: bus.Close}, nil
	}
}

// stranger is the error for another chip at a sensor's address.
func stranger(format string, args ...any) error {
	return fmt.Errorf("it is another chip: "+format, args...)
}

// fresh reads once more what may be the value at power-on: until its first conversion is complete, a chip says
// exactly 0 °C, which it may also measure. After that time it has measured.
type fresh struct {
	physic.SenseEnv
	conversion time.Duration
}

func (f fresh) Sense(env *physic.Env) error {
	var read physic.Env
	err := f.SenseEnv.Sense(&read)
	if err == nil && read.Temperature == physic.ZeroCelsius {
		time.Sleep(f.conversion)
		err = f.SenseEnv.Sense(&read)
	}
	if err == nil {
		*env = read
	}
	return err
}
