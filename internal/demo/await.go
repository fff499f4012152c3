package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

// patience is how long a program may take to get ready, on a machine that has much else to do, and pause the time between
// two looks.
const (
	patience = 2 * time.Minute
	pause    = 50 * time.Millisecond
)

// await looks until ready says so. It gives up when m has ended, when ready fails, or when patience is over; what
// names the thing awaited.
func await(ctx context.Context, what string, m *member, ready func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("%s was not ready after %s", what, patience))
	defer cancel()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		ok, err := ready(ctx)
		if ok {
			return nil
		}
		if err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		select {
		case <-tick.C:
		case <-m.done:
			return m.failure()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// choosePort returns the address preferred when its port is free, else one that is, and says so. Nothing holds the
// port from then on: the program that is to use it fails, and says so, when another was faster.
func choosePort(what, preferred string) (string, error) {
	if free(preferred) {
		return preferred, nil
	}
	address, err := anyPort()
	if err != nil {
		return "", fmt.Errorf("find a port for %s: %w", what, err)
	}
	fmt.Fprintf(os.Stderr, "demo: %s is taken, using %s for %s\n", preferred, address, what)
	return address, nil
}

// anyPort returns an address of this machine with a port that is free.
func anyPort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func free(address string) bool {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	return listener.Close() == nil
}
