package ingest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

func arrived(kind record.Kind, node, tail, payload string) message {
	topic := record.Topic{Station: "demo", Node: node, Kind: kind, Stream: record.Stream(tail), Point: tail}
	return message{name: topic.String(), topic: topic, payload: []byte(payload), received: began}
}

func payloads(messages []message) (all string) {
	for _, m := range messages {
		all += string(m.payload)
	}
	return all
}

func TestInboxKeepsAllBatchesAndTheLatestOfTheRest(t *testing.T) {
	b := newInbox()
	for _, m := range []message{
		arrived(record.KindUp, "a", "events", "1"), arrived(record.KindState, "a", "x", "old"), arrived(record.KindUp, "a", "events", "2"),
		arrived(record.KindState, "a", "y", "Y"), arrived(record.KindState, "a", "x", "X"), arrived(record.KindOnline, "a", "", "O"),
	} {
		if !b.put(m) {
			t.Fatalf("no room for %s", m.name)
		}
	}
	w, ok := b.group()
	if !ok || payloads(w.others) != "12" || payloads(w.retained) != "XYO" {
		t.Errorf("took %q and %q, want 12 and XYO", payloads(w.others), payloads(w.retained))
	}
	if w, ok := b.group(); ok {
		t.Errorf("took %+v from an empty inbox", w)
	}
}

func TestInboxForgetsPresenceThatWasBeforeTheBrokerWent(t *testing.T) {
	b := newInbox()
	b.put(arrived(record.KindOnline, "a", "", "a"))
	b.put(arrived(record.KindState, "a", "x", "X"))
	b.putNobody(began)
	b.put(arrived(record.KindOnline, "b", "", "b"))
	w, _ := b.group()
	if !w.nobody.Equal(began) || payloads(w.retained) != "Xb" {
		t.Errorf("nobody since %s, retained %q, want %s and Xb", w.nobody, payloads(w.retained), began)
	}
}

func TestInboxIsBoundedInBytes(t *testing.T) {
	b := newInbox()
	large := arrived(record.KindUp, "a", "events", string(make([]byte, maxGroupBytes*3/4)))
	n := 0
	for b.put(large) {
		n++
	}
	if want := maxWaitingBytes / len(large.payload); n != want {
		t.Errorf("%d fitted in, want %d", n, want)
	}
	for range n { // each is a group of its own, since two are over its bound
		if w, ok := b.group(); !ok || len(w.others) != 1 {
			t.Fatalf("took %d", len(w.others))
		}
	}
	if b.bytes != 0 || b.waiting() != 0 {
		t.Errorf("%d bytes of %d messages are left", b.bytes, b.waiting())
	}
}

// What happens now is small. It does not wait behind a backlog, not even for the commit it would share with it; and the
// backlog goes on all the same, in every other turn.
func TestInboxHandsOutSmallMessagesFirst(t *testing.T) {
	b := newInbox()
	large := string(make([]byte, maxGroupBytes*3/4))
	for range 3 {
		b.put(arrived(record.KindUp, "a", "telemetry", large))
	}
	for n := range 4 {
		b.put(arrived(record.KindUp, "a", "events", "now"))
		w, _ := b.group()
		if len(w.others) != 1+n%2 || string(w.others[0].payload) != "now" || n%2 == 1 && len(w.others[1].payload) != len(large) {
			t.Fatalf("group %d: %d messages, want the small one, and with every other one a large one", n, len(w.others))
		}
	}
}

func ack(node, epoch string, through uint64) store.NodeAck {
	return store.NodeAck{
		NodeKey: store.NodeKey{Station: "demo", Node: node}, Ack: record.Ack{Epoch: epoch, Stream: record.Events, Through: through},
	}
}

func TestOutboxKeepsTheHighestOfEach(t *testing.T) {
	b := newOutbox()
	for _, a := range []store.NodeAck{ack("a", "A", 5), ack("b", "B", 1), ack("a", "C", 9), ack("a", "A", 7), ack("a", "A", 6)} {
		b.put(a)
	}
	var got []string
	for _, limit := range []int{2, 2} {
		some := b.take(t.Context(), limit)
		for _, a := range some {
			got = append(got, fmt.Sprintf("%s:%s%d", a.Node, a.Epoch, a.Through))
		}
	}
	// What was raised last comes last, and so stays retained.
	if want := []string{"b:B1", "a:C9", "a:A7"}; !slices.Equal(got, want) {
		t.Errorf("took %q, want %q", got, want)
	}
}

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		n           int
		least, most time.Duration
	}{{0, 250 * time.Millisecond, 500 * time.Millisecond}, {1, 500 * time.Millisecond, time.Second}, {4, 4 * time.Second, 8 * time.Second},
		{5, 5 * time.Second, 10 * time.Second}, {1000, 5 * time.Second, 10 * time.Second}} {
		if least, most := backoff(c.n, 0), backoff(c.n, 1); least != c.least || most != c.most {
			t.Errorf("attempt %d: %s to %s, want %s to %s", c.n, least, most, c.least, c.most)
		}
	}
}

func TestSender(t *testing.T) {
	for topic, want := range map[string]string{
		"station/v1/demo/agent/up/events": "demo/agent",
		"station/v1/demo":                 "demo",
		"else/where/at/all":               "else/where",
		"":                                "",
	} {
		if got := sender(topic); got != want {
			t.Errorf("sender of %q is %q, want %q", topic, got, want)
		}
	}
}
