package uplink

import (
	"time"

	"stationkeeper/internal/record"
)

const (
	// leastWindow is two small batches: on a line of 8 kB/s a live record waits up to a second behind them.
	leastWindow = 8 << 10
	firstWindow = 16 << 10
	leastBatch  = 512
	// mostWindow keeps a line of 100 Mbit/s and a quarter of a second busy with targetQueue to spare.
	mostWindow = 2 << 20
	// targetQueue is how much longer than an idle line a batch may take to be answered: what is live waits as long.
	targetQueue = 100 * time.Millisecond
)

// window is how many bytes of backlog may be on the line unanswered by the broker. It follows the line: it grows
// while answers come about as soon as on an idle line, and shrinks when they do not, so that the backlog waits in the
// journal, where what is live can overtake it, and not in the buffers of sockets and modems, where it cannot.
type window struct {
	size   int
	least  time.Duration // the shortest answer on this connection: the idle line
	shrunk time.Time     // what was sent before tells nothing about the present size
	// starting is true until something has queued.
	starting bool
	floor    int // the window is no smaller
}

// newWindow begins on a line where the answer to a small packet takes least. care is how many connections in a row have
// ended before any batch had passed: each time the first one is half as large, so that something passes in the end.
func newWindow(least time.Duration, care int) window {
	floor := max(leastWindow>>care, 2*leastBatch)
	return window{size: max(firstWindow>>care, floor), floor: floor, least: max(least, 1), starting: true}
}

// answered notes the broker's answer to bytes that were sent at a time. As long as nothing queues, the window doubles
// with every round trip; from then on it is drawn towards the size at which a batch queues for targetQueue (as LEDBAT
// does, RFC 6817), and halved when it queues for more than twice as long.
func (w *window) answered(sent, now time.Time, bytes int) {
	took := now.Sub(sent)
	w.least = min(w.least, max(took, 1))
	queue := took - w.least
	switch {
	case w.starting && queue <= targetQueue/2:
		w.size += bytes
	case queue > 2*targetQueue:
		if sent.After(w.shrunk) {
			w.size /= 2
			w.shrunk = now
		}
		w.starting = false
	default:
		w.starting = false
		w.size += int(float64(bytes) / 4 * float64(targetQueue-queue) / float64(targetQueue))
	}
	w.size = min(max(w.size, w.floor), mostWindow)
}

// batch is how large a batch on the wire should be, so that several fit in.
func (w *window) batch() int { return min(max(w.size/8, w.floor/2), record.MaxPayload*3/4) }
