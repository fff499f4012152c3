package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// What is asked of the queue.
const (
	leastActions = 100_000 // a second, on one processor
	mostRebuild  = 100     // ms, for the records of 5,000 tickets
)

const perSecondOfActions unit = "actions/s"

// measureQueue makes the rows of the queue engine in memory.
func (b *bench) measureQueue(ctx context.Context) (rows []row, foot []string, err error) {
	day, err := playLobby(2000)
	if err != nil {
		return nil, nil, err
	}
	acting, spelling, err := b.scale.besides(ctx, day.again, day.spell)
	if err != nil {
		return nil, nil, err
	}
	long, err := playLobby(5000) // only now: what it holds would be garbage collection's work while the day is measured
	if err != nil {
		return nil, nil, err
	}
	folding, reading, err := b.scale.besides(ctx, long.fold, long.read)
	if err != nil {
		return nil, nil, err
	}
	each := func(took []time.Duration) float64 { return float64(len(day.commands)) / median(took).Seconds() }
	rows = []row{
		{What: "actions of a day of 2,000 customers at 12 counters", Got: figure{Value: each(walls(acting)), Unit: perSecondOfActions},
			Beside: &figure{Value: each(walls(spelling)), Unit: perSecondOfActions, Of: "their records as JSON and back"},
			Target: &target{Bound: figure{Value: leastActions, Unit: perSecondOfActions}, AtLeast: true},
			Note:   fmt.Sprintf("%d actions, %d wait at most; of processor time %s/s", len(day.commands), day.most, spell(each(processors(acting))))},
		{What: "state for 5,000 tickets rebuilt", Got: millis(median(walls(folding))),
			Beside: &figure{Value: millis(median(walls(reading))).Value, Unit: inMillis, Of: "encoding/json of the records"},
			Target: atMost(mostRebuild, inMillis), Note: fmt.Sprintf("%d records; processor time %s ms", len(long.records), spell(millis(median(processors(folding))).Value))},
	}
	for _, waiting := range []int{50, 500} {
		one, err := b.scale.snapshotCost(ctx, waiting)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, one)
	}
	return rows, []string{"Queue: in memory, Decide and Apply of every action, none of them told to a journal; by the clock, " +
		"the middle one of " + fmt.Sprint(b.scale.QueueTurns) + " turns."}, nil
}

// lapse is what something took: of processors, and by the clock.
type lapse struct{ processor, wall time.Duration }

func processors(all []lapse) []time.Duration {
	return column(all, func(l lapse) time.Duration { return l.processor })
}

func walls(all []lapse) []time.Duration {
	return column(all, func(l lapse) time.Duration { return l.wall })
}

func column(all []lapse, of func(lapse) time.Duration) []time.Duration {
	var c []time.Duration
	for _, s := range all {
		c = append(c, of(s))
	}
	return c
}

// besides does two things by turns, so that the machine's moods hit both alike.
func (s scale) besides(ctx context.Context, ours, theirs func() error) (a, b []lapse, err error) {
	for range s.QueueTurns {
		for _, one := range []struct {
			do func() error
			to *[]lapse
		}{{ours, &a}, {theirs, &b}} {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			took, err := timed(one.do)
			if err != nil {
				return nil, nil, err
			}
			*one.to = append(*one.to, took)
		}
	}
	return a, b, nil
}

func timed(do func() error) (lapse, error) {
	processor := func() (time.Duration, error) {
		var u unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
			return 0, fmt.Errorf("read the processor time: %w", err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
	}
	runtime.GC() // what was measured before leaves garbage, which is not ours
	before, err := processor()
	if err != nil {
		return lapse{}, err
	}
	began := time.Now()
	if err := do(); err != nil {
		return lapse{}, err
	}
	wall := time.Since(began)
	after, err := processor()
	return lapse{after - before, wall}, err
}

// lobby is a day that was played: what was wanted when, and what was written down.
type lobby struct {
	rules    queue.Rules
	state    *queue.State
	now      time.Time
	random   *rand.Rand
	commands []wanted
	records  []record.Record
	spoken   []any // the data of records
	most     int   // who waited at once, at most
	waiting  int
}

type wanted struct {
	command queue.Command
	at      time.Time
}

func lobbyRules() queue.Rules {
	rules := queue.Rules{
		Services: []queue.Service{{ID: "new", Prefix: "A"}, {ID: "payment", Prefix: "B"}, {ID: "repair", Prefix: "C"}, {ID: "visa", Prefix: "D"}},
		Classes:  []queue.Class{{ID: "senior", Rate: 1.5, HeadStart: 5 * time.Minute}, {ID: "military", Rate: 2}},
		Calling: []queue.CallRule{
			{Name: "booked", Classes: []string{queue.ByAppointment}, Order: queue.Booked, Due: 10 * time.Minute},
			{Name: "shared", Order: queue.Priority, Weights: map[string]int{"senior": 2, "military": 1, queue.Ordinary: 1}},
			{Name: "help", Services: []string{"payment"}, When: queue.Condition{WaitingOver: 25}},
		},
		Calendar: queue.Calendar{Zone: time.UTC, Start: 3 * time.Hour},
	}
	for i := range 12 {
		c := queue.Counter{ID: fmt.Sprint(i + 1)}
		if i >= 4 {
			c.Services = []string{rules.Services[i%4].ID, rules.Services[(i+1)%4].ID}
		}
		rules.Counters = append(rules.Counters, c)
	}
	return rules
}

// playLobby plays a day of so many customers. They come a little faster than 12 counters serve them at first, so that
// some dozens wait, and then as fast.
func playLobby(customers int) (*lobby, error) {
	l := &lobby{rules: lobbyRules(), now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), random: rand.New(rand.NewPCG(5, 11))}
	l.state = queue.New(l.rules)
	const serving = 60 * time.Second
	free := make([]time.Time, len(l.rules.Counters))
	holds := make([]string, len(l.rules.Counters))
	next := l.now
	for came := 0; came < customers; {
		counter := 0
		for i := range free {
			if free[i].Before(free[counter]) {
				counter = i
			}
		}
		if !next.After(free[counter]) {
			l.now = next
			if err := l.come(came); err != nil {
				return nil, err
			}
			came++
			gap := float64(serving) / float64(len(free)) * l.random.ExpFloat64()
			switch {
			case l.waiting < 25:
				gap *= 0.7
			case l.waiting > 50: // many see how full it is, and go home
				gap *= 1.5
			}
			next = next.Add(time.Duration(gap))
			continue
		}
		l.now = free[counter]
		took, err := l.serve(counter, &holds[counter])
		if err != nil {
			return nil, err
		}
		free[counter] = l.now.Add(took)
		if took == 0 { // nobody waits
			free[counter] = next.Add(time.Millisecond)
		}
	}
	return l, nil
}

// come is a customer who takes a ticket; a few leave at once.
func (l *lobby) come(n int) error {
	take := queue.Take{Service: l.rules.Services[l.random.IntN(4)].ID, Nonce: fmt.Sprintf("n%d", n), Request: fmt.Sprintf("take-%d", n),
		Quote: &queue.Quote{Known: true, Low: 2 * time.Minute, Expected: 4 * time.Minute, High: 9 * time.Minute, Ahead: l.waiting}}
	switch dice := l.random.IntN(20); {
	case dice < 3:
		take.Class = "senior"
	case dice == 3:
		take.Class = "military"
	case dice == 4:
		take.Appointment = &queue.Booking{ID: take.Nonce, At: l.now.Add(5 * time.Minute)}
	}
	t, err := l.do(take)
	if err == nil && l.random.IntN(25) == 0 {
		_, err = l.do(queue.Leave{Ticket: t.ID, Request: fmt.Sprintf("leave-%d", n)})
	}
	return err
}

// serve is what a clerk does when the customer is done: mostly the next one is called. It returns how long that takes;
// 0 when nobody waits.
func (l *lobby) serve(counter int, has *string) (time.Duration, error) {
	id := l.rules.Counters[counter].ID
	request := fmt.Sprintf("%s-%d", id, len(l.commands))
	if *has != "" {
		gone, err := l.sendAway(id, *has, request+"-away")
		if err != nil {
			return 0, err
		}
		if gone {
			*has = ""
		}
	}
	t, err := l.do(queue.Call{Counter: id, Finish: *has, Request: request})
	if errors.Is(err, queue.ErrNobodyWaiting) && *has != "" {
		_, err = l.do(queue.Finish{Counter: id, Ticket: *has, Request: request})
		*has = ""
		return 0, err
	}
	if err != nil {
		if errors.Is(err, queue.ErrNobodyWaiting) {
			err = nil
		}
		return 0, err
	}
	if l.random.IntN(30) == 0 { // pressed by mistake
		_, err := l.do(queue.Undo{Counter: id, Request: request + "-undo"})
		return 5 * time.Second, err
	}
	*has = t.ID
	if l.random.IntN(10) == 0 {
		if _, err := l.do(queue.Recall{Counter: id, Ticket: t.ID, Request: request + "-again"}); err != nil {
			return 0, err
		}
	}
	return time.Second + time.Duration(float64(58*time.Second)*l.random.ExpFloat64()), nil
}

// sendAway does, now and then, something else with a customer than to finish the service.
func (l *lobby) sendAway(counter, ticket, request string) (gone bool, err error) {
	var command queue.Command
	switch l.random.IntN(30) {
	case 0:
		command = queue.Transfer{Counter: counter, Ticket: ticket, Service: "payment", Keep: true, Request: request}
	case 1:
		command = queue.Return{Counter: counter, Ticket: ticket, Place: 2, Request: request}
	case 2:
		command = queue.NoShow{Counter: counter, Ticket: ticket, Request: request}
	default:
		return false, nil
	}
	_, err = l.do(command)
	if errors.Is(err, queue.ErrMalformed) { // who is at payment is not sent there
		return false, nil
	}
	return err == nil, err
}

// do carries a command out and keeps it, and what it left.
func (l *lobby) do(c queue.Command) (queue.Ticket, error) {
	decision, err := l.state.Decide(c, l.now)
	if err != nil {
		return queue.Ticket{}, err
	}
	l.commands = append(l.commands, wanted{c, l.now})
	for _, e := range decision.Entries {
		r := recordOf(e, len(l.records)+1)
		if err := l.state.Apply(r); err != nil {
			return queue.Ticket{}, err
		}
		l.records = append(l.records, r)
		data := reflect.New(dataTypes[r.Type]).Interface()
		if err := json.Unmarshal(r.Data, data); err != nil {
			return queue.Ticket{}, err
		}
		l.spoken = append(l.spoken, data)
	}
	l.waiting = 0
	for _, c := range l.state.Snapshot(l.now).Services {
		l.waiting += c.Waiting
	}
	l.most = max(l.most, l.waiting)
	return decision.Ticket, nil
}

func recordOf(e record.Entry, seq int) record.Record {
	return record.Record{Seq: uint64(seq), Type: e.Type, Source: e.Source, Time: record.Stamp(e.Time), Clock: record.Synced, Boot: "bench", Data: e.Data}
}

// dataTypes are what the records of the day say.
var dataTypes = map[string]reflect.Type{
	record.TicketIssued: reflect.TypeFor[record.TicketIssuedData](), record.TicketCalled: reflect.TypeFor[record.TicketCalledData](),
	record.TicketRecalled: reflect.TypeFor[record.TicketRecalledData](), record.TicketServed: reflect.TypeFor[record.TicketServedData](),
	record.TicketLeft: reflect.TypeFor[record.TicketLeftData](), record.TicketReturned: reflect.TypeFor[record.TicketReturnedData](),
	record.TicketTransferred: reflect.TypeFor[record.TicketTransferredData](), record.TicketUndone: reflect.TypeFor[record.TicketUndoneData](),
}

// again carries the day's commands out from the beginning.
func (l *lobby) again() error {
	state, n := queue.New(l.rules), 0
	for _, w := range l.commands {
		decision, err := state.Decide(w.command, w.at)
		if err != nil {
			return fmt.Errorf("the same command is refused the second time: %w", err)
		}
		for _, e := range decision.Entries {
			n++
			if err := state.Apply(recordOf(e, n)); err != nil {
				return err
			}
		}
	}
	if n != len(l.records) {
		return fmt.Errorf("the same commands left %d records, and %d the first time", n, len(l.records))
	}
	return nil
}

// spell writes the data of the day's records as JSON, and reads it again.
func (l *lobby) spell() error {
	for _, data := range l.spoken {
		text, err := json.Marshal(data)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, reflect.New(reflect.TypeOf(data).Elem()).Interface()); err != nil {
			return err
		}
	}
	return nil
}

// fold rebuilds the state from the records.
func (l *lobby) fold() error {
	state := queue.New(l.rules)
	for _, r := range l.records {
		if err := state.Apply(r); err != nil {
			return err
		}
	}
	return nil
}

// read reads the data of the records, and makes nothing of it.
func (l *lobby) read() error {
	for i, r := range l.records {
		if err := json.Unmarshal(r.Data, reflect.New(reflect.TypeOf(l.spoken[i]).Elem()).Interface()); err != nil {
			return err
		}
	}
	return nil
}

// snapshotCost is the row of a snapshot with so many waiting, which is taken after every action.
func (s scale) snapshotCost(ctx context.Context, waiting int) (row, error) {
	l := &lobby{rules: lobbyRules(), now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), random: rand.New(rand.NewPCG(5, 11))}
	l.state = queue.New(l.rules)
	for n := 0; l.waiting < waiting; n++ {
		if err := l.come(n); err != nil {
			return row{}, err
		}
	}
	const each = 20
	var took []lapse
	for range s.QueueTurns {
		if err := ctx.Err(); err != nil {
			return row{}, err
		}
		one, err := timed(func() error {
			for range each {
				l.state.Snapshot(l.now)
			}
			return nil
		})
		if err != nil {
			return row{}, err
		}
		took = append(took, one)
	}
	return row{What: fmt.Sprintf("snapshot, %d waiting", waiting), Got: figure{Value: millis(median(walls(took))).Value / each, Unit: inMillis}}, nil
}
