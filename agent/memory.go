package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"time"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/desired"
	"stationkeeper/internal/record"
)

// memory is what the agent must know again after a restart: it is folded from the events of the journal. Since the
// journal forgets what head office has, the fold is also kept in a file, as of a seq; what the journal holds after it
// is folded on top, so that the file may lag behind but never lead.
type memory struct {
	Epoch  string       `json:"epoch"` // of the journal
	Seq    uint64       `json:"seq"`   // of the last event that is folded in
	Alarms alarm.State  `json:"alarms"`
	Access access.State `json:"access"`
	// Faults are the points that failed and have not recovered, with the reason last written down.
	Faults map[string]string `json:"faults"`
	// Commands are the ids of those that were dealt with and have not expired, with the time at which they do.
	Commands map[string]time.Time `json:"commands,omitempty"`
	desired.Account
}

// clone is a memory of its own, as long as states of rules are not changed in place, which they never are.
func (m memory) clone() memory {
	m.Faults, m.Commands = maps.Clone(m.Faults), maps.Clone(m.Commands)
	return m
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
			return m, fmt.Errorf("remember what is open: %w", err)
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
	empty := memory{Faults: map[string]string{}, Commands: map[string]time.Time{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return empty
	}
	m := empty
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		log.Warn("what is open is remembered from the journal alone: what it has forgotten is lost", "file", path, "error", err)
		return empty
	}
	if m.Faults == nil {
		m.Faults = empty.Faults
	}
	if m.Commands == nil {
		m.Commands = empty.Commands
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
	case record.CommandExecuted, record.CommandRefused:
		var d record.CommandData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, err)
		}
		m.Commands[d.ID] = d.Expires
	}
	var wrong, other, third error
	m.Alarms, wrong = alarm.Fold(m.Alarms, r)
	m.Access, other = access.Fold(m.Access, r)
	m.Account, third = m.Account.Fold(r)
	return errors.Join(wrong, other, third)
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

// save replaces the file.
func (m memory) save(dir string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("remember what is open: %w", err)
	}
	if err := datadir.Replace(filepath.Join(dir, memoryName), text); err != nil {
		return fmt.Errorf("remember what is open: %w", err)
	}
	return nil
}

// habitsName is the file that keeps what is usual at points. The journal cannot tell it: readings leave it.
const habitsName = "habits.json"

func saveHabits(dir string, habits alarm.Habits) error {
	text, err := json.Marshal(habits)
	if err == nil {
		err = datadir.Replace(filepath.Join(dir, habitsName), text)
	}
	if err != nil {
		return fmt.Errorf("keep habits: %w", err)
	}
	return nil
}

// readHabits reads what was kept. Without it everything is learnt anew.
func readHabits(dir string, log *slog.Logger) alarm.Habits {
	text, err := os.ReadFile(filepath.Join(dir, habitsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var habits alarm.Habits
	if err == nil {
		err = json.Unmarshal(text, &habits)
	}
	if err != nil {
		log.Warn("what is usual at points has to be learnt again", "file", habitsName, "error", err)
		return nil
	}
	maps.DeleteFunc(habits, func(_ string, h *alarm.Habit) bool { return h == nil })
	return habits
}
