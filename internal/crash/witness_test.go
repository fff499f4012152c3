package crash

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

// witness is a stranger at the broker who notes what nodes send and what head office acknowledges. It connects again
// when the broker was killed; what passes meanwhile it does not see.
type witness struct {
	account *account
	station string
	batches atomic.Int64
	acks    atomic.Int64
	// rash makes it acknowledge what it sees.
	rash atomic.Bool
	// heard is closed, and replaced, at every message.
	mu     sync.Mutex
	heard  chan struct{}
	client mqtt.Client   // nil while there is none
	lost   chan struct{} // closed when the client's connection is lost
	echo   string        // topic of its own, for flush
	echoes chan string
}

func newWitness(a *account, station string) *witness {
	return &witness{account: a, station: station, heard: make(chan struct{}), echo: "witness/" + rand.Text(), echoes: make(chan string, 16)}
}

// watch listens at a broker until ctx ends.
func (w *witness) watch(ctx context.Context, broker string) {
	for ctx.Err() == nil {
		lost := make(chan struct{})
		o := mqtt.NewClientOptions().AddBroker(broker).SetClientID("witness-" + rand.Text()[:10]).SetAutoReconnect(false).
			SetConnectRetry(false).SetOrderMatters(true).SetConnectTimeout(time.Second).
			SetConnectionLostHandler(func(mqtt.Client, error) { close(lost) })
		client := mqtt.NewClient(o)
		if err := w.listen(client); err == nil {
			w.have(client, lost)
			select {
			case <-lost:
			case <-ctx.Done():
			}
			w.have(nil, nil)
		}
		client.Disconnect(0)
		pause(ctx, 10*time.Millisecond)
	}
}

func (w *witness) have(client mqtt.Client, lost chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.client, w.lost = client, lost
}

// patience bounds waits for a broker that answers at once unless it is dead.
const patience = 5 * time.Second

func done(token mqtt.Token) error {
	if !token.WaitTimeout(patience) {
		return errors.New("the broker does not answer")
	}
	return token.Error()
}

func (w *witness) listen(client mqtt.Client) error {
	if err := done(client.Connect()); err != nil {
		return err
	}
	return done(client.SubscribeMultiple(map[string]byte{
		record.Root + "/" + w.station + "/+/up/+":  0,
		record.Root + "/" + w.station + "/+/ack/+": 0,
		w.echo: 0,
	}, w.hear))
}

func (w *witness) hear(_ mqtt.Client, m mqtt.Message) {
	if m.Topic() == w.echo {
		select {
		case w.echoes <- string(m.Payload()):
		default:
		}
		return
	}
	if err := w.note(m); err != nil {
		w.account.breach(failed, "%s: %v", m.Topic(), err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.heard)
	w.heard = make(chan struct{})
}

func (w *witness) note(m mqtt.Message) error {
	topic, err := record.ParseTopic(m.Topic())
	if err != nil {
		return err
	}
	if topic.Kind == record.KindAck {
		ack, err := record.DecodeAck(m.Payload())
		if err != nil {
			return err
		}
		w.acks.Add(1)
		w.account.noteAck(topic.Node, ack)
		return nil
	}
	batch, err := record.DecodeBatch(m.Payload())
	if err != nil {
		return err
	}
	w.batches.Add(1)
	w.account.noteBatch(topic.Node, batch)
	if w.rash.Load() {
		w.acknowledge(topic, batch)
	}
	return nil
}

// acknowledge says in head office's name that it has a batch, which it may not have yet.
func (w *witness) acknowledge(topic record.Topic, b record.Batch) {
	last := b.Records[len(b.Records)-1]
	ack := record.Ack{Epoch: b.Epoch, Stream: b.Stream, Through: last.Seq, Mark: last.Mark()}
	topic.Kind = record.KindAck
	w.mu.Lock()
	client := w.client
	w.mu.Unlock()
	if client != nil {
		client.Publish(topic.String(), 0, true, ack.Encode()) // from a callback, nothing is waited for
	}
}

// await returns when a counter has grown by n, or after limit: a broker or head office that is just connecting again is
// killed all the same.
func (w *witness) await(ctx context.Context, counter *atomic.Int64, n int64, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for end := counter.Load() + n; counter.Load() < end; {
		w.mu.Lock()
		heard := w.heard
		w.mu.Unlock()
		if counter.Load() >= end {
			return
		}
		select {
		case <-heard:
		case <-ctx.Done():
			return
		}
	}
}

// flush returns when everything that the broker had for the witness has been noted.
func (w *witness) flush(ctx context.Context) error {
	w.mu.Lock()
	client, lost := w.client, w.lost
	w.mu.Unlock()
	if client == nil {
		return nil // no broker: it will get nothing more of what was sent before
	}
	token := rand.Text()
	if err := done(client.Publish(w.echo, 0, false, token)); err != nil {
		return nil // it has just been killed
	}
	ctx, cancel := context.WithTimeout(ctx, hang)
	defer cancel()
	for {
		select {
		case echo := <-w.echoes:
			if echo == token {
				return nil
			}
		case <-lost:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("the broker is there and gives the witness nothing: %w", ctx.Err())
		}
	}
}

// pause waits until an instant drawn by chance.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
