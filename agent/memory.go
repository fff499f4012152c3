package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
)

// memory is what the agent must know again after a restart: it is folded from the events of the journal. Since the
// journal forgets what head office has, the fold is also kept in a file, as of a seq; what the journal holds after it
// is folded on top, so that the file may lag behind but never lead.
type memory struct {
	Epoch  string      `json:"epoch"` // of the journal
	Seq    uint64      `json:"seq"`   // of the last event that is folded in
	Alarms alarm.State `json:"alarms"`
	// Faults are the points that failed and have not recovered, with the reason last written down.
	Faults map[string]string `json:"faults"`
}

// memoryName is the file's name within the data folder.
const memoryName = "agent.json"

// history is the journal as far as memory reads it.
type history interface {
	Epoch() string
	Read(stream record.Stream, after uint64, limit int) ([]record.Record, []record.Lost, error)
}

// remember restores the memory.
func remember(dir string, journal history, log *slog.Logger) (memory, error) {
	m := readMemory(filepath.Join(dir, memoryName), log)
	if m.Epoch != journal.Epoch() {
		m.Epoch, m.Seq = journal.Epoch(), 0 // a new journal: all of it came after what the file says
	}
	const page = 1000
	for {
		records, _, err := journal.Read(record.Events, m.Seq, page)
		if err != nil {
			return m, fmt.Errorf("remember open alarms: %w", err)
		}
		for _, r := range records {
			if err := m.fold(r); err != nil {
				log.Warn("a record of the journal is passed over", "error", err)
			}
			m.Seq = r.Seq
		}
		if len(records) < page {
			return m, nil
		}
	}
}

// readMemory reads the file. A file that cannot be read is only a file that lags far behind.
func readMemory(path string, log *slog.Logger) memory {
	empty := memory{Faults: map[string]string{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return empty
	}
	m := empty
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		log.Warn("open alarms are remembered from the journal alone: what it has forgotten is lost", "file", path, "error", err)
		return empty
	}
	if m.Faults == nil {
		m.Faults = empty.Faults
	}
	return m
}

func (m *memory) fold(r record.Record) error {
	switch r.Type {
	case record.PointFailed:
		var d record.PointData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, err)
		}
		m.Faults[r.Source] = d.Reason
	case record.PointRecovered:
		delete(m.Faults, r.Source)
	}
	var err error
	m.Alarms, err = alarm.Fold(m.Alarms, r)
	return err
}

// keepOnly forgets the faults of points that are no longer configured.
func (m *memory) keepOnly(points []string) {
	kept := map[string]string{}
	for _, p := range points {
		if reason, faulty := m.Faults[p]; faulty {
			kept[p] = reason
		}
	}
	m.Faults = kept
}

// save replaces the file, so that a power cut leaves the old or the new one.
func (m memory) save(dir string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("remember open alarms: %w", err)
	}
	path := filepath.Join(dir, memoryName)
	if err := writeSynced(path+".new", text); err != nil {
		return fmt.Errorf("remember open alarms: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("remember open alarms: %w", err)
	}
	return nil
}

func writeSynced(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}
