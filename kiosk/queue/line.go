package queue

import (
	"cmp"
	"slices"
)

// line are the waiting tickets that every calling rule treats alike but for their times: those of one service and one
// class, with an appointment or without. They stand in order of Turn, so that the first of a line is the next of it.
type line struct {
	// service and class are indices; the last of either stands for those that are gone from the rules.
	service, class int
	booked         bool
	tickets        []*Ticket
}

// lines are all that are not empty.
type lines []line

// byTurn is the order of waiting. Turns differ, but for what a journal with a gap may hold.
func byTurn(a, b *Ticket) int {
	return cmp.Or(a.Turn.Compare(b.Turn), cmp.Compare(a.ID, b.ID))
}

// of is the index of the line for tickets like this one; -1 when there is none.
func (l lines) of(service, class int, booked bool) int {
	for i := range l {
		if l[i].service == service && l[i].class == class && l[i].booked == booked {
			return i
		}
	}
	return -1
}

// add puts a ticket into its line.
func (l lines) add(service, class int, t *Ticket) lines {
	booked := t.Appointment != ""
	i := l.of(service, class, booked)
	if i < 0 {
		i, l = len(l), append(l, line{service: service, class: class, booked: booked})
	}
	one := &l[i]
	if n := len(one.tickets); n == 0 || byTurn(one.tickets[n-1], t) < 0 { // nearly always
		one.tickets = append(one.tickets, t)
		return l
	}
	at, _ := slices.BinarySearchFunc(one.tickets, t, byTurn)
	one.tickets = slices.Insert(one.tickets, at, t)
	return l
}

// remove takes a ticket out of its line, and the line away when it was the last.
func (l lines) remove(service, class int, t *Ticket) lines {
	i := l.of(service, class, t.Appointment != "")
	if i < 0 {
		return l
	}
	one := &l[i]
	at, found := slices.BinarySearchFunc(one.tickets, t, byTurn)
	if !found {
		return l
	}
	one.tickets = slices.Delete(one.tickets, at, at+1)
	if len(one.tickets) == 0 {
		l = slices.Delete(l, i, i+1)
	}
	return l
}

// replace puts another image of a ticket where the old one stands. Its turn, service and class are the same.
func (l lines) replace(service, class int, t *Ticket) {
	if i := l.of(service, class, t.Appointment != ""); i >= 0 {
		if at, found := slices.BinarySearchFunc(l[i].tickets, t, byTurn); found {
			l[i].tickets[at] = t
		}
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
	rest := make([]*Ticket, 0, l.count())
	for i := range c {
		begin := len(rest)
		rest = append(rest, c[i].tickets...)
		c[i].tickets = rest[begin:len(rest):len(rest)]
	}
	return c
}
