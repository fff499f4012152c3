package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// readers is how many queries may run at once beside the writer.
const readers = 4

// handles are the connections to one database file.
type handles struct {
	writer *sql.DB // one connection, every transaction begins by taking the write lock
	reader *sql.DB
	// compiled are the statements of the writer.
	compiled [queries]*sql.Stmt
	// lazy is whether the writer's commits are not flushed one by one now.
	lazy bool
	// files are the database and its write-ahead log as they were when they were opened.
	files []os.FileInfo
}

func openHandles(ctx context.Context, path string) (*handles, error) {
	h := &handles{}
	if err := h.open(ctx, path); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *handles) open(ctx context.Context, path string) (err error) {
	// The log is copied into the database in steps of 16 MB: each costs two flushes and writes a page once that was
	// changed several times meanwhile.
	if h.writer, err = sql.Open("sqlite", source(path, 2000, "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"wal_autocheckpoint(4000)", "journal_size_limit(67108864)", "cache_size(-16384)")); err != nil {
		return err
	}
	h.writer.SetMaxOpenConns(1)
	if err := migrate(ctx, h.writer); err != nil {
		return err
	}
	if h.reader, err = sql.Open("sqlite", source(path, 10_000, "query_only(1)")); err != nil {
		return err
	}
	h.reader.SetMaxOpenConns(readers)
	h.reader.SetMaxIdleConns(readers)
	for q, text := range queryText {
		if h.compiled[q], err = h.writer.PrepareContext(ctx, text); err != nil {
			return fmt.Errorf("prepare %.60q: %w", text, err)
		}
	}
	return nil
}

// source spells the driver's data source name. wait is how many milliseconds a lock is waited for that another process
// (the sqlite3 shell, a backup) holds.
func source(path string, wait int, pragmas ...string) string {
	query := url.Values{"_txlock": {"immediate"}, "_pragma": append([]string{fmt.Sprintf("busy_timeout(%d)", wait)}, pragmas...)}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

// migrate brings the schema up to date, and refuses a database that a newer program has changed.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; version > newest {
		return fmt.Errorf("its schema is version %d, this program knows up to %d: use the newer program", version, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate from version %d: %w", version, err)
	}
	return nil
}

func (h *handles) close() error {
	var errs []error
	for _, db := range []*sql.DB{h.reader, h.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// flush sets whether each commit is flushed before it returns.
func (h *handles) flush(ctx context.Context, each bool) error {
	if each == !h.lazy {
		return nil
	}
	level := map[bool]string{true: "FULL", false: "NORMAL"}[each]
	if _, err := h.writer.ExecContext(ctx, `PRAGMA synchronous = `+level); err != nil {
		return fmt.Errorf("set synchronous to %s: %w", level, err)
	}
	h.lazy = !each
	return nil
}

func fileNames(path string) []string { return []string{path, path + "-wal"} }

// remember notes which files are open.
func (h *handles) remember(path string) error {
	h.files = nil
	for _, name := range fileNames(path) {
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("look at the database: %w", err)
		}
		h.files = append(h.files, info)
	}
	return nil
}

// errMoved is wrapped when a database is no longer where it was opened. SQLite would go on writing into files that
// nobody can find again.
var errMoved = errors.New("the database was removed or replaced while in use")

// inPlace reports whether the open files are those that the next start would find.
func (h *handles) inPlace(path string) error {
	for i, name := range fileNames(path) {
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("%w: %w", errMoved, err)
		}
		if !os.SameFile(info, h.files[i]) {
			return fmt.Errorf("%w: %s is another file now", errMoved, name)
		}
	}
	return nil
}
