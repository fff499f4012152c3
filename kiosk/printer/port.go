package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/kiosk/printer/escpos"
)

// port is an open connection with a printer. Reading and writing at the same time is allowed; neither blocks beyond its
// deadline.
type port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// address is a printer's URL, taken apart.
type address struct {
	kind string // "usb", "serial" or "tcp"
	at   string // device or host:port

	baud int    // of a serial line
	flow string // of a serial line: flowHardware, flowSoftware or flowNone

	dots    int    // of a line; 0: by the paper's width
	drawnQR bool   // the printer makes no QR codes
	raster  string // how pictures are sent
	cut     string
	push    bool // Automatic Status Back
}

// How a serial line holds back what a printer has no room for.
const (
	flowHardware = "rtscts"
	flowSoftware = "xonxoff"
	flowNone     = "none"
)

// parseAddress reads a printer's URL. What is peculiar to a printer stands in its query:
//
//	baud=19200, flow=rtscts|xonxoff|none   the line of a serial printer; 9600 and rtscts
//	dots=512                               dots of a line; 384 on paper of 58 mm, 576 on 80 mm
//	qr=raster                              the printer makes no QR codes: they are drawn
//	image=graphics                         pictures by GS ( L instead of GS v 0
//	cut=full|none                          instead of partial
//	asb=on                                 the printer tells by itself what changes
func parseAddress(text string) (address, error) {
	u, err := url.Parse(text)
	if err != nil {
		return address{}, fmt.Errorf("printer's address: %w", err)
	}
	a := address{kind: u.Scheme, at: u.Path + u.Opaque, baud: 9600, flow: flowHardware, raster: escpos.RasterBits, cut: escpos.PartialCut}
	switch u.Scheme {
	case "usb", "serial":
		if a.at == "" || a.at[0] != '/' || u.Host != "" {
			return address{}, fmt.Errorf("printer's address %q: expected a device, such as %s:/dev/usb/lp0", text, u.Scheme)
		}
	case "tcp":
		a.at = u.Host
		if _, _, err := net.SplitHostPort(u.Host); err != nil {
			return address{}, fmt.Errorf("printer's address %q: expected a host and a port, such as tcp://192.168.1.50:9100", text)
		}
	default:
		return address{}, fmt.Errorf("printer's address %q: expected usb:, serial: or tcp: at its beginning", text)
	}
	for name, values := range u.Query() {
		if err := a.set(name, values[0]); err != nil {
			return address{}, fmt.Errorf("printer's address %q: %w", text, err)
		}
	}
	return a, nil
}

// set takes one of the query's values.
func (a *address) set(name, value string) error {
	text := func(to *string, allowed ...string) error {
		for _, one := range allowed {
			if value == one {
				*to = value
				return nil
			}
		}
		return fmt.Errorf("%s=%s: expected one of %s", name, value, strings.Join(allowed, ", "))
	}
	number := func(to *int, low, high int) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < low || n > high {
			return fmt.Errorf("%s=%s: expected %d to %d", name, value, low, high)
		}
		*to = n
		return nil
	}
	var on string
	switch name {
	case "baud":
		return number(&a.baud, 1200, 921600)
	case "dots":
		return number(&a.dots, 160, escpos.MaxDots)
	case "flow":
		return text(&a.flow, flowHardware, flowSoftware, flowNone)
	case "image":
		return text(&a.raster, escpos.RasterBits, escpos.RasterGraphics)
	case "cut":
		return text(&a.cut, escpos.PartialCut, escpos.FullCut, escpos.NoCut)
	case "qr":
		err := text(&on, "command", "raster")
		a.drawnQR = on == "raster"
		return err
	case "asb":
		err := text(&on, "on", "off")
		a.push = on == "on"
		return err
	}
	return fmt.Errorf("%s: expected baud, flow, dots, qr, image, cut or asb", name)
}

// open opens the printer. The error says what to do.
func (a address) open(ctx context.Context) (port, error) {
	if a.kind == "tcp" {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.at)
		if err != nil {
			return nil, fmt.Errorf("reach the printer at %s: %w: is it switched on, on the network, and is that its address?", a.at, err)
		}
		return conn, nil
	}
	// A descriptor that does not block is waited for by the runtime's poller, with deadlines: a printer that takes nothing
	// any more holds nobody up.
	f, err := os.OpenFile(a.at, os.O_RDWR|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, a.refused(err)
	}
	if a.kind == "serial" {
		err = setLine(f, a.baud, a.flow)
	}
	if err == nil {
		err = f.SetWriteDeadline(time.Time{})
	}
	if err != nil {
		_ = f.Close() // the first error is the one that matters
		return nil, fmt.Errorf("prepare the printer's device %s: %w: is it a printer's?", a.at, err)
	}
	return device{f}, nil
}

// device is a character device.
type device struct{ *os.File }

// Read implements io.Reader. A USB printer may send a packet without bytes, which is no end.
func (d device) Read(b []byte) (int, error) {
	n, err := d.File.Read(b)
	if n == 0 && errors.Is(err, io.EOF) {
		return 0, nil
	}
	return n, err
}

// Close implements io.Closer. What a serial printer has not taken is thrown away: the kernel would wait for it to be
// sent, half a minute.
func (d device) Close() error {
	if raw, err := d.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = unix.IoctlSetInt(int(fd), unix.TCFLSH, unix.TCOFLUSH) }) // no line, nothing to throw away
	}
	return d.File.Close()
}

// refused says what to do about a device that cannot be opened.
func (a address) refused(err error) error {
	group, hint := "lp", "is it plugged in and switched on, and is the kernel's module usblp loaded?"
	if a.kind == "serial" {
		group, hint = "dialout", "is its adapter plugged in, or the board's port enabled?"
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the printer's device %s may not be opened: put the kiosk's user into the group %s: %w", a.at, group, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("another program has the printer's device %s, such as CUPS: remove the printer there: %w", a.at, err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EIO):
		return fmt.Errorf("there is no printer at %s: %s", a.at, hint)
	}
	return fmt.Errorf("open the printer's device: %w", err)
}

// setLine sets a serial line up: eight bits, no parity, one stop bit, bytes as they are.
//
// go.bug.st/serial, which reads the badge readers, has no flow control and no deadline for writing: with it, a printer
// that holds back its host would hold it for ever.
func setLine(f *os.File, baud int, flow string) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	t := unix.Termios{
		Cflag:  unix.BOTHER | unix.CS8 | unix.CREAD | unix.CLOCAL,
		Ispeed: uint32(baud), Ospeed: uint32(baud),
	}
	t.Cc[unix.VMIN] = 1
	switch flow {
	case flowHardware:
		t.Cflag |= unix.CRTSCTS
	case flowSoftware:
		t.Iflag |= unix.IXON
		t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.IoctlSetTermios(int(fd), unix.TCSETS2, &t) })
	return errors.Join(err, failed)
}
