// Guest is the first process of the virtual machine that the agent runs in. It makes the machine usable, connects to the
// program outside, and does what that asks for until the connection ends:
//
//	outside=HOST:PORT
//
// on the kernel's command line says where that is: the kernel passes on what it does not know itself.
package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/machine"
	"stationkeeper/internal/machine/inside"
	"stationkeeper/sensors/hil/hands"
)

// address is the one that QEMU's network behind a user has for its only machine.
var address = netip.MustParsePrefix("10.0.2.15/24")

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "guest:", err)
	}
	// Returning would make the kernel panic, as an error here would. Boards without a switch for their power restart,
	// which ends the machine as well.
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
}

func run() error {
	if err := inside.Mount(inside.Standard...); err != nil {
		return err
	}
	if err := inside.LoadModules("/" + machine.ModulesFolder); err != nil {
		return err
	}
	if err := inside.Mount(kernelFiles()...); err != nil {
		return err
	}
	if err := inside.Network(address); err != nil {
		return err
	}
	connection, err := dial(os.Getenv("outside"))
	if err != nil {
		return err
	}
	return hands.Serve(hands.New(), connection)
}

// kernelFiles are the file systems through which simulated hardware is set and traced. Some come with a module.
func kernelFiles() []inside.Mounting {
	all := []inside.Mounting{{Kind: "tmpfs", At: "/run"}, {Kind: "debugfs", At: "/sys/kernel/debug"}, {Kind: "tracefs", At: "/sys/kernel/tracing"}}
	if _, err := os.Stat("/sys/kernel/config"); err == nil {
		all = append(all, inside.Mounting{Kind: "configfs", At: "/sys/kernel/config"})
	}
	return all
}

// dial connects to the program outside, which takes a moment after the network has come up.
func dial(where string) (net.Conn, error) {
	var failed error
	for range 60 {
		connection, err := net.DialTimeout("tcp", where, time.Second)
		if err == nil {
			return connection, nil
		}
		failed = errors.Join(failed, err)
		time.Sleep(time.Second / 10)
	}
	return nil, fmt.Errorf("connect to the program outside: %w", failed)
}
