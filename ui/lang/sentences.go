package lang

// Sentences returns everything that a catalogue can say, functions with typical arguments: what a font must be able
// to draw.
func (c *Catalogue) Sentences() []string {
	all := []string{
		c.Name, c.Machine,
		c.ChooseGroup, c.ChooseService, c.TouchToTake, c.NoServices, c.NoServicesDo, c.RateVisit, c.NextPage, c.PreviousPage,
		c.Page(12, 34), c.Offers(1), c.Offers(67890), Both("1", "2"),
		c.ClosedNow, c.OpensAt("", "01:23"), c.OpensAt(c.Tomorrow, "45:67"), c.Full, c.FullNow, c.TooLate,
		c.Taking, c.YourTicket, c.YourNumber, c.WatchCalls, c.Done,
		c.NowServing, c.NoCalls, c.Counter("5"),
		c.HowWasVisit, c.TouchAFace, c.Back, c.Thanks, c.ThanksMore,
		c.NoTicket, c.NoTicketDo, c.NoRating, c.NoRatingDo, c.TryAgain,
		c.IsClosed, c.IsClosedDo, c.IsFull, c.IsFullDo, c.IsLate, c.IsLateDo,
	}
	for _, n := range []int{0, 1, 2, 67890} {
		all = append(all, c.InFront(n), c.Before(n), c.Ahead(n), c.ReturnIn(n), c.Waiting(n),
			c.About(n, 67890), c.About(67890, 67890), c.Expect(n, 67890), c.Expect(67890, 67890))
	}
	for month := 1; month <= 12; month++ {
		all = append(all, c.Date(month, 30))
	}
	return append(append(all, c.Weekdays[:]...), c.Scores[:]...)
}
