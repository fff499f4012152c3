package ingest

import (
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

var agentEvents = streamKey{agent, record.Events}

// TestGapIsAskedForAgainAndAgain follows one gap: asked for after the first wait, and again after waits that double up to a
// minute, until something arrives.
func TestGapIsAskedForAgainAndAgain(t *testing.T) {
	g := newGaps(5 * time.Second)
	now := began
	g.note(agentEvents, epochA, 10, 20, now)
	var asked []string
	for now.Before(began.Add(4 * time.Minute)) {
		requests, next := g.due(now)
		for _, r := range requests {
			asked = append(asked, fmt.Sprint(now.Sub(began), r.again))
		}
		g.note(agentEvents, epochA, 10, 21, now) // above the gap it goes on
		now = next
	}
	want := "[5s false 10s true 20s true 40s true 1m20s true 2m20s true 3m20s true]"
	if got := fmt.Sprint(asked); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	if closed := g.note(agentEvents, epochA, 15, 21, now); closed {
		t.Error("closed by a part of it")
	}
	if requests, next := g.due(now.Add(5*time.Second - 1)); len(requests) > 0 || !next.Equal(now.Add(5*time.Second)) {
		t.Errorf("after progress: %+v, next %s", requests, next)
	}
	g.hurry(now)
	if requests, _ := g.due(now); len(requests) != 1 {
		t.Errorf("in a hurry: %+v", requests)
	}
	if closed := g.note(agentEvents, epochA, 21, 21, now); !closed {
		t.Error("not closed by all of it")
	}
	if requests, next := g.due(now.Add(time.Hour)); len(requests) > 0 || !next.IsZero() {
		t.Errorf("closed: %+v, next %s", requests, next)
	}
}

// A node that began a new epoch cannot fill the gaps of the old one.
func TestGapOfAnOldEpochIsNotAskedFor(t *testing.T) {
	g := newGaps(time.Second)
	g.note(agentEvents, epochA, 10, 20, began)
	g.note(agentEvents, epochB, 3, 3, began)
	if requests, _ := g.due(began.Add(time.Hour)); len(requests) > 0 {
		t.Errorf("asked for %+v", requests)
	}
	g.note(agentEvents, epochB, 3, 5, began)
	if requests, _ := g.due(began.Add(time.Hour)); len(requests) != 1 || requests[0].epoch != epochB || requests[0].again {
		t.Errorf("asked for %+v, want that of the new epoch", requests)
	}
}

func startAsking(t *testing.T, s Store, b running, log *lines) *Ingest {
	t.Helper()
	i, _ := startWith(t, Options{Store: s, Dial: b.dial, Log: slog.New(slog.NewTextHandler(log, nil)), AskAfter: 10 * time.Millisecond})
	return i
}

// asked waits for an acknowledgement through a seq that asks for ranges.
func (c *client) asked(through uint64, ranges ...record.Range) {
	c.t.Helper()
	timeout := time.After(hang)
	for {
		select {
		case ack := <-c.acks:
			if ack.Through == through && fmt.Sprint(ack.Again) == fmt.Sprint(ranges) {
				return
			}
		case <-timeout:
			c.t.Fatalf("not asked for %v above %d", ranges, through)
		}
	}
}

func TestMissingRecordsAreAskedFor(t *testing.T) {
	b, dir := startEmbedded(t, ""), t.TempDir()
	s, log := mustStore(t, dir), &lines{}
	i := startAsking(t, s, b, log)
	n := join(t, b.url, nil)
	n.listen(agent)
	n.up(agent, doors(epochA, 1, 5))
	n.up(agent, doors(epochA, 11, 20))
	n.up(agent, doors(epochA, 31, 40))
	n.asked(5, record.Range{First: 6, Last: 10}, record.Range{First: 21, Last: 30})
	n.asked(5, record.Range{First: 6, Last: 10}, record.Range{First: 21, Last: 30})
	if got := log.count("their node is asked for them"); got != 1 {
		t.Errorf("logged %d times that it is asked, want once", got)
	}
	// A node that comes back hears of it at once: it is retained, and in what is republished.
	late := join(t, b.url, nil)
	late.listen(agent)
	late.asked(5, record.Range{First: 6, Last: 10}, record.Range{First: 21, Last: 30})
	n.up(agent, doors(epochA, 6, 10))
	n.asked(20, record.Range{First: 21, Last: 30})
	n.up(agent, doors(epochA, 21, 30))
	n.acked(epochA, 40)
	until(t, "it is logged that they are there", func() bool { return log.count("that had not arrived are there") == 1 })
	if got := i.Stats().Asked; got < 3 {
		t.Errorf("asked %d times", got)
	}
	acks, err := s.Acks(t.Context())
	if err != nil || len(acks[0].Again) != 0 || acks[0].Mark != door(40).Mark() {
		t.Errorf("acks %+v, %v", acks, err)
	}
}

// A gap from before the start is asked for with what is republished.
func TestMissingRecordsAreAskedForAtTheStart(t *testing.T) {
	b, s := startEmbedded(t, ""), mustStore(t, t.TempDir())
	put := func(d record.Batch) {
		if _, err := s.Put(t.Context(), []store.Delivery{{From: agent, Batch: d}}, began); err != nil {
			t.Fatal(err)
		}
	}
	put(doors(epochA, 5, 9))
	i, _ := start(t, s, b, nil)
	n := join(t, b.url, nil)
	n.listen(agent)
	n.asked(0, record.Range{First: 1, Last: 4})
	if got := i.Stats().Asked; got != 0 {
		t.Errorf("asked %d times beside the first acknowledgement, which says it", got)
	}
}

// A node with another history under the same epoch, as from a restored image, learns it from the mark.
func TestConflictRepeatsTheAcknowledgement(t *testing.T) {
	b, s := startEmbedded(t, ""), mustStore(t, t.TempDir())
	start(t, s, b, nil)
	n := join(t, b.url, nil)
	n.listen(agent)
	n.up(agent, doors(epochA, 1, 5))
	n.acked(epochA, 5)
	other := doors(epochA, 5, 6)
	other.Records[0].Mono++
	n.up(agent, other)
	select {
	case ack := <-n.acks:
		if ack.Through != 5 || ack.Mark != door(5).Mark() || ack.Mark == other.Records[0].Mark() {
			t.Errorf("acknowledged %+v, want 5 again with head office's mark", ack)
		}
	case <-time.After(hang):
		t.Fatal("no acknowledgement")
	}
}

func TestNewEpochIsLogged(t *testing.T) {
	b, s, log := startEmbedded(t, ""), mustStore(t, t.TempDir()), &lines{}
	startAsking(t, s, b, log)
	n := join(t, b.url, nil)
	n.listen(agent)
	n.up(agent, doors(epochA, 1, 5))
	n.acked(epochA, 5)
	if log.count("began a new epoch") != 0 {
		t.Error("the first epoch is called a new one")
	}
	next := doors(epochB, 6, 7)
	next.Lost = []record.Lost{{First: 1, Last: 5, Reason: record.ReasonEarlier}}
	n.up(agent, next)
	n.acked(epochB, 7)
	if log.count("began a new epoch") != 1 || log.count("previous="+epochA) != 1 {
		t.Error("not logged that a new epoch began after " + epochA)
	}
	p := mustProgress(t, s)[1]
	if p.Lost != 0 || p.Earlier != 5 || p.Missing != 0 || p.Stored != 2 {
		t.Errorf("progress of the new epoch %+v, want 5 that belong to the earlier one", p)
	}
}

// TestDatabaseGoneForAnHour lets everything fail for an hour of simulated time while a node keeps sending: nothing is
// acknowledged, nothing piles up, the log stays short, and then all goes on.
func TestDatabaseGoneForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &lines{}
		gone := &goneStore{}
		i, err := New(Options{Store: gone, Dial: noBroker, Log: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := contextOf(t)
		done := make(chan struct{})
		go func() { defer close(done); i.write(ctx) }()
		payload, err := record.EncodeBatch(doors(epochA, 1, 100))
		if err != nil {
			t.Fatal(err)
		}
		for range 3600 {
			for range 50 {
				i.receive(upTopic(agent, record.Events), payload)
			}
			i.receive(upTopic(agent, record.Events), []byte("garbage"))
			i.receive(record.Root+"/demo/agent/state/a", record.State{Value: 1, Time: began, Quality: record.Good}.Encode())
			time.Sleep(time.Second) // simulated
		}
		if tries := gone.tries.Load(); tries > 3*3600 {
			t.Errorf("the database was tried %d times in an hour", tries)
		}
		if got := i.Stats(); got.Waiting > maxWaiting+1 || got.Batches != 0 {
			t.Errorf("stats %+v", got)
		}
		if got := log.count("\n"); got > 6 {
			t.Errorf("%d lines were logged in an hour:\n%s", got, log.text.String())
		}
		if acks := i.outbox.some(10); len(acks) > 0 {
			t.Errorf("acknowledged %+v", acks)
		}
		gone.works.Store(true)
		time.Sleep(time.Minute)
		i.receive(upTopic(agent, record.Events), payload)
		time.Sleep(time.Minute)
		synctest.Wait()
		if acks := i.outbox.some(10); len(acks) != 1 || acks[0].Through != 100 {
			t.Errorf("acknowledged %+v after the database works again, want through 100", acks)
		}
		cancel()
		<-done
	})
}
