// Package complaint takes what a customer complains about, suggests or praises: by choices and a number to be called
// back on, since nobody types on a screen in a hall. Who wants to write does so on the telephone, through a QR code.
// Nothing is sent before the customer has seen what will be, and said so.
package complaint

import (
	"context"
	"time"

	"stationkeeper/ui/lang"
)

// Desk takes complaints. Its methods are called off the screen's goroutine.
type Desk interface {
	// File takes down what a customer has to say; a repeated Request changes nothing.
	File(ctx context.Context, c Complaint) (Receipt, error)
	// Page is the address of the page where a customer can write on the telephone; empty when there is none.
	Page(ctx context.Context) string
}

// What a customer can have to say, as in record.ComplaintData.
const (
	KindComplaint  = "complaint"
	KindSuggestion = "suggestion"
	KindPraise     = "praise"
)

// Complaint is what a customer has to say.
type Complaint struct {
	Kind string
	// Topic is the id of one of the topics, Details the ids of some of its details.
	Topic   string
	Details []string
	// Phone is where the customer wants to be called back: digits, at most 15; empty when not wanted.
	Phone    string
	Language lang.Language
	Request  string
}

// Receipt is what the customer takes home.
type Receipt struct {
	// Number is that of the case; empty when none was opened, as for praise.
	Number string
	// Deadline is by when somebody will answer, in the station's time zone; zero when nobody has to.
	Deadline time.Time
}

// Topic is something that customers have to say something about.
type Topic struct {
	ID    string
	Names lang.Names
	// Details are offered to choose from, any number of them.
	Details []Detail
}

// Detail is one thing about a topic.
type Detail struct {
	ID    string
	Names lang.Names
}
