// Package queue is the rule of who is next: tickets taken for a service, called to a counter, finished there, held, sent
// on or left, and closed at the end of the day.
//
// It is event sourced and does no I/O. Decide says which records a command would cause, and Apply folds a record
// into the State; the state is exactly the fold of the journal's ticket.*, counter.* and queue.* records, so that a kiosk
// that lost its power rebuilds its queue by reading them again. Time, time zone and randomness are arguments.
//
// What always holds: a counter holds at most one ticket, a ticket is held by at most one counter, a command that is
// repeated with the same request id changes nothing and is answered as it was the first time, and every call that a
// clerk did not choose is the one that the counter's rules give.
//
// # What a counter may do
//
// Rows are commands, columns what the counter is like while somebody waits. A cell is what becomes of the ticket or of the
// counter, or, after "!", why the command is refused. A test reads these tables and tries every cell.
//
//	command         closed     idle       busy       paused     paused, busy  unknown
//	Call            called     called     !busy      !paused    !paused       !counter
//	Call, finish    called     called     called     !paused    !paused       !counter
//	Call, other     called     called     !other     !paused    !paused       !counter
//	Call, chosen    called     called     !busy      !paused    !paused       !counter
//	Recall          !idle      !idle      called     !idle      called        !counter
//	Finish          !idle      !idle      served     !idle      served        !counter
//	NoShow          !idle      !idle      left       !idle      left          !counter
//	Return          !idle      !idle      waiting    !idle      waiting       !counter
//	Hold            !idle      !idle      held       !idle      held          !counter
//	Transfer        !idle      !idle      waiting    !idle      waiting       !counter
//	Split           !idle      !idle      waiting    !idle      waiting       !counter
//	Undo            !nothing   !nothing   waiting    !nothing   waiting       !counter
//	OpenCounter     open       open       open       open       open          !counter
//	PauseCounter    !closed    paused     paused     !paused    !paused       !counter
//	ResumeCounter   !closed    !unpaused  !unpaused  open       open          !counter
//	CloseCounter    !closed    closed     !busy      closed     !busy         !counter
//
// # What may be done with a ticket
//
// Columns are where the ticket is; at another counter means one that waits for counter 2 only.
//
//	command         waiting    for another  at a counter  held      served    left      unknown
//	Call, chosen    called     !elsewhere   !waiting      called    !waiting  !waiting  !ticket
//	Call            called     !nobody      !nobody       !nobody   !nobody   !nobody   !nobody
//	Leave           left       left         !waiting      left      !waiting  !waiting  !ticket
//	Reclass         waiting    waiting      !waiting      held      !waiting  !waiting  !ticket
//	Tell            told       told         nothing       nothing   nothing   nothing   nothing
//	EndDay          left       left         left          left      nothing   nothing   nothing
//
// # What may be taken back
//
// Rows are the last action of a counter. Taken back, its ticket is where it was: the cell says where. It is refused after
// Rules.Undo, and when something has happened to the ticket since.
//
//	action          within 10 s  after 10 s  ticket changed
//	call            waiting      !late       !late
//	finish, call    waiting      !late       !late
//	finish          called       !late       -
//	no-show         called       !late       -
//	return          called       !late       !late
//	hold            called       !late       !late
//	transfer        called       !late       !late
//	split           called       !late       !late
//
// # Who may take a ticket
//
// Columns are what the service is like. An appointment has been checked by its window.
//
//	command            open     closed   past cut-off  full     window full  person's limit
//	Take               waiting  !hours   !cut-off      !full    !full        !person
//	Take, appointment  waiting  waiting  waiting       waiting  waiting      waiting
package queue
