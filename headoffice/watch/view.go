package watch

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// eye is how one visitor sees: in which language, in which time zone, and when.
type eye struct {
	language
	zone *time.Location
	now  time.Time
}

// moment is a time in words and for machines. The zero moment has no words.
type moment struct{ ISO, Text string }

// moment spells a time in as much of a date as is needed to know which day it was.
func (e eye) moment(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	local, now := t.In(e.zone), e.now.In(e.zone)
	layout := "2006-01-02 15:04:05"
	switch {
	case sameDay(local, now):
		layout = "15:04:05"
	case local.Year() == now.Year():
		layout = "01-02 15:04:05"
	}
	return moment{ISO: t.UTC().Format(time.RFC3339Nano), Text: local.Format(layout)}
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// nodeView is a node and whether it is there.
type nodeView struct {
	ID string
	// State is "online", "offline", or "unheard" when its presence was never heard; Name says it in words.
	State, Name       string
	Since, LastRecord moment
	// Config says what the node goes by.
	Config []configView
	// Clock says what is wrong with the node's clock; empty when nothing is known to be.
	Clock string
}

func (e eye) nodes(nodes []store.Node) []nodeView {
	views := make([]nodeView, len(nodes))
	for i, n := range nodes {
		state := "offline"
		switch {
		case n.Online:
			state = "online"
		case n.Since.IsZero():
			state = "unheard"
		}
		views[i] = nodeView{ID: n.ID, State: state, Name: e.t("state." + state), Since: e.moment(n.Since),
			LastRecord: e.moment(n.LastRecord)}
	}
	return views
}

// kind is what a point is shown as.
type kind int

const (
	otherPoint kind = iota
	doorPoint
	temperaturePoint
	lobbyPoint
	lockPoint   // a door's lock: shown with the door
	uplinkPoint // how the node reports: shown with the completeness of what it reports
)

// kindOf tells by name, unit and value what a point is. Stations name their points freely: whatever is not known
// here is shown in the list of other points.
func kindOf(p store.Point) kind {
	name := p.Point[strings.LastIndexByte(p.Point, '/')+1:]
	switch {
	case isLobbyPoint(p.Point):
		return lobbyPoint
	case p.Point == pointBacklog:
		return uplinkPoint
	case name == "lock" && strings.Contains(p.Point, "/"):
		return lockPoint
	case p.Value == "open" || p.Value == "closed" || name == "door" || strings.HasPrefix(name, "door-"):
		return doorPoint
	case p.Unit == "°C" || name == "temperature":
		return temperaturePoint
	}
	return otherPoint
}

// tile is one point as it stands.
type tile struct {
	Node, Point string
	// Place is the point's name in words.
	Place string
	// Value and Unit are what is shown; both are empty when there is no value.
	Value, Unit string
	At          moment
	// Quality is that of the state, or "offline" when it is good but its node is not there to say otherwise.
	// QualityText and Reason say what is wrong in words.
	Quality, QualityText, Reason string
	// Number is the value when it is a number, else NaN.
	Number float64
}

// Tile makes the tile reachable by name from those that embed it.
func (t tile) Tile() tile { return t }

func (e eye) tile(p store.Point, nodes []store.Node) tile {
	t := tile{Node: p.Node, Point: p.Point, Place: e.place(p.Point), Unit: p.Unit, At: e.moment(p.Time),
		Quality: string(p.Quality), Reason: e.why(p.Reason), Number: math.NaN()}
	switch v := p.Value.(type) {
	case float64:
		t.Number, t.Value = v, number(v, p.Unit)
	case string:
		t.Value = e.known("value.", v)
	case bool:
		t.Value = strconv.FormatBool(v)
	}
	if t.Value == "" {
		t.Unit = ""
	}
	online := slices.ContainsFunc(nodes, func(n store.Node) bool { return n.ID == p.Node && n.Online })
	if p.Quality == record.Good && !online {
		t.Quality = "offline"
	}
	if t.Quality != string(record.Good) {
		t.QualityText = e.t("quality." + t.Quality)
	}
	return t
}

// eventView is one record in a list.
type eventView struct {
	At          moment
	Node, Place string
	Told        told
	// Doubt says how At is known, when not by the clock of the node.
	Doubt string
	// Number is that of the ticket or the case that it is about, taken out of Told, and Link where that one's life is told.
	Number, Link string
}

func (e eye) event(r store.Record) eventView {
	v := eventView{At: e.moment(r.Placed), Node: r.Node, Place: e.place(r.Source), Told: e.told(r.Record)}
	if key := "placed." + string(r.How); r.How != store.Exact && e.has(key) {
		v.Doubt = e.t(key)
	}
	v.linkTicket(r)
	v.linkCase(r)
	return v
}

// linkTicket takes the number out of what is told of a ticket, where it comes first, so that it can lead to the ticket.
func (v *eventView) linkTicket(r store.Record) {
	if !strings.HasPrefix(r.Type, "ticket.") {
		return
	}
	d := decode[lobbyData](r)
	v.lead(d.Number, ticketPath(r.Station, d.Ticket, r.Placed), d.Ticket)
}

// lead takes a number out of what is told, where it comes first, so that it leads to a page; id is what that is of.
func (v *eventView) lead(number, link, id string) {
	rest, first := strings.CutPrefix(v.Told.Detail, number)
	if id == "" || number == "" || !first {
		return
	}
	v.Number, v.Link, v.Told.Detail = number, link, strings.TrimPrefix(rest, " · ")
}

// told puts a record into words, times of its data in the eye's own zone.
func (e eye) told(r record.Record) told {
	t := e.tell(r)
	if r.Type == record.MaintenanceBegan || r.Type == record.MaintenanceEnded {
		if d := (record.MaintenanceData{}); json.Unmarshal(r.Data, &d) == nil {
			t.Detail = shorten(e.maintenanceUntil(d, e.moment(d.Until).Text))
		}
	}
	if r.Type == record.TicketHeld {
		t.Detail = join(t.Detail, e.agreed(r))
	} else {
		t.Detail = join(e.agreed(r), t.Detail)
	}
	return t
}

// agreed is the time that an appointment is for, or that a clerk wants to be reminded at.
func (e eye) agreed(r record.Record) string {
	switch r.Type {
	case record.AppointmentBooked, record.AppointmentCancelled, record.AppointmentArrived, record.AppointmentMissed:
		if d := (record.AppointmentData{}); json.Unmarshal(r.Data, &d) == nil && !d.At.IsZero() {
			return e.t("detail.agreed", e.minute(d.At))
		}
	case record.TicketHeld:
		if d := (record.TicketHeldData{}); json.Unmarshal(r.Data, &d) == nil && d.Remind != nil {
			return e.t("detail.remind", e.minute(*d.Remind))
		}
	}
	return ""
}

// minute spells a time that people agreed on: nobody agrees on seconds.
func (e eye) minute(t time.Time) string {
	text := e.moment(t).Text
	return text[:max(0, len(text)-len(":00"))]
}

// alarmLevels from the gravest down.
var alarmLevels = []string{"critical", "major", "minor", "hint"}

// levelView is a level of alarms. Level is one of alarmLevels, or "major" for a level nobody here knows: better
// seen than missed. Count is 0 where a single alarm is meant.
type levelView struct {
	Level, Name string
	Count       int
}

func (e eye) levelView(level string) levelView {
	v := levelView{Level: level, Name: e.level(level)}
	if !slices.Contains(alarmLevels, level) {
		v.Level = "major"
	}
	return v
}

// decode reads the data of a record. What cannot be read is zero: an alarm with strange data is an alarm all the
// same.
func decode[T any](r store.Record) (d T) {
	_ = json.Unmarshal(r.Data, &d)
	return d
}

// countLevels counts alarms by level, gravest first, leaving out levels without any.
func (e eye) countLevels(alarms []store.Alarm) []levelView {
	var counts []levelView
	for _, a := range alarms {
		v := e.levelView(a.Level)
		i := slices.IndexFunc(counts, func(c levelView) bool { return c.Name == v.Name })
		if i < 0 {
			i = len(counts)
			counts = append(counts, v)
		}
		counts[i].Count++
	}
	slices.SortStableFunc(counts, func(a, b levelView) int { return gravity(a.Level) - gravity(b.Level) })
	return counts
}

// gravity orders levels, the gravest first.
func gravity(level string) int { return slices.Index(alarmLevels, level) }
