package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStaffLeaveByAConsole runs a program in the place of systemctl.
func TestStaffLeaveByAConsole(t *testing.T) {
	folder := t.TempDir()
	said := filepath.Join(folder, "said")
	if err := os.WriteFile(filepath.Join(folder, "systemctl"), []byte("#!/bin/sh\necho \"$@\" >> "+said+"\ntest \"$2\" != poweroff || { echo not allowed; exit 1; }\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	t.Setenv("INVOCATION_ID", "")
	ended := false
	if err := leave(t.Context(), func() { ended = true }); err != nil || !ended {
		t.Errorf("by hand: ended %v, %v", ended, err)
	}
	t.Setenv("INVOCATION_ID", "b1")
	if err := leave(t.Context(), func() { t.Error("ended, and systemd would start it again") }); err != nil {
		t.Error(err)
	}
	if err := shutDown(t.Context()); err == nil || !strings.Contains(err.Error(), "not allowed") || !strings.Contains(err.Error(), "polkit") {
		t.Errorf("refused: %v", err)
	}
	text, err := os.ReadFile(said)
	if want := "--no-ask-password start --no-block getty@tty1.service\n--no-ask-password poweroff\n"; err != nil || string(text) != want {
		t.Errorf("asked %q, %v", text, err)
	}
}

// TestTheKioskWaitsForTheDisplay begins before there is a server, as a service does.
func TestTheKioskWaitsForTheDisplay(t *testing.T) {
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().(*net.TCPAddr)
	if err := free.Close(); err != nil || address.Port < 6000 {
		t.Skipf("no port for a display: %v, %v", address, err)
	}
	t.Setenv("DISPLAY", fmt.Sprintf("127.0.0.1:%d", address.Port-6000))
	t.Setenv("NOTIFY_SOCKET", "")
	if err := awaitDisplay(t.Context(), quiet()); err == nil {
		t.Error("by hand it is told at once")
	}
	t.Setenv("NOTIFY_SOCKET", "/run/systemd/notify")
	ctx, cancel := context.WithCancel(limited(t))
	waited := make(chan error, 1)
	go func() { waited <- awaitDisplay(ctx, quiet()) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address.String())
	if err != nil {
		t.Skipf("somebody else was quicker: %v", err)
	}
	defer listener.Close()
	if err := <-waited; err != nil || ctx.Err() != nil {
		t.Error(err)
	}
	listener.Close()
	go func() { waited <- awaitDisplay(ctx, quiet()) }()
	cancel()
	if err := <-waited; err != nil {
		t.Errorf("told to stop: %v", err)
	}
}
