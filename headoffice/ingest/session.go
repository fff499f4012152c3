package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/google/uuid"

	"stationkeeper/internal/record"
)

// Timings of a connection. Every wait on the broker ends.
const (
	connectTimeout = 10 * time.Second
	answerTimeout  = 10 * time.Second // for a SUBACK, a PUBACK, and for the network to take what is written
	keepAlive      = 30 * time.Second
	leaveTimeout   = 250 * time.Millisecond // to say good-bye
	// ackWindow is how many acknowledgements are on their way to the broker at once. Together they are far smaller
	// than a socket's buffer, so that writing them never has to wait for what is being read.
	ackWindow = 100
)

// backoff is the time before attempt n (from 0) to connect again: from a quarter of a second doubling to ten, of which
// at least half; random is from 0 to 1, so that not all head offices come back to a broker at once.
func backoff(n int, random float64) time.Duration {
	longest := min(500*time.Millisecond<<min(n, 10), 10*time.Second)
	return time.Duration(float64(longest) * (0.5 + 0.5*random))
}

// connect keeps a session with the broker until ctx ends. The client of each session is new: reconnecting itself,
// it would report messages as delivered that were not. An outage is logged when it begins.
func (i *Ingest) connect(ctx context.Context) {
	level := slog.LevelWarn
	for n := 0; ; n++ {
		began := i.o.Now()
		connected, err := i.session(ctx)
		if ctx.Err() != nil {
			return
		}
		if connected {
			i.inbox.putNobody(i.o.Now()) // whoever leaves now, nobody tells us
			level = slog.LevelWarn
		}
		if connected && i.o.Now().Sub(began) > keepAlive {
			n = 0
		}
		wait := backoff(n, rand.Float64())
		i.o.Log.Log(ctx, level, "no connection to the MQTT broker", "error", err, "retry", wait.Round(time.Millisecond))
		level = slog.LevelDebug
		if !sleep(ctx, wait) {
			return
		}
	}
}

// session is one connection: it subscribes, republishes what the store has acknowledged, and then publishes
// acknowledgements until the connection is lost or ctx ends.
func (i *Ingest) session(ctx context.Context) (connected bool, err error) {
	ctx, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	client := mqtt.NewClient(i.clientOptions(lost))
	defer func() {
		i.count(func(s *Stats) { s.Connected = false })
		client.Disconnect(uint(leaveTimeout.Milliseconds()))
	}()
	if err := await(ctx, client.Connect(), connectTimeout+answerTimeout); err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	if err := i.subscribe(ctx, client); err != nil {
		return true, fmt.Errorf("subscribe: %w", err)
	}
	refilled := i.refillOutbox(ctx)
	i.subscribed()
	i.o.Log.Info("connected to the MQTT broker")
	for ctx.Err() == nil {
		if !refilled {
			refilled = i.refillOutbox(ctx)
		}
		if err := i.publishSome(ctx, client, refilled); err != nil {
			return true, err
		}
	}
	return true, context.Cause(ctx)
}

func (i *Ingest) clientOptions(lost func(error)) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions()
	o.SetClientID("headoffice-" + uuid.NewString())
	o.SetProtocolVersion(4) // MQTT 3.1.1, and no attempt at 3.1
	o.SetCleanSession(true).SetAutoReconnect(false).SetConnectRetry(false)
	o.SetConnectTimeout(connectTimeout).SetWriteTimeout(answerTimeout)
	o.SetKeepAlive(keepAlive).SetPingTimeout(answerTimeout)
	o.SetUsername(i.o.Broker.Username).SetPassword(i.o.Broker.Password)
	o.SetConnectionLostHandler(func(_ mqtt.Client, err error) { lost(err) })
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { i.receive(m.Topic(), m.Payload()) })
	if i.o.Dial == nil {
		o.AddBroker(i.o.Broker.URL)
		o.SetTLSConfig(i.o.Broker.TLS)
		return o
	}
	o.AddBroker("tcp://within") // the client wants a name; nothing is looked up
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return i.o.Dial() })
	return o
}

// subscribe asks for what nodes send. Each message comes by the one handler that clientOptions sets.
func (i *Ingest) subscribe(ctx context.Context, client mqtt.Client) error {
	filters := map[string]byte{}
	for _, kind := range []record.Kind{record.KindUp, record.KindState, record.KindOnline, record.KindReported,
		record.KindResult} {
		filters[record.Filter(kind)] = 1
	}
	token := client.SubscribeMultiple(filters, nil)
	if err := await(ctx, token, answerTimeout); err != nil {
		return err
	}
	for filter, code := range token.(*mqtt.SubscribeToken).Result() {
		if code > 2 {
			return fmt.Errorf("the broker refuses %s", filter)
		}
	}
	return nil
}

// refillOutbox replaces what waits to be published by everything the store has acknowledged, and asks for what it
// lacks: the broker may have started empty. What the writer adds meanwhile is newer, and stands. While the database
// fails it reports false.
func (i *Ingest) refillOutbox(ctx context.Context) bool {
	i.outbox.clear()
	acks, err := i.o.Store.Acks(ctx)
	if err != nil {
		i.o.Log.Debug("acknowledgements could not be republished", "error", err)
		return false
	}
	for _, ack := range acks {
		i.outbox.put(ack)
		i.note(ack)
	}
	return true
}

// refillAfter is when to try again to republish what the store has acknowledged.
const refillAfter = 5 * time.Second

// publishSome publishes the acknowledgements that wait, or waits for some; not for ever, unless it is to.
func (i *Ingest) publishSome(ctx context.Context, client mqtt.Client, forever bool) error {
	waiting, cancel := ctx, func() {}
	if !forever {
		waiting, cancel = context.WithTimeout(ctx, refillAfter)
	}
	acks := i.outbox.take(waiting, ackWindow)
	cancel()
	tokens := make([]mqtt.Token, len(acks))
	for n, ack := range acks {
		topic := record.Topic{Station: ack.Station, Node: ack.Node, Kind: record.KindAck, Stream: ack.Stream}
		tokens[n] = client.Publish(topic.String(), 1, true, ack.Encode())
	}
	for n, token := range tokens {
		if err := await(ctx, token, answerTimeout); err != nil {
			return fmt.Errorf("publish acknowledgement for %s/%s: %w", acks[n].Station, acks[n].Node, err)
		}
		i.count(func(s *Stats) { s.Acks++ })
	}
	return nil
}

var errNoAnswer = errors.New("the broker does not answer")

// await waits for what a token stands for, but not for ever.
func await(ctx context.Context, token mqtt.Token, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return errNoAnswer
	}
}
