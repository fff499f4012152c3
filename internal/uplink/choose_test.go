package uplink

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// growing is a Journal whose streams are as long as is said, with one short record at every seq.
type growing struct {
	Journal
	last, through map[record.Stream]uint64
}

func (g growing) Epoch() string { return "6f0e3d5c-0000-4000-8000-000000000000" }

func (g growing) Position(s record.Stream) journal.Position {
	return journal.Position{Last: g.last[s], Through: g.through[s]}
}

func (g growing) Text(s record.Stream, after, upTo uint64, limit, size int) (journal.Span, error) {
	span := journal.Span{End: after}
	for span.End < upTo && span.Records < limit && len(span.Text) < size {
		if span.Records > 0 {
			span.Text = append(span.Text, ',')
		}
		span.End++
		span.Records++
		span.Text = append(span.Text, fmt.Sprintf(`{"seq":%d}`, span.End)...)
	}
	return span, nil
}

// talk is a session without a connection, of which head office has just said what it has.
func talk(t *testing.T, events, telemetry uint64, rate int) (*session, growing) {
	t.Helper()
	g := growing{last: map[record.Stream]uint64{record.Events: events, record.Telemetry: telemetry}, through: map[record.Stream]uint64{}}
	u, err := New(Options{Station: "demo", Node: "agent", Broker: endpoint.Broker{URL: "tcp://x"}, Journal: g, Log: quiet(), DrainRate: rate})
	if err != nil {
		t.Fatal(err)
	}
	s := &session{Uplink: u, window: newWindow(time.Millisecond, 0), flights: map[*flight]struct{}{}, points: map[string]bool{}}
	for i, stream := range record.Streams {
		s.cutters[i] = &cutter{journal: g, stream: stream, ratio: 1}
	}
	s.beginLanes()
	for _, l := range s.lanes {
		l.heard = true
		l.acknowledged(record.Ack{}, start)
	}
	return s, g
}

// next takes what is chosen and lets the broker and head office have it at once.
func (s *session) next(t *testing.T, now time.Time) string {
	t.Helper()
	p, _, err := s.choose(now)
	if err != nil {
		t.Fatal(err)
	}
	if p.topic == "" {
		return ""
	}
	f := p.flight
	s.landed(f)
	kind := p.topic[strings.LastIndex(p.topic, "/")+1:]
	if f.lane == nil {
		return kind
	}
	f.lane.acknowledged(record.Ack{Through: f.lane.sent}, now)
	return kind + map[class]string{classLive: " live", classBacklog: ""}[f.class]
}

func (s *session) take(t *testing.T, n int) (all []string) {
	t.Helper()
	for range n {
		all = append(all, s.next(t, start))
	}
	return all
}

func TestOrder(t *testing.T) {
	s, g := talk(t, 100_000, 100_000, 0)
	s.lanes[1].sent, s.lanes[1].live = 50, 50
	s.lanes[1].again = ranges{{First: 10, Last: 20}}
	s.SetState("door", record.State{Quality: record.Good})
	first := s.take(t, 2) // by then the lanes have seen what is behind
	g.last[record.Events]++
	g.last[record.Telemetry]++
	got := strings.Join(append(first, s.take(t, 10)...), ", ")
	want := "door, telemetry, events live, telemetry live, events, events, events, telemetry, events, events, events, telemetry"
	if got != want {
		t.Errorf("went in the order\n%s, want\n%s", got, want)
	}
}

// TestTheBacklogIsNotKeptForEver appends all the time as much as the line takes.
func TestTheBacklogIsNotKeptForEver(t *testing.T) {
	s, g := talk(t, 100_000, 0, 0)
	s.next(t, start)
	live, backlog := 0, 0
	for range 400 {
		g.last[record.Events]++
		switch what := s.next(t, start); what {
		case "events live":
			live++
		case "events":
			backlog++
		default:
			t.Fatalf("%q went", what)
		}
	}
	if backlog < 400/backlogShare-1 || live < 400/2 {
		t.Errorf("%d batches live and %d of backlog, want one of backlog in %d", live, backlog, backlogShare)
	}
}

func TestTheThrottleHoldsTheBacklogAlone(t *testing.T) {
	s, g := talk(t, 100_000, 0, 1000)
	sent := 0
	for second := range 60 {
		now := start.Add(time.Duration(second) * time.Second)
		for what := s.next(t, now); what != ""; what = s.next(t, now) {
			if what != "events live" {
				sent++
			}
		}
		g.last[record.Events]++
		if what := s.next(t, now); what != "events live" {
			t.Fatalf("second %d: %q went, want what is live", second, what)
		}
	}
	if s.drain.bytes > 61*1000+s.window.batch() || s.drain.bytes < 30*1000 || sent == 0 {
		t.Errorf("%d bytes of backlog went in a minute at 1000 a second", s.drain.bytes)
	}
}

// TestHowFarBehindIsSaid looks at the state and the log of a station that was behind.
func TestHowFarBehindIsSaid(t *testing.T) {
	s, g := talk(t, 5000, 10, 0)
	var log bytes.Buffer
	s.options.Log = slog.New(slog.NewTextHandler(&log, nil))
	said := func(now time.Time) any {
		s.reportBacklog(now)
		_, state, _ := s.takeState(nil)
		return state.Value
	}
	if got := said(start); got != 5010.0 {
		t.Errorf("said %v, want 5010 behind", got)
	}
	for now := start; s.next(t, now) != ""; {
		g.through[record.Events], g.through[record.Telemetry] = s.lanes[0].through, s.lanes[1].through
		s.endDrain(now)
	}
	if got := said(start.Add(backlogEvery - 1)); got != nil {
		t.Errorf("said %v within %s", got, backlogEvery)
	}
	if got := said(start.Add(backlogEvery)); got != 0.0 {
		t.Errorf("said %v, want 0", got)
	}
	if got := said(start.Add(time.Hour)); got != nil {
		t.Errorf("said %v although nothing has been behind since", got)
	}
	if n := strings.Count(log.String(), "head office has caught up with this station"); n != 1 {
		t.Errorf("the end of the drain was logged %d times: %s", n, log.String())
	}
	if now := s.Stats(); now.Records != 5010 || now.Resent != 0 || now.Backlog[record.Events] != 0 {
		t.Errorf("stats %+v", now)
	}
}
