package toxic

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
)

// over runs a test with each kind of broker, a line before it, and head office behind it.
func over(t *testing.T, test func(t *testing.T, l *Line, o *office)) {
	t.Parallel()
	for kind, start := range servers(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			o := startOffice(t, s, t.TempDir())
			l, err := Listen(s.addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			test(t, l, o)
		})
	}
}

// work is what a station writes while a line is bad: a backlog, and events that go on happening.
func (s *station) work(backlog, live int) {
	s.write(record.Telemetry, backlog)
	for range live {
		s.write(record.Events, 1)
		s.write(record.Telemetry, 5)
	}
}

// dice decides with a seed, for packets of all connections.
type dice struct {
	mu sync.Mutex
	*rand.Rand
}

func newDice(seed uint64) *dice { return &dice{Rand: rand.New(rand.NewPCG(seed, 9))} }

func (d *dice) below(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.IntN(n)
}

func isAck(p Packet) bool { return p.Type == packets.Publish && strings.Contains(p.Topic, "/ack/") }

func isUp(p Packet) bool { return p.Type == packets.Publish && strings.Contains(p.Topic, "/up/") }

// spoiled runs a station over a line that is bad for so many packets, and good afterwards.
func spoiled(t *testing.T, judge func(*dice, Packet) Verdict, bad int) {
	over(t, func(t *testing.T, l *Line, o *office) {
		d, left := newDice(1), atomic.Int64{}
		left.Store(int64(bad))
		l.Spoil(func(p Packet) Verdict {
			if left.Add(-1) < 0 {
				return Verdict{}
			}
			return judge(d, p)
		})
		s := startStation(t, l.Addr(), nil)
		s.work(3000, 200)
		s.settle()
		s.compare(o)
		if left.Load() > 0 {
			t.Logf("the line was bad to the end: %d packets more would have been", left.Load())
		}
	})
}

func TestPubacksAreDropped(t *testing.T) {
	spoiled(t, func(d *dice, p Packet) Verdict {
		return Verdict{Drop: p.Type == packets.Puback && p.Direction == ToClient && d.below(2) == 0}
	}, 1<<30)
}

func TestAcknowledgementsAreDropped(t *testing.T) {
	spoiled(t, func(d *dice, p Packet) Verdict { return Verdict{Drop: isAck(p) && d.below(2) == 0} }, 1<<30)
}

func TestBatchesAreDropped(t *testing.T) {
	spoiled(t, func(d *dice, p Packet) Verdict { return Verdict{Drop: isUp(p) && d.below(4) == 0} }, 300)
}

func TestPublicationsAreDuplicated(t *testing.T) {
	spoiled(t, func(d *dice, p Packet) Verdict {
		if p.Type == packets.Publish {
			return Verdict{Copies: d.below(3)}
		}
		return Verdict{}
	}, 1<<30)
}

func TestPacketsAreDelayed(t *testing.T) {
	spoiled(t, func(d *dice, p Packet) Verdict { return Verdict{Delay: time.Duration(d.below(30)) * time.Millisecond} }, 1<<30)
}

// TestHalfOpen makes connections fall silent without an end.
func TestHalfOpen(t *testing.T) {
	over(t, func(t *testing.T, l *Line, o *office) {
		var ups atomic.Int64
		l.Spoil(func(p Packet) Verdict { return Verdict{Silence: isUp(p) && ups.Add(1) == 5} })
		s := startStation(t, l.Addr(), nil)
		s.work(3000, 20)
		s.settle()
		s.compare(o)
		if l.Accepted() < 2 {
			t.Error("the line never fell silent")
		}
	})
}

// TestCutInMidPacket ends connections at every kind of place within a packet of every kind that matters.
func TestCutInMidPacket(t *testing.T) {
	places := map[string]func(Packet) int{
		"after the type":         func(Packet) int { return 1 },
		"within the length":      func(Packet) int { return 2 },
		"within the topic":       func(p Packet) int { return p.Head / 2 },
		"before the packet's id": func(p Packet) int { return p.Head - 2 },
		"within the packet's id": func(p Packet) int { return p.Head - 1 },
		"before the payload":     func(p Packet) int { return p.Head },
		"within the payload":     func(p Packet) int { return (p.Head + len(p.Raw)) / 2 },
		"before the last byte":   func(p Packet) int { return len(p.Raw) - 1 },
		"after the whole of it":  func(p Packet) int { return len(p.Raw) },
	}
	kinds := map[string]func(Packet) bool{
		"batch":           isUp,
		"acknowledgement": isAck,
		"puback":          func(p Packet) bool { return p.Type == packets.Puback && p.Direction == ToClient },
		"suback":          func(p Packet) bool { return p.Type == packets.Suback },
		"connect":         func(p Packet) bool { return p.Type == packets.Connect },
		"connack":         func(p Packet) bool { return p.Type == packets.Connack },
	}
	over(t, func(t *testing.T, l *Line, o *office) {
		type cut struct {
			name  string
			is    func(Packet) bool
			place func(Packet) int
		}
		var cuts []cut
		for kind, is := range kinds {
			for place, at := range places {
				cuts = append(cuts, cut{kind + " " + place, is, at})
			}
		}
		var mu sync.Mutex
		done := 0
		l.Spoil(func(p Packet) Verdict {
			mu.Lock()
			defer mu.Unlock()
			for i, c := range cuts {
				if at := c.place(p); c.is(p) && at > 0 && at <= len(p.Raw) {
					cuts = append(cuts[:i], cuts[i+1:]...)
					done++
					return Verdict{Cut: at}
				}
			}
			return Verdict{}
		})
		s := startStation(t, l.Addr(), nil)
		left := func() int { mu.Lock(); defer mu.Unlock(); return len(cuts) }
		s.write(record.Telemetry, 3000)
		for began := time.Now(); left() > 0 && time.Since(began) < hang; {
			s.write(record.Events, 1)
		}
		s.settle()
		s.compare(o)
		mu.Lock()
		defer mu.Unlock()
		for _, c := range cuts {
			t.Errorf("never cut: %s", c.name)
		}
		t.Logf("%d cuts", done)
	})
}

// TestResets has the line forget its connections, with what is in its buffers, every few batches.
func TestResets(t *testing.T) {
	over(t, func(t *testing.T, l *Line, o *office) {
		var ups atomic.Int64
		l.Spoil(func(p Packet) Verdict {
			if isUp(p) {
				if n := ups.Add(1); n%5 == 0 && n < 50 {
					l.Reset()
				}
			}
			return Verdict{}
		})
		s := startStation(t, l.Addr(), nil)
		s.work(3000, 200)
		s.settle()
		s.compare(o)
		if l.Accepted() < 3 {
			t.Errorf("%d connections: nothing was reset", l.Accepted())
		}
	})
}

// TestBytesOnTheWire holds what the uplink counts against what the line has carried.
func TestBytesOnTheWire(t *testing.T) {
	over(t, func(t *testing.T, l *Line, o *office) {
		s := startStation(t, l.Addr(), nil)
		s.work(3000, 20)
		s.settle()
		s.hangUp()
		now := s.uplink.Stats()
		const last = 16 // some PUBACKs and DISCONNECT may be lost in the line's hands when the broker hangs up
		tick, deadline := time.NewTicker(time.Millisecond), time.Now().Add(hang)
		defer tick.Stop()
		// The line counts what it has passed on a little later.
		for int(now.BytesOut) > l.Carried(ToBroker)+last || int(now.BytesIn) > l.Carried(ToClient) {
			if time.Now().After(deadline) {
				break
			}
			<-tick.C
		}
		if out := l.Carried(ToBroker); int(now.BytesOut) < out || int(now.BytesOut) > out+last {
			t.Errorf("counted %d bytes out, the line carried %d", now.BytesOut, out)
		}
		if in := l.Carried(ToClient); int(now.BytesIn) > in || now.BytesIn == 0 { // what the client did not read any more
			t.Errorf("counted %d bytes in, the line carried %d", now.BytesIn, in)
		}
	})
}

// TestFlaps cuts the line every second, a dozen times, or until something has passed on a machine that has much else to do.
func TestFlaps(t *testing.T) {
	over(t, func(t *testing.T, l *Line, o *office) {
		l.Slow(8000) // in a second not even one batch of the usual size passes
		s := startStation(t, l.Addr(), nil)
		s.write(record.Telemetry, 3000)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		passed := func() bool { return s.uplink.Stats().Backlog[record.Telemetry] < 3000 }
		began := time.Now()
		for cuts := 0; cuts < 12 || !passed() && time.Since(began) < hang; cuts++ {
			<-tick.C
			l.Cut()
			s.write(record.Events, 10)
		}
		if !passed() {
			t.Errorf("in %s nothing has passed", hang)
		}
		s.settle()
		s.compare(o)
	})
}

// TestStoppingOnALineThatTakesNothing fills the buffers of a line that has fallen silent.
func TestStoppingOnALineThatTakesNothing(t *testing.T) {
	over(t, func(t *testing.T, l *Line, o *office) {
		silent := make(chan struct{})
		var once sync.Once
		l.Spoil(func(p Packet) Verdict {
			if isUp(p) {
				once.Do(func() { close(silent) })
				return Verdict{Silence: true}
			}
			return Verdict{}
		})
		s := startStation(t, l.Addr(), func(u *uplink.Options) { u.AckTimeout = time.Hour })
		data := bytes.Repeat([]byte("0123456789abcdef"), 1<<11)
		for i := range 400 { // more than the buffers of both sockets hold
			for k := range data {
				data[k] = "0123456789abcdef"[rand.IntN(16)]
			}
			entry := record.NewEntry("test.made", "test", time.Time{}, map[string]any{"n": i, "noise": string(data)})
			if _, err := s.journal.Append(context.Background(), record.Events, entry); err != nil {
				t.Fatal(err)
			}
		}
		<-silent
		began := time.Now()
		s.hangUp()
		t.Logf("stopped after %s", time.Since(began).Round(time.Millisecond))
	})
}
