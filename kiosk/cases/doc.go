// Package cases is the rule of what somebody has to see to: complaints, suggestions and praise that customers file, and
// the cases that complaints and bad ratings open, each with a number that the customer is told, an owner and a deadline.
//
// Like the queue it is event sourced and does no I/O: Decide says which records a command would cause, and Apply folds
// a record into the State; the state is exactly the fold of the journal's complaint.filed and case.* records. A case may
// stay open for longer than the journal keeps records, so the state can be kept as JSON beside it.
package cases
