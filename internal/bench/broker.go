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
)

// findMosquitto returns the path of Debian's broker, which is not on everybody's PATH.
func findMosquitto() (string, error) {
	const debian = "/usr/sbin/mosquitto"
	if path, err := exec.LookPath("mosquitto"); err == nil {
		return path, nil
	}
	if _, err := os.Stat(debian); err != nil {
		return "", errors.New("mosquitto is not installed: make bench installs it")
	}
	return debian, nil
}

// anyPort returns an address of this machine with a port that is free.
func anyPort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

// mosquitto is a broker of the kind that others put between.
type mosquitto struct {
	*process
	path, dir, addr string
	extra           []string
}

// newMosquitto prepares a broker in an empty folder. It keeps nothing on disk unless extra says so. Its limits on
// what may wait are taken off, since everybody here is measured with the same.
func newMosquitto(path, dir string, extra ...string) (*mosquitto, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create a folder for mosquitto: %w", err)
	}
	addr, err := anyPort()
	return &mosquitto{path: path, dir: dir, addr: addr, extra: extra}, err
}

func (m *mosquitto) url() string { return "mqtt://" + m.addr }

// open runs the broker and waits until it listens.
func (m *mosquitto) open(ctx context.Context) error {
	host, port, err := net.SplitHostPort(m.addr)
	if err != nil {
		return err
	}
	lines := append([]string{
		fmt.Sprintf("listener %s %s", port, host),
		"allow_anonymous true",
		"max_queued_messages 0",
		"max_inflight_messages 1000",
		"set_tcp_nodelay true",
	}, m.extra...)
	if os.Getuid() == 0 {
		lines = append(lines, "user root") // else it could not read its folder
	}
	config := filepath.Join(m.dir, "mosquitto.conf")
	if err := os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	if m.process, err = start("mosquitto", exec.Command(m.path, "-c", config)); err != nil {
		return err
	}
	if _, err := m.line(ctx, "running"); err != nil {
		return errors.Join(err, m.stop())
	}
	return nil
}

// startMosquitto prepares and opens a broker that keeps nothing.
func startMosquitto(ctx context.Context, path, dir string) (*mosquitto, error) {
	m, err := newMosquitto(path, dir)
	if err != nil {
		return nil, err
	}
	return m, m.open(ctx)
}
