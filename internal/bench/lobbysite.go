package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"stationkeeper/internal/lifecycle"
	"stationkeeper/internal/touch"
)

// lobbySite is a real kiosk with its screen on an X server in memory, mosquitto and head office.
type lobbySite struct {
	bench   *bench
	broker  *mosquitto
	office  *office
	display *touch.Display
	eye     *eye
	kiosk   *touch.Kiosk
	painted time.Time // when the last tap's screen was there
	cleanup lifecycle.Cleanup
}

const (
	lobbyNode = "lobby"
	// chooseService is what the home screen says.
	chooseService = "请选择您要办理的业务"
	// settles is how long a screen is left alone before it is touched: the kiosk takes no taps in its first half second.
	settles = 700 * time.Millisecond
)

// lobbyConfig asks nobody whether to join however long the queue has become: a tap is a ticket.
const lobbyConfig = "window: {fullscreen: true, long_wait: 0s}\n"

// openLobby starts everything but the kiosk.
func (b *bench) openLobby(ctx context.Context, dir string) (l *lobbySite, err error) {
	if missing := touch.Missing(); len(missing) > 0 {
		return nil, fmt.Errorf("needs the Debian packages %s", strings.Join(missing, ", "))
	}
	l = &lobbySite{bench: b}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
			l = nil
		}
	}()
	if l.broker, err = startMosquitto(ctx, b.mosquitto, within(dir, "mosquitto")); err != nil {
		return l, err
	}
	l.cleanup.Add("mosquitto", l.broker.stop)
	if l.office, err = startOffice(ctx, officeCommand(b.headOffice, within(dir, "headoffice"), l.broker.url())); err != nil {
		return l, err
	}
	l.cleanup.Add("head office", l.office.stop)
	if l.display, err = touch.OpenDisplay(ctx, 1080, 1920); err != nil {
		return l, err
	}
	l.cleanup.Add("X server", func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		_, err := l.display.Kill(ctx)
		return err
	})
	if l.eye, err = openEye(l.display.Name); err != nil {
		return l, err
	}
	l.cleanup.Add("eye", l.eye.close)
	l.cleanup.Add("kiosk", l.stopKiosk)
	l.kiosk, err = touch.NewKiosk(filepath.Join(b.bin, "kiosk"), lobbyNode, dir, lobbyConfig, l.broker.url(), l.display)
	return l, err
}

func (l *lobbySite) close() error { return l.cleanup.Close() }

// stopKiosk ends the kiosk in order. One that has logged a mistake in how the screen is drawn says so.
func (l *lobbySite) stopKiosk() error {
	if l.kiosk == nil || l.kiosk.Process == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	l.kiosk.Signal(syscall.SIGTERM)
	code, err := l.kiosk.End(ctx)
	if err != nil {
		_, killed := l.kiosk.Kill(context.Background())
		return errors.Join(err, killed)
	}
	if bad := touch.Complaints(l.kiosk.Lines()); code != 0 || len(bad) > 0 {
		return fmt.Errorf("the kiosk ended with code %d; it complains: %q", code, bad)
	}
	return nil
}

// idle is the row of what the kiosk takes while nobody touches it.
func (l *lobbySite) idle(ctx context.Context, d time.Duration) (row, error) {
	// What a start leaves to be done is done, and the screen's last frame is drawn.
	if err := pause(ctx, min(d, 5*time.Second)); err != nil {
		return row{}, err
	}
	began, before, err := l.used()
	if err != nil {
		return row{}, err
	}
	if err := pause(ctx, d); err != nil {
		return row{}, err
	}
	ended, after, err := l.used()
	if err != nil {
		return row{}, err
	}
	share := func(i int) figure {
		return figure{Value: (after[i] - before[i]).Seconds() / ended.Sub(began).Seconds() * 100, Unit: percent}
	}
	with := share(0)
	with.Value += share(1).Value
	return row{What: "the kiosk's share of a core, idle", Got: share(0), Target: atMost(mostIdle, percent),
		Note: fmt.Sprintf("%s at the home screen; with the X server %s", d, with)}, nil
}

// used is the processor time of the kiosk and of its X server so far.
func (l *lobbySite) used() (at time.Time, cpu [2]time.Duration, err error) {
	for i, pid := range []int{l.kiosk.Pid(), l.display.Pid()} {
		u, err := readUsage(pid)
		if err != nil {
			return at, cpu, err
		}
		cpu[i] = u.CPU
	}
	return time.Now(), cpu, nil
}

// memory is the row of what the kiosk has in memory.
func (l *lobbySite) memory(what string) (row, error) {
	sums, err := procFile(l.kiosk.Pid(), "smaps_rollup")
	if err != nil {
		return row{}, fmt.Errorf("read the kiosk's memory: %w", err)
	}
	all, err1 := parseField(sums, "Rss:")
	own, err2 := parseField(sums, "Anonymous:")
	size := func(kilobytes int64) figure { return figure{Value: float64(kilobytes << 10), Unit: bytesEach} }
	return row{What: what, Got: size(all), Target: atMost(mostOfLobby, bytesEach),
		Note: fmt.Sprintf("%s its own, %s pages of files", size(own), size(all-own))}, errors.Join(err1, err2)
}
