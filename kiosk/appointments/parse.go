package appointments

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"stationkeeper/internal/document"
	"stationkeeper/internal/record"
)

// Document is what head office sends under the name "appointments": all appointments of the station from today on that
// it knows of. Members not marked as required may be left out.
type Document struct {
	// Appointments are required: an empty list, which withdraws them all, is written [].
	Appointments *[]Listed `json:"appointments"`
}

// Listed is one appointment of the list.
type Listed struct {
	ID      string    `json:"id"`      // required: its own, 1 to 64 letters, digits and "._-"
	Service string    `json:"service"` // required: id of one of the station's services
	At      time.Time `json:"at"`      // required: as 2026-11-23T09:30:00+08:00
	Name    string    `json:"name"`    // masked, such as "王**"
	Code    string    `json:"code"`    // what the customer was given: 3 to 16 letters and digits, its own
	Phone   string    `json:"phone"`   // the last three or four digits of the telephone number
}

var (
	idPattern   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	codePattern = regexp.MustCompile(`^[A-Za-z0-9]{3,16}$`)
)

// maxListedAppointments bounds a list. A station of 2,000 customers a day fills it in three weeks.
const maxListedAppointments = 50_000

// Parse reads head office's list: all of it or, with every problem named by its path, nothing. The appointments are
// Booked, and HeadOffice is their origin. Services are not held against the station's: who asked for one that the
// station no longer has is told at arrival by the queue.
func Parse(text []byte) ([]Appointment, error) {
	var d Document
	var found document.Problems
	found.Strict(text, &d)
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read appointments: %w", err)
	}
	switch {
	case d.Appointments == nil:
		found.Add("appointments", "missing: an empty list is written []")
	case len(*d.Appointments) > maxListedAppointments:
		found.Add("appointments", "%d of them, at most %d are taken", len(*d.Appointments), maxListedAppointments)
	default:
		list := check(*d.Appointments, &found)
		if found.Err() == nil {
			return list, nil
		}
	}
	return nil, fmt.Errorf("read appointments: %w", found.Err())
}

// check makes appointments of the list, and notes what cannot be.
func check(listed []Listed, found *document.Problems) []Appointment {
	list := make([]Appointment, 0, len(listed))
	ids, codes := map[string]bool{}, map[string]bool{}
	for i, l := range listed {
		path := fmt.Sprintf("appointments[%d]", i)
		l.check(path, found)
		code := strings.ToUpper(l.Code)
		if ids[l.ID] {
			found.Add(path+".id", "%q comes twice", l.ID)
		}
		if code != "" && codes[code] {
			found.Add(path+".code", "%q is another appointment's too", l.Code)
		}
		ids[l.ID], codes[code] = true, true
		list = append(list, Appointment{ID: l.ID, Service: l.Service, At: record.Stamp(l.At), Name: l.Name, Code: code, Phone: l.Phone,
			Origin: HeadOffice, Status: Booked})
	}
	return list
}

func (l Listed) check(path string, found *document.Problems) {
	if !idPattern.MatchString(l.ID) {
		found.Add(path+".id", "%.70q: expected 1 to 64 letters, digits, '.', '_', '-'", l.ID)
	}
	if !idPattern.MatchString(l.Service) {
		found.Add(path+".service", "%.70q: expected the id of a service", l.Service)
	}
	if year := l.At.UTC().Year(); year < 2000 || year > 9998 {
		found.Add(path+".at", "expected the time agreed, such as 2026-11-23T09:30:00+08:00")
	}
	if l.Name != "" && (!strings.Contains(l.Name, "*") || utf8.RuneCountInString(l.Name) > maxName) {
		// The name itself is not repeated: errors are logged, and this one is of somebody whose name is not masked.
		found.Add(path+".name", "expected at most %d characters, all but the first masked, such as 王**", maxName)
	}
	if l.Code != "" && !codePattern.MatchString(l.Code) {
		found.Add(path+".code", "%.20q: expected 3 to 16 letters and digits", l.Code)
	}
	if l.Phone != "" && !digitsPattern.MatchString(l.Phone) {
		found.Add(path+".phone", "expected the last three or four digits of the telephone number")
	}
}

// Mask leaves the first letter of each word of a name, and stars for the others, at least one: 王小明 becomes 王**.
func Mask(name string) string {
	words := strings.Fields(name)
	for i, word := range words {
		first, size := utf8.DecodeRuneInString(word)
		words[i] = string(first) + strings.Repeat("*", max(1, utf8.RuneCountInString(word[size:])))
	}
	return strings.Join(words, " ")
}

// lastDigits are the last four digits of a telephone number, however it is spaced; none when it has fewer than three.
func lastDigits(phone string) string {
	digits := []byte(phone)
	digits = slices.DeleteFunc(digits, func(b byte) bool { return b < '0' || b > '9' })
	if len(digits) < 3 {
		return ""
	}
	return string(digits[max(0, len(digits)-4):])
}
