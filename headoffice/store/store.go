package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// FileName is the database within the data folder. SQLite keeps "-wal" and "-shm" files beside it.
const FileName = "headoffice.db"

// ErrNotFound is wrapped when a station is not known.
var ErrNotFound = errors.New("not found")

// ErrUnavailable is wrapped when the database as a whole does not work now: its disk is full, fails or is read-only,
// its file is gone, or another program keeps it locked. What was to be stored had no part in it.
var ErrUnavailable = errors.New("the database is not available")

// Store is the database. Open it once per data folder, which the caller has claimed.
type Store struct {
	path    string
	log     *slog.Logger
	changes changes
	// decoded keeps batches that were read or stored lately.
	decoded cache
	// unindexed counts the records that the views do not hold yet.
	unindexed atomic.Int64
	// replacing is set while records may have to be placed again.
	replacing atomic.Bool

	handles atomic.Pointer[handles]
	// writing is held by the one who writes.
	writing sync.Mutex
	// moved is set when the database was found not to be at its path any more; guarded by writing.
	moved bool
	// anchors of the boots met lately; guarded by writing, forgotten when a transaction fails.
	anchors map[bootKey]*boot
}

// Open opens the database in dir, or creates it, and brings its schema and its content up to date.
func Open(ctx context.Context, dir string, log *slog.Logger) (*Store, error) {
	path, err := filepath.Abs(filepath.Join(dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("open database in %s: %w", dir, err)
	}
	s := &Store{path: path, log: log, anchors: map[bootKey]*boot{}}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return s, nil
}

// open opens what is at the path now. The caller holds writing.
func (s *Store) open(ctx context.Context) error {
	h, err := openHandles(ctx, s.path)
	if err != nil {
		return err
	}
	s.handles.Store(h)
	clear(s.anchors)
	s.decoded.forget()
	if err := s.pack(ctx); err != nil {
		return errors.Join(fmt.Errorf("pack what is stored into batches: %w", err), h.close())
	}
	var waiting int64
	if err := h.writer.QueryRowContext(ctx, `SELECT coalesce(sum(count), 0) FROM pending`).Scan(&waiting); err != nil {
		return errors.Join(fmt.Errorf("count what is not indexed: %w", err), h.close())
	}
	s.unindexed.Store(waiting)
	s.replacing.Store(true) // the first step finds out
	if err := h.remember(s.path); err != nil {
		return errors.Join(err, h.close())
	}
	s.moved = false
	return nil
}

// Close ends all subscriptions and closes the database. Calls under way finish first.
func (s *Store) Close() error {
	s.changes.close()
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.handles.Load().close()
}

// reader is for queries that do not wait for the writer.
func (s *Store) reader() *sql.DB { return s.handles.Load().reader }

// write runs fn in one transaction and returns after the commit is on disk. Once begun it is not interrupted: it
// takes milliseconds, and the driver would need a goroutine per statement to watch ctx.
func (s *Store) write(ctx context.Context, fn func(w *work) error) error {
	return s.transact(ctx, true, fn)
}

// transact is write, unless durable is false: then the commit may reach the disk only with the next durable one. A
// power cut may undo it, whole; what is found in the database is in order all the same.
func (s *Store) transact(ctx context.Context, durable bool, fn func(w *work) error) (err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	defer func() {
		if err != nil {
			err = classified(err)
			// They may be of a transaction that did not come to be.
			clear(s.anchors)
			s.decoded.forget()
		}
	}()
	if s.moved {
		if err := s.reopen(ctx); err != nil {
			return err
		}
	}
	h := s.handles.Load()
	if err := h.flush(ctx, durable); err != nil {
		return err
	}
	tx, err := h.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	w := &work{ctx: ctx, tx: tx, handles: h, store: s}
	if err := fn(w); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	s.unindexed.Add(w.indexing)
	if !durable {
		return nil
	}
	if err := h.inPlace(s.path); err != nil {
		s.moved = true
		return err
	}
	return nil
}

// reopen takes the database that is at the path now, or begins a new one there.
func (s *Store) reopen(ctx context.Context) error {
	closing := s.handles.Load().close()
	if err := s.open(ctx); err != nil {
		return fmt.Errorf("open database %s again: %w", s.path, err)
	}
	s.log.Error("the database was removed or replaced while in use: what is there now has been opened, and the stations "+
		"are asked for what it lacks and they still keep", "path", s.path, "closing", closing)
	return nil
}

// classified wraps ErrUnavailable around what is not the fault of what was to be stored.
func classified(err error) error {
	var failure *sqlite.Error
	switch {
	case errors.Is(err, errMoved):
	case !errors.As(err, &failure):
		return err
	default:
		switch failure.Code() & 0xff { // the primary result code
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOTADB:
		default:
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// millis and fromMillis are how the database holds a time; zero time is NULL.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func fromMillis(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}
