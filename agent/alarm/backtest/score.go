package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
)

// warning is one warning of the detector.
type warning struct {
	begin, end time.Time // end is zero when it goes on
	reason     string
}

// replay plays readings to the rules of an agent that has nothing but a drift rule.
func replay(readings []reading) ([]warning, error) {
	const point = "recording"
	rules, err := alarm.New([]alarm.Rule{{Point: point, Name: "drift", Kind: alarm.KindDrift, Level: alarm.Minor}})
	if err != nil {
		return nil, err
	}
	moment := func(at time.Time) record.Moment {
		return record.Moment{Wall: at, Clock: record.Synced, Mono: at.Sub(readings[0].at)}
	}
	state, _ := rules.Begin(alarm.State{}, moment(readings[0].at))
	var warnings []warning
	for _, r := range readings {
		var entries []record.Entry
		state, entries = rules.Step(state, alarm.Reading{Point: point, Value: r.value}, moment(r.at))
		for _, e := range entries {
			var d record.AlarmData
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return nil, err
			}
			switch e.Type {
			case record.AlarmRaised:
				warnings = append(warnings, warning{begin: r.at, reason: d.Reason})
			case record.AlarmCleared:
				warnings[len(warnings)-1].end = r.at
			}
		}
	}
	return warnings, nil
}

// score is how warnings compare with windows.
type score struct {
	windows []windowScore
	vain    []warning // begin outside of all windows
	months  float64   // outside of the windows
}

type windowScore struct {
	window
	failure  time.Time
	warnings []warning // that begin inside
}

func (w windowScore) lead() float64 { return w.failure.Sub(w.warnings[0].begin).Hours() }

func judge(readings []reading, windows []window, warnings []warning) score {
	var s score
	for _, w := range windows {
		ws := windowScore{window: w, failure: failure(readings, w)}
		for _, x := range warnings {
			if w.holds(x.begin) {
				ws.warnings = append(ws.warnings, x)
			}
		}
		s.windows = append(s.windows, ws)
	}
	inside := func(at time.Time) bool {
		return slices.ContainsFunc(windows, func(w window) bool { return w.holds(at) })
	}
	for _, x := range warnings {
		if !inside(x.begin) {
			s.vain = append(s.vain, x)
		}
	}
	var outside time.Duration
	for i := 1; i < len(readings); i++ {
		if step := readings[i].at.Sub(readings[i-1].at); step <= 24*time.Hour && !inside(readings[i].at) {
			outside += step
		}
	}
	s.months = outside.Hours() / 24 / 30
	return s
}

// failure is the middle reading of a window; its middle by the clock when nothing was recorded.
func failure(readings []reading, w window) time.Time {
	var in []time.Time
	for _, r := range readings {
		if w.holds(r.at) {
			in = append(in, r.at)
		}
	}
	if len(in) == 0 {
		return w.start.Add(w.end.Sub(w.start) / 2)
	}
	return in[len(in)/2]
}

func (s score) perMonth() float64 {
	if s.months == 0 {
		return 0
	}
	return float64(len(s.vain)) / s.months
}

// summary is what a machine reads.
type summary struct {
	Windows     int       `json:"windows"`
	Detected    int       `json:"detected"`
	LeadHours   []float64 `json:"lead_hours"` // of the detected windows, in order
	FalseAlarms float64   `json:"false_alarms_per_month"`
}

func (s score) summary() summary {
	sum := summary{Windows: len(s.windows), LeadHours: []float64{}, FalseAlarms: s.perMonth()}
	for _, w := range s.windows {
		if len(w.warnings) > 0 {
			sum.Detected++
			sum.LeadHours = append(sum.LeadHours, w.lead())
		}
	}
	return sum
}

const layout = "2006-01-02 15:04"

func (s score) print(out io.Writer, from series) error {
	sum, all := s.summary(), from.readings
	first, last := all[0].at, all[len(all)-1].at
	fmt.Fprintf(out, "%d readings from %s to %s, mostly every %s", len(all), first.Format(layout), last.Format(layout), interval(all))
	if from.empty+from.twice > 0 {
		fmt.Fprintf(out, "; passed over %d lines without a value and %d of a time given twice", from.empty, from.twice)
	}
	fmt.Fprintf(out, "\ndetected %d of %d; %d false alarms in %.1f months outside of the windows: %.2f a month\n\n",
		sum.Detected, sum.Windows, len(s.vain), s.months, sum.FalseAlarms)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "window\tfailure (middle reading)\tfirst warning inside\tlead\twhy")
	for _, w := range s.windows {
		fmt.Fprintf(table, "%s – %s\t%s\t", w.start.Format(layout), w.end.Format(layout), w.failure.Format(layout))
		if len(w.warnings) == 0 {
			fmt.Fprint(table, "none\t\t\n")
			continue
		}
		fmt.Fprintf(table, "%s\t%.0f h\t%s\n", w.warnings[0].begin.Format(layout), w.lead(), w.warnings[0].reason)
	}
	for _, x := range s.vain {
		fmt.Fprintf(table, "false alarm\t\t%s\t\t%s\n", x.begin.Format(layout), x.reason)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "\nA window is detected by a warning that begins inside it; one that begins outside of all is a false alarm.\n"+
		"Lead is from the first warning inside a window to its middle reading, around which windows are drawn; above 0 is before.")
	return err
}

// interval is the median time between readings.
func interval(readings []reading) time.Duration {
	steps := make([]time.Duration, len(readings)-1)
	for i := range steps {
		steps[i] = readings[i+1].at.Sub(readings[i].at)
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}
