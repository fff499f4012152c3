package board

import (
	"net/http"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

// The JSON of a telephone. It says nothing about the customer that the ticket itself does not.

type ticketView struct {
	// State is "waiting", "called", "held", "served", "left", or "unknown", with which the rest is empty.
	State   string   `json:"state"`
	Number  string   `json:"number"`
	Service nameView `json:"service"`
	// Ahead is how many are before it, while it waits; the expected wait, in minutes, is as of AsOf.
	Ahead int `json:"ahead"`
	waitView
	AsOf time.Time `json:"as_of,omitzero"`
	// Counter is where it was called to. Call is the serial of its last call that was not taken back: a telephone rings
	// once for each.
	Counter nameView `json:"counter"`
	Call    uint64   `json:"call"`
	// Reason is why it was left: "gave-up", "no-show", "hold-ended" or "day-end".
	Reason string `json:"reason"`
}

// ticketAnswer is a ticket with the time.
type ticketAnswer struct {
	moment
	ticketView
}

// viewTicket is what the holder of a ticket sees.
func (b *Board) viewTicket(t queue.Ticket, s queue.Snapshot) ticketView {
	v := ticketView{State: string(t.Status), Number: t.Number, Service: nameView(web.Named(b.Services, t.Service)), Reason: t.Reason}
	if i := slices.IndexFunc(s.Announced, func(a queue.Announcement) bool { return a.Ticket == t.ID && !a.Withdrawn }); i >= 0 {
		v.Call = s.Announced[i].Serial
	}
	switch t.Status {
	case queue.Called:
		v.Counter = nameView(web.Named(b.Counters, t.Counter))
	case queue.Waiting:
		if i := slices.IndexFunc(s.Waiting, func(p queue.Place) bool { return p.ID == t.ID }); i >= 0 {
			v.Ahead = s.Waiting[i].Before
		}
		if q := t.Quote; q.Known {
			v.waitView, v.AsOf = viewWait(q), q.At
		}
	}
	return v
}

// unknown is what all other secrets show.
var unknown = ticketView{State: "unknown"}

// find is what the holder of a secret sees now, and the HTTP status that goes with it.
func (b *Board) find(secret string) (queue.Ticket, ticketView, int) {
	t, known := b.Hall.Find(secret)
	if !known {
		return queue.Ticket{}, unknown, http.StatusNotFound
	}
	return t, b.viewTicket(t, b.Hall.Snapshot().Queue), http.StatusOK
}

// among looks for an open ticket in a snapshot, which spares the hall the question: a thousand telephones look at each.
func among(s queue.Snapshot, id string) (queue.Ticket, bool) {
	for _, p := range s.Waiting {
		if p.ID == id {
			return p.Ticket, true
		}
	}
	for _, c := range s.Counters {
		if c.Ticket != nil && c.Ticket.ID == id {
			return *c.Ticket, true
		}
	}
	for _, t := range s.Held {
		if t.ID == id {
			return t, true
		}
	}
	return queue.Ticket{}, false
}

func (b *Board) telephone(w http.ResponseWriter, r *http.Request) {
	l := languageOf(r)
	words := telephone[l]
	_, v, status := b.find(r.PathValue("secret"))
	b.show(w, status, "telephone.html", telephonePage{
		Title: l.of(b.Title), Words: words, Ticket: ticketAnswer{b.moment(), v}, Headline: words.headline(v), Wait: words.wait(v.waitView),
		Service: l.of(web.Name(v.Service)), Rate: "/t/" + r.PathValue("secret") + "/rate?lang=" + string(l),
		Unknown: status == http.StatusNotFound, Zone: b.Zone,
	}, l)
}

func (b *Board) ticketState(w http.ResponseWriter, r *http.Request) {
	_, v, status := b.find(r.PathValue("secret"))
	web.Answer(w, status, ticketAnswer{b.moment(), v})
}

// ticketEvents tells a telephone of each change of its ticket, and that the connection lives.
func (b *Board) ticketEvents(w http.ResponseWriter, r *http.Request) {
	secret := r.PathValue("secret")
	t, v, status := b.find(secret)
	if status != http.StatusOK {
		web.Answer(w, status, ticketAnswer{b.moment(), v})
		return
	}
	leave, ok := enter(b.telephones)
	if !ok {
		web.Refuse(w, http.StatusServiceUnavailable, "too-many", "too many telephones are connected already")
		return
	}
	defer leave()
	snapshots, stop := b.Hall.Subscribe()
	defer stop()
	stream, beat := web.NewStream(w), time.NewTicker(web.BeatEvery)
	defer beat.Stop()
	var told ticketView
	for {
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			told = ticketView{}
			_, v, _ = b.find(secret)
		case s := <-snapshots:
			v = b.follow(secret, t.ID, v, s.Queue)
		}
		if v == told {
			continue // what happened concerned others
		}
		told = v
		if stream.Send("ticket", "", ticketAnswer{b.moment(), v}) != nil {
			return // the telephone has gone
		}
	}
}

// follow is what a holder who saw v sees in a new snapshot. A ticket that was over stays so, unless it is open again.
func (b *Board) follow(secret, id string, v ticketView, s queue.Snapshot) ticketView {
	if t, open := among(s, id); open {
		return b.viewTicket(t, s)
	}
	if v.State != string(queue.Served) && v.State != string(queue.Left) {
		_, v, _ = b.find(secret)
	}
	return v
}
