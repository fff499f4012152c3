package queue

// Command is something that a customer or a clerk wants done: Take, Call, Recall, Finish, NoShow, Leave, or EndDay,
// which the clock wants.
//
// Request, where a command has it, is an id that the sender makes for the intent, not for the attempt: 1 to 64 letters,
// digits and "_.:/-". The same id again changes nothing and is answered as the first time. It is remembered for this
// and the previous day of work. Without it, a repetition is a new command.
type Command interface {
	// known is how the command is recognised when it is repeated.
	known() (request string, what verb, subject string)
	// decide says what the command causes in a state whose day is that of the decision.
	decide(s *State, now instant) (Decision, error)
}

// verb is the kind of a command as far as a repetition has to match it.
type verb string

const (
	verbTake   verb = "take"
	verbCall   verb = "call"
	verbRecall verb = "recall"
	verbFinish verb = "finish"
	verbNoShow verb = "no-show"
	verbLeave  verb = "leave"
)

// Take takes a ticket for a service.
type Take struct {
	Request string
	Service string
	// Nonce makes the ticket's id unique even where the clock and the numbers begin anew: 1 to 16 small letters and
	// digits, random or otherwise never used twice for the same day and number.
	Nonce string
}

// Call calls a customer to a counter.
type Call struct {
	Request string
	Counter string
	// Ticket is the one to call; "" means the one waiting longest among those that the counter serves.
	Ticket string
	// Finish is the ticket that the counter still has, to be finished in the same moment. Without it, a counter that
	// has one is refused; with another one too: the clerk has not seen whom the counter has.
	Finish string
}

// Recall announces the customer of a counter once more.
type Recall struct {
	Request string
	Counter string
	// Ticket, when given, is the one that the clerk means; another one at the counter is an error.
	Ticket string
}

// Finish ends the visit at a counter.
type Finish struct {
	Request string
	Counter string
	Ticket  string // as in Recall
}

// NoShow closes the ticket of a customer who was called and did not come.
type NoShow struct {
	Request string
	Counter string
	Ticket  string // as in Recall
}

// Leave closes the ticket of a customer who gives up waiting.
type Leave struct {
	Request string
	Ticket  string
}

// EndDay closes the tickets of earlier days. It causes nothing while the day lasts.
type EndDay struct{}

func (c Take) known() (string, verb, string)   { return c.Request, verbTake, c.Service }
func (c Call) known() (string, verb, string)   { return c.Request, verbCall, c.Counter }
func (c Recall) known() (string, verb, string) { return c.Request, verbRecall, c.Counter }
func (c Finish) known() (string, verb, string) { return c.Request, verbFinish, c.Counter }
func (c NoShow) known() (string, verb, string) { return c.Request, verbNoShow, c.Counter }
func (c Leave) known() (string, verb, string)  { return c.Request, verbLeave, c.Ticket }
func (c EndDay) known() (string, verb, string) { return "", "", "" }
