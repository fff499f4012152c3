package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"stationkeeper/internal/record"
)

// topicOf says what a record says about, when that stands until another record says otherwise; empty for all others.
func topicOf(r record.Record) string {
	switch r.Type {
	case record.ModeChanged:
		return "mode " + r.Source
	case record.MaintenanceBegan, record.MaintenanceEnded:
		var d record.MaintenanceData
		_ = json.Unmarshal(r.Data, &d) // what cannot be read is about all points
		points := slices.Clone(d.Points)
		slices.Sort(points)
		return "maintenance " + r.Source + " " + strings.Join(points, ",")
	case record.ConfigApplied, record.ConfigRefused:
		return r.Type
	}
	return ""
}

// Standing returns the latest records of the given types, each about something that stands until another record says
// otherwise: of each door the last mode.changed, of each maintenance its last beginning or end, of each node the last
// config.applied and config.refused. They are of one station, or of all when it is empty, in order of arrival.
func (s *Store) Standing(ctx context.Context, station string, types ...string) ([]Record, error) {
	references, err := collect(ctx, s.reader(), scanReference, `SELECT t.epoch, t.seq FROM standing t JOIN nodes n ON n.id = t.node
		JOIN stations s ON s.id = n.station WHERE ?1 = '' OR s.name = ?1 ORDER BY t.epoch, t.seq`, station)
	if err != nil {
		return nil, fmt.Errorf("read what stands at %s: %w", station, err)
	}
	records, err := s.resolve(ctx, references)
	if err != nil {
		return nil, fmt.Errorf("read what stands at %s: %w", station, err)
	}
	return slices.DeleteFunc(records, func(r Record) bool { return len(types) > 0 && !slices.Contains(types, r.Type) }), nil
}
