package room

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"stationkeeper/sensors/badge"
)

// serve answers the control socket until ctx ends.
func (r *Room) serve(ctx context.Context) error {
	listener, err := listen(r.options.Control)
	if err != nil {
		return fmt.Errorf("control socket %s: %w", r.options.Control, err)
	}
	stop := context.AfterFunc(ctx, func() { listener.Close() }) // its removal is all there is to it
	defer stop()
	var all sync.WaitGroup
	defer all.Wait()
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("control socket %s: %w", r.options.Control, err)
		}
		all.Go(func() { r.talk(ctx, conn) })
	}
}

// listen makes the socket, for this user only. One that a program left behind that was killed is replaced; one that
// answers is not.
func listen(path string) (net.Listener, error) {
	listener, err := net.Listen("unix", path)
	if err != nil {
		if conn, dial := net.Dial("unix", path); dial == nil {
			conn.Close()
			return nil, fmt.Errorf("in use by another program: %w", err)
		}
		if info, stat := os.Lstat(path); stat != nil || info.Mode().Type() != fs.ModeSocket {
			return nil, err
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		if listener, err = net.Listen("unix", path); err != nil {
			return nil, err
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// talk answers one connection's lines.
func (r *Room) talk(ctx context.Context, conn net.Conn) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close() // whoever hung up has what was said
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 1 && words[0] == "watch" {
			r.watch(conn)
			return
		}
		answer := "ok "
		at, err := r.command(ctx, words)
		if err != nil {
			answer = "error " + strings.ReplaceAll(err.Error(), "\n", "; ")
		} else {
			answer += strconv.FormatInt(at.Nanoseconds(), 10)
		}
		if _, err := fmt.Fprintln(conn, answer); err != nil {
			return
		}
	}
}

// watch writes every change from now on until the connection ends.
func (r *Room) watch(conn net.Conn) {
	changes, leave := r.changes.follow()
	defer leave()
	if _, err := fmt.Fprintln(conn, "ok", mono().Nanoseconds()); err != nil {
		return
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = conn.Read(make([]byte, 1)) // returns when the other side has hung up, or was told to by a byte
	}()
	defer func() { conn.Close(); <-gone }()
	for {
		select {
		case c, ok := <-changes:
			if !ok {
				fmt.Fprintln(conn, "error too slow: changes were lost") // he may be gone; it was his fault
				return
			}
			if _, err := fmt.Fprintln(conn, c); err != nil {
				return
			}
		case <-gone:
			return
		}
	}
}

// errUsage says what the socket understands.
var errUsage = errors.New("expected one of: badge in|out NUMBER, keys in|out DIGITS*#, door open|close, exit, temperature CELSIUS|free, people on|off, watch")

// command does what a line says; at is when, by the kernel's monotonic clock.
func (r *Room) command(ctx context.Context, words []string) (at time.Duration, err error) {
	verb, arguments := "", words
	if len(words) > 0 {
		verb, arguments = words[0], words[1:]
	}
	at = mono()
	switch {
	case verb == "badge" && len(arguments) == 2:
		return at, r.reads(arguments[0], func(x *Reader) error { return hold(x, arguments[1]) })
	case verb == "keys" && len(arguments) == 2:
		return at, r.reads(arguments[0], func(x *Reader) error { return strokes(x, arguments[1]) })
	case verb == "door" && len(arguments) == 1:
		return at, r.swingTo(ctx, arguments[0])
	case verb == "exit" && len(arguments) == 0:
		r.push(ctx)
		return at, nil
	case verb == "temperature" && len(arguments) == 1:
		return at, r.warm(arguments[0])
	case verb == "people" && len(arguments) == 1:
		return at, r.populate(ctx, arguments[0])
	}
	return 0, errUsage
}

// reads lets a reader see something.
func (r *Room) reads(name string, see func(*Reader) error) error {
	switch name {
	case r.in.name:
		return see(r.in)
	case r.out.name:
		return see(r.out)
	}
	return fmt.Errorf("reader %q: expected in or out", name)
}

func hold(reader *Reader, number string) error {
	reader.card(badge.Card(number))
	return nil
}

func strokes(reader *Reader, keys string) error {
	for _, key := range keys {
		if !strings.ContainsRune("0123456789*#", key) {
			return fmt.Errorf("key %q: expected 0 to 9, * or #", key)
		}
	}
	for _, key := range keys {
		reader.key(key)
	}
	return nil
}

// swingTo opens or closes the door as by force: it asks no strike.
func (r *Room) swingTo(ctx context.Context, position string) error {
	if position != "open" && position != "close" {
		return fmt.Errorf("door %q: expected open or close", position)
	}
	if !r.swing(ctx, position == "open", 0) {
		return errors.New("the door is so already")
	}
	return nil
}

func (r *Room) warm(celsius string) error {
	if celsius == "free" {
		r.keep(nil)
		return nil
	}
	c, err := strconv.ParseFloat(celsius, 64)
	if err != nil || math.IsNaN(c) || c < -40 || c > 125 {
		return fmt.Errorf("temperature %q: expected -40 to 125, in °C, or free", celsius)
	}
	r.keep(&c)
	return nil
}

// populate lets people come or sends all home; it returns when that is so.
func (r *Room) populate(ctx context.Context, word string) error {
	if word != "on" && word != "off" {
		return fmt.Errorf("people %q: expected on or off", word)
	}
	w := presence{come: word == "on", followed: make(chan struct{})}
	select {
	case r.wanted <- w:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-w.followed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
