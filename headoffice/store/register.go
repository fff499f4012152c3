package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// Visit is one person's stay in an area.
type Visit struct {
	NodeKey
	// Visit is its id, unique within the node.
	Visit string
	// Area is the area's point.
	Area         string
	Person, Name string
	Card         string // masked
	Visitor      bool
	Purpose      string
	// Entered is when the person came in; Left is zero while the person is inside, or while nothing is known of the end.
	Entered, Left time.Time
	// EnteredBy and LeftBy are the doors gone through; empty when none was, or while it is not known.
	EnteredBy, LeftBy string
	// How is how it ended: see record.RegisterData. Superseded when its end never arrived, and the same person has come
	// in again since.
	How string
	// Inside is how long it lasted by the node's own count; zero while it does.
	Inside time.Duration
	// Open is whether the person is inside now.
	Open bool
}

// Superseded is how a visit ended whose end never arrived.
const Superseded = "superseded"

// VisitQuery selects visits. What is empty or zero does not select.
type VisitQuery struct {
	Station, Node, Area, Person string
	// Inside selects those who are inside now.
	Inside bool
	// From and To select visits that overlap the time from <= t < to.
	From, To time.Time
	// Limit is the largest number of visits wanted; 0 means MaxLimit.
	Limit int
}

// superseded is the condition under which a visit without an end is none any more: what the node wrote last about a
// person in an area decides.
const superseded = `EXISTS (SELECT 1 FROM visits w WHERE w.node = v.node AND w.person = v.person AND w.area = v.area
	AND (w.entered_epoch, w.entered_seq) > (v.entered_epoch, v.entered_seq))`

// Visits returns those that a query selects, the latest entered first.
func (s *Store) Visits(ctx context.Context, q VisitQuery) ([]Visit, error) {
	where, args := []string{"true"}, []any{}
	and := func(condition string, arg any) {
		where, args = append(where, condition), append(args, arg)
	}
	if q.Station != "" {
		and(`v.station = (SELECT id FROM stations WHERE name = ?)`, q.Station)
	}
	if q.Node != "" {
		and(`n.name = ?`, q.Node)
	}
	if q.Area != "" {
		and(`v.area = ?`, q.Area)
	}
	if q.Person != "" {
		and(`v.person = ?`, q.Person)
	}
	if !q.From.IsZero() {
		and(`coalesce(v.ended, 9223372036854775807) >= ?`, q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		and(`v.since < ?`, q.To.UnixMilli())
	}
	if q.Inside {
		where = append(where, `v.ended IS NULL AND NOT `+superseded)
	}
	if q.Limit <= 0 || q.Limit > MaxLimit {
		q.Limit = MaxLimit
	}
	found, err := collect(ctx, s.reader(), scanVisit, `SELECT s.name, n.name, v.visit, v.area, v.person, v.name, v.card, v.visitor,
		v.purpose, v.since, v.ended, coalesce(v.entered_door, ''), coalesce(v.ended_door, ''), v.how, v.inside,
		v.ended IS NULL AND `+superseded+` FROM visits v JOIN nodes n ON n.id = v.node JOIN stations s ON s.id = v.station
		WHERE `+strings.Join(where, ` AND `)+` ORDER BY v.since DESC, v.visit DESC LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("read the register of %s: %w", q.Station, err)
	}
	return found, nil
}

func scanVisit(rows *sql.Rows) (v Visit, err error) {
	var since, ended sql.NullInt64
	var inside float64
	var stale bool
	err = rows.Scan(&v.Station, &v.Node, &v.Visit, &v.Area, &v.Person, &v.Name, &v.Card, &v.Visitor, &v.Purpose, &since, &ended,
		&v.EnteredBy, &v.LeftBy, &v.How, &inside, &stale)
	v.Entered, v.Left = fromMillis(since), fromMillis(ended)
	v.Inside = time.Duration(inside * float64(time.Second)).Round(time.Millisecond)
	v.Open = !ended.Valid && !stale
	if stale {
		v.How = Superseded
	}
	return v, err
}

// Inside counts who is inside, by station. Stations where nobody is are left out.
func (s *Store) Inside(ctx context.Context) (map[string]int, error) {
	found := map[string]int{}
	_, err := collect(ctx, s.reader(), func(rows *sql.Rows) (_ struct{}, err error) {
		var station string
		var count int
		err = rows.Scan(&station, &count)
		found[station] = count
		return struct{}{}, err
	}, `SELECT s.name, count(*) FROM visits v JOIN stations s ON s.id = v.station
		WHERE v.ended IS NULL AND NOT `+superseded+` GROUP BY s.name`)
	if err != nil {
		return nil, fmt.Errorf("count who is inside: %w", err)
	}
	return found, nil
}

// register shows an entry or an end in the register, whichever of the two comes first.
func (in *indexer) register(o owner, r record.Record, at int64) error {
	var d record.RegisterData
	if json.Unmarshal(r.Data, &d) != nil || d.Visit == "" || d.Person == "" {
		return nil // listed like any event, but nobody can say whose visit it is
	}
	said := []any{o.node, d.Visit, o.station, r.Source, d.Person, d.Name, d.Card, d.Visitor, d.Purpose}
	var err error
	if r.Type == record.RegisterEntered {
		err = in.exec(addEntry, append(said, at, d.Door, o.epoch, r.Seq)...)
	} else {
		since := at - int64(d.Inside*1000)
		err = in.exec(addExit, append(said, since, at, d.Door, o.epoch, r.Seq, d.How, d.Inside)...)
	}
	if err != nil {
		return fmt.Errorf("visit %s: %w", d.Visit, err)
	}
	return nil
}

// moveVisit follows a record of the register that was placed again.
func (in *indexer) moveVisit(o owner, r record.Record, at int64) error {
	switch r.Type {
	case record.RegisterEntered, record.RegisterLeft:
		return in.register(o, r, at)
	}
	return nil
}
