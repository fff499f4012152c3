package uplink

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

const (
	connectTimeout = 10 * time.Second
	answerTimeout  = 10 * time.Second // for a SUBACK
	pubackTimeout  = 20 * time.Second // a broker that takes longer is taken for dead
	keepAlive      = 15 * time.Second
	farewell       = time.Second // to say offline when stopping
	// quiesce is how many milliseconds paho may take to send the disconnect packet. With 0 it is usually not sent,
	// and the broker publishes the will, which is older than what was said in farewell.
	quiesce = 250
	// patienceForAcks is how long sending waits to hear what head office has already: retained, it comes at once.
	patienceForAcks = time.Second
)

// session is one connection. Its loop is the only goroutine that touches its fields, but for those that say otherwise.
type session struct {
	*Uplink
	client mqtt.Client
	link   atomic.Pointer[link] // set by the goroutine that connects

	lost    chan error    // the connection's end, from paho
	acks    chan struct{} // holds a token while acknowledgements wait
	buried  chan struct{} // holds a token while the broker says that this node is offline
	echo    chan struct{} // holds a token when the broker has said anything of this node's presence
	outbox  chan packet   // to the sender, when it is idle
	idle    chan struct{} // from the sender
	answers chan answer   // from those who await a broker's answer
	ended   chan struct{} // closed when nobody reads answers any more
	waits   sync.WaitGroup

	epoch     string   // of the journal, which lanes are about
	lanes     [2]*lane // in the order of record.Streams
	cutters   [2]*cutter
	window    window
	choice    choice
	began     time.Time // of the subscription
	busy      bool      // the sender has a packet
	dead      bool      // the presence that stands at the broker is not ours
	echoed    bool      // the broker has said anything of this node's presence
	passed    bool      // the broker has answered a batch
	flights   map[*flight]struct{}
	points    map[string]bool // states that the broker has not answered yet
	reporting bool            // the broker has not answered yet what the node goes by
	flying    [classes]int    // bytes that the broker has not answered yet

	ackMu   sync.Mutex // guards arrived
	arrived []record.Ack
}

// connectAndServe makes one connection and serves it until it fails or ctx ends.
func (u *Uplink) connectAndServe(ctx context.Context) error {
	s := &session{
		Uplink:  u,
		lost:    make(chan error, 1),
		acks:    make(chan struct{}, 1),
		buried:  make(chan struct{}, 1),
		echo:    make(chan struct{}, 1),
		outbox:  make(chan packet, 1),
		idle:    make(chan struct{}, 1),
		answers: make(chan answer, 16),
		ended:   make(chan struct{}),
		flights: map[*flight]struct{}{},
		points:  map[string]bool{},
	}
	for i, stream := range record.Streams {
		s.cutters[i] = &cutter{journal: u.options.Journal, stream: stream, ratio: firstRatio}
	}
	s.beginLanes()
	if err := s.connect(ctx); err != nil {
		return err
	}
	s.waits.Go(s.send)
	defer s.waits.Wait()
	defer close(s.ended)
	defer close(s.outbox)
	defer s.hangUp()
	if err := s.introduce(ctx); err != nil {
		return err
	}
	u.connected(time.Now())
	defer u.disconnected(s)
	u.options.Log.Info("connected to head office's broker", "broker", u.options.Broker)
	return s.serve(ctx)
}

func (s *session) beginLanes() {
	s.epoch = s.options.Journal.Epoch()
	for i, stream := range record.Streams {
		at := s.options.Journal.Position(stream)
		s.lanes[i] = newLane(stream, at.Through, at.Base, s.options.AckTimeout)
		if s.deaf { // the connection before heard nothing either: what is sent again and again costs
			s.lanes[i].patience = maxAckTimeout
		}
	}
}

// connect opens the connection. While it does, the end of ctx cuts it.
func (s *session) connect(ctx context.Context) error {
	s.client = mqtt.NewClient(s.clientOptions(ctx))
	stop := context.AfterFunc(ctx, s.cut)
	defer stop()
	if err := await(ctx, s.client.Connect(), 2*connectTimeout); err != nil {
		s.cut()
		s.client.Disconnect(0)
		return fmt.Errorf("connect: %w", err)
	}
	return nil
}

// hangUp ends the connection within a moment, also when the line takes nothing any more.
func (s *session) hangUp() {
	s.leave()
	s.client.Disconnect(quiesce)
	s.cut()
}

func (s *session) clientOptions(ctx context.Context) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().
		AddBroker(s.options.Broker.URL).
		SetClientID(clientID()).
		SetProtocolVersion(4). // MQTT 3.1.1
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetConnectTimeout(connectTimeout).
		SetWriteTimeout(handTimeout).
		SetKeepAlive(keepAlive).
		SetPingTimeout(keepAlive/2).
		SetTLSConfig(s.options.Broker.TLS).
		SetCustomOpenConnectionFn(func(uri *url.URL, o mqtt.ClientOptions) (net.Conn, error) { return s.open(ctx, uri, o) }).
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
	switch kind {
	case record.KindState:
		t.Point = tail
	case record.KindResult:
		t.ID = tail
	default:
		t.Stream = record.Stream(tail)
	}
	return t
}

// introduce subscribes to acknowledgements, says online, and queues every state. It listens to its own presence as
// well: after a half-open connection the broker publishes the will of the old one when the new one already stands.
// It asks for all this at once and in this order, since on some lines an answer takes a second.
func (s *session) introduce(ctx context.Context) error {
	acks := record.NodeFilter(record.KindAck, s.options.Station, s.options.Node)
	asked := time.Now()
	heard := s.client.Subscribe(acks, 1, s.receive)
	online := s.presencePacket(record.Online, asked)
	s.expect(online, s.client.Publish(online.topic, 1, true, online.payload))
	presence := s.client.Subscribe(online.topic, 1, s.hearPresence)
	s.listen()
	if err := await(ctx, heard, answerTimeout); err != nil {
		return fmt.Errorf("subscribe to %s: %w", acks, err)
	}
	least := time.Since(asked)
	if err := await(ctx, presence, answerTimeout); err != nil {
		return fmt.Errorf("subscribe to %s: %w", online.topic, err)
	}
	s.began, s.window = time.Now(), newWindow(least, s.care)
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
	s.arrived = append(s.arrived, ack)
	s.ackMu.Unlock()
	signal(s.acks)
}

// signal leaves a token in a channel that has room for one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// serve is the session's loop.
func (s *session) serve(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		changed := s.options.Journal.Changed() // before looking, so that nothing is missed in between
		rest, err := s.sendSome(time.Now())
		if err != nil {
			return err
		}
		timer.Reset(rest)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.lost:
			return fmt.Errorf("connection lost: %w", err)
		case a := <-s.answers:
			if err := s.answered(a); err != nil {
				return err
			}
		case <-s.acks:
			if err := s.acknowledge(time.Now()); err != nil {
				return err
			}
		case <-s.idle:
			s.busy = false
		case <-s.buried:
			s.dead = true
		case <-s.echo:
			s.echoed = true
		case <-s.wake:
		case <-changed:
		case <-timer.C:
		}
	}
}

// sendSome gives the sender its next packet when it has none, and says how long nothing is to be done unless something
// happens.
func (s *session) sendSome(now time.Time) (rest time.Duration, err error) {
	if s.options.Journal.Epoch() != s.epoch { // a damaged file was replaced while the program went on
		s.beginLanes()
	}
	overdue, err := s.untilOverdue(now)
	if err != nil {
		return 0, err
	}
	rest = min(overdue, s.reportBacklog(now))
	if s.busy {
		return rest, nil
	}
	p, wait, err := s.choose(now)
	if err != nil {
		return 0, err
	}
	if p.topic != "" {
		s.busy = true
		s.outbox <- p
		return rest, nil
	}
	return min(rest, wait), nil
}

var errSilence = errors.New("head office has acknowledged nothing for long; it may be heard on a new connection")

// untilOverdue sends again what head office has not acknowledged in time, and returns the time until the next lane has
// waited too long.
func (s *session) untilOverdue(now time.Time) (rest time.Duration, err error) {
	rest = time.Hour
	for _, l := range s.lanes {
		at, ok := l.overdue()
		if ok && !now.Before(at) {
			s.options.Log.Warn("head office has not acknowledged in time: sending again", "stream", l.stream,
				"from", l.through+1, "to", l.sent, "waited", l.patience)
			l.stall()
			if l.silence > mostSilence {
				s.deaf = true
				return 0, errSilence
			}
		} else if ok {
			rest = min(rest, at.Sub(now))
		}
	}
	return rest, nil
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
