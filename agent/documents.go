package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/internal/desired"
	"stationkeeper/internal/record"
)

// Names of the documents that the agent goes by.
const (
	documentAccess = "access"
	documentAlarms = "alarms"
)

// documents are the rules that can be replaced while the agent runs. Each of them is head office's, when it has sent
// one, and that of the station's own files otherwise. They are read and checked here, apart from the loop: a long list
// of cards takes its time.
type documents struct {
	*desired.Documents
	site   access.Site
	key    access.Key    // nil: the station has no access rules, and takes none
	points []alarm.Point // that alarms may be about
	// ownAccess and ownRules are the station's own.
	ownAccess []byte
	ownRules  []alarm.Rule
	log       *slog.Logger
}

// inForce is a set of rules, ready to be gone by.
type inForce struct {
	policy  *access.Policy // nil without access rules
	rules   *alarm.Rules
	desired record.Desired
}

// read makes rules of what head office wants, all of it or nothing.
func (d *documents) read(wanted record.Desired) (inForce, error) {
	problems := []error{desired.Unknown(wanted, documentAccess, documentAlarms)}
	set := inForce{desired: wanted}
	var err error
	if set.policy, err = d.readAccess(wanted.Documents[documentAccess]); err != nil {
		problems = append(problems, fmt.Errorf("document %s: %w", documentAccess, err))
	}
	if set.rules, err = d.readAlarms(wanted.Documents[documentAlarms]); err != nil {
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
	wanted, err := d.Load(func(wanted record.Desired) (err error) {
		set, err = d.read(wanted)
		return err
	})
	if err == nil && wanted.Version > 0 {
		return set, nil, nil
	}
	if err != nil {
		bad = &misfit{wanted, err}
		d.log.Error("head office's documents are not in force any more, the station's own are", "version", wanted.Version, "error", err)
	}
	set, err = d.read(record.Desired{})
	if err != nil {
		return inForce{}, nil, fmt.Errorf("read the station's own rules: %w", err)
	}
	return set, bad, nil
}

// take checks what head office wants and keeps it, so that it is in force also after a restart.
func (d *documents) take(wanted record.Desired) (set inForce, err error) {
	err = d.Take(wanted, func(wanted record.Desired) (err error) {
		set, err = d.read(wanted)
		return err
	})
	return set, err
}

// desired is called with what head office wants, one after the other, and passes on what is to be done about it.
func (d *documents) desired(in inbox, wanted record.Desired) {
	set, err := d.take(wanted)
	switch {
	case errors.Is(err, desired.ErrOld):
		in.order(func(k *keeper) { k.reportConfig() })
	case err != nil:
		d.log.Error("head office's documents are refused, those of before stay", "version", wanted.Version, "error", err)
		in.order(func(k *keeper) { k.refuseConfig(wanted, err) })
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
func (k *keeper) applied(wanted record.Desired) {
	k.config = record.Reported{Version: wanted.Version, Since: k.now.Wall}
	account, entries := k.memory.Applied(wanted, k.now.Wall)
	k.account(account, entries)
}

// refuseConfig writes down why documents are refused, once for each version, and reports it.
func (k *keeper) refuseConfig(wanted record.Desired, reason error) {
	account, entries := k.memory.Refuse(wanted, reason, k.now.Wall)
	k.account(account, entries)
	k.reportConfig()
}

func (k *keeper) account(account desired.Account, entries []record.Entry) {
	if account != k.memory.Account {
		k.memory.Account, k.changed = account, true
	}
	for _, e := range entries {
		k.record(e)
	}
}

// reportConfig says what is in force, and what was refused since.
func (k *keeper) reportConfig() {
	report := k.config
	report.Refused = k.memory.Refused
	k.pending.reported = &report
}
