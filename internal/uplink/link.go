package uplink

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"golang.org/x/net/proxy"
)

const (
	// lineTimeout is how long the line may take no byte before it is taken for dead. It is no bound on a packet: a
	// large one may take minutes on a slow line.
	lineTimeout = 15 * time.Second
	// chunk is how much is written under one lineTimeout.
	chunk = 8 << 10
)

// wire counts the bytes that pass TCP connections, what TLS adds included, in both directions; not what TCP and IP add.
type wire struct{ in, out atomic.Uint64 }

// link is the TCP connection below MQTT, and below TLS when there is any. Closing it ends everything that waits on it.
type link struct {
	net.Conn
	wire *wire
	mu   sync.Mutex // one packet at a time: paho writes pings from a goroutine of their own
}

func (l *link) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.wire.in.Add(uint64(n))
	return n, err
}

func (l *link) Write(p []byte) (written int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(p) > 0 {
		if err := l.Conn.SetWriteDeadline(time.Now().Add(lineTimeout)); err != nil {
			return written, err
		}
		n, err := l.Conn.Write(p[:min(len(p), chunk)])
		l.wire.out.Add(uint64(n))
		written += n
		if err != nil {
			return written, err
		}
		p = p[n:]
	}
	return written, nil
}

// SetDeadline and SetWriteDeadline leave the deadline of writing to Write.
func (l *link) SetDeadline(t time.Time) error    { return l.Conn.SetReadDeadline(t) }
func (l *link) SetWriteDeadline(time.Time) error { return nil }

// open is how paho comes by its connection. As paho does itself, it goes through a SOCKS proxy when the environment
// (all_proxy) names one. When ctx ends before the session stands, the connection is cut.
func (s *session) open(ctx context.Context, uri *url.URL, o mqtt.ClientOptions) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, o.ConnectTimeout)
	defer cancel()
	conn, err := proxy.Dial(ctx, "tcp", uri.Host)
	if err != nil {
		return nil, err
	}
	l := &link{Conn: conn, wire: &s.wire}
	s.link.Store(l)
	if uri.Scheme != "ssl" {
		return l, nil
	}
	config := &tls.Config{}
	if o.TLSConfig != nil {
		config = o.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = uri.Hostname()
	}
	encrypted := tls.Client(l, config)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return encrypted, nil
}

// cut ends the connection without a word, whatever waits on it.
func (s *session) cut() {
	if l := s.link.Load(); l != nil {
		l.Close()
	}
}
