package appointments

import "stationkeeper/internal/record"

// withdrawn is the reason of an appointment that head office's list no longer has.
const withdrawn = "withdrawn"

func (c Merge) decide(s *State, now instant) (Decision, error) {
	var d Decision
	listed := make(map[string]bool, len(c.List))
	for _, a := range c.List {
		listed[a.ID] = true
		a.Origin, a.Status = HeadOffice, Booked
		if s.news(a, now) {
			d.Entries = append(d.Entries, entry(record.AppointmentBooked, a, "", now))
		}
	}
	for _, a := range s.sorted() {
		if a.Origin == HeadOffice && a.Status == Booked && !listed[a.ID] && now.Before(s.givenUp(a)) {
			d.Entries = append(d.Entries, s.cancel(a, withdrawn, "", now).Entries...)
		}
	}
	return d, nil
}

// news reports whether an appointment of the list is to be booked: it is unknown, or known to be otherwise.
func (s *State) news(listed Appointment, now instant) bool {
	over := !now.Before(s.givenUp(listed))
	known, ok := s.all[listed.ID]
	switch {
	case over || known.Status == Arrived:
		return false
	case !ok:
		return true
	case known.Status == Cancelled && known.Reason == withdrawn:
		return true
	case known.Status == Booked && known.Origin != HeadOffice:
		return true
	}
	return !known.agrees(listed)
}

// agrees reports whether two say the same of what was agreed.
func (a Appointment) agrees(b Appointment) bool {
	return a.Service == b.Service && a.At.Equal(b.At) && a.Name == b.Name && a.Code == b.Code && a.Phone == b.Phone
}
