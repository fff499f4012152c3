package lang

import "fmt"

var english = Catalogue{
	Name: "English",

	Machine:       "Queue tickets",
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
	RateVisit:    "Rate your visit",
	NextPage:     "Next",
	PreviousPage: "Previous",
	Page:         func(page, pages int) string { return fmt.Sprintf("Page %d of %d", page, pages) },

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
	WatchCalls: "Please remember your number and watch for it to be called",
	Done:       "Done",
	ReturnIn: func(seconds int) string {
		if seconds == 1 {
			return "Back to start in 1 second"
		}
		return fmt.Sprintf("Back to start in %d seconds", seconds)
	},

	NowServing: "Now serving",
	NoCalls:    "No calls yet",
	Counter:    func(counter string) string { return "Counter " + counter },

	HowWasVisit: "How was your visit?",
	TouchAFace:  "Touch the answer that fits",
	Scores:      [5]string{"Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"},
	Back:        "Back",
	Thanks:      "Thank you for your rating",
	ThanksMore:  "It helps us to serve you better",

	NoTicket:   "We could not give you a ticket",
	NoTicketDo: "Please try again, or ask at a counter: our staff will help you",
	NoRating:   "Your rating was not saved",
	NoRatingDo: "Please try again, or tell our staff at a counter",
	TryAgain:   "Try again",
}
