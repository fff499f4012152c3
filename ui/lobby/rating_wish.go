package lobby

import (
	"context"
	"time"

	"stationkeeper/ui/lang"
)

// rate is a tap on a face.
type rate struct {
	score   int
	request string
}

func (e rate) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(rating, at) {
		return s, nil
	}
	w := &wish{score: e.score}
	w.impatient = &problem{again: w, say: func(c *lang.Catalogue) (string, string) { return c.NoRating, c.NoRatingDo }}
	w.ask = func(ctx context.Context, l *Lobby) event {
		err := l.options.Desk.(Rater).Rate(ctx, Rating{Score: e.score, Request: e.request})
		if err != nil {
			l.options.Log.Error("a rating could not be taken", "score", e.score, "request", e.request, "err", err)
			return refused{w, w.impatient}
		}
		return ratingTaken{w}
	}
	return s.ask(w)
}

type ratingTaken struct{ wish *wish }

func (e ratingTaken) next(s state, at time.Time) (state, effect) {
	if !s.expects(e.wish) {
		return s, nil
	}
	s.asked = false
	return s.enter(thanks, thanksStays, at), nil
}
