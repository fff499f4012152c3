package forecast_test

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
)

// The fortnight of a bank's calls, played through the engine: every ticket is told its wait from what was known at that
// moment, and those who had to wait and were served say how true it was.

// recorded is one customer of the recording.
type recorded struct {
	replay.Visit
	day, service, class, server string
}

func recording(tb testing.TB) []recorded {
	tb.Helper()
	if testing.Short() || raced {
		tb.Skip("a fortnight takes a while to play, and ten times that under the race detector: it is played without")
	}
	data := os.Getenv("STATIONKEEPER_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	file, err := os.Open(filepath.Join(data, "queue", "bank-calls-1999-02-01..14.tsv.gz"))
	if err != nil {
		tb.Skipf("no recording of a bank's customers: %v", err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		tb.Fatal(err)
	}
	return parse(tb, text)
}

func parse(tb testing.TB, text io.Reader) []recorded {
	tb.Helper()
	var all []recorded
	err := replay.Read(text, "bank", time.UTC, func(c replay.Call) error {
		v, ok := c.Visit()
		r := recorded{Visit: v, day: c.Day.Format(time.DateOnly), service: c.Type, server: c.Server}
		if c.Priority == 2 {
			r.class = "priority"
		}
		if ok {
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// bankRules name nothing that is only known after the fact. There are more counters than anybody needs.
func bankRules() queue.Rules {
	r := queue.Rules{
		Classes:  []queue.Class{{ID: "priority", HeadStart: 90 * time.Second}},
		Calling:  []queue.CallRule{{Name: "turn", Order: queue.Priority}},
		Calendar: queue.Calendar{Zone: time.UTC, Start: 3 * time.Hour},
	}
	for _, s := range []string{"PS", "PE", "IN", "NE", "NW", "TT"} {
		r.Services = append(r.Services, queue.Service{ID: s, Prefix: s})
	}
	for i := range 45 {
		r.Counters = append(r.Counters, queue.Counter{ID: fmt.Sprint(i + 1)})
	}
	return r
}

// outcome is what a served customer who had waited was told, and what came.
type outcome struct {
	day         string
	quote       queue.Quote
	queueLength float64 // seconds, what the classic formula foretells
	wait        float64 // seconds
}

// bank plays recorded customers in a lobby.
type bank struct {
	*lobby
	visits   []recorded
	silent   bool // does not ask what customers are to be told
	tickets  map[int]queue.Ticket
	told     map[int]outcome
	at       map[int]string // counter by visit
	own      map[string]string
	length   queueLength
	outcomes []outcome
}

type step struct {
	at    time.Time
	kind  int // 0 finish, 1 take, 2 leave, 3 call, 4 finish at once
	visit int
}

func steps(visits []recorded) []step {
	var all []step
	for i, v := range visits {
		all = append(all, step{v.Came, 1, i})
		if !v.Served {
			all = append(all, step{v.Waited, 2, i})
			continue
		}
		end := step{v.Ended, 0, i}
		if v.Ended.Equal(v.Waited) {
			end.kind = 4
		}
		all = append(all, step{v.Waited, 3, i}, end)
	}
	slices.SortFunc(all, func(a, b step) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.kind, b.kind), cmp.Compare(a.visit, b.visit))
	})
	return all
}

func newBank(tb testing.TB, visits []recorded) *bank {
	b := &bank{lobby: newLobby(tb, bankRules()), visits: visits, tickets: map[int]queue.Ticket{}, told: map[int]outcome{},
		at: map[int]string{}, own: map[string]string{}, length: queueLength{seen: map[string]time.Time{}}}
	b.heard = b.length.learn
	return b
}

func (b *bank) play() []outcome {
	b.t.Helper()
	day := ""
	for _, s := range steps(b.visits) {
		b.now = s.at
		if today := b.rules.Calendar.Day(s.at); today != day {
			b.closeCounters()
			day = today
		}
		v := b.visits[s.visit]
		switch s.kind {
		case 1:
			b.ask(s.visit, v)
			b.tickets[s.visit] = b.do(queue.Take{Service: v.service, Class: v.class, Nonce: fmt.Sprintf("v%d", s.visit)})
		case 2:
			b.leave(s.visit)
		case 3:
			b.call(s.visit, v)
		default:
			b.finish(s.visit)
		}
	}
	return b.outcomes
}

func (b *bank) ask(i int, v recorded) {
	if b.silent {
		return
	}
	s := b.snapshot()
	b.told[i] = outcome{day: v.day, quote: b.model.NewCustomer(s, v.service, v.class), queueLength: b.length.predict(s, v.class)}
}

func (b *bank) leave(i int) {
	if _, err := b.try(queue.Leave{Ticket: b.tickets[i].ID}); err != nil && b.tickets[i].Day == b.state.Day() {
		b.t.Fatal(err)
	}
}

func (b *bank) call(i int, v recorded) {
	b.t.Helper()
	if b.tickets[i].Day != b.rules.Calendar.Day(b.now) {
		return // closed with its day
	}
	counter, clerk := b.seat(v.server)
	b.at[i] = counter
	if o, asked := b.told[i]; asked && b.now.After(v.Came) {
		o.wait = b.now.Sub(v.Came).Seconds()
		b.outcomes = append(b.outcomes, o)
	}
	b.do(queue.Call{Counter: counter, Clerk: clerk, Ticket: b.tickets[i].ID})
}

// seat is the server's own counter, or a spare one where the server is not known or not free.
func (b *bank) seat(server string) (counter, clerk string) {
	busy := map[string]bool{}
	for _, c := range b.snapshot().Counters {
		busy[c.ID] = c.Ticket != nil
	}
	if server != replay.NoServer {
		if b.own[server] == "" {
			b.own[server] = fmt.Sprint(len(b.own) + 1)
		}
		if !busy[b.own[server]] {
			return b.own[server], server
		}
	}
	for n := 45; ; n-- {
		if !busy[fmt.Sprint(n)] {
			return fmt.Sprint(n), ""
		}
	}
}

func (b *bank) finish(i int) {
	b.t.Helper()
	counter := b.at[i]
	if _, err := b.try(queue.Finish{Counter: counter, Ticket: b.tickets[i].ID}); err != nil {
		return // closed with its day
	}
	if b.visits[i].server == replay.NoServer || b.own[b.visits[i].server] != counter {
		b.do(queue.CloseCounter{Counter: counter})
	}
}

func (b *bank) closeCounters() {
	if _, err := b.try(queue.EndDay{}); err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.snapshot().Counters {
		if c.State != queue.CounterClosed && c.Ticket == nil {
			b.do(queue.CloseCounter{Counter: c.ID})
		}
	}
}

// queueLength is the classic formula that does best on this recording: (customers of at least the same class before this
// one + 1) × mean service ÷ counters that served within a quarter of an hour.
type queueLength struct {
	sum  float64
	n    int
	seen map[string]time.Time
}

func (q *queueLength) learn(_ queue.Snapshot, r record.Record) {
	var d record.TicketServedData
	if r.Type == record.TicketServed && json.Unmarshal(r.Data, &d) == nil {
		q.sum += d.Serving
		q.n++
		q.seen[d.Counter] = r.Time
	}
}

func (q *queueLength) predict(s queue.Snapshot, class string) float64 {
	servers, ahead := 0, 0
	for _, c := range s.Counters {
		if end, ever := q.seen[c.ID]; c.Ticket != nil || ever && s.At.Sub(end) <= 15*time.Minute {
			servers++
		}
	}
	for _, p := range s.Waiting {
		if p.Class == class || class == "" {
			ahead++
		}
	}
	return q.sum / float64(max(1, q.n)) * float64(ahead+1) / float64(max(1, servers))
}

// score sums outcomes up.
type score struct {
	n, promised, inside         int
	ours, classic, bias, square float64
	width                       float64
}

func scored(all []outcome, wanted func(outcome) bool) score {
	var s score
	for _, o := range all {
		if !wanted(o) {
			continue
		}
		s.n++
		told := o.queueLength
		if o.quote.Known {
			told = o.quote.Expected.Seconds()
			s.promised++
			s.width += (o.quote.High - o.quote.Low).Seconds()
			if o.quote.Low.Seconds() <= o.wait && o.wait <= o.quote.High.Seconds() {
				s.inside++
			}
		}
		s.ours += math.Abs(told - o.wait)
		s.bias += told - o.wait
		s.square += (told - o.wait) * (told - o.wait)
		s.classic += math.Abs(o.queueLength - o.wait)
	}
	return s
}

func (s score) ratio() float64    { return s.ours / s.classic }
func (s score) coverage() float64 { return float64(s.inside) / float64(s.promised) }

func (s score) String() string {
	n := float64(s.n)
	return fmt.Sprintf("%d customers: mean absolute error %.1f s (queue length %.1f s, ratio %.3f), RMSE %.1f s, bias %.1f s, %.1f %% covered by %.0f s on average",
		s.n, s.ours/n, s.classic/n, s.ratio(), math.Sqrt(s.square/n), s.bias/n, 100*s.coverage(), s.width/float64(s.promised))
}
