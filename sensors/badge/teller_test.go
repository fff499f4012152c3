package badge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// told collects sightings as words.
type told []string

func (w *told) add(s Sighting) {
	switch {
	case s.Works():
		*w = append(*w, "works")
	case s.Fault != nil:
		*w = append(*w, "fault: "+s.Fault.Error())
	case s.Key != 0:
		*w = append(*w, "key "+string(s.Key))
	default:
		*w = append(*w, "card "+string(s.Card))
	}
}

func TestTellerTellsOnce(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	gone, shut := errors.New("gone"), errors.New("shut")
	type step struct {
		after time.Duration
		tell  func(*Teller, time.Time)
		want  []string
	}
	card := func(c Card) func(*Teller, time.Time) { return func(t *Teller, at time.Time) { t.Card(c, at) } }
	key := func(t *Teller, at time.Time) { t.Key('7', at) }
	fault := func(err error) func(*Teller, time.Time) { return func(t *Teller, at time.Time) { t.Fault(err, at) } }
	works := func(t *Teller, at time.Time) { t.Works(at) }
	cases := map[string][]step{
		"a card that chatters is one": {
			{0, card("1"), []string{"works", "card 1"}},
			{time.Second, card("1"), nil},
			{time.Second, card("1"), nil},
			{time.Second + 1, card("1"), []string{"card 1"}},
		},
		"another card is another": {
			{0, card("1"), []string{"works", "card 1"}},
			{time.Millisecond, card("2"), []string{"card 2"}},
			{time.Millisecond, card("1"), []string{"card 1"}},
		},
		"keys are never dropped": {
			{0, key, []string{"works", "key 7"}},
			{0, key, []string{"key 7"}},
		},
		"a fault once per cause": {
			{0, fault(gone), []string{"fault: gone"}},
			{time.Hour, fault(fmt.Errorf("gone")), nil},
			{0, fault(shut), []string{"fault: shut"}},
			{0, fault(gone), []string{"fault: gone"}},
			{0, works, []string{"works"}},
			{0, works, nil},
			{0, fault(gone), []string{"fault: gone"}},
		},
		"a card shows that the reader works": {
			{0, fault(gone), []string{"fault: gone"}},
			{0, card("1"), []string{"works", "card 1"}},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			var got told
			teller, at := NewTeller(0, got.add), start
			for i, s := range steps {
				at, got = at.Add(s.after), nil
				s.tell(teller, at)
				if !slices.Equal(got, s.want) {
					t.Fatalf("step %d: told %q, want %q", i, got, s.want)
				}
			}
		})
	}
}

func TestKeepTriesAgainAfterThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		var got told
		var at []time.Duration
		teller := NewTeller(0, got.add)
		Keep(ctx, 0, teller, func(ctx context.Context) error {
			at = append(at, time.Since(start))
			switch len(at) {
			case 3:
				teller.Works(time.Now())
			case 4:
				cancel()
			}
			return errors.New("gone")
		})
		if want := []time.Duration{0, DefaultRetry, 2 * DefaultRetry, 3 * DefaultRetry}; !slices.Equal(at, want) {
			t.Errorf("tried at %v, want %v", at, want)
		}
		if want := (told{"fault: gone", "works", "fault: gone"}); !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

func TestKeepEndsWhilePausing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		calls := 0
		Keep(ctx, time.Hour, NewTeller(0, func(Sighting) {}), func(context.Context) error { calls++; return errors.New("gone") })
		if calls != 1 {
			t.Errorf("called %d times, want once", calls)
		}
	})
}
