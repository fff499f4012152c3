package signal

import (
	"time"

	"stationkeeper/sensors/line"
)

// output is a lamp's line; *line.Output is one.
type output interface {
	Set(on bool) error
	Close() error
}

// lamp is a lamp that heals: a line that has gone is requested again.
type lamp struct {
	open func(on bool) (output, error)
	on   func(light) bool

	line  output // nil when it is not there
	fault error
	tried time.Time
}

// opener requests a lamp's line.
func opener(l Lamp) func(bool) (output, error) {
	return func(on bool) (output, error) {
		o, err := line.OpenOutput(l.Line, l.ActiveLow, on)
		if err != nil {
			return nil, err // not o: an interface that holds a nil pointer is not nil
		}
		return o, nil
	}
}

// set switches the lamp; the error is why it cannot be, also while its line is not tried again yet.
func (l *lamp) set(on bool, now time.Time) error {
	if l.line == nil {
		if l.fault != nil && now.Sub(l.tried) < retry {
			return l.fault
		}
		l.tried = now
		l.line, l.fault = l.open(on)
		return l.fault
	}
	if l.fault = l.line.Set(on); l.fault != nil {
		l.tried = now
		l.close()
	}
	return l.fault
}

// close switches the lamp off and gives its line back. Nothing is left to be done where that fails.
func (l *lamp) close() {
	if l.line == nil {
		return
	}
	_ = l.line.Set(false)
	_ = l.line.Close()
	l.line = nil
}

// teller reports what is wrong once, and that it is over.
type teller struct {
	report func(error)
	told   bool
	last   string
}

func (t *teller) tell(fault error) {
	words := ""
	if fault != nil {
		words = fault.Error()
	}
	if t.told && words == t.last {
		return
	}
	t.told, t.last = true, words
	t.report(fault)
}

func (t *teller) faulty() bool { return t.last != "" }
