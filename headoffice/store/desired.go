package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// ErrVersion is wrapped when the documents were changed by somebody else meanwhile.
var ErrVersion = errors.New("another version is in the way")

// NodeVersion is the newest version of the documents that a node is to go by.
type NodeVersion struct {
	NodeKey
	Version uint64
}

// Desire keeps documents as the new version of what a node is to go by, and returns it. Before must be the version
// before, unless it is AnyVersion; else the error wraps ErrVersion. It wraps ErrNotFound when the node was never heard
// of, and ErrQuery when the documents cannot be sent.
func (s *Store) Desire(ctx context.Context, key NodeKey, documents map[string]json.RawMessage, before int64, by string, now time.Time) (record.Desired, error) {
	d := record.Desired{Issued: record.Stamp(now), By: by, Documents: documents}
	text, err := spelled(documents)
	if err != nil {
		return d, fmt.Errorf("documents for %s/%s: %w: %w", key.Station, key.Node, ErrQuery, err)
	}
	err = s.write(ctx, func(w *work) error {
		node, err := findNode(w.ctx, w.tx, key)
		if err != nil {
			return err
		}
		var latest int64
		if err := w.tx.QueryRowContext(w.ctx, `SELECT coalesce(max(version), 0) FROM desired WHERE node = ?`, node).Scan(&latest); err != nil {
			return err
		}
		if before != AnyVersion && before != latest {
			return fmt.Errorf("version %d was expected, %d is the newest: %w", before, latest, ErrVersion)
		}
		if d.Version, err = nextVersion(w, node, latest); err != nil {
			return err
		}
		if _, err := d.Encode(); err != nil {
			return fmt.Errorf("%w: %w", ErrQuery, err)
		}
		_, err = w.tx.ExecContext(w.ctx, `INSERT INTO desired (node, version, issued, by, documents) VALUES (?, ?, ?, ?, ?)`,
			node, d.Version, d.Issued.UnixMilli(), by, text)
		return err
	})
	if err != nil {
		return d, fmt.Errorf("keep documents for %s/%s: %w", key.Station, key.Node, err)
	}
	s.changes.announce(Change{key.Station, key.Node, ConfigChanged})
	return d, nil
}

// nextVersion is above every version that head office knows of, and above the one that the node says it goes by: a head
// office that has lost its database, or has an old copy of it, would otherwise not be heard. What is far beyond any number
// that was ever counted to is not believed.
func nextVersion(w *work, node, latest int64) (uint64, error) {
	const believable = 1_000_000_000
	var inForce int64
	err := w.tx.QueryRowContext(w.ctx, `SELECT coalesce(max(json_extract(payload, '$.version')), 0) FROM reported WHERE node = ?`, node).Scan(&inForce)
	if err != nil {
		return 0, err
	}
	if inForce < believable {
		latest = max(latest, inForce)
	}
	return uint64(latest) + 1, nil
}

// spelled keeps documents as they were written, but for spaces.
func spelled(documents map[string]json.RawMessage) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(documents)
	return strings.TrimSpace(b.String()), err
}

// AnyVersion is for who changes documents whatever they were.
const AnyVersion = -1

// findNode returns the row of a node. The error wraps ErrNotFound when there is none.
func findNode(ctx context.Context, q querier, key NodeKey) (node int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT n.id FROM nodes n JOIN stations s ON s.id = n.station WHERE s.name = ? AND n.name = ?`,
		key.Station, key.Node).Scan(&node)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("node %s of station %s has never reported: %w", key.Node, key.Station, ErrNotFound)
	}
	return node, err
}

const desiredColumns = `SELECT d.version, d.issued, d.by, d.documents FROM desired d JOIN nodes n ON n.id = d.node
	JOIN stations s ON s.id = n.station WHERE s.name = ? AND n.name = ?`

func scanDesired(rows *sql.Rows) (d record.Desired, err error) {
	var issued sql.NullInt64
	var documents string
	if err = rows.Scan(&d.Version, &issued, &d.By, &documents); err != nil {
		return d, err
	}
	d.Issued = fromMillis(issued)
	if err = json.Unmarshal([]byte(documents), &d.Documents); err != nil {
		return d, fmt.Errorf("version %d: %w", d.Version, err)
	}
	return d, nil
}

// Desired returns a version of the documents a node is to go by, the newest for 0. The error wraps ErrNotFound when
// there is none.
func (s *Store) Desired(ctx context.Context, key NodeKey, version uint64) (record.Desired, error) {
	query, args := desiredColumns+` AND d.version = ?`, []any{key.Station, key.Node, version}
	if version == 0 {
		query, args = desiredColumns+` ORDER BY d.version DESC LIMIT 1`, args[:2]
	}
	found, err := collect(ctx, s.reader(), scanDesired, query, args...)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return record.Desired{}, fmt.Errorf("read documents %d for %s/%s: %w", version, key.Station, key.Node, err)
	}
	return found[0], nil
}

// DesiredVersions returns the documents of a node before a version (from the newest for 0), the newest first, at most
// limit.
func (s *Store) DesiredVersions(ctx context.Context, key NodeKey, before uint64, limit int) ([]record.Desired, error) {
	found, err := collect(ctx, s.reader(), scanDesired, desiredColumns+` AND (?3 = 0 OR d.version < ?3) ORDER BY d.version DESC LIMIT ?4`,
		key.Station, key.Node, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read versions of documents for %s/%s: %w", key.Station, key.Node, err)
	}
	return found, nil
}

// DesiredHeads returns the newest version of each node that has one.
func (s *Store) DesiredHeads(ctx context.Context) ([]NodeVersion, error) {
	found, err := collect(ctx, s.reader(), func(rows *sql.Rows) (v NodeVersion, err error) {
		return v, rows.Scan(&v.Station, &v.Node, &v.Version)
	}, `SELECT s.name, n.name, d.version FROM (SELECT node, max(version) AS version FROM desired GROUP BY node) d
		JOIN nodes n ON n.id = d.node JOIN stations s ON s.id = n.station ORDER BY s.name, n.name`)
	if err != nil {
		return nil, fmt.Errorf("read versions of documents: %w", err)
	}
	return found, nil
}

// Configuration is what a node is to go by, and what it goes by.
type Configuration struct {
	NodeKey
	// Desired is the newest version that head office wants, 0 when it wants nothing; Issued is when, By who.
	Desired uint64
	Issued  time.Time
	By      string
	// Reported is what the node goes by; nil when it has never said.
	Reported *record.Reported
	// Heard is when head office heard that.
	Heard time.Time
}

// Refused is why the node does not go by the newest version; nil when it does, or has not said.
func (c Configuration) Refused() *record.Refusal {
	if c.Reported == nil || c.Reported.Refused == nil || c.Reported.Version >= c.Reported.Refused.Version {
		return nil
	}
	if c.Reported.Refused.Version < c.Desired {
		return nil // an earlier one; of the newest it has not said anything yet
	}
	return c.Reported.Refused
}

// Waiting is whether the node has not said yet what it thinks of the newest version.
func (c Configuration) Waiting() bool {
	return c.Desired > 0 && c.Refused() == nil && (c.Reported == nil || c.Reported.Version < c.Desired)
}

// Configurations returns those of the nodes of a station, or of all when it is empty, that have one, in order. What a
// node goes by is what it has said, or has written into its journal since.
func (s *Store) Configurations(ctx context.Context, station string) ([]Configuration, error) {
	found, err := collect(ctx, s.reader(), scanConfiguration, `SELECT s.name, n.name, coalesce(d.version, 0), d.issued,
		coalesce(d.by, ''), r.payload, r.received FROM nodes n JOIN stations s ON s.id = n.station
		LEFT JOIN desired d ON d.node = n.id AND d.version = (SELECT max(version) FROM desired WHERE node = n.id)
		LEFT JOIN reported r ON r.node = n.id WHERE ?1 = '' OR s.name = ?1 ORDER BY s.name, n.name`, station)
	if err == nil {
		err = s.addJournaled(ctx, station, found)
	}
	if err != nil {
		return nil, fmt.Errorf("read configurations of %s: %w", station, err)
	}
	return slices.DeleteFunc(found, func(c Configuration) bool { return c.Desired == 0 && c.Reported == nil }), nil
}

func scanConfiguration(rows *sql.Rows) (c Configuration, err error) {
	var issued, received sql.NullInt64
	var payload sql.NullString
	if err = rows.Scan(&c.Station, &c.Node, &c.Desired, &issued, &c.By, &payload, &received); err != nil {
		return c, err
	}
	c.Issued, c.Heard = fromMillis(issued), fromMillis(received)
	if payload.Valid {
		reported, err := record.DecodeReported([]byte(payload.String))
		if err != nil {
			return c, fmt.Errorf("what %s/%s goes by: %w", c.Station, c.Node, err)
		}
		c.Reported = &reported
	}
	return c, nil
}

// addJournaled takes what nodes have written into their journals about their configuration, where that is newer.
func (s *Store) addJournaled(ctx context.Context, station string, found []Configuration) error {
	told, err := s.Standing(ctx, station, record.ConfigApplied, record.ConfigRefused)
	if err != nil {
		return err
	}
	of := map[NodeKey]*Configuration{}
	for i := range found {
		of[found[i].NodeKey] = &found[i]
	}
	for _, r := range told {
		if c := of[NodeKey{r.Station, r.Node}]; c != nil {
			c.learn(r)
		}
	}
	return nil
}

// learn takes a record about the configuration into account. Versions only rise: one that is below what is known, or
// was received before, says nothing.
func (c *Configuration) learn(r Record) {
	var d record.ConfigData
	if json.Unmarshal(r.Data, &d) != nil || (c.Reported != nil && r.Received.Before(c.Heard)) {
		return
	}
	var after record.Reported
	if c.Reported != nil {
		after = *c.Reported
	}
	switch {
	case r.Type == record.ConfigApplied && d.Version > after.Version:
		after.Version, after.Since = d.Version, r.Placed
		if after.Refused != nil && after.Refused.Version <= d.Version {
			after.Refused = nil
		}
	case r.Type == record.ConfigRefused && d.Version > after.Version && (after.Refused == nil || d.Version > after.Refused.Version):
		after.Refused = &record.Refusal{Version: d.Version, Reason: d.Reason, Time: r.Placed}
	default:
		return
	}
	c.Reported, c.Heard = &after, r.Received
}

// Configuration is Configurations of one node. The error wraps ErrNotFound when the node was never heard of.
func (s *Store) Configuration(ctx context.Context, key NodeKey) (Configuration, error) {
	if _, err := findNode(ctx, s.reader(), key); err != nil {
		return Configuration{}, fmt.Errorf("read configuration: %w", err)
	}
	all, err := s.Configurations(ctx, key.Station)
	if err != nil {
		return Configuration{}, err
	}
	for _, c := range all {
		if c.NodeKey == key {
			return c, nil
		}
	}
	return Configuration{NodeKey: key}, nil
}
