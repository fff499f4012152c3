package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"stationkeeper/internal/record"
)

// The file's layout. Numbers are big-endian uint64, so that keys sort by value.
//
//	meta       epoch, format, wall, bytes; next/{stream}, through/{stream}
//	{stream}   one sub-bucket per commit group, named by the seq of its first record, with one packed value
//	lost       tombstones: {stream}/{first} → last, reason
//
// A sub-bucket per group makes trimming cheap: DeleteBucket frees whole pages, where deleting keys would rewrite
// shared ones.
var (
	bucketMeta = []byte("meta")
	bucketLost = []byte("lost")

	keyEpoch  = []byte("epoch")
	keyFormat = []byte("format")
	keyWall   = []byte("wall")  // latest believed wall time, in ms since 1970
	keyBytes  = []byte("bytes") // packed size of all groups
	keyGroup  = []byte("g")     // the one value in a group's sub-bucket
)

const format = 1

func bucketOf(s record.Stream) []byte   { return []byte(s) }
func keyNext(s record.Stream) []byte    { return []byte("next/" + string(s)) }
func keyThrough(s record.Stream) []byte { return []byte("through/" + string(s)) }

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func parseNumber(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

// openFile opens the file at path, creating it first when it is missing. When it cannot be read it is set aside
// and a new one made; replaced then says so.
func openFile(path string, o Options) (db *bbolt.DB, replaced *record.JournalReplacedData, err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, nil, fmt.Errorf("create: %w", err)
		}
	}
	db, err = openChecked(path)
	if !errors.Is(err, errDamaged) {
		return db, nil, err
	}
	aside := fmt.Sprintf("%s.damaged-%s", path, o.Clock().Wall.Format("20060102T150405.000Z"))
	o.Log.Error("journal cannot be read: setting it aside and beginning a new epoch", "file", path, "aside", aside, "reason", err)
	if err := os.Rename(path, aside); err != nil {
		return nil, nil, fmt.Errorf("set damaged file aside: %w", err)
	}
	reason := err.Error()
	if err := create(path); err != nil {
		return nil, nil, fmt.Errorf("create in place of a damaged file: %w", err)
	}
	db, err = openChecked(path)
	return db, &record.JournalReplacedData{SetAside: filepath.Base(aside), Reason: reason}, err
}

// errDamaged is wrapped by what openChecked finds wrong with a file's content.
var errDamaged = errors.New("damaged")

// openChecked opens the file and reads what every later call relies on. bbolt panics on some damage; that becomes
// an error here.
func openChecked(path string) (db *bbolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return nil, fmt.Errorf("%w: the file is empty", errDamaged) // bbolt would make a new database of it
	}
	db, err = bbolt.Open(path, 0o600, boltOptions())
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, errors.New("the file is in use by another process")
	}
	var system syscall.Errno
	if err != nil && !errors.As(err, &system) { // the disk was read; what was on it is no database
		err = fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err != nil {
		return nil, err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if meta == nil {
			return fmt.Errorf("%w: it has no meta bucket", errDamaged)
		}
		if f := parseNumber(meta.Get(keyFormat)); f > format {
			return fmt.Errorf("format %d is newer than this program understands (%d): install the newer program", f, format)
		}
		if err := record.CheckEpoch(string(meta.Get(keyEpoch))); err != nil {
			return fmt.Errorf("%w: %w", errDamaged, err)
		}
		for _, name := range [][]byte{bucketOf(record.Events), bucketOf(record.Telemetry), bucketLost} {
			if tx.Bucket(name) == nil {
				return fmt.Errorf("%w: it has no %s bucket", errDamaged, name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func boltOptions() *bbolt.Options {
	return &bbolt.Options{
		Timeout:        2 * time.Second,
		PageSize:       4096,
		NoFreelistSync: true, // the free list would be written with every commit; it is rebuilt when opening
		FreelistType:   bbolt.FreelistMapType,
	}
}

// create makes a journal with a new epoch under a temporary name and moves it into place, so that a power cut
// leaves either no file or a whole one.
func create(path string) error {
	temporary := path + ".new"
	if err := os.Remove(temporary); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := bbolt.Open(temporary, 0o600, boltOptions())
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketOf(record.Events), bucketOf(record.Telemetry), bucketLost} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		meta, err := tx.CreateBucket(bucketMeta)
		if err != nil {
			return err
		}
		return errors.Join(meta.Put(keyFormat, number(format)), meta.Put(keyEpoch, []byte(uuid.NewString())))
	})
	if err := errors.Join(err, db.Sync(), db.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
