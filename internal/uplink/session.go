package uplink

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

const (
	connectTimeout = 10 * time.Second
	writeTimeout   = 10 * time.Second
	pubackTimeout  = 20 * time.Second // a broker that takes longer is taken for dead
	keepAlive      = 15 * time.Second
	farewell       = time.Second // to say offline when stopping
	// quiesce is how many milliseconds paho may take to send the disconnect packet. With 0 it is usually not sent,
	// and the broker publishes the will, which is older than what was said in farewell.
	quiesce = 250
	// telemetryShare lets telemetry take every so manieth batch while events have a backlog.
	telemetryShare = 4
)

// session is one connection. Its loop is the only goroutine that touches lanes and publishes.
type session struct {
	*Uplink
	client    mqtt.Client
	lost      chan error                   // the connection's end, from paho
	published chan error                   // one result per publication awaited
	acks      chan struct{}                // holds a token while acknowledgements wait
	buried    chan struct{}                // holds a token while the broker says that this node is offline
	lanes     [2]*lane                     // in the order of record.Streams
	turn      int                          // counts batches, for telemetryShare
	flying    int                          // batches awaiting PUBACK
	waits     sync.WaitGroup               // goroutines awaiting tokens
	ackMu     sync.Mutex                   // guards arrived
	arrived   map[record.Stream]record.Ack // latest acknowledgement not yet handled
}

// connectAndServe makes one connection and serves it until it fails or ctx ends.
func (u *Uplink) connectAndServe(ctx context.Context) error {
	s := &session{
		Uplink:    u,
		lost:      make(chan error, 1),
		published: make(chan error, inFlight+1),
		acks:      make(chan struct{}, 1),
		buried:    make(chan struct{}, 1),
		arrived:   map[record.Stream]record.Ack{},
	}
	for i, stream := range record.Streams {
		s.lanes[i] = newLane(stream, u.options.Journal.Position(stream).Through, u.options.AckTimeout)
	}
	s.client = mqtt.NewClient(s.clientOptions())
	if err := await(ctx, s.client.Connect(), connectTimeout); err != nil {
		s.client.Disconnect(0)
		return fmt.Errorf("connect: %w", err)
	}
	defer s.waits.Wait()
	defer s.client.Disconnect(quiesce)
	defer s.leave()
	if err := s.introduce(ctx); err != nil {
		return err
	}
	u.options.Log.Info("connected to head office's broker", "broker", u.options.Broker)
	return s.serve(ctx)
}

func (s *session) clientOptions() *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().
		AddBroker(s.options.Broker.URL).
		SetClientID(clientID()).
		SetProtocolVersion(4). // MQTT 3.1.1
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetConnectTimeout(connectTimeout).
		SetWriteTimeout(writeTimeout).
		SetKeepAlive(keepAlive).
		SetPingTimeout(keepAlive/2).
		SetTLSConfig(s.options.Broker.TLS).
		SetBinaryWill(s.topic(record.KindOnline, "").String(), s.presence(record.Offline), 1, true)
	if b := s.options.Broker; b.Username != "" {
		o.SetUsername(b.Username).SetPassword(b.Password)
	}
	o.SetConnectionLostHandler(func(_ mqtt.Client, err error) {
		select {
		case s.lost <- err:
		default:
		}
	})
	return o
}

// clientID is random: nothing may depend on it. MQTT 3.1.1 guarantees 23 characters.
func clientID() string {
	var b [10]byte
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return "sk-" + hex.EncodeToString(b[:])
}

func (s *session) topic(kind record.Kind, tail string) record.Topic {
	t := record.Topic{Station: s.options.Station, Node: s.options.Node, Kind: kind}
	if kind == record.KindState {
		t.Point = tail
	} else {
		t.Stream = record.Stream(tail)
	}
	return t
}

// introduce subscribes to acknowledgements, says online, and queues every state. It listens to its own presence as
// well: after a half-open connection the broker publishes the will of the old one when the new one already stands.
func (s *session) introduce(ctx context.Context) error {
	filter := record.AckFilter(s.options.Station, s.options.Node)
	if err := await(ctx, s.client.Subscribe(filter, 1, s.receive), writeTimeout); err != nil {
		return fmt.Errorf("subscribe to %s: %w", filter, err)
	}
	if err := s.sayOnline(ctx); err != nil {
		return err
	}
	topic := s.topic(record.KindOnline, "").String()
	if err := await(ctx, s.client.Subscribe(topic, 1, s.hearPresence), writeTimeout); err != nil {
		return fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	s.renewStates()
	return nil
}

// receive is paho's callback for acknowledgements. It only files them: paho must not be held up.
func (s *session) receive(_ mqtt.Client, m mqtt.Message) {
	topic, err := record.ParseTopic(m.Topic())
	if err != nil {
		s.options.Log.Warn("message ignored", "error", err)
		return
	}
	ack, err := record.DecodeAck(m.Payload())
	if err == nil && ack.Stream != topic.Stream {
		err = fmt.Errorf("stream %q in the topic, %q in the payload", topic.Stream, ack.Stream)
	}
	if err != nil {
		s.options.Log.Warn("acknowledgement ignored", "topic", m.Topic(), "error", err)
		return
	}
	s.ackMu.Lock()
	s.arrived[ack.Stream] = ack
	s.ackMu.Unlock()
	select {
	case s.acks <- struct{}{}:
	default:
	}
}

// serve is the session's loop.
func (s *session) serve(ctx context.Context) error {
	resend := time.NewTimer(0)
	defer resend.Stop()
	for {
		changed := s.options.Journal.Changed() // before fill, so that nothing is missed in between
		if err := s.fill(); err != nil {
			return err
		}
		resend.Reset(s.untilOverdue(time.Now()))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.lost:
			return fmt.Errorf("connection lost: %w", err)
		case err := <-s.published:
			s.flying--
			if err != nil {
				return err
			}
		case <-s.acks:
			s.acknowledge(time.Now())
		case <-s.buried:
			if err := s.sayOnline(ctx); err != nil {
				return err
			}
		case <-s.wake:
			if err := s.publishStates(ctx); err != nil {
				return err
			}
		case <-changed:
		case <-resend.C:
			s.rewind(time.Now())
		}
	}
}

// untilOverdue is the time until the first lane has waited too long, or an hour when none waits.
func (s *session) untilOverdue(now time.Time) time.Duration {
	least := time.Hour
	for _, l := range s.lanes {
		if at, ok := l.overdue(); ok {
			least = min(least, max(0, at.Sub(now)))
		}
	}
	return least
}

func (s *session) rewind(now time.Time) {
	for _, l := range s.lanes {
		if at, ok := l.overdue(); ok && !now.Before(at) {
			s.options.Log.Warn("head office has not acknowledged in time: sending again", "stream", l.stream,
				"from", l.through+1, "to", l.sent, "waited", l.patience)
			l.rewind()
		}
	}
}

func (s *session) acknowledge(now time.Time) {
	s.ackMu.Lock()
	arrived := s.arrived
	s.arrived = map[record.Stream]record.Ack{}
	s.ackMu.Unlock()
	for _, l := range s.lanes {
		ack, ok := arrived[l.stream]
		if !ok {
			continue
		}
		if ack.Epoch != s.options.Journal.Epoch() {
			continue // retained from before this journal; head office will learn of the new epoch from its first batch
		}
		if err := s.options.Journal.Acknowledge(ack); err != nil {
			s.options.Log.Error("acknowledgement refused", "error", err)
			continue
		}
		l.acknowledged(ack.Through, now)
	}
}

// fill sends batches while there are records and room.
func (s *session) fill() error {
	for s.flying < inFlight {
		sent, err := s.sendNext()
		if err != nil || !sent {
			return err
		}
	}
	return nil
}

// sendNext sends one batch: of events, or in its turn or when there are no events of telemetry.
func (s *session) sendNext() (sent bool, err error) {
	order := []*lane{s.lanes[0], s.lanes[1]}
	if s.turn%telemetryShare == telemetryShare-1 {
		order[0], order[1] = order[1], order[0]
	}
	for _, l := range order {
		if !l.open() {
			continue
		}
		payload, end, err := nextBatch(s.options.Journal, l)
		if err != nil {
			return false, err
		}
		if payload == nil {
			continue
		}
		s.publish(s.topic(record.KindUp, string(l.stream)).String(), payload)
		l.sentTo(end, time.Now())
		s.turn++
		return true, nil
	}
	return false, nil
}

// publish hands a batch to paho; its PUBACK, or the lack of it, arrives on s.published.
func (s *session) publish(topic string, payload []byte) {
	token := s.client.Publish(topic, 1, false, payload)
	s.flying++
	s.waits.Go(func() {
		if !token.WaitTimeout(pubackTimeout) {
			s.published <- fmt.Errorf("publish %s: %w after %s", topic, errNoAnswer, pubackTimeout)
			return
		}
		if err := token.Error(); err != nil {
			s.published <- fmt.Errorf("publish %s: %w", topic, err)
			return
		}
		s.published <- nil
	})
}

// publishStates sends what has changed and waits for the broker to have it: at most one publication per point is
// under way, and what changes meanwhile is coalesced.
func (s *session) publishStates(ctx context.Context) error {
	tokens := map[string]mqtt.Token{}
	for point, state := range s.takeStates() {
		topic := s.topic(record.KindState, point).String()
		tokens[topic] = s.client.Publish(topic, 1, true, state.Encode())
	}
	for topic, token := range tokens {
		if err := await(ctx, token, pubackTimeout); err != nil {
			return fmt.Errorf("publish %s: %w", topic, err)
		}
	}
	return nil
}

var errNoAnswer = errors.New("no answer")

// await waits for a token, bounded by ctx and limit.
func await(ctx context.Context, token mqtt.Token, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return fmt.Errorf("%w after %s", errNoAnswer, limit)
	}
}
