package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// What staff do at the touchscreen to the machine. Restarting the kiosk is to end in good order: systemd starts it again.

// shutDown ends everything on the machine and switches it off.
func shutDown(ctx context.Context) error { return systemctl(ctx, "poweroff") }

// leave puts a console in the place of the kiosk and its display, where one can log in; the kiosk comes back when the
// machine is started, or by `systemctl start stationkeeper-kiosk`. A kiosk that systemd has not started just ends, by
// stop.
func leave(ctx context.Context, stop func()) error {
	if os.Getenv("INVOCATION_ID") == "" {
		stop()
		return nil
	}
	return systemctl(ctx, "start", "--no-block", "getty@tty1.service")
}

// systemctl asks systemd, which lets the kiosk do as much as stationkeeper.polkit.rules says.
func systemctl(ctx context.Context, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, "systemctl", append([]string{"--no-ask-password"}, args...)...)
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("systemctl %s (may the kiosk? see configs/systemd/stationkeeper.polkit.rules): %w: %s",
			strings.Join(args, " "), err, strings.TrimSpace(string(said)))
	}
	return nil
}
