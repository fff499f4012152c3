package hands

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Supervision is what systemd does for a service with a watchdog, on a machine that has one: signs of life that the service
// sends to a socket, as of sd_notify(3), feed the machine's watchdog. When they fail to come, that restarts the machine.
type Supervision struct {
	Socket  string
	Device  string // such as /dev/watchdog0
	Timeout time.Duration
}

// dog counts how often a watchdog was fed.
type dog struct{ fed atomic.Int64 }

// Supervise begins it, and feeds the watchdog a first time. It never ends: a watchdog that was woken stays awake.
func (h *Hands) Supervise(v Supervision, _ *Nothing) error {
	signs, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: v.Socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("listen for signs of life: %w", err)
	}
	device, err := os.OpenFile(v.Device, os.O_WRONLY, 0)
	if err != nil {
		return errors.Join(fmt.Errorf("wake the watchdog: %w", err), signs.Close())
	}
	if err := unix.IoctlSetPointerInt(int(device.Fd()), unix.WDIOC_SETTIMEOUT, int(v.Timeout.Seconds())); err != nil {
		return errors.Join(fmt.Errorf("set the watchdog to %s: %w", v.Timeout, err), signs.Close(), device.Close())
	}
	go h.dog.feed(signs, device)
	return nil
}

func (d *dog) feed(signs *net.UnixConn, device *os.File) {
	sign := make([]byte, 4096)
	for {
		n, err := signs.Read(sign)
		if err != nil {
			return // and the watchdog bites
		}
		if !strings.Contains(string(sign[:n]), "WATCHDOG=1") {
			continue
		}
		if _, err := device.Write([]byte{0}); err != nil {
			return
		}
		d.fed.Add(1)
	}
}

// Fed answers how often signs of life have fed the watchdog.
func (h *Hands) Fed(_ Nothing, times *int) error {
	*times = int(h.dog.fed.Load())
	return nil
}
