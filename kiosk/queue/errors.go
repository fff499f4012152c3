package queue

import "errors"

// Why a command is refused. A refused command leaves no record; its request id is not remembered.
var (
	ErrUnknownService = errors.New("unknown service")
	ErrUnknownCounter = errors.New("unknown counter")
	ErrUnknownTicket  = errors.New("unknown ticket")
	// ErrNobodyWaiting: no customer waits for a service of this counter.
	ErrNobodyWaiting = errors.New("nobody is waiting")
	// ErrCounterBusy: the counter holds a ticket, which has to be finished first.
	ErrCounterBusy = errors.New("the counter still has a customer")
	// ErrCounterIdle: the counter holds no ticket.
	ErrCounterIdle = errors.New("the counter has no customer")
	// ErrOtherTicket: the counter holds another ticket than the one meant.
	ErrOtherTicket = errors.New("the counter has another customer")
	// ErrNotWaiting: the ticket has been called, or is closed.
	ErrNotWaiting = errors.New("the ticket is not waiting")
	// ErrNotServed: the counter does not serve the ticket's service.
	ErrNotServed = errors.New("the counter does not serve this service")
	// ErrRequestReused: the request id belongs to an earlier, different command.
	ErrRequestReused = errors.New("the request id belongs to another command")
	// ErrMalformed: an argument is not of its form.
	ErrMalformed = errors.New("malformed command")
)
