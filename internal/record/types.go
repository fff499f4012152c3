package record

import "time"

// Types of records and, beside each, the struct of its data. Types are open: head office stores and shows a
// record of a type it does not know like any other. Members are only ever added.
const (
	NodeStarted = "node.started" // NodeData; source "node"
	NodeStopped = "node.stopped" // NodeData; source "node"

	JournalReplaced = "journal.replaced" // JournalReplacedData; source "journal"

	ClockChanged = "clock.changed" // ClockChangedData; source "clock"

	DoorOpened = "door.opened" // DoorData; source is the door's point
	DoorClosed = "door.closed" // DoorData

	BadgePresented = "badge.presented" // BadgeData; source is the reader's point

	PointFailed    = "point.failed"    // PointData; source is the point
	PointRecovered = "point.recovered" // PointData

	AlarmRaised  = "alarm.raised"  // AlarmData; source is the point
	AlarmCleared = "alarm.cleared" // AlarmData

	TemperatureMeasured = "temperature.measured" // MeasurementData; stream telemetry; source is the point
	HumidityMeasured    = "humidity.measured"    // MeasurementData; stream telemetry

	ReplayEnded = "replay.ended" // ReplayEndedData; source is the point that a recording was played as

	TicketIssued = "ticket.issued" // TicketIssuedData; source "queue"
	TicketCalled = "ticket.called" // TicketCalledData; source "queue"
	TicketServed = "ticket.served" // TicketServedData; source "queue"
	TicketLeft   = "ticket.left"   // TicketLeftData; source "queue"

	TicketRecalled = "ticket.recalled" // TicketRecalledData; source "queue"

	SurveyAnswered = "survey.answered" // SurveyAnsweredData; source "survey"
)

// NodeData says which program of which version started or stopped.
type NodeData struct {
	Program string `json:"program"` // "agent" or "kiosk"
	Version string `json:"version"`
}

// JournalReplacedData says that the journal began a new epoch, and why: its file was damaged and has been set aside, or
// head office knows another history under the old epoch. It is the first event written in the new epoch; seqs go on
// from those of the old one.
type JournalReplacedData struct {
	SetAside string `json:"set_aside,omitempty"` // name of the old file inside the data folder, when there is one
	Reason   string `json:"reason"`
	Previous string `json:"previous,omitempty"` // epoch before, when it could be read
	// Recovered and Missing count records of both streams that were taken over from the old file and that were not.
	Recovered uint64 `json:"recovered,omitempty"`
	Missing   uint64 `json:"missing,omitempty"`
}

// ClockChangedData says that the wall clock was set, or began or ceased to be believed.
type ClockChangedData struct {
	// Step is by how many seconds the wall clock was moved against the time since boot; negative is back. 0 when only
	// the belief changed.
	Step float64 `json:"step"`
	// From and To are the wall time as it would have been and as it was set.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Clock is whether the wall time is believed from now on.
	Clock Clock `json:"clock"`
}

// DoorData goes with a change of a door contact.
type DoorData struct {
	// Initial is true when the state was read at start rather than seen to change.
	Initial bool `json:"initial,omitempty"`
}

// BadgeData goes with a badge held to a reader.
type BadgeData struct {
	Card string `json:"card"` // the card's number, masked but for its last four characters
}

// PointData goes with a point that failed (hardware missing or answering wrongly) or works again.
type PointData struct {
	Quality Quality `json:"quality"`
	Reason  string  `json:"reason,omitempty"`
}

// AlarmData goes with the beginning and the end of one alarm; the serial number ties the two together.
type AlarmData struct {
	Serial uint64  `json:"serial"` // counts from 1 per node
	Rule   string  `json:"rule"`   // name of the rule in the configuration, such as "high"
	Level  string  `json:"level"`  // "critical", "major", "minor" or "hint"
	Value  float64 `json:"value"`  // the measured value that decided
	Limit  float64 `json:"limit"`  // the limit of the rule
	Unit   string  `json:"unit"`
}

// MeasurementData is one good reading.
type MeasurementData struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // "°C", "%RH"
}

// ReplayEndedData goes with the end of a recording that was played to its last line.
type ReplayEndedData struct {
	File     string `json:"file"`     // name without folder
	Readings int    `json:"readings"` // how many were played
}

// TicketIssuedData goes with a ticket taken.
type TicketIssuedData struct {
	Ticket  string `json:"ticket"`            // internal id, unique within the node; the number on paper may repeat
	Number  string `json:"number"`            // what is printed and called, such as "A012"
	Service string `json:"service"`           // id of the service chosen
	Ahead   int    `json:"ahead"`             // customers waiting before this one at that moment
	Request string `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it
}

// TicketCalledData goes with a call to a counter.
type TicketCalledData struct {
	Ticket  string  `json:"ticket"`
	Number  string  `json:"number"`
	Service string  `json:"service"`
	Counter string  `json:"counter"`
	Wait    float64 `json:"wait"`              // seconds from issue to this call
	Request string  `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it
}

// TicketRecalledData goes with a repeated call of the customer already called to that counter.
type TicketRecalledData struct {
	Ticket  string `json:"ticket"`
	Number  string `json:"number"`
	Service string `json:"service"`
	Counter string `json:"counter"`
	Request string `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it
}

// TicketServedData goes with the end of a visit at a counter.
type TicketServedData struct {
	Ticket  string  `json:"ticket"`
	Number  string  `json:"number"`
	Service string  `json:"service"`
	Counter string  `json:"counter"`
	Wait    float64 `json:"wait"`              // seconds from issue to call
	Serving float64 `json:"serving"`           // seconds from call to end
	Request string  `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it
}

// TicketLeftData goes with a customer who is no longer waiting without having been served.
type TicketLeftData struct {
	Ticket  string  `json:"ticket"`
	Number  string  `json:"number"`
	Service string  `json:"service"`
	Wait    float64 `json:"wait"`              // seconds from issue to leaving
	Reason  string  `json:"reason"`            // "gave-up", "no-show" or "day-end"
	Counter string  `json:"counter,omitempty"` // counter that had called the customer, if one had
	Request string  `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it
}

// SurveyAnsweredData goes with one rating of one visit.
type SurveyAnsweredData struct {
	Score   int    `json:"score"`             // 5 very satisfied … 1 very dissatisfied
	Ticket  string `json:"ticket,omitempty"`  // internal id of the visit rated, when known
	Request string `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it
}
