package line

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// consumer is how others see who holds a line.
const consumer = "stationkeeper"

// backlog is how many edges the kernel keeps for us: a contact that bounces makes some dozens. The kernel's own size is
// 16 a line; of more edges it drops the oldest.
const backlog = 256

var errBusy = unix.EBUSY

// Edge is one change of an input's level, as the kernel saw it.
type Edge struct {
	// Level is what the line changed to.
	Level gpio.Level
	// At is when, by the kernel's clock at the interrupt.
	At time.Time
	// Lost is how many edges before this one were dropped because nobody fetched them.
	Lost uint32
}

// Input is a line that is read.
type Input struct {
	address address
	file    *os.File
	edges   chan Edge
	closing chan struct{}
	reader  sync.WaitGroup
}

// OpenInput requests a line as an input with a resistor, PullNoChange leaving that as it is. Its edges come with it
// unless its chip cannot report any.
func OpenInput(name string, pull gpio.Pull) (*Input, error) {
	a := parse(name)
	p, err := find(a, Chips())
	if err != nil {
		return nil, err
	}
	in := &Input{address: a, edges: make(chan Edge, 64), closing: make(chan struct{})}
	fd, err := request(p, uapi.LineFlagV2Input|uapi.LineFlagV2EdgeBoth|bias(pull))
	if err != nil && !errors.Is(err, unix.EBUSY) {
		// Chips without interrupts refuse edges, with errors of many kinds.
		if plain, again := request(p, uapi.LineFlagV2Input|bias(pull)); again == nil {
			fd, err, in.edges = plain, nil, nil
		}
	}
	if err != nil {
		return nil, refused(a, p, err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", a, err), unix.Close(fd))
	}
	in.file = os.NewFile(uintptr(fd), a.String())
	if in.edges != nil {
		in.reader.Go(in.read)
	}
	return in, nil
}

func bias(pull gpio.Pull) uapi.LineFlagV2 {
	switch pull {
	case gpio.PullUp:
		return uapi.LineFlagV2BiasPullUp
	case gpio.PullDown:
		return uapi.LineFlagV2BiasPullDown
	case gpio.Float:
		return uapi.LineFlagV2BiasDisabled
	}
	return 0
}

// request asks the kernel for a line.
func request(p place, flags uapi.LineFlagV2) (fd int, err error) {
	chip, err := os.OpenFile("/dev/"+p.chip, os.O_RDONLY, 0)
	if err != nil {
		return -1, err
	}
	defer chip.Close() // the line stays ours without it
	r := uapi.LineRequest{Lines: 1, EventBufferSize: backlog, Config: uapi.LineConfig{Flags: flags}}
	if flags&uapi.LineFlagV2EdgeMask == 0 {
		r.EventBufferSize = 0
	}
	r.Offsets[0] = uint32(p.info.Number)
	copy(r.Consumer[:len(r.Consumer)-1], consumer)
	err = control(chip, func(chip uintptr) error { return uapi.GetLine(chip, &r) })
	if errors.Is(err, unix.ENOTTY) {
		return -1, fmt.Errorf("this kernel is older than Linux 5.10 and cannot be asked for lines this way: %w", err)
	}
	return int(r.Fd), err
}

// control runs an ioctl on a file that cannot be closed meanwhile.
func control(file *os.File, call func(fd uintptr) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	return errors.Join(raw.Control(func(fd uintptr) { err = call(fd) }), err)
}

// Level reads the line's level now. An error means that the line has gone, with its chip, or cannot be read.
func (in *Input) Level() (gpio.Level, error) {
	values := uapi.LineValues{Mask: 1}
	if err := control(in.file, func(fd uintptr) error { return uapi.GetLineValuesV2(fd, &values) }); err != nil {
		return gpio.Low, fmt.Errorf("%s: read: %w", in.address, err)
	}
	return values.Get(0) != 0, nil
}

// Edges are the line's changes in order; nil when its chip reports none, and closed when it can no longer be read.
func (in *Input) Edges() <-chan Edge { return in.edges }

// Close gives the line back to the kernel.
func (in *Input) Close() error {
	close(in.closing)
	err := in.file.Close()
	in.reader.Wait()
	if err != nil {
		return fmt.Errorf("%s: release: %w", in.address, err)
	}
	return nil
}

// read hands on edges until the line is closed or goes away.
func (in *Input) read() {
	defer close(in.edges)
	const atOnce = 16
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
			edge := Edge{
				Level: event.ID == uapi.LineEventRisingEdge,
				At:    offset.Add(time.Duration(event.Timestamp)),
				Lost:  event.Seqno - last - 1,
			}
			last = event.Seqno
			select {
			case in.edges <- edge:
			case <-in.closing:
				return
			}
		}
	}
}

// sinceMonotonic is the moment at which the kernel's monotonic clock, which stamps edges, stood at zero.
func sinceMonotonic() time.Time {
	var mono unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &mono); err != nil {
		panic(fmt.Sprintf("the monotonic clock cannot be read: %v", err)) // there is no Linux without it
	}
	return time.Now().Add(-time.Duration(mono.Nano()))
}
