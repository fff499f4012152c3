// Package cases is the rule of what somebody has to see to: complaints, suggestions and praise that customers file, and
// the cases that complaints and bad ratings open, each with a number that the customer is told, an owner and a deadline.
//
// Like the queue it is event sourced and does no I/O: Decide says which records a command would cause, and Apply folds
// a record into the State; the state is exactly the fold of the journal's complaint.filed and case.* records, and of the
// survey.answered just before a case that a rating opens, whose reasons are the case's. A case may stay open for longer
// than the journal keeps records, so the state can be kept as JSON beside it.
//
// What always holds: no two cases have one number, a closed case stays closed, nothing is overdue before its deadline, and
// a command that is repeated with the same request id changes nothing and is answered as it was the first time.
//
// # What may be done about a case
//
// Columns are what the case is like; cells what it is like afterwards or, after "!", why the command is refused. A test
// reads this table and the next, and tries every cell.
//
//	command        open     overdue  closed   unknown
//	Assign         open     overdue  !closed  !case
//	Assign, later  open     open     !closed  !case
//	Note           open     overdue  closed   !case
//	Close          closed   closed   !closed  !case
//	Tick           open     overdue  closed   nothing
//	Tick, due      overdue  overdue  closed   nothing
//
// # What opens a case
//
// Columns are the rules: nothing said of this cause, a time by when it is due, or a threshold of 0 for ratings.
//
//	filed       nothing  due      threshold 0
//	complaint   open     open     open
//	suggestion  nothing  open     nothing
//	praise      nothing  open     nothing
//	rating 1    open     open     nothing
//	rating 2    open     open     nothing
//	rating 3    nothing  nothing  nothing
package cases
