package ingest

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// FuzzReceive takes arbitrary messages from the broker in, and stores what is accepted of them. Whatever a stranger
// publishes, it is either refused with a reason or stored, and what is stored can be acknowledged and read.
func FuzzReceive(f *testing.F) {
	files, err := filepath.Glob("../../internal/record/testdata/*.json")
	if err != nil || len(files) < 9 {
		f.Fatalf("golden files %v, %v", files, err)
	}
	for _, name := range files {
		payload, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, topic := range []string{"up/events", "up/telemetry", "ack/events", "state/machine-room/door", "online", "config/reported",
			"command/c1/result"} {
			f.Add("station/v1/demo/agent/"+topic, payload)
		}
	}
	f.Add("station/v1/demo/agent/state/a", []byte{})
	f.Add("$SYS/broker/version", []byte("x"))
	s, err := store.Open(f.Context(), f.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := s.Close(); err != nil {
			f.Error(err)
		}
	})
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, name string, payload []byte) {
		m := message{name: name, payload: payload, received: now}
		m.topic, _ = record.ParseTopic(name)
		switch m.topic.Kind {
		case record.KindState, record.KindOnline, record.KindReported, record.KindResult:
			takeRetained(t, s, m)
			return
		}
		takeBatch(t, s, m)
	})
}

func takeRetained(t *testing.T, s *store.Store, m message) {
	h, ok, refused := m.heard()
	if refused != nil && (ok || refused.reason == "" || refused.err == nil) {
		t.Fatalf("accepted %t and refused %+v", ok, refused)
	}
	if !ok {
		return
	}
	if err := s.Hear(t.Context(), []store.Heard{h}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Station(t.Context(), h.From.Station); err != nil {
		t.Fatal(err)
	}
}

func takeBatch(t *testing.T, s *store.Store, m message) {
	d, refused := m.delivery()
	if refused != nil {
		if refused.reason == "" || refused.err == nil {
			t.Fatalf("refused without saying why: %+v", refused)
		}
		if err := s.SetAside(t.Context(), m.name, refused.reason, m.payload, m.received); err != nil {
			t.Fatal(err)
		}
		return
	}
	receipts, err := s.Put(t.Context(), []store.Delivery{d}, m.received)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	ack := receipts[0].Ack
	if receipts[0].Refused == nil && (ack.Epoch != d.Batch.Epoch || ack.Stream != d.Batch.Stream || ack.Through > receipts[0].Highest) {
		t.Fatalf("a batch of %s %s is acknowledged with %+v", d.Batch.Epoch, d.Batch.Stream, ack)
	}
	q := store.Query{Station: d.From.Station, Node: d.From.Node, Stream: d.Batch.Stream, Limit: store.MaxLimit}
	if _, err := s.Records(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Latest(t.Context(), d.From.Station, nil, 100); err != nil {
		t.Fatal(err)
	}
}
