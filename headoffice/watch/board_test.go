package watch

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stationkeeper/headoffice/store"
)

// easel is a board whose changes and drawings the test holds in its hands.
type easel struct {
	changes chan store.Change
	took    time.Duration // by each drawing
	err     error

	mu    sync.Mutex
	times []time.Time
	stale []bool // of hangzhou-01, at each drawing
	other []bool // of ningbo-02
}

// drawn returns when the board was drawn, once all that is under way has come to rest.
func (e *easel) drawn() []time.Time {
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.times)
}

func (e *easel) boards() *boards {
	e.changes = make(chan store.Change)
	paint := func(ctx context.Context, stale func(string) bool) ([]section, error) {
		time.Sleep(e.took)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.times = append(e.times, time.Now())
		e.stale = append(e.stale, stale("hangzhou-01"))
		e.other = append(e.other, stale("ningbo-02"))
		return []section{{ID: "n", HTML: strconv.Itoa(len(e.times))}}, e.err
	}
	subscribe := func() (<-chan store.Change, func()) { return e.changes, func() {} }
	return newBoards(subscribe, func(subject) painter { return paint }, slog.New(slog.DiscardHandler))
}

func changeOf(station string) store.Change {
	return store.Change{Station: station, Node: "agent", Kind: store.RecordsChanged}
}

func TestBoardDrawsSoonAndNotTooOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e easel
		b := e.boards()
		one := b.join(subject{language: chinese})
		time.Sleep(10 * time.Second) // nothing happens
		if len(e.drawn()) != 1 {
			t.Fatalf("%d drawings before anything changed, want 1", len(e.drawn()))
		}
		quiet := time.Now()
		e.changes <- changeOf("hangzhou-01")
		time.Sleep(gather)
		if len(e.drawn()) != 2 {
			t.Fatalf("a change after a quiet time was not drawn within %s", gather)
		}
		if e.drawn()[1].Sub(quiet) != gather || !e.stale[1] {
			t.Errorf("drawn after %s, stale %v", e.drawn()[1].Sub(quiet), e.stale[1])
		}
		if !e.other[0] || e.other[1] {
			t.Errorf("a station that did not change was drawn %v, want only the first time", e.other)
		}
		before, began := len(e.drawn()), time.Now()
		for range 1000 {
			e.changes <- changeOf("hangzhou-01")
			time.Sleep(5 * time.Millisecond)
		}
		last := time.Now()
		time.Sleep(rest + gather)
		if n, most := len(e.drawn())-before, int(last.Sub(began)/rest)+2; n > most || n < most/2 {
			t.Errorf("%d drawings in %s, want about %d", n, last.Sub(began), most)
		}
		all := e.drawn()
		if newest := all[len(all)-1]; newest.Before(last.Add(-5 * time.Millisecond)) {
			t.Errorf("the last change, at %s, was not drawn: last drawing at %s", last, newest)
		}
		b.leave(one)
	})
}

func TestBoardTakesItsTimeWhenDrawingIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := easel{took: time.Second}
		b := e.boards()
		one := b.join(subject{language: chinese})
		began := time.Now()
		for time.Since(began) < 40*time.Second {
			select {
			case e.changes <- changeOf("hangzhou-01"):
			case <-time.After(10 * time.Millisecond):
			}
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(e.drawn()); n < 8 || n > 11 {
			t.Errorf("%d drawings of a second each in 40 s, want about 10", n)
		}
		b.leave(one)
	})
}

func TestBoardMindsItsSubject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e easel
		b := e.boards()
		one := b.join(subject{language: chinese, station: "hangzhou-01"})
		synctest.Wait()
		e.changes <- changeOf("ningbo-02")
		time.Sleep(time.Second)
		if len(e.drawn()) != 1 {
			t.Errorf("%d drawings after another station's change, want 1", len(e.drawn()))
		}
		e.changes <- store.Change{Station: "hangzhou-01", Node: "agent", Kind: store.ProgressChanged}
		time.Sleep(time.Second)
		if len(e.drawn()) != 2 {
			t.Errorf("%d drawings after progress of its own, want 2", len(e.drawn()))
		}
		time.Sleep(redraw)
		if n := len(e.drawn()); n != 3 || !e.stale[n-1] {
			t.Errorf("%d drawings after %s, want 3, the last of everything", n, redraw)
		}
		b.leave(one)
	})
}

func TestBoardIsSharedAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e easel
		b := e.boards()
		s := subject{language: chinese}
		first, second := b.join(s), b.join(s)
		if first != second {
			t.Error("two who watch the same have two boards")
		}
		if other := b.join(subject{language: english}); other == first {
			t.Error("two languages share a board")
		} else {
			b.leave(other)
		}
		b.leave(first)
		if len(b.all) != 1 {
			t.Errorf("%d boards while one is watched", len(b.all))
		}
		b.leave(second)
		if len(b.all) != 0 {
			t.Errorf("%d boards after the last has left", len(b.all))
		}
		// synctest fails the test if the board's goroutine is still there.
	})
}

func TestBoardTellsWhyItEnds(t *testing.T) {
	failure := errors.New("no database")
	for name, c := range map[string]struct {
		spoil func(*easel)
		want  error
	}{
		"drawing fails":   {func(e *easel) { e.err = failure }, failure},
		"store is closed": {func(e *easel) { close(e.changes) }, errClosed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var e easel
				b := e.boards()
				c.spoil(&e)
				one := b.join(subject{language: chinese})
				synctest.Wait()
				if _, _, err := one.current(); !errors.Is(err, c.want) {
					t.Errorf("the board says %v, want %v", err, c.want)
				}
				b.leave(one)
			})
		})
	}
}

func TestWhatsNew(t *testing.T) {
	seen := map[string]string{}
	card := func(html string) section { return section{ID: "card-a", HTML: html, Inside: "stations"} }
	list := func(key, html string) section { return section{ID: "stations", HTML: html, Key: key} }
	for i, c := range []struct {
		sections []section
		want     string
	}{
		{[]section{{ID: "summary", HTML: "1"}, list("a", "<li>x</li>"), card("x")},
			"<hx-partial id=\"summary\" hx-swap=\"innerMorph\">1</hx-partial>\n" +
				"<hx-partial id=\"stations\" hx-swap=\"innerMorph\"><li>x</li></hx-partial>\n"},
		{[]section{{ID: "summary", HTML: "1"}, list("a", "<li>x</li>"), card("x")}, ""},
		{[]section{{ID: "summary", HTML: "1"}, list("a", "<li>y</li>"), card("y")},
			"<hx-partial id=\"card-a\" hx-swap=\"innerMorph\">y</hx-partial>\n"},
		{[]section{{ID: "summary", HTML: "2"}, list("a b", "<li>y</li><li>z</li>"), card("y")},
			"<hx-partial id=\"summary\" hx-swap=\"innerMorph\">2</hx-partial>\n" +
				"<hx-partial id=\"stations\" hx-swap=\"innerMorph\"><li>y</li><li>z</li></hx-partial>\n"},
	} {
		if got := whatsNew(c.sections, seen); got != c.want {
			t.Errorf("step %d: %q, want %q", i, got, c.want)
		}
	}
}
