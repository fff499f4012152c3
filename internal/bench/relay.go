package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// relay stands between the node and the broker and counts the bytes of their connection, without those of TCP and below.
type relay struct {
	listener net.Listener
	to       string
	// up is from the node, back to the node.
	up, back atomic.Int64
	serving  sync.WaitGroup

	mu     sync.Mutex
	open   []net.Conn
	closed bool
}

// startRelay listens, and connects who comes to an address.
func startRelay(to string) (*relay, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the node: %w", err)
	}
	r := &relay{listener: listener, to: to}
	r.serving.Go(r.serve)
	return r, nil
}

func (r *relay) url() string { return "mqtt://" + r.listener.Addr().String() }

func (r *relay) serve() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return // closed
		}
		far, err := net.Dial("tcp", r.to)
		if err != nil {
			near.Close()
			continue
		}
		if !r.keep(near, far) {
			return
		}
		r.serving.Go(func() { carry(far, near, &r.up) })
		r.serving.Go(func() { carry(near, far, &r.back) })
	}
}

// keep notes connections to be closed with the relay; it reports false, and closes them, when that has happened.
func (r *relay) keep(conns ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = append(r.open, conns...)
	if r.closed {
		for _, c := range conns {
			c.Close()
		}
	}
	return !r.closed
}

// carry copies until either side ends, and then ends the other.
func carry(to, from net.Conn, count *atomic.Int64) {
	io.Copy(counting{to, count}, from) // its error is the end of the connection, which both sides see
	to.Close()
	from.Close()
}

// counting counts what is written through it.
type counting struct {
	io.Writer
	count *atomic.Int64
}

func (c counting) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.count.Add(int64(n))
	return n, err
}

func (r *relay) close() error {
	err := r.listener.Close()
	r.mu.Lock()
	r.closed = true
	for _, c := range r.open {
		if e := c.Close(); !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	r.mu.Unlock()
	r.serving.Wait()
	return err
}
