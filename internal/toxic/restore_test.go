package toxic

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// TestRestoredDisk puts back an older copy of a station's journal, lets it write, and wants all of it at head office,
// which already has what the disk that was lost had written under the same numbers.
func TestRestoredDisk(t *testing.T) {
	for _, more := range []int{3, 40, 2500} { // head office has 40 events that the copy has not
		t.Run(fmt.Sprint(more), func(t *testing.T) {
			over(t, func(t *testing.T, l *Line, o *office) {
				dir := t.TempDir()
				s := &station{t: t, journal: openJournal(t, dir, nil), promise: map[string]record.Record{}}
				again := func() {
					s.hangUp()
					if err := s.journal.Close(); err != nil {
						t.Fatal(err)
					}
				}
				s.report(l.Addr(), nil)
				s.write(record.Telemetry, 300)
				s.write(record.Events, 60)
				s.settle()
				again()
				file := filepath.Join(dir, journal.FileName)
				image, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				s.journal = openJournal(t, dir, nil)
				s.report(l.Addr(), nil)
				s.write(record.Events, 40)
				s.settle()
				old := s.journal.Epoch()
				again()
				if err := os.WriteFile(file, image, 0o600); err != nil {
					t.Fatal(err)
				}

				s.journal = openJournal(t, dir, nil)
				records, err := s.journal.Append(context.Background(), record.Events, closed(more)...)
				if err != nil {
					t.Fatal(err)
				}
				s.report(l.Addr(), nil)
				deadline := time.After(hang)
				for s.journal.Epoch() == old {
					changed := s.journal.Changed()
					select {
					case <-changed:
					case <-deadline:
						t.Fatal("no new epoch began")
					}
				}
				for _, r := range records {
					s.promise[identity(s.journal.Epoch(), record.Events, r.Seq)] = r
				}
				s.forgotten = 40
				s.settle()
				s.holds(o)
			})
		})
	}
}

// closed are doors that close.
func closed(n int) []record.Entry {
	entries := make([]record.Entry, n)
	for i := range entries {
		entries[i] = record.NewEntry(record.DoorClosed, "machine-room/door", time.Time{}, record.DoorData{})
	}
	return entries
}
