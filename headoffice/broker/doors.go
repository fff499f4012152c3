package broker

import (
	"errors"
	"net"
	"sync"
	"time"
)

// introduction is how long a new connection may take for the TLS handshake and its CONNECT. mochi itself waits for
// ever. After that the client's own keep-alive is the measure.
const introduction = 10 * time.Second

// doors is the network listener as mochi needs it: it knows every open connection, so that all can be cut; gives
// strangers a deadline; and goes on after an error that passes, such as too many open files, where mochi would
// silently stop to accept.
type doors struct {
	net.Listener
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed chan struct{}
}

func newDoors(l net.Listener) *doors {
	return &doors{Listener: l, open: map[net.Conn]struct{}{}, closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (d *doors) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err == nil {
			if !d.enter(conn) {
				return nil, net.ErrClosed
			}
			_ = conn.SetDeadline(time.Now().Add(introduction)) // fails only on a connection that is gone already
			return &visit{Conn: conn, doors: d}, nil
		}
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		select {
		case <-d.closed:
			return nil, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (d *doors) enter(conn net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		conn.Close()
		return false
	}
	d.open[conn] = struct{}{}
	return true
}

func (d *doors) leave(conn net.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, conn)
}

// Close implements net.Listener. It cuts every connection that came through.
func (d *doors) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		return nil
	}
	close(d.closed)
	err := d.Listener.Close()
	for conn := range d.open {
		conn.Close()
	}
	d.open = nil
	return err
}

// visit is an accepted connection that says when it ends.
type visit struct {
	net.Conn
	doors *doors
}

// Close implements net.Conn.
func (v *visit) Close() error {
	v.doors.leave(v.Conn)
	return v.Conn.Close()
}
