package climate

import (
	"encoding/binary"
	"fmt"
	"sync"
	"syscall"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// wires is a simulated I²C bus with the chips that are plugged in, by address. Its errors are spelled as periph spells
// those of Linux.
type wires struct {
	mu    sync.Mutex
	chips map[uint16]simulated
	fails error // what transactions come to, such as syscall.ETIMEDOUT of a stuck bus
	works int   // how many of them do nevertheless, before
	open  int
}

// simulated is a chip on the level of its transactions; it answers false when it does not acknowledge. power is a loss
// of its supply for a moment.
type simulated interface {
	tx(w, r []byte) bool
	power()
}

func (b *wires) bus() (i2c.BusCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open++
	return opened{b}, nil
}

func (b *wires) plug(address uint16, c simulated) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.power()
	if b.chips == nil {
		b.chips = map[uint16]simulated{}
	}
	b.chips[address] = c
}

func (b *wires) unplug(address uint16) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.chips, address)
}

// fail lets every transaction fail; nil heals the bus.
func (b *wires) fail(err error) { b.failAfter(0, err) }

// failAfter lets some more work first.
func (b *wires) failAfter(works int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.works, b.fails = works, err
}

type opened struct{ *wires }

func (b opened) String() string                  { return "I2C1" }
func (b opened) SetSpeed(physic.Frequency) error { return nil }

func (b opened) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open--
	return nil
}

func (b opened) Tx(address uint16, w, r []byte) error {
	time.Sleep(time.Duration(2+len(w)+len(r)) * 90 * time.Microsecond) // nine bits a byte at 100 kHz
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil && b.works <= 0 {
		return fmt.Errorf("sysfs-i2c: %v", b.fails)
	}
	b.works--
	chip, there := b.chips[address]
	if !there || !chip.tx(w, r) {
		return fmt.Errorf("sysfs-i2c: %v", syscall.EREMOTEIO)
	}
	return nil
}

// floating is a chip whose data line floats or is held: it acknowledges, and every bit reads the same.
type floating byte

func (f floating) power() {}
func (f floating) tx(_, r []byte) bool {
	for i := range r {
		r[i] = byte(f)
	}
	return true
}

// words is a chip with registers of 16 bits: pointer, then the high and the low byte.
type words struct {
	registers map[byte]uint16
	first     map[byte]uint16 // after power-on
	pointer   byte
	converts  time.Duration // until it has measured for the first time; it says 0 meanwhile
	on        time.Time
	measured  map[byte]bool // registers that are 0 meanwhile
}

func (c *words) power() {
	c.on = time.Now()
	for register, value := range c.first {
		c.registers[register] = value
	}
}

func (c *words) tx(w, r []byte) bool {
	if len(w) > 0 {
		c.pointer = w[0]
	}
	if len(w) == 3 {
		c.registers[w[0]] = binary.BigEndian.Uint16(w[1:])
	}
	value := c.registers[c.pointer]
	if c.measured[c.pointer] && time.Since(c.on) < c.converts {
		value = 0
	}
	answer := binary.BigEndian.AppendUint16(nil, value)
	for i := range r {
		r[i] = answer[i%2]
	}
	return true
}

// newTMP102 is a TMP102 at a temperature in 1/16 °C: its registers as in SBOS397.
func newTMP102(sixteenths int16) *words {
	return &words{
		registers: map[byte]uint16{0: uint16(sixteenths << 4)}, first: map[byte]uint16{1: 0x60a0},
		converts: 26 * time.Millisecond, measured: map[byte]bool{0: true},
	}
}

// newMCP9808 is an MCP9808 at a temperature in 1/16 °C: its registers as in DS25095.
func newMCP9808(sixteenths int16) *words {
	return &words{
		registers: map[byte]uint16{5: uint16(sixteenths) & 0x1fff, 6: 0x0054, 7: 0x0400}, first: map[byte]uint16{1: 0},
		converts: 250 * time.Millisecond, measured: map[byte]bool{5: true},
	}
}

// digital is a TMP105 (SBOS351) or, without resolution, an LM75 at a temperature in 1/256 °C.
type digital struct {
	temperature   int16
	resolution    bool // can be set, by bits 5 and 6
	configuration byte
	pointer       byte
	on            time.Time
}

func (c *digital) power() { c.configuration, c.on = 0, time.Now() }

func (c *digital) tx(w, r []byte) bool {
	if len(w) > 0 {
		c.pointer = w[0]
	}
	if len(w) > 1 && c.pointer == 1 {
		c.configuration = w[1] & 0x1f
		if c.resolution {
			c.configuration = w[1] & 0x7f
		}
	}
	value := uint16(c.temperature) & (0xff80 | 0xfff0<<(3-c.configuration>>5&3))
	if !c.resolution {
		value |= 0x35 // undefined, says SNIS153 table 7
	}
	if time.Since(c.on) < 300*time.Millisecond {
		value = 0
	}
	answer := binary.BigEndian.AppendUint16(nil, value)
	if c.pointer == 1 {
		answer = []byte{c.configuration | 0x80, c.configuration} // the highest bit is the alert's, or anything
	}
	copy(r, answer)
	return true
}

// checksum is the CRC-8 of the AHT20 and the HDC302x: polynomial 31, from ff.
func checksum(data []byte) byte {
	crc := byte(0xff)
	for _, b := range data {
		crc ^= b
		for range 8 {
			carry := crc & 0x80
			crc <<= 1
			if carry != 0 {
				crc ^= 0x31
			}
		}
	}
	return crc
}

// aht is an AHT20 that measures raw values of 20 bits: commands 71 status, be initialise, ac measure (80 ms).
type simulatedAHT struct {
	humidity, temperature uint32
	calibrated            bool
	ready                 time.Time
	spoil                 bool // the checksum
}

func (c *simulatedAHT) power() { c.calibrated = false }

func (c *simulatedAHT) tx(w, r []byte) bool {
	if len(w) > 0 {
		switch w[0] {
		case 0xbe:
			c.calibrated = true
		case 0xac:
			c.ready = time.Now().Add(80 * time.Millisecond)
		}
	}
	status := byte(0x10)
	if c.calibrated {
		status |= 1 << 3
	}
	if time.Now().Before(c.ready) {
		status |= 1 << 7
	}
	h, t := c.humidity, c.temperature
	answer := []byte{status, byte(h >> 12), byte(h >> 4), byte(h<<4) | byte(t>>16), byte(t >> 8), byte(t)}
	answer = append(answer, checksum(answer))
	if c.spoil {
		answer[6] ^= 1
	}
	copy(r, answer)
	return true
}

// simulatedHDC is an HDC302x that measures raw values of 16 bits.
type simulatedHDC struct {
	temperature, humidity uint16
	manufacturer          uint16
	auto                  bool
	next                  time.Time // when it has measured again
	spoil                 bool
}

func (c *simulatedHDC) power() { c.auto = false }

func (c *simulatedHDC) tx(w, r []byte) bool {
	command := binary.BigEndian.Uint16(append(w, 0, 0))
	if c.auto && command != 0x3093 && command != 0xe000 {
		return false
	}
	var answer []byte
	switch command {
	case 0x3781:
		answer = checked(c.manufacturer)
	case 0x2032, 0x2130, 0x2236, 0x2334, 0x2737:
		c.auto, c.next = true, time.Now().Add(500*time.Millisecond)
	case 0x3093:
		c.auto = false
	case 0xe000:
		if !c.auto || time.Now().Before(c.next) {
			return false
		}
		c.next = time.Now().Add(500 * time.Millisecond)
		answer = append(checked(c.temperature), checked(c.humidity)...)
	default:
		return false
	}
	if c.spoil && len(answer) > 0 {
		answer[2] ^= 1
	}
	copy(r, answer)
	return true
}

// checked is a word of an HDC302x.
func checked(word uint16) []byte {
	b := binary.BigEndian.AppendUint16(nil, word)
	return append(b, checksum(b))
}

// simulatedBME is a BME280: its calibration, what it measures when it is told to, and what it says when not.
type simulatedBME struct {
	id                              byte
	registers                       [256]byte
	pressure, temperature, humidity uint32 // raw, 20, 20 and 16 bits
	pointer                         byte
	ready                           time.Time
	stuck                           bool // it says for ever that it measures
}

// newBME280 has the calibration and the raw values of the example in Bosch's datasheet of the BMP280, which computes alike
// (BST-BMP280-DS001 page 23): 25.08 °C and 1006.53 hPa. Its calibration of the humidity is one as chips have it.
func newBME280() *simulatedBME {
	c := &simulatedBME{id: 0x60, temperature: 519888, pressure: 415148, humidity: 30000}
	for i, v := range []int{27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000} {
		binary.LittleEndian.PutUint16(c.registers[0x88+2*i:], uint16(v))
	}
	c.registers[0xa1] = 75                                           // h1
	copy(c.registers[0xe1:], []byte{0x6a, 0x01, 0, 19, 41, 3, 0x1e}) // h2 362, h3 0, h4 19<<4|9, h5 3<<4|2, h6 30
	return c
}

func (c *simulatedBME) power() {
	c.registers[0xf2], c.registers[0xf4], c.registers[0xf5] = 0, 0, 0
	copy(c.registers[0xf7:], []byte{0x80, 0, 0, 0x80, 0, 0, 0x80, 0})
}

func (c *simulatedBME) tx(w, r []byte) bool {
	c.registers[0xd0] = c.id
	if len(w) == 1 {
		c.pointer = w[0]
	}
	for i := 0; i+1 < len(w); i += 2 {
		c.registers[w[i]] = w[i+1]
		if w[i] == 0xf4 && w[i+1]&3 == 1 {
			c.ready = time.Now().Add(30 * time.Millisecond)
			c.measure()
		}
	}
	c.registers[0xf3] = 0
	if c.stuck || time.Now().Before(c.ready) {
		c.registers[0xf3] = 8
	}
	copy(r, c.registers[c.pointer:])
	return true
}

func (c *simulatedBME) measure() {
	put := func(at byte, raw uint32, on byte) {
		if on == 0 {
			raw = 0x80000
		}
		c.registers[at], c.registers[at+1], c.registers[at+2] = byte(raw>>12), byte(raw>>4), byte(raw<<4)
	}
	put(0xf7, c.pressure, c.registers[0xf4]>>2&7)
	put(0xfa, c.temperature, c.registers[0xf4]>>5)
	humidity := c.humidity
	if c.registers[0xf2]&7 == 0 {
		humidity = 0x8000
	}
	binary.BigEndian.PutUint16(c.registers[0xfd:], uint16(humidity))
}
