package queue

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"stationkeeper/internal/record"
)

// Most records of a day are of four types and flat. They are read here in one pass, with one piece of memory for all
// their strings; whatever is not exactly as record.NewEntry spells it is left to encoding/json, which decides. A kiosk
// that rebuilds its day reads tens of thousands of them while customers look at a dark screen.

// decode reads the data of a record.
func decode[D any](data json.RawMessage, d *D) error {
	var quick func(key string, v value) bool
	switch d := any(d).(type) {
	case *record.TicketIssuedData:
		quick = issuedMember(d)
	case *record.TicketCalledData:
		quick = calledMember(d)
	case *record.TicketServedData:
		quick = servedMember(d)
	case *record.TicketLeftData:
		quick = leftMember(d)
	}
	if quick != nil {
		if rest, ok := object(string(data), quick); ok && rest == "" {
			return nil
		}
		var fresh D
		*d = fresh
	}
	return json.Unmarshal(data, d)
}

// value is one member's: a string without escapes, or the letters of a number, a boolean or an object.
type value struct {
	text string
	kind byte // '"' for a string, '0' for a number, 't' for a boolean, '{' for an object
}

// object reads one object and hands its members over, which say whether they know them. It returns what comes after it.
func object(s string, member func(key string, v value) bool) (rest string, ok bool) {
	if s, ok = strings.CutPrefix(s, "{"); !ok {
		return "", false
	}
	for {
		var key string
		if key, s, ok = plainString(s); !ok {
			return "", false
		}
		if s, ok = strings.CutPrefix(s, ":"); !ok {
			return "", false
		}
		var v value
		if v, s, ok = read(s); !ok || !member(key, v) {
			return "", false
		}
		switch {
		case strings.HasPrefix(s, ","):
			s = s[1:]
		case strings.HasPrefix(s, "}"):
			return s[1:], true
		default:
			return "", false
		}
	}
}

// read reads one value.
func read(s string) (v value, rest string, ok bool) {
	if s == "" {
		return value{}, "", false
	}
	switch c := s[0]; {
	case c == '"':
		text, rest, ok := plainString(s)
		return value{text, '"'}, rest, ok
	case c == '-' || c >= '0' && c <= '9':
		n := plainNumber(s)
		return value{s[:n], '0'}, s[n:], n > 0
	case strings.HasPrefix(s, "true"):
		return value{s[:4], 't'}, s[4:], true
	case strings.HasPrefix(s, "false"):
		return value{s[:5], 't'}, s[5:], true
	case c == '{':
		end := strings.IndexByte(s, '}') // of an object without another in it, or the reading fails
		if end < 0 {
			return value{}, "", false
		}
		return value{s[:end+1], '{'}, s[end+1:], true
	}
	return value{}, "", false
}

// plainString reads a string that needs no decoding.
func plainString(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", "", false
	}
	ascii := true
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			text = s[1:i]
			return text, s[i+1:], ascii || utf8.ValidString(text)
		case c < ' ' || c == '\\':
			return "", "", false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return "", "", false
}

// plainNumber is the length of a number without an exponent at the beginning of s; 0 when there is none.
func plainNumber(s string) int {
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	begin := 0
	if s[0] == '-' {
		begin = 1
	}
	end := digits(begin)
	if end == begin || s[begin] == '0' && end > begin+1 {
		return 0
	}
	if end < len(s) && s[end] == '.' {
		fraction := digits(end + 1)
		if fraction == end+1 {
			return 0
		}
		end = fraction
	}
	if end < len(s) && (s[end] == 'e' || s[end] == 'E') {
		return 0
	}
	return end
}

func (v value) string(to *string) bool {
	*to = v.text
	return v.kind == '"'
}

func (v value) int(to *int) bool {
	n, err := strconv.Atoi(v.text)
	*to = n
	return v.kind == '0' && err == nil
}

func (v value) float(to *float64) bool {
	f, err := strconv.ParseFloat(v.text, 64)
	*to = f
	return v.kind == '0' && err == nil
}

func (v value) bool(to *bool) bool {
	*to = v.text == "true"
	return v.kind == 't'
}

func issuedMember(d *record.TicketIssuedData) func(string, value) bool {
	return func(key string, v value) bool {
		switch key {
		case "ticket":
			return v.string(&d.Ticket)
		case "number":
			return v.string(&d.Number)
		case "service":
			return v.string(&d.Service)
		case "ahead":
			return v.int(&d.Ahead)
		case "class":
			return v.string(&d.Class)
		case "request":
			return v.string(&d.Request)
		case "appointment":
			return v.string(&d.Appointment)
		case "visit":
			return v.string(&d.Visit)
		case "counter":
			return v.string(&d.Counter)
		case "person":
			return v.string(&d.Person)
		case "quote":
			if v.kind != '{' || d.Quote != nil {
				return false
			}
			d.Quote = new(record.Quote)
			rest, ok := object(v.text, quoteMember(d.Quote))
			return ok && rest == ""
		}
		return false
	}
}

func quoteMember(q *record.Quote) func(string, value) bool {
	return func(key string, v value) bool {
		switch key {
		case "ahead":
			return v.int(&q.Ahead)
		case "low":
			return v.float(&q.Low)
		case "expected":
			return v.float(&q.Expected)
		case "high":
			return v.float(&q.High)
		case "known":
			return v.bool(&q.Known)
		}
		return false
	}
}

func calledMember(d *record.TicketCalledData) func(string, value) bool {
	return func(key string, v value) bool {
		switch key {
		case "ticket":
			return v.string(&d.Ticket)
		case "number":
			return v.string(&d.Number)
		case "service":
			return v.string(&d.Service)
		case "counter":
			return v.string(&d.Counter)
		case "clerk":
			return v.string(&d.Clerk)
		case "wait":
			return v.float(&d.Wait)
		case "rule":
			return v.string(&d.Rule)
		case "lane":
			return v.string(&d.Lane)
		case "request":
			return v.string(&d.Request)
		}
		return false
	}
}

func servedMember(d *record.TicketServedData) func(string, value) bool {
	return func(key string, v value) bool {
		switch key {
		case "ticket":
			return v.string(&d.Ticket)
		case "number":
			return v.string(&d.Number)
		case "service":
			return v.string(&d.Service)
		case "counter":
			return v.string(&d.Counter)
		case "clerk":
			return v.string(&d.Clerk)
		case "wait":
			return v.float(&d.Wait)
		case "serving":
			return v.float(&d.Serving)
		case "outcome":
			return v.string(&d.Outcome)
		case "note":
			return v.string(&d.Note)
		case "request":
			return v.string(&d.Request)
		}
		return false
	}
}

func leftMember(d *record.TicketLeftData) func(string, value) bool {
	return func(key string, v value) bool {
		switch key {
		case "ticket":
			return v.string(&d.Ticket)
		case "number":
			return v.string(&d.Number)
		case "service":
			return v.string(&d.Service)
		case "wait":
			return v.float(&d.Wait)
		case "reason":
			return v.string(&d.Reason)
		case "counter":
			return v.string(&d.Counter)
		case "request":
			return v.string(&d.Request)
		}
		return false
	}
}
