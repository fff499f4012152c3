package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

func TestStoredThenAcknowledged(t *testing.T) {
	for kind, startBroker := range brokers(t) {
		t.Run(kind, func(t *testing.T) {
			b, s := startBroker(t, ""), mustStore(t, t.TempDir())
			i, _ := start(t, s, b, nil)
			node := join(t, b.url, nil)
			node.listen(agent)
			node.up(agent, doors(epochA, 1, 100))
			node.acked(epochA, 100)
			node.up(agent, doors(epochA, 1, 100)) // all of it known: acknowledged all the same
			node.acked(epochA, 100)
			node.up(agent, doors(epochA, 151, 160))
			node.acked(epochA, 100)
			node.up(agent, record.Batch{Epoch: epochA, Stream: record.Events, Lost: []record.Lost{{First: 101, Last: 150, Reason: record.ReasonFull}}})
			node.acked(epochA, 160)
			node.up(agent, doors(epochB, 1, 3)) // a new journal
			node.acked(epochB, 3)

			late := join(t, b.url, nil) // what is retained, a node learns at once
			late.listen(agent)
			late.acked(epochB, 3)

			want := []store.Progress{
				{NodeKey: agent, Epoch: epochA, Stream: record.Events, Through: 160, Highest: 160, Stored: 110, Lost: 50, Duplicates: 100},
				{NodeKey: agent, Epoch: epochB, Stream: record.Events, Through: 3, Highest: 3, Stored: 3},
			}
			if got := mustProgress(t, s); !slices.Equal(got, want) {
				t.Errorf("progress %+v, want %+v", got, want)
			}
			if got := i.Stats(); got.Batches != 5 || got.Records != 113 || got.Duplicates != 100 || got.Bytes == 0 || got.Dropped != 0 || len(got.Refused) != 0 {
				t.Errorf("stats %+v", got)
			}
		})
	}
}

// A head office that was killed remembers nodes as online. Those that do not come back must not stay so.
func TestNobodyIsOnlineUntilHeardSinceTheStart(t *testing.T) {
	for kind, startBroker := range brokers(t) {
		t.Run(kind, func(t *testing.T) {
			b, s := startBroker(t, ""), mustStore(t, t.TempDir())
			if err := s.SetPresence(t.Context(), agent, record.Presence{State: record.Online, Since: time.Now()}, time.Now()); err != nil {
				t.Fatal(err)
			}
			start(t, s, b, nil)
			until(t, "a node that is not there is offline", func() bool { got, _ := node(t, s, agent); return !got.Online })
		})
	}
}

func TestRefusedMessagesAreSetAsideAndStopNothing(t *testing.T) {
	for kind, startBroker := range brokers(t) {
		t.Run(kind, func(t *testing.T) {
			b, s := startBroker(t, ""), mustStore(t, t.TempDir())
			log := &lines{}
			i, _ := start(t, s, b, slog.New(slog.NewTextHandler(log, nil)))
			node := join(t, b.url, nil)
			node.listen(agent)
			node.up(agent, doors(epochA, 1, 3))
			node.acked(epochA, 3)

			conflict := doors(epochA, 2, 4)
			conflict.Records[0].Type = record.DoorClosed
			foreign, err := record.EncodeBatch(doors(epochA, 4, 4))
			if err != nil {
				t.Fatal(err)
			}
			node.send(record.Root+"/demo/agent/state/machine-room/door", false, []byte(`{"value":{}}`))
			node.send(record.Root+"/demo/agent/online", false, []byte(`{"state":"perhaps"}`))
			for range 2 {
				node.send(upTopic(agent, record.Events), false, []byte("not a batch"))
				node.send(upTopic(agent, record.Events), false, make([]byte, record.MaxPayload+1))
				node.send(upTopic(agent, record.Telemetry), false, foreign)
				node.send(upTopic(agent, "weather"), false, foreign)
				node.send(record.Root+"/demo/-bad-/up/events", false, foreign)
				node.up(agent, conflict)
			}
			node.up(agent, doors(epochA, 4, 5))
			node.acked(epochA, 5)

			want := map[string]uint64{RefusedMalformed: 4, RefusedOversized: 2, RefusedForeign: 2, RefusedTopic: 4, RefusedConflict: 2}
			until(t, fmt.Sprintf("%v are refused", want), func() bool { return fmt.Sprint(i.Stats().Refused) == fmt.Sprint(want) })
			if got := log.count("message refused and set aside"); got != 6 {
				t.Errorf("logged %d times, want once for each sender and reason: 6", got)
			}
			var aside []store.Aside
			until(t, "all are set aside", func() bool {
				if aside, err = s.Asides(t.Context(), 100); err != nil {
					t.Fatal(err)
				}
				times := 0
				for _, a := range aside {
					times += a.Times
				}
				return times == 14
			})
			if len(aside) != 8 {
				t.Errorf("%d kept, want each of the 8 once", len(aside))
			}
			if got := mustProgress(t, s)[0]; got.Stored != 5 {
				t.Errorf("progress %+v, want 5 stored", got)
			}
		})
	}
}

// lines collects a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), text)
}

func node(t *testing.T, s *store.Store, key store.NodeKey) (store.Node, []store.Point) {
	t.Helper()
	station, points, err := s.Station(t.Context(), key.Station)
	if errors.Is(err, store.ErrNotFound) {
		return store.Node{}, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return station.Nodes[0], points
}

func TestStateAndPresence(t *testing.T) {
	for kind, startBroker := range brokers(t) {
		t.Run(kind, func(t *testing.T) {
			b, s := startBroker(t, ""), mustStore(t, t.TempDir())
			start(t, s, b, nil)
			online := record.Topic{Station: "demo", Node: "agent", Kind: record.KindOnline}.String()
			state := record.Topic{Station: "demo", Node: "agent", Kind: record.KindState, Point: "machine-room/door"}.String()
			connected := record.Stamp(time.Now().Add(-time.Hour))
			will := mqtt.NewClientOptions().SetBinaryWill(online, record.Presence{State: record.Offline, Since: connected}.Encode(), 1, true)
			var conn net.Conn
			c := join(t, b.url, cutable(will, b.url, &conn))
			c.send(online, true, record.Presence{State: record.Online, Since: connected}.Encode())
			c.send(state, true, record.State{Value: "open", Time: began, Quality: record.Good}.Encode())
			until(t, "it is online and its door open", func() bool {
				n, points := node(t, s, agent)
				return n.Online && n.Since.Equal(connected) && len(points) == 1 && points[0].Value == "open"
			})
			before := time.Now().Truncate(time.Millisecond)
			conn.Close() // without good-bye: the broker publishes the will
			until(t, "it is offline since now", func() bool {
				n, _ := node(t, s, agent)
				return !n.Online && !n.Since.Before(before)
			})
			other := join(t, b.url, nil)
			other.send(state, true, nil) // the point is no more
			until(t, "the point is gone", func() bool {
				_, points := node(t, s, agent)
				return len(points) == 0
			})
		})
	}
}

// cutable keeps the connection of a client so that the test can cut it.
func cutable(o *mqtt.ClientOptions, broker string, conn *net.Conn) *mqtt.ClientOptions {
	addr := strings.TrimPrefix(broker, "tcp://")
	return o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
		c, err := net.Dial("tcp", addr)
		*conn = c
		return c, err
	})
}

func TestBrokerRestartsEmpty(t *testing.T) {
	for kind, startBroker := range brokers(t) {
		t.Run(kind, func(t *testing.T) {
			b, s := startBroker(t, ""), mustStore(t, t.TempDir())
			addr := strings.TrimPrefix(b.url, "tcp://")
			var dial atomic.Value
			dial.Store(b.dial)
			either := b
			if b.dial != nil {
				either.dial = func() (net.Conn, error) { return dial.Load().(func() (net.Conn, error))() }
			}
			i, _ := start(t, s, either, nil)
			n := join(t, b.url, nil)
			n.listen(agent)
			n.up(agent, doors(epochA, 1, 5))
			n.acked(epochA, 5)
			n.send(record.Root+"/demo/agent/online", true, record.Presence{State: record.Online, Since: time.Now()}.Encode())
			until(t, "it is online", func() bool { got, _ := node(t, s, agent); return got.Online })
			b.stop()
			until(t, "head office has noticed", func() bool { return !i.Stats().Connected })
			dial.Store(startBroker(t, addr).dial)
			again := join(t, b.url, nil)
			again.listen(agent)
			again.acked(epochA, 5) // republished from the store: the broker knew nothing
			again.up(agent, doors(epochA, 4, 8))
			again.acked(epochA, 8)
			until(t, "nobody is online who has not said so again", func() bool { got, _ := node(t, s, agent); return !got.Online })
		})
	}
}

func TestHeadOfficeRestarts(t *testing.T) {
	for kind, startBroker := range brokers(t) {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			b, s := startBroker(t, ""), mustStore(t, dir)
			_, stop := start(t, s, b, nil)
			n := join(t, b.url, nil)
			n.listen(agent)
			n.up(agent, doors(epochA, 1, 5))
			n.acked(epochA, 5)
			stop()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			n.up(agent, doors(epochA, 6, 9)) // nobody hears it
			s = mustStore(t, dir)
			start(t, s, b, nil)
			n.acked(epochA, 5)
			n.up(agent, doors(epochA, 6, 9))
			n.acked(epochA, 9)
		})
	}
}

func TestManyNodesAtOnce(t *testing.T) {
	const nodes, batches, size = 12, 40, 25
	for kind, startBroker := range brokers(t) {
		t.Run(kind, func(t *testing.T) {
			b, s := startBroker(t, ""), mustStore(t, t.TempDir())
			start(t, s, b, nil)
			var all sync.WaitGroup
			for n := range nodes {
				all.Go(func() {
					key := store.NodeKey{Station: fmt.Sprint("s", n%3), Node: fmt.Sprint("n", n)}
					c := join(t, b.url, nil)
					c.listen(key)
					for k := range uint64(batches) {
						c.up(key, doors(epochA, k*size+1, (k+1)*size))
					}
					c.acked(epochA, batches*size)
				})
			}
			all.Wait()
			for _, p := range mustProgress(t, s) {
				if p.Stored != batches*size || p.Missing != 0 || p.Through != batches*size {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}

// failing is a store whose database fails as the test says.
type failing struct {
	*store.Store
	mu   sync.Mutex
	fail func([]store.Delivery) error
}

func (f *failing) set(fail func([]store.Delivery) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

func (f *failing) Put(ctx context.Context, d []store.Delivery, at time.Time) ([]store.Receipt, error) {
	f.mu.Lock()
	fail := f.fail
	f.mu.Unlock()
	if fail != nil {
		if err := fail(d); err != nil {
			return nil, err
		}
	}
	return f.Store.Put(ctx, d, at)
}

func TestDatabaseFailsForAWhile(t *testing.T) {
	b, s := startEmbedded(t, ""), &failing{Store: mustStore(t, t.TempDir())}
	log := &lines{}
	i, _ := start(t, s, b, slog.New(slog.NewTextHandler(log, nil)))
	n := join(t, b.url, nil)
	n.listen(agent)
	tried := make(chan struct{}, 1000)
	s.set(func([]store.Delivery) error {
		tried <- struct{}{}
		return io.ErrShortWrite
	})
	n.up(agent, doors(epochA, 1, 5))
	n.up(agent, doors(epochA, 6, 9))
	<-tried
	<-tried
	if got := i.Stats(); got.Acks != 0 || got.Batches != 0 || !got.Failing {
		t.Errorf("acknowledged without being stored, or not said to fail: %+v", got)
	}
	s.set(nil)
	n.acked(epochA, 9)
	if i.Stats().Failing {
		t.Error("said to fail although it stores again")
	}
	until(t, "it is logged that the database works again", func() bool { return log.count("the database works again") == 1 })
	if got := log.count("the database fails"); got != 1 {
		t.Errorf("logged %d times that it fails, want once", got)
	}
}

func TestOneBatchTheDatabaseRefusesStopsNoOther(t *testing.T) {
	b, s := startEmbedded(t, ""), &failing{Store: mustStore(t, t.TempDir())}
	i, _ := start(t, s, b, nil)
	n := join(t, b.url, nil)
	n.listen(agent)
	gate, held := make(chan struct{}), make(chan struct{}, 100)
	s.set(func(group []store.Delivery) error {
		held <- struct{}{}
		<-gate // until the other three wait, and so come in one group
		for _, d := range group {
			if d.Batch.Epoch == epochB {
				return errors.New("this one I cannot")
			}
		}
		return nil
	})
	n.up(agent, doors(epochA, 1, 1))
	<-held
	n.up(agent, doors(epochA, 2, 2))
	n.up(agent, doors(epochB, 1, 1))
	n.up(agent, doors(epochA, 3, 3))
	until(t, "three wait", func() bool { return i.Stats().Waiting == 3 })
	close(gate)
	n.acked(epochA, 3)
	until(t, "the one is refused", func() bool { return i.Stats().Refused[RefusedUnstored] == 1 })
}

func TestFullInboxDropsAndCounts(t *testing.T) {
	b, s := startEmbedded(t, ""), &failing{Store: mustStore(t, t.TempDir())}
	log := &lines{}
	i, _ := start(t, s, b, slog.New(slog.NewTextHandler(log, nil)))
	n := join(t, b.url, nil)
	n.listen(agent)
	gate, held := make(chan struct{}), make(chan struct{}, 1000)
	s.set(func([]store.Delivery) error {
		held <- struct{}{}
		<-gate
		return nil
	})
	n.up(agent, doors(epochA, 1, 1))
	<-held
	payload, err := record.EncodeBatch(doors(epochA, 2, 2))
	if err != nil {
		t.Fatal(err)
	}
	const extra = 10
	for range maxWaiting + extra { // as the client's callback does
		i.receive(upTopic(agent, record.Events), payload)
	}
	i.receive(record.Root+"/demo/agent/state/a", record.State{Value: 1, Time: began, Quality: record.Good}.Encode())
	if got := i.Stats(); got.Dropped != extra || got.Waiting != maxWaiting+1 {
		t.Errorf("stats %+v, want %d dropped and the state waiting", got, extra)
	}
	close(gate)
	n.acked(epochA, 2)
	until(t, "the inbox is empty", func() bool { return i.Stats().Waiting == 0 })
	if got := log.count("batches are dropped"); got != 1 {
		t.Errorf("logged %d times, want once", got)
	}
}
