// Package paper puts tickets on paper, each once unless a copy is asked for, and writes down what became of them. How much
// paper is left, and which tickets a crash left in the dark, it folds from the journal, by way of the hall.
package paper

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

// Hall is whose tickets are printed, and where it is written down.
type Hall interface {
	Now() time.Time
	Ticket(ctx context.Context, id string) (queue.Ticket, bool)
	Note(ctx context.Context, entries ...record.Entry) error
}

// Options say what is printed, and with what.
type Options struct {
	Printer *printer.Printer // nil: there is none, and tickets are on the screen alone
	// Roll is how long a new roll of paper is, in millimetres.
	Roll int
	// Languages are what a ticket is printed in; none means the one that its customer chose.
	Languages []printer.Language
	// Footer is the last line of every ticket, Title the place's name; both may be empty. Services are named by id.
	Footer, Title web.Name
	Services      map[string]web.Name
	// Zone is the station's local time, and Day names the day of a time.
	Zone *time.Location
	Day  func(time.Time) string
	// Page is the address of a ticket's page for the QR code; nil: there is none.
	Page func(ticket string) string
	Log  *slog.Logger
}

// Paper is the tickets of one printer. It is a hall.Follower; all methods are safe for concurrent use.
type Paper struct {
	options  Options
	hall     Hall // from Open on
	printing sync.WaitGroup

	mu         sync.Mutex
	roll       printer.Paper
	unfinished printer.Unfinished
	copies     map[string]int  // by ticket: how many of it have been asked for
	promised   map[string]*job // by ticket: its first paper
	reprints   map[string]*job // by request
}

// New returns the tickets of a printer before any record.
func New(o Options) *Paper {
	return &Paper{options: o, copies: map[string]int{}, promised: map[string]*job{}, reprints: map[string]*job{},
		roll: printer.Paper{Roll: o.Roll, Reserve: usualReserve, Day: o.Day}}
}

// Apply, MarshalJSON and UnmarshalJSON are those of hall.Follower.
func (p *Paper) Apply(r record.Record, remembered bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	errs := []error{p.unfinished.Apply(r)}
	switch r.Type {
	case record.TicketPrinted, record.TicketUnprinted, record.TicketServed, record.TicketLeft:
		var d struct {
			Ticket string `json:"ticket"`
			Copy   int    `json:"copy"` // of paper alone
		}
		errs = append(errs, json.Unmarshal(r.Data, &d))
		if d.Copy > 0 {
			p.copies[d.Ticket] = max(p.copies[d.Ticket], d.Copy)
		} else {
			delete(p.copies, d.Ticket) // nobody prints it again but staff, as a copy
		}
	}
	if !remembered {
		errs = append(errs, p.roll.Apply(r))
	}
	return errors.Join(errs...)
}

func (p *Paper) MarshalJSON() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roll.MarshalJSON()
}

func (p *Paper) UnmarshalJSON(text []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roll.UnmarshalJSON(text)
}

// Open writes down which tickets a crash left in the dark: whether they are on paper, nobody knows.
func (p *Paper) Open(ctx context.Context, h Hall) error {
	p.hall = h
	if p.options.Printer == nil {
		return nil
	}
	p.mu.Lock()
	entries := p.unfinished.Entries(h.Now())
	p.mu.Unlock()
	if len(entries) > 0 {
		p.options.Log.Warn("tickets of before the restart may not be on paper; staff can print them again", "tickets", len(entries))
	}
	return h.Note(ctx, entries...)
}

// Run owns the printer, until ctx ends and what was begun is known.
func (p *Paper) Run(ctx context.Context) error {
	if p.options.Printer == nil {
		return nil
	}
	parts, running := errgroup.WithContext(context.WithoutCancel(ctx))
	running, stop := context.WithCancel(running)
	defer stop()
	parts.Go(func() error { return p.options.Printer.Run(running) })
	parts.Go(func() error { p.watchRoll(ctx); return nil })
	p.sweep(ctx)
	p.printing.Wait()
	stop()
	return parts.Wait()
}

// Test prints a page by which somebody can see that the printer works.
func (p *Paper) Test(ctx context.Context) error {
	if p.options.Printer == nil {
		return ErrNoPrinter
	}
	_, err := p.options.Printer.Test(ctx, p.hall.Now().In(p.options.Zone))
	return err
}

// Prints tells whether tickets are printed now, as far as the printer said last.
func (p *Paper) Prints() bool { return p.options.Printer != nil && p.options.Printer.Status().Ready }

// Watch tells when the printer says something new, until ctx ends.
func (p *Paper) Watch(ctx context.Context) <-chan printer.Status {
	if p.options.Printer == nil {
		return nil
	}
	return p.options.Printer.Subscribe(ctx)
}
