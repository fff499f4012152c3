package record

import "time"

// Where a customer was asked or wrote: the touchscreen in the lobby, a terminal that asks for nothing but a face, the
// page on the customer's telephone, or a counter.
const (
	ChannelLobby     = "lobby"
	ChannelTerminal  = "terminal"
	ChannelTelephone = "telephone"
	ChannelCounter   = "counter"
)

// SurveyAnsweredData goes with one customer's answers to a questionnaire, about one visit when Ticket is there.
type SurveyAnsweredData struct {
	Score   int    `json:"score"`             // satisfaction as a whole: 5 very satisfied … 1 very dissatisfied
	Ticket  string `json:"ticket,omitempty"`  // internal id of the visit rated, when known
	Request string `json:"request,omitempty"` // id of the command that caused it; a repeated command is known by it

	// Service, Counter and Clerk are those of the visit's last service, when the visit is known.
	Service string `json:"service,omitempty"`
	Counter string `json:"counter,omitempty"`
	Clerk   string `json:"clerk,omitempty"`
	// Questionnaire and Version are the document that was asked; empty when only the score was. Answers are in the order of
	// its questions; one that was skipped is not there.
	Questionnaire string         `json:"questionnaire,omitempty"`
	Version       int            `json:"version,omitempty"`
	Answers       []SurveyAnswer `json:"answers,omitempty"`
	Channel       string         `json:"channel,omitempty"`  // "lobby", "terminal", "telephone" or "counter"
	Language      string         `json:"language,omitempty"` // in which it was asked, ISO 639-1
	// Suppressed is how many taps at the terminal were taken for the same hand's and not counted since the rating before.
	Suppressed int `json:"suppressed,omitempty"`
}

// SurveyAnswer is the answer to one question: a level or chosen options.
type SurveyAnswer struct {
	Question string   `json:"question"`          // its id in the document
	Score    int      `json:"score,omitempty"`   // 1 to 5 where the question asks for a level
	Options  []string `json:"options,omitempty"` // the ids of those chosen
}

// ComplaintData goes with what a customer complained about or suggested.
type ComplaintData struct {
	Complaint string   `json:"complaint"` // id, unique within the node
	Kind      string   `json:"kind"`      // "complaint", "suggestion" or "praise"
	Topic     string   `json:"topic"`     // id of one of the station's topics
	Details   []string `json:"details,omitempty"`
	Text      string   `json:"text,omitempty"`  // the customer's words, at most 1000 characters
	Phone     string   `json:"phone,omitempty"` // where the customer wants to be called back: digits, at most 15
	Ticket    string   `json:"ticket,omitempty"`
	Service   string   `json:"service,omitempty"`
	Channel   string   `json:"channel,omitempty"`
	Language  string   `json:"language,omitempty"`
	Request   string   `json:"request,omitempty"`
}

// CaseData goes with something that somebody has to see to: a bad rating, or a complaint.
type CaseData struct {
	Case     string     `json:"case"`               // id, unique within the node
	Number   string     `json:"number"`             // what the customer is told, such as "20261124-003"
	Cause    string     `json:"cause,omitempty"`    // "rating", "complaint" or "suggestion"
	From     string     `json:"from,omitempty"`     // id of the complaint, or the request or ticket of the rating
	Ticket   string     `json:"ticket,omitempty"`   // the visit that it is about
	Service  string     `json:"service,omitempty"`  // that visit's service
	Topic    string     `json:"topic,omitempty"`    // of the complaint
	Score    int        `json:"score,omitempty"`    // of the rating
	Owner    string     `json:"owner,omitempty"`    // who sees to it: a staff number, or a role such as "supervisor"
	Deadline *time.Time `json:"deadline,omitempty"` // by when
	By       string     `json:"by,omitempty"`       // the staff number of who did this
	Outcome  string     `json:"outcome,omitempty"`  // when closed: "settled", "unfounded", "duplicate" or "unreachable"
	Note     string     `json:"note,omitempty"`     // the owner's words
	Request  string     `json:"request,omitempty"`
}

// PrintData goes with a ticket on paper.
type PrintData struct {
	Ticket string `json:"ticket"`
	Number string `json:"number"`
	Copy   int    `json:"copy"`             // 1 for the first, more for reprints
	Length int    `json:"length,omitempty"` // of paper, in millimetres
	// Reason is why it is not known to be printed: "paper-out", "cover-open", "offline", "no-answer", "error", "late" or
	// "restart".
	Reason  string `json:"reason,omitempty"`
	Request string `json:"request,omitempty"`
}

// PaperData goes with a new roll of paper.
type PaperData struct {
	Length int    `json:"length"`       // in millimetres, as configured
	By     string `json:"by,omitempty"` // the staff number of who said so; empty when the printer's sensors did
	// Printed is how many millimetres were printed on the roll before.
	Printed int `json:"printed"`
}

// StaffActedData goes with what staff did at a machine of the station.
type StaffActedData struct {
	Staff  string `json:"staff"`
	Act    string `json:"act"`              // "unlocked", "paper", "reprint", "test-print", "restart", "shut-down" or "leave"
	Detail string `json:"detail,omitempty"` // such as the number reprinted
}

// ScreenData goes with a picture of the screen that head office asked for.
type ScreenData struct {
	Width  int `json:"width"` // of the screen, in pixels; the picture may be smaller
	Height int `json:"height"`
	// Masked is true when what a customer was typing is painted over.
	Masked bool `json:"masked,omitempty"`
	// Screen is the name of what was shown, such as "home".
	Screen  string `json:"screen,omitempty"`
	Image   []byte `json:"image"` // PNG, at most 40 kB
	By      string `json:"by"`
	Request string `json:"request"` // id of the command
}
