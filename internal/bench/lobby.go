package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/internal/touch"
)

// What is asked of the touchscreen of 1080 × 1920 pixels, drawn without a graphics card.
const (
	mostToFirstPaint = 500   // ms, from the start of the program to its home screen
	mostToScreen     = 100   // ms, from a tap to the screen that it brings
	mostToTicket     = 150   // ms, from a tap to the ticket on disk
	mostIdle         = 3     // % of a core
	mostOfLobby      = 220e6 // bytes that are resident
)

// measureLobby makes the rows on a real kiosk with its screen.
func (b *bench) measureLobby(ctx context.Context) (rows []row, foot []string, err error) {
	dir, err := b.room("lobby")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	l, err := b.openLobby(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	starts, err := l.starts(ctx, b.scale.Starts)
	if err != nil {
		return nil, nil, err
	}
	rows = append(rows, row{What: "started to home screen, warm, p50", Got: millis(median(starts)), Target: atMost(mostToFirstPaint, inMillis),
		Note: fmt.Sprintf("%d starts; the slowest %s", len(starts), millis(quantile(starts, 1)))})
	fresh, err := l.memory("resident after the start")
	if err != nil {
		return nil, nil, err
	}
	b.say("lobby: nobody comes for %s", b.scale.Still)
	idle, err := l.idle(ctx, b.scale.Still)
	if err != nil {
		return nil, nil, err
	}
	b.say("lobby: %d customers", b.scale.Customers)
	taps, err := l.customers(ctx, b.scale.Customers)
	if err != nil {
		return nil, nil, err
	}
	used, err := l.memory(fmt.Sprintf("resident after %d customers", b.scale.Customers))
	if err != nil {
		return nil, nil, err
	}
	rows = append(rows, shares("tap to another screen", taps.screen, mostToScreen, fmt.Sprintf("%d taps; looked every %s ms", len(taps.screen), spell(millis(median(taps.gaps)).Value)))...)
	rows = append(rows, shares("tap to the ticket's screen", taps.ticket, mostToScreen, fmt.Sprintf("%d tickets; shown when on disk", len(taps.ticket)))...)
	rows = append(rows, shares("tap to the ticket on disk and at the broker", taps.disk, mostToTicket, "")...)
	return append(rows, idle, fresh, used), []string{"Lobby: a screen is there when 19 of 20 pixels that it changes, of " + fmt.Sprint(sampledRows) +
		" rows that are looked at, have their colour and keep it; nothing goes to the broker that is not on disk."}, nil
}

// starts measures how soon the home screen is there; the first start, which warms the page cache, does not count. The
// kiosk of the last one goes on.
func (l *lobbySite) starts(ctx context.Context, n int) (took []time.Duration, err error) {
	for i := range n + 1 {
		l.bench.say("lobby: start %d", i)
		empty, err := l.eye.look()
		if err != nil {
			return nil, err
		}
		began := time.Now()
		if err := l.kiosk.Launch(); err != nil {
			return nil, err
		}
		seen, err := l.eye.watch(ctx, began, func(s sighting) bool {
			if len(s.glances) < 2 || time.Since(s.glances[len(s.glances)-1].at) < settles {
				return false
			}
			v, err := l.kiosk.Look(ctx)
			return err == nil && v.Reads(chooseService)
		})
		if err != nil {
			return nil, err
		}
		painted, err := seen.painted(empty.pixels)
		if err != nil {
			return nil, fmt.Errorf("start of the kiosk: %w", err)
		}
		if i > 0 {
			took = append(took, painted.Sub(began))
		}
		if i == n {
			_, err := l.kiosk.Ready(ctx)
			return took, err
		}
		if err := l.stopKiosk(); err != nil {
			return nil, err
		}
	}
	return took, nil
}

// tapTimes are how long taps took, and the pauses between looks at the screen.
type tapTimes struct{ screen, ticket, disk, gaps []time.Duration }

// customers come two by two: one takes a ticket, one looks at what can be complained about.
func (l *lobbySite) customers(ctx context.Context, n int) (t tapTimes, err error) {
	ear, err := listenTo(l.broker.addr, touch.Station, lobbyNode, record.TicketIssued)
	if err != nil {
		return t, err
	}
	defer ear.close()
	for range max(1, n/2) {
		began, painted, err := l.tap(ctx, "缴费", &t)
		if err != nil {
			return t, err
		}
		onDisk, err := ear.await(ctx, record.TicketIssued)
		if err != nil {
			return t, err
		}
		t.ticket, t.disk = append(t.ticket, painted), append(t.disk, onDisk-began)
		for _, button := range []string{"完成", "投诉建议", "首页"} {
			_, painted, err := l.tap(ctx, button, &t)
			if err != nil {
				return t, err
			}
			t.screen = append(t.screen, painted)
		}
	}
	return t, nil
}

// tap touches what has a text, once the screen has settled, and watches what comes of it: when it was touched by the
// kernel's monotonic clock, and how long it took until the new screen was there.
func (l *lobbySite) tap(ctx context.Context, text string, t *tapTimes) (at, painted time.Duration, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no %q to touch after %s", text, patience))
	defer cancel()
	v, err := l.kiosk.Until(ctx, text, func(v touch.View) bool { _, ok := v.Find(text); return ok })
	if err != nil {
		return 0, 0, err
	}
	if err := pause(ctx, settles-time.Since(l.painted)); err != nil {
		return 0, 0, err
	}
	thing, _ := v.Find(text)
	x, y := thing.Middle()
	before, err := l.eye.look()
	if err != nil {
		return 0, 0, err
	}
	at, began := mono(), time.Now()
	if err := l.eye.touch(x, y); err != nil {
		return 0, 0, err
	}
	until := began.Add(settles)
	seen, err := l.eye.watch(ctx, began, func(sighting) bool { return time.Now().After(until) })
	if err != nil {
		return 0, 0, err
	}
	t.gaps = append(t.gaps, seen.gaps...)
	there, err := seen.painted(before.pixels)
	if err != nil {
		return 0, 0, fmt.Errorf("a tap on %q: %w", text, err)
	}
	l.painted = there
	return at, there.Sub(began), nil
}
