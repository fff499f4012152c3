package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"stationkeeper/internal/record"
)

// Command is something that is done about cases: File, FromRating, Assign, Note, Close, or Tick, which the clock wants.
//
// Request, where a command has it, is an id that the sender makes for the intent, not for the attempt: 1 to 64 letters,
// digits and "_.:/-". The same id again changes nothing and is answered as it was the first time. It is remembered for two
// days of work. Without it, a repetition is a new command.
type Command interface {
	decide(s *State, now time.Time) (Decision, error)
}

// File is what a customer complains about, suggests or praises.
type File struct {
	Request string
	// Nonce makes ids unique beyond this journal: up to 16 small letters and digits, random or never used twice.
	Nonce string
	Kind  string // Complaint, Suggestion or Praise
	// Topic and Details are ids of the rules; a complaint needs a topic, the others a topic or a text.
	Topic   string
	Details []string
	Text    string // the customer's words, at most MaxText characters
	Phone   string // where the customer wants to be called back: 5 to 15 digits; "" for not at all
	// Ticket and Service are those of the visit, when it is known.
	Ticket, Service   string
	Channel, Language string
}

// FromRating is a rating that has been accepted, by the same request, whose record is written just before. One that is
// better than the threshold causes nothing.
type FromRating struct {
	Request string
	Nonce   string // as in File
	Score   int
	// Ticket and Service are those of the visit, when it is known.
	Ticket, Service string
	// Answers are those of the rating: options chosen are the case's reasons.
	Answers []record.SurveyAnswer
}

// Assign gives a case to another owner, another deadline, or both; what is empty stays. A deadline after now makes an
// overdue case be in time again.
type Assign struct {
	Request  string
	Case     string // id
	Owner    string // a staff number, or a role
	Deadline time.Time
	By       string // staff number of who does it
	Note     string
}

// Note adds words to a case, also to a closed one.
type Note struct {
	Request, Case, By, Text string
}

// Close closes a case.
type Close struct {
	Request, Case, By string
	Outcome           string // one of Outcomes
	Note              string
}

// Tick says of cases whose deadline has come that they are overdue. It causes nothing before the time that Wake says.
type Tick struct{}

// Outcomes of closed cases.
const (
	Settled     = "settled"     // seen to
	Unfounded   = "unfounded"   // there was nothing to see to
	Duplicate   = "duplicate"   // another case is about the same
	Unreachable = "unreachable" // the customer wanted an answer and could not be reached
)

// Outcomes lists them in the order in which they are offered.
var Outcomes = []string{Settled, Unfounded, Duplicate, Unreachable}

// Bounds, in characters.
const (
	MaxText = 1000 // of a customer's words
	MaxNote = 500  // of an owner's
)

var (
	requestPattern = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{0,64}$`)
	noncePattern   = regexp.MustCompile(`^[a-z0-9]{0,16}$`)
	ownerPattern   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$`)
	phonePattern   = regexp.MustCompile(`^([0-9]{5,15})?$`)
	langPattern    = regexp.MustCompile(`^([a-z]{2})?$`)
)

var channels = []string{"", record.ChannelLobby, record.ChannelTerminal, record.ChannelTelephone, record.ChannelCounter}

func malformed(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, a...))
}

// check tells what cannot be filed.
func (c File) check(r Rules) error {
	switch {
	case !requestPattern.MatchString(c.Request):
		return malformed("request %.70q", c.Request)
	case !noncePattern.MatchString(c.Nonce):
		return malformed("nonce %.20q", c.Nonce)
	case c.Kind != Complaint && c.Kind != Suggestion && c.Kind != Praise:
		return malformed("kind %.40q: expected complaint, suggestion or praise", c.Kind)
	case c.Topic == "" && (c.Kind == Complaint || c.Text == ""):
		return malformed("topic is missing")
	case !phonePattern.MatchString(c.Phone):
		return malformed("phone: expected 5 to 15 digits")
	case !slices.Contains(channels, c.Channel):
		return malformed("channel %.40q", c.Channel)
	case !langPattern.MatchString(c.Language):
		return malformed("language %.40q", c.Language)
	}
	if err := checkText("text", c.Text, MaxText); err != nil {
		return err
	}
	return c.checkTopic(r)
}

func (c File) checkTopic(r Rules) error {
	if c.Topic == "" {
		if len(c.Details) > 0 {
			return fmt.Errorf("%w: details without a topic", ErrTopic)
		}
		return nil
	}
	topic, known := r.Topic(c.Topic)
	if !known {
		return fmt.Errorf("%w: %.40q", ErrTopic, c.Topic)
	}
	for i, id := range c.Details {
		if !slices.ContainsFunc(topic.Details, func(d Detail) bool { return d.ID == id }) {
			return fmt.Errorf("%w: detail %.40q of %q", ErrTopic, id, c.Topic)
		}
		if slices.Contains(c.Details[:i], id) {
			return malformed("detail %q comes twice", id)
		}
	}
	return nil
}

// checkText tells what is wrong with words that somebody wrote.
func checkText(what, text string, most int) error {
	switch {
	case !utf8.ValidString(text):
		return malformed("%s: not UTF-8", what)
	case utf8.RuneCountInString(text) > most:
		return malformed("%s: %d characters, at most %d", what, utf8.RuneCountInString(text), most)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return malformed("%s: a character that is not shown", what)
	}
	return nil
}

// checkAct tells what is wrong with what staff do about a case.
func checkAct(request, by, note string) error {
	if !requestPattern.MatchString(request) {
		return malformed("request %.70q", request)
	}
	if by != "" && !ownerPattern.MatchString(by) {
		return malformed("by %.40q: expected a staff number", by)
	}
	return checkText("note", note, MaxNote)
}
