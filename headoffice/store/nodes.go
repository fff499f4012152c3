package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
)

// presence is what is stored of a node's presence.
type presence struct {
	online     bool
	since      time.Time // zero until one is heard
	onlineSaid time.Time // since of the last online message, as the node said it
}

// then returns what is to be stored after a message, which a broker may have kept for long or repeat.
//
// Online has begun when the node says, unless its clock had not been set. Offline is said by the node as it stops,
// and then it knows best; or by its will, which carries the time at which the connection began: such a time does not
// come after the last online, and then the time at which head office heard of it is taken, once.
func (p presence) then(said record.Presence, received time.Time) presence {
	believable := said.Since.After(clock.Earliest)
	switch {
	case said.State == record.Online && believable:
		return presence{true, said.Since, said.Since}
	case said.State == record.Online && p.online && said.Since.Equal(p.onlineSaid):
		return p
	case said.State == record.Online:
		return presence{true, received, said.Since}
	case believable && said.Since.After(p.onlineSaid) && !said.Since.After(received):
		return presence{false, said.Since, p.onlineSaid}
	case !p.online && !p.since.IsZero():
		return p
	}
	return presence{false, received, p.onlineSaid}
}

// Heard is one message of a node about how things stand: about its connection, its configuration, a command or one of
// its points.
type Heard struct {
	From     NodeKey
	Received time.Time
	// Presence is set for what the node, or the broker in its name, says about its connection.
	Presence *record.Presence
	// Reported is set for what the node goes by, Result for what came of a command.
	Reported *record.Reported
	Result   *record.Result
	// Point is set otherwise; State is nil when the point is gone: its retained message was deleted at the broker.
	Point string
	State *record.State
}

// Hear stores a group of retained messages in one transaction, in order. Of a point, the last one received stands,
// whatever its time: a node whose clock was put right may go back in time.
func (s *Store) Hear(ctx context.Context, group []Heard) error {
	var changed []Change
	err := s.write(ctx, func(w *work) error {
		ctx, tx := w.ctx, w.tx
		for _, h := range group {
			news, err := hear(ctx, tx, h)
			if err != nil {
				return fmt.Errorf("%s/%s: %w", h.From.Station, h.From.Node, err)
			}
			changed = append(changed, news...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store %d states: %w", len(group), err)
	}
	s.changes.announce(changed...)
	return nil
}

// SetPresence is Hear of one presence.
func (s *Store) SetPresence(ctx context.Context, key NodeKey, said record.Presence, received time.Time) error {
	return s.Hear(ctx, []Heard{{From: key, Received: received, Presence: &said}})
}

// SetState is Hear of one state.
func (s *Store) SetState(ctx context.Context, key NodeKey, point string, state record.State, received time.Time) error {
	return s.Hear(ctx, []Heard{{From: key, Received: received, Point: point, State: &state}})
}

func hear(ctx context.Context, tx *sql.Tx, h Heard) ([]Change, error) {
	node, _, err := ensureNode(ctx, tx, h.From)
	if err != nil {
		return nil, err
	}
	if h.Presence != nil {
		changed, err := hearPresence(ctx, tx, node, *h.Presence, h.Received)
		if err != nil || !changed {
			return nil, err
		}
		return []Change{{h.From.Station, h.From.Node, PresenceChanged}}, nil
	}
	if h.Reported != nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO reported (node, payload, received) VALUES (?, ?, ?) ON CONFLICT DO UPDATE
			SET payload = excluded.payload, received = excluded.received`, node, string(h.Reported.Encode()), h.Received.UnixMilli())
		return []Change{{h.From.Station, h.From.Node, ConfigChanged}}, err
	}
	if h.Result != nil {
		changed, err := hearResult(ctx, tx, node, *h.Result)
		if err != nil || !changed {
			return nil, err
		}
		return []Change{{h.From.Station, h.From.Node, CommandsChanged}}, nil
	}
	if h.State == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM points WHERE node = ? AND name = ?`, node, h.Point)
	} else {
		_, err = tx.ExecContext(ctx, `INSERT INTO points (node, name, state, received) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET state = excluded.state, received = excluded.received`,
			node, h.Point, h.State.Encode(), h.Received.UnixMilli())
	}
	if err != nil {
		return nil, fmt.Errorf("point %s: %w", h.Point, err)
	}
	return []Change{{h.From.Station, h.From.Node, StateChanged}}, nil
}

func hearPresence(ctx context.Context, tx *sql.Tx, node int64, said record.Presence, received time.Time) (changed bool, err error) {
	said.Since, received = record.Stamp(said.Since), record.Stamp(received)
	var before presence
	var since, onlineSaid sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT online, since, online_said FROM nodes WHERE id = ?`, node).
		Scan(&before.online, &since, &onlineSaid)
	if err != nil {
		return false, fmt.Errorf("read presence: %w", err)
	}
	before.since, before.onlineSaid = fromMillis(since), fromMillis(onlineSaid)
	after := before.then(said, received)
	_, err = tx.ExecContext(ctx, `UPDATE nodes SET online = ?, since = ?, online_said = ?, heard = ? WHERE id = ?`,
		after.online, millis(after.since), millis(after.onlineSaid), millis(received), node)
	if err != nil {
		return false, fmt.Errorf("store presence: %w", err)
	}
	return after != before, nil
}

// SetAllOffline notes that no node is known to be connected, since the given time, until it says otherwise: head
// office has started, or lost its own broker.
func (s *Store) SetAllOffline(ctx context.Context, since time.Time) error {
	var gone []Change
	err := s.write(ctx, func(w *work) (err error) {
		ctx, tx := w.ctx, w.tx
		gone, err = collect(ctx, tx, func(rows *sql.Rows) (Change, error) {
			c := Change{Kind: PresenceChanged}
			return c, rows.Scan(&c.Station, &c.Node)
		}, `SELECT s.name, n.name FROM nodes n JOIN stations s ON s.id = n.station WHERE n.online`)
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE nodes SET online = 0, since = ? WHERE online`, millis(since))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("store that all nodes are offline: %w", err)
	}
	s.changes.announce(gone...)
	return nil
}

const nodeColumns = `s.name, n.name, n.online, n.since, (SELECT max(e.received) FROM epochs e WHERE e.node = n.id)
	FROM nodes n JOIN stations s ON s.id = n.station`

func scanNode(rows *sql.Rows) (station string, n Node, err error) {
	var since, last sql.NullInt64
	err = rows.Scan(&station, &n.ID, &n.Online, &since, &last)
	n.Since, n.LastRecord = fromMillis(since), fromMillis(last)
	return station, n, err
}

// Stations returns all stations in order of their names.
func (s *Store) Stations(ctx context.Context) ([]Station, error) {
	stations, err := s.stations(ctx, `SELECT `+nodeColumns+` ORDER BY s.name, n.name`)
	if err != nil {
		return nil, fmt.Errorf("read stations: %w", err)
	}
	return stations, nil
}

func (s *Store) stations(ctx context.Context, query string, args ...any) ([]Station, error) {
	var stations []Station
	_, err := collect(ctx, s.reader(), func(rows *sql.Rows) (_ struct{}, err error) {
		name, node, err := scanNode(rows)
		if last := len(stations) - 1; last < 0 || stations[last].ID != name {
			stations = append(stations, Station{ID: name})
		}
		nodes := &stations[len(stations)-1].Nodes
		*nodes = append(*nodes, node)
		return struct{}{}, err
	}, query, args...)
	return stations, err
}

// Station returns one station and the latest state of its points, in order of node and point. The error wraps
// ErrNotFound when nothing was ever heard of it.
func (s *Store) Station(ctx context.Context, id string) (Station, []Point, error) {
	found, err := s.stations(ctx, `SELECT `+nodeColumns+` WHERE s.name = ? ORDER BY n.name`, id)
	if err != nil {
		return Station{}, nil, fmt.Errorf("read station %s: %w", id, err)
	}
	if len(found) == 0 {
		return Station{}, nil, fmt.Errorf("station %q: %w", id, ErrNotFound)
	}
	points, err := collect(ctx, s.reader(), scanPoint, `SELECT n.name, p.name, p.state
		FROM points p JOIN nodes n ON n.id = p.node JOIN stations s ON s.id = n.station
		WHERE s.name = ? ORDER BY n.name, p.name`, id)
	if err != nil {
		return Station{}, nil, fmt.Errorf("read points of station %s: %w", id, err)
	}
	return found[0], points, nil
}

func scanPoint(rows *sql.Rows) (p Point, err error) {
	var state []byte
	if err = rows.Scan(&p.Node, &p.Point, &state); err != nil {
		return p, err
	}
	if err = json.Unmarshal(state, &p.State); err != nil {
		return p, fmt.Errorf("state of %s: %w", p.Point, err)
	}
	return p, nil
}

// ensureNode returns the row of a node and of its station, made when they are new.
func ensureNode(ctx context.Context, tx *sql.Tx, key NodeKey) (node, station int64, err error) {
	find := func() error {
		return tx.QueryRowContext(ctx, `SELECT n.id, s.id FROM nodes n JOIN stations s ON s.id = n.station
			WHERE s.name = ? AND n.name = ?`, key.Station, key.Node).Scan(&node, &station)
	}
	if err = find(); err == nil {
		return node, station, nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		_, err = tx.ExecContext(ctx, `INSERT INTO stations (name) VALUES (?) ON CONFLICT DO NOTHING`, key.Station)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO nodes (station, name) SELECT id, ? FROM stations WHERE name = ?`, key.Node, key.Station)
	}
	if err == nil {
		err = find()
	}
	if err != nil {
		return 0, 0, fmt.Errorf("add node %s/%s: %w", key.Station, key.Node, err)
	}
	return node, station, nil
}
