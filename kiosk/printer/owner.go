package printer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stationkeeper/kiosk/printer/escpos"
	"stationkeeper/kiosk/printer/slip"
)

// Times of the owner's.
const (
	// patience is how long an answer may take when nobody waits for it.
	patience = 4 * time.Second
	// often is how often a printer is asked how it is while nothing is printed.
	often = 3 * time.Second
	// soonest and latest are the pauses between two attempts to open it.
	soonest = 250 * time.Millisecond
	latest  = 4 * time.Second
	// stuck is how long a printer may take no bytes.
	stuck = 5 * time.Second
	// grace is how long a ticket that was begun may take when the program is to end.
	grace = 3 * time.Second
)

// mending is what the next ticket has to make good first.
type mending int

const (
	whole  mending = iota
	stub           // a piece of a ticket may hang out
	cutOff         // and the printer may still wait for the rest of a command
)

// owner is the one goroutine that talks to the printer.
type owner struct {
	printer *Printer
	talk    *talk

	// again is when to try to open it, pause how long after that. failures counts questions without an answer.
	again    time.Time
	pause    time.Duration
	failures int
	mending  mending
	strip    int // millimetres of paper that mending took, for the next ticket's account
	// echo tells whether the printer answers AskThen: nil when it was not tried.
	echo *bool
}

// order is a ticket on its way to the owner.
type order struct {
	ctx      context.Context
	document slip.Document
	deadline time.Time
	result   chan result // has room for one
}

type result struct {
	length int
	err    error
}

func (o *owner) run(ctx context.Context) {
	defer o.hangUp()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var told <-chan escpos.Answer
		var ended <-chan struct{}
		if o.talk != nil {
			told, ended = o.talk.answers, o.talk.done
		}
		select {
		case <-ctx.Done():
			return
		case w := <-o.printer.orders:
			length, err := o.print(ctx, w)
			w.result <- result{length, err}
		case c := <-o.printer.checks:
			c.answer <- o.check(ctx, c.until)
		case a := <-told:
			o.talk.note(a)
			o.heard()
			continue // the timer runs on
		case <-ended:
			o.lost(fmt.Errorf("the connection ended: %w", o.talk.failed))
		case <-timer.C:
			o.look(ctx)
		}
		o.heard()
		timer.Reset(o.wait())
	}
}

// look asks a printer how it is that nobody wants anything of. One that is ready is tried out, so that the first
// customer need not wait for that.
func (o *owner) look(ctx context.Context) {
	if s := o.check(ctx, time.Now().Add(patience)); !s.Ready || o.talk == nil {
		return
	}
	if err := o.learnEcho(ctx); err != nil && ctx.Err() == nil {
		o.lost(err)
	}
}

// wait is how long nothing is to be done.
func (o *owner) wait() time.Duration {
	if o.talk == nil {
		return max(time.Until(o.again), 0)
	}
	return often
}

// heard publishes what the printer told by itself.
func (o *owner) heard() {
	if o.talk != nil && o.talk.pushed != nil {
		o.printer.publish(statusOf(*o.talk.pushed, time.Now()))
		o.talk.pushed = nil
	}
}

func (o *owner) hangUp() {
	if o.talk != nil {
		o.talk.close()
		o.talk = nil
	}
	o.echo, o.failures = nil, 0
}

// lost gives the connection up and says why.
func (o *owner) lost(err error) Status {
	o.hangUp()
	o.pause = min(max(2*o.pause, soonest), latest)
	o.again = time.Now().Add(o.pause)
	return o.printer.publish(o.printer.unheard(err.Error()))
}

// connect opens the printer unless it is open.
func (o *owner) connect(ctx context.Context, until time.Time) error {
	if o.talk != nil {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	port, err := o.printer.open(ctx)
	if err != nil {
		return err
	}
	o.talk = newTalk(port)
	if o.mending == cutOff {
		o.clear(ctx)
	}
	if o.printer.address.push {
		if _, err := o.talk.write(escpos.Push(), until); err != nil {
			return err
		}
	}
	return nil
}

// clear makes the printer forget what it has not printed. One that does not know how may go on with it later.
func (o *owner) clear(ctx context.Context) {
	if o.talk.clear(ctx, time.Now().Add(quiet)) {
		o.mending = stub
	}
}

// check asks the printer how it is and publishes that.
func (o *owner) check(ctx context.Context, until time.Time) Status {
	if err := o.connect(ctx, until); err != nil {
		return o.lost(err)
	}
	s, err := o.talk.state(ctx, until)
	switch {
	case err == nil:
		o.failures, o.pause = 0, 0
		o.goOn(s)
		return o.printer.publish(statusOf(s, time.Now()))
	case ctx.Err() != nil: // the program ends: that says nothing about the printer
		return o.printer.Status()
	case errors.Is(err, errSilent), errors.Is(err, errGarbage):
		if o.failures++; o.failures < 3 {
			return o.printer.publish(o.printer.unheard(err.Error()))
		}
	}
	return o.lost(err)
}

// goOn tells a printer that stands still after an error, which somebody may have mended, to go on and forget the rest.
func (o *owner) goOn(s escpos.State) {
	if s.Failed && !s.Fatal {
		o.mending = max(o.mending, stub)                             // something is stuck, and what was to cut it off is forgotten
		_, _ = o.talk.write(escpos.Recover(), time.Now().Add(quiet)) // if not, then with the next question
	}
}

// statusOf is what a printer's state means to a station.
func statusOf(s escpos.State, at time.Time) Status {
	status := Status{PaperOut: s.PaperOut, CoverOpen: s.CoverOpen, NearEnd: s.NearEnd && !s.PaperOut, At: at}
	switch {
	case s.CoverOpen:
		status.Reason, status.Detail = CoverOpen, "the printer's cover is open: close it until it clicks"
	case s.PaperOut:
		status.Reason, status.Detail = PaperOut, "the printer has no paper: put in a new roll"
	case s.Fatal:
		status.Reason, status.Detail = Failed, "the printer has failed: switch it off and on; if that does not help, it needs repair"
	case s.Failed:
		status.Reason, status.Detail = Failed, "the printer's cutter or feed is jammed: open the cover, take out the paper that is stuck, close it"
	case s.Offline || s.Feeding:
		status.Reason, status.Detail = Offline, "the printer is offline: its feed button is held, or it waits for somebody"
	}
	status.Ready = status.Reason == ""
	status.Offline = !status.Ready
	return status
}
