package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	product "stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/internal/toxic"
)

// arrive mends the line and waits until head office has what happened meanwhile.
func (s *stage) arrive(ctx context.Context) error {
	behind, err := s.written()
	if err != nil {
		return err
	}
	began := time.Now()
	s.line.Refuse(false)
	err = s.until(ctx, "head office has what happened", func(ctx context.Context) (bool, error) {
		there, err := s.office.records(ctx, station, node, string(record.Events))
		return len(there) >= len(behind), err
	})
	if err != nil {
		return err
	}
	s.table.row("the line is mended", fmt.Sprintf("%d events at head office after %s", len(behind), short(time.Since(began))))
	if err := s.arrived(ctx, began); err != nil {
		return err
	}
	return s.pairAlarms(ctx)
}

// arrived waits until head office's register has the technician's visit, which is drawn up after its records are stored,
// and compares it with what the station wrote down.
func (s *stage) arrived(ctx context.Context, began time.Time) error {
	var visits []product.Visit
	err := s.until(ctx, "head office's register has the visit", func(ctx context.Context) (ready bool, err error) {
		visits, err = s.desk.Register(ctx, station)
		return len(visits) > 0 && !visits[0].Inside, err
	})
	if err != nil {
		return err
	}
	if len(visits) != 1 {
		return fmt.Errorf("the register at head office has %d visits, expected the technician's: %+v", len(visits), visits)
	}
	v := visits[0]
	if v.Visit != s.visit || v.Person != technician || v.Purpose != workOrder || !v.Visitor || v.Inside || v.Left == nil ||
		v.How != "badge" || v.EnteredBy != s.door() || v.LeftBy != s.door() || v.Seconds != s.inside {
		return fmt.Errorf("the register at head office says %+v, the station wrote down %.3f s inside", v, s.inside)
	}
	if v.Entered.Before(s.cutAt) || !v.Left.After(v.Entered) || v.Left.After(began) {
		return fmt.Errorf("the register at head office says from %s to %s; the line was down from %s to %s", v.Entered, v.Left, s.cutAt, began)
	}
	s.table.row("the register at head office", fmt.Sprintf("%s, work order %s, %s to %s, %.1f s", v.Name, v.Purpose,
		v.Entered.Local().Format(time.TimeOnly), v.Left.Local().Format(time.TimeOnly), v.Seconds))
	return nil
}

// pairAlarms looks at every alarm at head office from its beginning to its end.
func (s *stage) pairAlarms(ctx context.Context) error {
	events, err := s.office.records(ctx, station, node, string(record.Events))
	if err != nil {
		return err
	}
	all, err := alarms(events)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Cleared.IsZero() {
			return fmt.Errorf("an alarm of %s was raised at %s and not cleared", a.Source, a.Raised)
		}
	}
	raised, err := pick[record.AlarmData](events, record.AlarmRaised)
	if err != nil {
		return err
	}
	for _, rule := range []string{"held", "held-long", "high", "attempts"} { // on a slow machine one comes twice
		if !slices.ContainsFunc(raised, func(r told[record.AlarmData]) bool { return r.Data.Rule == rule }) {
			return fmt.Errorf("head office has no alarm %s, only %+v", rule, all)
		}
	}
	s.table.row("the alarms at head office", fmt.Sprintf("%d, each with its beginning and its end", len(all)))
	return nil
}

// unlock has head office open the door.
func (s *stage) unlock(ctx context.Context) error {
	place, began := s.room.Now(), time.Now()
	order, err := s.desk.Command(ctx, station, node, "door.unlock", s.door(), map[string]any{"seconds": 20}, time.Minute)
	if err != nil {
		return err
	}
	if err := s.changes(ctx, place, "strike", "open"); err != nil {
		return err
	}
	took := time.Since(began)
	if err := s.decided(ctx, order.ID, "done"); err != nil {
		return err
	}
	if err := s.walkThrough(ctx); err != nil {
		return err
	}
	err = s.until(ctx, "head office has who opened the door", func(ctx context.Context) (bool, error) {
		orders, err := held[record.CommandData](ctx, s.office, record.CommandExecuted)
		if err != nil {
			return false, err
		}
		grants, err := held[record.AccessData](ctx, s.office, record.AccessGranted)
		return slices.ContainsFunc(orders, func(o told[record.CommandData]) bool { return o.Data.ID == order.ID && o.Data.By == officer }) &&
			slices.ContainsFunc(grants, func(g told[record.AccessData]) bool { return g.Data.Request == order.ID && g.Data.By == officer }), err
	})
	if err != nil {
		return err
	}
	s.table.row("head office opens the door", fmt.Sprintf("strike open after %s; by %s, on record", short(took), officer))
	return nil
}

// unlockTooLate has head office open the door over a line that is slower than the command lasts.
func (s *stage) unlockTooLate(ctx context.Context) error {
	s.line.Spoil(func(p toxic.Packet) toxic.Verdict {
		if p.Direction == toxic.ToClient && strings.Contains(p.Topic, "/command/") {
			return toxic.Verdict{Delay: 2 * time.Second}
		}
		return toxic.Verdict{}
	})
	defer s.line.Spoil(nil)
	place := s.room.Now()
	order, err := s.desk.Command(ctx, station, node, "door.unlock", s.door(), nil, time.Second)
	if err != nil {
		return err
	}
	refused, err := awaitRecord(ctx, s, record.CommandRefused, func(d record.CommandData) bool { return d.ID == order.ID })
	if err != nil {
		return err
	}
	if refused.Data.Outcome != record.Expired {
		return fmt.Errorf("the agent says of the late command %+v", refused.Data)
	}
	if err := s.decided(ctx, order.ID, "expired"); err != nil {
		return err
	}
	for _, c := range s.room.Since(place) {
		if c.What == "strike" {
			return fmt.Errorf("the strike moved to %s for a command that had expired", c.To)
		}
	}
	s.table.row("again, over a line slower than the command lasts", "expired on the way: the door stays locked")
	return nil
}

// refuse gives the agent documents that it cannot go by.
func (s *stage) refuse(ctx context.Context) error {
	before, err := s.desk.Config(ctx, station, node)
	if err != nil {
		return err
	}
	bad := json.RawMessage(`{"cards":[{"hash":"0009000099","person":"` + technician + `"}],"doors":[{"door":"machine-room/hatch"}]}`)
	if _, err := s.configure(ctx, bad, "refused"); err != nil {
		return err
	}
	now, err := s.desk.Config(ctx, station, node)
	if err != nil {
		return err
	}
	reason := now.Reported.Refused.Reason
	if now.Reported.Version != before.Reported.Version || !strings.Contains(reason, "cards[0].hash") || !strings.Contains(reason, "machine-room/hatch") {
		return fmt.Errorf("of documents that are wrong the agent says %+v", now.Reported)
	}
	s.table.row("documents with two mistakes", "refused, both named")
	if _, err := s.enter(ctx); err != nil {
		return err
	}
	if _, err := awaitRecord(ctx, s, record.AccessUnused, func(d record.AccessData) bool { return d.Person == technician }); err != nil {
		return err
	}
	s.table.row("the visitor's card", "opens as before; nobody goes in, and the strike is locked again")
	return nil
}

// replaceDocuments takes the technician's card back.
func (s *stage) replaceDocuments(ctx context.Context) error {
	version, err := s.configure(ctx, s.document(map[string]any{"blocked": true}), "applied")
	if err != nil {
		return err
	}
	s.table.row("documents that take the visitor's card back", fmt.Sprintf("version %d in force", version))
	if err := s.denied(ctx, visitorCard); err != nil {
		return err
	}
	if _, err := awaitRecord(ctx, s, record.AccessDenied, func(d record.AccessData) bool { return d.Reason == "blocked" }); err != nil {
		return err
	}
	s.table.row("the visitor's card", "refused: blocked")
	return nil
}

// balance stops the agent and compares its journal with what head office has.
func (s *stage) balance(ctx context.Context) error {
	if err := s.stopAgent(ctx); err != nil {
		return err
	}
	data := filepath.Join(s.dir, node)
	if err := deliver(ctx, data, s.office.broker()); err != nil {
		return err
	}
	for _, stream := range record.Streams {
		written, epoch, err := journalled(data, stream)
		if err != nil {
			return err
		}
		there, err := s.office.records(ctx, station, node, string(stream))
		if err != nil {
			return err
		}
		c := compare(node, epoch, stream, written, there)
		if !c.sound() || c.Written == 0 {
			return fmt.Errorf("head office does not hold what the station wrote down: %+v", c)
		}
		s.table.row(fmt.Sprintf("%s: the agent's journal and head office", stream),
			fmt.Sprintf("%d records, the same one by one", c.Written))
	}
	return nil
}
