package lang

import (
	"fmt"
	"time"
)

var english = Catalogue{
	Name: "English",

	Shell: englishShell,

	Machine:       "Queue tickets",
	ChooseGroup:   "Please choose what it is about",
	ChooseService: "Please choose a service",
	TouchToTake:   "Touch a service to take a ticket",
	NoServices:    "No tickets here at the moment",
	NoServicesDo:  "Please go to a counter: our staff will help you",
	InFront: func(customers int) string {
		switch customers {
		case 0:
			return "Nobody waiting"
		case 1:
			return "1 person ahead"
		}
		return fmt.Sprintf("%d people ahead", customers)
	},
	Before: func(customers int) string {
		if customers == 0 {
			return "Nobody waiting"
		}
		return fmt.Sprintf("%d ahead", customers)
	},
	About: func(low, high int) string {
		switch low {
		case 0:
			return fmt.Sprintf("up to %d min", high)
		case high:
			return fmt.Sprintf("about %d min", high)
		}
		return fmt.Sprintf("about %d–%d min", low, high)
	},
	Waiting: func(customers int) string {
		if customers == 0 {
			return "Nobody waiting"
		}
		return fmt.Sprintf("%d waiting", customers)
	},
	Offers: func(services int) string {
		if services == 1 {
			return "1 service"
		}
		return fmt.Sprintf("%d services", services)
	},
	RateVisit:    "Rate your visit",
	NextPage:     "Next",
	PreviousPage: "Previous",
	Page:         func(page, pages int) string { return fmt.Sprintf("Page %d of %d", page, pages) },

	ClosedNow: "Closed now",
	OpensAt: func(day, clock string) string {
		if day == "" {
			return "Closed now, opens at " + clock
		}
		return "Closed now, opens " + day + " at " + clock
	},
	Tomorrow: "tomorrow",
	Weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	Date:     func(month, day int) string { return fmt.Sprintf("%d %s", day, time.Month(month)) },
	Full:     "No more tickets today",
	FullNow:  "No tickets left for now, please try later",
	TooLate:  "Fully queued until closing time",

	Taking:     "One moment, please",
	YourTicket: "You are in the queue",
	YourNumber: "Your number",
	Ahead: func(customers int) string {
		switch customers {
		case 0:
			return "You are next"
		case 1:
			return "1 person ahead of you"
		}
		return fmt.Sprintf("%d people ahead of you", customers)
	},
	Expect: func(low, high int) string {
		switch low {
		case 0:
			return fmt.Sprintf("Expected wait: up to %d min", high)
		case high:
			return fmt.Sprintf("Expected wait: about %d min", high)
		}
		return fmt.Sprintf("Expected wait: %d–%d min", low, high)
	},
	WatchCalls: "Please remember your number and watch for it to be called",
	Done:       "Done",

	NowServing: "Now serving",
	NoCalls:    "No calls yet",
	Counter:    func(counter string) string { return "Counter " + counter },

	Scores:     [5]string{"Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"},
	Back:       "Back",
	Thanks:     "Thank you for your rating",
	ThanksMore: "It helps us to serve you better",

	NoTicket:   "We could not give you a ticket",
	NoTicketDo: "Please try again, or ask at a counter: our staff will help you",
	NoRating:   "Your rating was not saved",
	NoRatingDo: "Please try again, or tell our staff at a counter",
	TryAgain:   "Try again",
	IsClosed:   "This service is closed now",
	IsClosedDo: "Please come back during its hours, or ask our staff",
	IsFull:     "No tickets left for this service",
	IsFullDo:   "Please come back later or another day, or ask our staff",
	IsLate:     "We could not serve you before closing time",
	IsLateDo:   "The queue reaches past closing time. Please come another day, or ask our staff",

	Survey:      surveyEn,
	Complaint:   complaintEn,
	Information: informationEn,

	CheckIn:  checkInEn,
	Backroom: backroomEn,
	Board:    boardEn,
}
