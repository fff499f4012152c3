package endtoend

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
)

// office is a running head office and its addresses, which it keeps when it is started again.
type office struct {
	*program
	data, http, mqtt string
	broker           string // URL of an outside broker; empty for its own
	tokens           string // file with the one who may act
}

func startOffice(t *testing.T, broker string) *office {
	t.Helper()
	o := &office{data: t.TempDir(), http: "127.0.0.1:0", mqtt: "127.0.0.1:0", broker: broker}
	o.tokens = writeFile(t, "act.tokens", []byte(officer+":"+token+"\n"))
	o.start(t)
	return o
}

func (o *office) start(t *testing.T) {
	t.Helper()
	config := writeFile(t, "headoffice.yaml", fmt.Appendf(nil, "act_tokens_file: %q\n", o.tokens))
	args := []string{"--config", config, "--data", o.data, "--http", o.http}
	if o.broker == "" {
		args = append(args, "--mqtt", o.mqtt)
	} else {
		args = append(args, "--broker", o.broker)
	}
	o.program = start(t, "headoffice", args...)
	ready := o.says("head office ready")
	o.http, o.mqtt = ready["http"], ready["mqtt"]
}

// url is the broker that stations are to use.
func (o *office) url() string {
	if o.broker != "" {
		return o.broker
	}
	return "mqtt://" + o.mqtt
}

// get reads a page of the API into answer.
func (o *office) get(t *testing.T, path string, answer any) {
	t.Helper()
	if err := programs.API(o.http).Get(t.Context(), path, answer); err != nil {
		t.Fatal(err)
	}
}

// records reads all records of one stream of one node, as they were written down where somebody may act.
func (o *office) records(t *testing.T, node string, stream record.Stream) []programs.Stored {
	t.Helper()
	var all []programs.Stored
	reader := programs.Actor{API: programs.API(o.http)}
	if o.tokens != "" {
		reader.Token = token
	}
	err := reader.Records(t.Context(), "demo", node, stream, func(r programs.Stored) { all = append(all, r) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// until asks head office again and again until the condition holds. Between two questions it waits for nothing but
// head office itself, whose live updates are another test's matter.
func (o *office) until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(hang)
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("head office never: %s", what)
		}
	}
}

// openJournal opens the journal of a program that has ended.
func openJournal(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(dir, journal.Options{
		Clock: system, MaxBytes: 1 << 30, Retain: 24 * time.Hour, TelemetryDelay: time.Hour, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

// drain reports what an ended node had not yet delivered: the journal and the uplink are the node's own.
func (o *office) drain(t *testing.T, node string, j *journal.Journal) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	broker, err := endpoint.Remote{URL: o.url()}.Resolve(log)
	if err != nil {
		t.Fatal(err)
	}
	u, err := uplink.New(uplink.Options{Station: "demo", Node: node, Broker: broker, Journal: j, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- u.Run(ctx) }()
	deadline := time.After(hang)
	for _, s := range record.Streams {
		for done := false; !done; {
			changed := j.Changed()
			at := j.Position(s)
			if done = at.Through == at.Last; done {
				break
			}
			select {
			case <-changed:
			case <-deadline:
				t.Fatalf("%s %s: acknowledged through %d of %d", node, s, at.Through, at.Last)
			}
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// compare checks that head office holds every record that the journal of an ended node has given a number, once and in
// order, and those that the journal still holds unchanged. It returns how many there are of each stream.
func (o *office) compare(t *testing.T, node, dir string) map[record.Stream]int {
	t.Helper()
	j := openJournal(t, dir)
	o.drain(t, node, j)
	count := map[record.Stream]int{}
	for _, stream := range record.Streams {
		held, lost, err := j.Read(stream, 0, 1<<20)
		if err != nil {
			t.Fatalf("journal of %s: %v", node, err)
		}
		for _, l := range lost {
			if l.Reason != record.ReasonExpired { // those head office has
				t.Errorf("journal of %s: tombstone %+v", node, l)
			}
		}
		got, last := o.records(t, node, stream), j.Position(stream).Last
		if uint64(len(got)) != last {
			t.Errorf("%s %s: head office has %d records, the journal has numbered %d", node, stream, len(got), last)
			continue
		}
		for i, r := range got {
			if r.Seq != uint64(i)+1 || r.Epoch != j.Epoch() {
				t.Errorf("%s %s: record %d of head office is %d of epoch %s, want epoch %s", node, stream, i+1, r.Seq, r.Epoch, j.Epoch())
				break
			}
		}
		for _, want := range held {
			if got := got[want.Seq-1]; !got.Equal(asShown(want)) {
				t.Errorf("%s %s %d: head office has %+v, the journal %+v", node, stream, want.Seq, got, want)
				break
			}
		}
		count[stream] = len(got)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	return count
}

// asShown is a record without what the API does not show.
func asShown(r record.Record) record.Record {
	r.Boot, r.Mono = "", 0
	return r
}

// post sends JSON to a program's own HTTP server and reads the answer.
func post(t *testing.T, address, path string, question, answer any) (status int, err error) {
	t.Helper()
	body, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post("http://"+address+path, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	if response.StatusCode >= 300 {
		return response.StatusCode, fmt.Errorf("POST %s: %s: %s", path, response.Status, text)
	}
	if answer == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.Unmarshal(text, answer)
}
