// Package hall is the one owner of what happens in the lobby: the queue, the appointments, what customers are told about
// their wait, the survey, and the cases that bad ratings and complaints open. It takes commands from the touchscreen and
// the counters, lets the rules decide, writes the outcome into the journal, and only when it is on disk changes the state,
// tells the one who asked, and shows everybody else.
//
// What it holds in memory is the fold of the journal, rebuilt at start: a kiosk that lost its power goes on where it
// was. When the journal cannot be written, the command is refused and nothing has happened.
package hall

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/information"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

// Journal is what the hall writes to and is rebuilt from.
type Journal interface {
	// Append returns when the entries are on disk, all or, with an error, none.
	Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error)
	// Read returns records after a seq, at most limit, and what is gone in between.
	Read(stream record.Stream, after uint64, limit int) ([]record.Record, []record.Lost, error)
}

// Points shows the latest value of each of the hall's points to head office.
type Points interface {
	// SetState must not block.
	SetState(point string, s record.State)
}

// Options says what a hall is made of. Members are required unless they say otherwise.
type Options struct {
	Rules queue.Rules
	// Appointments say when their customers may arrive. Zone and Services are those of Rules, unless given.
	Appointments appointments.Rules
	// Cases say what opens a case. Zone and Follow are those of Rules; without an Owner it is whoever supervises.
	Cases   cases.Rules
	Journal Journal
	Points  Points
	// Memory keeps what is learnt of waiting times; nil: it is learnt anew at every start from what the journal holds.
	Memory Memory
	// Key makes the addresses of tickets' pages unguessable; nil: tickets have none.
	Key []byte
	// Notices are those of the station itself.
	Notices []Notice
	// Followers are what others fold from the journal, by a name that stays: what they have learnt is remembered with what
	// the hall has.
	Followers map[string]Follower
	// Now is the station's wall clock, or the clock of a recording that is replayed.
	Now func() time.Time
	Log *slog.Logger
}

func (o Options) check() error {
	switch {
	case o.Journal == nil:
		return errors.New("hall options: journal is missing")
	case o.Points == nil:
		return errors.New("hall options: points are missing")
	case o.Now == nil:
		return errors.New("hall options: clock is missing")
	case o.Log == nil:
		return errors.New("hall options: log is missing")
	}
	return errors.Join(o.Rules.Validate(), o.Appointments.Validate(), o.Cases.Validate())
}

// usualOwner sees to cases where the rules say nothing.
const usualOwner = "supervisor"

// ErrNotWritten is wrapped when the journal could not be written. Nothing has happened; the same request may be
// tried again.
var ErrNotWritten = errors.New("the journal could not be written")

// Hall is safe for concurrent use.
type Hall struct {
	options Options
	// turn holds one token; who has it owns everything below.
	turn         chan struct{}
	queue        *queue.State
	appointments *appointments.State
	survey       *survey.State
	learnt       learnt
	// offered are the quotes for customers who come now, and told is when waiting ones were last told something new.
	offered map[string]queue.Quote
	told    time.Time
	notices []Notice
	// information is what the station tells everybody.
	information information.Information
	// seq is that of the last record folded in. unsure is set while the journal may hold later ones of ours.
	seq    uint64
	unsure bool
	// failing is since when the journal takes nothing; zero while it does.
	failing time.Time

	audience
	secrets secrets
	shown   map[string]record.State
	stirred chan struct{} // holds a token when something has happened that estimates have not seen
}

// Open rebuilds the hall from its journal.
func Open(o Options) (*Hall, error) {
	o.Appointments = bookable(o.Appointments, o.Rules)
	o.Cases.Zone, o.Cases.Follow = o.Rules.Calendar.Zone, o.Rules.Calendar.Follow
	o.Cases.Owner = cmp.Or(o.Cases.Owner, usualOwner)
	if err := o.check(); err != nil {
		return nil, err
	}
	h := &Hall{
		options:      o,
		turn:         make(chan struct{}, 1),
		queue:        queue.New(o.Rules),
		appointments: appointments.New(o.Appointments),
		survey:       survey.New(o.Rules.Calendar.Follow),
		notices:      o.Notices,
		secrets:      secrets{key: o.Key},
		shown:        map[string]record.State{},
		stirred:      make(chan struct{}, 1),
	}
	h.recall()
	if err := h.catchUp(); err != nil {
		return nil, fmt.Errorf("rebuild the queue: %w", err)
	}
	// The memory of another journal, such as one set aside: what this one holds from now on is new to it.
	h.learnt.Seq = min(h.learnt.Seq, h.seq)
	h.offered = h.offers(h.queue.Snapshot(h.Now()))
	h.show()
	h.turn <- struct{}{}
	return h, nil
}

// bookable completes the rules of appointments by those of the queue.
func bookable(a appointments.Rules, r queue.Rules) appointments.Rules {
	if a.Zone == nil {
		a.Zone = r.Calendar.Zone
	}
	if a.Services == nil {
		for _, s := range r.Services {
			a.Services = append(a.Services, appointments.Service{ID: s.ID, Hours: s.Hours})
		}
	}
	return a
}

// Do carries a command out and returns the ticket as it is after it. When Do returns without an error, the outcome is
// on disk. Take and Split without a nonce get a random one, and Take without a quote that of now. Errors are those of
// package queue, ErrNotWritten, or that ctx ended while others had their turn; a command whose turn has come is carried
// through, so that its outcome is known.
func (h *Hall) Do(ctx context.Context, c queue.Command) (queue.Ticket, error) {
	if err := h.begin(ctx); err != nil {
		return queue.Ticket{}, err
	}
	defer h.end()
	now := h.Now()
	decision, err := h.queue.Decide(h.complete(c, now), now)
	if err != nil {
		return queue.Ticket{}, err
	}
	if err := h.write(ctx, decision.Entries); err != nil {
		return queue.Ticket{}, err
	}
	return decision.Ticket, nil
}

// complete adds to a command what is not for the customer or the clerk to say.
func (h *Hall) complete(c queue.Command, now time.Time) queue.Command {
	switch c := c.(type) {
	case queue.Take:
		if c.Nonce == "" {
			c.Nonce = nonce()
		}
		if c.Quote == nil {
			quote := h.learnt.Forecast.NewCustomer(h.queue.Snapshot(now), c.Service, c.Class)
			c.Quote = &quote
		}
		return c
	case queue.Split:
		if c.Nonce == "" {
			c.Nonce = nonce()
		}
		return c
	}
	return c
}

// Now is the hall's time, by which waits and days are counted.
func (h *Hall) Now() time.Time { return record.Stamp(h.options.Now()) }

// begin waits for the turn and makes sure that the state is that of the journal.
func (h *Hall) begin(ctx context.Context) error {
	select {
	case <-h.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !h.unsure {
		return nil
	}
	if err := h.catchUp(); err != nil {
		h.end()
		return fmt.Errorf("%w: what it holds could not be read again: %w", ErrNotWritten, err)
	}
	h.show()
	return nil
}

func (h *Hall) end() { h.turn <- struct{}{} }

// write appends the entries, folds the records in, and shows the outcome. The append is not given up when the asking
// side goes away: half-known outcomes are worse than a wait.
func (h *Hall) write(ctx context.Context, entries []record.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	records, err := h.options.Journal.Append(context.WithoutCancel(ctx), record.Events, entries...)
	if err != nil {
		h.unsure = true
		h.fail()
		return fmt.Errorf("%w: %w", ErrNotWritten, err)
	}
	for _, r := range records {
		h.fold(r)
	}
	h.show()
	h.stir()
	return nil
}

// stir lets Run work out the waiting times anew.
func (h *Hall) stir() {
	select {
	case h.stirred <- struct{}{}:
	default:
	}
}

// readLimit is how many records are read at once.
const readLimit = 1000

// catchUp folds in what the journal holds after seq.
func (h *Hall) catchUp() error {
	for {
		records, lost, err := h.options.Journal.Read(record.Events, h.seq, readLimit)
		if err != nil {
			return err
		}
		for _, l := range lost {
			if l.Reason == record.ReasonExpired {
				continue // kept its time, which is longer than a day
			}
			h.options.Log.Warn("records that the queue may need are gone", "first", l.First, "last", l.Last, "reason", l.Reason)
		}
		for _, r := range records {
			h.fold(r)
		}
		if len(records) == 0 {
			h.unsure = false
			return nil
		}
	}
}

// fold applies a record. One that does not follow from those before it, whose beginning was trimmed or lost, is passed
// over: a lobby with a gap in its memory is better than a closed one.
func (h *Hall) fold(r record.Record) {
	h.seq = r.Seq
	if err := errors.Join(h.queue.Apply(r), h.appointments.Apply(r), h.survey.Apply(r)); err != nil {
		h.options.Log.Warn("record passed over", "seq", r.Seq, "error", err)
		return
	}
	if r.Type == record.TicketIssued {
		var d record.TicketIssuedData
		if json.Unmarshal(r.Data, &d) == nil { // the queue has decoded it before
			h.secrets.add(d.Ticket)
		}
	}
	if err := h.learn(r); err != nil {
		h.options.Log.Warn("record passed over", "seq", r.Seq, "error", err)
	}
}

// learn takes a record into what outlives the journal, once, and tells the followers.
func (h *Hall) learn(r record.Record) (err error) {
	remembered := r.Seq <= h.learnt.Seq
	errs := []error{h.lead(r, remembered)}
	if remembered {
		return errors.Join(errs...)
	}
	h.learnt.Seq = r.Seq
	h.learnt.Forecast.Learn(h.queue.Snapshot(r.Time), r)
	h.learnt.Account, err = h.learnt.Account.Fold(r)
	return errors.Join(append(errs, err, h.learnt.Cases.Apply(r), h.learnt.Survey.Learn(r))...)
}

// nonce is random enough to keep the tickets of one number and day apart.
func nonce() string { return strings.ToLower(rand.Text()[:8]) }
