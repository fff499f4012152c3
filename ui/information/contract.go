// Package information shows what the station has to say: notices, the price list, the service pledge, who works there,
// the opening hours, and what last month's customers said. There is nothing to ask and nothing to type.
package information

import (
	"stationkeeper/kiosk/hours"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/survey"
)

// Pages are what there is to read. What is empty is not offered. Nothing of it may change once it was shown.
type Pages struct {
	Notices []lang.Names
	Prices  []Group
	Pledge  []lang.Names
	Staff   []Person
	Hours   []Opening
	Results survey.Results
}

// Group is prices of one kind.
type Group struct {
	Names lang.Names
	Items []Item
}

// Item is something that costs something.
type Item struct {
	Names lang.Names
	// Price is as it is to be read, such as "¥5.00"; Unit is what for, such as "per transfer"; Note is said besides.
	// The latter two may be empty.
	Price      string
	Unit, Note lang.Names
}

// Person is somebody who works at the station.
type Person struct {
	Number, Name string
	// Role and Counter may be empty.
	Role, Counter lang.Names
}

// Opening is when a part of the station, or all of it, is open.
type Opening struct {
	// Names are what is open; empty for the station as a whole.
	Names lang.Names
	Hours *hours.Hours
	// Days say why a day is otherwise, by the dates of Hours.Days; may be nil.
	Days map[string]lang.Names
}
