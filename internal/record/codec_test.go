package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// spelled is a record as encoding/json writes it, which is what this package promises to write.
func spelled(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// odd are records that are valid and not what a station usually writes.
func odd() map[string]Record {
	with := func(change func(*Record)) Record {
		r := opened(7)
		change(&r)
		return r
	}
	return map[string]Record{
		"usual":              opened(1),
		"whole second":       with(func(r *Record) { r.Time = half.Truncate(time.Second) }),
		"nanoseconds":        with(func(r *Record) { r.Time = half.Add(7) }),
		"another zone":       with(func(r *Record) { r.Time = half.In(time.FixedZone("", 8*3600)) }),
		"1970":               with(func(r *Record) { r.Time, r.Clock, r.Mono = time.Unix(12, 0).UTC(), Unsynced, 0 }),
		"last year":          with(func(r *Record) { r.Time = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC) }),
		"largest numbers":    with(func(r *Record) { r.Seq, r.Mono = 1<<62, 1<<63-1 }),
		"boot to escape":     with(func(r *Record) { r.Boot = "a<b>&\"\\\u2028\x00é" }),
		"boot not UTF-8":     with(func(r *Record) { r.Boot = "\xff" }),
		"no boot":            with(func(r *Record) { r.Boot = "" }),
		"white space":        with(func(r *Record) { r.Data = json.RawMessage(" {\n\t\"a\" : [ 1 , 2 ]\r}  ") }),
		"markup":             with(func(r *Record) { r.Data = json.RawMessage(`{"a":"<script>&</script>"}`) }),
		"separators":         with(func(r *Record) { r.Data = json.RawMessage("{\"a\":\"\u2028\u2029\"}") }),
		"typographic quotes": with(func(r *Record) { r.Data = json.RawMessage(`{"a":"“°C” 水"}`) }),
		"not UTF-8":          with(func(r *Record) { r.Data = json.RawMessage("{\"a\":\"\xff\xe2\x80\"}") }),
		"escapes":            with(func(r *Record) { r.Data = json.RawMessage(`{"a":"\u00e9\ud83d\ude00\n\/\"\\"}`) }),
		"numbers":            with(func(r *Record) { r.Data = json.RawMessage(`{"a":[0,-0,1.50,1e9,-1.5E-300,1E+400]}`) }),
		"words":              with(func(r *Record) { r.Data = json.RawMessage(`{"a":[true,false,null],"a":{}}`) }),
		"deep":               with(func(r *Record) { r.Data = json.RawMessage(strings.Repeat(`{"a":[`, 60) + strings.Repeat(`]}`, 60)) }),
	}
}

func TestRecordsAreSpelledAsEncodingJSONDoes(t *testing.T) {
	var all []Record
	for name, r := range odd() {
		if err := r.Validate(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, want := AppendRecord([]byte("x"), r), append([]byte("x"), spelled(t, r)...); !bytes.Equal(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		all = append(all, r)
	}
	list := AppendRecords([]byte("["), all)
	if want := spelled(t, all); !bytes.Equal(append(list, ']'), want) {
		t.Errorf("got  %s]\nwant %s", list, want)
	}
	b := Batch{Epoch: epoch, Stream: Telemetry, Records: all, Lost: []Lost{{1, 2, ReasonFull}, {3, 3, "<é>"}}}
	if got, want := appendBatch(nil, b.Epoch, b.Stream, AppendRecords(nil, all), b.Lost), spelled(t, b); !bytes.Equal(got, want) {
		t.Errorf("batch:\n got %s\nwant %s", got, want)
	}
}

func TestWhatCannotBeSpelledIsAnError(t *testing.T) {
	for name, change := range map[string]func(*Record){
		"data": func(r *Record) { r.Data = json.RawMessage(`{"a":}`) },
		"time": func(r *Record) { r.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		r := opened(1)
		change(&r)
		if err := r.Validate(); err == nil {
			t.Errorf("%s: such a record is valid", name)
		}
		if _, err := EncodeBatch(Batch{Epoch: epoch, Stream: Events, Records: []Record{r}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want an error that names it", name, err)
		}
	}
}

func TestParseRecordsReadsWhatIsWritten(t *testing.T) {
	for name, r := range odd() {
		same(t, name, AppendRecords(nil, []Record{opened(1), r, opened(9)}))
	}
	usual := AppendRecords(nil, []Record{opened(1), opened(2)})
	got, err := ParseRecords(usual, []Record{opened(99)})
	if err != nil || len(got) != 3 || got[0].Seq != 99 || got[2].Seq != 2 {
		t.Errorf("added to one record: %v, %v", got, err)
	}
	if allocs := testing.AllocsPerRun(10, func() { _, _ = ParseRecords(usual, got[:0]) }); allocs > 5 {
		t.Errorf("%v allocations for two like records, want one for each string", allocs)
	}
}

// unusual is text that is not what we write. encoding/json decides what it means.
func unusual() []string {
	usual := string(AppendRecord(nil, opened(1)))
	change := func(old, new string) string {
		return usual + "," + strings.Replace(usual, old, new, 1)
	}
	return []string{
		"", " ", ",", "null", "{}", "[]", usual + ",", "," + usual, usual + "]", usual + "],[" + usual, usual + usual, usual + " , " + usual,
		change(`"seq":1`, `"seq":01`), change(`"seq":1`, `"seq":-1`), change(`"seq":1`, `"seq":1e0`), change(`"seq":1`, `"seq":"1"`),
		change(`"seq":1`, `"seq":18446744073709551615`), change(`"seq":1`, `"seq":18446744073709551616`), change(`"seq":1`, `"seq":`),
		change(`"seq":1`, `"seq":1,"seq":2`), change(`"seq"`, `"SEQ"`), change(`"seq":1,`, ``), change(`}`, `,"new":[{"a":" "}]}`),
		change(`door.opened`, `\u0064oor.opened`), change(`door.opened`, "d\xff"), change(`door.opened`, "a\tb"), change(`"door.opened"`, `null`),
		change(`2026-11-23`, `2026-02-30`), change(`2026-11-23`, `2024-02-29`), change(`2026-11-23`, `2026-13-01`), change(`2026-11-23`, `20a6-11-23`),
		change(`08:30:00`, `24:00:00`), change(`08:30:00`, `08:30:60`), change(`.125Z`, `.Z`), change(`.125Z`, `,125Z`), change(`.125Z`, `.1234567891Z`),
		change(`.125Z`, `Z`), change(`.125Z`, `+08:00`), change(`.125Z`, ``), change(`"2026-11-23T08:30:00.125Z"`, `null`),
		change(`91822000111`, `9223372036854775807`), change(`91822000111`, `9223372036854775808`), change(`91822000111`, `-5`), change(`91822000111`, `1.5`),
		change(`"data":{}`, `"data":[]`), change(`"data":{}`, `"data":null`), change(`,"data":{}`, ``), change(`"data":{}`, `"data": {} `),
		change(`"data":{}`, `"data":{"a":01}`), change(`"data":{}`, `"data":{"a":"\x"}`), change(`"data":{}`, `"data":{"a":"\u12g4"}`),
		change(`"data":{}`, "\"data\":{\"a\":\"\\u\x11\x12\x13\x14\"}"), change(`"data":{}`, `"data":{"a":1,}`), change(`"data":{}`, `"data":{`),
		change(`"data":{}`, "\"data\":{\"a\":\"\n\"}"), change(`"data":{}`, `"data":{"a":.5}`), change(`"data":{}`, `"data":{"a":1.}`),
		change(`"data":{}`, `"data":{"a":1e}`), change(`"data":{}`, `"data":{"a":-}`), change(`"data":{}`, `"data":{"a":truE}`), change(`"data":{}`, `"data":{a:1}`),
	}
}

func TestParseRecordsLeavesTheUnusualToEncodingJSON(t *testing.T) {
	for _, text := range unusual() {
		same(t, text, []byte(text))
	}
}

// same requires of ParseRecords the outcome of encoding/json.
func same(t *testing.T, name string, text []byte) {
	t.Helper()
	var want []Record
	wantErr := json.Unmarshal(append(append([]byte("["), text...), ']'), &want)
	got, err := ParseRecords(text, nil)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%s: %v, encoding/json says %v", name, err, wantErr)
	}
	if err == nil && len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %+v\nwant %+v", name, got, want)
	}
}

func TestManyEmptyRecordsAreRefusedEarly(t *testing.T) {
	text := `{"epoch":"` + epoch + `","stream":"events","records":[` + strings.Repeat("{},", MaxBatch/4) + `{}]}`
	payload := zstdEncoder.EncodeAll([]byte(text), nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := DecodeBatch(payload)
	runtime.ReadMemStats(&after)
	if size := after.TotalAlloc - before.TotalAlloc; err == nil || size > 4*MaxBatch {
		t.Errorf("%d bytes taken for a batch with too many records: %v", size, err)
	}
}

func TestEntriesAreChecked(t *testing.T) {
	good := NewEntry(DoorOpened, "machine-room/door", time.Time{}, DoorData{})
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Entry){
		"type":   func(e *Entry) { e.Type = "door" },
		"source": func(e *Entry) { e.Source = "a b" },
		"time":   func(e *Entry) { e.Time = time.Unix(-1, 0) },
		"data":   func(e *Entry) { e.Data = json.RawMessage(`{]`) },
		"object": func(e *Entry) { *e = NewEntry(DoorOpened, "door", time.Time{}, 5) },
		"large": func(e *Entry) {
			*e = NewEntry(DoorOpened, "door", time.Time{}, map[string]string{"a": strings.Repeat("x", MaxData)})
		},
	} {
		e := good
		change(&e)
		if err := e.Check(); err == nil {
			t.Errorf("%s: a bad entry passed", name)
		}
	}
	if allocs := testing.AllocsPerRun(100, func() { _ = good.Check() }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// What the names of the contract are, as expressions; the code has them by hand because they are checked for every record.
var (
	nameExpression  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
	typeExpression  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)+$`)
	pointExpression = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,7}$`)
	epochExpression = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

func checkNames(t *testing.T, s string) {
	for what, c := range map[string]struct{ got, want bool }{
		"name":  {isName(s), nameExpression.MatchString(s)},
		"type":  {isType(s), len(s) <= 64 && typeExpression.MatchString(s)},
		"point": {isPoint(s), pointExpression.MatchString(s)},
		"epoch": {isEpoch(s), epochExpression.MatchString(s)},
	} {
		if c.got != c.want {
			t.Errorf("%q as %s: %t, want %t", s, what, c.got, c.want)
		}
	}
}

func names() []string {
	long := strings.Repeat("n", 64)
	return []string{
		"", "a", "A.b_c-1", "-a", ".a", "a b", "a/b", "/a", "a/", "a//b", "é", long, long + "n", "a/" + long, "a/" + long + "n",
		"1/2/3/4/5/6/7/8", "1/2/3/4/5/6/7/8/9", "door.opened", "door", "door.", ".door", "door..opened", "Door.opened", "a-b.c_d", "-a.b", "a.-b",
		"a.b\n", "a." + long, "a." + long[:62], epoch, strings.ToUpper(epoch), epoch + "0", strings.Replace(epoch, "-", "0", 1),
	}
}

func TestNames(t *testing.T) {
	for _, s := range names() {
		checkNames(t, s)
	}
}

// thousand is a batch of 1000 records of about 320 bytes, as a station writes them.
func thousand() []Record {
	records := make([]Record, MaxBatchRecords)
	for i := range records {
		n := uint64(i)
		records[i] = Record{
			Seq: n + 1, Type: TicketServed, Source: fmt.Sprintf("lobby/counter-%d", i%7), Time: half.Add(time.Duration(i*1733) * time.Millisecond),
			Clock: Synced, Boot: "b1a9c9a0-51c3-4f0e-8a65-3a6f6f8b0e01", Mono: int64(i*1733) * 1e6,
			Data: NewEntry(TicketServed, "queue", half, TicketServedData{
				Ticket: fmt.Sprintf("%016x", n*0x9E3779B97F4A7C15), Number: fmt.Sprintf("A%03d", i), Service: "payment", Counter: "2",
				Wait: float64(i) * 0.731, Serving: float64(i) * 0.113, Request: fmt.Sprintf("%016x", n*0xC2B2AE3D27D4EB4F),
			}).Data,
		}
	}
	return records
}

// BenchmarkCodec does with 1000 records what this package does and what encoding/json does, and gives the ratio.
func BenchmarkCodec(b *testing.B) {
	records := thousand()
	text := AppendRecords(nil, records)
	payload, err := EncodeBatch(Batch{Epoch: epoch, Stream: Events, Records: records})
	if err != nil {
		b.Fatal(err)
	}
	plain := appendBatch(nil, epoch, Events, text, nil)
	b.Logf("%d bytes a record, %d compressed", len(text)/len(records), len(payload)/len(records))
	into, buf := []Record(nil), []byte(nil)
	reference := func(work func()) float64 {
		const rounds = 5
		began := time.Now()
		for range rounds {
			work()
		}
		return float64(time.Since(began).Nanoseconds()) / rounds
	}
	unmarshal := func() {
		var batch Batch
		if err := json.Unmarshal(plain, &batch); err != nil {
			b.Fatal(err)
		}
	}
	for _, c := range []struct {
		name      string
		ours      func() error
		reference func()
	}{
		{"append", func() error { buf = AppendRecords(buf[:0], records); return nil }, func() { spelled(b, records) }},
		{"parse", func() (err error) { into, err = ParseRecords(text, into[:0]); return err }, unmarshal},
		{"decode", func() error { _, err := DecodeBatch(payload); return err }, unmarshal},
		{"encode", func() error { EncodeText(epoch, Events, text, nil); return nil }, func() { spelled(b, records) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			theirs := reference(c.reference)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if err := c.ours(); err != nil {
					b.Fatal(err)
				}
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			b.ReportMetric(float64(len(records))/each*1e9, "records/s")
			b.ReportMetric(theirs/each, "x-encoding/json")
		})
	}
}
