package queue

import (
	"cmp"
	"slices"
)

// line are the waiting tickets that every calling rule treats alike but for their times: those of one service and one
// class, with an appointment or without. They stand in order of Turn, so that the first of a line is the next of it.
type line struct {
	// service and class are indices; the last service stands for those that are gone from the rules.
	service, class int
	booked         bool
	tickets        []*Ticket
}

// lines are all there can be under the rules, empty ones too.
type lines []line

// newLines are the empty lines of some rules.
func newLines(c *code) lines {
	var l lines
	for service := range len(c.services) + 1 {
		for class := range c.rate {
			l = append(l, line{service: service, class: class}, line{service: service, class: class, booked: true})
		}
	}
	return l
}

// line is the index of the line for a ticket.
func (c *code) line(t *Ticket) int {
	i := 2 * (c.service(t.Service)*len(c.rate) + c.classes[t.Class])
	if t.Appointment != "" {
		i++
	}
	return i
}

// byTurn is the order of waiting. Turns differ, but for what a journal with a gap may hold.
func byTurn(a, b *Ticket) int {
	return cmp.Or(a.Turn.Compare(b.Turn), cmp.Compare(a.ID, b.ID))
}

// add puts a ticket into its line.
func (l *line) add(t *Ticket) {
	if n := len(l.tickets); n == 0 || byTurn(l.tickets[n-1], t) < 0 { // nearly always
		l.tickets = append(l.tickets, t)
		return
	}
	at, _ := slices.BinarySearchFunc(l.tickets, t, byTurn)
	l.tickets = slices.Insert(l.tickets, at, t)
}

// remove takes a ticket out of its line.
func (l *line) remove(t *Ticket) {
	if at, found := slices.BinarySearchFunc(l.tickets, t, byTurn); found {
		l.tickets = slices.Delete(l.tickets, at, at+1)
	}
}

// replace puts another image of a ticket where the old one stands. Its turn is the same.
func (l *line) replace(t *Ticket) {
	if at, found := slices.BinarySearchFunc(l.tickets, t, byTurn); found {
		l.tickets[at] = t
	}
}

func (l lines) count() int {
	n := 0
	for i := range l {
		n += len(l[i].tickets)
	}
	return n
}

// inTurn are all tickets in order of Turn.
func (l lines) inTurn() []*Ticket {
	all := make([]*Ticket, 0, l.count())
	for i := range l {
		all = append(all, l[i].tickets...)
	}
	slices.SortFunc(all, byTurn)
	return all
}

// clone is a copy that tickets can be taken out of.
func (l lines) clone() lines {
	c := slices.Clone(l)
	all := make([]*Ticket, 0, l.count())
	for i := range c {
		if len(c[i].tickets) > 0 {
			begin := len(all)
			all = append(all, c[i].tickets...)
			c[i].tickets = all[begin:len(all):len(all)]
		}
	}
	return c
}
