package store

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// The benchmarks store records of about 320 bytes that compress like those of a real station, and report how many a
// second. BenchmarkPut is also given as a ratio to what the machine can do in the same database: of the same payloads
// inserted bare with one prepared statement, and of single records so.

// sent makes batches as they come from one node, in order, a thousand a second.
type sent struct {
	seq    uint64
	random *rand.Rand
}

func (s *sent) batch(b testing.TB, size int) Delivery {
	b.Helper()
	batch := record.Batch{Epoch: epochA, Stream: record.Telemetry}
	for range size {
		s.seq++
		r := door(s.seq)
		r.Type, r.Source = record.TemperatureMeasured, fmt.Sprintf("machine-room-%d/temperature", s.seq%10)
		r.Time = started.Add(time.Duration(s.seq) * time.Millisecond)
		r.Mono, r.Boot = int64(s.seq)*1e6+s.random.Int64N(1e6), "3f1c2f6a-7a53-4f0c-9d7a-0d6f5b1c2e11"
		r.Data, _ = json.Marshal(map[string]any{"value": float64(s.random.IntN(400)+180) / 10, "unit": "°C",
			"raw": s.random.Uint32(), "id": fmt.Sprintf("28-%012x", s.seq%10), "crc": s.random.Uint32() & 255})
		batch.Records = append(batch.Records, r)
	}
	payload, err := record.EncodeBatch(batch)
	if err != nil {
		b.Fatal(err)
	}
	return Delivery{From: agent, Batch: batch, Payload: payload}
}

func newSent() *sent { return &sent{random: rand.New(rand.NewPCG(1, 2))} }

// groups are deliveries as the inbox hands them over: about half a megabyte at once.
func groups(b *testing.B, s *sent, size, most int) [][]Delivery {
	var all [][]Delivery
	for range most {
		var group []Delivery
		for bytes := 0; bytes < 512<<10; {
			d := s.batch(b, size)
			group, bytes = append(group, d), bytes+len(d.Payload)
		}
		all = append(all, group)
	}
	return all
}

func BenchmarkPut(b *testing.B) {
	for _, size := range []int{100, 1000} {
		var blobs, singles float64
		rate := func(b *testing.B, work func(s *Store, group []Delivery)) float64 {
			s := mustOpen(b, b.TempDir())
			source := newSent()
			records := uint64(0)
			for b.Loop() {
				b.StopTimer()
				group := groups(b, source, size, 1)[0]
				b.StartTimer()
				work(s, group)
				records += uint64(size * len(group))
			}
			rate := float64(records) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "records/s")
			return rate
		}
		b.Run(fmt.Sprintf("%d/blobs", size), func(b *testing.B) { blobs = rate(b, bareBlobs) })
		b.Run(fmt.Sprintf("%d/singles", size), func(b *testing.B) { singles = rate(b, bareRecords) })
		b.Run(fmt.Sprintf("%d/put", size), func(b *testing.B) {
			put := rate(b, func(s *Store, group []Delivery) { mustPut(b, s, group...) })
			b.ReportMetric(put/blobs, "of-blobs")
			b.ReportMetric(put/singles, "of-singles")
		})
		b.Run(fmt.Sprintf("%d/decode-put", size), func(b *testing.B) {
			rate(b, func(s *Store, group []Delivery) {
				for i := range group {
					batch, err := record.DecodeBatch(group[i].Payload)
					if err != nil {
						b.Fatal(err)
					}
					group[i].Batch = batch
				}
				mustPut(b, s, group...)
			})
		})
	}
}

func bareBlobs(s *Store, group []Delivery) {
	bare(s, `CREATE TABLE IF NOT EXISTS blobs (id INTEGER PRIMARY KEY, payload BLOB)`, `INSERT INTO blobs (payload) VALUES (?)`,
		func(insert func(...any)) {
			for _, d := range group {
				insert(d.Payload)
			}
		})
}

func bareRecords(s *Store, group []Delivery) {
	bare(s, `CREATE TABLE IF NOT EXISTS singles (epoch INTEGER, seq INTEGER, type TEXT, source TEXT, time INTEGER,
		clock TEXT, boot TEXT, mono INTEGER, data BLOB, received INTEGER, PRIMARY KEY (epoch, seq)) WITHOUT ROWID`,
		`INSERT INTO singles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, func(insert func(...any)) {
			for _, d := range group {
				for _, r := range d.Batch.Records {
					insert(1, r.Seq, r.Type, r.Source, r.Time.UnixMilli(), r.Clock, r.Boot, r.Mono, []byte(r.Data), 1)
				}
			}
		})
}

func bare(s *Store, table, text string, add func(insert func(...any))) {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	db := s.handles.Load().writer
	_, err := db.Exec(table)
	must(err)
	tx, err := db.Begin()
	must(err)
	statement, err := tx.Prepare(text)
	must(err)
	add(func(args ...any) {
		_, err := statement.Exec(args...)
		must(err)
	})
	must(tx.Commit())
}

// BenchmarkIndex is how fast the views follow.
func BenchmarkIndex(b *testing.B) {
	for _, stream := range record.Streams {
		b.Run(string(stream), func(b *testing.B) {
			s := mustOpen(b, b.TempDir())
			source := newSent()
			records := uint64(0)
			for b.Loop() {
				b.StopTimer()
				for range 20 {
					d := source.batch(b, 1000)
					d.Batch.Stream, d.Payload = stream, nil
					mustPut(b, s, d)
				}
				b.StartTimer()
				mustSettle(b, s)
				records += 20_000
			}
			b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
