package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
)

// hall deals what a busy lobby writes down: tickets issued, called and served, about 320 bytes each on the wire. Its
// names, waits and ids are drawn at random from a seed, so that the records are the same in every run and compress no
// better than those of a real lobby; the table shows both.
type hall struct {
	random  *rand.Rand
	now     time.Time
	day     string
	numbers map[string]int
	waiting []visit
	serving []visit
}

// visit is one customer.
type visit struct {
	ticket, number, service, counter string
	since                            time.Time
	wait                             float64
}

// opening is when the generated records begin, and later a time after all of them.
var (
	opening = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	later   = opening.AddDate(1, 0, 0)
)

var (
	services = []string{"PS", "NW", "NE", "IN", "PE", "TT"}
	counters = []string{"MICHAL", "DORIT", "TOVA", "ANAT", "SHLOMO", "IDIT", "AVNI", "YITZ", "SHARON", "VICKY"}
)

func openHall(seed uint64) *hall {
	return &hall{random: rand.New(rand.NewPCG(seed, 1)), now: opening, numbers: map[string]int{}}
}

// entries deals the next n.
func (h *hall) entries(n int) []record.Entry {
	dealt := make([]record.Entry, n)
	for i := range dealt {
		dealt[i] = h.next()
	}
	return dealt
}

// next deals one: whoever has waited or been served long enough goes on, or somebody new comes in.
func (h *hall) next() record.Entry {
	h.now = h.now.Add(time.Duration(h.random.ExpFloat64() * float64(7*time.Second)))
	if day := h.now.Format(time.DateOnly); day != h.day {
		h.day, h.numbers = day, map[string]int{}
	}
	switch choice := h.random.IntN(3); {
	case choice == 0 && len(h.serving) > 0:
		return h.serve(h.pick(&h.serving))
	case choice <= 1 && len(h.waiting) > 0:
		return h.call(h.pick(&h.waiting))
	}
	return h.issue()
}

// pick takes one of the first few out of a queue.
func (h *hall) pick(queue *[]visit) visit {
	i := h.random.IntN(min(len(*queue), 4))
	v := (*queue)[i]
	*queue = append((*queue)[:i], (*queue)[i+1:]...)
	return v
}

func (h *hall) issue() record.Entry {
	service := services[h.random.IntN(len(services))]
	h.numbers[service]++
	number := fmt.Sprintf("%s%03d", service, h.numbers[service]%1000)
	v := visit{number: number, service: service, since: h.now, ticket: h.day + "-" + number + "-" + h.nonce(8)}
	h.waiting = append(h.waiting, v)
	return h.entry(record.TicketIssued, record.TicketIssuedData{
		Ticket: v.ticket, Number: number, Service: service, Ahead: len(h.waiting) - 1, Request: h.request("take")})
}

func (h *hall) call(v visit) record.Entry {
	v.counter = counters[h.random.IntN(len(counters))]
	v.wait = h.now.Sub(v.since).Round(time.Second).Seconds()
	v.since = h.now
	h.serving = append(h.serving, v)
	return h.entry(record.TicketCalled, record.TicketCalledData{
		Ticket: v.ticket, Number: v.number, Service: v.service, Counter: v.counter, Wait: v.wait, Request: h.request("call")})
}

func (h *hall) serve(v visit) record.Entry {
	return h.entry(record.TicketServed, record.TicketServedData{
		Ticket: v.ticket, Number: v.number, Service: v.service, Counter: v.counter, Wait: v.wait,
		Serving: h.now.Sub(v.since).Round(time.Second).Seconds(), Request: h.request("finish")})
}

func (h *hall) request(verb string) string { return "counter/" + h.day + "/" + h.nonce(4) + "/" + verb }

// nonce is n random letters or digits, as the kiosk ends its tickets' ids.
func (h *hall) nonce(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	var b strings.Builder
	for range n {
		b.WriteByte(letters[h.random.IntN(len(letters))])
	}
	return b.String()
}

func (h *hall) entry(typ string, data any) record.Entry {
	return record.NewEntry(typ, "queue", h.now, data)
}

// records deals n records, numbered from 1, for the programs that we compare with.
func (h *hall) records(n int) []record.Record {
	read := drift(opening)
	dealt := make([]record.Record, n)
	for i := range dealt {
		e, at := h.next(), read()
		dealt[i] = record.Record{Seq: uint64(i + 1), Type: e.Type, Source: e.Source, Time: record.Stamp(e.Time),
			Clock: record.Synced, Boot: at.Boot, Mono: at.Mono.Nanoseconds(), Data: e.Data}
	}
	return dealt
}

// lines deals n records as JSON.
func (h *hall) lines(n int) ([][]byte, error) {
	lines := make([][]byte, n)
	for i, r := range h.records(n) {
		var err error
		if lines[i], err = json.Marshal(r); err != nil {
			return nil, fmt.Errorf("spell record %d: %w", i+1, err)
		}
	}
	return lines, nil
}

// drift is a clock that goes on by up to two seconds whenever it is read, so that many records written at once carry
// times as different as if they had been written one by one.
func drift(from time.Time) clock.Clock {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(2, 2))
	var gone time.Duration
	return func() clock.Reading {
		mu.Lock()
		defer mu.Unlock()
		gone += time.Duration(random.Int64N(int64(2 * time.Second)))
		return clock.Reading{Wall: from.Add(gone), Boot: boot, Mono: gone}
	}
}

// boot is what generated records say of the machine they were written on.
const boot = "7a1e9c52-3d0f-4b66-8a21-5f0c94d3be17"
