package record

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"
)

// seeds adds the golden files that match to a corpus.
func seeds(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		f.Fatalf("golden files %s: %v, %v", pattern, files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

func FuzzDecodeBatch(f *testing.F) {
	seeds(f, "up-*.json")
	packed, err := EncodeBatch(Batch{Epoch: epoch, Stream: Telemetry, Records: thousand()[:40], Lost: []Lost{{1, 2, ReasonFull}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Fuzz(func(t *testing.T, payload []byte) {
		b, err := DecodeBatch(payload)
		if err != nil {
			return
		}
		again, err := EncodeBatch(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > MaxPayload { // JSON may grow when it is spelled again
			return
		}
		c, err := DecodeBatch(again)
		if err != nil {
			t.Fatalf("what was accepted is refused when spelled again: %v", err)
		}
		for i := range b.Records {
			if !b.Records[i].Equal(c.Records[i]) {
				t.Fatalf("record %d changed: %+v, %+v", i, b.Records[i], c.Records[i])
			}
		}
	})
}

func FuzzParseTopic(f *testing.F) {
	f.Add("station/v1/demo/agent/up/events")
	f.Add("station/v1/demo/agent/state/machine-room/door")
	f.Fuzz(func(t *testing.T, s string) {
		if topic, err := ParseTopic(s); err == nil && topic.String() != s {
			t.Errorf("%q is spelled %q", s, topic)
		}
	})
}

func FuzzDecodeAck(f *testing.F) {
	seeds(f, "ack.json")
	f.Add(Ack{Epoch: epoch, Stream: Telemetry, Through: 9, Mark: opened(9).Mark(), Again: []Range{{11, 12}, {13, 1 << 60}}}.Encode())
	f.Add([]byte(`{"epoch":"` + epoch + `","stream":"events","through":18446744073709551615,"again":[{"first":1,"last":18446744073709551615},{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := DecodeAck(b)
		if err != nil {
			return
		}
		again, err := DecodeAck(a.Encode())
		if err != nil || !slices.Equal(again.Again, a.Again) {
			t.Errorf("%+v is read as %+v, %v when spelled again", a, again, err)
		}
		if again.Again = a.Again; !reflect.DeepEqual(again, a) {
			t.Errorf("%+v is read as %+v when spelled again", a, again)
		}
		for i, g := range a.Again {
			if g.First <= a.Through || g.Last < g.First || i > 0 && g.First <= a.Again[i-1].Last {
				t.Errorf("asks again for %v above %d", a.Again, a.Through)
			}
		}
	})
}

func FuzzDecodePresence(f *testing.F) {
	seeds(f, "o*line.json")
	f.Add([]byte(`{"state":"online","since":"9999-12-31T23:59:59-12:00"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodePresence(b)
		if err != nil {
			return
		}
		again, err := DecodePresence(p.Encode())
		if err != nil || again.State != p.State || !again.Since.Equal(Stamp(p.Since)) {
			t.Errorf("%+v is read as %+v, %v when spelled again", p, again, err)
		}
	})
}

func FuzzDecodeState(f *testing.F) {
	seeds(f, "state-*.json")
	f.Add([]byte(`{"value":1e300,"time":"0000-01-01T00:00:00+12:00","quality":"good"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := DecodeState(b)
		if err != nil || len(b) > MaxData/8 { // JSON may grow when it is spelled again
			return
		}
		again, err := DecodeState(s.Encode())
		s.Time = Stamp(s.Time)
		if err != nil || !again.Time.Equal(s.Time) {
			t.Fatalf("%+v is read as %+v, %v when spelled again", s, again, err)
		}
		again.Time = s.Time
		if again != s {
			t.Errorf("%+v is read as %+v when spelled again", s, again)
		}
	})
}

func FuzzNames(f *testing.F) {
	for _, s := range names() {
		f.Add(s)
	}
	f.Fuzz(checkNames)
}

func FuzzParseRecords(f *testing.F) {
	for _, text := range unusual() {
		f.Add([]byte(text))
	}
	for _, r := range odd() {
		f.Add(AppendRecord(nil, r))
	}
	f.Fuzz(func(t *testing.T, text []byte) { same(t, "fuzz", text) })
}

func FuzzAppendRecord(f *testing.F) {
	for _, r := range odd() {
		f.Add(r.Seq, r.Type, r.Source, r.Time.Unix(), int64(r.Time.Nanosecond()), string(r.Clock), r.Boot, r.Mono, []byte(r.Data))
	}
	f.Fuzz(func(t *testing.T, seq uint64, typ, source string, seconds, nanoseconds int64, clock, boot string, mono int64, data []byte) {
		r := Record{
			Seq: seq, Type: typ, Source: source, Time: time.Unix(seconds, nanoseconds).UTC(), Clock: Clock(clock), Boot: boot, Mono: mono, Data: data,
		}
		want, wantErr := json.Marshal(r)
		got, err := appendRecord(nil, &r)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, encoding/json says %v", err, wantErr)
		}
		if err == nil && !bytes.Equal(got, want) {
			t.Fatalf("\n got %s\nwant %s", got, want)
		}
		if valid := CheckData(data) == nil; valid != (len(data) <= MaxData && json.Valid(data) && bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))) {
			t.Fatalf("%q: %t", data, valid)
		}
	})
}

// FuzzBatchText compares the reader of our own spelling with encoding/json, batch by batch.
func FuzzBatchText(f *testing.F) {
	for _, text := range unusual() {
		f.Add([]byte(`{"epoch":"` + epoch + `","stream":"events","records":[` + text + `],"lost":[{"first":1,"last":2,"reason":"full"}]}`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := cursor{text: text}
		got, ok := c.batch()
		if !ok {
			return
		}
		var want Batch
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("taken for a batch, encoding/json says %v", err)
		}
		if len(got.Records) == 0 && len(want.Records) == 0 {
			got.Records, want.Records = nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("\n got %+v\nwant %+v", got, want)
		}
	})
}
