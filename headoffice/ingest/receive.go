package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// receive takes one message from the broker in. It is called from the client's callback and does not wait.
func (i *Ingest) receive(name string, payload []byte) {
	m := message{name: name, payload: payload, received: i.o.Now()}
	m.topic, _ = record.ParseTopic(name) // what is no topic of the contract the writer refuses, and says why
	if i.inbox.put(m) {
		return
	}
	i.mu.Lock()
	first := !i.full
	i.full = true
	i.stats.Dropped++
	i.mu.Unlock()
	if first {
		i.o.Log.Warn("more arrives than can be stored: batches are dropped, their nodes will send them again",
			"waiting", i.inbox.waiting())
	}
}

// refusal is why a message is not stored.
type refusal struct {
	reason string // one of the Refused constants
	err    error
}

// delivery decodes a batch, or says why it is refused.
func (m message) delivery() (store.Delivery, *refusal) {
	topic, err := record.ParseTopic(m.name)
	if err != nil || topic.Kind != record.KindUp {
		if err == nil {
			err = fmt.Errorf("topic %.200q: not one that head office listens to", m.name)
		}
		return store.Delivery{}, &refusal{RefusedTopic, err}
	}
	batch, err := record.DecodeBatch(m.payload)
	switch {
	case errors.Is(err, record.ErrTooLarge):
		return store.Delivery{}, &refusal{RefusedOversized, err}
	case err != nil:
		return store.Delivery{}, &refusal{RefusedMalformed, err}
	case batch.Stream != topic.Stream:
		return store.Delivery{}, &refusal{RefusedForeign, fmt.Errorf("a batch of %s on the topic of %s", batch.Stream, topic.Stream)}
	}
	from := store.NodeKey{Station: topic.Station, Node: topic.Node}
	return store.Delivery{From: from, Batch: batch, Payload: m.payload}, nil
}

// heard decodes a message about how things stand. An empty payload is how MQTT deletes a retained one: a point is then
// forgotten, anything else left as it was, and there is nothing to store.
func (m message) heard() (h store.Heard, ok bool, refused *refusal) {
	h = store.Heard{From: store.NodeKey{Station: m.topic.Station, Node: m.topic.Node}, Received: m.received, Point: m.topic.Point}
	var err error
	switch {
	case len(m.payload) == 0:
		return h, m.topic.Kind == record.KindState, nil
	case m.topic.Kind == record.KindState:
		var state record.State
		state, err = record.DecodeState(m.payload)
		h.State = &state
	case m.topic.Kind == record.KindReported:
		var reported record.Reported
		reported, err = record.DecodeReported(m.payload)
		h.Reported = &reported
	case m.topic.Kind == record.KindResult:
		var result record.Result
		result, err = record.DecodeResult(m.payload)
		if err == nil && result.ID != m.topic.ID {
			return h, false, &refusal{RefusedForeign, fmt.Errorf("a result of %s on the topic of %s", result.ID, m.topic.ID)}
		}
		h.Result = &result
	default:
		var presence record.Presence
		presence, err = record.DecodePresence(m.payload)
		h.Presence = &presence
	}
	if errors.Is(err, record.ErrTooLarge) {
		return h, false, &refusal{RefusedOversized, err}
	}
	if err != nil {
		return h, false, &refusal{RefusedMalformed, err}
	}
	return h, true, nil
}

// maxComplaints bounds what is remembered of having been logged. A stranger can make up any number of senders; after
// this many, new ones are only counted and set aside.
const maxComplaints = 10_000

// refuse counts a message, sets it aside and, the first time for this sender and reason, logs why.
func (i *Ingest) refuse(ctx context.Context, m message, why refusal) {
	about := complaint{sender(m.name), why.reason}
	i.mu.Lock()
	i.stats.Refused[why.reason]++
	_, again := i.said[about]
	if len(i.said) < maxComplaints {
		i.said[about] = struct{}{}
	} else {
		again = true
	}
	i.mu.Unlock()
	if !again {
		i.o.Log.Warn("message refused and set aside", "sender", about.sender, "topic", m.name, "reason", why.reason, "error", why.err)
	}
	err := i.o.Store.SetAside(ctx, m.name, why.reason+": "+why.err.Error(), m.payload, m.received)
	if err != nil && !i.asideFailed {
		i.o.Log.Warn("refused messages cannot be set aside", "topic", m.name, "error", err)
	}
	i.asideFailed = err != nil
}

// sender is the part of a topic that says who sent it: {station}/{node} when it is spelled so.
func sender(topic string) string {
	rest := strings.TrimPrefix(topic, record.Root+"/")
	parts := strings.SplitN(rest, "/", 3)
	name := strings.Join(parts[:min(2, len(parts))], "/")
	return name[:min(len(name), 140)]
}
