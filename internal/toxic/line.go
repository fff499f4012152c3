package toxic

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// Verdict is what becomes of one packet. The zero Verdict lets it pass.
type Verdict struct {
	// Drop loses it.
	Drop bool
	// Copies more of it follow it.
	Copies int
	// Delay holds it, and everything behind it.
	Delay time.Duration
	// Cut ends the connection after so many bytes of it; 0 does not.
	Cut int
	// Silence makes the connection half-open from this packet on: nothing passes any more, nothing is closed, nothing is
	// read.
	Silence bool
}

// Judge decides about packets, as they come, from the goroutines of all connections.
type Judge func(Packet) Verdict

// Line is a proxy before one broker.
type Line struct {
	listener net.Listener
	dial     func(ctx context.Context) (net.Conn, error)
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mu          sync.Mutex
	judge       Judge
	rate        int // bytes per second in each direction; 0: as fast as it goes
	refuses     bool
	connections map[*connection]struct{}
	accepted    int
	carried     [2]int // bytes, by Direction
}

// connection is one client's.
type connection struct {
	client, broker net.Conn
	silent         chan struct{} // closed when nothing passes any more
	once           sync.Once
}

// Listen opens a line to a broker at host:port. Its end is at Addr.
func Listen(broker string) (*Line, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &Line{listener: listener, connections: map[*connection]struct{}{}}
	l.dial = func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", broker) }
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.running.Go(l.accept)
	return l, nil
}

// Addr is where clients connect to, as host:port.
func (l *Line) Addr() string { return l.listener.Addr().String() }

// Close cuts everything and waits until it has ended.
func (l *Line) Close() error {
	l.cancel()
	err := l.listener.Close()
	l.Cut()
	l.running.Wait()
	return err
}

// Spoil makes judge decide about packets from now on; nil lets all pass.
func (l *Line) Spoil(judge Judge) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.judge = judge
}

// Slow limits the bytes per second in each direction of every connection that is opened from now on, with no more
// buffer than a small modem has.
func (l *Line) Slow(rate int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate = rate
}

// Cut ends the connections there are, as a line that drops.
func (l *Line) Cut() {
	for _, c := range l.open() {
		c.close()
	}
}

// Reset ends the connections there are with a reset, as a router that has forgotten them: what is in the buffers is lost.
func (l *Line) Reset() {
	for _, c := range l.open() {
		for _, conn := range []net.Conn{c.client, c.broker} {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // on a connection that has just ended there is nothing to reset
			}
		}
		c.close()
	}
}

// Silence makes the connections there are half-open.
func (l *Line) Silence() {
	for _, c := range l.open() {
		c.silence()
	}
}

// Refuse makes new connections end at once, or no longer.
func (l *Line) Refuse(refuse bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuses = refuse
}

// Accepted counts the connections there have been.
func (l *Line) Accepted() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accepted
}

// Carried is how many bytes the line has let through in one direction, over all connections.
func (l *Line) Carried(d Direction) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.carried[d]
}

func (l *Line) open() (all []*connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.connections {
		all = append(all, c)
	}
	return all
}

func (l *Line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.running.Go(func() { l.serve(client) })
	}
}

func (l *Line) serve(client net.Conn) {
	l.mu.Lock()
	l.accepted++
	refuses, rate := l.refuses, l.rate
	l.mu.Unlock()
	defer client.Close()
	if refuses {
		return
	}
	broker, err := l.dial(l.ctx)
	if err != nil {
		return // the client sees what it would see without us
	}
	if rate > 0 {
		for _, conn := range []net.Conn{client, broker} {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = errors.Join(tcp.SetReadBuffer(4<<10), tcp.SetWriteBuffer(4<<10)) // as small as the kernel allows
			}
		}
	}
	c := &connection{client: client, broker: broker, silent: make(chan struct{})}
	l.mu.Lock()
	l.connections[c] = struct{}{}
	l.mu.Unlock()
	stop := context.AfterFunc(l.ctx, c.close)
	defer stop()
	var both sync.WaitGroup
	both.Go(func() { l.pass(c, ToBroker, client, &pacer{to: broker, rate: rate}) })
	both.Go(func() { l.pass(c, ToClient, broker, &pacer{to: client, rate: rate}) })
	both.Wait()
	l.mu.Lock()
	delete(l.connections, c)
	l.mu.Unlock()
}

func (c *connection) silence() { c.once.Do(func() { close(c.silent) }) }

func (c *connection) close() {
	c.client.Close()
	c.broker.Close()
}

// pass carries packets in one direction until either side ends, and then ends both. A connection that has fallen
// silent is held until the client gives it up.
func (l *Line) pass(c *connection, d Direction, from net.Conn, to *pacer) {
	defer c.close()
	in := bufio.NewReader(from)
	for {
		p, err := readPacket(in, d)
		if err != nil {
			return
		}
		l.mu.Lock()
		judge := l.judge
		l.mu.Unlock()
		var v Verdict
		if judge != nil {
			v = judge(p)
		}
		if v.Silence {
			c.silence()
		}
		select {
		case <-c.silent:
			<-l.ctx.Done()
			return
		default:
		}
		if !l.carry(p, v, to) {
			return
		}
	}
}

// carry does what the verdict says and reports whether the connection goes on.
func (l *Line) carry(p Packet, v Verdict, to *pacer) bool {
	if v.Delay > 0 {
		timer := time.NewTimer(v.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-l.ctx.Done():
			return false
		}
	}
	if v.Cut > 0 {
		_ = to.write(l.ctx, p.Raw[:min(v.Cut, len(p.Raw))]) // the connection ends either way
		return false
	}
	for range 1 + v.Copies {
		if v.Drop {
			break
		}
		if to.write(l.ctx, p.Raw) != nil {
			return false
		}
		l.mu.Lock()
		l.carried[p.Direction] += len(p.Raw)
		l.mu.Unlock()
	}
	return true
}

// pacer writes at a rate.
type pacer struct {
	to   net.Conn
	rate int
	free time.Time // when what was written will have passed
}

func (p *pacer) write(ctx context.Context, bytes []byte) error {
	const piece = 256 // at 8 kB/s a thirtieth of a second
	for len(bytes) > 0 {
		n := len(bytes)
		if p.rate > 0 {
			n = min(n, piece)
			if now := time.Now(); p.free.Before(now) {
				p.free = now
			}
			p.free = p.free.Add(time.Duration(n) * time.Second / time.Duration(p.rate))
			timer := time.NewTimer(time.Until(p.free))
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return ctx.Err()
			}
		}
		if _, err := p.to.Write(bytes[:n]); err != nil {
			return err
		}
		bytes = bytes[n:]
	}
	return nil
}
