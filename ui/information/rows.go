package information

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"stationkeeper/kiosk/hours"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/survey"
)

// topic is one of the things there are to read.
type topic int

const (
	notices topic = iota
	prices
	pledge
	staff
	opening
	results
	topics // how many there are
)

// kind is what a row looks like.
type kind int

const (
	heading   kind = iota // of the rows after it; it does not stand alone at the end of a page
	paragraph             // a number and a text
	price                 // what, a note, and what it costs
	columns               // of a table
	titles                // of the columns
	bar                   // what, how much of it drawn, and in numbers
	fact                  // what, and large
)

// row is one line of what there is to read.
type row struct {
	kind  kind
	cells [4]string
	share float32 // of a bar, from 0 to 1
}

// offered are the topics that there is something to read of.
func (p Pages) offered() (all []topic) {
	for t, there := range [topics]bool{len(p.Notices) > 0, len(p.Prices) > 0, len(p.Pledge) > 0, len(p.Staff) > 0, len(p.Hours) > 0,
		p.Results.Count() > 0} {
		if there {
			all = append(all, topic(t))
		}
	}
	return all
}

// rows is what there is to read of a topic.
func (p Pages) rows(t topic, s flow.Scene) []row {
	switch t {
	case notices:
		return paragraphs(p.Notices, s.Language)
	case prices:
		return priceRows(p.Prices, s.Language)
	case pledge:
		return paragraphs(p.Pledge, s.Language)
	case staff:
		return staffRows(p.Staff, s)
	case opening:
		return openingRows(p.Hours, s)
	}
	return resultRows(p.Results, s)
}

func paragraphs(all []lang.Names, l lang.Language) (rows []row) {
	for i, one := range all {
		rows = append(rows, row{kind: paragraph, cells: [4]string{fmt.Sprint(i + 1), one.In(l)}})
	}
	return rows
}

func priceRows(groups []Group, l lang.Language) (rows []row) {
	for _, g := range groups {
		rows = append(rows, row{kind: heading, cells: [4]string{g.Names.In(l)}})
		for _, item := range g.Items {
			cost := item.Price
			if unit := item.Unit.In(l); unit != "" {
				cost += " " + unit
			}
			rows = append(rows, row{kind: price, cells: [4]string{item.Names.In(l), item.Note.In(l), cost}})
		}
	}
	return rows
}

func staffRows(people []Person, s flow.Scene) []row {
	c := &s.Words.Information
	rows := []row{{kind: titles, cells: [4]string{c.Number, c.Person, c.Role, c.Counter}}}
	for _, p := range people {
		rows = append(rows, row{kind: columns, cells: [4]string{p.Number, p.Name, p.Role.In(s.Language), p.Counter.In(s.Language)}})
	}
	return rows
}

// soon is how far ahead days that are otherwise are told, in days.
const soon = 60

// openingRows are the days of the week, Monday first, those that are alike in one row, and the days soon to come that are otherwise.
func openingRows(all []Opening, s flow.Scene) (rows []row) {
	c := &s.Words.Information
	line := func(day, when, why string) row { return row{kind: price, cells: [4]string{day, why, when}} }
	for _, o := range all {
		if name := o.Names.In(s.Language); name != "" {
			rows = append(rows, row{kind: heading, cells: [4]string{name}})
		}
		for from, to := 0, 0; from < 7; from = to {
			for to = from + 1; to < 7 && onWeekday(o.Hours, to, s) == onWeekday(o.Hours, from, s); {
				to++
			}
			days := c.Weekdays[(from+1)%7]
			if to > from+1 {
				days += " – " + c.Weekdays[to%7]
			}
			rows = append(rows, line(days, onWeekday(o.Hours, from, s), ""))
		}
		days := otherwise(o.Hours, s.At)
		if len(days) > 0 {
			rows = append(rows, row{kind: heading, cells: [4]string{c.Otherwise}})
		}
		for _, at := range days {
			key := at.Format(time.DateOnly)
			rows = append(rows, line(c.Day(int(at.Month()), at.Day(), c.Weekdays[at.Weekday()]), spans(o.Hours.Days[key], s), o.Days[key].In(s.Language)))
		}
	}
	return rows
}

// onWeekday are the hours of a day of the week, Monday at 0.
func onWeekday(h *hours.Hours, day int, s flow.Scene) string {
	if h == nil {
		return s.Words.Information.Always
	}
	return spans(h.Week[(day+1)%7], s)
}

// otherwise are the days from today on that are not as every week, in order.
func otherwise(h *hours.Hours, at time.Time) (days []time.Time) {
	if h == nil {
		return nil
	}
	year, month, day := at.Date()
	today := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	for key := range h.Days {
		if when, err := time.Parse(time.DateOnly, key); err == nil && !when.Before(today) && when.Before(today.AddDate(0, 0, soon)) {
			days = append(days, when)
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	return days
}

func spans(all []hours.Span, s flow.Scene) string {
	if len(all) == 0 {
		return s.Words.Information.Closed
	}
	var said []string
	for _, one := range all {
		if one.From == 0 && one.To == 24*time.Hour {
			return s.Words.Information.Always
		}
		said = append(said, clock(one.From)+"–"+clock(one.To))
	}
	return strings.Join(said, ", ")
}

// clock writes a time since midnight; the end of the day is 24:00.
func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// resultRows are how many chose each level, the best first, and for each aspect how many were satisfied.
func resultRows(r survey.Results, s flow.Scene) []row {
	c, n := &s.Words.Information, r.Count()
	rows := []row{
		{kind: fact, cells: [4]string{lang.Both(c.Month(r.Month.Year(), int(r.Month.Month())), c.Ratings(n)), c.Satisfied(survey.Satisfied(r.Levels))}},
	}
	for level := len(r.Levels); level > 0; level-- {
		count := r.Levels[level-1]
		share := float32(count) / float32(max(1, n))
		rows = append(rows, row{kind: bar, share: share, cells: [4]string{s.Words.Scores[level-1], c.Share(count, int(100*share+0.5))}})
	}
	if len(r.Aspects) > 0 {
		rows = append(rows, row{kind: heading, cells: [4]string{c.Aspects}})
	}
	for _, a := range r.Aspects {
		satisfied := survey.Satisfied(a.Levels)
		rows = append(rows, row{kind: bar, share: float32(satisfied) / 100, cells: [4]string{a.Names.In(s.Language), c.Percent(satisfied)}})
	}
	return rows
}

// paginate cuts rows of these heights into pages no higher than room, with at most so many rows each, and returns where
// each page begins. A heading stays with what follows it; a row that is higher than a page has one of its own.
func paginate(heights []float32, headings []bool, room float32, most int) []int {
	starts := []int{0}
	at, used := 0, float32(0)
	for i, h := range heights {
		if i > at && (used+h > room || i-at == most) {
			begin := i
			for begin-1 > at && headings[begin-1] {
				begin--
			}
			at, used = begin, 0
			for _, before := range heights[begin:i] {
				used += before
			}
			starts = append(starts, at)
		}
		used += h
	}
	return starts
}
