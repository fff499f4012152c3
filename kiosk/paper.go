package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/devices"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

// paper puts tickets on paper, each once unless a copy is asked for, and writes down what became of them. How much paper
// is left, and which tickets a crash left in the dark, is folded from the journal by way of the hall.
type paper struct {
	printer *printer.Printer // nil: there is none
	config  configs.Printer
	title   web.Name
	names   web.Names
	zone    *time.Location
	// page is the address of a ticket's page.
	page func(ticket string) string
	log  *slog.Logger

	hall     *hall.Hall // from open on
	printing sync.WaitGroup

	mu         sync.Mutex
	roll       printer.Paper
	unfinished printer.Unfinished
	copies     map[string]int  // by ticket: how many of it have been asked for
	promised   map[string]*job // by ticket: its first paper
	reprints   map[string]*job // by request
}

// job is one piece of paper.
type job struct {
	promised time.Time
	begun    bool
	done     chan struct{} // closed when it is known what became of it
	printed  bool
	err      error
}

// rememberedJobs is how many jobs are known to those who ask again.
const rememberedJobs = 500

// usualReserve is how much paper is on a roll when sensors begin to say that its end is near, in millimetres.
const usualReserve = 3000

func newPaper(c configs.Printer, p *printer.Printer, zone *time.Location, day func(time.Time) string, log *slog.Logger) *paper {
	return &paper{printer: p, config: c, zone: zone, log: log, copies: map[string]int{}, promised: map[string]*job{}, reprints: map[string]*job{},
		roll: printer.Paper{Roll: int(c.Roll * 1000), Reserve: usualReserve, Day: day}}
}

// Apply, MarshalJSON and UnmarshalJSON are those of hall.Follower.
func (p *paper) Apply(r record.Record, remembered bool) error {
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

func (p *paper) MarshalJSON() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roll.MarshalJSON()
}

func (p *paper) UnmarshalJSON(text []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roll.UnmarshalJSON(text)
}

// open writes down which tickets a crash left in the dark: whether they are on paper, nobody knows.
func (p *paper) open(ctx context.Context, h *hall.Hall) error {
	p.hall = h
	if p.printer == nil {
		return nil
	}
	p.mu.Lock()
	entries := p.unfinished.Entries(h.Now())
	p.mu.Unlock()
	if len(entries) > 0 {
		p.log.Warn("tickets of before the restart may not be on paper; staff can print them again", "tickets", len(entries))
	}
	return h.Note(ctx, entries...)
}

// run owns the printer, until ctx ends and what was begun is known.
func (p *paper) run(ctx context.Context) error {
	if p.printer == nil {
		return nil
	}
	parts, running := errgroup.WithContext(context.WithoutCancel(ctx))
	running, stop := context.WithCancel(running)
	defer stop()
	parts.Go(func() error { return p.printer.Run(running) })
	parts.Go(func() error { p.watchRoll(ctx); return nil })
	p.sweep(ctx)
	p.printing.Wait()
	stop()
	return parts.Wait()
}

// unclaimed is how long a ticket's paper waits to be asked for.
const unclaimed = 30 * time.Second

// sweep drops paper that was promised and that nobody asks for: the screen gave up before its ticket was there.
func (p *paper) sweep(ctx context.Context) {
	tick := time.NewTicker(unclaimed / 3)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for _, ticket := range p.overdue() {
			t, _ := p.hall.Ticket(ctx, ticket)
			p.note(ctx, printer.Job{ID: ticket, Copy: 1, Ticket: printer.Ticket{Number: t.Number}}, 0, &printer.Error{Reason: printer.Late})
		}
	}
}

// overdue takes back the promises that nobody claims.
func (p *paper) overdue() (tickets []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ticket, j := range p.promised {
		if !j.begun && time.Since(j.promised) > unclaimed {
			j.begun = true
			close(j.done)
			tickets = append(tickets, ticket)
		}
	}
	return tickets
}

// watchRoll writes down that somebody has put in a roll, as far as the sensors tell.
func (p *paper) watchRoll(ctx context.Context) {
	before := p.printer.Status()
	for now := range p.printer.Subscribe(ctx) {
		if printer.Replaced(before, now) {
			if err := p.replace(ctx, ""); err != nil {
				p.log.Error("a new roll of paper could not be written down", "error", err)
			}
		}
		before = now
	}
}

// replace writes down that there is a new roll, by whom.
func (p *paper) replace(ctx context.Context, by string) error {
	p.mu.Lock()
	entry := p.roll.Replace(int(p.config.Roll*1000), by, p.hall.Now())
	p.mu.Unlock()
	return p.hall.Note(ctx, entry)
}

// forecast is how much paper is left; false without a printer.
func (p *paper) forecast() (printer.Forecast, bool) {
	if p.printer == nil {
		return printer.Forecast{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roll.Forecast(p.printer.Status()), true
}

// ready asks the printer whether a ticket would be printed now. It is asked before a number is spent.
func (p *paper) ready(ctx context.Context) printer.Status {
	if p.printer == nil {
		return printer.Status{}
	}
	return p.printer.Check(ctx)
}

// promise takes note that a ticket is to be printed when the screen asks for it, or writes down why not. It tells
// whether it is.
func (p *paper) promise(ctx context.Context, t queue.Ticket, s printer.Status) bool {
	if p.printer == nil {
		return false
	}
	p.mu.Lock()
	known, asked := p.promised[t.ID]
	if !asked && s.Ready && p.copies[t.ID] == 0 {
		known = &job{promised: time.Now(), done: make(chan struct{})}
		p.promised[t.ID] = known
		forget(p.promised)
	}
	fresh := p.copies[t.ID] == 0
	p.mu.Unlock()
	switch {
	case known != nil:
		return true
	case fresh && !s.Ready:
		p.note(ctx, printer.Job{ID: t.ID, Copy: 1, Ticket: printer.Ticket{Number: t.Number}}, 0, &printer.Error{Reason: s.Reason})
	}
	return false
}

// forget keeps a list of jobs bounded: of those that are done, the oldest go.
func forget(jobs map[string]*job) {
	if len(jobs) <= rememberedJobs {
		return
	}
	oldest := ""
	for id, j := range jobs {
		if j.begun && (oldest == "" || j.promised.Before(jobs[oldest].promised)) {
			oldest = id
		}
	}
	delete(jobs, oldest)
}

// print prints what was promised, once, and waits until it is known what became of it.
func (p *paper) print(ctx context.Context, ticket string, language printer.Language) (bool, error) {
	p.mu.Lock()
	j, promised := p.promised[ticket]
	mine := promised && !j.begun
	if mine {
		j.begun = true
	}
	p.mu.Unlock()
	if !promised {
		return false, nil
	}
	if mine {
		p.begin(ctx, j, ticket, 1, language, "")
	}
	return j.wait(ctx)
}

// errNoPrinter is why nothing is printed.
var errNoPrinter = errors.New("there is no printer")

// reprint prints a copy, once for each request.
func (p *paper) reprint(ctx context.Context, ticket string, language printer.Language, request string) (bool, error) {
	if p.printer == nil {
		return false, errNoPrinter
	}
	p.mu.Lock()
	j, asked := p.reprints[request]
	number := 0
	if !asked {
		j = &job{promised: time.Now(), begun: true, done: make(chan struct{})}
		p.reprints[request] = j
		forget(p.reprints)
		number = max(p.copies[ticket], 1) + 1
		p.copies[ticket] = number
	}
	p.mu.Unlock()
	if !asked {
		p.begin(ctx, j, ticket, number, language, request)
	}
	return j.wait(ctx)
}

func (j *job) wait(ctx context.Context) (bool, error) {
	select {
	case <-j.done:
		return j.printed, j.err
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// begin prints without anybody's patience: who asked may be gone before the paper is out.
func (p *paper) begin(ctx context.Context, j *job, ticket string, number int, language printer.Language, request string) {
	ctx = context.WithoutCancel(ctx)
	p.printing.Go(func() {
		defer close(j.done)
		t, ok := p.hall.Ticket(ctx, ticket)
		if !ok {
			j.err = fmt.Errorf("%w %q", queue.ErrUnknownTicket, ticket)
			return
		}
		work := printer.Job{ID: ticket, Request: request, Copy: number, Ticket: p.layout(t, number, language)}
		length, err := p.printer.Print(ctx, work)
		j.printed = err == nil
		if err != nil {
			p.log.Warn("a ticket is not known to be printed", "number", t.Number, "copy", number, "error", err)
		}
		p.note(ctx, work, length, err)
	})
}

// note writes down what became of a piece of paper. The paper is as it is, whatever the journal says.
func (p *paper) note(ctx context.Context, work printer.Job, length int, err error) {
	if err := p.hall.Note(ctx, printer.Entry(work, length, err, p.hall.Now())); err != nil {
		p.log.Error("what became of a ticket's paper could not be written down", "number", work.Ticket.Number, "error", err)
	}
}

// layout is what stands on a ticket.
func (p *paper) layout(t queue.Ticket, number int, language printer.Language) printer.Ticket {
	service := p.names.Services[t.Service]
	on := printer.Ticket{Station: printer.Names(p.title), Number: t.Number, Service: printer.Names(service), Ahead: t.Ahead, At: t.Issued.In(p.zone),
		Notice: printer.Names{Zh: p.config.FooterZh, En: p.config.FooterEn}, Languages: p.languages(language)}
	if t.First.Known {
		on.Low, on.High = t.First.Low, t.First.High
	}
	if !t.Booked.IsZero() {
		on.Booked = t.Booked.In(p.zone)
	}
	if number > 1 {
		on.Ahead, on.Low, on.High = -1, 0, 0
	}
	if p.page != nil {
		on.Page = p.page(t.ID)
	}
	return on
}

func (p *paper) languages(chosen printer.Language) []printer.Language {
	switch p.config.Languages {
	case configs.LanguagesBoth:
		return []printer.Language{printer.Chinese, printer.English}
	case string(printer.Chinese), string(printer.English):
		return []printer.Language{printer.Language(p.config.Languages)}
	}
	return slices.DeleteFunc([]printer.Language{chosen}, func(l printer.Language) bool { return l == "" })
}

// test prints a page by which somebody can see that the printer works.
func (p *paper) test(ctx context.Context) error {
	if p.printer == nil {
		return errNoPrinter
	}
	_, err := p.printer.Test(ctx, p.hall.Now().In(p.zone))
	return err
}

// sense looks at how much paper is left.
func (p *paper) sense(record.Moment) devices.Observed {
	forecast, _ := p.forecast()
	return devices.OfPaper(forecast.Left, forecast.Days)
}

// shown tells whether tickets are printed now, as far as the printer said last.
func (p *paper) shown() bool { return p.printer != nil && p.printer.Status().Ready }

// watch tells when the printer says something new, until ctx ends.
func (p *paper) watch(ctx context.Context) <-chan printer.Status {
	if p.printer == nil {
		return nil
	}
	return p.printer.Subscribe(ctx)
}
