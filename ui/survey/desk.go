package survey

import (
	"context"
	"errors"
)

// find asks the desk which visit a customer means.
func (f *Flow) find(p Proof) {
	f.shell.Ask(func(ctx context.Context) func() {
		visit, err := f.options.Desk.Visit(ctx, p)
		return func() {
			if err != nil {
				f.enter(f.state.refuse(err))
				return
			}
			f.begin(visit)
		}
	})
}

// send puts the rating to the desk.
func (f *Flow) send(s state) {
	f.state = s
	rating, ok := f.rating()
	if !ok {
		return
	}
	f.shell.Ask(func(ctx context.Context) func() {
		number, err := f.options.Desk.Rate(ctx, rating)
		return func() { f.sent(number, err) }
	})
}

func (f *Flow) sent(number string, err error) {
	switch {
	case err == nil:
		f.enter(f.state.deliver(number))
	case errors.Is(err, ErrRated):
		f.state.delivered = true // there is nothing left to send
		f.enter(f.state.refuse(err))
	default:
		words := f.shell.Scene().Words
		f.shell.Failed(words.NoRating, words.NoRatingDo, func() { f.send(f.state) })
	}
}

// rating is what the customer has said so far, remembered with its request.
func (f *Flow) rating() (Rating, bool) {
	rating, ok := f.state.rated(f.questions, f.shell.NewRequest)
	if ok {
		rating.Language = f.shell.Scene().Language
		f.state.rating = rating
	}
	return rating, ok
}

// Left sends the rating of a customer who walked away once the level for the visit as a whole was chosen: it is an answer,
// and the questions after it are voluntary. Who went back to the beginning, or refused, has taken it back.
func (f *Flow) Left() (send func(ctx context.Context)) {
	s := f.state
	defer func() { f.state = state{} }()
	if s.step != asking || s.delivered {
		return nil
	}
	rating, ok := f.rating()
	if !ok {
		return nil
	}
	return func(ctx context.Context) {
		// Whether it arrived is of no use to a customer who is gone; the desk's log has it.
		_, _ = f.options.Desk.Rate(ctx, rating)
	}
}
