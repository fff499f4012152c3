package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"stationkeeper/internal/record"
)

// evening plays a technician's evening in a simulated machine room with the real programs: the line to head office goes
// down, and the door, the register and the alarms do their work; then it is up again, and head office has all of it and
// gives orders. It returns an error when anything is not as it should be. The data folders of the programs are below
// keep, or, when that is empty, below a folder that is removed in the end.
func evening(ctx context.Context, p programs, keep string) error {
	dir := keep
	if keep == "" {
		temporary, err := os.MkdirTemp("", "stationkeeper-evening-")
		if err != nil {
			return fmt.Errorf("create a folder for the evening: %w", err)
		}
		defer os.RemoveAll(temporary)
		dir = temporary
	}
	table := &timetable{began: time.Now()}
	err := withCrew(func(c *crew) (err error) {
		log, err := os.Create(filepath.Join(dir, "programs.log"))
		if err != nil {
			return fmt.Errorf("create the programs' log: %w", err)
		}
		c.afterwards.Add("programs' log", log.Close)
		s, err := openStage(ctx, c, p, dir, log, table)
		if err != nil {
			return errors.Join(err, tail(log))
		}
		if err := s.play(ctx); err != nil {
			return errors.Join(err, tail(log))
		}
		return nil
	})
	table.end(os.Stdout, err)
	return err
}

// tail is what the programs said last, as an error.
func tail(log *os.File) error {
	const most = 4000
	text, err := os.ReadFile(log.Name())
	if err != nil {
		return err
	}
	return fmt.Errorf("the programs said last:\n%s", text[max(0, len(text)-most):])
}

// play is the evening, in order.
func (s *stage) play(ctx context.Context) error {
	for _, part := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"Before", s.enrol},
		{"The line to head office is down", s.comeIn},
		{"", s.holdTheDoor},
		{"", s.warm},
		{"", s.goOut},
		{"", s.guess},
		{"The line is up again", s.arrive},
		{"Orders from head office", s.unlock},
		{"", s.unlockTooLate},
		{"", s.refuse},
		{"", s.replaceDocuments},
		{"The books", s.balance},
	} {
		if part.title != "" {
			s.table.title(part.title)
		}
		if err := part.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Who comes, and for what. The cards are for demonstration.
const (
	visitorCard  = "0009000099"
	strangerCard = "0001234567"
	technician   = "technician-7"
	workOrder    = "20261123"
)

// enrol holds a card that nobody knows to the reader. It opens nothing; head office reads its hash from the refusal, and
// gives it to a technician.
func (s *stage) enrol(ctx context.Context) error {
	if err := s.denied(ctx, visitorCard); err != nil {
		return err
	}
	err := s.until(ctx, "head office shows the refusal", func(ctx context.Context) (bool, error) {
		refusals, err := held[record.AccessData](ctx, s.office, record.AccessDenied)
		if len(refusals) > 0 {
			s.hash = refusals[0].Data.Hash
		}
		return s.hash != "", err
	})
	if err != nil {
		return err
	}
	s.table.row("a card that nobody knows is refused", "head office reads its hash "+s.hash[:8]+"…")
	version, err := s.configure(ctx, s.document(nil), "applied")
	if err != nil {
		return err
	}
	s.table.row("head office gives it to a technician", fmt.Sprintf("documents of version %d in force", version))
	return nil
}

// comeIn lets the technician in with a work order, after the line was cut.
func (s *stage) comeIn(ctx context.Context) error {
	if err := s.cut(ctx); err != nil {
		return err
	}
	s.table.row("the line is cut", "head office sees the agent offline")
	opened, err := s.enter(ctx)
	if err != nil {
		return err
	}
	s.table.row("visitor's card, work order "+workOrder+" on the keypad", fmt.Sprintf("strike open %s after the last key", short(opened)))
	s.opened = s.room.Now()
	if err := s.swing(true); err != nil {
		return err
	}
	if err := s.changes(ctx, s.opened, "strike", "locked"); err != nil {
		return err
	}
	s.table.row("the door is opened", "strike locked behind it")
	entered, err := awaitRecord(ctx, s, record.RegisterEntered, func(d record.RegisterData) bool { return d.Person == technician })
	if err != nil {
		return err
	}
	if entered.Data.Purpose != workOrder || !entered.Data.Visitor || entered.Data.Door != s.door() {
		return fmt.Errorf("the register says %+v", entered.Data)
	}
	s.visit = entered.Data.Visit
	s.table.row("the register, on the station's own disk", "inside: "+entered.Data.Name+", work order "+entered.Data.Purpose)
	return nil
}

// holdTheDoor leaves the door, which was opened a while ago, open until the readers warn, and on until it is an alarm.
func (s *stage) holdTheDoor(ctx context.Context) error {
	if err := s.changes(ctx, s.opened, "signal in", "warning"); err != nil {
		return err
	}
	s.table.row("the door stays open", "the reader warns")
	if err := s.changes(ctx, s.opened, "signal in", "alarm"); err != nil {
		return err
	}
	raised, err := s.raised(ctx, "held-long")
	if err != nil {
		return err
	}
	s.table.row("and is not closed", fmt.Sprintf("%s alarm %s, on disk", raised.Data.Level, raised.Data.Rule))
	place := s.room.Now()
	if err := s.swing(false); err != nil {
		return err
	}
	for _, rule := range []string{"held", "held-long"} {
		if err := s.cleared(ctx, rule); err != nil {
			return err
		}
	}
	if err := s.changes(ctx, place, "signal in", "quiet"); err != nil {
		return err
	}
	s.table.row("the door is closed", "both alarms are over, the reader is quiet")
	return nil
}

// warm lets the air get too warm and cool down again.
func (s *stage) warm(ctx context.Context) error {
	if _, err := s.room.Temperature(31.5); err != nil {
		return err
	}
	raised, err := s.raised(ctx, "high")
	if err != nil {
		return err
	}
	s.table.row("the air gets warm", fmt.Sprintf("%s alarm %s: %.1f %s over %.0f", raised.Data.Level, raised.Data.Rule,
		raised.Data.Value, raised.Data.Unit, raised.Data.Limit))
	if _, err := s.room.Temperature(22); err != nil {
		return err
	}
	if err := s.cleared(ctx, "high"); err != nil {
		return err
	}
	s.table.row("and cools down", "the alarm is over")
	return nil
}

// goOut lets the technician out by his card.
func (s *stage) goOut(ctx context.Context) error {
	place := s.room.Now()
	if _, err := s.room.Badge("out", visitorCard); err != nil {
		return err
	}
	if err := s.changes(ctx, place, "strike", "open"); err != nil {
		return err
	}
	if err := s.walkThrough(ctx); err != nil {
		return err
	}
	left, err := awaitRecord(ctx, s, record.RegisterLeft, func(d record.RegisterData) bool { return d.Visit == s.visit })
	if err != nil {
		return err
	}
	if left.Data.How != "badge" || left.Data.Inside <= 0 {
		return fmt.Errorf("the register says %+v", left.Data)
	}
	s.inside = left.Data.Inside
	s.table.row("the card at the reader inside, and out", fmt.Sprintf("the register: left after %.1f s", left.Data.Inside))
	return nil
}

// wrongAttempts is how many the document allows.
const wrongAttempts = 5

// guess tries a card that nobody knows until the reader has had enough.
func (s *stage) guess(ctx context.Context) error {
	for range wrongAttempts {
		if err := s.denied(ctx, strangerCard); err != nil {
			return err
		}
	}
	raised, err := s.raised(ctx, "attempts")
	if err != nil {
		return err
	}
	s.table.row(fmt.Sprintf("a strange card, %d times", wrongAttempts), fmt.Sprintf("%s alarm %s; the reader pauses", raised.Data.Level, raised.Data.Rule))
	if err := s.cleared(ctx, "attempts"); err != nil {
		return err
	}
	s.table.row("nobody tries any more", "the alarm is over")
	return nil
}
