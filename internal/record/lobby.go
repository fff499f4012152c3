package record

import "time"

// Quote is what a waiting customer is told about the wait that remains.
type Quote struct {
	// Ahead is how many customers are to be called before this one.
	Ahead int `json:"ahead"`
	// Low and High are the ends of the interval, in seconds from the time of the record, that holds the call with a
	// probability of 80 %; Expected is the median. All are 0 when Known is false: too little is known for a promise.
	Low      float64 `json:"low,omitempty"`
	Expected float64 `json:"expected,omitempty"`
	High     float64 `json:"high,omitempty"`
	Known    bool    `json:"known"`
}

// Leg is a further service of a visit.
type Leg struct {
	Service string `json:"service"`
	Counter string `json:"counter,omitempty"` // the one counter that it is for; empty for any
}

// TicketIssuedData goes with a ticket taken.
type TicketIssuedData struct {
	Ticket  string `json:"ticket"`            // internal id, unique within the node; the number on paper may repeat
	Number  string `json:"number"`            // what is printed and called, such as "A012"
	Service string `json:"service"`           // id of the service chosen
	Ahead   int    `json:"ahead"`             // customers waiting before this one at that moment
	Class   string `json:"class,omitempty"`   // id of the customer's class, such as "senior"; empty for the ordinary one
	Request string `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it

	Appointment string     `json:"appointment,omitempty"` // id of the appointment that it is for
	Booked      *time.Time `json:"booked,omitempty"`      // and the time that was agreed
	// Visit is the ticket that this one was split from, when it was, and Counter where that was done.
	Visit   string `json:"visit,omitempty"`
	Counter string `json:"counter,omitempty"`
	// Person tells people apart whose tickets are counted; a keyed hash, never a number that somebody has elsewhere.
	Person string `json:"person,omitempty"`
	Rest   []Leg  `json:"rest,omitempty"`  // the services that come after this one in the same visit
	Quote  *Quote `json:"quote,omitempty"` // what the customer was told about the wait
}

// TicketCalledData goes with a call to a counter.
type TicketCalledData struct {
	Ticket  string  `json:"ticket"`
	Number  string  `json:"number"`
	Service string  `json:"service"`
	Counter string  `json:"counter"`
	Clerk   string  `json:"clerk,omitempty"`   // staff number of who called
	Wait    float64 `json:"wait"`              // seconds from entering this service's queue to this call
	Rule    string  `json:"rule,omitempty"`    // the calling rule by which it was this ticket's turn; "chosen" when a clerk chose it
	Lane    string  `json:"lane,omitempty"`    // the lane of that rule's weights that the call is counted for
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

// TicketServedData goes with the end of a service at a counter. When a further service of the visit follows, Next says
// which, and the ticket waits for that.
type TicketServedData struct {
	Ticket  string  `json:"ticket"`
	Number  string  `json:"number"`
	Service string  `json:"service"`
	Counter string  `json:"counter"`
	Clerk   string  `json:"clerk,omitempty"`   // staff number of who served
	Wait    float64 `json:"wait"`              // seconds from entering this service's queue to call
	Serving float64 `json:"serving"`           // seconds from call to end
	Outcome string  `json:"outcome,omitempty"` // id of one of the station's outcomes, such as "done" or "papers-missing"
	Note    string  `json:"note,omitempty"`    // the clerk's words
	Next    *Leg    `json:"next,omitempty"`    // the service that the ticket waits for now
	Request string  `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it
}

// TicketLeftData goes with a customer who is no longer waiting without having been served.
type TicketLeftData struct {
	Ticket  string  `json:"ticket"`
	Number  string  `json:"number"`
	Service string  `json:"service"`
	Wait    float64 `json:"wait"`              // seconds from entering this service's queue to leaving
	Reason  string  `json:"reason"`            // "gave-up", "no-show", "hold-ended" or "day-end"
	Counter string  `json:"counter,omitempty"` // counter that had called the customer, if one had
	Request string  `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it
}

// TicketReturnedData goes with a called customer who was sent back to wait.
type TicketReturnedData struct {
	Ticket  string `json:"ticket"`
	Number  string `json:"number"`
	Service string `json:"service"`
	Counter string `json:"counter"`
	// Place is where: 0 in front, n behind the nth waiting customer of the service, -1 at the end.
	Place int `json:"place"`
	// Turn is the time as of which the ticket counts as waiting from now on.
	Turn    time.Time `json:"turn"`
	Request string    `json:"request,omitempty"`
}

// TicketHeldData goes with a called customer who is set aside, to be called again when something is done.
type TicketHeldData struct {
	Ticket  string     `json:"ticket"`
	Number  string     `json:"number"`
	Service string     `json:"service"`
	Counter string     `json:"counter"`
	Reason  string     `json:"reason"`           // the clerk's words, such as "fills in the form"
	Remind  *time.Time `json:"remind,omitempty"` // when the clerk wants to be reminded
	Request string     `json:"request,omitempty"`
}

// TicketTransferredData goes with a customer sent on from a counter to another service or counter.
type TicketTransferredData struct {
	Ticket  string  `json:"ticket"`
	Number  string  `json:"number"`
	From    string  `json:"from"`    // the service until now
	Service string  `json:"service"` // the service that the ticket waits for now
	Counter string  `json:"counter"` // where the customer was
	Clerk   string  `json:"clerk,omitempty"`
	To      string  `json:"to,omitempty"`   // the one counter that the ticket waits for; empty for any
	Back    bool    `json:"back,omitempty"` // comes back to Counter for From afterwards
	Wait    float64 `json:"wait"`           // seconds from entering From's queue to call
	Serving float64 `json:"serving"`        // seconds from call to transfer
	// Turn is the time as of which the ticket counts as waiting from now on.
	Turn    time.Time `json:"turn"`
	Note    string    `json:"note,omitempty"`
	Request string    `json:"request,omitempty"`
}

// TicketClassedData goes with a waiting customer who was put into another class.
type TicketClassedData struct {
	Ticket  string `json:"ticket"`
	Number  string `json:"number"`
	Class   string `json:"class,omitempty"` // empty: the ordinary one
	Request string `json:"request,omitempty"`
}

// TicketUndoneData goes with the last action of a counter taken back. The tickets it concerned are as before it.
type TicketUndoneData struct {
	Counter string `json:"counter"`
	Clerk   string `json:"clerk,omitempty"`
	Action  string `json:"action"`           // what is taken back: "call", "finish", "no-show", "return", "hold", "transfer", "split"
	Ticket  string `json:"ticket"`           // that the action was about
	Number  string `json:"number"`           // of that ticket
	Undone  string `json:"undone,omitempty"` // the request id of the action, when it had one
	Request string `json:"request,omitempty"`
}

// TicketQuote is a quote told to the holder of a ticket.
type TicketQuote struct {
	Ticket string `json:"ticket"`
	Quote
}

// QueueQuotedData goes with waiting customers who are told something new about their wait.
type QueueQuotedData struct {
	Quotes []TicketQuote `json:"quotes"`
}

// CounterData goes with a counter that begins, interrupts or ends its work.
type CounterData struct {
	Counter  string   `json:"counter"`
	Clerk    string   `json:"clerk,omitempty"`    // staff number
	Services []string `json:"services,omitempty"` // the ids of those that the clerk serves there; empty for all of the counter's
	Reason   string   `json:"reason,omitempty"`   // why it is interrupted or closed: "break", "back-office", "shift-over", "no-page" or words
	Request  string   `json:"request,omitempty"`
}

// AppointmentData goes with what becomes of an appointment.
type AppointmentData struct {
	Appointment string    `json:"appointment"` // id, unique within the station
	Service     string    `json:"service"`
	At          time.Time `json:"at"`               // the time agreed
	Name        string    `json:"name,omitempty"`   // of the customer, masked: "王**"
	Code        string    `json:"code,omitempty"`   // what the customer was given to arrive with; only when booked
	Phone       string    `json:"phone,omitempty"`  // last digits of the telephone number, at most four; only when booked
	Origin      string    `json:"origin,omitempty"` // "head-office" or the staff number of who booked it by hand
	Ticket      string    `json:"ticket,omitempty"` // the ticket issued at arrival
	Late        float64   `json:"late,omitempty"`   // seconds between the time agreed and the arrival; negative is early
	Reason      string    `json:"reason,omitempty"` // why it was cancelled
	Request     string    `json:"request,omitempty"`
}

// StaffData goes with somebody of the staff who logs in or out, or is refused.
type StaffData struct {
	Staff   string `json:"staff"`             // staff number, as far as it is known; of a refusal, only one that exists
	Role    string `json:"role,omitempty"`    // "clerk", "reception" or "supervisor"
	Counter string `json:"counter,omitempty"` // where
	Method  string `json:"method,omitempty"`  // "pin" or "badge"
	Reason  string `json:"reason,omitempty"`  // why out or refused: "shift-over", "wrong-pin", "unknown", "too-many-attempts", …
	// Session ties a log-in to its end. Ends is when it ends by itself.
	Session string     `json:"session,omitempty"`
	Ends    *time.Time `json:"ends,omitempty"`
}

// PageFailedData goes with an error in a web page of the station's, as the browser reported it. Its texts come from
// outside: at most 500 characters each.
type PageFailedData struct {
	Message string `json:"message"`
	Where   string `json:"where,omitempty"`   // file, line and column
	Browser string `json:"browser,omitempty"` // as it calls itself
	Times   int    `json:"times,omitempty"`   // how often, when the same error came again and again
}
