package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// BenchmarkAppend compares the journal with the least that durability costs: the same records as JSON lines
// appended to a file and synced once per group.
func BenchmarkAppend(b *testing.B) {
	reading := record.NewEntry(record.TemperatureMeasured, "machine-room/temperature", time.Time{},
		record.MeasurementData{Value: 21.4375, Unit: "°C"})
	for _, size := range []int{1, 100, 1000} {
		entries := make([]record.Entry, size)
		for i := range entries {
			entries[i] = reading
		}
		b.Run(fmt.Sprintf("group=%d", size), func(b *testing.B) {
			raw := rawAppend(b, size)
			o := options()
			o.MaxBytes = 1 << 40
			j, err := Open(b.TempDir(), o)
			if err != nil {
				b.Fatal(err)
			}
			defer j.Close()
			b.ResetTimer()
			for b.Loop() {
				if _, err := j.Append(context.Background(), record.Events, entries...); err != nil {
					b.Fatal(err)
				}
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			b.ReportMetric(float64(size)/each*1e9, "records/s")
			b.ReportMetric(each/raw, "x-raw-append")
		})
	}
}

// rawAppend returns the nanoseconds that one synced group of records costs without a journal.
func rawAppend(b *testing.B, size int) float64 {
	b.Helper()
	file, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	line, err := json.Marshal(record.Record{Seq: 1, Type: record.TemperatureMeasured, Source: "machine-room/temperature",
		Time: noon, Clock: record.Synced, Boot: "b1", Data: json.RawMessage(`{"value":21.4375,"unit":"°C"}`)})
	if err != nil {
		b.Fatal(err)
	}
	const rounds = 200
	start := time.Now()
	for range rounds {
		var out []byte
		for range size {
			out = append(append(out, line...), '\n')
		}
		if _, err := file.Write(out); err != nil {
			b.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return float64(time.Since(start).Nanoseconds()) / rounds
}
