package room

import "stationkeeper/sensors/badge"

// Holder is somebody who holds a card of the simulated room's.
type Holder struct {
	// Card is the number printed on nobody's card: these numbers are for demonstration, and whoever reads this file
	// knows them. They belong into no real station's list.
	Card badge.Card
	// Person is the person's number at the company, Name the name as head office shows it.
	Person, Name string
	// PIN is what the person keys when asked for one.
	PIN string
}

// Staff are the people who work for the station. Their cards are for demonstration.
var Staff = []Holder{
	{Card: "0009000001", Person: "demo-1", Name: "王伟", PIN: "4711"},
	{Card: "0009000002", Person: "demo-2", Name: "李娜", PIN: "1908"},
	{Card: "0009000003", Person: "demo-3", Name: "张敏", PIN: "3141"},
	{Card: "0009000004", Person: "demo-4", Name: "刘洋", PIN: "2718"},
	{Card: "0009000005", Person: "demo-5", Name: "陈静", PIN: "1618"},
	{Card: "0009000006", Person: "demo-6", Name: "赵磊", PIN: "1414"},
}

// Visitor is somebody from outside, who keys the number of a work order when asked for a purpose. The card is for
// demonstration.
var Visitor = struct {
	Holder
	WorkOrder string
}{
	Holder:    Holder{Card: "0009000099", Person: "demo-visitor", Name: "访客"},
	WorkOrder: "20261123",
}
