package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

// novnc is where Debian's package novnc keeps its page.
const novnc = "/usr/share/novnc"

// The size in pixels of the kiosk's display where there is none: a 10 inch panel, upright.
const screenWidth, screenHeight = 800, 1280

// display is a screen without hardware and the page that shows it.
type display struct {
	// name is that of the X server's display, such as ":1".
	name string
	// env is what a program needs to draw on it.
	env []string
	// page shows it in the browser.
	page string
}

// hasDisplay reports whether windows can be opened here.
func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// openDisplay starts an X server in memory, a VNC server on it, and a page that shows it, both reached from this machine
// alone. Their own output goes to log.
func openDisplay(ctx context.Context, c *crew, log io.Writer) (*display, error) {
	number, err := startX(c, log)
	if err != nil {
		return nil, err
	}
	server, err := anyPort()
	if err != nil {
		return nil, fmt.Errorf("find a port for the VNC server: %w", err)
	}
	_, port, err := net.SplitHostPort(server)
	if err != nil {
		return nil, fmt.Errorf("find a port for the VNC server: %w", err)
	}
	vnc, err := c.start("x11vnc", log, exec.Command("x11vnc", "-display", number, "-localhost", "-no6", "-rfbport", port,
		"-nopw", "-forever", "-shared", "-quiet", "-noxrecord"))
	if err != nil {
		return nil, err
	}
	if err := await(ctx, "the VNC server", vnc, func(ctx context.Context) (bool, error) { return accepts(ctx, server), nil }); err != nil {
		return nil, err
	}
	address, err := choosePort("the kiosk's screen", "127.0.0.1:6080")
	if err != nil {
		return nil, err
	}
	page, err := c.start("websockify", log, exec.Command("websockify", "--web", novnc, address, server))
	if err != nil {
		return nil, err
	}
	if err := await(ctx, "the page of the kiosk's screen", page, func(ctx context.Context) (bool, error) {
		return answers(ctx, "http://"+address+"/vnc.html"), nil
	}); err != nil {
		return nil, err
	}
	return &display{
		name: number,
		// Without a graphics card Mesa draws; saying so keeps it from looking for one.
		env:  []string{"DISPLAY=" + number, "LIBGL_ALWAYS_SOFTWARE=1"},
		page: "http://" + address + "/vnc.html",
	}, nil
}

// startX starts Xvfb on the first display number that is free and returns it, such as ":1".
func startX(c *crew, log io.Writer) (string, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return "", fmt.Errorf("start the X server: %w", err)
	}
	defer read.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", screenWidth, screenHeight), "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{write}
	_, err = c.start("Xvfb", log, cmd)
	write.Close() // the server has its own; with ours open a server that fails would not end the wait below
	if err != nil {
		return "", err
	}
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("start the X server: it ended before it had a display: %w", err)
	}
	return ":" + strings.TrimSpace(line), nil
}

// answers reports whether a GET of url succeeds now.
func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// accepts reports whether something listens at address now.
func accepts(ctx context.Context, address string) bool {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	return err == nil && connection.Close() == nil
}
