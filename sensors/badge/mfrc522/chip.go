package mfrc522

import (
	"errors"
	"fmt"
	"time"
)

// Registers (section 9.2).
const (
	regCommand    = 0x01
	regIrq        = 0x04
	regError      = 0x06
	regFIFO       = 0x09
	regFIFOLevel  = 0x0A
	regControl    = 0x0C
	regBitFraming = 0x0D
	regColl       = 0x0E
	regMode       = 0x11
	regTxMode     = 0x12
	regRxMode     = 0x13
	regTxControl  = 0x14
	regTxASK      = 0x15
	regModWidth   = 0x24
	regTMode      = 0x2A
	regTPrescaler = 0x2B
	regTReloadHi  = 0x2C
	regTReloadLo  = 0x2D
	regVersion    = 0x37
)

// Commands (section 10.3) and bits of registers.
const (
	cmdIdle       = 0x00
	cmdTransceive = 0x0C
	cmdReset      = 0x0F
	poweredDown   = 0x10 // of regCommand
	irqReceived   = 0x20
	irqIdle       = 0x10
	irqTimer      = 0x01
	irqAll        = 0x7F
	errorColl     = 0x08
	errorReceived = 0x13 // buffer overflow, parity, protocol
	flush         = 0x80 // of regFIFOLevel
	startSend     = 0x80 // of regBitFraming
	antenna       = 0x03 // of regTxControl: both drivers
)

// settings are what a chip that was reset needs to talk to type A cards.
var settings = []struct{ register, value byte }{
	{regTxMode, 0x00}, // 106 kbit/s, and no checksums by the chip
	{regRxMode, 0x00},
	{regModWidth, 0x26},
	{regTMode, 0x80},      // the timer starts when the last bit was sent
	{regTPrescaler, 0xA9}, // and ticks every 25 µs: 13.56 MHz / (2 * 169 + 1)
	{regTReloadHi, 0x00},
	{regTReloadLo, answer}, // a card has begun to answer by then: after 91 µs (ISO 14443-3, 6.2.1.1)
	{regTxASK, 0x40},       // 100 % modulation
	{regMode, 0x3D},
	{regColl, 0x00}, // what follows a collision reads as zero
	{regTxControl, 0x80 | antenna},
}

const (
	answer = 40 // ticks of 25 µs that a card may take to begin its answer
	// guard bounds what the chip takes for one exchange; the longest is some milliseconds.
	guard = 25 * time.Millisecond
	// glance is the pause between two looks at the chip while it is busy: a card's answer takes half a millisecond, and
	// the chip has waited long enough for it after one.
	glance = 500 * time.Microsecond
)

var (
	errSilent   = errors.New("no card answered")
	errCollided = errors.New("cards answered at once")
	errGarbled  = errors.New("a card's answer was disturbed")
)

// chip is an MFRC522 on its bus.
type chip struct {
	bus     bus
	name    string
	version byte
}

// write sends values to one register (section 8.1.2.2).
func (c *chip) write(register byte, values ...byte) error {
	sent := append([]byte{register << 1}, values...)
	if err := c.bus.Tx(sent, make([]byte, len(sent))); err != nil {
		return fmt.Errorf("%s: its SPI bus fails: %w", c.name, err)
	}
	return nil
}

// read reads one register, several times for the FIFO (section 8.1.2.1).
func (c *chip) read(register byte, n int) ([]byte, error) {
	sent, received := make([]byte, n+1), make([]byte, n+1)
	for i := range n {
		sent[i] = 0x80 | register<<1
	}
	if err := c.bus.Tx(sent, received); err != nil {
		return nil, fmt.Errorf("%s: its SPI bus fails: %w", c.name, err)
	}
	return received[1:], nil
}

// look reads one value of one register.
func (c *chip) look(register byte) (byte, error) {
	b, err := c.read(register, 1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// missing is the fault of a chip that does not answer: the same at the start and when it was unplugged.
func (c *chip) missing() error {
	return fmt.Errorf("%s: nothing answers: check its wires, its 3.3 V, and that RST is high", c.name)
}

// start resets the chip, sets it up and switches its antenna on.
func (c *chip) start() error {
	if err := c.write(regCommand, cmdReset); err != nil {
		return err
	}
	if err := c.await(func() (bool, error) {
		command, err := c.look(regCommand)
		return command&poweredDown == 0, err
	}); err != nil {
		return err
	}
	version, err := c.look(regVersion)
	if err != nil {
		return err
	}
	if version == 0x00 || version == 0xFF { // what an open wire reads as; the chip says 91 or 92, copies of it other things
		return c.missing()
	}
	c.version = version
	for _, s := range settings {
		if err := c.write(s.register, s.value); err != nil {
			return err
		}
	}
	if reload, err := c.look(regTReloadLo); err != nil || reload != answer {
		return errors.Join(err, c.missing())
	}
	return nil
}

// await looks at the chip until done says so; a chip that takes too long is missing.
func (c *chip) await(done func() (bool, error)) error {
	for start := time.Now(); ; {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		if time.Since(start) > guard {
			return c.missing()
		}
		time.Sleep(glance)
	}
}

// stop switches the antenna off.
func (c *chip) stop() error { return c.write(regTxControl, 0x80) }

// check learns whether the chip is still there and as it was set up: after a dip of its supply it is deaf.
func (c *chip) check() error {
	version, err := c.look(regVersion)
	if err != nil {
		return err
	}
	if version != c.version {
		return c.missing()
	}
	control, err := c.look(regTxControl)
	if err != nil {
		return err
	}
	if control&antenna != antenna {
		return fmt.Errorf("%s: it has lost its settings, as after a dip of its 3.3 V: check the supply", c.name)
	}
	return nil
}

// exchange sends bits to the cards, the last byte only in part when bits of it are given, and returns what they answer:
// errSilent, errCollided and errGarbled are about the cards, other errors about the chip. The answer's first bit is put
// where the sent ones ended, so that it completes that byte.
func (c *chip) exchange(sent []byte, bits byte) ([]byte, error) {
	for _, w := range []struct {
		register byte
		values   []byte
	}{
		{regCommand, []byte{cmdIdle}},
		{regIrq, []byte{irqAll}},
		{regFIFOLevel, []byte{flush}},
		{regFIFO, sent},
		{regCommand, []byte{cmdTransceive}},
		{regBitFraming, []byte{startSend | align(sent, bits)<<4 | bits}},
	} {
		if err := c.write(w.register, w.values...); err != nil {
			return nil, err
		}
	}
	var irq byte
	err := c.await(func() (_ bool, err error) {
		irq, err = c.look(regIrq)
		return irq&(irqReceived|irqIdle|irqTimer) != 0, err
	})
	if err != nil {
		return nil, err
	}
	if irq&(irqReceived|irqIdle) == 0 {
		return nil, errSilent
	}
	return c.received(align(sent, bits) == 0)
}

// align is where the answer's first bit goes. Only the parts of an identifier are continued in mid-byte; the answer to a
// short frame begins anew.
func align(sent []byte, bits byte) byte {
	if len(sent) < 2 {
		return 0
	}
	return bits
}

// received is the cards' answer. One that begins with a byte is of whole bytes.
func (c *chip) received(whole bool) ([]byte, error) {
	problem, err := c.look(regError)
	if err != nil {
		return nil, err
	}
	switch {
	case problem&errorColl != 0:
		return nil, errCollided
	case problem&errorReceived != 0:
		return nil, errGarbled
	}
	n, err := c.look(regFIFOLevel)
	if err != nil {
		return nil, err
	}
	last, err := c.look(regControl)
	if err != nil {
		return nil, err
	}
	if n&0x7F == 0 || whole && last&0x07 != 0 {
		return nil, errGarbled
	}
	return c.read(regFIFO, int(n&0x7F))
}
