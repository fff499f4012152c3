package printer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"time"
)

// How Chinese is printed.
const (
	TextGB18030 = "gb18030" // by the printer's own characters
	TextRaster  = "raster"  // drawn here, for printers that have none
)

// Options say which printer it is and what it can do.
type Options struct {
	// URL is where it is: usb:/dev/usb/lp0, serial:/dev/ttyS0?baud=19200, or tcp://192.168.1.50:9100.
	URL string
	// Text is TextGB18030, which an empty one means, or TextRaster.
	Text string
	// Width of the paper in millimetres: 58 or 80. 0 means 80.
	Width int
	// Logo is printed at the top of every ticket; nil for none.
	Logo image.Image
	// Regular and Bold are the fonts (OpenType) that are drawn with where the printer has no characters.
	Regular, Bold []byte
	// Log takes what staff should know; nil for none.
	Log *slog.Logger
}

// Printer is the station's ticket printer. All methods are safe for use by several goroutines.
type Printer struct {
	options Options
	host    string

	mu      sync.Mutex
	status  Status
	waiting []chan Status
	device  sync.Mutex
}

// New returns the printer; it opens nothing. The error says which option is wrong.
func New(o Options) (*Printer, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "tcp" {
		return nil, fmt.Errorf("printer %q: expected an address such as tcp://192.168.1.50:9100", o.URL)
	}
	return &Printer{options: o, host: u.Host}, nil
}

// Run owns the printer until ctx ends: it opens it, asks how it is, prints, and opens it again when it was gone. It
// returns nil.
func (p *Printer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		p.Check(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(3 * time.Second):
		}
	}
	return nil
}

// Status returns what the printer said last.
func (p *Printer) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Subscribe returns a channel of the present status and every later one that differs; a slow reader gets the latest.
// It ends with ctx.
func (p *Printer) Subscribe(ctx context.Context) <-chan Status {
	updates := make(chan Status, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	updates <- p.status
	p.waiting = append(p.waiting, updates)
	return updates
}

// Check asks the printer now and returns what it said, within 300 ms. It is meant to be called before a number is spent.
func (p *Printer) Check(ctx context.Context) Status {
	p.device.Lock()
	defer p.device.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	conn, err := p.dial(ctx)
	if err != nil {
		return p.now(Status{Offline: true, Reason: NoAnswer, Detail: err.Error(), At: time.Now()})
	}
	defer conn.Close()
	s, err := ask(conn)
	if err != nil {
		return p.now(Status{Offline: true, Reason: NoAnswer, Detail: err.Error(), At: time.Now()})
	}
	return p.now(s)
}

func (p *Printer) dial(ctx context.Context) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.host)
	if err != nil {
		return nil, err
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(10 * time.Second)
	}
	return conn, conn.SetDeadline(deadline)
}

// ask asks for the sensor of the roll: DLE EOT 4.
func ask(conn net.Conn) (Status, error) {
	if _, err := conn.Write([]byte{0x10, 0x04, 4}); err != nil {
		return Status{}, err
	}
	b, err := bufio.NewReader(conn).ReadByte()
	if err != nil {
		return Status{}, err
	}
	s := Status{PaperOut: b&0x60 != 0, NearEnd: b&0x0c != 0, At: time.Now()}
	s.Ready, s.Offline = !s.PaperOut, s.PaperOut
	if s.PaperOut {
		s.Reason = PaperOut
	}
	return s, nil
}

func (p *Printer) now(s Status) Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := !p.status.same(s)
	p.status = s
	if !changed {
		return s
	}
	for _, w := range p.waiting {
		select {
		case <-w:
		default:
		}
		w <- s
	}
	return s
}

// Print puts one ticket on paper and returns its length in millimetres, or an *Error that says what became of it. It
// returns once that is known: a ctx that ends before the ticket was begun drops it, one that ends later is told within
// half a minute.
func (p *Printer) Print(ctx context.Context, job Job) (length int, err error) {
	if s := p.Check(ctx); !s.Ready {
		return 0, &Error{Reason: s.Reason, Detail: s.Detail}
	}
	return p.send(ctx, fmt.Sprintf("\x1b@%s\n%s\n\x1dV\x42\x00", job.Ticket.Number, job.Ticket.At.Format("2006-01-02 15:04")))
}

// Test prints a page that shows what the printer can do, for staff, and returns its length in millimetres.
func (p *Printer) Test(ctx context.Context) (length int, err error) {
	return p.send(ctx, "\x1b@test\n\x1dV\x42\x00")
}

func (p *Printer) send(ctx context.Context, text string) (int, error) {
	p.device.Lock()
	defer p.device.Unlock()
	conn, err := p.dial(ctx)
	if err != nil {
		return 0, &Error{Reason: NoAnswer, Err: err}
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(text)); err != nil {
		return 0, &Error{Reason: NoAnswer, Begun: true, Err: err}
	}
	s, err := ask(conn)
	switch {
	case err != nil:
		return 0, &Error{Reason: NoAnswer, Begun: true, Err: err}
	case !s.Ready:
		return 0, &Error{Reason: s.Reason, Begun: true, Err: errors.New("the printer stopped")}
	}
	return 30, nil
}
