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

	InputActivated = "input.activated" // InputData; source is the input's point
	InputRested    = "input.rested"    // InputData

	AccessGranted = "access.granted" // AccessData; source is the door's point
	AccessDenied  = "access.denied"  // AccessData
	AccessUnused  = "access.unused"  // AccessData: granted, and the door was not opened

	PassbackForgiven = "passback.forgiven" // AccessData: anti-passback does not judge the person's next badge; source "access" or a point

	RegisterEntered = "register.entered" // RegisterData; source is the area's point
	RegisterLeft    = "register.left"    // RegisterData

	ModeChanged = "mode.changed" // ModeData; source is the door's point

	MaintenanceBegan = "maintenance.began" // MaintenanceData; source is the point or "maintenance"
	MaintenanceEnded = "maintenance.ended" // MaintenanceData

	ConfigApplied = "config.applied" // ConfigData; source "config"
	ConfigRefused = "config.refused" // ConfigData; source "config"

	CommandExecuted = "command.executed" // CommandData; source is the command's point or "command"
	CommandRefused  = "command.refused"  // CommandData

	PointFailed    = "point.failed"    // PointData; source is the point
	PointRecovered = "point.recovered" // PointData

	AlarmRaised  = "alarm.raised"  // AlarmData; source is the point
	AlarmCleared = "alarm.cleared" // AlarmData

	AlarmRepeated = "alarm.repeated" // AlarmData: an alarm that stays raised because it comes and goes; Times counts

	TemperatureMeasured = "temperature.measured" // MeasurementData; stream telemetry; source is the point
	HumidityMeasured    = "humidity.measured"    // MeasurementData; stream telemetry

	ReplayEnded = "replay.ended" // ReplayEndedData; source is the point that a recording was played as

	TicketIssued = "ticket.issued" // TicketIssuedData; source "queue"
	TicketCalled = "ticket.called" // TicketCalledData; source "queue"
	TicketServed = "ticket.served" // TicketServedData; source "queue"
	TicketLeft   = "ticket.left"   // TicketLeftData; source "queue"

	TicketRecalled    = "ticket.recalled"    // TicketRecalledData; source "queue"
	TicketReturned    = "ticket.returned"    // TicketReturnedData; source "queue"
	TicketHeld        = "ticket.held"        // TicketHeldData; source "queue"
	TicketTransferred = "ticket.transferred" // TicketTransferredData; source "queue"
	TicketClassed     = "ticket.classed"     // TicketClassedData; source "queue"
	TicketUndone      = "ticket.undone"      // TicketUndoneData; source "queue"

	QueueQuoted = "queue.quoted" // QueueQuotedData; source "queue"

	CounterOpened  = "counter.opened"  // CounterData; source "queue"
	CounterPaused  = "counter.paused"  // CounterData; source "queue"
	CounterResumed = "counter.resumed" // CounterData; source "queue"
	CounterClosed  = "counter.closed"  // CounterData; source "queue"

	AppointmentBooked    = "appointment.booked"    // AppointmentData; source "appointments"
	AppointmentCancelled = "appointment.cancelled" // AppointmentData; source "appointments"
	AppointmentArrived   = "appointment.arrived"   // AppointmentData; source "appointments"
	AppointmentMissed    = "appointment.missed"    // AppointmentData; source "appointments"

	StaffLoggedIn  = "staff.logged-in"  // StaffData; source "staff"
	StaffLoggedOut = "staff.logged-out" // StaffData; source "staff"
	StaffDenied    = "staff.denied"     // StaffData; source "staff"

	PageFailed = "page.failed" // PageFailedData; source is the page, such as "counter"

	SurveyAnswered = "survey.answered" // SurveyAnsweredData; source "survey"

	ComplaintFiled = "complaint.filed" // ComplaintData; source "complaint"

	CaseOpened   = "case.opened"   // CaseData; source "cases"
	CaseAssigned = "case.assigned" // CaseData: Owner, and with it Deadline, are those from now on
	CaseNoted    = "case.noted"    // CaseData
	CaseOverdue  = "case.overdue"  // CaseData: open at its deadline
	CaseClosed   = "case.closed"   // CaseData

	TicketPrinted   = "ticket.printed"   // PrintData; source "printer"
	TicketUnprinted = "ticket.unprinted" // PrintData: paper was wanted, and what became of it is not known to be good
	PaperReplaced   = "paper.replaced"   // PaperData; source "printer"

	StaffActed = "staff.acted" // StaffActedData; source is where, such as "kiosk"

	ScreenCaptured = "screen.captured" // ScreenData; source "screen"
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

// InputData goes with a dry contact that left its state of rest, or came back to it.
type InputData struct {
	Kind string `json:"kind"` // "bolt", "request-to-exit", "tamper", "leak", "smoke", "mains" or one of the installer's
	// Initial is true when the state was found rather than seen to change.
	Initial bool `json:"initial,omitempty"`
}

// AccessData goes with a decision about a door.
type AccessData struct {
	Reader    string `json:"reader,omitempty"`    // point of the badge reader, when one was used
	Direction string `json:"direction,omitempty"` // "in" or "out"
	// Method is how it was asked for: "card", "card+pin", "card+purpose", "two-card", "request-to-exit" or "command".
	Method string `json:"method,omitempty"`
	Card   string `json:"card,omitempty"` // the card's number, masked but for its last four characters
	// Hash is the keyed hash of the card's number, by which it can be enrolled; only of a card that is not known.
	Hash    string `json:"hash,omitempty"`
	Person  string `json:"person,omitempty"` // id of the card's holder
	Name    string `json:"name,omitempty"`   // of the holder, as the document says
	Second  string `json:"second,omitempty"` // id of the second person, where two are needed
	Visitor bool   `json:"visitor,omitempty"`
	Purpose string `json:"purpose,omitempty"` // what a visitor is there for: a work order's number, or words
	// Reason is why access was denied; the words are those of package access.
	Reason string `json:"reason,omitempty"`
	// Remarks are rules that were broken without denying access, such as a soft anti-passback.
	Remarks []string `json:"remarks,omitempty"`
	// Unlocked is for how many seconds the door was unlocked, unless it is opened before.
	Unlocked float64 `json:"unlocked,omitempty"`
	// Attempts is how many wrong cards, PINs and work orders in a row this was at the reader, and PersonAttempts with the
	// cards of the person; 0 when access was denied for another reason.
	Attempts       int    `json:"attempts,omitempty"`
	PersonAttempts int    `json:"person_attempts,omitempty"`
	By             string `json:"by,omitempty"`      // who gave the command
	Request        string `json:"request,omitempty"` // id of the command
}

// RegisterData goes with a person who entered or left an area. Visit ties the two together.
type RegisterData struct {
	Visit   string    `json:"visit"` // unique within the node
	Person  string    `json:"person"`
	Name    string    `json:"name,omitempty"`
	Card    string    `json:"card,omitempty"` // masked
	Visitor bool      `json:"visitor,omitempty"`
	Purpose string    `json:"purpose,omitempty"`
	Door    string    `json:"door,omitempty"` // the door gone through; empty when none was
	Since   time.Time `json:"since"`          // when the person entered
	Inside  float64   `json:"inside"`         // seconds inside, when leaving
	// How is "badge", or why the visit was closed without one: "rule" (longer inside than anybody stays), "entered-again",
	// "left-outer" (seen leaving the area around), "forgiven" or "command". A visit not closed by a badge is marked by this.
	How string `json:"how,omitempty"`
}

// ModeData goes with a door that follows other rules than badges.
type ModeData struct {
	Mode    string `json:"mode"` // "normal", "unlocked", "released" (emergency) or "lockdown"
	By      string `json:"by,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Request string `json:"request,omitempty"` // id of the command
}

// MaintenanceData goes with a time in which alarms of some points are not raised.
type MaintenanceData struct {
	Points []string  `json:"points,omitempty"` // points, or beginnings of points up to a "/"; empty means all
	By     string    `json:"by"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason,omitempty"`
}

// ConfigData goes with documents from head office that were put into force or refused.
type ConfigData struct {
	Version   uint64   `json:"version"`
	Documents []string `json:"documents,omitempty"` // their names
	By        string   `json:"by,omitempty"`
	Reason    string   `json:"reason,omitempty"` // why they were refused
}

// CommandData goes with a command of head office that was carried out or not.
type CommandData struct {
	ID      string    `json:"id"`
	Verb    string    `json:"verb"`
	By      string    `json:"by"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
	Outcome string    `json:"outcome"` // one of the outcomes of Result
	Reason  string    `json:"reason,omitempty"`
}

// AlarmData goes with the beginning and the end of one alarm; the serial number ties the two together.
type AlarmData struct {
	Serial uint64  `json:"serial"` // counts from 1 per node
	Rule   string  `json:"rule"`   // name of the rule in the configuration, such as "high"
	Level  string  `json:"level"`  // "critical", "major", "minor" or "hint"
	Value  float64 `json:"value"`  // the measured value that decided
	Limit  float64 `json:"limit"`  // the limit of the rule
	Unit   string  `json:"unit"`
	// Kind is what was watched; empty means "limit". "rate" is a change per hour, "drift" a departure from what is usual
	// (Limit is then the edge of the usual), "quality" a point that is stale or faulty, "condition" one that is or is not,
	// such as a forced door. The last two have no value.
	Kind   string `json:"kind,omitempty"`
	Reason string `json:"reason,omitempty"`
	Times  uint64 `json:"times,omitempty"` // how often it came and went within this one alarm
	// Inhibited is who had put the point into maintenance when the alarm was ended for that.
	Inhibited string `json:"inhibited,omitempty"`
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
