package main

import (
	"context"
	"fmt"
	"strconv"
)

// attempts is how often a person holds a card to a reader that does not react: a line may be disturbed, and here it is
// when the computer outside is busy in the middle of a card.
const attempts = 3

func wiegand(ctx context.Context, s *station) (string, error) {
	number, err := strconv.ParseUint(anna, 10, 24)
	if err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		if err := s.pulsed(uint32(number)); err != nil {
			return "", err
		}
		waiting, cancel := context.WithTimeout(ctx, hung/attempts/3)
		err := s.granted(waiting, "machine-room/exit-reader")
		cancel()
		if err == nil {
			return fmt.Sprintf("26 bits, at attempt %d", n), s.goThrough(ctx)
		}
		if n == attempts {
			return "", err
		}
	}
}

func serialReader(ctx context.Context, s *station) (string, error) {
	if err := s.sent(boris); err != nil {
		return "", err
	}
	if err := s.granted(ctx, "machine-room/serial-reader"); err != nil {
		return "", err
	}
	return "", s.goThrough(ctx)
}

func spiReader(ctx context.Context, s *station) (string, error) {
	if err := s.held(clara); err != nil {
		return "", err
	}
	if err := s.granted(ctx, "machine-room/spi-reader"); err != nil {
		return "", err
	}
	if err := s.held("none"); err != nil {
		return "", err
	}
	return "", s.goThrough(ctx)
}

func unplugReader(ctx context.Context, s *station) (string, error) {
	const reader = "machine-room/reader"
	if err := s.monitor.do("device_del", map[string]any{"id": "wedge"}); err != nil {
		return "", err
	}
	said, err := s.failed(ctx, reader)
	if err != nil {
		return "", err
	}
	err = s.monitor.do("device_add", map[string]any{"driver": "usb-kbd", "id": "wedge", "bus": "usb.0", "port": "1"})
	if err != nil {
		return "", err
	}
	if err := s.nameReader(ctx); err != nil {
		return "", err
	}
	if err := s.recovered(ctx, reader); err != nil {
		return "", err
	}
	if err := s.typed(boris); err != nil {
		return "", err
	}
	if err := s.granted(ctx, reader); err != nil {
		return "", err
	}
	return said, s.goThrough(ctx)
}
