package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"golang.org/x/sys/unix"
)

// Names of the two ways in, as mochi knows them. Only what comes by the local one is head office itself.
const (
	networkListener = "network"
	localListener   = "local"
)

// Broker is a running broker.
type Broker struct {
	server *mqtt.Server
	local  sync.WaitGroup
	mu     sync.Mutex
	closed bool
	doors  *doors // nil until Serve
	inside []net.Conn
}

// Start starts a broker that can be reached from within, and, once Serve is called, from the network.
func Start(log *slog.Logger) (*Broker, error) {
	log = slog.New(&bridge{to: log.Handler(), said: newOnceIn(quiet)})
	b := &Broker{
		server: mqtt.New(&mqtt.Options{
			Capabilities:           capabilities(),
			Logger:                 log,
			SysTopicResendInterval: 60, // seconds; each stops the world to read memory statistics
		}),
	}
	if err := b.server.AddHook(&guard{log: log}, nil); err != nil {
		return nil, fmt.Errorf("start MQTT broker: %w", err)
	}
	if err := b.server.Serve(); err != nil {
		return nil, fmt.Errorf("start MQTT broker: %w", err)
	}
	return b, nil
}

// Serve lets clients in from the network by this listener, which the broker closes with itself. Call it once, after
// head office has subscribed: what nobody is subscribed to is gone.
func (b *Broker) Serve(listener net.Listener) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.doors != nil {
		return fmt.Errorf("serve MQTT at %s: the broker is closed or serves another address", listener.Addr())
	}
	b.doors = newDoors(listener)
	if err := b.server.AddListener(listeners.NewNet(networkListener, b.doors)); err != nil {
		return fmt.Errorf("serve MQTT at %s: %w", listener.Addr(), errors.Join(err, b.doors.Close()))
	}
	b.server.Listeners.Serve(networkListener, b.server.EstablishConnection)
	return nil
}

// MaxPacket is the largest MQTT packet taken from a client, in bytes: enough above record.MaxPayload that a batch
// over that limit is seen, counted and set aside by head office, instead of only breaking its sender's connection.
const MaxPacket = 1 << 20

func capabilities() *mqtt.Capabilities {
	c := mqtt.NewDefaultServerCapabilities()
	c.MaximumPacketSize = MaxPacket
	// By default retained messages and messages in flight vanish after a day: a station that is quiet for longer
	// would be forgotten.
	c.MaximumMessageExpiryInterval = 0
	// Sessions of clients that went away without CleanSession would be kept, with what is queued for them, for 136
	// years. Ours have none. In seconds.
	c.MaximumSessionExpiryInterval = 3600
	// Messages queued for one client; more are dropped. A channel of this many pointers is made for every client, so
	// it must fit both head office, which every station sends to, and 20,000 connections.
	c.MaximumClientWritesPending = 2048
	// Messages sent to one client and not yet confirmed; more are dropped.
	c.MaximumInflight = 8192
	c.ReceiveMaximum = 256
	return c
}

// Dial opens a connection to the broker from within the process: a pair of connected sockets, no port, so that it
// works whatever the network listener demands. It is not a net.Pipe: that has no buffer, and broker and client, each
// of which answers before it reads on, would wait for each other.
func (b *Broker) Dial() (net.Conn, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("connect to the MQTT broker within: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, fmt.Errorf("connect to the MQTT broker within: %w", errors.Join(net.ErrClosed, ours.Close(), theirs.Close()))
	}
	b.inside = append(b.inside, ours)
	b.local.Go(func() {
		_ = b.server.EstablishConnection(localListener, ours) // the end of it, which the other side sees as well
		b.forget(ours)
	})
	return theirs, nil
}

func (b *Broker) forget(conn net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, c := range b.inside {
		if c == conn {
			b.inside = append(b.inside[:i], b.inside[i+1:]...)
			break
		}
	}
	conn.Close()
}

// Close ends all connections and stops the broker. Connections are cut first: mochi takes leave of each in turn, and
// would wait for one that no longer reads, or that has not yet said who it is.
func (b *Broker) Close() error {
	b.mu.Lock()
	b.closed = true
	for _, conn := range b.inside {
		conn.Close()
	}
	doors := b.doors
	b.mu.Unlock()
	var err error
	if doors != nil {
		err = doors.Close()
	}
	b.local.Wait()
	if err := errors.Join(err, b.server.Close()); err != nil {
		return fmt.Errorf("stop MQTT broker: %w", err)
	}
	return nil
}

func socketPair() (a, b net.Conn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	var conns [2]net.Conn
	var errs [2]error
	for i, fd := range fds {
		file := os.NewFile(uintptr(fd), "mqtt")
		conns[i], errs[i] = net.FileConn(file)
		file.Close() // FileConn has its own copy
	}
	if err := errors.Join(errs[:]...); err != nil {
		for _, conn := range conns {
			if conn != nil {
				conn.Close()
			}
		}
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	return conns[0], conns[1], nil
}
