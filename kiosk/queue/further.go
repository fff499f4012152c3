package queue

import "fmt"

func refuse(c Command) (Decision, error) {
	return Decision{}, fmt.Errorf("%w: %T is not carried out by this version", ErrMalformed, c)
}

func (c Return) decide(*State, instant) (Decision, error)        { return refuse(c) }
func (c Hold) decide(*State, instant) (Decision, error)          { return refuse(c) }
func (c Transfer) decide(*State, instant) (Decision, error)      { return refuse(c) }
func (c Split) decide(*State, instant) (Decision, error)         { return refuse(c) }
func (c Reclass) decide(*State, instant) (Decision, error)       { return refuse(c) }
func (c OpenCounter) decide(*State, instant) (Decision, error)   { return refuse(c) }
func (c PauseCounter) decide(*State, instant) (Decision, error)  { return refuse(c) }
func (c ResumeCounter) decide(*State, instant) (Decision, error) { return refuse(c) }
func (c CloseCounter) decide(*State, instant) (Decision, error)  { return refuse(c) }
func (c Undo) decide(*State, instant) (Decision, error)          { return refuse(c) }
func (c Tell) decide(*State, instant) (Decision, error)          { return Decision{}, nil }
