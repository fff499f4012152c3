package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// comparison is one stream of one node: what its own journal holds beside what head office says.
type comparison struct {
	Node   string
	Stream record.Stream
	// Written counts the records in the node's journal, Stored those that head office's API returned.
	Written, Stored int
	// Duplicates counts records that head office returned again, Missing those it never returned, Changed those
	// that differ from what was written, and Foreign those that the journal does not have.
	Duplicates, Missing, Changed, Foreign int
}

// sound reports whether head office holds exactly what was written.
func (c comparison) sound() bool {
	return c.Duplicates == 0 && c.Missing == 0 && c.Changed == 0 && c.Foreign == 0
}

// compare sets what a journal of this epoch holds beside what head office holds of the stream.
func compare(node, epoch string, stream record.Stream, written []record.Record, held []stored) comparison {
	c := comparison{Node: node, Stream: stream, Written: len(written), Stored: len(held)}
	bySeq := make(map[uint64]record.Record, len(written))
	for _, r := range written {
		bySeq[r.Seq] = r
	}
	seen := make(map[uint64]bool, len(held))
	for _, s := range held {
		r, ok := bySeq[s.Seq]
		switch {
		case !ok || s.Epoch != epoch:
			c.Foreign++
		case seen[s.Seq]:
			c.Duplicates++
		case !same(r, s):
			c.Changed++
		}
		if ok && s.Epoch == epoch {
			seen[s.Seq] = true
		}
	}
	c.Missing = len(bySeq) - len(seen)
	return c
}

// same reports whether head office tells a record as it was written.
func same(r record.Record, s stored) bool {
	return r.Type == s.Type && r.Source == s.Source && r.Time.Equal(s.Time) && bytes.Equal(compact(r.Data), compact(s.Data))
}

func compact(data json.RawMessage) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return data // not JSON: it is compared as it is
	}
	return b.Bytes()
}

// journalled reads every record of a stream from the journal in dir, whose program has ended, and the journal's epoch.
func journalled(dir string, stream record.Stream) (records []record.Record, epoch string, err error) {
	now, err := clock.System()
	if err != nil {
		return nil, "", err
	}
	j, err := journal.Open(dir, journal.Options{
		Clock: now, Log: slog.New(slog.DiscardHandler), MaxBytes: 1 << 40, Retain: 100 * 365 * 24 * time.Hour, TelemetryDelay: time.Second,
	})
	if err != nil {
		return nil, "", err
	}
	defer func() {
		if closed := j.Close(); err == nil {
			err = closed
		}
	}()
	const limit = 1000
	for after := uint64(0); ; {
		page, lost, err := j.Read(stream, after, limit)
		if err != nil {
			return nil, "", err
		}
		if len(lost) > 0 {
			return nil, "", fmt.Errorf("read journal in %s: %s records %d to %d are gone: %s", dir, stream, lost[0].First, lost[0].Last, lost[0].Reason)
		}
		records = append(records, page...)
		if len(page) < limit {
			return records, j.Epoch(), nil
		}
		after = page[len(page)-1].Seq
	}
}
