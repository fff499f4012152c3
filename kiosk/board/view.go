package board

import (
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

// The JSON of a television. Times are RFC 3339 in UTC.

type boardView struct {
	moment
	// Version is that of the page that goes with this. Title is the place's name.
	Version string   `json:"version"`
	Title   nameView `json:"title"`
	// Voice is whether calls are spoken in full, as far as is known.
	Voice    bool          `json:"voice"`
	Counters []counterView `json:"counters"`
	Services []serviceView `json:"services"`
	Notices  []nameView    `json:"notices"`
	// Calls are the last ones, newest first, each ticket once. Withdrawn are the serials of those taken back.
	Calls     []callView `json:"calls"`
	Withdrawn []uint64   `json:"withdrawn"`
}

// moment is the hall's time, by which pages go: their own clocks may be wrong.
type moment struct {
	Now time.Time `json:"now"`
	// Offset is what local time is ahead of UTC, in seconds.
	Offset int `json:"offset"`
}

type nameView struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

type counterView struct {
	nameView
	ID string `json:"id"`
	// State is "open", "paused" or "closed". Number is that of its customer; "" for none.
	State  string `json:"state"`
	Number string `json:"number"`
}

type serviceView struct {
	nameView
	ID      string `json:"id"`
	Open    bool   `json:"open"`
	Full    bool   `json:"full"`
	Waiting int    `json:"waiting"`
	waitView
}

// waitView is what a customer is told about the wait; Low and High, in minutes, mean something when Known.
type waitView struct {
	Known bool `json:"known"`
	Low   int  `json:"low"`
	High  int  `json:"high"`
}

type callView struct {
	Serial  uint64    `json:"serial"`
	Number  string    `json:"number"`
	Counter nameView  `json:"counter"`
	At      time.Time `json:"at"`
	Again   bool      `json:"again"`
}

// callEvent is a call as it is told: a television that has just been switched on has not learnt the time yet.
type callEvent struct {
	moment
	callView
}

// listed is how many calls a television lists.
const listed = 12

func (b *Board) view(h hall.Snapshot) boardView {
	v := boardView{moment: b.moment(), Version: b.version, Title: nameView(b.Title), Voice: b.Speech != nil && b.Speech.Fault() == nil,
		Counters: []counterView{}, Services: []serviceView{}, Notices: []nameView{}, Calls: []callView{}, Withdrawn: []uint64{}}
	for _, c := range h.Queue.Counters {
		counter := counterView{nameView: nameView(web.Named(b.Counters, c.ID)), ID: c.ID, State: string(c.State)}
		if c.Ticket != nil {
			counter.Number = c.Ticket.Number
		}
		v.Counters = append(v.Counters, counter)
	}
	for _, s := range h.Queue.Services {
		v.Services = append(v.Services, serviceView{nameView: nameView(web.Named(b.Services, s.ID)), ID: s.ID,
			Open: s.Open, Full: s.Full, Waiting: s.Waiting, waitView: viewWait(h.Quotes[s.ID].Remaining(v.Now))})
	}
	for _, n := range h.Notices {
		v.Notices = append(v.Notices, nameView{Zh: n.Zh, En: n.En})
	}
	for _, a := range h.Queue.LastCalls(listed) {
		v.Calls = append(v.Calls, b.viewCall(a))
	}
	for _, a := range h.Queue.Announced {
		if a.Withdrawn {
			v.Withdrawn = append(v.Withdrawn, a.Serial)
		}
	}
	return v
}

func (b *Board) moment() moment {
	now := b.Hall.Now()
	_, offset := now.In(b.Zone).Zone()
	return moment{Now: record.Stamp(now), Offset: offset}
}

func (b *Board) viewCall(a queue.Announcement) callView {
	return callView{Serial: a.Serial, Number: a.Number, Counter: nameView(web.Named(b.Counters, a.Counter)), At: a.At, Again: a.Again}
}

func viewWait(q queue.Quote) waitView {
	if !q.Known {
		return waitView{}
	}
	low, high := q.Minutes()
	return waitView{Known: true, Low: low, High: high}
}
