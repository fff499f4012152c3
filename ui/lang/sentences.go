package lang

// Sentences returns everything that a catalogue can say, functions with typical arguments: what a font must be able
// to draw.
func (c *Catalogue) Sentences() []string {
	all := []string{
		c.Name, c.Machine,
		c.ChooseService, c.TouchToTake, c.NoServices, c.NoServicesDo, c.RateVisit, c.NextPage, c.PreviousPage,
		c.Page(12, 34),
		c.Taking, c.YourTicket, c.YourNumber, c.WatchCalls, c.Done,
		c.NowServing, c.NoCalls, c.Counter("5"),
		c.HowWasVisit, c.TouchAFace, c.Back, c.Thanks, c.ThanksMore,
		c.NoTicket, c.NoTicketDo, c.NoRating, c.NoRatingDo, c.TryAgain,
	}
	for _, n := range []int{0, 1, 2, 67890} {
		all = append(all, c.InFront(n), c.Ahead(n), c.ReturnIn(n))
	}
	return append(all, c.Scores[:]...)
}
