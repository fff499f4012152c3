package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"database/sql"

	"stationkeeper/internal/record"
)

type sourceKey struct {
	node int64
	name string
}

// indexMeasurement makes a measured number findable by its time. Telemetry that is not a number is stored all the
// same, and not charted.
func (p *putter) indexMeasurement(e *epochRow, r record.Record) error {
	var measured struct {
		Value *float64 `json:"value"`
	}
	if err := json.Unmarshal(r.Data, &measured); err != nil || measured.Value == nil {
		return nil
	}
	source, err := p.source(sourceKey{e.node, r.Source})
	if err != nil {
		return fmt.Errorf("add source %s: %w", r.Source, err)
	}
	_, err = p.addMeasurement.ExecContext(p.ctx, source, r.Time.UnixMilli(), e.id, r.Seq, *measured.Value)
	return err
}

func (p *putter) source(key sourceKey) (id int64, err error) {
	if id, ok := p.sources[key]; ok {
		return id, nil
	}
	find := func() error {
		return p.tx.QueryRowContext(p.ctx, `SELECT id FROM sources WHERE node = ? AND name = ?`, key.node, key.name).Scan(&id)
	}
	err = find()
	if errors.Is(err, sql.ErrNoRows) {
		if _, err = p.tx.ExecContext(p.ctx, `INSERT INTO sources (node, name) VALUES (?, ?)`, key.node, key.name); err == nil {
			err = find()
		}
	}
	if err != nil {
		return 0, err
	}
	p.sources[key] = id
	return id, nil
}

// indexEvent keeps the events of a station in order of arrival, and the alarms that are open.
func (p *putter) indexEvent(e *epochRow, r record.Record) error {
	if _, err := p.addHappened.ExecContext(p.ctx, e.station, r.Type, e.id, r.Seq); err != nil {
		return err
	}
	if r.Type != record.AlarmRaised && r.Type != record.AlarmCleared {
		return nil
	}
	var alarm record.AlarmData
	if err := json.Unmarshal(r.Data, &alarm); err != nil || alarm.Rule == "" {
		return nil // stored like any record, but nobody can say which alarm it is
	}
	// What the node wrote last decides, in whatever order it arrives.
	_, err := p.tx.ExecContext(p.ctx, `INSERT INTO alarms (node, source, rule, open, epoch, seq) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET open = excluded.open, epoch = excluded.epoch, seq = excluded.seq
		WHERE (excluded.epoch, excluded.seq) > (epoch, seq)`,
		e.node, r.Source, alarm.Rule, r.Type == record.AlarmRaised, e.id, r.Seq)
	if err != nil {
		return fmt.Errorf("note alarm %s: %w", alarm.Rule, err)
	}
	return nil
}
