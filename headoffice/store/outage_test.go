package store

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// mustRefuse expects that a Put fails because the database does not work, leaving nothing.
func mustRefuse(t *testing.T, s *Store, d Delivery) {
	t.Helper()
	receipts, err := s.Put(t.Context(), []Delivery{d}, started.Add(time.Hour))
	if !errors.Is(err, ErrUnavailable) || receipts != nil {
		t.Fatalf("stored %+v, %v, want ErrUnavailable", receipts, err)
	}
}

func sound(t *testing.T, s *Store) {
	t.Helper()
	var check string
	if err := s.handles.Load().writer.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
		t.Errorf("integrity: %q, %v", check, err)
	}
}

func TestDatabaseLockedByAnotherProgram(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	mustPut(t, s, events(epochA, doors(1, 3)...))
	other, err := sql.Open("sqlite", source(filepath.Join(dir, FileName), 1000))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin() // takes the write lock
	if err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, s, events(epochA, doors(4, 6)...))
	if page := mustPage(t, s, Query{}); len(page.Records) != 3 {
		t.Errorf("%d records are read while it is locked, want 3", len(page.Records))
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if r := mustPut(t, s, events(epochA, doors(4, 6)...))[0]; r.Ack.Through != 6 || r.New != 3 {
		t.Errorf("afterwards: %+v", r)
	}
}

// mustDisk mounts a disk of its own that is as large as size says.
func mustDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("not tested: a disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// TestDiskFull fills the disk under the database until nothing can be stored. What was acknowledged stays; when there
// is room again it goes on, and what was refused is taken.
func TestDiskFull(t *testing.T) {
	dir := mustDisk(t, "8m")
	s := mustOpen(t, dir)
	source := newSent()
	var through uint64
	var refused Delivery
	for n := 0; ; n++ {
		d := source.batch(t, 1000)
		receipts, err := s.Put(t.Context(), []Delivery{d}, started.Add(time.Hour))
		if err != nil {
			if !errors.Is(err, ErrUnavailable) {
				t.Fatalf("put %d: %v, want ErrUnavailable", n, err)
			}
			refused = d
			break
		}
		through = receipts[0].Ack.Through
	}
	if through == 0 || through%1000 != 0 {
		t.Fatalf("full after seq %d", through)
	}
	for range 3 {
		mustRefuse(t, s, refused)
	}
	if got := mustProgress(t, s)[0]; got.Stored != through || got.Through != through {
		t.Errorf("while the disk is full: %+v, want %d stored", got, through)
	}
	if err := unix.Mount("none", dir, "tmpfs", unix.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	if r := mustPut(t, s, refused)[0]; r.Ack.Through != through+1000 {
		t.Errorf("with room again: %+v, want through %d", r, through+1000)
	}
	mustSettle(t, s)
	sound(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	if got := mustProgress(t, s)[0]; got.Stored != through+1000 {
		t.Errorf("reopened: %+v", got)
	}
	if err := s.Close(); err != nil { // before the disk goes
		t.Fatal(err)
	}
}

func TestFolderBecomesReadOnly(t *testing.T) {
	dir := mustDisk(t, "64m")
	s := mustOpen(t, dir)
	mustPut(t, s, events(epochA, doors(1, 3)...))
	// A remount is refused while files are open for writing; one that is bound on top of itself is not asked.
	remount := func(flags uintptr) {
		t.Helper()
		if err := unix.Mount("none", dir, "", unix.MS_REMOUNT|unix.MS_BIND|flags, ""); err != nil {
			t.Skipf("not tested: a disk cannot be made read-only here: %v", err)
		}
	}
	remount(unix.MS_RDONLY)
	// The open files can still be written to, as SQLite does; a program that starts finds it read-only.
	if _, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a database that cannot be written to was opened")
	}
	remount(0)
	if r := mustPut(t, s, events(epochA, doors(4, 6)...))[0]; r.Ack.Through != 6 {
		t.Errorf("afterwards: %+v", r)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDatabaseRemovedWhileInUse removes the files under the running store. SQLite would go on writing into files that
// have no name: nothing that goes there may be acknowledged.
func TestDatabaseRemovedWhileInUse(t *testing.T) {
	for name, remove := range map[string]func(dir string) error{
		"all of it": func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, FileName)), os.Remove(filepath.Join(dir, FileName+"-wal")),
				os.Remove(filepath.Join(dir, FileName+"-shm")))
		},
		"the database": func(dir string) error { return os.Remove(filepath.Join(dir, FileName)) },
		"its log":      func(dir string) error { return os.Remove(filepath.Join(dir, FileName+"-wal")) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := mustOpen(t, dir)
			mustPut(t, s, events(epochA, doors(1, 3)...))
			if err := remove(dir); err != nil {
				t.Fatal(err)
			}
			mustRefuse(t, s, events(epochA, doors(4, 6)...))
			r := mustPut(t, s, events(epochA, doors(4, 6)...))[0] // what is there now
			stored := mustProgress(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = mustOpen(t, dir)
			sound(t, s)
			if got := mustProgress(t, s); fmt.Sprint(got) != fmt.Sprint(stored) || got[0].Stored < 3 || r.Highest != 6 {
				t.Errorf("acknowledged %+v with %+v, reopened %+v", r.Ack, stored, got)
			}
		})
	}
}

// A batch that cannot be stored although the database works is nobody else's fault.
func TestOtherErrorsAreNotTheDatabases(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	d := Delivery{From: agent, Batch: record.Batch{Epoch: epochA, Stream: "weather", Records: doors(1, 1)}}
	if _, err := s.handles.Load().writer.Exec(`CREATE TRIGGER no BEFORE INSERT ON epochs WHEN new.stream = 'weather'
		BEGIN SELECT raise(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), []Delivery{d}, started); err == nil || errors.Is(err, ErrUnavailable) {
		t.Errorf("%v, want an error that is not ErrUnavailable", err)
	}
}
