package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"stationkeeper/internal/record"
)

// The file's layout. Numbers in keys are big-endian uint64, so that keys sort by value.
//
//	meta       format, and state: see state.pack
//	lost       tombstones: {stream}/{first} → last, reason
//	{stream}   the stream's settled groups: one bucket each, named 1{first} for events and 2{first} for telemetry, with
//	           one packed value
//	1{first}   recent groups, at the top level: the same, later than the settled ones
//	2{first}
//
// A bucket per group makes trimming cheap: DeleteBucket frees whole pages, where deleting keys would rewrite shared
// ones. bbolt keeps a small bucket within the page of its parent. So a commit of a few records writes two pages: the
// top level with the records in it, and bbolt's own. See settle for how recent groups become settled ones.
var (
	bucketMeta = []byte("meta")
	bucketLost = []byte("lost")

	keyFormat = []byte("format")
	keyState  = []byte("state")
	keyGroup  = []byte("g") // the one value in a group's bucket
)

const (
	format   = 2
	pageSize = 4096
	// latestFormat is more than any program will write for a long time: what says a later one is damaged, and not newer.
	latestFormat = 255
)

func bucketOf(s record.Stream) []byte { return []byte(s) }

// groupName is the name of a group's bucket.
func groupName(s record.Stream, first uint64) []byte { return append(prefixOf(s), number(first)...) }

func prefixOf(s record.Stream) []byte {
	if s == record.Events {
		return []byte{1}
	}
	return []byte{2}
}

// parseGroupName returns the first seq in a group's name; ok is false when it is not the name of one of this stream.
func parseGroupName(s record.Stream, name []byte) (first uint64, ok bool) {
	rest, ok := bytes.CutPrefix(name, prefixOf(s))
	return parseNumber(rest), ok && len(rest) == 8
}

// file is the open file. What it holds may be moved to another file meanwhile.
type file struct {
	path string
	mu   sync.RWMutex // held for writing while db is exchanged
	db   *bbolt.DB
}

// view reads in one transaction.
func (f *file) view(read func(*bbolt.Tx) error) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return guard(func() error { return f.db.View(read) })
}

// update writes in one transaction, and returns when it is on disk.
func (f *file) update(write func(*bbolt.Tx) error) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	err := guard(func() error { return f.db.Update(write) })
	if named := (*fs.PathError)(nil); errors.As(err, &named) {
		named.Path = f.path // it may have been opened under its temporary name
	}
	return err
}

// exchange closes the open file and goes on with another that has taken its name.
func (f *file) exchange(db *bbolt.DB) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.db
	f.db = db
	return guard(old.Close)
}

// reopen closes the file and opens it again, if it is sound. When it fails the file stays closed.
func (f *file) reopen() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := guard(f.db.Close); err != nil {
		return err
	}
	db, err := openSound(f.path)
	if err == nil {
		f.db = db
	}
	return err
}

func (f *file) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return guard(f.db.Close)
}

// openFile opens the file at path, creating it first when it is missing. When it is damaged, what can be read of it is
// taken into a new one with a new epoch; replaced then says so.
func openFile(path string, o Options) (f *file, replaced *record.JournalReplacedData, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, nil, fmt.Errorf("create: %w", err)
		}
	}
	db, err := openSound(path)
	if errors.Is(err, errOlder) {
		if err = convert(path, o.Log); err == nil {
			db, err = openSound(path)
		}
	}
	if errors.Is(err, errDamaged) {
		db, replaced, err = replace(path, err, math.MaxUint64, o)
	}
	if err != nil {
		return nil, nil, err
	}
	return &file{path: path, db: db}, replaced, nil
}

// errInUse is wrapped when another process has the file open.
var errInUse = errors.New("the file is in use by another process")

// openSound opens the file if its structure is sound. Groups are not unpacked: what is wrong within one is found when
// it is read, and concerns no other.
func openSound(path string) (*bbolt.DB, error) {
	if err := inspectStructure(path); err != nil {
		return nil, err
	}
	db, err := openBolt(path)
	if err != nil {
		return nil, err
	}
	err = guard(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			_, err := readState(tx)
			return err
		})
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func openBolt(path string) (db *bbolt.DB, err error) {
	err = guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, boltOptions())
		return err
	})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, errInUse
	}
	return db, err
}

func boltOptions() *bbolt.Options {
	return &bbolt.Options{
		Timeout:        2 * time.Second,
		PageSize:       pageSize,
		NoFreelistSync: true, // the free list would be written with every commit; it is rebuilt when opening
		FreelistType:   bbolt.FreelistMapType,
	}
}

// create makes an empty journal with a new epoch.
func create(path string) error {
	return build(path, func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error { return initialise(tx, newState(uuid.NewString())) })
	})
}

// build makes a file under a temporary name and moves it into place, so that a power cut leaves what there was
// before, or the whole of the new one.
func build(path string, fill func(*bbolt.DB) error) error {
	db, err := beginBuild(path)
	if err != nil {
		return err
	}
	if err := errors.Join(guard(func() error { return fill(db) }), db.Sync(), db.Close()); err != nil {
		return errors.Join(err, os.Remove(temporaryName(path)))
	}
	return moveIntoPlace(path)
}

func temporaryName(path string) string { return path + ".new" }

// beginBuild opens an empty file under the temporary name.
func beginBuild(path string) (*bbolt.DB, error) {
	if err := os.Remove(temporaryName(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return openBolt(temporaryName(path))
}

// moveIntoPlace gives a file that was built, and synced, its name.
func moveIntoPlace(path string) error {
	if err := os.Rename(temporaryName(path), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// initialise makes the buckets of an empty file.
func initialise(tx *bbolt.Tx, s state) error {
	for _, name := range [][]byte{bucketOf(record.Events), bucketOf(record.Telemetry), bucketLost} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	meta, err := tx.CreateBucket(bucketMeta)
	if err != nil {
		return err
	}
	return errors.Join(meta.Put(keyFormat, number(format)), putState(tx, s))
}

// readState reads what the file says of itself.
func readState(tx *bbolt.Tx) (state, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return state{}, fmt.Errorf("%w: it has no meta bucket", errDamaged)
	}
	switch f := parseNumber(meta.Get(keyFormat)); {
	case f > latestFormat:
		return state{}, fmt.Errorf("%w: format %d", errDamaged, f)
	case f > format:
		return state{}, fmt.Errorf("format %d is newer than this program understands (%d): install the newer program", f, format)
	case f == 1:
		return state{}, errOlder
	case f < format:
		return state{}, fmt.Errorf("%w: format %d", errDamaged, f)
	}
	for _, name := range [][]byte{bucketOf(record.Events), bucketOf(record.Telemetry), bucketLost} {
		if tx.Bucket(name) == nil {
			return state{}, fmt.Errorf("%w: it has no %s bucket", errDamaged, name)
		}
	}
	s, err := unpackState(meta.Get(keyState))
	if err == nil && s.Tx != tx.ID() {
		err = fmt.Errorf("%w: its state is of transaction %d, the last one was %d: the disk has lost a write", errDamaged, s.Tx, tx.ID())
	}
	return s, err
}

// putState is part of a file's every transaction, but for those that build it: there it is the end.
func putState(tx *bbolt.Tx, s state) error {
	s.Tx = tx.ID()
	return tx.Bucket(bucketMeta).Put(keyState, s.pack())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
