package virtual

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// Terminal is a virtual printer's plug: a character device that behaves like /dev/usb/lp0 or a serial port, as far as a
// pseudo terminal can. It can be pulled out and put in again.
type Terminal struct {
	printer *Printer
	path    string

	mu      sync.Mutex
	slave   *os.File
	cancel  context.CancelFunc
	serving sync.WaitGroup
}

// Terminal returns a plug that is not plugged in. path is where the device will be, as a symbolic link.
func (p *Printer) Terminal(path string) *Terminal { return &Terminal{printer: p, path: path} }

// Plug makes the device appear.
func (t *Terminal) Plug() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel != nil {
		return nil
	}
	master, slave, err := openTerminal()
	if err != nil {
		return fmt.Errorf("virtual printer's terminal: %w", err)
	}
	if err := linkTo(slave.Name(), t.path); err != nil {
		_ = master.Close() // the link's error is the one that matters
		_ = slave.Close()
		return fmt.Errorf("virtual printer's terminal: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.slave, t.cancel = slave, cancel
	t.serving.Go(func() { t.printer.Serve(ctx, master) })
	return nil
}

// linkTo replaces the link at path.
func linkTo(target, path string) error {
	making := filepath.Join(filepath.Dir(path), "."+filepath.Base(path))
	if err := os.Symlink(target, making); err != nil {
		return err
	}
	return os.Rename(making, path)
}

// Unplug makes the device vanish under whoever has it open.
func (t *Terminal) Unplug() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel == nil {
		return
	}
	_ = os.Remove(t.path) // it may be gone with its folder
	t.cancel()
	t.cancel = nil
	t.serving.Wait()
	_ = t.slave.Close()
}

// openTerminal opens a pseudo terminal that passes bytes as they are. The slave stays open here, so that the master does
// not end when a host closes its side.
func openTerminal() (master, slave *os.File, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open /dev/ptmx: %w", err)
	}
	master = os.NewFile(uintptr(fd), "/dev/ptmx") // polls, since it does not block
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetTermios(fd, unix.TCSETS, &unix.Termios{Cflag: unix.CS8 | unix.CREAD | unix.CLOCAL})
	}
	if err == nil {
		slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		_ = master.Close() // the first error is the one that matters
		return nil, nil, err
	}
	return master, slave, nil
}
