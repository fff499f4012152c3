package lobby

import (
	"cmp"
	"slices"
	"time"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/widgets"
)

// serviceOffer says of a service how many wait and how long it takes, or why it gives no tickets.
func serviceOffer(s Service, at time.Time, l lang.Language) widgets.Offer {
	return widgets.Offer{
		Mark:   s.Mark,
		Name:   s.Names.In(l),
		Detail: standing(s, at, lang.Of(l)),
		Off:    s.Availability != Open,
	}
}

func standing(s Service, at time.Time, c *lang.Catalogue) string {
	switch s.Availability {
	case Closed:
		return c.When(at, s.Opens)
	case Full:
		return c.Full
	case FullNow:
		return c.FullNow
	case TooLate:
		return c.TooLate
	}
	if s.Wait.Known() {
		return lang.Both(c.Before(s.Ahead), c.About(s.Wait.Low, s.Wait.High))
	}
	return c.InFront(s.Ahead)
}

// groupOffer says of a group how many services it has and how many customers wait for them. Where none of them gives
// tickets, it says when that changes; it can be opened all the same, to see what there is.
func groupOffer(g choice, at time.Time, l lang.Language) widgets.Offer {
	c := lang.Of(l)
	o := widgets.Offer{Mark: marks(g.services), Name: g.group.Names.In(l)}
	open, waiting := 0, 0
	for _, s := range g.services {
		if s.Availability == Open {
			open++
			waiting += s.Waiting
		}
	}
	if open > 0 {
		o.Detail = lang.Both(c.Offers(len(g.services)), c.Waiting(waiting))
	} else {
		o.Detail = standing(slices.MinFunc(g.services, sooner), at, c)
	}
	return o
}

// sooner puts services that give no tickets in the order in which they open again, those that say no time last.
func sooner(a, b Service) int {
	rank := func(s Service) int {
		switch {
		case s.Availability == Closed && !s.Opens.IsZero():
			return 0
		case s.Availability == Closed:
			return 2
		}
		return 1
	}
	return cmp.Or(rank(a)-rank(b), a.Opens.Compare(b.Opens))
}

// marks are the letters of a group's services: both of two, else the first and the last.
func marks(services []Service) string {
	var all []string
	for _, s := range services {
		if !slices.Contains(all, s.Mark) {
			all = append(all, s.Mark)
		}
	}
	slices.Sort(all)
	switch len(all) {
	case 1:
		return all[0]
	case 2:
		return all[0] + " " + all[1]
	}
	return all[0] + "–" + all[len(all)-1]
}
