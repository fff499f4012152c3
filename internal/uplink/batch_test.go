package uplink

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// history is a Journal whose records and tombstones are given, so that batches can be cut without a file.
type history struct {
	Journal
	records []record.Record
	lost    []record.Lost
}

func (history) Epoch() string { return "6f0e3d5c-0000-4000-8000-000000000000" }

func (h history) Text(_ record.Stream, after, upTo uint64, limit, size int) (span journal.Span, err error) {
	span.End = after
	var texts [][]byte
	for _, r := range h.records {
		text, err := json.Marshal(r)
		if err != nil {
			return span, err
		}
		if size -= len(text) + 1; r.Seq > after && r.Seq <= upTo && len(texts) > 0 && size < 0 || len(texts) == limit {
			upTo = r.Seq - 1
			break
		}
		if r.Seq > after && r.Seq <= upTo {
			texts = append(texts, text)
			span.End = r.Seq
		} else {
			size += len(text) + 1
		}
	}
	for _, l := range h.lost {
		if l.First > after && l.Last <= upTo {
			span.Lost = append(span.Lost, l)
			span.End = max(span.End, l.Last)
		}
	}
	span.Text, span.Records = bytes.Join(texts, []byte(",")), len(texts)
	return span, nil
}

func plain(seq uint64, data string) record.Record {
	return record.Record{
		Seq: seq, Type: "a.b", Source: "a", Time: time.Unix(1e9, 0).UTC(), Clock: record.Synced, Data: json.RawMessage(data),
	}
}

// noise is a JSON object of about size bytes that does not compress.
func noise(random *rand.Rand, size int) string {
	const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-"
	text := make([]byte, size)
	for i := range text {
		text[i] = letters[random.IntN(len(letters))]
	}
	return `{"noise":"` + string(text) + `"}`
}

// TestBatchesStayWithinTheLimits cuts large records that do not compress, and records among as many tombstones.
func TestBatchesStayWithinTheLimits(t *testing.T) {
	var h history
	random := rand.New(rand.NewPCG(3, 4))
	const last = 3000
	for seq := uint64(1); seq <= last; seq++ {
		switch {
		case seq <= 40:
			h.records = append(h.records, plain(seq, noise(random, 60<<10)))
		case seq%2 == 0:
			h.lost = append(h.lost, record.Lost{First: seq, Last: seq, Reason: record.ReasonThinned})
		default:
			h.records = append(h.records, plain(seq, `{}`))
		}
	}
	for _, size := range []int{leastWindow, record.MaxPayload} {
		c := cutter{journal: h, stream: record.Events, ratio: firstRatio}
		next := uint64(1)
		for next <= last {
			b, err := c.cut(record.Range{First: next, Last: last}, size, 0)
			if err != nil {
				t.Fatal(err)
			}
			batch, err := record.DecodeBatch(b.payload)
			if err != nil {
				t.Fatal(err)
			}
			if b.records != len(batch.Records) || b.first != next {
				t.Fatalf("%d records from %d, want %d from %d", b.records, b.first, len(batch.Records), next)
			}
			covered := map[uint64]bool{}
			for _, r := range batch.Records {
				covered[r.Seq] = true
			}
			for _, lost := range batch.Lost {
				for q := lost.First; q <= lost.Last; q++ {
					covered[q] = true
				}
			}
			for ; next <= b.last; next++ {
				if !covered[next] {
					t.Fatalf("seq %d is in no batch", next)
				}
			}
		}
	}
}

// TestBatchesAreAboutAsLargeAsAsked learns how well records compress.
func TestBatchesAreAboutAsLargeAsAsked(t *testing.T) {
	var h history
	random := rand.New(rand.NewPCG(5, 6))
	for seq := uint64(1); seq <= 4000; seq++ {
		h.records = append(h.records, plain(seq, noise(random, 200)))
	}
	c := cutter{journal: h, stream: record.Events, ratio: 50} // a wrong guess
	var sizes []int
	for next := uint64(1); next <= 4000; {
		b, err := c.cut(record.Range{First: next, Last: 4000}, 20<<10, 0)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(b.payload))
		next = b.last + 1
	}
	for _, size := range sizes[len(sizes)/2 : len(sizes)-1] {
		if size < 15<<10 || size > 25<<10 {
			t.Errorf("batches of %v bytes, want about %d", sizes, 20<<10)
			break
		}
	}
}

func TestTheFirstBatchTellsOfTheEarlierEpoch(t *testing.T) {
	h := history{records: []record.Record{plain(8, `{}`), plain(9, `{}`)}}
	c := cutter{journal: h, stream: record.Events, ratio: firstRatio}
	b, err := c.cut(record.Range{First: 8, Last: 9}, 1000, 7)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := record.DecodeBatch(b.payload)
	if err != nil {
		t.Fatal(err)
	}
	if len(batch.Lost) != 1 || batch.Lost[0] != (record.Lost{First: 1, Last: 7, Reason: record.ReasonEarlier}) || len(batch.Records) != 2 {
		t.Errorf("batch %+v", batch)
	}
}

func TestAJournalThatGivesNothingIsAnError(t *testing.T) {
	c := cutter{journal: history{}, stream: record.Events, ratio: firstRatio}
	if b, err := c.cut(record.Range{First: 1, Last: 5}, 1000, 0); err == nil {
		t.Errorf("made a batch of nothing: %+v", b)
	}
}
