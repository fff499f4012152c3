package printer

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"slices"
	"sync"
	"time"

	"stationkeeper/kiosk/printer/escpos"
	"stationkeeper/kiosk/printer/slip"
)

// How Chinese is printed.
const (
	TextGB18030 = "gb18030" // by the printer's own characters
	TextRaster  = "raster"  // drawn here, for printers that have none
)

// Options say which printer it is and what it can do.
type Options struct {
	// URL is where it is: usb:/dev/usb/lp0, serial:/dev/ttyS0?baud=19200, or tcp://192.168.1.50:9100. What is peculiar to
	// a printer stands in its query: flow=xonxoff|none of a serial line, dots=512 on a line, qr=raster for one that makes
	// no QR codes, image=graphics for one without GS v 0, cut=full|none, asb=on for one that shall tell by itself what
	// changes.
	URL string
	// Text is TextGB18030, which an empty one means, or TextRaster.
	Text string
	// Width of the paper in millimetres: 58 or 80. 0 means 80.
	Width int
	// Logo is printed at the top of every ticket; nil for none.
	Logo image.Image
	// Regular and Bold are the fonts (OpenType) that are drawn with where the printer has no characters. Without them,
	// TextRaster is refused, and of rare names the printer's mark for missing characters is printed.
	Regular, Bold []byte
	// Log takes what staff should know; nil for none.
	Log *slog.Logger
}

// Printer is the station's ticket printer. All methods are safe for use by several goroutines.
type Printer struct {
	options Options
	address address
	open    func(context.Context) (port, error)
	writer  *slip.Writer
	logo    *escpos.Bits

	orders chan order // without room: what the owner has not taken is not printed
	checks chan checking
	ended  chan struct{} // closed when Run has ended
	runs   sync.Once

	mu      sync.Mutex
	status  Status
	readers []chan Status
}

// checking is a question on its way to the owner.
type checking struct {
	until  time.Time
	answer chan Status // has room for one
}

// Dots of a line.
const (
	dots58 = 384
	dots80 = 576
)

// logoHeight is how high a logo may be, in dots.
const logoHeight = 12 * escpos.PerMM

// New returns the printer; it opens nothing. The error says which option is wrong.
func New(o Options) (*Printer, error) {
	a, err := parseAddress(o.URL)
	if err != nil {
		return nil, err
	}
	switch {
	case o.Width != 0 && o.Width != 58 && o.Width != 80:
		return nil, fmt.Errorf("printer's paper of %d mm: expected 58 or 80", o.Width)
	case o.Text != "" && o.Text != TextGB18030 && o.Text != TextRaster:
		return nil, fmt.Errorf("printer's text %q: expected %s or %s", o.Text, TextGB18030, TextRaster)
	}
	if a.dots == 0 {
		if a.dots = dots80; o.Width == 58 {
			a.dots = dots58
		}
	}
	drawn := o.Text == TextRaster
	w, err := slip.NewWriter(slip.Style{Dots: a.dots, Drawn: drawn, DrawnQR: a.drawnQR || drawn, Raster: a.raster, Cut: a.cut,
		Regular: o.Regular, Bold: o.Bold})
	if err != nil {
		return nil, fmt.Errorf("printer at %s: %w", o.URL, err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Printer{options: o, address: a, open: a.open, writer: w,
		orders: make(chan order), checks: make(chan checking), ended: make(chan struct{})}
	if o.Logo != nil {
		p.logo = slip.Logo(o.Logo, a.dots*3/4, logoHeight)
	}
	return p, nil
}

// Run owns the printer until ctx ends: it opens it, asks how it is, prints, and opens it again when it was gone. A ticket
// that is being printed when ctx ends has three seconds more. It runs once.
func (p *Printer) Run(ctx context.Context) error {
	err := errors.New("the printer runs once")
	p.runs.Do(func() {
		defer close(p.ended)
		(&owner{printer: p, mending: cutOff}).run(ctx)
		err = nil
	})
	return err
}

// Status returns what the printer said last.
func (p *Printer) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Subscribe returns a channel of the present status and every later one that differs; a slow reader gets the latest.
// It is closed when ctx ends.
func (p *Printer) Subscribe(ctx context.Context) <-chan Status {
	updates := make(chan Status, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	updates <- p.status
	p.readers = append(p.readers, updates)
	context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.readers = slices.DeleteFunc(p.readers, func(c chan Status) bool { return c == updates })
		close(updates)
	})
	return updates
}

// publish makes a status the present one.
func (p *Printer) publish(s Status) Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	s = s.after(p.status)
	changed := !p.status.same(s)
	p.status = s
	if !changed {
		return s
	}
	for _, r := range p.readers {
		select {
		case <-r:
		default:
		}
		r <- s
	}
	if s.Ready {
		p.options.Log.Info("printer ready", "near_end", s.NearEnd)
	} else {
		p.options.Log.Warn("printer not ready", "reason", s.Reason, "detail", s.Detail)
	}
	return s
}

// prompt is how long Check takes at most, and reply what the printer has of it to answer. fresh is how old an answer may
// be of a printer that is busy.
const (
	fresh  = 5 * time.Second
	prompt = 300 * time.Millisecond
	reply  = 280 * time.Millisecond
)

// Check asks the printer now and returns what it said, within 300 ms. It is meant to be called before a number is spent.
// While a ticket is being printed, it returns what the printer said a moment ago.
func (p *Printer) Check(ctx context.Context) Status {
	c := checking{time.Now().Add(reply), make(chan Status, 1)}
	timer := time.NewTimer(prompt)
	defer timer.Stop()
	select {
	case p.checks <- c:
	case <-timer.C:
		return p.recent()
	case <-ctx.Done():
		return p.recent()
	case <-p.ended:
		return p.recent()
	}
	select {
	case s := <-c.answer:
		return s
	case <-timer.C:
		return p.unheard("it has not answered within 300 ms")
	case <-ctx.Done():
		return p.recent()
	}
}

// recent is the last status, if it is from just now.
func (p *Printer) recent() Status {
	s := p.Status()
	switch {
	case s.At.IsZero():
		return p.unheard("it has not been asked yet")
	case s.Ready && time.Since(s.At) > fresh:
		return p.unheard("it has been busy and silent for more than five seconds")
	}
	return s
}

// unheard is the status of a printer that does not answer.
func (p *Printer) unheard(why string) Status {
	return Status{Offline: true, Reason: NoAnswer, Detail: fmt.Sprintf("ask the printer at %s: %s", p.address.at, why), At: time.Now()}
}

// Print puts one ticket on paper and returns its length in millimetres, or an *Error that says what became of it. It
// returns once that is known: a ctx that ends before the ticket was begun drops it; one that was begun is known of when
// the printer has had time to print it, at 40 mm/s, and eight seconds more.
func (p *Printer) Print(ctx context.Context, job Job) (length int, err error) {
	if job.Deadline.IsZero() {
		job.Deadline = time.Now().Add(10 * time.Second)
	}
	return p.put(ctx, p.layout(job), job.Deadline)
}

// Test prints a page that shows what the printer can do, for staff, and returns its length in millimetres. at is the
// station's time, which stands on it.
func (p *Printer) Test(ctx context.Context, at time.Time) (length int, err error) {
	return p.put(ctx, p.testPage(at), time.Now().Add(10*time.Second))
}

// put hands a slip to the owner and waits for what becomes of it.
func (p *Printer) put(ctx context.Context, s slip.Slip, deadline time.Time) (int, error) {
	document, err := p.writer.Write(s)
	if err != nil {
		return 0, &Error{Reason: Failed, Err: err}
	}
	w := order{ctx: ctx, document: document, deadline: deadline, result: make(chan result, 1)}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case p.orders <- w:
		r := <-w.result
		return r.length, r.err
	case <-timer.C:
		return 0, p.dropped()
	case <-ctx.Done():
		return 0, &Error{Reason: Late, Err: ctx.Err(), Detail: "nobody waits for it any more"}
	case <-p.ended:
		return 0, &Error{Reason: Restart, Detail: "the program is ending"}
	}
}

// dropped is the error of a ticket that the owner had no time for.
func (p *Printer) dropped() error {
	if s := p.Status(); !s.Ready && s.Reason != "" {
		return &Error{Reason: s.Reason, Detail: s.Detail}
	}
	return &Error{Reason: Late, Detail: "the printer was busy until its deadline"}
}
