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

// held are lines of one chip that the kernel gave us as inputs.
type held struct {
	name    string // in messages
	file    *os.File
	closing chan struct{}
	reader  sync.WaitGroup
}

// hold asks the kernel for lines.
func hold(name, chip string, flags uapi.LineFlagV2, numbers ...uint32) (*held, error) {
	device, err := os.OpenFile("/dev/"+chip, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer device.Close() // the lines stay ours without it
	r := uapi.LineRequest{Lines: uint32(len(numbers)), Config: uapi.LineConfig{Flags: flags}}
	if flags&uapi.LineFlagV2EdgeMask != 0 {
		r.EventBufferSize = backlog
	}
	copy(r.Offsets[:], numbers)
	copy(r.Consumer[:len(r.Consumer)-1], consumer)
	if err := control(device, func(fd uintptr) error { return uapi.GetLine(fd, &r) }); err != nil {
		if errors.Is(err, unix.ENOTTY) {
			err = fmt.Errorf("this kernel is older than Linux 5.10 and cannot be asked for lines this way: %w", err)
		}
		return nil, err
	}
	if err := unix.SetNonblock(int(r.Fd), true); err != nil { // so that Go's poller waits for edges, no thread does
		return nil, errors.Join(err, unix.Close(int(r.Fd)))
	}
	return &held{name: name, file: os.NewFile(uintptr(r.Fd), name), closing: make(chan struct{})}, nil
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

// control runs an ioctl on a file that cannot be closed meanwhile.
func control(file *os.File, call func(fd uintptr) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	return errors.Join(raw.Control(func(fd uintptr) { err = call(fd) }), err)
}

// values reads the lines now. An error means that they have gone, with their chip, or cannot be read.
func (h *held) values(lines int) (uapi.LineValues, error) {
	values := uapi.LineValues{Mask: uapi.NewLineBitMask(lines)}
	if err := control(h.file, func(fd uintptr) error { return uapi.GetLineValuesV2(fd, &values) }); err != nil {
		return values, fmt.Errorf("%s: read: %w", h.name, err)
	}
	return values, nil
}

// follow hands on what happens on the lines until they are closed or go away, or hand says that it wants no more. lost is
// how many events were dropped before one because nobody fetched them.
func (h *held) follow(hand func(event uapi.LineEvent, at time.Time, lost uint32) (more bool)) {
	const atOnce = 32
	buffer := make([]byte, atOnce*binary.Size(uapi.LineEvent{}))
	var last uint32
	for {
		n, err := h.file.Read(buffer)
		if err != nil {
			return
		}
		zero := monotonicZero()
		for from := bytes.NewReader(buffer[:n]); from.Len() > 0; {
			var event uapi.LineEvent
			if binary.Read(from, binary.NativeEndian, &event) != nil {
				break // a part of an event: the kernel makes none
			}
			if !hand(event, zero.Add(time.Duration(event.Timestamp)), event.Seqno-last-1) {
				return
			}
			last = event.Seqno
		}
	}
}

// Close gives the lines back to the kernel.
func (h *held) Close() error {
	close(h.closing)
	err := h.file.Close()
	h.reader.Wait()
	if err != nil {
		return fmt.Errorf("%s: release: %w", h.name, err)
	}
	return nil
}

// monotonicZero is the moment at which the kernel's monotonic clock, which stamps events, stood at zero.
func monotonicZero() time.Time {
	var mono unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &mono); err != nil {
		panic(fmt.Sprintf("the monotonic clock cannot be read: %v", err)) // there is no Linux without it
	}
	return time.Now().Add(-time.Duration(mono.Nano()))
}
