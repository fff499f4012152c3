package uplink

import (
	"math"
	"testing"
	"time"
)

func TestThrottleKeepsTheRate(t *testing.T) {
	now := time.Unix(1e9, 0)
	limit := throttle{rate: 1000}
	sent, began := 0, now
	for _, bytes := range []int{10, 5000, 300, 300, 300, 900} {
		wait := limit.wait(now)
		now = now.Add(wait)
		if more := limit.wait(now.Add(time.Microsecond)); more > 0 {
			t.Fatalf("after the wait of %s another of %s", wait, more)
		}
		limit.spend(now, bytes)
		sent += bytes
	}
	now = now.Add(limit.wait(now))
	if took := now.Sub(began).Seconds(); math.Abs(took*1000-float64(sent)) > 1 {
		t.Errorf("%d bytes at 1000 a second took %.3f s", sent, took)
	}
	if now = now.Add(time.Hour); limit.wait(now) != 0 {
		t.Error("waits after an hour")
	}
	limit.spend(now, 100)
	if got := limit.wait(now); got != 100*time.Millisecond {
		t.Errorf("an idle hour saved something up: waits %s after 100 bytes", got)
	}
	var none throttle
	none.spend(now, 1e9)
	if none.wait(now) != 0 {
		t.Error("waits without a rate")
	}
}

// line is a line of a rate, with an unbounded buffer before it: what is sent is answered when it has passed.
type line struct {
	rate float64 // bytes per second
	rtt  time.Duration
	free time.Time
}

func (l *line) send(now time.Time, bytes int) (answer time.Time) {
	if l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(float64(bytes) / l.rate * float64(time.Second)))
	return l.free.Add(l.rtt)
}

// TestWindowFollowsTheLine sends a backlog over lines that are fast, slow, far away, and that change.
func TestWindowFollowsTheLine(t *testing.T) {
	type flying struct {
		sent, answer time.Time
		bytes        int
	}
	for _, c := range []struct {
		name        string
		line, later line
		busy        float64 // share of the line that is used at least, after the first ten seconds
		queue       time.Duration
	}{
		{"office", line{rate: 10e6, rtt: time.Millisecond}, line{}, 0.9, 500 * time.Millisecond},
		{"mobile", line{rate: 100e3, rtt: 60 * time.Millisecond}, line{}, 0.8, 800 * time.Millisecond},
		{"modem", line{rate: 8e3, rtt: 100 * time.Millisecond}, line{}, 0.7, 2500 * time.Millisecond},
		{"satellite", line{rate: 200e3, rtt: 600 * time.Millisecond}, line{}, 0.8, 800 * time.Millisecond},
		{"falling back", line{rate: 1e6, rtt: 50 * time.Millisecond}, line{rate: 20e3, rtt: 50 * time.Millisecond}, 0.7, 1500 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, l := newWindow(c.line.rtt, 0), c.line
			began := time.Unix(1e9, 0)
			now, settled, end := began, began.Add(10*time.Second), began.Add(60*time.Second)
			if c.later.rate != 0 {
				settled = began.Add(40 * time.Second)
			}
			var fly []flying
			total, longest := 0, time.Duration(0)
			for now.Before(end) {
				if c.later.rate != 0 && l.rate != c.later.rate && now.Sub(began) > 10*time.Second {
					l.rate, l.rtt = c.later.rate, c.later.rtt
				}
				on := 0
				for _, f := range fly {
					on += f.bytes
				}
				for size := w.batch(); on == 0 || on+size <= w.size; on += size {
					fly = append(fly, flying{now, l.send(now, size), size})
				}
				if now.After(settled) {
					longest = max(longest, l.free.Sub(now))
				}
				f := fly[0]
				fly, now = fly[1:], f.answer
				w.answered(f.sent, now, f.bytes)
				if now.After(settled) {
					total += f.bytes
				}
			}
			used := float64(total) / now.Sub(settled).Seconds() / l.rate
			t.Logf("window %d bytes, %.0f%% of the line, a live record waits up to %s", w.size, 100*used, longest)
			if used < c.busy {
				t.Errorf("%.2f of the line is used, want %.2f", used, c.busy)
			}
			if longest > c.queue {
				t.Errorf("a live record waits %s behind the backlog, want %s at most", longest, c.queue)
			}
		})
	}
}
