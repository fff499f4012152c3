package paper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/queue"
)

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

// Ready asks the printer whether a ticket would be printed now. It is asked before a number is spent.
func (p *Paper) Ready(ctx context.Context) printer.Status {
	if p.options.Printer == nil {
		return printer.Status{}
	}
	return p.options.Printer.Check(ctx)
}

// Promise takes note that a ticket is to be printed when the screen asks for it, or writes down why not. It tells
// whether it is.
func (p *Paper) Promise(ctx context.Context, t queue.Ticket, s printer.Status) bool {
	if p.options.Printer == nil {
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

// Print prints what was promised, once, and waits until it is known what became of it.
func (p *Paper) Print(ctx context.Context, ticket string, language printer.Language) (bool, error) {
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

// unclaimed is how long a ticket's paper waits to be asked for.
const unclaimed = 30 * time.Second

// sweep drops paper that was promised and that nobody asks for: the screen gave up before its ticket was there.
func (p *Paper) sweep(ctx context.Context) {
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
func (p *Paper) overdue() (tickets []string) {
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

// ErrNoPrinter is why nothing is printed.
var ErrNoPrinter = errors.New("there is no printer")

// Reprint prints a copy, once for each request.
func (p *Paper) Reprint(ctx context.Context, ticket string, language printer.Language, request string) (bool, error) {
	if p.options.Printer == nil {
		return false, ErrNoPrinter
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
func (p *Paper) begin(ctx context.Context, j *job, ticket string, number int, language printer.Language, request string) {
	ctx = context.WithoutCancel(ctx)
	p.printing.Go(func() {
		defer close(j.done)
		t, ok := p.hall.Ticket(ctx, ticket)
		if !ok {
			j.err = fmt.Errorf("%w %q", queue.ErrUnknownTicket, ticket)
			return
		}
		work := printer.Job{ID: ticket, Request: request, Copy: number, Ticket: p.layout(t, number, language)}
		length, err := p.options.Printer.Print(ctx, work)
		j.printed = err == nil
		if err != nil {
			p.options.Log.Warn("a ticket is not known to be printed", "number", t.Number, "copy", number, "error", err)
		}
		p.note(ctx, work, length, err)
	})
}

// note writes down what became of a piece of paper. The paper is as it is, whatever the journal says.
func (p *Paper) note(ctx context.Context, work printer.Job, length int, err error) {
	if err := p.hall.Note(ctx, printer.Entry(work, length, err, p.hall.Now())); err != nil {
		p.options.Log.Error("what became of a ticket's paper could not be written down", "number", work.Ticket.Number, "error", err)
	}
}
