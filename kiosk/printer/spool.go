package printer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"stationkeeper/kiosk/printer/escpos"
)

// print puts one ticket on paper.
func (o *owner) print(ctx context.Context, w order) (int, error) {
	if err := o.await(ctx, w); err != nil {
		return 0, err
	}
	printing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()

	if err := o.learnEcho(printing); err != nil {
		o.lost(err)
		return 0, &Error{Reason: NoAnswer, Err: err}
	}
	if late := o.late(w); late != nil {
		return 0, late
	}
	begun, err := o.send(printing, w)
	if err == nil {
		err = o.confirm(printing, w)
	}
	if err == nil {
		length := w.document.Length + o.strip
		o.strip = 0
		return length, nil
	}
	return 0, o.stopped(printing, begun, err)
}

// late is the error of a ticket that must not be begun any more, if it must not.
func (o *owner) late(w order) error {
	switch {
	case w.ctx.Err() != nil:
		return &Error{Reason: Late, Err: w.ctx.Err(), Detail: "nobody waits for it any more"}
	case time.Now().After(w.deadline):
		return &Error{Reason: Late, Detail: "the printer was busy until its deadline"}
	}
	return nil
}

// await waits until the printer is ready. One that says that it is not is believed at once: the customer is better told
// now. One that does not answer is asked again until the ticket's deadline.
func (o *owner) await(ctx context.Context, w order) error {
	for {
		if late := o.late(w); late != nil {
			return late
		}
		s := o.check(ctx, earlier(time.Now().Add(patience), w.deadline))
		again := time.Now().Add(soonest)
		switch {
		case ctx.Err() != nil:
			return &Error{Reason: Restart, Err: ctx.Err()}
		case s.Ready:
			return nil
		case s.Reason != NoAnswer || again.After(w.deadline):
			return &Error{Reason: s.Reason, Detail: s.Detail}
		}
		pause := time.NewTimer(time.Until(again))
		select {
		case <-ctx.Done():
		case <-w.ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// learnEcho finds out, once for a connection, whether the printer answers AskThen.
func (o *owner) learnEcho(ctx context.Context) error {
	if o.echo != nil {
		return nil
	}
	until := time.Now().Add(patience + o.pace(escpos.MaxParameters))
	// The rest of a command that was cut off would swallow the question.
	if err := o.repair(); err != nil {
		return err
	}
	if _, err := o.talk.write(escpos.AskThen(), until); err != nil {
		return err
	}
	o.talk.echoes++
	for {
		_, err := o.talk.next(ctx, until)
		echo := o.talk.echoes == 0
		switch {
		case errors.Is(err, errSilent), err == nil && echo:
			o.echo = &echo
			return o.settleEchoes(ctx)
		case err != nil:
			return err
		}
	}
}

// settleEchoes takes what a printer may still answer to a question from before this connection, which it kept.
func (o *owner) settleEchoes(ctx context.Context) error {
	for until := time.Now().Add(quiet); ; {
		if _, err := o.talk.next(ctx, until); errors.Is(err, errSilent) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// repair makes good what a ticket left behind that was not printed to its end, so that the next stands alone on its
// paper.
func (o *owner) repair() error {
	if o.mending == whole {
		return nil
	}
	var parts []byte
	if o.mending == cutOff {
		parts = make([]byte, escpos.MaxParameters)
	}
	parts = slices.Concat(parts, escpos.Initialize(), escpos.Cut(o.printer.address.cut))
	if _, err := o.talk.write(parts, time.Now().Add(stuck+o.pace(len(parts)))); err != nil {
		return err
	}
	o.mending = whole
	o.strip += escpos.Gap
	return nil
}

// send writes the ticket, part by part, as long as the printer prints. begun tells whether any of it was written.
func (o *owner) send(ctx context.Context, w order) (begun bool, err error) {
	parts := w.document.Parts
	if err := o.repair(); err != nil {
		return false, err
	}
	for i, part := range parts {
		n, err := o.talk.write(part, time.Now().Add(stuck+o.pace(len(part))))
		if begun = begun || n > 0; err != nil {
			return begun, err
		}
		if i == len(parts)-1 {
			break
		}
		if err := o.stillPrints(ctx, patience+o.pace(len(part))); err != nil {
			return begun, err
		}
	}
	return begun, nil
}

// pace is how long bytes take on a serial line: ten bits each.
func (o *owner) pace(bytes int) time.Duration {
	if o.printer.address.kind != "serial" {
		return 0
	}
	return time.Duration(bytes) * 10 * time.Second / time.Duration(o.printer.address.baud)
}

// standstill is the error of a printer that stopped in the middle.
type standstill struct{ status Status }

func (s standstill) Error() string { return "the printer stopped: " + s.status.Detail }

// stillPrints asks whether the printer goes on.
func (o *owner) stillPrints(ctx context.Context, within time.Duration) error {
	s, err := o.talk.state(ctx, time.Now().Add(within))
	if err != nil {
		return err
	}
	if status := o.printer.publish(statusOf(s, time.Now())); !status.Ready {
		return standstill{status}
	}
	return nil
}

// confirm waits until the ticket is out.
func (o *owner) confirm(ctx context.Context, w order) error {
	length, bytes := w.document.Length, w.document.Bytes()
	slowest := time.Duration(length)*time.Second/slow + o.pace(bytes)
	if *o.echo {
		return o.confirmByEcho(ctx, slowest+confirming)
	}
	return o.confirmByWaiting(ctx, slowest)
}

const (
	// slow is what the slowest of printers prints, in millimetres a second.
	slow = 40
	// confirming is how long a printer may think after a ticket.
	confirming = 8 * time.Second
	// glance is how often it is asked meanwhile whether it stopped, and glimpse how long it may take to answer that: while
	// it is silent, its cover may be opened and its paper torn without anybody knowing.
	glance  = 400 * time.Millisecond
	glimpse = time.Second
)

// confirmByEcho asks the printer to answer after the ticket.
func (o *owner) confirmByEcho(ctx context.Context, limit time.Duration) error {
	deadline := time.Now().Add(limit)
	if _, err := o.talk.write(escpos.AskThen(), earlier(deadline, time.Now().Add(stuck))); err != nil {
		return err
	}
	o.talk.echoes++
	for look := time.Now().Add(glance); ; {
		_, err := o.talk.next(ctx, earlier(look, deadline))
		switch {
		case err != nil && !errors.Is(err, errSilent):
			return err
		case o.talk.echoes == 0:
			return nil
		case !time.Now().Before(deadline):
			return fmt.Errorf("it has not said within %v that the ticket is out: %w", limit, errSilent)
		case time.Now().Before(look):
			continue
		}
		err = o.stillPrints(ctx, glimpse)
		if o.talk.echoes == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, errSilent) {
			return err
		}
		look = time.Now().Add(glance)
	}
}

// confirmByWaiting asks again and again whether the printer goes on, for as long as it may need.
func (o *owner) confirmByWaiting(ctx context.Context, needs time.Duration) error {
	for done := time.Now().Add(needs); ; {
		if err := o.stillPrints(ctx, patience); err != nil {
			return err
		}
		if !time.Now().Before(done) {
			return nil
		}
		if _, err := o.talk.next(ctx, earlier(done, time.Now().Add(glance))); err != nil && !errors.Is(err, errSilent) {
			return err
		}
	}
}

// stopped says what became of a ticket that is not known to be out, and makes the printer forget the rest of it.
func (o *owner) stopped(ctx context.Context, begun bool, err error) error {
	failure := &Error{Reason: NoAnswer, Begun: begun, Err: err}
	if begun {
		o.mending = cutOff
	}
	still, stands := errors.AsType[standstill](err)
	switch {
	case stands:
		failure.Reason, failure.Detail, failure.Err = still.status.Reason, still.status.Detail, nil
	case ctx.Err() != nil:
		failure.Reason = Restart
	}
	if begun {
		o.clear(context.WithoutCancel(ctx))
	}
	switch {
	case !stands:
		o.lost(err)
	case begun && o.mending == cutOff:
		o.hangUp() // it may yet answer what was asked after the ticket, or never: a new connection owes nothing
	}
	return failure
}
