package alarm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Point is a point of the node as far as rules need to know it.
type Point struct {
	Name string
	Unit string // of its readings, such as "°C"
	// Measured is whether it gives readings: limits, rates and drift need them.
	Measured bool
}

// document is what head office writes down, as JSON.
type document struct {
	// Usual adds the rules of a standard to every temperature and humidity: "ashrae" or "gb50174". A rule below with the
	// same point and name takes the place of the standard's.
	Usual string         `json:"usual"`
	Rules []documentRule `json:"rules"`
}

// documentRule says one of Above, Below, Rises, Falls, Unreadable, Drift and Condition. Times are spelled like "90s",
// "10m" or "1h30m".
type documentRule struct {
	Point string `json:"point"`
	Name  string `json:"name"`
	Level Level  `json:"level"`
	// Above and Below are limits in Unit, Rises and Falls in Unit per hour over Window.
	Above *float64 `json:"above"`
	Below *float64 `json:"below"`
	Rises *float64 `json:"rises"`
	Falls *float64 `json:"falls"`
	// Unreadable is how long the point may give no good reading; "0s" means until it is told to be stale or faulty.
	Unreadable *string `json:"unreadable"`
	Drift      bool    `json:"drift"`
	Condition  bool    `json:"condition"`

	Unit       string          `json:"unit"`       // when said, it must be the point's
	Hysteresis *float64        `json:"hysteresis"` // 1 when not said
	Window     string          `json:"window"`
	RaiseAfter string          `json:"raise_after"`
	ClearAfter string          `json:"clear_after"`
	Schedule   []documentHours `json:"schedule"`
	Flapping   *struct {
		Raises int    `json:"raises"`
		Within string `json:"within"`
		Quiet  string `json:"quiet"`
	} `json:"flapping"`
}

// documentHours are hours like {"days":["mon","tue"],"from":"08:00","to":"18:00"}.
type documentHours struct {
	Days []string `json:"days"`
	From string   `json:"from"`
	To   string   `json:"to"`
}

// Parse reads head office's document "alarms": all of it or, with every problem and its path, nothing.
func Parse(text []byte, points []Point) (*Rules, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var doc document
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("read the document of alarms: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read the document of alarms: something follows its end")
	}
	p := parser{points: points}
	rules := p.rules(doc)
	if err := errors.Join(p.problems...); err != nil {
		return nil, fmt.Errorf("the document of alarms is not in order:\n%w", err)
	}
	return New(rules)
}

// parser gathers problems.
type parser struct {
	points   []Point
	problems []error
}

func (p *parser) bad(path, format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf(path+": "+format, args...))
}

func (p *parser) rules(doc document) []Rule {
	var rules []Rule
	seen := map[identity]int{}
	for i, d := range doc.Rules {
		path := fmt.Sprintf("rules[%d]", i)
		rule := p.rule(path, d)
		if err := rule.Validate(); err != nil && rule.Kind != "" {
			p.bad(path, "%w", err)
		}
		if first, twice := seen[rule.identity()]; twice {
			p.bad(path+".name", "%q is the name of rules[%d] at %s already", rule.Name, first, rule.Point)
		} else {
			seen[rule.identity()] = i
		}
		rules = append(rules, rule)
	}
	usual, known := standards[doc.Usual]
	if doc.Usual != "" && !known {
		p.bad("usual", "%q: expected ashrae or gb50174", doc.Usual)
	}
	for _, point := range p.points {
		if !known || !point.Measured {
			continue
		}
		for _, rule := range usual(point) {
			if _, said := seen[rule.identity()]; !said {
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

func (p *parser) rule(path string, d documentRule) Rule {
	rule := Rule{Point: d.Point, Name: d.Name, Level: d.Level, Hysteresis: 1,
		Window: p.duration(path+".window", d.Window), RaiseAfter: p.duration(path+".raise_after", d.RaiseAfter),
		ClearAfter: p.duration(path+".clear_after", d.ClearAfter), Schedule: p.schedule(path, d.Schedule)}
	if d.Hysteresis != nil {
		rule.Hysteresis = *d.Hysteresis
	}
	if f := d.Flapping; f != nil {
		rule.Flapping = Flapping{f.Raises, p.duration(path+".flapping.within", f.Within), p.duration(path+".flapping.quiet", f.Quiet)}
	}
	p.kind(path, d, &rule)
	i := slices.IndexFunc(p.points, func(point Point) bool { return point.Name == d.Point })
	needs := rule.Kind != KindCondition
	switch {
	case i < 0:
		p.bad(path+".point", "%q is no point of this node", d.Point)
	case needs && rule.Kind != KindQuality && !p.points[i].Measured:
		p.bad(path+".point", "%q gives no readings", d.Point)
	case d.Unit != "" && d.Unit != p.points[i].Unit:
		p.bad(path+".unit", "%q: the point is measured in %q", d.Unit, p.points[i].Unit)
	}
	return rule
}

// kind says what a rule watches; exactly one member says so.
func (p *parser) kind(path string, d documentRule, rule *Rule) {
	said := 0
	limit := func(value *float64, kind Kind, side Side) {
		if value != nil {
			rule.Kind, rule.Side, rule.Limit = kind, side, *value
			said++
		}
	}
	limit(d.Above, KindLimit, Above)
	limit(d.Below, KindLimit, Below)
	limit(d.Rises, KindRate, Above)
	limit(d.Falls, KindRate, Below)
	if d.Unreadable != nil {
		rule.Kind, rule.Silent = KindQuality, p.duration(path+".unreadable", *d.Unreadable)
		said++
	}
	if d.Drift {
		rule.Kind = KindDrift
		said++
	}
	if d.Condition {
		rule.Kind = KindCondition
		said++
	}
	if said != 1 {
		rule.Kind = ""
		p.bad(path, "expected exactly one of above, below, rises, falls, unreadable, drift and condition")
	}
}

func (p *parser) duration(path, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		p.bad(path, "%q: expected a time like 90s, 10m or 1h30m", text)
		return 0
	}
	return d
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (p *parser) schedule(path string, hours []documentHours) Schedule {
	var s Schedule
	for i, h := range hours {
		path := fmt.Sprintf("%s.schedule[%d]", path, i)
		out := Hours{From: p.clock(path+".from", h.From), To: p.clock(path+".to", h.To)}
		for k, name := range h.Days {
			d := slices.Index(weekdays, strings.ToLower(name))
			if d < 0 {
				p.bad(fmt.Sprintf("%s.days[%d]", path, k), "%q: expected one of %s", name, strings.Join(weekdays, ", "))
				continue
			}
			out.Days = append(out.Days, time.Weekday(d))
		}
		s = append(s, out)
	}
	return s
}

// clock reads a time of the day from 00:00 to 24:00.
func (p *parser) clock(path, text string) time.Duration {
	if text == "24:00" {
		return day
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		p.bad(path, "%q: expected a time of the day like 08:00", text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// standards are the rules for a point, by the name a document may call them.
var standards = map[string]func(Point) []Rule{"ashrae": ASHRAE, "gb50174": GB50174}
