// Package serial reads badge readers that send each card's number as text on a serial line: RS-232, RS-485 without
// addresses, TTL at the board's UART, or a USB adapter.
//
// What marks a number's beginning and end differs, see Frame. What is not a number is thrown away and reported: it
// comes of a wrong speed, of noise, or of a cable that is half plugged in. A reader of this kind gives cards only, no
// keys.
package serial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"stationkeeper/sensors/badge"
)

// Options describe one reader. The line has one stop bit; two are understood as well.
type Options struct {
	// Device is the port, such as /dev/ttyAMA0. USB adapters change their numbers: use their names under
	// /dev/serial/by-id.
	Device string
	// Baud is the line's speed in bit/s; 0 means 9600.
	Baud int
	// Bits is how many data bits a character has, 7 or 8; 0 means 8.
	Bits int
	// Parity is the line's: None (which is what the empty string means), Even or Odd.
	Parity Parity

	// Frame is how numbers begin and end; empty means Lines.
	Frame Frame
	// Length is how many characters a number has; 0 means 4 to 64. RDM6300 knows its own.
	Length int
	// Numbering is how the digits, which are hexadecimal then, become the card's number. Without a Format the number
	// is what the reader sends, letters as capital letters; from an RDM6300 it is Decimal of the last four bytes,
	// which is what is printed on the card and what USB readers type.
	Numbering badge.Numbering

	// Repeat is how long a card must be away to count as shown again; 0 means 1 s.
	Repeat time.Duration
	// Retry is the pause between two attempts to open the port; 0 means 1 s.
	Retry time.Duration
}

// Parity is the check bit of a line's characters.
type Parity string

// The parities that readers use.
const (
	None Parity = "none"
	Even Parity = "even"
	Odd  Parity = "odd"
)

// Frame is how a reader marks a number's beginning and end.
type Frame string

const (
	// Lines end with CR, LF or both. STX and ETX around them do not matter.
	Lines Frame = "lines"
	// Enclosed numbers stand between STX and ETX; CR and LF do not matter.
	Enclosed Frame = "stx-etx"
	// RDM6300 is what the 125 kHz modules RDM6300, RDM630 and ID-12 send: STX, ten hexadecimal digits (a version and
	// the card's four bytes), two that are the exclusive or of those five bytes, ETX; the ID-12 with CR and LF.
	RDM6300 Frame = "rdm6300"
)

const (
	baud     = 9600
	shortest = 4  // characters of a number
	longest  = 64 // characters of a number; more is noise
	// gap is the silence that ends what has begun: at 300 baud a character takes 33 ms.
	gap = 500 * time.Millisecond
	// look is how often a quiet port is left, to learn that ctx has ended.
	look = 250 * time.Millisecond
)

// Validate names everything that is wrong.
func (o Options) Validate() error {
	var problems []error
	fail := func(wrong bool, format string, a ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, a...))
		}
	}
	fail(o.Device == "", "at which serial port is the reader? Want a device such as /dev/serial/by-id/…")
	fail(o.Baud != 0 && (o.Baud < 300 || o.Baud > 4_000_000), "%d baud: want 300 to 4000000, or 0 for %d", o.Baud, baud)
	fail(!slices.Contains([]int{0, 7, 8}, o.Bits), "%d data bits: want 7 or 8", o.Bits)
	fail(!slices.Contains([]Parity{"", None, Even, Odd}, o.Parity), "parity %q: want %s, %s or %s", o.Parity, None, Even, Odd)
	fail(!slices.Contains([]Frame{"", Lines, Enclosed, RDM6300}, o.Frame), "frame %q: want %s, %s or %s", o.Frame, Lines, Enclosed, RDM6300)
	fail(o.Length < 0 || o.Length > longest, "%d characters: want 1 to %d, or 0 for any number", o.Length, longest)
	fail(o.Length > 0 && o.Frame == RDM6300, "a length is not wanted with the frame %s, which has its own", RDM6300)
	fail(o.Repeat < 0 || o.Retry < 0, "a time cannot be negative: repeat %v, retry %v", o.Repeat, o.Retry)
	if o.Numbering != (badge.Numbering{}) {
		problems = append(problems, o.Numbering.Validate())
	}
	return errors.Join(problems...)
}

func (o Options) complete() Options {
	if o.Baud == 0 {
		o.Baud = baud
	}
	if o.Bits == 0 {
		o.Bits = 8
	}
	if o.Frame == "" {
		o.Frame = Lines
	}
	if o.Frame == RDM6300 && o.Numbering.Format == "" {
		o.Numbering = badge.Numbering{Format: badge.Decimal, Bytes: 4}
	}
	return o
}

// Watch reports cards and faults until ctx ends, which it notices within a quarter of a second. It calls report from
// one goroutine.
func Watch(ctx context.Context, o Options, report func(badge.Sighting)) {
	o = o.complete()
	teller := badge.NewTeller(o.Repeat, report)
	badge.Keep(ctx, o.Retry, teller, func(ctx context.Context) error { return o.read(ctx, teller) })
}

// read tells what the reader sends until ctx ends or the port fails.
func (o Options) read(ctx context.Context, teller *badge.Teller) error {
	parity := map[Parity]serial.Parity{Even: serial.EvenParity, Odd: serial.OddParity}[o.Parity] // none is zero
	port, err := serial.Open(o.Device, &serial.Mode{BaudRate: o.Baud, DataBits: o.Bits, Parity: parity})
	if err != nil {
		return o.refused(err)
	}
	if err := port.SetReadTimeout(look); err != nil {
		return errors.Join(fmt.Errorf("serial port %s: %w", o.Device, err), port.Close())
	}
	teller.Works(time.Now())
	err = o.listen(ctx, port, teller)
	_ = port.Close() // of a port that was unplugged, which fails; of another there is nothing to lose
	return err
}

func (o Options) listen(ctx context.Context, port serial.Port, teller *badge.Teller) error {
	f := framer{options: o}
	buffer := make([]byte, 256)
	var last time.Time
	for ctx.Err() == nil {
		n, err := port.Read(buffer)
		at := time.Now()
		if err != nil {
			return o.gone()
		}
		if n == 0 && at.Sub(last) >= gap {
			tell(teller, f.silence(), at)
		}
		for _, b := range buffer[:n] {
			last = at
			tell(teller, f.step(b), at)
		}
	}
	return nil
}

// tell passes on what was received.
func tell(teller *badge.Teller, r received, at time.Time) {
	switch {
	case r.fault != nil:
		teller.Fault(r.fault, at)
	case r.card != "":
		teller.Card(r.card, at)
	}
}

// gone is the fault of a port that is not there: the same when its adapter was unplugged and when it cannot be found.
func (o Options) gone() error {
	return fmt.Errorf("there is no serial port %s: is the reader's adapter plugged in, or the board's port enabled?", o.Device)
}

// refused says what to do about a port that cannot be opened.
func (o Options) refused(err error) error {
	var portError *serial.PortError
	code := serial.PortErrorCode(-1)
	if errors.As(err, &portError) {
		code = portError.Code()
	}
	switch {
	case code == serial.PermissionDenied, errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("serial port %s: no permission to open it: give the agent's user access, usually through the group dialout: %w", o.Device, err)
	case code == serial.PortBusy:
		return fmt.Errorf("serial port %s: another program has it: stop that program, a console on it (serial-getty) or ModemManager: %w", o.Device, err)
	case code == serial.InvalidSerialPort:
		return fmt.Errorf("%s is no serial port, or none that can do %d baud with %d bits: %w", o.Device, o.Baud, o.Bits, err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EIO):
		return o.gone()
	}
	return fmt.Errorf("serial port %s: open: %w", o.Device, err)
}
