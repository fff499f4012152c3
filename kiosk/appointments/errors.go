package appointments

import "errors"

// Why a command is refused. A refused command leaves no record; its request id is not remembered.
var (
	// ErrUnknown: no appointment has this id or code, or none of today these digits.
	ErrUnknown = errors.New("unknown appointment")
	// ErrAmbiguous: several appointments have this code or these digits; Matches tells which.
	ErrAmbiguous = errors.New("more than one appointment matches")
	// ErrTooEarly: the customer may arrive for it later.
	ErrTooEarly = errors.New("too early for the appointment")
	// ErrTooLate: the time to arrive for it is over.
	ErrTooLate = errors.New("too late for the appointment")
	// ErrArrived: the customer has arrived for it already.
	ErrArrived = errors.New("the customer has arrived already")
	// ErrCancelled: it was cancelled.
	ErrCancelled = errors.New("the appointment is cancelled")
	// ErrUnknownService: no appointments are made for the service.
	ErrUnknownService = errors.New("no appointments are made for this service")
	// ErrClosed: the service is closed at the time wanted.
	ErrClosed = errors.New("closed at that time")
	// ErrPast and ErrTooFar: an appointment is not made for a time that is over, or too far ahead.
	ErrPast   = errors.New("the time wanted is over")
	ErrTooFar = errors.New("the time wanted is too far ahead")
	// ErrRequestReused: the request id belongs to an earlier, different command.
	ErrRequestReused = errors.New("the request id belongs to another command")
	// ErrMalformed: an argument is not of its form.
	ErrMalformed = errors.New("malformed command")
)
