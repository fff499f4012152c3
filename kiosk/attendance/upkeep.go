package attendance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"stationkeeper/internal/datadir"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/devices"
)

// upkeepName is the file of the data folder that keeps what the journal says of devices and commands for longer than the
// journal keeps its records.
const upkeepName = "devices.json"

// upkeep is what the kiosk must know of its devices, and of commands, after a restart. It is folded from the events of
// the journal; the file may lag behind, but never leads. It is safe for concurrent use.
type upkeep struct {
	journal Journal
	path    string
	log     *slog.Logger

	mu     sync.Mutex
	memory upkeepMemory
}

// Journal is the journal as far as upkeep needs it.
type Journal interface {
	Epoch() string
	Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error)
	Read(stream record.Stream, after uint64, limit int) ([]record.Record, []record.Lost, error)
}

// upkeepMemory is the file.
type upkeepMemory struct {
	Epoch   string        `json:"epoch"` // of the journal
	Seq     uint64        `json:"seq"`   // of the last event that is folded in
	Devices devices.State `json:"devices"`
	// Commands are the ids of those that were dealt with, with the time at which they expire.
	Commands map[string]time.Time `json:"commands,omitempty"`
}

// openUpkeep restores what is known.
func openUpkeep(dir string, journal Journal, log *slog.Logger) (*upkeep, error) {
	u := &upkeep{journal: journal, path: filepath.Join(dir, upkeepName), log: log}
	text, err := os.ReadFile(u.path)
	if err == nil {
		err = json.Unmarshal(text, &u.memory)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("alarms and commands are remembered from the journal alone: what it has forgotten is lost", "file", u.path, "error", err)
		u.memory = upkeepMemory{}
	}
	if u.memory.Epoch != journal.Epoch() {
		u.memory.Epoch, u.memory.Seq = journal.Epoch(), 0 // a new journal: all of it came after what the file says
	}
	return u, u.catchUp()
}

// catchUp folds in what the journal holds after the memory.
func (u *upkeep) catchUp() error {
	const page = 1000
	for {
		records, _, err := u.journal.Read(record.Events, u.memory.Seq, page)
		if err != nil {
			return fmt.Errorf("remember alarms and commands: %w", err)
		}
		for _, r := range records {
			u.fold(r)
		}
		if len(records) == 0 {
			return nil
		}
	}
}

// fold takes a record in; it is not told again.
func (u *upkeep) fold(r record.Record) {
	u.memory.Seq = max(u.memory.Seq, r.Seq)
	next, err := devices.Fold(u.memory.Devices, r)
	u.memory.Devices = next
	if r.Type == record.CommandExecuted || r.Type == record.CommandRefused {
		var d record.CommandData
		if wrong := json.Unmarshal(r.Data, &d); wrong != nil {
			err = errors.Join(err, fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, wrong))
		} else {
			u.know(d.ID, d.Expires)
		}
	}
	if err != nil {
		u.log.Warn("a record of the journal is passed over", "error", err)
	}
}

// mostCommands bounds how many commands are remembered: one more forgets the one that expires first.
const mostCommands = 1000

func (u *upkeep) know(id string, expires time.Time) {
	if u.memory.Commands == nil {
		u.memory.Commands = map[string]time.Time{}
	}
	u.memory.Commands[id] = expires
	if len(u.memory.Commands) <= mostCommands {
		return
	}
	first := id
	for other, at := range u.memory.Commands {
		if at.Before(u.memory.Commands[first]) {
			first = other
		}
	}
	delete(u.memory.Commands, first)
}

// knows reports whether a command was dealt with.
func (u *upkeep) knows(command string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, known := u.memory.Commands[command]
	return known
}

// note writes entries down and remembers what they say. The append is not given up when ctx ends.
func (u *upkeep) note(ctx context.Context, entries ...record.Entry) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.write(ctx, entries)
}

func (u *upkeep) write(ctx context.Context, entries []record.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	records, err := u.journal.Append(context.WithoutCancel(ctx), record.Events, entries...)
	if err != nil {
		return err
	}
	for _, r := range records {
		u.fold(r)
	}
	return nil
}

// look judges what is seen of the devices: what follows is on disk when it returns, and then shown. When the journal
// takes nothing, it is judged again at the next look.
func (u *upkeep) look(ctx context.Context, seen []devices.Observed, now record.Moment, show func(point string, s record.State)) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	d := devices.Decide(u.memory.Devices, seen, now)
	for _, s := range d.Shown {
		show(s.Point, s.State)
	}
	if err := u.write(ctx, d.Entries); err != nil {
		return err
	}
	u.memory.Devices = d.State
	return nil
}

// save replaces the file.
func (u *upkeep) save() error {
	u.mu.Lock()
	memory := u.memory
	memory.Commands = maps.Clone(memory.Commands)
	u.mu.Unlock()
	text, err := json.Marshal(memory)
	if err == nil {
		err = datadir.Replace(u.path, text)
	}
	if err != nil {
		return fmt.Errorf("remember alarms and commands: %w", err)
	}
	return nil
}
