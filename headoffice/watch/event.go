package watch

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"stationkeeper/internal/record"
)

// told is a record in human words.
type told struct {
	// Title says what happened; for a type nobody here knows it is the type itself, and Foreign is true.
	Title   string
	Foreign bool
	// Detail says the rest: numbers, names, reasons. Empty when there is nothing more to say.
	Detail string
	// Tone is how it bears on the station: "" for ordinary business, else "bad", "warn" or "good". It only
	// colours what Title and Detail say in words already.
	Tone string
}

// tell puts a record into words. What it cannot read it shows as it came, so that a record of a newer station
// is never hidden.
func (l language) tell(r record.Record) told {
	teller, ok := tellers[r.Type]
	if !ok {
		return told{Title: r.Type, Foreign: true, Detail: l.members(r.Data)}
	}
	detail, err := teller.words(l, r.Data)
	if err != nil {
		data, _ := forEverybody(r)
		detail = l.members(data)
	}
	return told{Title: l.t("event." + r.Type), Detail: shorten(detail), Tone: teller.tone}
}

// teller words the data of one type of record.
type teller struct {
	tone  string
	words func(language, json.RawMessage) (string, error)
}

// telling makes a teller of a function on the decoded data.
func telling[T any](tone string, words func(language, T) string) teller {
	return teller{tone, func(l language, data json.RawMessage) (string, error) {
		var d T
		if err := json.Unmarshal(data, &d); err != nil {
			return "", err
		}
		return words(l, d), nil
	}}
}

var tellers = map[string]teller{
	record.NodeStarted:          telling("", language.node),
	record.NodeStopped:          telling("", language.node),
	record.JournalReplaced:      telling("warn", language.journal),
	record.ClockChanged:         telling("warn", language.clock),
	record.DoorOpened:           telling("", language.door),
	record.DoorClosed:           telling("", language.door),
	record.BadgePresented:       telling("", language.badge),
	record.InputActivated:       telling("warn", language.input),
	record.InputRested:          telling("", language.input),
	record.AccessGranted:        telling("", language.access),
	record.AccessDenied:         telling("warn", language.access),
	record.AccessUnused:         telling("", language.access),
	record.PassbackForgiven:     telling("", language.access),
	record.RegisterEntered:      telling("", language.register),
	record.RegisterLeft:         telling("", language.register),
	record.ModeChanged:          telling("warn", language.mode),
	record.MaintenanceBegan:     telling("warn", language.maintenance),
	record.MaintenanceEnded:     telling("good", language.maintenance),
	record.ConfigApplied:        telling("", language.config),
	record.ConfigRefused:        telling("warn", language.config),
	record.CommandExecuted:      telling("", language.command),
	record.CommandRefused:       telling("warn", language.command),
	record.AlarmRepeated:        telling("bad", language.alarm),
	record.PointFailed:          telling("warn", language.pointEvent),
	record.PointRecovered:       telling("good", language.pointEvent),
	record.AlarmRaised:          telling("bad", language.alarm),
	record.AlarmCleared:         telling("good", language.alarm),
	record.TemperatureMeasured:  telling("", language.measurement),
	record.HumidityMeasured:     telling("", language.measurement),
	record.ReplayEnded:          telling("", language.replayed),
	record.TicketIssued:         telling("", language.issued),
	record.TicketCalled:         telling("", language.called),
	record.TicketRecalled:       telling("", language.recalled),
	record.TicketServed:         telling("", language.served),
	record.TicketLeft:           telling("", language.left),
	record.TicketReturned:       telling("", language.returned),
	record.TicketHeld:           telling("", language.setAside),
	record.TicketTransferred:    telling("", language.transferred),
	record.TicketClassed:        telling("", language.classed),
	record.TicketUndone:         telling("", language.undone),
	record.QueueQuoted:          telling("", language.quoted),
	record.CounterOpened:        telling("", language.atCounter),
	record.CounterPaused:        telling("", language.atCounter),
	record.CounterResumed:       telling("", language.atCounter),
	record.CounterClosed:        telling("", language.atCounter),
	record.AppointmentBooked:    telling("", language.appointment),
	record.AppointmentCancelled: telling("", language.appointment),
	record.AppointmentArrived:   telling("", language.appointment),
	record.AppointmentMissed:    telling("warn", language.appointment),
	record.StaffLoggedIn:        telling("", language.staff),
	record.StaffLoggedOut:       telling("", language.staff),
	record.StaffDenied:          telling("warn", language.staff),
	record.PageFailed:           telling("warn", language.pageFailed),
	record.SurveyAnswered:       telling("", language.rated),
	record.ComplaintFiled:       telling("warn", language.complaint),
	record.CaseOpened:           telling("warn", language.caseStep),
	record.CaseAssigned:         telling("", language.caseStep),
	record.CaseNoted:            telling("", language.caseStep),
	record.CaseOverdue:          telling("bad", language.caseStep),
	record.CaseClosed:           telling("good", language.caseStep),
	record.TicketPrinted:        telling("", language.printed),
	record.TicketUnprinted:      telling("warn", language.printed),
	record.PaperReplaced:        telling("", language.paper),
	record.StaffActed:           telling("", language.acted),
	record.ScreenCaptured:       telling("", language.captured),
}

func (l language) node(d record.NodeData) string {
	program := d.Program
	if key := "program." + program; l.has(key) {
		program = l.t(key)
	}
	return l.t("detail.program", program, d.Version)
}

func (l language) journal(d record.JournalReplacedData) string {
	var aside, counts string
	if d.SetAside != "" {
		aside = l.t("detail.aside", d.SetAside)
	}
	if d.Recovered+d.Missing > 0 {
		counts = l.t("detail.recovered", d.Recovered, d.Missing)
	}
	return join(d.Reason, aside, counts)
}

func (l language) clock(d record.ClockChangedData) string {
	var step, belief string
	if d.Step != 0 {
		step = l.t("detail.clock", l.step(d.Step))
	}
	if key := "clock." + string(d.Clock); l.has(key) {
		belief = l.t(key)
	}
	return join(step, belief)
}

// step spells by how many seconds a clock was moved, and in which direction.
func (l language) step(seconds float64) string {
	sign := "+"
	if seconds < 0 {
		sign = "−"
	}
	const year = 365.25 * 24 * 3600
	switch seconds = math.Abs(seconds); {
	case seconds >= year:
		return sign + l.t("duration.years", strconv.FormatFloat(seconds/year, 'f', 1, 64))
	case seconds >= 48*3600:
		return sign + l.t("duration.days", strconv.FormatFloat(seconds/24/3600, 'f', 1, 64))
	case seconds < 60:
		return sign + amount(seconds, "s")
	}
	return sign + l.duration(seconds)
}

func (l language) door(d record.DoorData) string {
	if d.Initial {
		return l.t("detail.initial")
	}
	return ""
}

func (l language) badge(d record.BadgeData) string { return l.t("detail.card", d.Card) }

func (l language) pointEvent(d record.PointData) string {
	if d.Quality == record.Good || d.Quality == "" {
		return l.why(d.Reason)
	}
	return join(l.quality(d.Quality), l.why(d.Reason))
}

func (l language) alarm(d record.AlarmData) string {
	return join(l.level(d.Level), l.rule(d), l.measured(d), l.why(d.Reason), l.times(d.Times),
		l.t("detail.serial", d.Serial), l.with("detail.inhibited", d.Inhibited))
}

// measured is what an alarm's rule measured; some rules measure nothing.
func (l language) measured(d record.AlarmData) string {
	switch d.Kind {
	case "quality", "condition":
		return ""
	case "rate", "drift":
		return l.t("alarm."+d.Kind, amount(d.Value, d.Unit), amount(d.Limit, d.Unit))
	}
	return l.t("detail.alarm", amount(d.Value, d.Unit), amount(d.Limit, d.Unit))
}

// rule names what an alarm's rule is about: in words when it is one of those that every station has, else as the
// installer calls it.
func (l language) rule(d record.AlarmData) string {
	if key := "condition." + d.Rule; d.Kind == "condition" && l.has(key) {
		return l.t(key)
	}
	if key := "rule." + d.Rule; l.has(key) {
		return l.t(key)
	}
	if key := "input." + d.Rule; d.Kind == "condition" && l.has(key) {
		return l.t(key)
	}
	return join(l.known("kind.", d.Kind), l.t("alarm.rule", d.Rule))
}

// times is how often an alarm has come back, if it has.
func (l language) times(n uint64) string {
	if n < 2 {
		return ""
	}
	return l.t("detail.times", n)
}

func (l language) measurement(d record.MeasurementData) string { return amount(d.Value, d.Unit) }

func (l language) replayed(d record.ReplayEndedData) string {
	return l.t("detail.replayed", d.File, d.Readings)
}

// score names one of the five levels; any other number stands for itself.
func (l language) score(score int) string {
	if key := "score." + strconv.Itoa(score); l.has(key) {
		return l.t(key)
	}
	return strconv.Itoa(score)
}

func (l language) quality(q record.Quality) string {
	if key := "quality." + string(q); l.has(key) {
		return l.t(key)
	}
	return string(q)
}

func (l language) level(level string) string {
	if key := "level." + level; l.has(key) {
		return l.t(key)
	}
	return level
}

// longestDetail bounds, in runes, what is shown of a record's data.
const longestDetail = 240

// members spells any JSON object as "name: value" in order of the names.
func (l language) members(data json.RawMessage) string {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return shorten(string(data))
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = name + ": " + plain(object[name])
	}
	return shorten(strings.Join(names, ", "))
}

// plain spells a JSON value without the quotes of a string or needless space.
func plain(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return string(value)
	}
	return b.String()
}

// shorten cuts what is too long to be shown, and replaces what is not UTF-8.
func shorten(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	runes := []rune(s)
	if len(runes) <= longestDetail {
		return s
	}
	return string(runes[:longestDetail]) + "…"
}

// join puts the parts that say something behind one another.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

// amount spells a measured value with its unit: one decimal for temperatures and humidities, whose sensors know
// no more, up to three for everything else.
func amount(value float64, unit string) string {
	return strings.TrimSpace(number(value, unit) + " " + unit)
}

func number(value float64, unit string) string {
	// Adding zero turns a negative zero, which rounding may leave, into an ordinary one.
	if unit == "°C" || unit == "%RH" {
		return strconv.FormatFloat(math.Round(value*10)/10+0, 'f', 1, 64)
	}
	return strconv.FormatFloat(math.Round(value*1000)/1000+0, 'f', -1, 64)
}
