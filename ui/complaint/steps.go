package complaint

import "slices"

// step is where a customer is.
type step int

const (
	kind    step = iota // complaint, suggestion, praise, or rather on the telephone
	phone               // the code that leads there
	topic               // what it is about
	details             // what it was, where the topic has something to choose from
	call                // a number to be called back on
	review              // everything, before it is sent
	filed               // it was taken down
)

// state is all that a customer has said so far. Every method returns the state after something happened.
type state struct {
	step step
	// kind is one of the kinds; topic, details and phone are as in Complaint, phone perhaps not complete.
	kind    string
	topic   string
	details []string
	phone   string
	// changing tells that the customer came from the review to change one thing, and goes back there.
	changing bool
	// page is the address for the telephone, request names the complaint once it was put to the desk, as sent, and
	// receipt is what the desk answered.
	page    string
	sent    Complaint
	receipt Receipt
}

// choose takes a kind. Who had another topic chosen keeps it.
func (s state) choose(chosen string) state {
	s.kind = chosen
	if chosen == KindPraise {
		s.phone = "" // nobody is called back for praise
	}
	return s.onward(topic)
}

// about takes a topic. The details of another one no longer apply: it is asked for its own, also of who only came from
// the review to change the topic.
func (s state) about(t Topic) state {
	another := t.ID != s.topic
	if another {
		s.topic, s.details = t.ID, nil
	}
	switch {
	case len(t.Details) == 0:
		return s.afterDetails()
	case another:
		s.step = details
		return s
	}
	return s.onward(details)
}

// toggle chooses a detail, or takes it back.
func (s state) toggle(id string) state {
	chosen := slices.Clone(s.details)
	if i := slices.Index(chosen, id); i >= 0 {
		s.details = slices.Delete(chosen, i, i+1)
	} else {
		s.details = append(chosen, id)
	}
	return s
}

// afterDetails goes on to the number to call, of which praise has no need.
func (s state) afterDetails() state {
	if s.kind == KindPraise {
		return s.onward(review)
	}
	return s.onward(call)
}

// onward goes to the next step, or back to the review for who came from there.
func (s state) onward(to step) state {
	s.step = to
	if s.changing {
		s.step, s.changing = review, false
	}
	return s
}

// change goes from the review to one thing.
func (s state) change(to step) state {
	s.step, s.changing = to, true
	return s
}

// longest is how many digits a telephone number has at most (ITU-T E.164).
const longest = 15

func (s state) typeDigit(digit rune) state {
	if len(s.phone) < longest {
		s.phone += string(digit)
	}
	return s
}

func (s state) deleteDigit() state {
	if s.phone != "" {
		s.phone = s.phone[:len(s.phone)-1]
	}
	return s
}

// back goes back by one step; false when this is the first, or there is nothing to go back to any more. A number that
// cannot be one is not taken back to the review.
func (s state) back(topics []Topic) (state, bool) {
	if s.changing {
		if !plausible(s.phone) {
			s.phone = ""
		}
		s.step, s.changing = review, false
		return s, true
	}
	hasDetails := len(find(topics, s.topic).Details) > 0
	switch s.step {
	case phone, topic:
		s.step = kind
	case details:
		s.step = topic
	case call:
		s.step = topic
		if hasDetails {
			s.step = details
		}
	case review:
		s.step = call
		if s.kind == KindPraise {
			s.step = topic
			if hasDetails {
				s.step = details
			}
		}
	default:
		return s, false
	}
	return s, true
}

// complaint is what is sent: of the details only those that the topic has, and no number that cannot be one. The same
// complaint keeps its request, however often it is sent.
func (s state) complaint(topics []Topic, newRequest func() string) Complaint {
	c := Complaint{Kind: s.kind, Topic: s.topic, Details: s.applying(topics)}
	if s.kind != KindPraise && plausible(s.phone) {
		c.Phone = s.phone
	}
	if s.sent.Request != "" && c.Kind == s.sent.Kind && c.Topic == s.sent.Topic && c.Phone == s.sent.Phone && slices.Equal(c.Details, s.sent.Details) {
		return s.sent
	}
	c.Request = newRequest()
	return c
}

// applying are the details chosen that there are, in the order of the topic.
func (s state) applying(topics []Topic) (chosen []string) {
	for _, d := range find(topics, s.topic).Details {
		if slices.Contains(s.details, d.ID) {
			chosen = append(chosen, d.ID)
		}
	}
	return chosen
}

func find(topics []Topic, id string) Topic {
	for _, t := range topics {
		if t.ID == id {
			return t
		}
	}
	return Topic{}
}
