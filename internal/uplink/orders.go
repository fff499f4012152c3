package uplink

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

const (
	// mostCommands bounds the commands that wait for Options.Command. What is over is dropped: head office sends a
	// command again until it hears of it or it has expired.
	mostCommands = 64
	// mostNonsense bounds how many different payloads that cannot be understood are remembered.
	mostNonsense = 256
)

// orders are what has come from head office and not been taken yet: it outlasts a connection.
type orders struct {
	mu       sync.Mutex
	desired  *record.Desired  // the latest
	commands []record.Command // in order
	nonsense map[[sha256.Size]byte]bool

	documents, errands chan struct{} // hold a token while there is something in desired, in commands
}

func newOrders() orders {
	return orders{
		nonsense:  map[[sha256.Size]byte]bool{},
		documents: make(chan struct{}, 1), errands: make(chan struct{}, 1),
	}
}

// serveOrders hands over what comes from head office, each kind by a goroutine of its own, until ctx ends: documents
// that take long to read must not delay the opening of a door.
func (u *Uplink) serveOrders(ctx context.Context) (wait func()) {
	var waits sync.WaitGroup
	if u.options.Desired != nil {
		waits.Go(func() { u.serveDesired(ctx) })
	}
	if u.options.Command != nil {
		waits.Go(func() { u.serveCommands(ctx) })
	}
	return waits.Wait
}

func (u *Uplink) serveDesired(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.orders.documents:
		}
		u.orders.mu.Lock()
		d := u.orders.desired
		u.orders.desired = nil
		u.orders.mu.Unlock()
		if d != nil && ctx.Err() == nil {
			u.options.Desired(*d)
		}
	}
}

func (u *Uplink) serveCommands(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.orders.errands:
		}
		for ctx.Err() == nil {
			c, ok := u.orders.nextCommand()
			if !ok {
				break
			}
			u.options.Command(c)
		}
	}
}

func (o *orders) nextCommand() (c record.Command, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.commands) == 0 {
		return record.Command{}, false
	}
	c = o.commands[0]
	o.commands = o.commands[1:]
	return c, true
}

// listen asks the broker for documents and commands, when there is somebody to take them. It does not wait for the
// answer: reporting does not depend on it.
func (s *session) listen() {
	filters := map[string]byte{}
	if s.options.Desired != nil {
		filters[record.NodeFilter(record.KindDesired, s.options.Station, s.options.Node)] = 1
	}
	if s.options.Command != nil {
		filters[record.NodeFilter(record.KindCommand, s.options.Station, s.options.Node)] = 1
	}
	if len(filters) == 0 {
		return
	}
	token := s.client.SubscribeMultiple(filters, s.hearOrder)
	s.waits.Go(func() { s.heed(token.(*mqtt.SubscribeToken)) })
}

// heed says when the broker does not let this node hear what head office asks of it. What it reports matters all the
// same. No answer at all ends the connection by other ways: everything else on it is not answered either.
func (s *session) heed(token *mqtt.SubscribeToken) {
	select {
	case <-token.Done():
	case <-s.ended:
		return
	}
	if err := token.Error(); err != nil {
		s.options.Log.Error("head office's documents and commands cannot be heard", "error", err)
		return
	}
	const refused = 0x80 // MQTT 3.1.1, 3.9.3
	for filter, code := range token.Result() {
		if code == refused {
			s.options.Log.Error("the broker refuses to pass on what head office asks of this node: look at its access rules",
				"topic", filter)
		}
	}
}

// hearOrder is paho's callback for documents and commands. It only files them: paho must not be held up. An empty
// payload is a retained message taken back, which asks for nothing.
func (s *session) hearOrder(_ mqtt.Client, m mqtt.Message) {
	if len(m.Payload()) == 0 {
		return
	}
	topic, err := record.ParseTopic(m.Topic())
	switch {
	case err != nil:
		s.options.Log.Warn("message ignored", "error", err)
	case topic.Kind == record.KindDesired:
		s.hearDesired(m.Payload(), time.Now())
	case topic.Kind == record.KindCommand:
		s.hearCommand(topic.ID, m.Payload(), time.Now())
	}
}

// hearDesired files documents; those that wait already are out of date.
func (u *Uplink) hearDesired(payload []byte, now time.Time) {
	d, err := record.DecodeDesired(payload)
	if err != nil {
		reason := shorten(err.Error())
		if u.orders.news(record.KindDesired, payload) {
			u.options.Log.Error("documents from head office refused", "version", d.Version, "error", reason)
		}
		u.refuse(&record.Refusal{Version: d.Version, Reason: reason, Time: now})
		return
	}
	u.refuse(nil)
	u.orders.mu.Lock()
	u.orders.desired = &d
	u.orders.mu.Unlock()
	signal(u.orders.documents)
}

// hearCommand files a command, unless too many wait already.
func (u *Uplink) hearCommand(id string, payload []byte, now time.Time) {
	c, err := record.DecodeCommand(payload)
	if err == nil && c.ID != id {
		err = fmt.Errorf("id %q in the topic, %q in the payload", id, c.ID)
	}
	if err != nil {
		if u.orders.news(record.KindCommand, payload) {
			u.options.Log.Error("command from head office refused", "command", id, "error", shorten(err.Error()))
		}
		u.Answer(record.Result{ID: id, Outcome: record.Refused, Reason: err.Error(), Time: now})
		return
	}
	if !u.orders.file(c) {
		u.options.Log.Error("command from head office dropped: too many wait; it is expected to come again",
			"command", c.ID, "verb", c.Verb, "waiting", mostCommands)
		return
	}
	signal(u.orders.errands)
}

// file puts a command behind those that wait. One that waits already is as good as filed.
func (o *orders) file(c record.Command) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, waiting := range o.commands {
		if waiting.ID == c.ID {
			return true
		}
	}
	if len(o.commands) >= mostCommands {
		return false
	}
	o.commands = append(o.commands, c)
	return true
}

// news reports whether this payload is the first of its kind that could not be understood: a retained one comes with
// every connection.
func (o *orders) news(kind record.Kind, payload []byte) bool {
	sum := sha256.Sum256(append([]byte(kind), payload...))
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.nonsense[sum] {
		return false
	}
	if len(o.nonsense) >= mostNonsense {
		clear(o.nonsense)
	}
	o.nonsense[sum] = true
	return true
}
