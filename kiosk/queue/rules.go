package queue

import (
	"slices"
	"time"

	"stationkeeper/kiosk/hours"
)

// Rules are what a queue is configured with. They are not part of the journal: a kiosk that starts with other
// rules keeps the tickets that it finds there, also those of services and counters that are gone.
type Rules struct {
	Services []Service
	Counters []Counter
	// Classes are the kinds of customers besides the ordinary one.
	Classes []Class
	// Calling are the rules of counters that have none of their own. None means: the longest waiting of those whom the
	// counter serves.
	Calling  []CallRule
	Calendar Calendar
	// Recalls is how often a customer may be called again after a call; 0 means 3.
	Recalls int
	// Undo is how long the last action of a counter can be taken back; 0 means 10 s.
	Undo time.Duration
	// Outcomes are the ids that Finish may give; none means any.
	Outcomes []string
}

// Service is something a customer comes for.
type Service struct {
	// ID names the service in records, such as "payment".
	ID string
	// Prefix begins the numbers of its tickets, such as "A" in A001: 1 to 3 capital letters. Services may share one when
	// their ranges of numbers do not overlap.
	Prefix string
	// Group is the id of the group of services that it is shown under; the queue makes nothing of it.
	Group string
	// First and Last bound its numbers; 0, 0 means 1 to 999. After Last comes First again: a number that is shown may
	// repeat within a day, the id of a ticket never does.
	First, Last int
	// Hours are those in which tickets are given; nil means always.
	Hours *hours.Hours
	// CutOff refuses a ticket when what the customer would be told to expect reaches past closing time.
	CutOff bool
	Cap    Cap
	Target Target
}

// Cap bounds how many tickets of a service are given. 0 means no bound.
type Cap struct {
	Day     int // in a day of work
	Person  int // to one person in a day of work
	Windows []CapWindow
}

// CapWindow bounds the tickets given between two local times of day, To not included.
type CapWindow struct {
	From, To time.Duration
	Max      int
}

// Target is a service level: the share of the customers, 0 to 1, who are to be called within a time. Within of 0 means
// that none is agreed.
type Target struct {
	Within time.Duration
	Share  float64
}

// Counter is a place where customers are served.
type Counter struct {
	// ID names the counter in records, such as "1".
	ID string
	// Services are the ids of the services it serves; none means all.
	Services []string
	// Calling are its own rules; none means those of all counters.
	Calling []CallRule
}

// Names of lanes and classes that every station has.
const (
	// Ordinary is a customer without a class and without an appointment.
	Ordinary = "ordinary"
	// ByAppointment is a customer with an appointment, of whatever class.
	ByAppointment = "appointment"
)

// Class is a kind of customers, such as "senior".
type Class struct {
	ID string
	// Rate is how many points of priority a customer gains in each second of waiting; 0 means 1, the ordinary one's.
	Rate float64
	// HeadStart is what the customer has at the start: the points that an ordinary one gains in this time.
	HeadStart time.Duration
}

// CallRule says whom a counter calls. Of a counter's rules the first that finds somebody decides.
type CallRule struct {
	// Name is written down with each call that it decided. Counters whose rules have the same name share the account of
	// its weights.
	Name string
	// Services are those it looks at; none means the counter's. It may name services that the counter does not serve
	// otherwise: it then helps out.
	Services []string
	// Classes are those it looks at, Ordinary and ByAppointment among them; none means all.
	Classes []string
	When    Condition
	Order   Order
	// Weights share the calls between lanes: a class, Ordinary or ByAppointment. With {"senior": 2, "ordinary": 1} two of
	// three calls are for seniors while both wait. A class that is not named is in the ordinary lane, and an ordinary lane
	// that is not named weighs 1. A lane of weight 0 is called when no other lane has anybody.
	Weights map[string]int
	// Due is, with Order Booked, how long before the time agreed a customer may be called.
	Due time.Duration
}

// Condition is when a rule is looked at: when either bound is exceeded by the customers waiting for the rule's services.
// The zero value is always.
type Condition struct {
	LongestOver time.Duration // one of them has waited longer
	WaitingOver int           // more of them wait
}

// Order is in which order a rule takes those whom it may.
type Order string

const (
	// Longest is by Ticket.Turn. It is also what an empty Order means.
	Longest Order = "longest"
	// Priority is by accumulated priority, as in L. Kleinrock, "A delay dependent queue discipline" (1964): a customer has
	// the points of the head start plus, for each second since Turn, those of the class's rate. Whoever waits gains, so
	// nobody waits for ever.
	Priority Order = "priority"
	// Booked is by the time agreed, then by Turn; customers without an appointment come after those with one.
	Booked Order = "booked"
)

// Names of rules in records that no configuration gives.
const (
	RuleLongest = "longest" // the rule of counters for which none is configured
	RuleChosen  = "chosen"  // a clerk chose the customer
)

// Serves reports whether the counter serves the service, rules by which it helps out left aside.
func (c Counter) Serves(service string) bool {
	return len(c.Services) == 0 || slices.Contains(c.Services, service)
}
