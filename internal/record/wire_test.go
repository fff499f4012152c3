package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

var update = flag.Bool("update", false, "write the golden files anew")

const epoch = "6f0e3d5c-8f4b-4a43-9c55-0d3c6a3b1f10"

var half = time.Date(2026, 11, 23, 8, 30, 0, 125_000_000, time.UTC)

func opened(seq uint64) Record {
	return Record{
		Seq: seq, Type: DoorOpened, Source: "machine-room/door", Time: half, Clock: Synced,
		Boot: "b1a9c9a0-51c3-4f0e-8a65-3a6f6f8b0e01", Mono: 91822000111, Data: json.RawMessage(`{}`),
	}
}

// payloads is one example of everything that travels.
func payloads(t *testing.T) map[string][]byte {
	batch := func(b Batch) []byte {
		encoded, err := EncodeBatch(b)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	return map[string][]byte{
		"up-events.json": batch(Batch{Epoch: epoch, Stream: Events, Records: []Record{opened(812)}}),
		"up-lost.json":   batch(Batch{Epoch: epoch, Stream: Telemetry, Lost: []Lost{{First: 700, Last: 741, Reason: ReasonFull}}}),
		"up-unsynced.json": batch(Batch{Epoch: epoch, Stream: Events, Records: []Record{{
			Seq: 1, Type: NodeStarted, Source: "node", Time: time.Unix(12, 0).UTC(), Clock: Unsynced, Boot: "b1", Mono: 12_000_000_000,
			Data: json.RawMessage(`{"program":"agent","version":"1.0"}`),
		}}}),
		"ack.json":          Ack{Epoch: epoch, Stream: Events, Through: 812}.Encode(),
		"online.json":       Presence{State: Online, Since: half}.Encode(),
		"offline.json":      Presence{State: Offline, Since: half}.Encode(),
		"state-number.json": State{Value: 21.5, Unit: "°C", Time: half, Quality: Good}.Encode(),
		"state-text.json":   State{Value: "closed", Time: half, Quality: Good}.Encode(),
		"state-faulty.json": State{Unit: "°C", Time: half, Quality: Faulty, Reason: "no answer at address 0x48 on I²C bus 1"}.Encode(),
		"state-nan.json":    State{Value: math.NaN(), Unit: "°C", Time: half, Quality: Unknown}.Encode(),
	}
}

func TestPayloadsMatchTheirGoldenFiles(t *testing.T) {
	for name, got := range payloads(t) {
		path := filepath.Join("testdata", name)
		if bytes.HasPrefix(got, zstdMagic) { // golden files are for reading: what zstd makes may change, what it holds may not
			plain, err := zstdDecoder.DecodeAll(got, nil)
			if err != nil {
				t.Fatal(err)
			}
			got = plain
		}
		got = append(got, '\n')
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s:\n got %s want %s", name, got, want)
		}
	}
}

func TestBatchRoundTrip(t *testing.T) {
	want := Batch{Epoch: epoch, Stream: Events, Lost: []Lost{{First: 1, Last: 3, Reason: ReasonDamaged}}}
	for seq := uint64(4); seq < 104; seq++ {
		want.Records = append(want.Records, opened(seq))
	}
	payload, err := EncodeBatch(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(payload, zstdMagic) {
		t.Error("a hundred records were not compressed")
	}
	got, err := DecodeBatch(payload)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Records) != 100 || len(got.Lost) != 1 || got.Lost[0] != want.Lost[0] {
		t.Fatalf("got %d records and %v", len(got.Records), got.Lost)
	}
	for i := range got.Records {
		if !got.Records[i].Equal(want.Records[i]) {
			t.Errorf("record %d: %+v, want %+v", i, got.Records[i], want.Records[i])
		}
	}
}

func TestDecodeBatchAcceptsWhatItDoesNotKnow(t *testing.T) {
	payload := fmt.Sprintf(`{"epoch":%q,"stream":"events","new":1,"records":[{"seq":1,"type":"lift.stuck","source":"lift","time":"2026-11-23T08:30:00Z","clock":"synced","boot":"","mono":0,"data":{"floor":2},"trace":"x"}]}`, epoch)
	b, err := DecodeBatch([]byte(payload))
	if err != nil || b.Records[0].Type != "lift.stuck" {
		t.Errorf("got %+v, %v", b, err)
	}
}

func TestDecodeBatchRefuses(t *testing.T) {
	good := `{"seq":1,"type":"door.opened","source":"door","time":"2026-11-23T08:30:00Z","clock":"synced","boot":"b","mono":1,"data":{}}`
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the good record", old)
		}
		return fmt.Sprintf(`{"epoch":%q,"stream":"events","records":[%s]}`, epoch, strings.Replace(good, old, new, 1))
	}
	for _, c := range []struct{ name, payload, say string }{
		{"nothing", ``, "decode batch"},
		{"text", `hello`, "decode batch"},
		{"half", with("", "")[:60], "decode batch"},
		{"broken zstd", string(zstdMagic) + "junk", "decompress"},
		{"no epoch", `{"stream":"events","records":[` + good + `]}`, "epoch"},
		{"upper epoch", `{"epoch":"6F0E3D5C-8F4B-4A43-9C55-0D3C6A3B1F10","stream":"events","records":[` + good + `]}`, "epoch"},
		{"stream", fmt.Sprintf(`{"epoch":%q,"stream":"logs","records":[%s]}`, epoch, good), "unknown stream"},
		{"empty", fmt.Sprintf(`{"epoch":%q,"stream":"events","records":[]}`, epoch), "neither"},
		{"seq", with(`"seq":1`, `"seq":0`), "seq 0"},
		{"negative seq", with(`"seq":1`, `"seq":-1`), "decode batch"},
		{"huge seq", with(`"seq":1`, `"seq":18446744073709551615`), "too large"},
		{"type", with(`door.opened`, `Door`), "type"},
		{"source", with(`"source":"door"`, `"source":"a//b"`), "source"},
		{"time", with(`2026-11-23T08:30:00Z`, `0000-01-01T00:00:00Z`), "time"},
		{"clock", with(`synced`, `maybe`), "clock"},
		{"mono", with(`"mono":1`, `"mono":-1`), "mono"},
		{"data list", with(`"data":{}`, `"data":[]`), "data"},
		{"data missing", with(`,"data":{}`, ``), "data"},
		{"order", fmt.Sprintf(`{"epoch":%q,"stream":"events","records":[%s,%s]}`, epoch, good, good), "rising"},
		{"lost range", fmt.Sprintf(`{"epoch":%q,"stream":"events","records":[],"lost":[{"first":9,"last":8,"reason":"full"}]}`, epoch), "lost"},
		{"lost reason", fmt.Sprintf(`{"epoch":%q,"stream":"events","records":[],"lost":[{"first":9,"last":9,"reason":""}]}`, epoch), "reason"},
	} {
		if _, err := DecodeBatch([]byte(c.payload)); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want an error that says %q", c.name, err, c.say)
		}
	}
}

func TestDecodeBatchIsBounded(t *testing.T) {
	if _, err := DecodeBatch(make([]byte, MaxPayload+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("long payload: %v, want ErrTooLarge", err)
	}
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	bomb := encoder.EncodeAll(make([]byte, 1<<30), nil)
	if len(bomb) > MaxPayload {
		t.Fatalf("the bomb has %d bytes and would be refused for that", len(bomb))
	}
	if _, err := DecodeBatch(bomb); !errors.Is(err, ErrTooLarge) {
		t.Errorf("bomb: %v, want ErrTooLarge", err)
	}
}

func TestDecodeSmallPayloads(t *testing.T) {
	for _, c := range []struct {
		decode  func([]byte) error
		payload string
		say     string // "" for good
	}{
		{ack, fmt.Sprintf(`{"epoch":%q,"stream":"events","through":9}`, epoch), ""},
		{ack, `{`, "decode ack"},
		{ack, `{"epoch":"","stream":"events","through":9}`, "epoch"},
		{ack, fmt.Sprintf(`{"epoch":%q,"stream":"x","through":9}`, epoch), "stream"},
		{ack, fmt.Sprintf(`{"epoch":%q,"stream":"events","through":-9}`, epoch), "decode ack"},
		{presence, `{"state":"online","since":"2026-11-23T08:30:00Z"}`, ""},
		{presence, `{"state":"away","since":"2026-11-23T08:30:00Z"}`, "state"},
		{presence, `{"state":"online","since":"yesterday"}`, "decode online"},
		{state, `{"value":1.5,"unit":"°C","time":"2026-11-23T08:30:00Z","quality":"good"}`, ""},
		{state, `{"value":null,"unit":"","time":"2026-11-23T08:30:00Z","quality":"faulty","reason":"gone"}`, ""},
		{state, `{"value":{},"unit":"","time":"2026-11-23T08:30:00Z","quality":"good"}`, "value"},
		{state, `{"value":1,"unit":"","time":"2026-11-23T08:30:00Z","quality":"fine"}`, "quality"},
		{state, `{"value":"` + strings.Repeat("x", MaxData) + `"}`, "at most"},
	} {
		err := c.decode([]byte(c.payload))
		if c.say == "" && err != nil {
			t.Errorf("%.60s: %v", c.payload, err)
		}
		if c.say != "" && (err == nil || !strings.Contains(err.Error(), c.say)) {
			t.Errorf("%.60s: %v, want an error that says %q", c.payload, err, c.say)
		}
	}
}

func ack(b []byte) error      { _, err := DecodeAck(b); return err }
func presence(b []byte) error { _, err := DecodePresence(b); return err }
func state(b []byte) error    { _, err := DecodeState(b); return err }

func TestTopics(t *testing.T) {
	for _, want := range []Topic{
		{Station: "demo", Node: "agent", Kind: KindUp, Stream: Events},
		{Station: "demo", Node: "agent", Kind: KindAck, Stream: Telemetry},
		{Station: "s.1", Node: "n_2", Kind: KindState, Point: "machine-room/door"},
		{Station: "demo", Node: "agent", Kind: KindOnline},
		{Station: "demo", Node: "agent", Kind: KindDesired},
		{Station: "demo", Node: "agent", Kind: KindReported},
		{Station: "demo", Node: "agent", Kind: KindCommand, ID: "c-1"},
		{Station: "demo", Node: "agent", Kind: KindResult, ID: "c-1"},
	} {
		got, err := ParseTopic(want.String())
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", want, got, err, want)
		}
	}
	for _, bad := range []string{
		"", "station/v1", "station/v1/demo", "station/v1/demo/agent", "station/v2/demo/agent/online",
		"station/v1/demo/agent/online/x", "station/v1/demo/agent/up", "station/v1/demo/agent/up/logs",
		"station/v1/demo/agent/up/events/x", "station/v1/demo/agent/state/", "station/v1/demo/agent/state/a//b",
		"station/v1/demo/agent/config", "station/v1/demo/agent/config/other", "station/v1/demo/agent/config/desired/x",
		"station/v1/demo/agent/command", "station/v1/demo/agent/command/", "station/v1/demo/agent/command/a/b", "station/v1/demo/agent/command/a/result/x",
		"station/v1/+/agent/online", "station/v1/demo//online", "station/v1/demo/agent/other/x",
	} {
		if got, err := ParseTopic(bad); err == nil {
			t.Errorf("%q was taken for %+v", bad, got)
		}
	}
}

func TestFilters(t *testing.T) {
	for kind, want := range map[Kind]string{
		KindUp: "station/v1/+/+/up/+", KindAck: "station/v1/+/+/ack/+", KindState: "station/v1/+/+/state/#", KindOnline: "station/v1/+/+/online",
		KindDesired: "station/v1/+/+/config/desired", KindReported: "station/v1/+/+/config/reported",
		KindCommand: "station/v1/+/+/command/+", KindResult: "station/v1/+/+/command/+/result",
	} {
		if got := Filter(kind); got != want {
			t.Errorf("filter of %s: %s, want %s", kind, got, want)
		}
	}
	if got := NodeFilter(KindAck, "demo", "agent"); got != "station/v1/demo/agent/ack/+" {
		t.Errorf("ack filter %s", got)
	}
}

func TestEqual(t *testing.T) {
	a, b := opened(1), opened(1)
	b.Time, b.Data = a.Time.In(time.FixedZone("", 3600)), json.RawMessage("{ }")
	if !a.Equal(b) {
		t.Error("the same instant and the same JSON are not equal")
	}
	b.Data = json.RawMessage(`{"a":1}`)
	if a.Equal(b) {
		t.Error("different data are equal")
	}
}
