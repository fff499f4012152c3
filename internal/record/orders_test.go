package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

var order = Command{ID: "c1", Verb: "door.unlock", Point: "machine-room/door", Arguments: json.RawMessage(`{"seconds":5}`),
	By: "duty", Issued: half, Expires: half.Add(time.Minute)}

func TestOrdersComeBackAsTheyWere(t *testing.T) {
	desired := Desired{Version: 7, Issued: half, By: "duty", Documents: map[string]json.RawMessage{"access": json.RawMessage(`{"cards":[]}`)}}
	payload, err := desired.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := DecodeDesired(payload); err != nil || !reflect.DeepEqual(got, desired) {
		t.Errorf("%+v, %v; want %+v", got, err, desired)
	}
	reported := Reported{Version: 7, Since: half, Refused: &Refusal{Version: 8, Reason: "cards[3]: no hash", Time: half}}
	if got, err := DecodeReported(reported.Encode()); err != nil || !reflect.DeepEqual(got, reported) {
		t.Errorf("%+v, %v; want %+v", got, err, reported)
	}
	payload, err = order.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := DecodeCommand(payload); err != nil || !reflect.DeepEqual(got, order) {
		t.Errorf("%+v, %v; want %+v", got, err, order)
	}
	result := Result{ID: "c1", Outcome: Expired, Reason: "too late", Time: half}
	if got, err := DecodeResult(result.Encode()); err != nil || got != result {
		t.Errorf("%+v, %v; want %+v", got, err, result)
	}
}

func TestManyCardsFitIntoOneConfiguration(t *testing.T) {
	var cards []string
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 4000 {
		cards = append(cards, fmt.Sprintf(`{"hash":"%016x%016x","person":"p%d","name":"n%d"}`, random.Uint64(), random.Uint64(), n, n))
	}
	d := Desired{Version: 1, Issued: half, By: "duty", Documents: map[string]json.RawMessage{"access": json.RawMessage(`{"cards":[` + strings.Join(cards, ",") + `]}`)}}
	payload, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := DecodeDesired(payload); err != nil || !reflect.DeepEqual(got, d) {
		t.Errorf("%d bytes: %v", len(payload), err)
	}
	d.Documents["more"] = json.RawMessage(`{"noise":"` + strings.Repeat("x", MaxBatch) + `"}`)
	payload, err = d.Encode()
	if err == nil {
		if _, err = DecodeDesired(payload); err == nil {
			t.Error("a configuration over the limit was taken")
		}
	}
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v, want one over the limit", err)
	}
}

func TestBadOrdersAreRefused(t *testing.T) {
	for payload, want := range map[string]string{
		`{"version":0,"issued":"2026-11-23T08:30:00Z","documents":{}}`:            "version 0",
		`{"version":1,"issued":"2026-11-23T08:30:00Z","documents":{"a b":{}}}`:    "document",
		`{"version":1,"issued":"2026-11-23T08:30:00Z","documents":{"access":[]}}`: "expected a JSON object",
		`{"version":1,"issued":"2026-11-23T08:30:00Z","document":{}}`:             "unknown field",
		`{"version":1} {}`: "more than one",
	} {
		if _, err := DecodeDesired([]byte(payload)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", payload, err, want)
		}
	}
	for want, change := range map[string]func(*Command){
		"command \"":    func(c *Command) { c.ID = "a/b" },
		"point":         func(c *Command) { c.Point = "/" },
		"verb":          func(c *Command) { c.Verb = "unlock" },
		"by:":           func(c *Command) { c.By = "" },
		"expires":       func(c *Command) { c.Expires = c.Issued },
		"arguments":     func(c *Command) { c.Arguments = json.RawMessage(`[]`) },
		"size limit":    func(c *Command) { c.Arguments = json.RawMessage(`{"a":"` + strings.Repeat("x", MaxCommand) + `"}`) },
		"years 0 to 99": func(c *Command) { c.Expires = time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		c := order
		change(&c)
		if _, err := c.Encode(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	for _, payload := range []string{`{`, `{"id":"c1","outcome":"perhaps","time":"2026-11-23T08:30:00Z"}`, `{"id":"","outcome":"done"}`} {
		if got, err := DecodeResult([]byte(payload)); err == nil {
			t.Errorf("%s was taken for %+v", payload, got)
		}
	}
	for _, payload := range []string{`{`, `{"version":1,"since":"2026-11-23T08:30:00Z","refused":{"version":9223372036854775807}}`} {
		if got, err := DecodeReported([]byte(payload)); err == nil {
			t.Errorf("%s was taken for %+v", payload, got)
		}
	}
}
