package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"stationkeeper/internal/record"
)

// content is the data of a record of these tests. Fill follows from the other members, so that whoever reads the
// record can tell whether it is as it was written.
type content struct {
	Life   uint64  `json:"life"`   // the seed of the life in which it was written
	Writer uint64  `json:"writer"` // who wrote it in that life
	N      uint64  `json:"n"`      // how many that writer had written before
	Most   int     `json:"most"`   // the largest size that records have in that life, in bytes of fill
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Fill   string  `json:"fill"`
}

// contentOf returns the one right content for a record. Fill does not compress.
func contentOf(life, writer, n uint64, most int) content {
	rng := rand.New(rand.NewPCG(life, writer<<40|n))
	fill := make([]byte, 12+rng.IntN(most)*rng.IntN(2))
	for i := 0; i < len(fill); i += 8 {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], rng.Uint64())
		copy(fill[i:], word[:])
	}
	return content{life, writer, n, most, float64(n % 50), "°C", base64.StdEncoding.EncodeToString(fill)}
}

// checkContent says what is wrong with a record's data. What the journal writes of its own accord is its own affair.
func checkContent(r record.Record) error {
	if r.Type == record.JournalReplaced {
		return nil
	}
	var c content
	if err := json.Unmarshal(r.Data, &c); err != nil {
		return fmt.Errorf("record %d: %w", r.Seq, err)
	}
	if c.Most < 1 || c != contentOf(c.Life, c.Writer, c.N, c.Most) {
		return fmt.Errorf("record %d does not hold what was written: %.200s", r.Seq, r.Data)
	}
	return nil
}
