package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// Orders are what head office asks of nodes. *store.Store keeps them.
type Orders interface {
	// DesiredHeads tells which nodes have documents to go by, Desired returns them (of version 0, the newest).
	DesiredHeads(ctx context.Context) ([]store.NodeVersion, error)
	Desired(ctx context.Context, key store.NodeKey, version uint64) (record.Desired, error)
	// OpenOrders returns the commands of which nothing has come yet; Sent notes that one was sent.
	OpenOrders(ctx context.Context) ([]store.Order, error)
	Sent(ctx context.Context, o store.Order, at time.Time) error
	// Lapse ends commands that nobody has answered in their time, and returns when to look again.
	Lapse(ctx context.Context, now time.Time) (next time.Duration, err error)
	// Subscribe tells what has changed from now on, until cancel is called or the store is closed.
	Subscribe() (changes <-chan store.Change, cancel func())
}

const (
	// documentWindow is how many nodes' documents are on their way to the broker at once.
	documentWindow = 16
	// A command that is not answered by a node that is connected is sent again after askAgain, then after twice as long,
	// and so on up to longestAgain: the node knows its id, and carries it out once.
	askAgain     = 5 * time.Second
	longestAgain = time.Minute
)

// dispatch publishes what head office asks of nodes until ctx ends. It has a connection of its own: large documents must
// not stand in the way of acknowledgements, nor wait for what nodes send.
func (i *Ingest) dispatch(ctx context.Context) {
	for n := 0; ; n++ {
		began := i.o.Now()
		connected, err := i.dispatchOnce(ctx)
		if ctx.Err() != nil || errors.Is(err, errStoreClosed) {
			return
		}
		level := slog.LevelDebug // the connection that listens says when there is no broker
		if connected {
			level = slog.LevelWarn
			if i.o.Now().Sub(began) > keepAlive {
				n = 0
			}
		}
		i.o.Log.Log(ctx, level, "documents and commands cannot be sent for now", "error", err)
		if !sleep(ctx, backoff(n, rand.Float64())) {
			return
		}
	}
}

// errStoreClosed ends what waits for changes of the store.
var errStoreClosed = errors.New("the store is closed")

// dispatchOnce is one connection. The broker may have forgotten everything: all documents are published again.
func (i *Ingest) dispatchOnce(ctx context.Context) (connected bool, err error) {
	ctx, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	client := mqtt.NewClient(i.clientOptions(lost))
	defer client.Disconnect(uint(leaveTimeout.Milliseconds()))
	if err := await(ctx, client.Connect(), connectTimeout+answerTimeout); err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	changes, cancel := i.o.Store.Subscribe()
	defer cancel()
	d := &dispatcher{Ingest: i, client: client, published: map[store.NodeKey]uint64{}, given: map[string]attempt{}}
	due := dues{documents: true, commands: true}
	for {
		if err := d.round(ctx, &due); err != nil {
			return true, err
		}
		if err := due.wait(ctx, changes); err != nil {
			return true, err
		}
	}
}

// dispatcher is one connection under way.
type dispatcher struct {
	*Ingest
	client mqtt.Client
	// published is the version of each node's documents that this connection has published.
	published map[store.NodeKey]uint64
	// given is how often, and when, this connection has sent each open command.
	given map[string]attempt
}

type attempt struct {
	// since is when the node's presence began that it was sent to.
	since time.Time
	last  time.Time
	times int
}

// dues is what there is to look at, and when at the latest.
type dues struct {
	documents, commands bool
	// commandsIn and documentsIn are after how long to look again without being told; zero is never.
	commandsIn, documentsIn time.Duration
}

// round sends what is to be sent now, commands first. An error is of the connection; the database is asked again later.
func (d *dispatcher) round(ctx context.Context, due *dues) error {
	next, err := d.sendCommands(ctx)
	if errors.Is(err, errUnread) {
		d.o.Log.Debug("commands cannot be sent for now", "error", err)
		next = refillAfter
	} else if err != nil {
		return err
	}
	due.commands, due.commandsIn = false, next
	if !due.documents {
		return nil
	}
	more, err := d.sendDocuments(ctx)
	due.documents, due.documentsIn = more, 0
	if errors.Is(err, errUnread) {
		d.o.Log.Debug("documents cannot be sent for now", "error", err)
		due.documents, due.documentsIn = false, refillAfter
		return nil
	}
	return err
}

// errUnread is wrapped around errors of the database.
var errUnread = errors.New("the database was not read")

// wait returns when something is due.
func (due *dues) wait(ctx context.Context, changes <-chan store.Change) error {
	if due.documents {
		return context.Cause(ctx) // there are more, and commands are looked at in between
	}
	commands, stopCommands := alarm(due.commandsIn)
	defer stopCommands()
	documents, stopDocuments := alarm(due.documentsIn)
	defer stopDocuments()
	for !due.commands && !due.documents {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case c, open := <-changes:
			if !open {
				return errStoreClosed
			}
			due.note(c.Kind)
		case <-commands:
			due.commands = true
		case <-documents:
			due.documents = true
		}
	}
	return nil
}

// note takes a change into account.
func (due *dues) note(kind store.ChangeKind) {
	switch kind {
	case store.ConfigChanged:
		due.documents = true
	case store.CommandsChanged, store.PresenceChanged:
		due.commands = true
	case store.StationChanged:
		due.documents, due.commands = true, true
	}
}

// alarm is a channel on which something comes after a time; never after none.
func alarm(after time.Duration) (<-chan time.Time, func()) {
	if after <= 0 {
		return nil, func() {}
	}
	timer := time.NewTimer(after)
	return timer.C, func() { timer.Stop() }
}

// sendDocuments publishes the documents of some nodes for which this connection has not published the newest yet, and
// reports whether there are more.
func (d *dispatcher) sendDocuments(ctx context.Context) (more bool, err error) {
	heads, err := d.o.Store.DesiredHeads(ctx)
	if err != nil {
		return false, fmt.Errorf("%w: %w", errUnread, err)
	}
	var sent []store.NodeVersion
	var tokens []mqtt.Token
	for _, head := range heads {
		if d.published[head.NodeKey] >= head.Version {
			continue
		}
		if len(sent) == documentWindow {
			more = true
			break
		}
		desired, err := d.o.Store.Desired(ctx, head.NodeKey, head.Version)
		if err != nil {
			return false, fmt.Errorf("%w: %w", errUnread, err)
		}
		payload, err := desired.Encode()
		if err != nil { // it was tried before they were kept
			return false, fmt.Errorf("%w: documents of %s/%s: %w", errUnread, head.Station, head.Node, err)
		}
		topic := record.Topic{Station: head.Station, Node: head.Node, Kind: record.KindDesired}
		sent, tokens = append(sent, head), append(tokens, d.client.Publish(topic.String(), 1, true, payload))
	}
	for n, token := range tokens {
		if err := await(ctx, token, answerTimeout); err != nil {
			return false, fmt.Errorf("publish documents for %s/%s: %w", sent[n].Station, sent[n].Node, err)
		}
		d.published[sent[n].NodeKey] = sent[n].Version
	}
	return more, nil
}

// sendCommands sends the open commands of nodes that are connected: each when it is new, when its node has come, and
// again while no answer comes. It returns after how long the next is to be sent again; zero when none is.
func (d *dispatcher) sendCommands(ctx context.Context) (next time.Duration, err error) {
	open, err := d.o.Store.OpenOrders(ctx)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errUnread, err)
	}
	given := map[string]attempt{}
	for _, o := range open {
		now := d.o.Now()
		before, known := d.given[o.ID]
		if known {
			given[o.ID] = before
		}
		if !o.Online || !o.Expires.After(now) {
			continue
		}
		wait := before.wait(o, now)
		if wait <= 0 {
			if err := d.sendCommand(ctx, o); err != nil {
				return 0, err
			}
			given[o.ID] = before.again(o, now)
			wait = given[o.ID].wait(o, now)
		}
		if next == 0 || wait < next {
			next = wait
		}
	}
	d.given = given
	return next, nil
}

// wait is how long it is until a command is to be sent again; none when it was not sent to this presence of its node.
func (a attempt) wait(o store.Order, now time.Time) time.Duration {
	if a.times == 0 || !a.since.Equal(o.Since) {
		return 0
	}
	return a.last.Add(min(askAgain<<min(a.times-1, 10), longestAgain)).Sub(now)
}

// again is the attempt after this one.
func (a attempt) again(o store.Order, now time.Time) attempt {
	if !a.since.Equal(o.Since) {
		a.times = 0
	}
	return attempt{since: o.Since, last: now, times: a.times + 1}
}

func (d *dispatcher) sendCommand(ctx context.Context, o store.Order) error {
	payload, err := o.Command.Encode()
	if err != nil { // it was tried before it was kept
		return fmt.Errorf("%w: %w", errUnread, err)
	}
	topic := record.Topic{Station: o.Station, Node: o.Node, Kind: record.KindCommand, ID: o.ID}
	if err := await(ctx, d.client.Publish(topic.String(), 1, false, payload), answerTimeout); err != nil {
		return fmt.Errorf("publish command %s for %s/%s: %w", o.ID, o.Station, o.Node, err)
	}
	if err := d.o.Store.Sent(ctx, o, d.o.Now()); err != nil {
		d.o.Log.Debug("a command was sent and could not be noted as such", "id", o.ID, "error", err)
	}
	return nil
}

// lapse ends commands that nobody has answered in their time, with and without a broker, until ctx ends.
func (i *Ingest) lapse(ctx context.Context) {
	changes, cancel := i.o.Store.Subscribe()
	defer cancel()
	for {
		next, err := i.o.Store.Lapse(ctx, i.o.Now())
		if err != nil {
			i.o.Log.Debug("commands cannot be ended for now", "error", err)
			next = refillAfter
		}
		due := dues{commandsIn: next}
		if err := due.wait(ctx, changes); err != nil {
			return
		}
	}
}
