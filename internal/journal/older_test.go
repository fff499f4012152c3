package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

const olderEpoch = "6f0e3d5c-0000-4000-8000-00000000000a"

// packOlder packs a group as format 1 did.
func packOlder(records []record.Record) []byte {
	text, err := json.Marshal(records)
	if err != nil {
		panic(err)
	}
	b := make([]byte, 4, olderHeader+len(text))
	b = binary.BigEndian.AppendUint64(b, records[len(records)-1].Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(noon.UnixMilli()))
	b = packer.EncodeAll(text, b)
	binary.BigEndian.PutUint32(b, crc32.Checksum(b[4:], castagnoli))
	return b
}

// writeOlder makes a file of format 1 with groups of events from 5 on, telemetry from 1 on, and a tombstone of events 1
// to 4. It returns the records.
func writeOlder(t *testing.T, path string, harm func(meta, events *bbolt.Bucket) error) map[record.Stream][]record.Record {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, boltOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rng := rand.New(rand.NewPCG(51, 52))
	all := map[record.Stream][]record.Record{}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range []string{"meta", "lost", "events", "telemetry"} {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte("meta"))
		errs := []error{
			meta.Put([]byte("epoch"), []byte(olderEpoch)), meta.Put([]byte("format"), number(1)),
			meta.Put([]byte("wall"), number(uint64(noon.UnixMilli()))), meta.Put([]byte("bytes"), number(12345)),
			tx.Bucket([]byte("lost")).Put(lostKey(record.Events, 1), append(number(4), "full"...)),
		}
		for s, next := range map[record.Stream]uint64{record.Events: 5, record.Telemetry: 1} {
			for range 60 {
				var records []record.Record
				for range 1 + rng.IntN(9) {
					e := entry(rng.IntN(1 << 30))
					records = append(records, record.Record{
						Seq: next, Type: e.Type, Source: e.Source, Time: noon, Clock: record.Synced, Boot: "b0", Mono: 5, Data: e.Data,
					})
					next++
				}
				b, err := tx.Bucket(bucketOf(s)).CreateBucket(number(records[0].Seq))
				if err != nil {
					return err
				}
				errs = append(errs, b.Put([]byte("g"), packOlder(records)))
				all[s] = append(all[s], records...)
			}
			errs = append(errs, meta.Put([]byte("next/"+string(s)), number(next)), meta.Put([]byte("through/"+string(s)), number(9)))
		}
		return errors.Join(append(errs, harm(meta, tx.Bucket([]byte("events"))))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func unharmed(*bbolt.Bucket, *bbolt.Bucket) error { return nil }

// TestOlderFormatIsConverted opens a file of format 1: everything in it is there, under the same epoch and numbers.
func TestOlderFormatIsConverted(t *testing.T) {
	dir := t.TempDir()
	want := writeOlder(t, filepath.Join(dir, FileName), unharmed)
	if _, err := Inspect(dir); err == nil || !strings.Contains(err.Error(), "format 1") {
		t.Errorf("inspect: %v, want to be told of the format", err)
	}
	var log bytes.Buffer
	o := options()
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	j := mustOpen(t, dir, o)
	if j.Epoch() != olderEpoch || !strings.Contains(log.String(), "present format") || strings.Contains(log.String(), "damaged") {
		t.Errorf("epoch %s, log %s", j.Epoch(), &log)
	}
	check := func() {
		t.Helper()
		for s, records := range want {
			last := records[len(records)-1].Seq
			if at := j.Position(s); at != (Position{Last: last, Through: 9}) {
				t.Errorf("%s at %+v, want %d, acknowledged 9", s, at, last)
			}
			got, lost := mustRead(t, j, s, 0, 1<<20)
			if !sameRecords(got, records) {
				t.Errorf("%s: %d records, want all %d", s, len(got), len(records))
			}
			if s == record.Events && !slices.Equal(lost, []record.Lost{{First: 1, Last: 4, Reason: record.ReasonFull}}) {
				t.Errorf("tombstones %v, want the one", lost)
			}
		}
		mustVerify(t, dir)
	}
	check()
	mustClose(t, j)
	j = mustOpen(t, dir, options())
	check()
	next := want[record.Events][len(want[record.Events])-1].Seq + 1
	if r := mustAppend(t, j, record.Events, entry(1)); r[0].Seq != next {
		t.Errorf("appended %d, want %d", r[0].Seq, next)
	}
	if _, err := os.Stat(temporaryName(j.file.path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("temporary file: %v, want it gone", err)
	}
}

// TestDamageInOlderFormat converts what can be read of a file of format 1.
func TestDamageInOlderFormat(t *testing.T) {
	dir := t.TempDir()
	var spoilt uint64
	want := writeOlder(t, filepath.Join(dir, FileName), func(_, events *bbolt.Bucket) error {
		c := events.Cursor()
		c.Seek(number(20))
		name, _ := c.Next()
		spoilt = parseNumber(name)
		b := events.Bucket(name)
		packed := bytes.Clone(b.Get(keyGroup))
		packed[len(packed)-1] ^= 1
		return b.Put(keyGroup, packed)
	})
	j := mustOpen(t, dir, options())
	got, lost := mustRead(t, j, record.Events, 4, 1<<20)
	if len(lost) != 1 || lost[0].First != spoilt || lost[0].Reason != record.ReasonDamaged {
		t.Errorf("tombstones %v, want one from %d on", lost, spoilt)
	}
	if len(got)+int(lost[0].Last-lost[0].First)+1 != len(want[record.Events]) || j.Epoch() != olderEpoch {
		t.Errorf("%d records of %d in epoch %s", len(got), len(want[record.Events]), j.Epoch())
	}

	dir = t.TempDir() // one that says nothing sensible is set aside
	writeOlder(t, filepath.Join(dir, FileName), func(meta, _ *bbolt.Bucket) error { return meta.Put([]byte("epoch"), []byte("none")) })
	j = mustOpen(t, dir, options())
	if got, _ := mustRead(t, j, record.Events, 0, 9); len(got) != 1 || got[0].Type != record.JournalReplaced {
		t.Errorf("records %v, want the one of the replacement", got)
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, "*.damaged-*")); len(aside) != 1 {
		t.Errorf("set aside %v, want one", aside)
	}
}

// TestAFormatThatNobodyWrites is a bit that turned: it is damage, and not the work of a newer program.
func TestAFormatThatNobodyWrites(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	write := func(f uint64) {
		t.Helper()
		db, err := bbolt.Open(filepath.Join(dir, FileName), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyFormat, number(f)) })
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	write(format + 1)
	if _, err := Open(dir, options()); err == nil || !strings.Contains(err.Error(), "install the newer program") {
		t.Errorf("the next format: %v", err)
	}
	write(format | 1<<22)
	j = mustOpen(t, dir, options())
	if got, _ := mustRead(t, j, record.Events, 0, 9); len(got) != 1 || got[0].Type != record.JournalReplaced {
		t.Errorf("records %v, want the one of the replacement", got)
	}
}
