package store

import (
	"testing"

	"stationkeeper/internal/record"
)

// BenchmarkPut stores telemetry in batches of 100, in groups of 10 batches, and beside it inserts the same rows into
// a bare table of the same database with one prepared statement: what the machine can do, as a measure.
func BenchmarkPut(b *testing.B) {
	const perBatch, batches = 100, 10
	var rate, raw float64
	b.Run("raw", func(b *testing.B) {
		s := mustOpen(b, b.TempDir())
		if _, err := s.writer.Exec(`CREATE TABLE bare (epoch INTEGER, seq INTEGER, type TEXT, source TEXT, time INTEGER,
			clock TEXT, boot TEXT, mono INTEGER, data BLOB, received INTEGER, PRIMARY KEY (epoch, seq)) WITHOUT ROWID`); err != nil {
			b.Fatal(err)
		}
		insert, err := s.writer.Prepare(`INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			b.Fatal(err)
		}
		seq := uint64(0)
		for b.Loop() {
			tx, err := s.writer.Begin()
			if err != nil {
				b.Fatal(err)
			}
			in := tx.Stmt(insert)
			for range perBatch * batches {
				seq++
				r := temperature(seq, 21.5)
				if _, err := in.Exec(1, seq, r.Type, r.Source, r.Time.UnixMilli(), r.Clock, r.Boot, r.Mono, []byte(r.Data), 1); err != nil {
					b.Fatal(err)
				}
			}
			if err := tx.Commit(); err != nil {
				b.Fatal(err)
			}
		}
		raw = float64(seq) / b.Elapsed().Seconds()
		b.ReportMetric(raw, "records/s")
	})
	b.Run("put", func(b *testing.B) {
		s := mustOpen(b, b.TempDir())
		seq := uint64(0)
		for b.Loop() {
			var group []Delivery
			for range batches {
				var records []record.Record
				for range perBatch {
					seq++
					records = append(records, temperature(seq, 21.5))
				}
				group = append(group, Delivery{agent, record.Batch{Epoch: epochA, Stream: record.Telemetry, Records: records}})
			}
			if got := mustPut(b, s, group...)[batches-1].Ack.Through; got != seq {
				b.Fatalf("through %d, want %d", got, seq)
			}
		}
		rate = float64(seq) / b.Elapsed().Seconds()
		b.ReportMetric(rate, "records/s")
		b.ReportMetric(rate/raw, "of-raw")
	})
}
