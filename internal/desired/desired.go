// Package desired keeps what head office wants a node to go by: versioned documents, in a file of the data folder, and
// what the journal says about them. What the documents mean is for the program that reads them.
package desired

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"stationkeeper/internal/datadir"
	"stationkeeper/internal/record"
)

// FileName is the file in the data folder that holds what head office wants, as it was received and found good.
const FileName = "documents.json"

// ErrOld is that head office wants what the node goes by already, or did before.
var ErrOld = errors.New("not newer than what is in force")

// Documents are those in force: head office's latest that were found good, or none, version 0. They are safe for
// concurrent use.
type Documents struct {
	dir string

	mu     sync.Mutex
	latest record.Desired
}

// In returns the documents of a data folder, of which none is in force yet.
func In(dir string) *Documents { return &Documents{dir: dir} }

// Load puts into force what was so when the program ended, if read accepts it. What it does not accept any more, or
// cannot be read, is returned with the error, and nothing is in force.
func (d *Documents) Load(read func(record.Desired) error) (record.Desired, error) {
	text, err := os.ReadFile(filepath.Join(d.dir, FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return record.Desired{}, nil
	}
	var found record.Desired
	if err == nil {
		found, err = record.DecodeDesired(text)
	}
	if err != nil {
		return record.Desired{}, fmt.Errorf("read %s: %w", FileName, err)
	}
	if err := read(found); err != nil {
		return found, err
	}
	d.adopt(found)
	return found, nil
}

// Take puts what head office wants into force, also after a restart, if it is newer (else ErrOld) and read accepts it.
func (d *Documents) Take(wanted record.Desired, read func(record.Desired) error) error {
	if wanted.Version <= d.InForce().Version {
		return ErrOld
	}
	if err := read(wanted); err != nil {
		return err
	}
	payload, err := wanted.Encode()
	if err == nil {
		err = datadir.Replace(filepath.Join(d.dir, FileName), payload)
	}
	if err != nil {
		return fmt.Errorf("keep them: %w", err)
	}
	d.adopt(wanted)
	return nil
}

// InForce is what the node goes by.
func (d *Documents) InForce() record.Desired {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.latest
}

func (d *Documents) adopt(wanted record.Desired) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.latest = wanted
}

// Account is what the journal says about the documents: the fold of config.applied and config.refused. It is a value.
type Account struct {
	// Config is the version that was last written down as being in force.
	Config uint64 `json:"config,omitempty"`
	// Refused is the latest version that was not taken, and why; nil when a later one was.
	Refused *record.Refusal `json:"refused,omitempty"`
}

// Fold takes a record in. Records of other types are passed over.
func (a Account) Fold(r record.Record) (Account, error) {
	if r.Type != record.ConfigApplied && r.Type != record.ConfigRefused {
		return a, nil
	}
	var d record.ConfigData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return a, fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, err)
	}
	if r.Type == record.ConfigRefused {
		a.Refused = &record.Refusal{Version: d.Version, Reason: d.Reason, Time: r.Time}
		return a, nil
	}
	a.Config = d.Version
	return a.past(d.Version), nil
}

// past forgets a refusal that a version in force has overtaken.
func (a Account) past(version uint64) Account {
	if a.Refused != nil && a.Refused.Version <= version {
		a.Refused = nil
	}
	return a
}

// Applied is the account once documents are in force, and what is to be written down: nothing when it was before.
func (a Account) Applied(wanted record.Desired, at time.Time) (Account, []record.Entry) {
	a = a.past(wanted.Version)
	if a.Config == wanted.Version {
		return a, nil
	}
	a.Config = wanted.Version
	return a, []record.Entry{record.NewEntry(record.ConfigApplied, "config", at, data(wanted, ""))}
}

// Refuse is the account once documents are refused, and what is to be written down: once for each version.
func (a Account) Refuse(wanted record.Desired, reason error, at time.Time) (Account, []record.Entry) {
	if a.Refused != nil && a.Refused.Version == wanted.Version {
		return a, nil
	}
	a.Refused = &record.Refusal{Version: wanted.Version, Reason: Brief(reason.Error()), Time: at}
	return a, []record.Entry{record.NewEntry(record.ConfigRefused, "config", at, data(wanted, reason.Error()))}
}

func data(wanted record.Desired, reason string) record.ConfigData {
	return record.ConfigData{Version: wanted.Version, Documents: slices.Sorted(maps.Keys(wanted.Documents)), By: wanted.By, Reason: Brief(reason)}
}

// Unknown is the problem of documents that a program does not go by, nil when there is none.
func Unknown(wanted record.Desired, known ...string) error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(wanted.Documents)) {
		if !slices.Contains(known, name) {
			problems = append(problems, fmt.Errorf("document %s: not known here: expected %s", name, strings.Join(known, " or ")))
		}
	}
	return errors.Join(problems...)
}

// Brief keeps a reason short enough for a record: a document may have a thousand faults.
func Brief(reason string) string {
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
