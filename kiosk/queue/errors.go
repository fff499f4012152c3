package queue

import "errors"

// Why a command is refused. A refused command leaves no record; its request id is not remembered.
var (
	ErrUnknownService = errors.New("unknown service")
	ErrUnknownCounter = errors.New("unknown counter")
	ErrUnknownTicket  = errors.New("unknown ticket")
	ErrUnknownClass   = errors.New("unknown class")
	ErrUnknownOutcome = errors.New("unknown outcome")
	// ErrNobodyWaiting: no customer waits whom the counter's rules let it call.
	ErrNobodyWaiting = errors.New("nobody is waiting")
	// ErrCounterBusy: the counter holds a ticket, which has to be finished first.
	ErrCounterBusy = errors.New("the counter still has a customer")
	// ErrCounterIdle: the counter holds no ticket.
	ErrCounterIdle = errors.New("the counter has no customer")
	// ErrCounterPaused: the counter's work is interrupted.
	ErrCounterPaused = errors.New("the counter is paused")
	// ErrNotPaused: the counter's work is not interrupted.
	ErrNotPaused = errors.New("the counter is not paused")
	// ErrCounterClosed: the counter is not open.
	ErrCounterClosed = errors.New("the counter is closed")
	// ErrOtherTicket: the counter holds another ticket than the one meant.
	ErrOtherTicket = errors.New("the counter has another customer")
	// ErrOtherCounter: the ticket waits for one counter, which is another one.
	ErrOtherCounter = errors.New("the ticket waits for another counter")
	// ErrNotWaiting: the ticket has been called, or is closed.
	ErrNotWaiting = errors.New("the ticket is not waiting")
	// ErrNotServed: the counter does not serve the ticket's service.
	ErrNotServed = errors.New("the counter does not serve this service")
	// ErrRecallLimit: the customer has been called again as often as is allowed.
	ErrRecallLimit = errors.New("the customer has been called often enough")
	// ErrClosed: the service is not open at this time.
	ErrClosed = errors.New("the service is closed")
	// ErrCutOff: the customer would not be called before the service closes.
	ErrCutOff = errors.New("the wait would last past closing time")
	// ErrFull: as many tickets as are allowed have been given.
	ErrFull = errors.New("no more tickets are given for this service")
	// ErrPersonLimit: the person has taken as many tickets as one person may.
	ErrPersonLimit = errors.New("this person has taken enough tickets for this service today")
	// ErrNothingToUndo: the counter has done nothing that could be taken back.
	ErrNothingToUndo = errors.New("there is nothing to take back")
	// ErrTooLate: the action is too long ago to be taken back, or something has built on it.
	ErrTooLate = errors.New("it is too late to take this back")
	// ErrRequestReused: the request id belongs to an earlier, different command.
	ErrRequestReused = errors.New("the request id belongs to another command")
	// ErrMalformed: an argument is not of its form.
	ErrMalformed = errors.New("malformed command")
)
