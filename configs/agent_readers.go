package configs

import (
	"slices"
	"time"
)

// Reader is a badge reader.
type Reader struct {
	Point string `yaml:"point"`
	// Door is the point of the door beside it, and Direction which way through it its cards go: in (the standard) or out. A
	// reader without a door only writes down who was there.
	Door      string `yaml:"door"`
	Direction string `yaml:"direction"`
	// Keypad says that the reader has keys, for PINs and work orders.
	Keypad bool `yaml:"keypad"`
	// Driver is wedge (a USB reader that types), wiegand (two wires), mfrc522 (SPI) or serial (a reader that sends lines).
	Driver string `yaml:"driver"`

	// Device is the input device of a wedge (such as /dev/stationkeeper/reader), the serial port (such as /dev/ttyUSB0), or
	// the SPI port of an mfrc522 (such as SPI0.0; empty means the first).
	Device string `yaml:"device"`
	// Data0 and Data1 are the GPIO lines of a Wiegand reader's wires.
	Data0 string `yaml:"data0"`
	Data1 string `yaml:"data1"`
	// Format is how a Wiegand reader's bits are spelled as a card's number: see the example.
	Format string `yaml:"format"`
	// Bits is how many bits a Wiegand reader's cards have, 26, 34 or 37; 0 means any. Length is how many characters a card
	// has that a wedge or a serial reader gives; 0 means any. Say it where all cards are of one kind: what is broken is then
	// not taken for a card.
	Bits   int `yaml:"bits"`
	Length int `yaml:"length"`
	// Baud is a serial reader's speed; 0 means 9600. Frame is how it marks the beginning and the end of a number: lines (the
	// standard), stx-etx or rdm6300.
	Baud  int    `yaml:"baud"`
	Frame string `yaml:"frame"`
	// Reset is the GPIO line of an mfrc522's reset wire; empty means that it is not connected.
	Reset string `yaml:"reset"`

	// Buzzer, Green and Red tell the person at the reader.
	Buzzer *Output `yaml:"buzzer"`
	Green  *Output `yaml:"green"`
	Red    *Output `yaml:"red"`

	// Repeat is how long the same card is taken for the same presentation; 0 means 1s.
	Repeat time.Duration `yaml:"repeat"`
}

func (r *Reader) complete() {
	orElse(&r.Direction, "in")
	orElse(&r.Repeat, time.Second)
	if r.Driver == "serial" {
		orElse(&r.Baud, 9600)
		orElse(&r.Frame, "lines")
	}
	if r.Driver == "wiegand" {
		orElse(&r.Format, "decimal")
	}
	for _, o := range r.outputs() {
		if o.output != nil {
			o.output.complete()
		}
	}
}

type namedOutput struct {
	name   string
	output *Output
}

func (r *Reader) outputs() []namedOutput {
	return []namedOutput{{"buzzer", r.Buzzer}, {"green", r.Green}, {"red", r.Red}}
}

func (r Reader) check(c *checker, path string, p *points) {
	p.take(r.Point, path+".point", false)
	if r.Door != "" && !p.doors[r.Door] {
		c.fail(path+".door", "%q: no door has that name", r.Door)
	}
	c.oneOf(r.Direction, path+".direction", "in", "out")
	c.oneOf(r.Driver, path+".driver", "wedge", "wiegand", "mfrc522", "serial")
	switch r.Driver {
	case "wedge":
		c.require(r.Device != "", path+".device", "an input device such as /dev/stationkeeper/reader (see /dev/input/by-id)")
	case "serial":
		c.require(r.Device != "", path+".device", "a serial port such as /dev/ttyUSB0 (see /dev/serial/by-id)")
		c.oneOf(r.Frame, path+".frame", "lines", "stx-etx", "rdm6300")
		if r.Baud < 300 || r.Baud > 4_000_000 {
			c.fail(path+".baud", "expected 300 to 4000000, got %d", r.Baud)
		}
	case "wiegand":
		c.require(r.Data0 != "", path+".data0", "the GPIO line of the wire DATA0")
		c.require(r.Data1 != "", path+".data1", "the GPIO line of the wire DATA1")
		p.line(r.Data0, path+".data0")
		p.line(r.Data1, path+".data1")
		c.oneOf(r.Format, path+".format", "decimal", "facility", "hex")
		if !slices.Contains([]int{0, 26, 34, 37}, r.Bits) {
			c.fail(path+".bits", "expected 26, 34, 37 or 0 for any, got %d", r.Bits)
		}
	case "mfrc522":
		p.line(r.Reset, path+".reset")
	}
	r.checkStrangers(c, path)
	for _, o := range r.outputs() {
		if o.output != nil {
			o.output.check(c, path+"."+o.name, p)
		}
	}
	if r.Repeat < 0 || r.Repeat > time.Minute {
		c.fail(path+".repeat", "expected 0s to 1m, got %s", r.Repeat)
	}
}

// checkStrangers refuses what belongs to another driver: it would be believed to do something.
func (r Reader) checkStrangers(c *checker, path string) {
	for _, of := range []struct {
		key, value string
		drivers    string
	}{
		{"data0", r.Data0, "wiegand"}, {"data1", r.Data1, "wiegand"}, {"format", r.Format, "wiegand"},
		{"frame", r.Frame, "serial"}, {"reset", r.Reset, "mfrc522"},
	} {
		if of.value != "" && r.Driver != of.drivers {
			c.fail(path+"."+of.key, "only a reader with the driver %s has one", of.drivers)
		}
	}
	if r.Bits != 0 && r.Driver != "wiegand" {
		c.fail(path+".bits", "only a reader with the driver wiegand has them")
	}
	if r.Length != 0 && r.Driver != "wedge" && r.Driver != "serial" {
		c.fail(path+".length", "only a reader with the driver wedge or serial has one")
	}
	if r.Length < 0 || r.Length > 64 {
		c.fail(path+".length", "expected 0 to 64, got %d", r.Length)
	}
	if r.Baud != 0 && r.Driver != "serial" {
		c.fail(path+".baud", "only a reader with the driver serial has one")
	}
	if r.Device != "" && r.Driver == "wiegand" {
		c.fail(path+".device", "a reader with the driver wiegand has none")
	}
}
