// Package wedge reads badge readers that pretend to be a USB keyboard and type each card's number, as most desktop
// readers do ("keyboard wedge").
//
// The reader is read through the kernel's evdev interface and grabbed, so that nothing it types reaches a console or
// whoever else listens. Numbers are taken as typed on a US layout, letters as upper-case ones whatever the state of
// shift and caps lock, and end with Enter or Tab. What does not end is thrown away and reported: a part of a number is
// not a number.
//
// A reader gives cards only, unless Options.Keypad says that it has keys: then what is too short for a card, or typed
// by a person's hand, is keys.
//
// The agent's user has to be allowed to open the reader: usually through the group input, better by a udev rule for
// this reader alone that also gives it a name that stays.
package wedge

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/sensors/badge"
)

// Options describe one reader: by Device, by Name, by Vendor and Product, or by several of them, which all have to
// match then.
type Options struct {
	// Device is the reader's file, such as /dev/stationkeeper/reader or /dev/input/by-id/usb-…-event-kbd, or a
	// pattern of it as in filepath.Match. Names under /dev/input/event* change with the order of plugging in.
	Device string
	// Name is the name that the reader gives itself, or a pattern of it: "*RFID*".
	Name string
	// Vendor and Product are the reader's USB identifiers, as lsusb shows them; 0 means any.
	Vendor, Product uint16

	// Length is how many characters a card's number has; 0 means that they differ, and that Shortest counts.
	Length int
	// Shortest is the least number of characters of a card; 0 means 6.
	Shortest int
	// Keypad says that the reader has keys that it types as well: what is shorter than a card is keys then. Enter is
	// the key #, Escape and Backspace are *.
	Keypad bool
	// Unterminated readers type nothing after a number: silence ends it.
	Unterminated bool
	// Gap is the silence between two characters after which they do not belong together. 0 means 1 s, and 100 ms for
	// readers with Keypad or Unterminated: readers type a character every few milliseconds, people take longer.
	Gap time.Duration

	// Repeat is how long a card must be away to count as shown again; 0 means 1 s.
	Repeat time.Duration
	// Retry is the pause between two attempts to find the reader; 0 means 1 s.
	Retry time.Duration
}

const (
	shortest = 6
	longest  = 64 // characters of a number; more is noise
	gap      = time.Second
	shortGap = 100 * time.Millisecond
)

// Validate names everything that is wrong.
func (o Options) Validate() error {
	var problems []error
	fail := func(wrong bool, format string, a ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, a...))
		}
	}
	fail(o.Device == "" && o.Name == "" && o.Vendor == 0, "which reader is it? Want its device, its name, or its vendor and product")
	for _, pattern := range []string{o.Device, o.Name} {
		_, err := filepath.Match(pattern, "")
		fail(err != nil, "pattern %q: %w", pattern, err)
	}
	fail(o.Product != 0 && o.Vendor == 0, "product %04x: of which vendor?", o.Product)
	fail(o.Length < 0 || o.Length > longest, "%d characters: want 1 to %d, or 0 for any number", o.Length, longest)
	fail(o.Shortest < 0 || o.Shortest > longest, "%d characters at least: want 1 to %d, or 0 for %d", o.Shortest, longest, shortest)
	fail(o.Length > 0 && o.Shortest > 0, "a length and a shortest length: give one of them")
	fail(o.Gap < 0 || o.Repeat < 0 || o.Retry < 0, "a time cannot be negative: gap %v, repeat %v, retry %v", o.Gap, o.Repeat, o.Retry)
	return errors.Join(problems...)
}

// Watch reports cards, keys and faults until ctx ends. It calls report from one goroutine.
func Watch(ctx context.Context, o Options, report func(badge.Sighting)) {
	o.watch(ctx, linux, report)
}

func (o Options) watch(ctx context.Context, m machine, report func(badge.Sighting)) {
	teller := badge.NewTeller(o.Repeat, report)
	badge.Keep(ctx, o.Retry, teller, func(ctx context.Context) error { return o.read(ctx, m, teller) })
}

// read tells what the reader types until ctx ends or the reader fails.
func (o Options) read(ctx context.Context, m machine, teller *badge.Teller) error {
	path, err := o.find(m)
	if err != nil {
		return err
	}
	reader, err := m.open(path)
	if err != nil {
		return o.refused(path, err)
	}
	teller.Works(time.Now())
	// A deadline in the past ends the Read that waits.
	stop := context.AfterFunc(ctx, func() { _ = reader.SetReadDeadline(time.Unix(1, 0)) }) // read finds out otherwise
	defer stop()
	return errors.Join(o.listen(ctx, path, reader, teller), reader.Close())
}

// device is an input device that was opened.
type device interface {
	io.ReadCloser
	SetReadDeadline(time.Time) error
}

func (o Options) listen(ctx context.Context, path string, reader device, teller *badge.Teller) error {
	typist := newTypist(o)
	buffer := make([]byte, 64*eventSize)
	for {
		if err := reader.SetReadDeadline(typist.deadline()); err != nil {
			return fmt.Errorf("USB reader %s: wait for its keys: %w", path, err)
		}
		if ctx.Err() != nil {
			return nil
		}
		n, err := reader.Read(buffer)
		at := time.Now()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			tell(teller, typist.silence(), at)
		case errors.Is(err, unix.ENODEV), errors.Is(err, io.EOF):
			return o.missing()
		case err != nil:
			return fmt.Errorf("USB reader %s: read its keys: %w", path, err)
		}
		for e := buffer[:n]; len(e) >= eventSize; e = e[eventSize:] {
			tell(teller, typist.event(decode(e), at), at)
		}
	}
}

// tell passes on what was typed.
func tell(teller *badge.Teller, t typed, at time.Time) {
	switch {
	case t.fault != nil:
		teller.Fault(t.fault, at)
	case t.card != "":
		teller.Card(t.card, at)
	default:
		for _, key := range t.keys {
			teller.Key(key, at)
		}
	}
}

// refused says what to do about a reader that cannot be opened.
func (o Options) refused(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return o.missing()
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("USB reader %s: no permission to open it: give the agent's user access by a udev rule or through the group input: %w", path, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("USB reader %s: another program has grabbed it: stop that program: %w", path, err)
	}
	return fmt.Errorf("USB reader %s: open: %w", path, err)
}

// event is one message of the kernel about an input device: struct input_event of linux/input.h without its time.
type event struct {
	kind, code uint16
	value      int32
}

// eventSize is the size of struct input_event: two machine words of time, then eight bytes. In 32-bit programs the
// kernel uses 32-bit words there.
const eventSize = 2*wordSize + 8

// wordSize is that of a machine word, in bytes.
const wordSize = 4 << (^uintptr(0) >> 63)

func decode(b []byte) event {
	b = b[2*wordSize:]
	return event{
		kind:  binary.NativeEndian.Uint16(b),
		code:  binary.NativeEndian.Uint16(b[2:]),
		value: int32(binary.NativeEndian.Uint32(b[4:])),
	}
}
