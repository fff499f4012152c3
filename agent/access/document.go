package access

import (
	"fmt"
	"strings"
	"time"
)

// Document is what head office sends under the name "access": who may pass which door, when and how. Every member that
// is not marked as required may be left out. Lengths of time are spelled like "5s", "1m30s" or "16h", dates like
// "2026-11-23", times of day like "08:00"; dates and times of day are those of the station's own time zone.
// testdata/access.json is an example with everything in it.
type Document struct {
	// ClockUnknown is what becomes of a card whose hours or dates cannot be judged, because the station has not learned
	// the time yet: "allow", the default, lets it in and remarks "clock-unknown"; "deny" does not. A machine that nobody
	// can get to is the worse of the two in most stations.
	ClockUnknown string `json:"clock_unknown"`
	// Attempts bounds how often a wrong card, PIN or work order can be tried.
	Attempts AttemptRules `json:"attempts"`
	// Holidays are days on which schedules go by their holiday hours.
	Holidays []HolidayRule `json:"holidays"`
	// Schedules are hours of the week, by name.
	Schedules []Schedule `json:"schedules"`
	// Areas are rules for rooms; an area that is not here has the defaults.
	Areas []AreaRules `json:"areas"`
	// Doors are rules for doors; a door that is not here has the defaults.
	Doors []DoorRules `json:"doors"`
	// Interlocks are lists of doors of which at most one is open at a time.
	Interlocks [][]string `json:"interlocks"`
	// Groups are doors that many cards have in common.
	Groups []Group `json:"groups"`
	// Cards are all cards that open anything.
	Cards []Card `json:"cards"`
	// CheckPurpose says that what is typed as a purpose must be the number of one of WorkOrders.
	CheckPurpose bool `json:"check_purpose"`
	// WorkOrders are those that are open.
	WorkOrders []WorkOrder `json:"work_orders"`
}

// AttemptRules bound guessing. Wrong attempts are counted by reader, whoever makes them, and by person whose card is used.
type AttemptRules struct {
	// Limit is how many make a reader or a person's cards pause; 5.
	Limit int `json:"limit"`
	// Delay is the first pause; 30s. Every further wrong attempt doubles it, up to LongestDelay; 15m. At that pace a
	// PIN of four digits takes more than a hundred days to go through.
	Delay        Duration `json:"delay"`
	LongestDelay Duration `json:"longest_delay"`
	// Forget is how long after the pause of the last wrong attempt they are no longer counted; 10m.
	Forget Duration `json:"forget"`
}

// HolidayRule is a holiday, or several in a row.
type HolidayRule struct {
	Date Date `json:"date"` // required
	// Until is the last of the days; only Date without.
	Until Date   `json:"until"`
	Name  string `json:"name"`
}

// Schedule is hours of the week. Hours that end before they begin, as "22:00-06:00", end on the next day, and belong to
// the day on which they begin.
type Schedule struct {
	Name string `json:"name"` // required
	Week Week   `json:"week"`
	// Holidays are the hours that take the place of the weekday's on a holiday; none without.
	Holidays []Hours `json:"holidays"`
}

// Week is the hours of each day.
type Week struct {
	Mon []Hours `json:"mon"`
	Tue []Hours `json:"tue"`
	Wed []Hours `json:"wed"`
	Thu []Hours `json:"thu"`
	Fri []Hours `json:"fri"`
	Sat []Hours `json:"sat"`
	Sun []Hours `json:"sun"`
}

// AreaRules are the rules of a room, by whichever door it is entered.
type AreaRules struct {
	Area string `json:"area"` // required; an area of the site
	// Within is the area that this one lies in: who is here is there as well. Without it, who enters here has left
	// wherever they were.
	Within string `json:"within"`
	// AntiPassback is "soft", "hard" or "timed"; off without. Soft remarks, and hard denies, that somebody enters who is
	// inside already. Timed denies entering again within AgainAfter; 10m. Leaving is never denied for it.
	AntiPassback string   `json:"anti_passback"`
	AgainAfter   Duration `json:"again_after"`
	// MaxStay is after how long a visit is closed by rule; 16h, two shifts: the person has gone by a way without a reader.
	MaxStay Duration `json:"max_stay"`
}

// DoorRules are the rules of a door.
type DoorRules struct {
	Door string `json:"door"` // required; a door of the site
	// Unlock is for how long a grant unlocks it, unless it is opened before; 5s, which is time to pull a handle.
	Unlock Duration `json:"unlock"`
	// Accessible takes the place of Unlock for cards that say so; 15s, to come from the reader in a wheelchair.
	Accessible Duration `json:"accessible"`
	// ExitUnlock takes the place of Unlock for requests to exit; 5s.
	ExitUnlock Duration `json:"exit_unlock"`
	// HeldWarning is after how long open the readers warn; 30s, time to get a trolley through. HeldAlarm is when it
	// becomes an alarm; 60s.
	HeldWarning Duration `json:"held_warning"`
	HeldAlarm   Duration `json:"held_alarm"`
	// BoltTime is how long after closing and locking the bolt may take to come out; 10s.
	BoltTime Duration `json:"bolt_time"`
	// AnswerTime is how long to wait for a PIN, a purpose or a second card, from the last key; 20s.
	AnswerTime Duration `json:"answer_time"`
	// PIN says that a card needs its PIN, except during the schedule PINExcept.
	PIN       bool   `json:"pin"`
	PINExcept string `json:"pin_except"`
	// Purpose is who says what they come for: "visitors", the default, "everyone" or "nobody".
	Purpose string `json:"purpose"`
	// TwoCards says that two persons who may both enter do so together.
	TwoCards bool `json:"two_cards"`
	// FirstCard says that, each day, nobody enters before a card that says "first".
	FirstCard bool `json:"first_card"`
	// FreeExit says that the handle inside always opens, and nothing tells: an opening without a grant is not forced.
	FreeExit bool `json:"free_exit"`
	// UnlockSchedule is when the door is free for everybody; never without. With UnlockAfterFirst it becomes so, each
	// time, when a card that says "first" is granted.
	UnlockSchedule   string `json:"unlock_schedule"`
	UnlockAfterFirst bool   `json:"unlock_after_first"`
}

// Group is doors that many cards have in common, such as those of the cleaners.
type Group struct {
	Name  string       `json:"name"` // required
	Doors []Permission `json:"doors"`
}

// Permission is a door, and when.
type Permission struct {
	Door string `json:"door"` // required; a door of the site
	// Schedule is the name of one; at all times without.
	Schedule string `json:"schedule"`
}

// Card is one card and whose it is. A person may have several.
type Card struct {
	Hash   Hash   `json:"hash"`   // required; of the number, as of Key.Card
	Person string `json:"person"` // required; id of the holder: letters, digits, '.', '_', '-'
	Name   string `json:"name"`
	// PIN is its hash, as of Key.PIN.
	PIN Hash `json:"pin"`
	// Groups are names of Groups, and Doors what the card opens besides.
	Groups []string     `json:"groups"`
	Doors  []Permission `json:"doors"`
	// From is the first day on which the card is valid, from FromTime on; always without. To is the last day, and the
	// card is valid until ToTime, or the end of the day.
	From     Date       `json:"from"`
	FromTime TimeOfDay  `json:"from_time"`
	To       Date       `json:"to"`
	ToTime   *TimeOfDay `json:"to_time"`
	// Blocked cards are known and open nothing: lost, or taken back.
	Blocked bool `json:"blocked"`
	// Accessible gives more time to get to the door.
	Accessible bool `json:"accessible"`
	// First fulfils the rules FirstCard and UnlockAfterFirst.
	First bool `json:"first"`
	// Emergency lets in also in a lock-down: fire brigade, head of security.
	Emergency bool `json:"emergency"`
	// Visitor says that the holder needs a purpose. Purpose is it when it is known beforehand; then nothing is asked.
	Visitor bool   `json:"visitor"`
	Purpose string `json:"purpose"`
}

// WorkOrder is one that a visitor may come for.
type WorkOrder struct {
	Number string `json:"number"` // required; 1 to 32 digits, as they are typed
	// Doors are where it holds; everywhere without.
	Doors []string `json:"doors"`
	// From and To are the first and the last day; always without.
	From Date `json:"from"`
	To   Date `json:"to"`
	// Text is for people.
	Text string `json:"text"`
}

// Duration is a length of time, spelled as time.ParseDuration reads it. 0 means the default.
type Duration time.Duration

// UnmarshalText reads a length of time above 0.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v <= 0 {
		return fmt.Errorf("%.40q: expected a length of time such as \"5s\" or \"1h30m\"", text)
	}
	*d = Duration(v)
	return nil
}

// Date is a day, spelled "2006-01-02"; the zero Date is none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// UnmarshalText reads a date that exists.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%.40q: expected a date such as \"2026-11-23\"", text)
	}
	*d = dateOf(t)
	return nil
}

func dateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// midnight is the beginning of a day, or of one some days later, where clocks are never changed.
func (d Date) midnight(later int) time.Time {
	return time.Date(d.Year, d.Month, d.Day+later, 0, 0, 0, 0, time.UTC)
}

// add is the day that is some days later.
func (d Date) add(days int) Date { return dateOf(d.midnight(days)) }

// after reports whether a day comes after another.
func (d Date) after(other Date) bool { return d.midnight(0).After(other.midnight(0)) }

// at is a time of the day, where clocks are never changed. It is to be compared with others of that kind only.
func (d Date) at(t TimeOfDay) time.Time { return d.midnight(0).Add(time.Duration(t) * time.Minute) }

// TimeOfDay is minutes since midnight as the clock on the wall shows them, spelled "15:04"; "24:00" is the end of the day.
type TimeOfDay int

const endOfDay TimeOfDay = 24 * 60

// UnmarshalText reads a time of day.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	if string(text) == "24:00" {
		*t = endOfDay
		return nil
	}
	v, err := time.Parse("15:04", string(text))
	if err != nil || len(text) != len("15:04") {
		return fmt.Errorf("%.40q: expected a time of day such as \"08:00\"", text)
	}
	*t = timeOf(v)
	return nil
}

func timeOf(t time.Time) TimeOfDay { return TimeOfDay(t.Hour()*60 + t.Minute()) }

// Hours is from one time of day up to another, spelled "08:00-18:00". Hours that end before they begin end on the next
// day.
type Hours struct{ From, To TimeOfDay }

// UnmarshalText reads hours.
func (h *Hours) UnmarshalText(text []byte) error {
	from, to, ok := strings.Cut(string(text), "-")
	if !ok || h.From.UnmarshalText([]byte(from)) != nil || h.To.UnmarshalText([]byte(to)) != nil ||
		h.From == h.To || h.From == endOfDay {
		return fmt.Errorf("%.40q: expected hours such as \"08:00-18:00\", or \"00:00-24:00\" for all day", text)
	}
	return nil
}
