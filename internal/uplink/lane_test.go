package uplink

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

var start = time.Unix(1e9, 0)

// fresh is a lane of a head office that has just said that it has everything through a seq.
func fresh(through uint64) *lane {
	l := newLane(record.Events, through, 0, time.Second)
	l.acknowledged(record.Ack{Through: through}, start)
	return l
}

// sendAll sends in batches of size what a lane gives, live first, and returns what went.
func sendAll(l *lane, last, size uint64, now time.Time) (sent []record.Range) {
	for {
		l.look(last)
		want, ok := l.nextLive(last)
		if !ok {
			want, ok = l.nextAgain()
		}
		if !ok {
			want, ok = l.nextBacklog()
		}
		if !ok {
			return sent
		}
		want.Last = min(want.Last, want.First+size-1)
		if e := l.sentTo(want.First, want.Last, now); e != nil {
			e.delivered = now
		}
		sent = append(sent, want)
	}
}

func wantRanges(t *testing.T, what string, got []record.Range, want ...record.Range) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestLittleBehindIsNoBacklog(t *testing.T) {
	l := fresh(5)
	if l.look(5 + keepUp) {
		t.Error("behind although all of it makes one batch")
	}
	wantRanges(t, "sent", sendAll(l, 5+keepUp, 600, start), record.Range{First: 6, Last: 605}, record.Range{First: 606, Last: 5 + keepUp})
}

func TestWhatIsLiveOvertakesTheBacklog(t *testing.T) {
	l := fresh(0)
	if !l.look(5000) {
		t.Fatal("5000 records are no backlog")
	}
	first, _ := l.nextBacklog()
	l.sentTo(first.First, 1000, start)
	live, ok := l.nextLive(5002)
	if !ok || live != (record.Range{First: 5001, Last: 5002}) {
		t.Fatalf("live is %v %v", live, ok)
	}
	l.sentTo(5001, 5002, start)
	wantRanges(t, "then", sendAll(l, 5003, 1000, start), record.Range{First: 5003, Last: 5003}, record.Range{First: 1001, Last: 2000},
		record.Range{First: 2001, Last: 3000}, record.Range{First: 3001, Last: 4000}, record.Range{First: 4001, Last: 5000})
	if l.sent != 5003 || len(l.ahead) != 0 {
		t.Errorf("sent through %d with %v ahead, want 5003 and nothing", l.sent, l.ahead)
	}
	l.acknowledged(record.Ack{Through: 5003}, start)
	if len(l.ends) != 0 || l.through != 5003 {
		t.Errorf("still awaits %d, through %d", len(l.ends), l.through)
	}
}

// What cannot keep up becomes backlog: what is appended after it overtakes it, and the oldest still goes.
func TestLiveThatPilesUpIsBacklog(t *testing.T) {
	l := fresh(0)
	l.look(5000)
	l.sentTo(5001, 5010, start)
	if !l.look(5010 + keepUp + 1) {
		t.Fatal("not behind")
	}
	live, _ := l.nextLive(5010 + keepUp + 2)
	wantRanges(t, "live", []record.Range{live}, record.Range{First: 5010 + keepUp + 2, Last: 5010 + keepUp + 2})
	sent := sendAll(l, 5010+keepUp+2, 4000, start)
	wantRanges(t, "order", sent, live, record.Range{First: 1, Last: 4000}, record.Range{First: 4001, Last: 5000},
		record.Range{First: 5011, Last: 5010 + keepUp + 1})
}

func TestAgainOnlyWhatWasSentAndOncePerRequest(t *testing.T) {
	l := fresh(0)
	l.look(9000)
	l.sentTo(1, 1000, start)
	l.sentTo(9001, 9010, start)
	ask := record.Ack{Through: 100, Again: []record.Range{{First: 101, Last: 110}, {First: 500, Last: 1200}, {First: 8000, Last: 9003}}}
	l.acknowledged(ask, start)
	l.acknowledged(ask, start.Add(time.Millisecond))
	want := []record.Range{{First: 101, Last: 110}, {First: 500, Last: 1000}, {First: 9001, Last: 9003}}
	wantRanges(t, "to send again", l.again, want...)
	for _, g := range want {
		next, _ := l.nextAgain()
		wantRanges(t, "next", []record.Range{next}, g)
		l.sentTo(g.First, g.Last, start)
	}
	l.acknowledged(ask, start.Add(2*time.Millisecond))
	wantRanges(t, "after all were sent", l.again)
	l.acknowledged(ask, start.Add(time.Second))
	wantRanges(t, "asked again later", l.again, want...)
	l.acknowledged(record.Ack{Through: 505}, start.Add(time.Second))
	wantRanges(t, "after progress", l.again, record.Range{First: 506, Last: 1000}, record.Range{First: 9001, Last: 9003})
}

func TestSilence(t *testing.T) {
	l := fresh(10)
	if _, awaited := l.overdue(); awaited {
		t.Error("a new lane awaits something")
	}
	e := l.sentTo(11, 20, start)
	if _, awaited := l.overdue(); awaited {
		t.Error("head office is awaited before the broker has anything")
	}
	e.delivered = start.Add(time.Minute)
	if at, awaited := l.overdue(); !awaited || !at.Equal(e.delivered.Add(time.Second)) {
		t.Errorf("overdue at %s %v, want a second after the broker has it", at, awaited)
	}
	l.stall()
	l.look(25)
	if _, ok := l.nextLive(25); ok {
		t.Error("sends what is live to a head office that is not there")
	}
	probe, ok := l.nextBacklog()
	wantRanges(t, "the question", []record.Range{probe}, record.Range{First: 11, Last: 25})
	l.sentTo(11, 12, start)
	if _, more := l.nextBacklog(); !ok || more {
		t.Error("asks with more than one batch")
	}
	for range 20 {
		l.stall()
	}
	if l.patience != maxAckTimeout {
		t.Errorf("patience %s, want %s", l.patience, maxAckTimeout)
	}
	l.sentTo(11, 12, start)
	l.acknowledged(record.Ack{Through: 10}, start) // it comes back, and says where it stands
	if l.stalled || l.patience != time.Second || l.sent != 10 {
		t.Errorf("head office is back: stalled %v, patience %s, sent %d", l.stalled, l.patience, l.sent)
	}
}

func TestRepeatedAcknowledgement(t *testing.T) {
	l := fresh(24)
	l.sentTo(25, 34, start).delivered = start
	l.acknowledged(record.Ack{Through: 24}, start.Add(time.Second))
	if l.sent != 34 {
		t.Error("began again at a repetition within the usual time")
	}
	l.acknowledged(record.Ack{Through: 24}, start.Add(2*time.Second))
	if l.sent != 24 {
		t.Errorf("head office came back after a silence: sent %d, want 24", l.sent)
	}
	l.sentTo(25, 34, start)
	l.acknowledged(record.Ack{Through: 10}, start)
	if l.through != 10 || l.sent != 10 || len(l.ends) != 0 {
		t.Errorf("head office has lost something: through %d sent %d, want 10 and 10", l.through, l.sent)
	}
}

func TestOfAnEarlierEpochHeadOfficeIsOnlyTold(t *testing.T) {
	l := newLane(record.Events, 0, 100, time.Second)
	if l.baseTold || l.sent != 100 {
		t.Fatalf("told %v, begins after %d; want false and 100", l.baseTold, l.sent)
	}
	if earlier, ok := l.nextTale(100); !ok || earlier != 100 {
		t.Errorf("with nothing new, tells of %d %v, want 100", earlier, ok)
	}
	if _, ok := l.nextTale(110); ok {
		t.Error("tells without the records that there are")
	}
	l.told(start)
	if _, ok := l.nextTale(100); ok {
		t.Error("tells twice")
	}
	l.stall()
	if _, ok := l.nextTale(100); !ok {
		t.Error("was not heard, and does not tell again")
	}
	l.told(start)
	l.acknowledged(record.Ack{Through: 100}, start)
	if len(l.ends) != 0 || !l.baseTold {
		t.Errorf("head office knows: still awaits %d, told %v", len(l.ends), l.baseTold)
	}
	l.sentTo(101, 110, start)
	l.acknowledged(record.Ack{Through: 7}, start) // it has lost even that
	if l.baseTold || l.sent != 100 {
		t.Errorf("told %v, begins after %d; want false and 100", l.baseTold, l.sent)
	}
	if later := newLane(record.Events, 120, 100, time.Second); !later.baseTold || later.sent != 120 {
		t.Error("told again although head office has acknowledged more")
	}
}

func TestUntilHeadOfficeIsHeardOneBatchGoesAndTheOldest(t *testing.T) {
	l := newLane(record.Events, 60, 0, time.Second)
	wantRanges(t, "sent", sendAll(l, 200, 50, start), record.Range{First: 61, Last: 110})
	l.acknowledged(record.Ack{Through: 110}, start)
	wantRanges(t, "then", sendAll(l, 200, 50, start), record.Range{First: 111, Last: 160}, record.Range{First: 161, Last: 200})
}

// A head office that takes long is given less at a time, so that what happens there next does not wait behind it.
func TestHeadOfficeIsNotBuried(t *testing.T) {
	l, now := fresh(0), start
	l.look(1_000_000)
	serve := func(took time.Duration, times int) {
		for range times {
			for want, ok := l.nextBacklog(); ok; want, ok = l.nextBacklog() {
				l.sentTo(want.First, want.First+99, now).delivered = now
			}
			now = now.Add(took)
			l.acknowledged(record.Ack{Through: l.ends[0].seq}, now)
		}
	}
	serve(5*time.Millisecond, 100)
	if l.allowed < 4 {
		t.Errorf("%d batches go to a head office that takes 5 ms for one", l.allowed)
	}
	serve(200*time.Millisecond, 100)
	if l.allowed > 2 {
		t.Errorf("%d batches go to a head office that takes 200 ms for one: the last waits %s", l.allowed, time.Duration(l.allowed)*200*time.Millisecond)
	}
	serve(5*time.Millisecond, 100)
	if l.allowed < 4 {
		t.Errorf("%d batches go to a head office that is fast again", l.allowed)
	}
}

// TestLaneDeliversEverything plays a line and a head office that lose, repeat, forget and fall silent, from seeds.
func TestLaneDeliversEverything(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 7))
		l, now := fresh(0), start
		var last uint64
		var held ranges // by head office
		acks := func() record.Ack {
			ack := record.Ack{}
			if len(held) > 0 && held[0].First == 1 {
				ack.Through = held[0].Last
			}
			if random.IntN(3) == 0 && len(held) > 1 {
				ack.Again = []record.Range{{First: held[len(held)-2].Last + 1, Last: held[len(held)-1].First - 1}}
			}
			return ack
		}
		step := func(loss int, size uint64) {
			for _, g := range sendAll(l, last, size, now) {
				if random.IntN(100) >= loss {
					held = held.add(g.First, g.Last)
				}
			}
			now = now.Add(time.Duration(random.IntN(400)) * time.Millisecond)
			if random.IntN(100) >= loss {
				l.acknowledged(acks(), now)
			}
			if at, ok := l.overdue(); ok && !now.Before(at) {
				l.stall()
			}
		}
		for range 200 {
			last += random.Uint64N(700)
			switch random.IntN(40) {
			case 0: // a new connection
				l = newLane(record.Events, l.through, 0, time.Second)
				if random.IntN(2) == 0 { // a retained acknowledgement
					l.acknowledged(acks(), now)
				}
			case 1: // an older database
				held = held.above(0)
				if n := len(held); n > 0 {
					held = held[:n/2]
				}
			}
			step(random.IntN(60), 1+random.Uint64N(1000))
		}
		for range 1000 {
			if l.through == last {
				break
			}
			now = now.Add(time.Second)
			step(0, 1000)
		}
		if l.through != last || len(held) != 1 || held[0] != (record.Range{First: 1, Last: last}) {
			t.Fatalf("seed %d: head office has %v and acknowledged %d of %d; lane %+v", seed, held, l.through, last, l)
		}
	}
}
