package queue

import "time"

// What is counted today. By is 1, or -1 for what is taken back. What concerns tickets of another day is not counted.

func (s *State) countIssued(t *Ticket, by int) {
	if t.Day != s.day {
		return
	}
	s.tally.Issued += by
	d := s.counted(t.Service)
	d.Issued += by
	if t.Person != "" {
		d.persons[t.Person] += by
	}
	if i, known := s.code.services[t.Service]; known {
		local := t.Issued.In(s.rules.Calendar.Zone)
		for w, window := range s.rules.Services[i].Cap.Windows {
			if window.holds(local) {
				d.windows[w] += by
			}
		}
	}
}

// countStage counts a service that ended at a counter; t is the ticket while it was there.
func (s *State) countStage(desk *desk, t *Ticket, ended time.Time, by int) {
	if by > 0 {
		desk.last = ended
	}
	if t.Day != s.day {
		return
	}
	wait := t.Wait()
	signed := time.Duration(by)
	desk.tally.Served += by
	desk.tally.Worked += signed * t.worked(ended)
	desk.tally.Waited += signed * wait
	d := s.counted(t.Service)
	d.Served += by
	d.Waited += signed * wait
	if i, known := s.code.services[t.Service]; known {
		if within := s.rules.Services[i].Target.Within; within > 0 && wait <= within {
			d.Within += by
		}
	}
}

// countServed counts a visit that is over.
func (s *State) countServed(t *Ticket, by int) {
	if t.Day != s.day {
		return
	}
	waited, worked := t.earlier()
	s.tally.Served += by
	s.tally.Waited += time.Duration(by) * (waited + t.Wait())
	s.tally.Worked += time.Duration(by) * (worked + t.Serving())
}

func (s *State) countLeft(t *Ticket, by int) {
	if t.Day != s.day {
		return
	}
	s.tally.Left += by
	s.counted(t.Service).Left += by
}

// charge counts a call for a lane of a rule that has weights.
func (s *State) charge(rule, name string) charged {
	share, weighted := s.code.shares[rule]
	if !weighted || name == "" {
		return charged{}
	}
	for i, l := range share.lanes {
		if l.name == name {
			return s.accounts[share.account].charge(i, l.weight)
		}
	}
	return charged{} // of other rules than today's
}

// add scores quotes against a call.
func (s *Score) add(quotes []Quote, called time.Time, by int) {
	for _, q := range quotes {
		if !q.Known {
			continue
		}
		waited := called.Sub(q.At)
		off := q.Expected - waited
		s.N += by
		s.Error += time.Duration(by) * off
		s.AbsError += time.Duration(by) * off.Abs()
		if q.Low <= waited && waited <= q.High {
			s.Inside += by
		}
	}
}
