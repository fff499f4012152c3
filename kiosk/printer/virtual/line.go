package virtual

import (
	"context"
	"io"
	"sync"
	"time"
)

// line is one connection with a host.
type line struct {
	conn     io.ReadWriteCloser
	once     sync.Once
	realTime realTime
	pushing  bool
	pushed   [4]byte

	said chan saying
	done chan struct{}
}

// saying is an answer and when it is to be sent.
type saying struct {
	at   time.Time
	what []byte
}

func (l *line) close() {
	l.once.Do(func() {
		close(l.done)
		_ = l.conn.Close() // that is all that can be done
	})
}

// say sends an answer after a while; what a host that does not read has not taken is lost.
func (l *line) say(what []byte, after time.Duration) {
	select {
	case l.said <- saying{time.Now().Add(after), what}:
	default:
	}
}

// speak sends answers until the line is closed.
func (l *line) speak() {
	for {
		var s saying
		select {
		case <-l.done:
			return
		case s = <-l.said:
		}
		if !l.rest(time.Until(s.at)) {
			return
		}
		if _, err := l.conn.Write(s.what); err != nil {
			l.close()
			return
		}
	}
}

// rest waits for a while; false when the line is closed meanwhile.
func (l *line) rest(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	pause := time.NewTimer(d)
	defer pause.Stop()
	select {
	case <-l.done:
		return false
	case <-pause.C:
		return true
	}
}

// Serve talks to a host over a connection, until that ends or ctx does, and closes it. A printer has one at a time: a
// second call waits for nothing and takes the printer over.
func (p *Printer) Serve(ctx context.Context, conn io.ReadWriteCloser) {
	l := &line{conn: conn, said: make(chan saying, 64), done: make(chan struct{})}
	p.mu.Lock()
	if p.line != nil {
		p.line.close()
	}
	p.line = l
	p.mu.Unlock()
	defer context.AfterFunc(ctx, l.close)()
	var speaking sync.WaitGroup
	speaking.Go(l.speak)
	p.listen(l)
	l.close()
	speaking.Wait()
	p.hungUp(l)
}

// listen takes what the host sends.
func (p *Printer) listen(l *line) {
	buffer := make([]byte, 1024)
	for p.hasRoom(l) {
		n, err := l.conn.Read(buffer)
		if n > 0 && !p.hasRoom(l) { // what came while the printer became deaf is taken when it hears again
			return
		}
		p.receive(l, p.beforeCut(l, buffer[:n]))
		if err != nil {
			return
		}
	}
}

// hasRoom waits until the printer can take more; false when the line is closed meanwhile.
func (p *Printer) hasRoom(l *line) bool {
	for {
		p.mu.Lock()
		mine := p.line == l
		full := p.waiting >= Buffer || p.faults.deaf
		p.mu.Unlock()
		if !mine {
			return false
		}
		if !full {
			return true
		}
		select {
		case <-p.gone:
			return false
		case <-l.done:
			return false
		case <-p.room:
		}
	}
}

// readOn says that there may be room again.
func (p *Printer) readOn() {
	select {
	case p.room <- struct{}{}:
	default:
	}
}

// beforeCut returns what of data still arrives when the connection is to be cut, and cuts it.
func (p *Printer) beforeCut(l *line, data []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch n := p.faults.cutAfter; {
	case n == 0:
		return data
	case len(data) < n:
		p.faults.cutAfter -= len(data)
		return data
	default:
		p.faults.cutAfter = 0
		p.damaged = true
		l.close()
		return data[:n]
	}
}

// hungUp ends a connection.
func (p *Printer) hungUp(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != l {
		return
	}
	p.line = nil
	if p.options.Forgets {
		p.forget()
	}
	if len(p.frame.part) > 0 {
		p.damaged = true
	}
}
