package alarm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// Inhibition is a time of maintenance that goes on.
type Inhibition struct {
	record.MaintenanceData
	// Since is when it began, and Clock whether that was believed.
	Since time.Time    `json:"since"`
	Clock record.Clock `json:"clock"`

	// ends is when it is over by the monotonic clock; 0 is not known yet.
	ends time.Duration
}

// blind is how long maintenance lasts when nobody believes the wall clock and its Until is nowhere near: there is no
// telling when that will be.
const blind = 12 * time.Hour

// MaxMaintenance is how long maintenance may be planned for.
const MaxMaintenance = 31 * day

// Validate refuses maintenance that names no one or is over already.
func (m Maintenance) Validate(at record.Moment) error {
	var problems []error
	if m.By == "" {
		problems = append(problems, errors.New("maintenance: by: expected who maintains"))
	}
	for i, p := range m.Points {
		if err := record.CheckPoint(strings.TrimSuffix(p, "/")); err != nil {
			problems = append(problems, fmt.Errorf("maintenance: points[%d]: %w", i, err))
		}
	}
	if left := m.Until.Sub(at.Wall); m.Begin && at.Clock == record.Synced && (left <= 0 || left > MaxMaintenance) {
		problems = append(problems, fmt.Errorf("maintenance: until %s: expected a time from now until %s",
			m.Until.Format(time.RFC3339), at.Wall.Add(MaxMaintenance).Format(time.RFC3339)))
	}
	return errors.Join(problems...)
}

func (m Maintenance) tell(t *turn) {
	if m.Validate(t.at) != nil {
		return
	}
	i := t.s.maintained(m.Points)
	if !m.Begin {
		if i >= 0 {
			over := t.s.Maintenance[i].MaintenanceData
			over.By, over.Reason = m.By, m.Reason
			t.endMaintenance(over)
		}
		return
	}
	d := m.MaintenanceData
	d.Points, d.Until = slices.Clone(d.Points), record.Stamp(d.Until)
	t.s = t.s.ended(d.Points).begun(Inhibition{MaintenanceData: d, Since: record.Stamp(t.at.Wall), Clock: t.at.Clock})
	t.write(record.MaintenanceBegan, maintenanceSource(d.Points), d)
}

func (t *turn) endMaintenance(d record.MaintenanceData) {
	t.s = t.s.ended(d.Points)
	t.write(record.MaintenanceEnded, maintenanceSource(d.Points), d)
}

// maintenanceSource is the point that is maintained when it is one, "maintenance" otherwise.
func maintenanceSource(points []string) string {
	if len(points) == 1 && record.CheckPoint(points[0]) == nil {
		return points[0]
	}
	return "maintenance"
}

// expire ends what is over. While the wall clock is believed it says how long is left; the rest is counted by the
// monotonic clock, so that maintenance also ends when the wall clock is lost.
func (t *turn) expire() {
	now := slices.Clone(t.s.Maintenance)
	for i := range now {
		now[i].ends = now[i].end(t.at)
	}
	t.s.Maintenance = now
	for _, m := range now {
		if m.ends <= t.at.Mono {
			over := m.MaintenanceData
			over.Reason = "its time is over"
			t.endMaintenance(over)
		}
	}
}

// end is when maintenance is over by the monotonic clock.
func (m Inhibition) end(at record.Moment) time.Duration {
	planned := func(d time.Duration) bool { return d > 0 && d <= MaxMaintenance }
	left, whole := m.Until.Sub(at.Wall), m.Until.Sub(m.Since)
	switch {
	case at.Clock == record.Synced && (m.Clock == record.Synced || planned(left)):
		return at.Mono + min(left, MaxMaintenance)
	case m.ends != 0:
		return m.ends
	case planned(whole): // it lasts no longer from now than it was to last at all
		return at.Mono + whole
	}
	return at.Mono + blind
}

// covers reports whether maintenance of points or beginnings of points is that of one point.
func covers(points []string, point string) bool {
	for _, p := range points {
		p = strings.TrimSuffix(p, "/")
		if point == p || strings.HasPrefix(point, p+"/") {
			return true
		}
	}
	return len(points) == 0
}

// inhibitor is who maintains a point, the first who began; empty when nobody does.
func (s State) inhibitor(point string) string {
	for _, m := range s.Maintenance {
		if covers(m.Points, point) {
			return m.By
		}
	}
	return ""
}

// Maintained reports whether a point is in maintenance.
func (s State) Maintained(point string) bool { return s.inhibitor(point) != "" }

func (s State) maintained(points []string) int {
	return slices.IndexFunc(s.Maintenance, func(m Inhibition) bool { return slices.Equal(m.Points, points) })
}

func (s State) begun(m Inhibition) State {
	s.Maintenance = append(slices.Clone(s.Maintenance), m)
	return s
}

func (s State) ended(points []string) State {
	i := s.maintained(points)
	if i < 0 {
		return s
	}
	s.Maintenance = slices.Delete(slices.Clone(s.Maintenance), i, i+1)
	if len(s.Maintenance) == 0 {
		s.Maintenance = nil
	}
	return s
}
