package main

import (
	"encoding/json"
	"fmt"
	"time"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
)

// Verbs of commands that concern alarms; those of doors are package access's.
const (
	verbMaintain = "maintenance.begin" // {"points": […], "minutes": 60, "reason": "…"}
	verbResume   = "maintenance.end"   // {"points": […]}
)

// mostCommands bounds how many commands are remembered: what is over forgets the one that expires first.
const mostCommands = 1000

// order carries out a command of head office, once, unless it came too late. That it did, or why not, is written down
// and then answered.
func (k *keeper) order(c record.Command) {
	k.forgetExpired()
	if _, known := k.memory.Commands[c.ID]; known {
		return // its answer is in the journal
	}
	result := k.untimely(c)
	if result.Outcome == "" {
		result = k.obey(c)
	}
	result.ID, result.Time = c.ID, k.now.Wall
	typ := record.CommandExecuted
	if result.Outcome != record.Done {
		typ = record.CommandRefused
	}
	source := c.Point
	if source == "" {
		source = "command"
	}
	k.memory.Commands[c.ID] = c.Expires
	k.changed = true
	k.record(record.NewEntry(typ, source, k.now.Wall, record.CommandData{ID: c.ID, Verb: c.Verb, By: c.By, Issued: c.Issued,
		Expires: c.Expires, Outcome: result.Outcome, Reason: result.Reason}))
	k.pending.answers = append(k.pending.answers, result)
}

// untimely refuses a command that has expired, or of which that cannot be told: without the time of day a command of
// last week is like one of now.
func (k *keeper) untimely(c record.Command) record.Result {
	switch {
	case k.now.Clock != record.Synced:
		return record.Result{Outcome: record.Refused, Reason: "the station's clock is not believed, so that nobody can tell whether the command has expired"}
	case !k.now.Wall.Before(c.Expires):
		return record.Result{Outcome: record.Expired, Reason: fmt.Sprintf("it expired %s before it came", k.now.Wall.Sub(c.Expires).Round(time.Second))}
	}
	return record.Result{}
}

// obey does what a command says.
func (k *keeper) obey(c record.Command) record.Result {
	switch {
	case c.Verb == verbMaintain || c.Verb == verbResume:
		return k.maintain(c)
	case k.policy == nil:
		return record.Result{Outcome: record.Refused, Reason: fmt.Sprintf("%s: this station has no access rules", c.Verb)}
	}
	s, effects, result := k.policy.Order(k.memory.Access, c, k.now)
	k.carryOut(s, effects)
	return result
}

// maintain begins or ends a time of maintenance.
func (k *keeper) maintain(c record.Command) record.Result {
	var arguments struct {
		Points  []string `json:"points"`
		Minutes float64  `json:"minutes"`
		Reason  string   `json:"reason"`
	}
	if len(c.Arguments) > 0 {
		if err := json.Unmarshal(c.Arguments, &arguments); err != nil {
			return record.Result{Outcome: record.Refused, Reason: "arguments: " + err.Error()}
		}
	}
	if c.Point != "" {
		arguments.Points = append(arguments.Points, c.Point)
	}
	m := alarm.Maintenance{Begin: c.Verb == verbMaintain, MaintenanceData: record.MaintenanceData{
		Points: arguments.Points, By: c.By, Reason: arguments.Reason,
		Until: k.now.Wall.Add(time.Duration(arguments.Minutes * float64(time.Minute))),
	}}
	if err := m.Validate(k.now); err != nil {
		return record.Result{Outcome: record.Refused, Reason: err.Error()}
	}
	k.judge(m)
	return record.Result{Outcome: record.Done}
}

// forgetExpired forgets commands that would be refused as expired if they came again.
func (k *keeper) forgetExpired() {
	const grace = time.Hour // for clocks that are set back a little
	for len(k.memory.Commands) > 0 {
		first := ""
		for id, expires := range k.memory.Commands {
			if first == "" || expires.Before(k.memory.Commands[first]) {
				first = id
			}
		}
		over := k.now.Clock == record.Synced && k.now.Wall.After(k.memory.Commands[first].Add(grace))
		if !over && len(k.memory.Commands) < mostCommands {
			return
		}
		delete(k.memory.Commands, first)
	}
}
