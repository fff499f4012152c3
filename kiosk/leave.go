package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"time"
)

// awaitDisplay waits until there is an X server, when systemd has started the kiosk beside one that may start later, or
// again: a kiosk that ends would write down at each start and end that it did. Somebody who has started it by hand is
// told at once.
func awaitDisplay(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for told := false; ; told = true {
		err := reachDisplay(ctx, os.Getenv("DISPLAY"))
		if err == nil || os.Getenv("NOTIFY_SOCKET") == "" {
			return err
		}
		if !told {
			log.Warn("waiting for the X server", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

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
