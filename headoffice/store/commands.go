package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// Order is a command given to a node, and what came of it.
type Order struct {
	NodeKey
	record.Command
	// Sent is how often the broker has taken it for the node, LastSent when last.
	Sent     int
	LastSent time.Time
	// Outcome is one of the outcomes of record.Result, empty while none is known; Reason says why, Decided when.
	Outcome, Reason string
	Decided         time.Time
	// Online is whether the node is connected, Since when that began.
	Online bool
	Since  time.Time
}

// Reasons of head office itself for an outcome. What the node says later stands instead.
const (
	NeverReached = "the node was never reached"
	NoAnswer     = "no answer from the node"
)

// answerWithin is how long after its expiry the answer to a command that was sent may come in.
const answerWithin = 10 * time.Second

// Command keeps a command. The error wraps ErrNotFound when the node was never heard of, and ErrQuery when the command
// cannot be sent.
func (s *Store) Command(ctx context.Context, key NodeKey, c record.Command) (Order, error) {
	c.Issued, c.Expires = record.Stamp(c.Issued), record.Stamp(c.Expires)
	if _, err := c.Encode(); err != nil {
		return Order{}, fmt.Errorf("command for %s/%s: %w: %w", key.Station, key.Node, ErrQuery, err)
	}
	err := s.write(ctx, func(w *work) error {
		node, err := findNode(w.ctx, w.tx, key)
		if err != nil {
			return err
		}
		_, err = w.tx.ExecContext(w.ctx, `INSERT INTO commands (id, node, verb, point, arguments, by, issued, expires)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, c.ID, node, c.Verb, c.Point, string(c.Arguments), c.By, c.Issued.UnixMilli(), c.Expires.UnixMilli())
		return err
	})
	if err != nil {
		return Order{}, fmt.Errorf("keep command for %s/%s: %w", key.Station, key.Node, err)
	}
	s.changes.announce(Change{key.Station, key.Node, CommandsChanged})
	return Order{NodeKey: key, Command: c}, nil
}

const orderColumns = `SELECT s.name, n.name, c.id, c.verb, c.point, c.arguments, c.by, c.issued, c.expires, c.sent, c.last_sent,
	c.outcome, c.reason, c.decided, n.online, n.since FROM commands c JOIN nodes n ON n.id = c.node JOIN stations s ON s.id = n.station `

func scanOrder(rows *sql.Rows) (o Order, err error) {
	var arguments string
	var issued, expires, sent, decided, since sql.NullInt64
	err = rows.Scan(&o.Station, &o.Node, &o.ID, &o.Verb, &o.Point, &arguments, &o.By, &issued, &expires, &o.Sent, &sent,
		&o.Outcome, &o.Reason, &decided, &o.Online, &since)
	if arguments != "" {
		o.Arguments = json.RawMessage(arguments)
	}
	o.Issued, o.Expires, o.LastSent = fromMillis(issued), fromMillis(expires), fromMillis(sent)
	o.Decided, o.Since = fromMillis(decided), fromMillis(since)
	return o, err
}

// Orders returns the commands given to the nodes of a station, or to one, the latest first, at most limit.
func (s *Store) Orders(ctx context.Context, station, node string, limit int) ([]Order, error) {
	found, err := collect(ctx, s.reader(), scanOrder, orderColumns+`WHERE s.name = ?1 AND (?2 = '' OR n.name = ?2)
		ORDER BY c.number DESC LIMIT ?3`, station, node, limit)
	if err != nil {
		return nil, fmt.Errorf("read commands for %s/%s: %w", station, node, err)
	}
	return found, nil
}

// Order returns one command. The error wraps ErrNotFound when there is none.
func (s *Store) Order(ctx context.Context, key NodeKey, id string) (Order, error) {
	found, err := collect(ctx, s.reader(), scanOrder, orderColumns+`WHERE c.id = ? AND s.name = ? AND n.name = ?`, id, key.Station, key.Node)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Order{}, fmt.Errorf("read command %s for %s/%s: %w", id, key.Station, key.Node, err)
	}
	return found[0], nil
}

// OpenOrders returns the commands of which nothing has come yet, the first given first.
func (s *Store) OpenOrders(ctx context.Context) ([]Order, error) {
	found, err := collect(ctx, s.reader(), scanOrder, orderColumns+`WHERE c.outcome = '' ORDER BY c.number`)
	if err != nil {
		return nil, fmt.Errorf("read open commands: %w", err)
	}
	return found, nil
}

// Sent notes that the broker has taken a command. It need not survive a power cut: the command is sent again then.
func (s *Store) Sent(ctx context.Context, o Order, at time.Time) error {
	err := s.transact(ctx, false, func(w *work) error {
		_, err := w.tx.ExecContext(w.ctx, `UPDATE commands SET sent = sent + 1, last_sent = ? WHERE id = ?`, millis(at), o.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("note that command %s was sent: %w", o.ID, err)
	}
	s.changes.announce(Change{o.Station, o.Node, CommandsChanged})
	return nil
}

// Lapse ends the commands that nobody has answered in their time, and returns how long it is until the next one may be
// to be ended; zero when none is open.
func (s *Store) Lapse(ctx context.Context, now time.Time) (next time.Duration, err error) {
	open, err := s.OpenOrders(ctx)
	if err != nil {
		return 0, err
	}
	var over []Order
	for _, o := range open {
		o.Reason = NeverReached
		end := o.Expires
		if o.Sent > 0 {
			o.Reason, end = NoAnswer, end.Add(answerWithin)
		}
		if left := end.Sub(now); left <= 0 {
			over = append(over, o)
		} else if next == 0 || left < next {
			next = left
		}
	}
	if len(over) == 0 {
		return next, nil
	}
	err = s.write(ctx, func(w *work) error {
		for _, o := range over {
			if _, err := w.tx.ExecContext(w.ctx, `UPDATE commands SET outcome = ?, reason = ?, decided = ?, told = 'office'
				WHERE id = ? AND outcome = ''`, record.Expired, o.Reason, millis(now), o.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("end commands that have expired: %w", err)
	}
	for _, o := range over {
		s.changes.announce(Change{o.Station, o.Node, CommandsChanged})
	}
	return next, nil
}

// hearResult takes what a node says came of a command, unless its journal has said so already. It reports whether that
// is new.
func hearResult(ctx context.Context, tx *sql.Tx, node int64, r record.Result) (changed bool, err error) {
	result, err := tx.ExecContext(ctx, `UPDATE commands SET outcome = ?, reason = ?, decided = ?, told = 'result'
		WHERE id = ? AND node = ? AND told IN ('', 'office')`, r.Outcome, r.Reason, millis(r.Time), r.ID, node)
	if err != nil {
		return false, fmt.Errorf("result of command %s: %w", r.ID, err)
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}

// ended takes what a node's journal says came of a command.
func (in *indexer) ended(o owner, r record.Record, at int64) error {
	var d record.CommandData
	if json.Unmarshal(r.Data, &d) != nil || d.ID == "" {
		return nil // listed like any event
	}
	if d.Outcome == "" {
		d.Outcome = map[string]string{record.CommandExecuted: record.Done, record.CommandRefused: record.Refused}[r.Type]
	}
	if err := in.exec(endCommand, d.Outcome, d.Reason, at, d.ID, o.node); err != nil {
		return fmt.Errorf("end command %s: %w", d.ID, err)
	}
	in.commands[o.key] = struct{}{}
	return nil
}
