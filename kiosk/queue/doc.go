// Package queue is the rule of who is next: tickets taken for a service, called to a counter, finished there or
// left, and closed at the end of the day.
//
// It is event sourced and does no I/O. Decide says which records a command would cause, and Apply folds a record
// into the State; the state is exactly the fold of the journal's ticket.* records, so that a kiosk that lost its
// power rebuilds its queue by reading them again. Time, time zone and randomness are arguments.
//
// What always holds: a counter holds at most one ticket, a ticket is held by at most one counter, and a command
// that is repeated with the same request id changes nothing and is answered as it was the first time.
package queue
