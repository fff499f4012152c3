package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"stationkeeper/kiosk/queue"
)

// Hall is where the day is played.
type Hall interface {
	Do(ctx context.Context, c queue.Command) (queue.Ticket, error)
}

// Begin is the time of the first thing that happens.
func (p *Plan) Begin() time.Time { return p.steps[0].at }

// End is the time of the last.
func (p *Plan) End() time.Time { return p.steps[len(p.steps)-1].at }

// ErrOtherCustomers is wrapped by Accepts.
var ErrOtherCustomers = errors.New("the journal holds other customers than those of the recording")

// Accepts refuses a hall whose last record (its day as queue.Snapshot.LastDay) is of another time: recorded customers
// and real ones must not end up in one journal.
func (p *Plan) Accepts(lastDay string) error {
	calendar := p.Rules.Calendar
	if lastDay == "" || calendar.Day(p.Begin()) <= lastDay && lastDay <= calendar.Day(p.End()) {
		return nil
	}
	return otherCustomers(lastDay, p.Day)
}

func otherCustomers(lastDay string, recorded time.Time) error {
	return fmt.Errorf("%w: its last are of %s, the recording is of %s: give the replay a data folder of its own",
		ErrOtherCustomers, lastDay, recorded.Format(time.DateOnly))
}

// Run plays the day and returns what came out. Every command carries a request id made of date and line, so that a
// day that was interrupted is taken up where it stopped, without a second ticket for anybody.
func (p *Plan) Run(ctx context.Context, hall Hall, clock *Clock) (Account, error) {
	var got Account
	tickets := map[int]string{}
	for _, s := range p.steps {
		if err := ctx.Err(); err != nil {
			return got, err
		}
		clock.set(s.at)
		ticket, err := hall.Do(ctx, p.command(s, tickets[s.line]))
		if err != nil {
			return got, fmt.Errorf("play line %d at %s: %w", s.line, s.at.Format(time.DateTime), err)
		}
		tickets[s.line] = ticket.ID
		got.count(s.kind, ticket)
	}
	return got, nil
}

func (p *Plan) command(s step, ticket string) queue.Command {
	request := func(what string) string {
		return fmt.Sprintf("replay/%s/%d/%s", p.Day.Format(time.DateOnly), s.line, what)
	}
	switch s.kind {
	case take:
		return queue.Take{Request: request("take"), Service: s.service, Nonce: fmt.Sprintf("line%d", s.line)}
	case leave:
		return queue.Leave{Request: request("leave"), Ticket: ticket}
	case call:
		return queue.Call{Request: request("call"), Counter: s.counter, Ticket: ticket}
	default:
		return queue.Finish{Request: request("finish"), Counter: s.counter, Ticket: ticket}
	}
}

func (a *Account) count(k kind, t queue.Ticket) {
	switch k {
	case take:
		a.Issued++
	case leave:
		a.Left++
		a.WaitLeft += t.Wait()
	case finish, finishAtOnce:
		a.Served++
		a.WaitServed += t.Wait()
		a.Serving += t.Serving()
	}
}

// ErrDiffers is wrapped by Check.
var ErrDiffers = errors.New("the replay is not what was recorded")

// Check compares what came out with the recording's own account.
func (p *Plan) Check(got Account) error {
	if got != p.Expected {
		return fmt.Errorf("%w: got %+v, recorded %+v", ErrDiffers, got, p.Expected)
	}
	return nil
}

// Report writes for people what was played and what had to be put right.
func (p *Plan) Report(w io.Writer, calls int, got Account, took time.Duration) error {
	var b strings.Builder
	line := func(name string, format string, args ...any) {
		fmt.Fprintf(&b, "  %-62s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "Replay of %s\n", p.Day.Format(time.DateOnly))
	line("calls recorded", "%d", calls)
	line("tickets issued", "%d (recorded %d)", got.Issued, p.Expected.Issued)
	line("served", "%d (recorded %d)", got.Served, p.Expected.Served)
	line("left", "%d (recorded %d)", got.Left, p.Expected.Left)
	line("mean wait of those served", "%s (recorded %s)", seconds(got.MeanWait()), seconds(p.Expected.MeanWait()))
	line("mean wait of those who left", "%s (recorded %s)", seconds(got.MeanPatience()), seconds(p.Expected.MeanPatience()))
	line("mean time at a counter, from call to recorded end", "%s", seconds(got.MeanServing()))
	line("counters", "%d", len(p.Rules.Counters))
	for _, o := range Oddities {
		if n := p.Odd[o]; n > 0 {
			line(string(o), "%d", n)
		}
	}
	line("time it took", "%s", took.Round(10*time.Millisecond))
	_, err := io.WriteString(w, b.String())
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
