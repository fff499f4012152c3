// Package mfrc522 reads cards with an NXP MFRC522, the chip of the RC522 boards, on SPI: the identifier (UID) of
// ISO 14443 type A cards such as MIFARE, of 4, 7 or 10 bytes. Only the identifier is read, no key is needed and none is
// checked: a card like this can be copied.
//
// Wires, from the board to a Raspberry Pi: SDA to CE0 (SPI0.0), SCK, MOSI, MISO, GND, 3.3V to 3.3 V (not 5 V), RST to
// 3.3 V or to a GPIO line that is given as Options.Reset. IRQ stays free: the chip is asked several times a second.
//
// Datasheet: https://www.nxp.com/docs/en/data-sheet/MFRC522.pdf (rev. 3.9; sections in comments are of it). Periph has
// a driver too, but its ReadUID waits for ever when a card leaves at the wrong moment (it asks for an edge with a timeout
// of 0), leaves a goroutine behind with each error, and cannot tell a missing card from a bus that fails.
package mfrc522

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"

	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/line"
)

// Options describe one reader.
type Options struct {
	// Port is the SPI port as periph calls it, such as SPI0.0; empty means the first there is. The caller has had periph
	// look for ports (host.Init).
	Port string
	// Reset is the name of the GPIO line at RST, as package line takes it; empty when RST is wired to 3.3 V. With it a
	// chip that hangs is reset.
	Reset string
	// Speed is the SPI clock; 0 means 1 MHz, which jumper wires bear. The chip takes up to 10 MHz (section 8.1.2).
	Speed physic.Frequency
	// Period is how often the chip is asked for a card; 0 means 150 ms.
	Period time.Duration
	// Numbering is how the card's bytes become its number; without a Format that is Hex.
	Numbering badge.Numbering

	// Repeat is how long a card must be away to count as shown again; 0 means 1 s.
	Repeat time.Duration
	// Retry is the pause between two attempts to find the chip; 0 means 1 s.
	Retry time.Duration
}

const (
	speed  = physic.MegaHertz
	period = 150 * time.Millisecond
	// waking is how long the chip takes after a reset until it answers, at most: its oscillator starts (section 8.8.2).
	waking = 5 * time.Millisecond
)

// Validate names everything that is wrong.
func (o Options) Validate() error {
	var problems []error
	fail := func(wrong bool, format string, a ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, a...))
		}
	}
	fail(o.Speed < 0 || o.Speed > 10*physic.MegaHertz, "an SPI clock of %v: want up to 10MHz, or 0 for %v", o.Speed, speed)
	fail(o.Period != 0 && (o.Period < 20*time.Millisecond || o.Period > time.Second), "a period of %v: want 20ms to 1s, or 0 for %v", o.Period, period)
	fail(o.Repeat < 0 || o.Retry < 0, "a time cannot be negative: repeat %v, retry %v", o.Repeat, o.Retry)
	if o.Numbering != (badge.Numbering{}) {
		problems = append(problems, o.Numbering.Validate())
	}
	return errors.Join(problems...)
}

func (o Options) complete() Options {
	if o.Speed == 0 {
		o.Speed = speed
	}
	if o.Period == 0 {
		o.Period = period
	}
	if o.Numbering.Format == "" {
		o.Numbering.Format = badge.Hex
	}
	return o
}

// bus is an SPI port that the chip is connected to.
type bus interface {
	// Tx sends and receives at once; what is received is as long as what is sent.
	Tx(sent, received []byte) error
	io.Closer
}

// Watch reports cards and faults until ctx ends. It calls report from one goroutine.
func Watch(ctx context.Context, o Options, report func(badge.Sighting)) {
	o = o.complete()
	o.watch(ctx, o.open, report)
}

func (o Options) watch(ctx context.Context, open func() (bus, error), report func(badge.Sighting)) {
	teller := badge.NewTeller(o.Repeat, report)
	badge.Keep(ctx, o.Retry, teller, func(ctx context.Context) error {
		b, err := open()
		if err != nil {
			return err
		}
		return errors.Join(o.follow(ctx, b, teller), b.Close())
	})
}

// follow tells which cards are there until ctx ends or the chip fails.
func (o Options) follow(ctx context.Context, b bus, teller *badge.Teller) error {
	c := &chip{bus: b, name: o.name()}
	if err := c.start(); err != nil {
		return err
	}
	ticker := time.NewTicker(o.Period)
	defer ticker.Stop()
	for {
		uid, err := c.poll()
		if err != nil {
			return err
		}
		teller.Works(time.Now())
		if uid != nil {
			teller.Card(o.Numbering.Card(uid), time.Now())
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return c.stop()
		}
	}
}

// name is the reader in messages.
func (o Options) name() string {
	if o.Port == "" {
		return "MFRC522 at the first SPI port"
	}
	return "MFRC522 at " + o.Port
}

// port is an SPI port of the machine, and the line that resets the chip.
type port struct {
	spi.Conn
	port  spi.PortCloser
	reset *line.Output
}

func (p port) Close() error {
	err := p.port.Close()
	if p.reset != nil {
		err = errors.Join(err, p.reset.Close())
	}
	return err
}

// open finds the port and resets the chip.
func (o Options) open() (bus, error) {
	closer, err := spireg.Open(o.Port)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s: no permission to open the SPI port: give the agent's user access, usually through the group spi: %w", o.name(), err)
	case err != nil:
		return nil, fmt.Errorf("%s: there is no such SPI port: is SPI enabled on this board (/dev/spidev*; on a Raspberry Pi dtparam=spi=on)? %w", o.name(), err)
	}
	p := port{port: closer}
	if p.Conn, err = closer.Connect(o.Speed, spi.Mode0, 8); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: SPI at %v: %w", o.name(), o.Speed, err), p.Close())
	}
	if o.Reset == "" {
		return p, nil
	}
	if p.reset, err = line.OpenOutput(o.Reset, false, false); err != nil { // low resets it, for at least 100 ns (section 8.8.1)
		return nil, errors.Join(fmt.Errorf("%s: its reset wire: %w", o.name(), err), p.Close())
	}
	if err := p.reset.Set(true); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: its reset wire: %w", o.name(), err), p.Close())
	}
	time.Sleep(waking)
	return p, nil
}
