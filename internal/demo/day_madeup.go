package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// madeUpSeed makes the day that is played where there is no recording.
const madeUpSeed = 7

// madeUpDay is a day of a service centre that does not exist, in the form of the bank's recording: customers come at
// random, more of them in the middle of the morning and of the afternoon, wait in order, give up when their patience is
// over, and are served by clerks who come at different times and have a break in the middle.
func madeUpDay(date time.Time, seed uint64) string {
	random := rand.New(rand.NewPCG(seed, uint64(date.Unix())))
	clerks := madeUpClerks()
	var b strings.Builder
	b.WriteString("call_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n")
	id := 0
	for came := madeUpOpens; ; id++ {
		came += int(random.ExpFloat64() * 3600 / arrivalRate(came))
		if came >= madeUpCloses {
			return b.String()
		}
		c := madeUpCall{id: id, date: date, came: came, kind: madeUpKinds[random.IntN(len(madeUpKinds))], priority: random.IntN(3)}
		length := max(10, int(math.Exp(math.Log(150)+0.8*random.NormFloat64())))
		patience := int(5 + random.ExpFloat64()*300)
		who := soonest(clerks, came)
		if start := clerks[who].freeAt(came); start-came <= patience {
			c.called, c.ended, c.clerk = start, start+length, fmt.Sprintf("CLERK-%d", who+1)
			clerks[who].busyUntil = c.ended
		} else {
			c.called = came + patience
		}
		b.WriteString(c.line())
	}
}

// Seconds since midnight at which the made-up centre opens and closes.
const madeUpOpens, madeUpCloses = 8 * 3600, 18 * 3600

// madeUpKinds are what customers come for, each as often as it is in the list. They are types of the bank's.
var madeUpKinds = []string{"PS", "PS", "PS", "PS", "PS", "NW", "NW", "NE", "IN"}

// arrivalRate is how many customers come in an hour, at a time of day in seconds.
func arrivalRate(at int) float64 {
	hour := float64(at) / 3600
	bump := func(center float64) float64 { return math.Exp(-(hour - center) * (hour - center) / 2) }
	return 70 + 85*bump(10.5) + 60*bump(15)
}

// madeUpClerk works from an hour to another, in seconds since midnight, but for a break.
type madeUpClerk struct {
	from, to, breakFrom, breakTo, busyUntil int
}

func madeUpClerks() []madeUpClerk {
	const half = 1800
	var clerks []madeUpClerk
	for i := range 7 {
		from := madeUpOpens + i%3*half
		lunch := 12*3600 + i%4*half
		clerks = append(clerks, madeUpClerk{from: from, to: madeUpCloses + 3600, breakFrom: lunch, breakTo: lunch + half})
	}
	return clerks
}

// freeAt is when a clerk can serve somebody who comes at a time.
func (c madeUpClerk) freeAt(at int) int {
	at = max(at, c.busyUntil, c.from)
	if c.breakFrom <= at && at < c.breakTo {
		return c.breakTo
	}
	return at
}

// soonest is the clerk who is free first for somebody who comes at a time.
func soonest(clerks []madeUpClerk, at int) int {
	free := make([]int, len(clerks))
	for i, c := range clerks {
		free[i] = c.freeAt(at)
	}
	return slices.Index(free, slices.Min(free))
}

// madeUpCall is one customer; times are in seconds since midnight. clerk is empty for one who gave up.
type madeUpCall struct {
	id            int
	date          time.Time
	kind          string
	priority      int
	came          int
	called, ended int
	clerk         string
}

// line is the call as the recording has it: a voice response unit first, for ten seconds.
func (c madeUpCall) line() string {
	queueStart, queueExit, serviceStart, serviceExit, outcome, server := c.came, c.called, c.called, c.ended, "AGENT", c.clerk
	if c.called == c.came {
		queueStart, queueExit = 0, 0
	}
	if c.clerk == "" {
		serviceStart, serviceExit, outcome, server = 0, 0, "HANG", "NO_SERVER"
	}
	fields := []string{fmt.Sprint(c.id), fmt.Sprint(c.priority), c.kind, c.date.Format("060102"), ofDay(c.came - 10), ofDay(c.came), "10",
		ofDay(queueStart), ofDay(queueExit), fmt.Sprint(queueExit - queueStart), outcome,
		ofDay(serviceStart), ofDay(serviceExit), fmt.Sprint(serviceExit - serviceStart), server}
	return strings.Join(fields, "\t") + "\n"
}

// ofDay spells seconds since midnight as the recording does.
func ofDay(seconds int) string {
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
