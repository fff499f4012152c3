package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// Format 1 had no serials, and groups that could not be told from other bytes:
//
//	meta       epoch as text; format, wall; next/{stream}, through/{stream}
//	{stream}   one bucket per group, named by its first seq, with one packed value
//	lost       as today
//
// A packed group of it:
//
//	0  4  CRC-32C of everything after it
//	4  8  last seq
//	12 8  wall time of the commit, in ms since 1970
//	20    zstd of a JSON array of records without gaps
const olderHeader = 20

// errOlder is wrapped when a file is of format 1.
var errOlder = errors.New("the file is of an older format")

// convert makes a file of the present format out of one of format 1: the same epoch, records, tombstones and positions.
// Until it is complete the old one stays in its place.
func convert(path string, log *slog.Logger) error {
	old, err := openBolt(path)
	if err != nil {
		return err
	}
	var s state
	err = build(path, func(db *bbolt.DB) error {
		db.NoSync = true // build flushes at the end
		return old.View(func(from *bbolt.Tx) (err error) {
			s, err = convertTo(db, from)
			return err
		})
	})
	if err := errors.Join(err, guard(old.Close)); err != nil {
		return fmt.Errorf("bring it from format 1 to %d: %w", format, err)
	}
	log.Info("journal was brought into the present format", "file", path, "format", format, "records", s.Records)
	return nil
}

func convertTo(db *bbolt.DB, from *bbolt.Tx) (state, error) {
	s, err := olderState(from)
	if err != nil {
		return s, err
	}
	err = db.Update(func(to *bbolt.Tx) error {
		if err := initialise(to, s); err != nil {
			return err
		}
		return from.Bucket(bucketLost).ForEach(to.Bucket(bucketLost).Put)
	})
	for _, stream := range record.Streams {
		groups := from.Bucket(bucketOf(stream)).Cursor()
		for first, _ := groups.First(); first != nil && err == nil; {
			err = db.Update(func(to *bbolt.Tx) (err error) {
				first, err = convertSome(to, from.Bucket(bucketOf(stream)), groups, stream, first, &s)
				return err
			})
		}
	}
	if err != nil {
		return s, err
	}
	return s, db.Update(func(to *bbolt.Tx) error { return putState(to, s) })
}

// convertSome converts groups from one on, and returns the name of the next.
func convertSome(to *bbolt.Tx, from *bbolt.Bucket, at *bbolt.Cursor, stream record.Stream, name []byte, s *state) ([]byte, error) {
	for size := 0; name != nil && size < takeAtOnce; name, _ = at.Next() {
		records, committed, err := unpackOlder(value(from.Bucket(name)), parseNumber(name))
		if err != nil || records[len(records)-1].Seq >= s.Streams[stream].Next {
			continue // it cannot be read: the reader will say that it is missing
		}
		h := header{
			stream: stream, first: records[0].Seq, last: records[len(records)-1].Seq, records: len(records),
			committed: committed, serial: s.Serial,
		}
		packed := h.pack(record.AppendRecords(nil, records))
		if err := (shelf{to, stream}).put(place{first: h.first, packed: packed}); err != nil {
			return nil, err
		}
		size += len(packed)
		s.Bytes += int64(len(packed))
		s.Records += int64(len(records))
	}
	return name, nil
}

// olderState reads where a journal of format 1 stands.
func olderState(tx *bbolt.Tx) (state, error) {
	meta := tx.Bucket(bucketMeta)
	s := newState(string(meta.Get([]byte("epoch"))))
	if err := record.CheckEpoch(s.Epoch); err != nil {
		return s, fmt.Errorf("%w: %w", errDamaged, err)
	}
	s.Serial, s.Latest = 1, int64(parseNumber(meta.Get([]byte("wall"))))
	for _, stream := range record.Streams {
		if tx.Bucket(bucketOf(stream)) == nil {
			return s, fmt.Errorf("%w: it has no %s bucket", errDamaged, stream)
		}
		next := max(1, parseNumber(meta.Get([]byte("next/"+string(stream)))))
		through := parseNumber(meta.Get([]byte("through/" + string(stream))))
		if through >= next || next > 1<<62 {
			return s, fmt.Errorf("%w: %s stands at %d, acknowledged through %d", errDamaged, stream, next, through)
		}
		s.Streams[stream] = track{Next: next, Through: through}
	}
	if tx.Bucket(bucketLost) == nil {
		return s, fmt.Errorf("%w: it has no %s bucket", errDamaged, bucketLost)
	}
	return s, nil
}

// unpackOlder reads a packed group of format 1.
func unpackOlder(b []byte, first uint64) ([]record.Record, time.Time, error) {
	if len(b) < olderHeader || crc32.Checksum(b[4:], castagnoli) != binary.BigEndian.Uint32(b) {
		return nil, time.Time{}, errGroup
	}
	text, err := unpacker.DecodeAll(b[olderHeader:], nil)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("unpack group: %w", err)
	}
	if len(text) < 2 || text[0] != '[' || text[len(text)-1] != ']' {
		return nil, time.Time{}, errors.New("unpack group: its text is no array")
	}
	records, err := record.ParseRecords(text[1:len(text)-1], nil)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("unpack group: %w", err)
	}
	for i, r := range records {
		if r.Seq != first+uint64(i) {
			return nil, time.Time{}, fmt.Errorf("unpack group: %d where %d is expected", r.Seq, first+uint64(i))
		}
	}
	if len(records) == 0 || len(records) > groupRecords {
		return nil, time.Time{}, fmt.Errorf("unpack group: it holds %d records", len(records))
	}
	return records, time.UnixMilli(int64(binary.BigEndian.Uint64(b[12:]))), nil
}
