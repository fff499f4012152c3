package queue

import "time"

// Command is something that a customer, a clerk or the station wants done.
//
// Request, where a command has it, is an id that the sender makes for the intent, not for the attempt: 1 to 64 letters,
// digits and "_.:/-". The same id again changes nothing and is answered as the first time. It is remembered for this
// and the previous day of work. Without it, a repetition is a new command.
//
// Ticket, where a command to a counter has it, is the one that the clerk means: another one at the counter is an error.
// Empty means whichever the counter has.
type Command interface {
	// known is how the command is recognised when it is repeated.
	known() (request string, what verb, subject string)
	// decide says what the command causes in a state whose day is that of the decision.
	decide(s *State, now instant) (Decision, error)
}

// verb is the kind of a command as far as a repetition has to match it.
type verb string

const (
	verbTake     verb = "take"
	verbCall     verb = "call"
	verbRecall   verb = "recall"
	verbFinish   verb = "finish"
	verbNoShow   verb = "no-show"
	verbReturn   verb = "return"
	verbHold     verb = "hold"
	verbTransfer verb = "transfer"
	verbSplit    verb = "split"
	verbClass    verb = "class"
	verbLeave    verb = "leave"
	verbUndo     verb = "undo"
	verbOpen     verb = "open"
	verbPause    verb = "pause"
	verbResume   verb = "resume"
	verbClose    verb = "close"
)

// Take takes a ticket for a service.
type Take struct {
	Request string
	Service string
	// Class is the id of the customer's class; "" is the ordinary one.
	Class string
	// Nonce makes the ticket's id unique even where the clock and the numbers begin anew: 1 to 16 small letters and
	// digits, random or otherwise never used twice for the same day and number.
	Nonce string
	// Person tells people apart whose tickets are counted: a keyed hash, at most 64 bytes. "" is not counted.
	Person string
	// Visit is the ticket that this one belongs to, when the customer has one already.
	Visit string
	// Appointment is the one that the customer comes for. Such a ticket is given also outside the hours and beyond the
	// caps of the service: its check-in window has decided.
	Appointment *Booking
	// Rest are the services that come after this one in the same visit.
	Rest []Leg
	// Quote is what the customer is told about the wait.
	Quote *Quote
}

// Booking is an appointment for which a customer has come.
type Booking struct {
	ID string
	At time.Time
}

// Call calls a customer to a counter. A closed counter is opened by it.
type Call struct {
	Request string
	Counter string
	// Clerk is the staff number of who calls; "" means the one who opened the counter.
	Clerk string
	// Ticket is the one to call, waiting or on hold; "" means the next one by the counter's rules.
	Ticket string
	// Finish is the ticket that the counter still has, to be finished in the same moment with Outcome and Note. Without
	// it, a counter that has one is refused; with another one too: the clerk has not seen whom the counter has.
	Finish  string
	Outcome string
	Note    string
}

// Recall announces the customer of a counter once more.
type Recall struct {
	Request string
	Counter string
	Ticket  string
}

// Finish ends the service at a counter. A customer with a further service ahead waits for that from now on.
type Finish struct {
	Request string
	Counter string
	Ticket  string
	Outcome string // id of one of Rules.Outcomes; may be empty
	Note    string // the clerk's words, at most 500 bytes
}

// NoShow closes the ticket of a customer who was called and did not come.
type NoShow struct {
	Request string
	Counter string
	Ticket  string
}

// Return sends a called customer back to wait.
type Return struct {
	Request string
	Counter string
	Ticket  string
	// Place is where: 0 in front of all who wait for the service, n behind the nth of them, -1 at the end.
	Place int
}

// Hold sets a called customer aside, to be called again when something is done.
type Hold struct {
	Request string
	Counter string
	Ticket  string
	Reason  string    // the clerk's words, at most 500 bytes
	Remind  time.Time // when the clerk wants to be reminded; zero for never
}

// Transfer sends the customer of a counter on.
type Transfer struct {
	Request string
	Counter string
	Ticket  string
	// Service is what the customer waits for now; "" is the same as before.
	Service string
	// To is the one counter that may call; "" is any.
	To string
	// Back brings the customer back to this counter for the present service afterwards.
	Back bool
	// Keep lets the time already waited count.
	Keep bool
	Note string // the clerk's words, at most 500 bytes
}

// Split gives the customer of a counter a second ticket, for another service of the same visit.
type Split struct {
	Request string
	Counter string
	Ticket  string
	Service string
	Class   string
	Nonce   string // as in Take
}

// Reclass puts a waiting customer, or one on hold, into another class.
type Reclass struct {
	Request string
	Ticket  string
	Class   string // "" is the ordinary one
}

// Leave closes the ticket of a customer who gives up waiting, or does not come back from a hold.
type Leave struct {
	Request string
	Ticket  string
}

// OpenCounter opens a counter, or hands an open one over.
type OpenCounter struct {
	Request string
	Counter string
	Clerk   string // staff number
	// Services are the ids of those that the clerk serves there; none means all of the counter's.
	Services []string
}

// PauseCounter interrupts the work of an open counter: it calls nobody. A customer it has may be served to the end.
type PauseCounter struct {
	Request string
	Counter string
	Reason  string // "break", "back-office" or words
}

// ResumeCounter ends a pause.
type ResumeCounter struct {
	Request string
	Counter string
}

// CloseCounter ends the work of a counter that has no customer.
type CloseCounter struct {
	Request string
	Counter string
	Reason  string // "shift-over", "no-page" or words
}

// Undo takes back the last action of a counter: a call, finish, no-show, return, hold, transfer or split. It is refused
// after Rules.Undo, and when something since has built on it.
type Undo struct {
	Request string
	Counter string
}

// Tell writes down what waiting customers are told about their wait, by ticket id. Who no longer waits is passed over.
type Tell struct {
	Quotes map[string]Quote
}

// EndDay closes the tickets and counters of earlier days. It causes nothing while the day lasts.
type EndDay struct{}

func (c Take) known() (string, verb, string)          { return c.Request, verbTake, c.Service }
func (c Call) known() (string, verb, string)          { return c.Request, verbCall, c.Counter }
func (c Recall) known() (string, verb, string)        { return c.Request, verbRecall, c.Counter }
func (c Finish) known() (string, verb, string)        { return c.Request, verbFinish, c.Counter }
func (c NoShow) known() (string, verb, string)        { return c.Request, verbNoShow, c.Counter }
func (c Return) known() (string, verb, string)        { return c.Request, verbReturn, c.Counter }
func (c Hold) known() (string, verb, string)          { return c.Request, verbHold, c.Counter }
func (c Transfer) known() (string, verb, string)      { return c.Request, verbTransfer, c.Counter }
func (c Split) known() (string, verb, string)         { return c.Request, verbSplit, c.Counter }
func (c Reclass) known() (string, verb, string)       { return c.Request, verbClass, c.Ticket }
func (c Leave) known() (string, verb, string)         { return c.Request, verbLeave, c.Ticket }
func (c OpenCounter) known() (string, verb, string)   { return c.Request, verbOpen, c.Counter }
func (c PauseCounter) known() (string, verb, string)  { return c.Request, verbPause, c.Counter }
func (c ResumeCounter) known() (string, verb, string) { return c.Request, verbResume, c.Counter }
func (c CloseCounter) known() (string, verb, string)  { return c.Request, verbClose, c.Counter }
func (c Undo) known() (string, verb, string)          { return c.Request, verbUndo, c.Counter }
func (c Tell) known() (string, verb, string)          { return "", "", "" }
func (c EndDay) known() (string, verb, string)        { return "", "", "" }
