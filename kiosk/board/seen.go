package board

import (
	"time"

	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/web"
)

// View is what a board shows, without regard to where: in a window, here or at another kiosk.
type View struct {
	// At is the hall's time, in its zone.
	At    time.Time
	Title web.Name
	// Calls are today's, newest first, also those taken back.
	Calls    []Call
	Services []Service
	Notices  []web.Name
	// Lost is since when the kiosk has not been heard of; zero while it is.
	Lost time.Time
}

// Call is one of a customer to a counter.
type Call struct {
	Serial           uint64
	Number           string
	CounterID        string // known at the kiosk itself
	Counter          web.Name
	At               time.Time
	Again, Withdrawn bool
}

// Service is one of the place and who waits for it. Low and High, in minutes, mean something when Known.
type Service struct {
	Name         web.Name
	Waiting      int
	Known        bool
	Low, High    int
	Closed, Full bool
}

// View is what a board shows of the hall now.
func (b *Board) View(h hall.Snapshot) View {
	shown := b.view(h)
	v := shown.seen(b.Hall.Now().In(b.Zone))
	v.Calls = nil
	for _, a := range h.Queue.Announced {
		c := b.viewCall(a).seen()
		c.CounterID, c.Withdrawn = a.Counter, a.Withdrawn
		v.Calls = append(v.Calls, c)
	}
	return v
}

// seen is what stands in a television's JSON. The calls are those listed.
func (v boardView) seen(at time.Time) View {
	seen := View{At: at, Title: web.Name(v.Title)}
	for _, s := range v.Services {
		seen.Services = append(seen.Services, Service{Name: web.Name(s.nameView), Waiting: s.Waiting, Known: s.Known, Low: s.Low, High: s.High,
			Closed: !s.Open, Full: s.Full})
	}
	for _, n := range v.Notices {
		seen.Notices = append(seen.Notices, web.Name(n))
	}
	for _, c := range v.Calls {
		seen.Calls = append(seen.Calls, c.seen())
	}
	return seen
}

func (c callView) seen() Call {
	return Call{Serial: c.Serial, Number: c.Number, Counter: web.Name(c.Counter), At: c.At, Again: c.Again}
}
