package hall

import (
	"context"
	"time"

	"stationkeeper/kiosk/queue"
)

// What a customer was told about the wait stays until it is no longer true: a number that changes with every call is
// no promise.
const (
	// tellGap is the least time between two quotes to the same customer, by the hall's clock, and between two records of
	// quotes.
	tellGap = 15 * time.Second
	// Off by more than either of these, a quote is replaced.
	mostOff      = time.Minute
	mostOffShare = 0.25
	// Narrower than that share of what was told, the interval is worth telling anew.
	narrower = 0.6
)

// stale reports whether what a customer was told is to be replaced by what is expected now. Both are as of now.
func stale(told, expected queue.Quote) bool {
	switch {
	case told.Known != expected.Known:
		return true
	case !expected.Known:
		return false
	case told.High <= 0:
		return true // the time that was promised is over
	}
	off := max(mostOff, time.Duration(mostOffShare*float64(expected.Expected)))
	return (told.Expected-expected.Expected).Abs() > off ||
		expected.Expected < told.Low-mostOff/2 || expected.Expected > told.High+mostOff/2 ||
		float64(expected.High-expected.Low) < narrower*float64(told.High-told.Low) && told.High-told.Low > 2*mostOff
}

// renewed are the quotes to be told of those who wait.
func renewed(s queue.Snapshot, expected map[string]queue.Quote) map[string]queue.Quote {
	told := map[string]queue.Quote{}
	for _, place := range s.Waiting {
		now, ok := expected[place.ID]
		if !ok || !place.Quote.At.IsZero() && s.At.Sub(place.Quote.At) < tellGap {
			continue
		}
		if stale(place.Quote.Remaining(s.At), now) {
			told[place.ID] = now
		}
	}
	return told
}

// estimate works out anew what a customer who comes now is told for each service, and tells those who wait what has
// changed for them.
func (h *Hall) estimate(ctx context.Context) error {
	if err := h.begin(ctx); err != nil {
		return err
	}
	defer h.end()
	now := h.Now()
	s := h.queue.Snapshot(now)
	h.offered = h.offers(s)
	if gap := s.At.Sub(h.told); gap < tellGap && gap >= 0 {
		h.show()
		return nil
	}
	told := renewed(s, h.learnt.Forecast.Waiting(s))
	if len(told) == 0 {
		h.show()
		return nil
	}
	decision, err := h.queue.Decide(queue.Tell{Quotes: told}, now)
	if err != nil {
		return err
	}
	h.told = s.At
	return h.write(ctx, decision.Entries)
}

// offers are what ordinary customers who come now are told, by service.
func (h *Hall) offers(s queue.Snapshot) map[string]queue.Quote {
	offered := make(map[string]queue.Quote, len(s.Services))
	for _, service := range s.Services {
		offered[service.ID] = h.learnt.Forecast.NewCustomer(s, service.ID, "")
	}
	return offered
}
