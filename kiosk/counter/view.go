package counter

import "time"

// The JSON of the API. Times are RFC 3339 in UTC, lengths of time are seconds. A list is there when it is empty too.

// view is the hall as every page sees it.
type view struct {
	// Now is the kiosk's time, by which the page counts: its own clock may be wrong.
	Now      time.Time     `json:"now"`
	Day      string        `json:"day"`
	Services []serviceView `json:"services"`
	Counters []counterView `json:"counters"`
	// Waiting are in order of their turn, Held in the order in which they were held.
	Waiting   []ticketView       `json:"waiting"`
	Held      []ticketView       `json:"held"`
	Announced []announcementView `json:"announced"`
	Today     todayView          `json:"today"`
	// Quotes says how true the waits were that customers of today were told; null while none could be judged.
	Quotes *scoreView `json:"quotes"`
	// Appointments count today's list; a page with the list fetches it again when they change.
	Appointments appointmentCounts `json:"appointments"`
	Notices      []noticeView      `json:"notices"`
}

type serviceView struct {
	ID     string `json:"id"`
	Prefix string `json:"prefix"`
	Group  string `json:"group,omitempty"`
	NameZh string `json:"name_zh"`
	NameEn string `json:"name_en"`
	// Open until Until, or closed until Next; null when there is no such time.
	Open  bool       `json:"open"`
	Until *time.Time `json:"until"`
	Next  *time.Time `json:"next"`
	// Full: no more tickets today, or in this part of the day.
	Full    bool `json:"full"`
	Waiting int  `json:"waiting"`
	Ahead   int  `json:"ahead"`
	// Longest is how long the one has waited who has waited longest.
	Longest float64     `json:"longest"`
	Target  *targetView `json:"target"`
	Today   serviceDay  `json:"today"`
	// Quote is for a customer who came now; null when nothing is known.
	Quote *quoteView `json:"quote"`
}

// targetView is a service level: Share of the customers are called Within seconds.
type targetView struct {
	Within float64 `json:"within"`
	Share  float64 `json:"share"`
}

// serviceDay counts the tickets of one service today. Within were called within the target's time.
type serviceDay struct {
	Issued   int     `json:"issued"`
	Served   int     `json:"served"`
	Left     int     `json:"left"`
	Within   int     `json:"within"`
	MeanWait float64 `json:"mean_wait"`
}

// quoteView is what is told about a wait. While Known is false only Ahead may be told. Minutes are what people read: from
// the first to the second.
type quoteView struct {
	Ahead    int     `json:"ahead"`
	Known    bool    `json:"known"`
	Low      float64 `json:"low"`
	Expected float64 `json:"expected"`
	High     float64 `json:"high"`
	Minutes  [2]int  `json:"minutes"`
}

type counterView struct {
	ID     string `json:"id"`
	NameZh string `json:"name_zh"`
	NameEn string `json:"name_en"`
	// Services are the ids of those it serves; Offered of those that it calls now.
	Services []string `json:"services"`
	Offered  []string `json:"offered"`
	// State is "closed", "open" or "paused", since Since, for Reason.
	State  string     `json:"state"`
	Since  *time.Time `json:"since"`
	Reason string     `json:"reason,omitempty"`
	// Last is the end of its last service; null when it had none today.
	Last *time.Time `json:"last"`
	// Clerk is the staff number of who works there, ClerkName what the roster calls them.
	Clerk     string `json:"clerk,omitempty"`
	ClerkName string `json:"clerk_name,omitempty"`
	// Waiting is how many wait that it may call, Next the ids of up to five in the order in which it would.
	Waiting int         `json:"waiting"`
	Next    []string    `json:"next"`
	Ticket  *ticketView `json:"ticket"`
	// Undo is what can be taken back, for a short time; null when nothing can.
	Undo  *undoView  `json:"undo"`
	Today counterDay `json:"today"`
}

type undoView struct {
	Action string    `json:"action"` // "call", "finish", "no-show", "return", "hold", "transfer" or "split"
	Ticket string    `json:"ticket"`
	Number string    `json:"number"`
	Until  time.Time `json:"until"`
}

// counterDay counts what was done at a counter today. Worked is with customers, Mean with each.
type counterDay struct {
	Served int     `json:"served"`
	Worked float64 `json:"worked"`
	Mean   float64 `json:"mean"`
}

type ticketView struct {
	ID      string `json:"id"`
	Number  string `json:"number"`
	Service string `json:"service"`
	Class   string `json:"class,omitempty"`
	Status  string `json:"status"` // "waiting", "called", "held", "served" or "left"
	// Ahead is how many were to be called before it when it was taken; Before how many would be now, for one that waits.
	Ahead  int       `json:"ahead"`
	Before int       `json:"before"`
	Issued time.Time `json:"issued"`
	// Entered is when it began to wait for this service; Turn as of when it counts as waiting.
	Entered     *time.Time `json:"entered,omitempty"`
	Turn        *time.Time `json:"turn,omitempty"`
	Counter     string     `json:"counter,omitempty"`
	Clerk       string     `json:"clerk,omitempty"`
	Called      *time.Time `json:"called,omitempty"`
	Recalls     int        `json:"recalls,omitempty"`
	Appointment string     `json:"appointment,omitempty"`
	Booked      *time.Time `json:"booked,omitempty"`
	Visit       string     `json:"visit,omitempty"` // the ticket that it was split from
	For         string     `json:"for,omitempty"`   // the only counter that may call it
	// Rest are the services that come after this one; Stages those behind it.
	Rest    []legView   `json:"rest,omitempty"`
	Stages  []stageView `json:"stages,omitempty"`
	Outcome string      `json:"outcome,omitempty"`
	Note    string      `json:"note,omitempty"`
	Reason  string      `json:"reason,omitempty"` // why it was left
	// HoldReason is why it is held, and Remind when the clerk wants to be reminded.
	HoldReason string     `json:"hold_reason,omitempty"`
	Remind     *time.Time `json:"remind,omitempty"`
	// Quote is what was told last, as of now; null when nothing is known.
	Quote *quoteView `json:"quote,omitempty"`
	// Page is the address of the ticket's own page, for the customer's telephone; only of one that was just taken.
	Page string `json:"page,omitempty"`
}

type legView struct {
	Service string `json:"service"`
	Counter string `json:"counter,omitempty"`
}

type stageView struct {
	Service string     `json:"service"`
	Counter string     `json:"counter"`
	Clerk   string     `json:"clerk,omitempty"`
	Entered *time.Time `json:"entered,omitempty"`
	Called  *time.Time `json:"called,omitempty"`
	Ended   *time.Time `json:"ended,omitempty"`
	Outcome string     `json:"outcome,omitempty"`
	Note    string     `json:"note,omitempty"`
}

// announcementView is one call, newest first. Serial grows for ever.
type announcementView struct {
	Serial    uint64    `json:"serial"`
	Ticket    string    `json:"ticket"`
	Number    string    `json:"number"`
	Service   string    `json:"service"`
	Counter   string    `json:"counter"`
	At        time.Time `json:"at"`
	Again     bool      `json:"again,omitempty"`
	Withdrawn bool      `json:"withdrawn,omitempty"`
}

type todayView struct {
	Issued   int     `json:"issued"`
	Served   int     `json:"served"`
	Left     int     `json:"left"`
	MeanWait float64 `json:"mean_wait"` // of those served
}

// scoreView judges what customers were told. Bias above 0 means that they waited less long than that.
type scoreView struct {
	N        int     `json:"n"`
	Mean     float64 `json:"mean"` // absolute error
	Bias     float64 `json:"bias"`
	Coverage float64 `json:"coverage"` // share whose wait was within the range
}

// surveyView counts today's ratings. It is for supervisors: a clerk who saw the mean change after a visit would know what
// that customer said.
type surveyView struct {
	Count int `json:"count"`
	// Mean is null when there is no rating.
	Mean *float64 `json:"mean"`
}

type noticeView struct {
	ID string `json:"id"`
	Zh string `json:"zh"`
	En string `json:"en"`
}

type appointmentCounts struct {
	Booked    int `json:"booked"` // expected still
	Arrived   int `json:"arrived"`
	Missed    int `json:"missed"`
	Cancelled int `json:"cancelled"`
}

// appointmentsView is the list of a day, in order of the times agreed.
type appointmentsView struct {
	Day          string            `json:"day"`
	Appointments []appointmentView `json:"appointments"`
}

type appointmentView struct {
	ID      string     `json:"id"`
	Service string     `json:"service"`
	At      time.Time  `json:"at"`
	Name    string     `json:"name,omitempty"`  // masked
	Code    string     `json:"code,omitempty"`  // what the customer was given to arrive with
	Phone   string     `json:"phone,omitempty"` // last digits
	Arrival *time.Time `json:"arrival,omitempty"`
	Status  string     `json:"status"` // "booked", "arrived", "missed" or "cancelled"
	Ticket  string     `json:"ticket,omitempty"`
	Origin  string     `json:"origin,omitempty"` // "head-office", or the staff number of who booked it
	Reason  string     `json:"reason,omitempty"` // why it was cancelled
}

// meView is who asks, and what they may. Without a roster Login is false and the role is supervisor.
type meView struct {
	Login bool `json:"login"`
	// Staff is the staff number, Name what the roster calls them, Role "clerk", "reception" or "supervisor".
	Staff string `json:"staff,omitempty"`
	Name  string `json:"name,omitempty"`
	Role  string `json:"role"`
	// Counter is the session's own; Counters are those that they may work at, Services what they serve: ids.
	Counter  string   `json:"counter,omitempty"`
	Counters []string `json:"counters"`
	Services []string `json:"services"`
	// Ends is when the session ends; null for never. Ending says that it ends as soon as the customer at the counter is
	// finished, and calls nobody.
	Ends   *time.Time `json:"ends"`
	Ending bool       `json:"ending,omitempty"`
}

// supervisorView is what a supervisor sees besides the queue.
type supervisorView struct {
	Now    time.Time    `json:"now"`
	Levels []levelView  `json:"levels"`
	Advice []adviceView `json:"advice"`
	Staff  []onDuty     `json:"staff"`
	Survey surveyView   `json:"survey"`
}

// casesView is what somebody has to see to: what is due first in front, and what was closed last.
type casesView struct {
	Now     time.Time  `json:"now"`
	Overdue int        `json:"overdue"` // how many of the open ones are past their deadline
	Open    []caseView `json:"open"`
	Ended   []caseView `json:"ended"`
}

// caseView is a case. Reasons, Topic and Details are ids of the page's names; what is not known is left out.
type caseView struct {
	ID        string       `json:"id"`
	Number    string       `json:"number"`
	Cause     string       `json:"cause"` // "rating", "complaint", "suggestion" or "praise"
	Service   string       `json:"service,omitempty"`
	Score     int          `json:"score,omitempty"`
	Reasons   []string     `json:"reasons"` // chosen with the rating: "question/option"
	Topic     string       `json:"topic,omitempty"`
	Details   []string     `json:"details"`
	Text      string       `json:"text,omitempty"`
	Phone     string       `json:"phone,omitempty"`
	Language  string       `json:"language,omitempty"`
	Owner     string       `json:"owner"` // a staff number, or a role
	OwnerName string       `json:"owner_name,omitempty"`
	Opened    time.Time    `json:"opened"`
	Deadline  *time.Time   `json:"deadline"`
	Overdue   bool         `json:"overdue"`
	Remarks   []remarkView `json:"remarks"`
	Ended     *time.Time   `json:"ended"`
	Outcome   string       `json:"outcome,omitempty"`
}

// remarkView is what was done about a case.
type remarkView struct {
	At        time.Time `json:"at"`
	By        string    `json:"by,omitempty"`
	ByName    string    `json:"by_name,omitempty"`
	What      string    `json:"what"` // type of the record, such as "case.noted"
	Owner     string    `json:"owner,omitempty"`
	OwnerName string    `json:"owner_name,omitempty"`
	Outcome   string    `json:"outcome,omitempty"`
	Text      string    `json:"text,omitempty"`
}

// levelView is how a service does against its target; Agreed is false when the station has none, and the usual one is
// taken. Late wait longer than the target's time already. Arrivals are those of the last half hour, Serving is the mean
// time that serving one takes.
type levelView struct {
	Service  string    `json:"service"`
	Within   float64   `json:"within"`
	Share    float64   `json:"share"` // wanted, 0 to 1
	Agreed   bool      `json:"agreed"`
	Met      bool      `json:"met"`
	Today    shareView `json:"today"`
	Recent   shareView `json:"recent"` // of the last half hour
	Waiting  int       `json:"waiting"`
	Late     int       `json:"late"`
	Longest  float64   `json:"longest"`
	Arrivals int       `json:"arrivals"`
	Serving  float64   `json:"serving"`
}

// shareView is how many of the called were called in time. Share is null when nobody was called.
type shareView struct {
	Called int      `json:"called"`
	Within int      `json:"within"`
	Share  *float64 `json:"share"`
}

// adviceView suggests to open or close a counter, and the numbers that speak for it: those of package staffing. Service
// may be empty when a counter is to be closed.
type adviceView struct {
	Action   string      `json:"action"` // "open" or "close"
	Counter  string      `json:"counter"`
	Service  string      `json:"service,omitempty"`
	Reason   string      `json:"reason"` // "nobody-serves", "queue-too-long", "too-many-come" or "not-needed"
	Since    time.Time   `json:"since"`
	Within   float64     `json:"within"`
	Share    float64     `json:"share"`
	Waiting  int         `json:"waiting"`
	Arrivals int         `json:"arrivals"`
	Serving  float64     `json:"serving"`
	Open     int         `json:"open"`
	Now      outlookView `json:"now"`
	Then     outlookView `json:"then"` // when it is followed
}

// outlookView is what is to be expected within the next half hour: the share called in time, and the mean wait.
type outlookView struct {
	Share float64 `json:"share"`
	Wait  float64 `json:"wait"`
}

// onDuty is one session.
type onDuty struct {
	Staff   string     `json:"staff"`
	Name    string     `json:"name"`
	Role    string     `json:"role"`
	Counter string     `json:"counter,omitempty"`
	Since   time.Time  `json:"since"`
	Ends    *time.Time `json:"ends"`
	Ending  bool       `json:"ending,omitempty"`
}
