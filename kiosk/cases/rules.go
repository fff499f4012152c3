package cases

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"stationkeeper/internal/document"
	"stationkeeper/kiosk/bilingual"
	"stationkeeper/kiosk/hours"
)

// Kinds of what customers file.
const (
	Complaint  = "complaint"
	Suggestion = "suggestion"
	Praise     = "praise"
)

// Causes of cases, besides the kinds.
const Rating = "rating"

// Rules say what opens a case, who sees to it, and by when.
type Rules struct {
	// Zone is the station's local time, of numbers and deadlines.
	Zone *time.Location
	// Follow says to which day of work (as 2006-01-02) an instant belongs for somebody who was in day current, "" at
	// first. Numbers begin anew with each. nil: the local date, which a clock put back does not lead back.
	Follow func(current string, at time.Time) string
	// Hours are when somebody works on cases; nil: always.
	Hours *hours.Hours
	// Threshold is the highest score that opens a case; 0: none does.
	Threshold int
	// Owner sees to a case where nothing more particular is said: a staff number, or a role such as "supervisor".
	Owner string
	// Due is by when, by cause: Rating, Complaint, Suggestion or Praise. A suggestion or praise opens a case only when
	// it is here; a rating or complaint without an entry is due after DefaultDue.
	Due map[string]Due
	// Topics are what can be complained about, in the order in which they are offered; none means Usual().
	Topics []Topic
}

// Due is how long there is to settle a case: working days, or, when Days is 0, time.
//
// Days are counted as articles 201 and 203 of the Civil Code of the People's Republic of China say: the day of the
// beginning does not count, the last day ends when business does, and a day without business is not one. Time is
// counted while Hours are open alone.
type Due struct {
	Days int
	Time time.Duration
}

// DefaultDue is five working days.
var DefaultDue = Due{Days: 5}

// Topic is something that customers complain about.
type Topic struct {
	ID      string
	Text    bilingual.Text
	Details []Detail
	// Owner sees to cases of this topic; empty means Rules.Owner.
	Owner string
}

// Detail is a choice that says more of a topic.
type Detail struct {
	ID   string
	Text bilingual.Text
}

// Usual are the topics where none are configured.
func Usual() []Topic {
	text := func(zh, en string) bilingual.Text { return bilingual.Text{Zh: zh, En: en} }
	return []Topic{
		{ID: "wait", Text: text("等候与叫号", "Waiting and calling"), Details: []Detail{
			{ID: "long", Text: text("等候时间太长", "The wait was too long")},
			{ID: "few-counters", Text: text("开放窗口太少", "Too few counters open")},
			{ID: "order", Text: text("叫号顺序不对", "Called in the wrong order")},
			{ID: "missed", Text: text("没听到叫号就过号", "Passed over unheard")},
		}},
		{ID: "attitude", Text: text("服务态度", "Staff's manner"), Details: []Detail{
			{ID: "rude", Text: text("态度冷淡或粗暴", "Cold or rude")},
			{ID: "ignored", Text: text("不理睬、推诿", "Ignored or sent away")},
			{ID: "language", Text: text("听不懂、说不清", "Could not be understood")},
		}},
		{ID: "business", Text: text("业务办理", "How it was dealt with"), Details: []Detail{
			{ID: "errors", Text: text("办错了", "A mistake was made")},
			{ID: "papers", Text: text("材料要求不清", "Papers asked for unclearly")},
			{ID: "refused", Text: text("不给办理", "Refused without reason")},
			{ID: "slow", Text: text("办理太慢", "Too slow at the counter")},
		}},
		{ID: "charges", Text: text("收费", "Charges"), Details: []Detail{
			{ID: "unclear", Text: text("收费没有说明", "Not told beforehand")},
			{ID: "wrong", Text: text("收费不对", "Charged wrongly")},
		}},
		{ID: "place", Text: text("环境与设施", "The hall and its machines"), Details: []Detail{
			{ID: "machine", Text: text("设备故障", "A machine out of order")},
			{ID: "clean", Text: text("卫生、座位", "Cleanliness or seats")},
			{ID: "access", Text: text("无障碍不便", "Hard to reach or to use")},
		}},
		{ID: "other", Text: text("其他", "Something else")},
	}
}

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// Validate tells of everything that is wrong with rules.
func (r Rules) Validate() error {
	var p document.Problems
	if r.Zone == nil {
		p.Add("zone", "is missing")
	}
	if r.Owner == "" {
		p.Add("owner", "is missing: a staff number, or a role such as supervisor")
	}
	if r.Threshold < 0 || r.Threshold > 4 {
		p.Add("threshold", "expected 0 (no rating opens a case) to 4, got %d", r.Threshold)
	}
	for cause, due := range r.Due {
		if !known(cause) {
			p.Add("due."+cause, "expected rating, complaint, suggestion or praise")
		}
		if due.Days < 0 || due.Days > 365 || due.Time < 0 || due.Time > 365*24*time.Hour || (due.Days == 0) == (due.Time == 0) {
			p.Add("due."+cause, "expected either 1 to 365 working days or a time of at most a year")
		}
	}
	for i, t := range r.Topics {
		t.check(&p, "topics["+strconv.Itoa(i)+"]", r.Topics[:i])
	}
	if r.Hours != nil {
		if err := r.Hours.Validate(); err != nil {
			p.Add("hours", "%w", err)
		}
	}
	if err := p.Err(); err != nil {
		return fmt.Errorf("rules of cases: %w", err)
	}
	return nil
}

func known(cause string) bool {
	return cause == Rating || cause == Complaint || cause == Suggestion || cause == Praise
}

func (t Topic) check(p *document.Problems, path string, before []Topic) {
	if !idPattern.MatchString(t.ID) {
		p.Add(path+".id", "%.40q: expected 1 to 32 small letters, digits and hyphens", t.ID)
	}
	for _, b := range before {
		if b.ID == t.ID {
			p.Add(path+".id", "%q comes twice", t.ID)
		}
	}
	t.Text.Check(p, path+".text", bilingual.Button)
	for i, d := range t.Details {
		at := path + ".details[" + strconv.Itoa(i) + "]"
		if !idPattern.MatchString(d.ID) {
			p.Add(at+".id", "%.40q: expected 1 to 32 small letters, digits and hyphens", d.ID)
		}
		for _, b := range t.Details[:i] {
			if b.ID == d.ID {
				p.Add(at+".id", "%q comes twice", d.ID)
			}
		}
		d.Text.Check(p, at+".text", bilingual.Button)
	}
}

// complete fills in what may be left out.
func (r Rules) complete() Rules {
	if len(r.Topics) == 0 {
		r.Topics = Usual()
	}
	if r.Follow == nil {
		r.Follow = func(current string, at time.Time) string { return max(current, at.In(r.Zone).Format(time.DateOnly)) }
	}
	return r
}

// Topic is the one with this id.
func (r Rules) Topic(id string) (Topic, bool) {
	for _, t := range r.Topics {
		if t.ID == id {
			return t, true
		}
	}
	return Topic{}, false
}

// opens tells whether a cause opens a case.
func (r Rules) opens(cause string) bool {
	_, said := r.Due[cause]
	return said || cause == Complaint || cause == Rating
}

// deadline is when a case that is opened now is due.
func (r Rules) deadline(cause string, now time.Time) time.Time {
	due, said := r.Due[cause]
	if !said {
		due = DefaultDue
	}
	if due.Days > 0 {
		return r.afterDays(now, due.Days)
	}
	return r.afterTime(now, due.Time)
}

// Why a command is refused. A refused command leaves no record; its request id is not remembered.
var (
	// ErrUnknown: there is no such case, or it has been closed for so long that it is forgotten.
	ErrUnknown = errors.New("unknown case")
	// ErrClosed: the case is closed.
	ErrClosed = errors.New("the case is closed")
	// ErrTopic: the topic, or the detail of it, is not one of the station's.
	ErrTopic = errors.New("not one of the station's topics")
	// ErrRequestReused: the request id belongs to an earlier, different command.
	ErrRequestReused = errors.New("the request id belongs to another command")
	// ErrMalformed: an argument is not of its form.
	ErrMalformed = errors.New("malformed command")
)
