// Package lobby is the touchscreen that customers meet: they choose a service and get a ticket, see how many are ahead
// of them and who is being called, in the language and the look that they choose, and find from here whatever else there is for
// them: flows, which take several steps and stand in the shell that this package is.
//
// The screen draws an immutable Snapshot and asks a Desk for what a customer wants. What happens on it is one state
// and one transition for each event (state.go); the drawing follows (view.go). All screens exist from the beginning and
// are shown and hidden. Everything that belongs to Fyne runs on its goroutine, everything that may take time does not.
package lobby

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
)

// Desk does what a customer asks for. Its methods may take as long as a disk takes; they are called off the screen's
// goroutine, and the context ends when the customer has been told that it did not work.
type Desk interface {
	// TakeTicket puts a customer into the queue of a service. The request stands for the customer's wish: when it
	// is asked again with the same one, the answer is the same ticket. ErrClosed, ErrFull and ErrTooLate are told to
	// the customer as such; after any other error, trying again may help.
	TakeTicket(ctx context.Context, service, request string) (Ticket, error)
	// Print puts a ticket whose Paper is set on paper, in a language, and returns when it is known what became of it: true
	// when it came out. It is asked for as soon as the ticket is on the screen; asked again, it does not print again.
	Print(ctx context.Context, ticket string, l lang.Language) (bool, error)
	// Reprint prints a ticket once more, by its ID, and returns as Print does. Asked again with the same request, it does
	// not print twice.
	Reprint(ctx context.Context, ticket string, l lang.Language, request string) (bool, error)
}

// Voice reads aloud.
type Voice interface {
	// Say returns when the text has been read, or ctx has ended.
	Say(ctx context.Context, l lang.Language, text string) error
}

// Flows are what takes several steps, made for the shell that they stand in; nil: it is not offered.
type Flows struct {
	CheckIn, Survey, Complaint, Information func(flow.Shell) flow.Flow
	// Backroom is the staff's, opened by five taps in the top left corner.
	Backroom func(flow.Shell) flow.Flow
}

// Reach is where the screen hangs: what is touched in the low layout is at most 1220 mm above the floor (EN 301 549,
// 8.3.2.1, unobstructed high forward reach).
type Reach struct {
	// BottomMM is how high the lower edge of the screen is above the floor; 0 when that is not known, and then the low
	// layout takes the lower half.
	BottomMM float64
}

// Why there is no ticket, for good: wrapped by what TakeTicket returns.
var (
	ErrClosed  = errors.New("the service is closed")
	ErrFull    = errors.New("as many tickets as may be have been given")
	ErrTooLate = errors.New("the wait would reach past the end of the service's hours")
)

// Ticket and Wait are those of every flow.
type (
	Ticket = flow.Ticket
	Wait   = flow.Wait
)

// Snapshot is what there is to show. Neither it nor what it refers to may change once it has been shown.
type Snapshot struct {
	// At is the station's time, in its time zone: "tomorrow" is counted from it.
	At time.Time
	// Services are offered in this order.
	Services []Service
	// Groups are what services are sorted under, in this order. Customers choose a group first when there are at least
	// two that have services; a service of no group is offered beside them.
	Groups []Group
	// Called are the last calls, latest first: one for each customer, and none that was taken back.
	Called []Call
	// Opens is when the station opens next, in its time zone, while all is closed; else zero.
	Opens time.Time
	// Out is why no ticket can be promised at all, such as "journal" or "disk", for the staff to read; "" when all is well.
	Out string
	// Dim tells that it is outside opening hours, when the screen goes dark until somebody touches it.
	Dim bool
	// Paper tells whether tickets are printed now.
	Paper bool
	// Notices are for everybody, the most important first.
	Notices []lang.Names
	// Appointments tells whether there are any to check in for.
	Appointments bool
}

// Group is what some services are sorted under.
type Group struct {
	ID    string
	Names lang.Names
}

// Availability is whether a customer can take a ticket.
type Availability int

const (
	// Open services give tickets.
	Open Availability = iota
	// Closed is outside the hours of the service.
	Closed
	// Full services have given as many tickets as they may for today, FullNow for this time of day.
	Full
	FullNow
	// TooLate services are open, but who came now would still wait when they close.
	TooLate
)

// Service is something that a customer can take a ticket for.
type Service struct {
	// ID is what the desk calls it.
	ID string
	// Mark is the letter that its numbers begin with.
	Mark string
	// Names are its name in the languages of the screen.
	Names lang.Names
	// Group is the id of the group that it is sorted under; "" for none.
	Group string
	// Availability tells whether a ticket can be taken; Opens is when the service opens next, in the station's time
	// zone, or zero when that is not known.
	Availability Availability
	Opens        time.Time
	// Waiting is how many customers wait for it. Ahead is how many would be called before one who took a ticket now, also
	// for other services, and Wait how long that one would wait.
	Waiting int
	Ahead   int
	Wait    Wait
}

// Call is one customer called to a counter.
type Call struct {
	Number string
	// Counter is what the desk calls the counter; Names are its name in the languages of the screen, and without
	// any it is called by a number.
	Counter string
	Names   lang.Names
}

func (c Call) counter(l lang.Language) string {
	return cmp.Or(c.Names.In(l), lang.Of(l).Counter(c.Counter))
}

// choice is what a tile offers: a service, or, with several services, a group of them.
type choice struct {
	group    Group
	services []Service
}

func (c choice) isGroup() bool { return len(c.services) > 1 }

// choices are what can be chosen in a group, or, with group "", at the beginning. A group of one service is not worth a
// screen of its own: the service stands in its place.
func (s Snapshot) choices(group string) []choice {
	groups, alone := s.sorted()
	var all []choice
	if _, ok := s.opened(group); ok {
		alone = s.inGroup(group)
	} else if len(groups) < 2 {
		alone = s.Services
	} else {
		all = groups
	}
	for _, service := range alone {
		all = append(all, choice{services: []Service{service}})
	}
	return all
}

// sorted returns the groups that have services, and the services of no group.
func (s Snapshot) sorted() (groups []choice, alone []Service) {
	known := map[string]bool{}
	for _, g := range s.Groups {
		known[g.ID] = true
		if services := s.inGroup(g.ID); len(services) > 0 {
			groups = append(groups, choice{g, services})
		}
	}
	for _, service := range s.Services {
		if !known[service.Group] {
			alone = append(alone, service)
		}
	}
	return groups, alone
}

func (s Snapshot) inGroup(id string) (services []Service) {
	for _, service := range s.Services {
		if id != "" && service.Group == id {
			services = append(services, service)
		}
	}
	return services
}

// opened is the group that is on the screen when a customer has opened one, as long as there is such a choice.
func (s Snapshot) opened(group string) (g Group, ok bool) {
	groups, _ := s.sorted()
	for _, c := range groups {
		if len(groups) > 1 && c.group.ID == group {
			return c.group, true
		}
	}
	return Group{}, false
}

// allClosed tells whether the station is closed, and it is known until when.
func (s Snapshot) allClosed() bool { return !s.Opens.IsZero() && !s.anyOpen() }

// anyOpen tells whether there is a service that gives tickets.
func (s Snapshot) anyOpen() bool {
	return slices.ContainsFunc(s.Services, func(service Service) bool { return service.Availability == Open })
}

func (s Snapshot) service(id string) Service {
	for _, service := range s.Services {
		if service.ID == id {
			return service
		}
	}
	return Service{ID: id}
}
