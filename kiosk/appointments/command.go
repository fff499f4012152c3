package appointments

import "time"

// Command is something that becomes of appointments: Merge, Book, Cancel, Arrive, or Tick, which the clock wants.
//
// Request, where a command has it, is an id that the sender makes for the intent, not for the attempt: 1 to 64 letters,
// digits and "_.:/-". The same id again changes nothing. It is remembered for two days. Without it, a repetition is a
// new command.
type Command interface {
	// known is how the command is recognised when it is repeated.
	known() (request string, what verb)
	// decide says what the command causes.
	decide(s *State, now instant) (Decision, error)
}

// verb is the kind of a command as far as a repetition has to match it.
type verb string

const (
	verbBook   verb = "book"
	verbCancel verb = "cancel"
	verbArrive verb = "arrive"
)

// Merge puts head office's list into force, all of it: what is new in it is booked, what has changed is booked as it is
// now, and what is no longer in it is cancelled. A customer who has arrived has arrived; what was cancelled here stays
// so until head office agrees on something else; appointments made by hand stay unless the list has their id, which
// makes them head office's. What was over before it became known is passed over.
type Merge struct {
	List []Appointment // of Parse
}

// Book makes an appointment by hand.
type Book struct {
	Request string
	Service string
	At      time.Time
	// Name and Phone are as the customer says; only the masked name and the last four digits are kept.
	Name, Phone string
	// By is the staff number of who makes it.
	By string
	// Nonce makes the appointment's id, and in capitals its code: 4 to 16 small letters and digits, random or otherwise
	// never used twice.
	Nonce string
}

// Cancel cancels an appointment that has not been kept or missed.
type Cancel struct {
	Request     string
	Appointment string
	Reason      string
}

// Arrive is a customer who has come. Exactly one of Appointment, the id, Code and Phone, the last digits of the
// telephone number (three or four), says for what. Service, when given, narrows down what Code or Phone mean.
type Arrive struct {
	Request                  string
	Appointment, Code, Phone string
	Service                  string
	// Ticket is the id of the ticket that the customer takes. Check needs none.
	Ticket string
}

// Tick gives up what was missed, and writes down again what was made by hand so long ago that the journal may forget it
// before its day comes. It causes nothing before the time that Wake says.
type Tick struct{}

func (c Merge) known() (string, verb)  { return "", "" }
func (c Book) known() (string, verb)   { return c.Request, verbBook }
func (c Cancel) known() (string, verb) { return c.Request, verbCancel }
func (c Arrive) known() (string, verb) { return c.Request, verbArrive }
func (c Tick) known() (string, verb)   { return "", "" }
