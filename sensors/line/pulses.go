package line

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// Pulse is the beginning of one pulse on one of several lines.
type Pulse struct {
	// Line is the line's place in the order in which they were asked for.
	Line int
	// At is when, by the kernel's clock at the interrupt.
	At time.Time
	// Lost is how many pulses, of any of the lines, were dropped before this one because nobody fetched them.
	Lost uint32
}

// Pulses are inputs of one chip whose pulses come in the order in which the kernel saw them.
type Pulses struct {
	name    string
	offsets []uint32
	file    *os.File
	pulses  chan Pulse
	closing chan struct{}
	reader  sync.WaitGroup
}

// OpenPulses requests lines of one chip, all with the same resistor, for their pulses, which are at the active level.
func OpenPulses(names []string, pull gpio.Pull, active gpio.Level) (*Pulses, error) {
	chips := Chips()
	var places []place
	for i, name := range names {
		p, err := find(parse(name), chips)
		if err != nil {
			return nil, err
		}
		places = append(places, p)
		if first := places[0].chip; p.chip != first {
			return nil, fmt.Errorf("%s is on %s and %s on %s: they have to be on one chip", parse(names[0]), first, parse(names[i]), p.chip)
		}
	}
	in := &Pulses{name: "GPIO lines " + strings.Join(names, " and "), pulses: make(chan Pulse, 64), closing: make(chan struct{})}
	fd, err := in.request(places, pull, active)
	if err != nil {
		return nil, in.refused(names, places, err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", in.name, err), unix.Close(fd))
	}
	in.file = os.NewFile(uintptr(fd), in.name)
	in.reader.Go(in.read)
	return in, nil
}

// request asks the kernel for the lines.
func (in *Pulses) request(places []place, pull gpio.Pull, active gpio.Level) (fd int, err error) {
	chip, err := os.OpenFile("/dev/"+places[0].chip, os.O_RDONLY, 0)
	if err != nil {
		return -1, err
	}
	defer chip.Close() // the lines stay ours without it
	// An edge to the active level is a rising one of the value that counts.
	flags := uapi.LineFlagV2Input | uapi.LineFlagV2EdgeRising | bias(pull)
	if active == gpio.Low {
		flags |= uapi.LineFlagV2ActiveLow
	}
	r := uapi.LineRequest{Lines: uint32(len(places)), EventBufferSize: backlog, Config: uapi.LineConfig{Flags: flags}}
	for i, p := range places {
		r.Offsets[i] = uint32(p.info.Number)
		in.offsets = append(in.offsets, uint32(p.info.Number))
	}
	copy(r.Consumer[:len(r.Consumer)-1], consumer)
	err = control(chip, func(chip uintptr) error { return uapi.GetLine(chip, &r) })
	return int(r.Fd), err
}

// refused explains why lines that are there were not given: the kernel does not say which of them.
func (in *Pulses) refused(names []string, places []place, err error) error {
	guilty := max(0, slices.IndexFunc(places, func(p place) bool { return p.info.Used }))
	if errors.Is(err, unix.ENXIO) || errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOTTY) {
		return fmt.Errorf("%s: this chip, or a kernel older than Linux 5.10, cannot report pulses: %w", in.name, err)
	}
	return refused(parse(names[guilty]), places[guilty], err)
}

// Active tells for each line whether it is in a pulse now. An error means that the lines have gone, with their chip.
func (in *Pulses) Active() ([]bool, error) {
	values := uapi.LineValues{Mask: uapi.NewLineBitMask(len(in.offsets))}
	if err := control(in.file, func(fd uintptr) error { return uapi.GetLineValuesV2(fd, &values) }); err != nil {
		return nil, fmt.Errorf("%s: read: %w", in.name, err)
	}
	active := make([]bool, len(in.offsets))
	for i := range active {
		active[i] = values.Get(i) != 0
	}
	return active, nil
}

// Pulses are the lines' pulses in order; closed when they can no longer be read.
func (in *Pulses) Pulses() <-chan Pulse { return in.pulses }

// Close gives the lines back to the kernel.
func (in *Pulses) Close() error {
	close(in.closing)
	err := in.file.Close()
	in.reader.Wait()
	if err != nil {
		return fmt.Errorf("%s: release: %w", in.name, err)
	}
	return nil
}

// read hands on pulses until the lines are closed or go away.
func (in *Pulses) read() {
	defer close(in.pulses)
	const atOnce = 32
	buffer := make([]byte, atOnce*binary.Size(uapi.LineEvent{}))
	var last uint32
	for {
		n, err := in.file.Read(buffer)
		if err != nil {
			return
		}
		offset := sinceMonotonic()
		for from := bytes.NewReader(buffer[:n]); ; {
			var event uapi.LineEvent
			if binary.Read(from, binary.NativeEndian, &event) != nil {
				break
			}
			pulse := Pulse{Line: slices.Index(in.offsets, event.Offset), At: offset.Add(time.Duration(event.Timestamp)), Lost: event.Seqno - last - 1}
			last = event.Seqno
			select {
			case in.pulses <- pulse:
			case <-in.closing:
				return
			}
		}
	}
}
