package attendance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"stationkeeper/internal/record"
)

// Verbs of commands that a kiosk carries out.
const (
	VerbCapture   = "screen.capture" // no arguments: what customers see is written down as screen.captured
	VerbRestart   = "kiosk.restart"  // no arguments
	VerbTestPrint = "printer.test"   // no arguments
)

// deed is what a command has done: Entries are written down together with command.executed, and Then, unless nil, is
// done after that.
type deed struct {
	Entries []record.Entry
	Then    func()
}

// action carries a command out. An error that wraps errUnwilling means that nothing was tried.
type action func(ctx context.Context, c record.Command) (deed, error)

// errUnwilling is wrapped when a command is refused.
var errUnwilling = errors.New("refused")

// commands carries out what head office commands: once each, also over restarts, unless it comes too late. That it did,
// or why not, is written down and then answered.
type commands struct {
	actions map[string]action
	in      chan record.Command
	log     *slog.Logger
}

// mostWaiting bounds the commands that wait. Head office sends one again that nothing came of.
const mostWaiting = 64

// newCommands knows no verb yet: offer adds them, before run.
func newCommands(log *slog.Logger) *commands {
	return &commands{actions: map[string]action{}, in: make(chan record.Command, mostWaiting), log: log}
}

// offer makes a verb known.
func (c *commands) offer(verb string, do action) { c.actions[verb] = do }

// take is node.Options.Command. It does not block.
func (c *commands) take(command record.Command) {
	select {
	case c.in <- command:
	default:
		c.log.Warn("a command of head office is not taken: too many wait", "command", command.ID, "verb", command.Verb)
	}
}

// patience is how long a command may take.
const patience = time.Minute

// run carries commands out until ctx ends, one after another.
func (c *commands) run(ctx context.Context, u *upkeep, moment func() record.Moment, answer func(record.Result)) error {
	for {
		select {
		case command := <-c.in:
			if u.knows(command.ID) {
				continue // its answer is in the journal
			}
			limited, cancel := context.WithTimeout(ctx, patience)
			done, result := c.obey(limited, command, moment())
			cancel()
			if ctx.Err() != nil && result.Outcome != record.Done {
				return nil // it was cut off, and will be sent again
			}
			if err := c.note(ctx, u, command, done, result, moment); err != nil {
				result.Outcome, result.Reason, done = record.Failed, "what came of it could not be written down: "+err.Error(), deed{}
			}
			result.Time = moment().Wall
			answer(result)
			if done.Then != nil {
				done.Then()
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// obey carries one out.
func (c *commands) obey(ctx context.Context, command record.Command, now record.Moment) (deed, record.Result) {
	result := record.Result{ID: command.ID, Outcome: record.Done}
	do, known := c.actions[command.Verb]
	var err error
	switch {
	case now.Clock != record.Synced:
		err = fmt.Errorf("%w: the station's clock is not believed, so that nobody can tell whether the command has expired", errUnwilling)
	case !now.Wall.Before(command.Expires):
		result.Outcome, result.Reason = record.Expired, fmt.Sprintf("it expired %s before it came", now.Wall.Sub(command.Expires).Round(time.Second))
		return deed{}, result
	case !known:
		err = fmt.Errorf("%w: this kiosk does not know %q", errUnwilling, command.Verb)
	}
	var done deed
	if err == nil {
		done, err = do(ctx, command)
	}
	if err != nil {
		result.Outcome, result.Reason = record.Failed, err.Error()
		if errors.Is(err, errUnwilling) {
			result.Outcome = record.Refused
		}
		return deed{}, result
	}
	return done, result
}

// note writes down what came of a command, together with what it did.
func (c *commands) note(ctx context.Context, u *upkeep, command record.Command, done deed, result record.Result, moment func() record.Moment) error {
	typ := record.CommandExecuted
	if result.Outcome != record.Done {
		typ = record.CommandRefused
	}
	source := command.Point
	if source == "" {
		source = "command"
	}
	entry := record.NewEntry(typ, source, moment().Wall, record.CommandData{ID: command.ID, Verb: command.Verb, By: command.By,
		Issued: command.Issued, Expires: command.Expires, Outcome: result.Outcome, Reason: result.Reason})
	if err := u.note(ctx, append(done.Entries, entry)...); err != nil {
		return err
	}
	c.log.Info("command of head office", "command", command.ID, "verb", command.Verb, "by", command.By, "outcome", result.Outcome, "reason", result.Reason)
	return nil
}
