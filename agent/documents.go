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
	"slices"
	"strings"
	"sync"
	"time"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
)

// Names of the documents that the agent goes by.
const (
	documentAccess = "access"
	documentAlarms = "alarms"
)

// documentsName is the file in the data folder that holds what head office wants, as it was received and found good.
const documentsName = "documents.json"

// documents are the rules that can be replaced while the agent runs. Each of them is head office's, when it has sent
// one, and that of the station's own files otherwise. They are read and checked here, apart from the loop: a long list
// of cards takes its time.
type documents struct {
	dir    string
	site   access.Site
	key    access.Key    // nil: the station has no access rules, and takes none
	points []alarm.Point // that alarms may be about
	// ownAccess and ownRules are the station's own.
	ownAccess []byte
	ownRules  []alarm.Rule
	log       *slog.Logger

	mu     sync.Mutex
	latest record.Desired // in force; version 0: the station's own
	since  time.Time
}

// inForce is a set of rules, ready to be gone by.
type inForce struct {
	policy  *access.Policy // nil without access rules
	rules   *alarm.Rules
	desired record.Desired
}

// read makes rules of what head office wants, all of it or nothing.
func (d *documents) read(desired record.Desired) (inForce, error) {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(desired.Documents)) {
		if name != documentAccess && name != documentAlarms {
			problems = append(problems, fmt.Errorf("document %s: not known here: expected %s or %s", name, documentAccess, documentAlarms))
		}
	}
	set := inForce{desired: desired}
	var err error
	if set.policy, err = d.readAccess(desired.Documents[documentAccess]); err != nil {
		problems = append(problems, fmt.Errorf("document %s: %w", documentAccess, err))
	}
	if set.rules, err = d.readAlarms(desired.Documents[documentAlarms]); err != nil {
		problems = append(problems, fmt.Errorf("document %s: %w", documentAlarms, err))
	}
	return set, errors.Join(problems...)
}

func (d *documents) readAccess(document json.RawMessage) (*access.Policy, error) {
	switch {
	case d.key == nil && document == nil:
		return nil, nil
	case d.key == nil:
		return nil, errors.New("this station is not set up for it: its configuration has no access.key_file")
	case document == nil:
		document = d.ownAccess
	}
	return access.Parse(d.site, d.key, document)
}

func (d *documents) readAlarms(document json.RawMessage) (*alarm.Rules, error) {
	if document == nil {
		return alarm.New(d.ownRules)
	}
	return alarm.Parse(document, d.points)
}

// misfit is documents that were in force and cannot be any more.
type misfit struct {
	desired record.Desired
	err     error
}

// open reads what was in force when the agent ended. Documents that were good once and no longer are (the installer has
// taken a door away) leave the station's own in force, and say so.
func (d *documents) open() (set inForce, bad *misfit, err error) {
	desired, err := d.load()
	if err == nil && desired.Version > 0 {
		if set, err = d.read(desired); err == nil {
			d.adopt(desired)
			return set, nil, nil
		}
	}
	if err != nil {
		bad = &misfit{desired, err}
		d.log.Error("head office's documents are not in force any more, the station's own are", "version", desired.Version, "error", err)
	}
	set, err = d.read(record.Desired{})
	if err != nil {
		return inForce{}, nil, fmt.Errorf("read the station's own rules: %w", err)
	}
	return set, bad, nil
}

func (d *documents) load() (record.Desired, error) {
	text, err := os.ReadFile(filepath.Join(d.dir, documentsName))
	if errors.Is(err, fs.ErrNotExist) {
		return record.Desired{}, nil
	}
	if err == nil {
		var desired record.Desired
		if desired, err = record.DecodeDesired(text); err == nil {
			return desired, nil
		}
	}
	return record.Desired{}, fmt.Errorf("read %s: %w", documentsName, err)
}

// errOld is that head office wants what the station goes by already, or did before.
var errOld = errors.New("not newer than what is in force")

// take checks what head office wants and keeps it, so that it is in force also after a restart.
func (d *documents) take(desired record.Desired) (inForce, error) {
	if current := d.current(); desired.Version <= current.Version {
		return inForce{}, errOld
	}
	set, err := d.read(desired)
	if err != nil {
		return inForce{}, err
	}
	payload, err := desired.Encode()
	if err == nil {
		err = replace(filepath.Join(d.dir, documentsName), payload)
	}
	if err != nil {
		return inForce{}, fmt.Errorf("keep them: %w", err)
	}
	d.adopt(desired)
	return set, nil
}

func (d *documents) adopt(desired record.Desired) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.latest, d.since = desired, time.Now()
}

func (d *documents) current() record.Desired {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.latest
}

// desired is called with what head office wants, one after the other, and passes on what is to be done about it.
func (d *documents) desired(in inbox, desired record.Desired) {
	set, err := d.take(desired)
	switch {
	case errors.Is(err, errOld):
		in.order(func(k *keeper) { k.reportConfig() })
	case err != nil:
		d.log.Error("head office's documents are refused, those of before stay", "version", desired.Version, "error", err)
		in.order(func(k *keeper) { k.refuseConfig(desired, err) })
	default:
		in.order(func(k *keeper) { k.adopt(set) })
	}
}

// adopt puts rules into force, all at the same moment.
func (k *keeper) adopt(set inForce) {
	k.policy, k.rules = set.policy, set.rules
	k.applied(set.desired)
	k.resume()
	k.reportConfig()
}

// applied writes down that documents are in force, once.
func (k *keeper) applied(desired record.Desired) {
	k.config = record.Reported{Version: desired.Version, Since: k.now.Wall}
	if r := k.memory.Refused; r != nil && r.Version <= desired.Version {
		k.memory.Refused, k.changed = nil, true
	}
	if k.memory.Config == desired.Version {
		return
	}
	k.memory.Config, k.changed = desired.Version, true
	k.record(record.NewEntry(record.ConfigApplied, "config", k.now.Wall, configData(desired, "")))
}

// refuseConfig writes down why documents are refused, once for each version, and reports it.
func (k *keeper) refuseConfig(desired record.Desired, reason error) {
	if r := k.memory.Refused; r == nil || r.Version != desired.Version {
		k.memory.Refused = &record.Refusal{Version: desired.Version, Reason: brief(reason.Error()), Time: k.now.Wall}
		k.changed = true
		k.record(record.NewEntry(record.ConfigRefused, "config", k.now.Wall, configData(desired, reason.Error())))
	}
	k.reportConfig()
}

func configData(desired record.Desired, reason string) record.ConfigData {
	return record.ConfigData{Version: desired.Version, Documents: slices.Sorted(maps.Keys(desired.Documents)), By: desired.By, Reason: brief(reason)}
}

// reportConfig says what is in force, and what was refused since.
func (k *keeper) reportConfig() {
	report := k.config
	report.Refused = k.memory.Refused
	k.pending.reported = &report
}

// brief keeps a reason short enough for a record: a document may have a thousand faults.
func brief(reason string) string {
	const most = 4000
	if len(reason) <= most {
		return reason
	}
	cut := strings.LastIndexByte(reason[:most], '\n')
	if cut < 0 {
		cut = most
	}
	return reason[:cut] + fmt.Sprintf("\n… and %d more bytes", len(reason)-cut)
}
