package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"stationkeeper/internal/programs"
	"stationkeeper/sensors/hil/hands"
)

// vm is a machine that runs.
type vm struct {
	folder  string
	qemu    *programs.Process
	hands   *hands.Outside
	monitor *monitor
	serial  net.Conn // the other end of its second serial port; nil on boards without one
}

// doors are where the machine connects to, when it has come up.
type doors struct {
	hands, monitor, serial net.Listener
}

// openDoors listens for a machine. The serial port and the monitor are QEMU's, and files.
func openDoors(folder string) (d doors, err error) {
	var errs [3]error
	d.hands, errs[0] = net.Listen("tcp", "127.0.0.1:0")
	d.monitor, errs[1] = net.Listen("unix", filepath.Join(folder, "monitor"))
	d.serial, errs[2] = net.Listen("unix", filepath.Join(folder, "serial"))
	if err := errors.Join(errs[:]...); err != nil {
		d.close()
		return d, err
	}
	return d, nil
}

func (d doors) close() {
	for _, l := range []net.Listener{d.hands, d.monitor, d.serial} {
		if l != nil {
			l.Close()
		}
	}
}

// bootLine is the kernel's command line. It is not to test the timer, which fails on a busy computer, nor its ciphers,
// which takes a while; and to end, not to wait, after a panic.
const bootLine = "console=%s quiet panic=-1 no_timer_check cryptomgr.notests mitigations=off outside=10.0.2.2:%d"

// boot starts a machine and returns when its first process is at hand.
func (w *workshop) boot(ctx context.Context, b board) (*vm, error) {
	kernel, initrd, err := w.initrd(b)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(w.folder, "vm")
	if err != nil {
		return nil, err
	}
	d, err := openDoors(folder)
	if err != nil {
		return nil, err
	}
	defer d.close()
	commandLine := fmt.Sprintf(bootLine, b.console, d.hands.Addr().(*net.TCPAddr).Port)
	arguments := append([]string{
		"-accel", "tcg,thread=multi", "-nodefaults", "-display", "none", "-no-reboot", "-kernel", kernel.Image, "-initrd", initrd,
		"-append", commandLine, "-serial", "stdio", "-qmp", "unix:" + d.monitor.Addr().String(), "-netdev", "user,id=net",
	}, b.arguments...)
	if b.description == "" {
		arguments = append(arguments, "-chardev", "socket,id=serial,path="+d.serial.Addr().String(), "-serial", "chardev:serial")
	} else {
		description, err := w.describe(b)
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, "-dtb", description, "-net", "nic,netdev=net")
	}
	qemu, err := programs.Start(exec.Command(b.emulator, arguments...), nil)
	if err != nil {
		return nil, err
	}
	m := &vm{folder: folder, qemu: qemu}
	if err := m.meet(ctx, d, b); err != nil {
		m.close()
		return nil, fmt.Errorf("%w; its console:\n%s", err, strings.Join(qemu.Lines(), "\n"))
	}
	return m, nil
}

// meet takes the machine's connections, as long as it runs.
func (m *vm) meet(ctx context.Context, d doors, b board) error {
	ctx, cancel := context.WithTimeout(ctx, hung)
	defer cancel()
	met := make(chan struct{})
	defer close(met)
	go func() { // Accept knows neither ctx nor the machine
		_, _ = m.qemu.End(ctx) // why it ended is on its console
		select {
		case <-met:
		default:
			d.close()
		}
	}()
	conn, err := d.monitor.Accept()
	if err != nil {
		return fmt.Errorf("wait for QEMU: %w", err)
	}
	if m.monitor, err = newMonitor(conn); err != nil {
		return err
	}
	if b.description == "" {
		if m.serial, err = d.serial.Accept(); err != nil {
			return fmt.Errorf("wait for the serial port: %w", err)
		}
	}
	inside, err := d.hands.Accept()
	if err != nil {
		return fmt.Errorf("the machine did not come up: %w", err)
	}
	m.hands = hands.NewOutside(inside)
	return nil
}

// close ends the machine.
func (m *vm) close() {
	if m.serial != nil {
		m.serial.Close()
	}
	if m.hands != nil {
		m.hands.Close()
	}
	// It is killed with this process if it does not end now.
	_, _ = m.qemu.Kill(context.Background())
}
