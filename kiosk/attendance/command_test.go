package attendance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/display"
)

// orderly is commands that are carried out one by one.
type orderly struct {
	*commands
	t       *testing.T
	upkeep  *upkeep
	answers chan record.Result
	now     record.Moment
}

func newOrderly(t *testing.T, u *upkeep) *orderly {
	o := &orderly{commands: newCommands(quiet()), t: t, upkeep: u, answers: make(chan record.Result, 10), now: moment(0)}
	return o
}

// obeyAll carries out commands in order, and returns what was answered: "id outcome: reason".
func (o *orderly) obeyAll(list ...record.Command) []string {
	o.t.Helper()
	ctx, stop := context.WithCancel(o.t.Context())
	defer stop()
	o.offer("test.end", func(context.Context, record.Command) (deed, error) { return deed{Then: stop}, nil })
	for _, c := range list {
		o.take(c)
	}
	o.take(order("end", "test.end"))
	err := o.run(ctx, o.upkeep, func() record.Moment { return o.now }, func(r record.Result) { o.answers <- r })
	if err != nil {
		o.t.Fatal(err)
	}
	var said []string
	for len(o.answers) > 0 {
		if r := <-o.answers; r.ID != "end" {
			said = append(said, fmt.Sprintf("%s %s: %s", r.ID, r.Outcome, r.Reason))
		}
	}
	return said
}

func order(id, verb string) record.Command {
	return record.Command{ID: id, Verb: verb, By: "duty", Issued: moment(-60).Wall, Expires: moment(600).Wall}
}

func TestCommandsAreCarriedOutOnce(t *testing.T) {
	dir := t.TempDir()
	j := keptJournal(t, dir)
	done := 0
	count := func(context.Context, record.Command) (deed, error) { done++; return deed{}, nil }
	o := newOrderly(t, keptUpkeep(t, dir, j))
	o.offer("test.count", count)
	if got := o.obeyAll(order("a", "test.count"), order("a", "test.count"), order("b", "test.count")); len(got) != 2 || got[0] != "a done: " || done != 2 {
		t.Errorf("answered %q, done %d times", got, done)
	}
	// The same after a restart. The end is another one's.
	o = newOrderly(t, keptUpkeep(t, dir, j))
	delete(o.upkeep.memory.Commands, "end")
	o.offer("test.count", count)
	if got := o.obeyAll(order("a", "test.count"), order("b", "test.count")); got != nil || done != 2 {
		t.Errorf("answered %q, done %d times", got, done)
	}
}

func TestCommandsThatAreNotCarriedOutAreAnswered(t *testing.T) {
	dir := t.TempDir()
	j := keptJournal(t, dir)
	o := newOrderly(t, keptUpkeep(t, dir, j))
	o.offer("test.fail", func(context.Context, record.Command) (deed, error) { return deed{}, errors.New("the lamp is broken") })
	o.offer(VerbTestPrint, testPrint(nil))
	o.offer(VerbCapture, noScreen)
	late := order("late", "test.fail")
	late.Expires = moment(-10).Wall
	got := o.obeyAll(order("a", "test.fail"), late, order("c", "door.unlock"), order("d", VerbTestPrint), order("e", VerbCapture))
	want := []string{
		"a failed: the lamp is broken", "late expired: it expired 10s before it came", `c refused: refused: this kiosk does not know "door.unlock"`,
		"d refused: refused: this kiosk has no printer", "e refused: refused: this kiosk runs without a touchscreen",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("answered %q", got)
	}
	if got := typesIn(t, j); got != strings.Repeat("command.refused ", 5)+"command.executed" {
		t.Errorf("written %q", got)
	}

	o = newOrderly(t, keptUpkeep(t, t.TempDir(), keptJournal(t, t.TempDir())))
	o.offer("test.ok", func(context.Context, record.Command) (deed, error) { return deed{}, nil })
	o.now.Clock = record.Unsynced
	ctx, stop := context.WithCancel(t.Context())
	o.take(order("a", "test.ok"))
	if err := o.run(ctx, o.upkeep, func() record.Moment { return o.now }, func(r record.Result) { o.answers <- r; stop() }); err != nil {
		t.Fatal(err)
	}
	if r := <-o.answers; r.Outcome != record.Refused || !strings.Contains(r.Reason, "clock is not believed") {
		t.Errorf("without the time of day: %+v", r)
	}
}

func TestACommandThatCannotBeWrittenDownHasFailed(t *testing.T) {
	dir := t.TempDir()
	j := &refusing{Journal: keptJournal(t, dir), full: true}
	o := newOrderly(t, keptUpkeep(t, dir, j))
	o.offer(VerbRestart, restart(func() { t.Error("restarted, though nobody will know") }))
	ctx, stop := context.WithCancel(t.Context())
	o.take(order("a", VerbRestart))
	if err := o.run(ctx, o.upkeep, func() record.Moment { return o.now }, func(r record.Result) { o.answers <- r; stop() }); err != nil {
		t.Fatal(err)
	}
	if r := <-o.answers; r.Outcome != record.Failed || !strings.Contains(r.Reason, "no space left") {
		t.Errorf("answered %+v", r)
	}
}

func TestARestartIsWrittenDownBeforeItIsDone(t *testing.T) {
	dir := t.TempDir()
	j := keptJournal(t, dir)
	o := newOrderly(t, keptUpkeep(t, dir, j))
	ctx, stop := context.WithCancel(t.Context())
	o.offer(VerbRestart, restart(func() {
		if got := typesIn(t, j); got != "command.executed" || len(o.answers) != 1 {
			t.Errorf("written %q, answered %d", got, len(o.answers))
		}
		stop()
	}))
	o.take(order("a", VerbRestart))
	if err := o.run(ctx, o.upkeep, func() record.Moment { return o.now }, func(r record.Result) { o.answers <- r }); err != nil {
		t.Fatal(err)
	}
}

// watched is a screen of which a customer's privacy changes as it is asked.
type watched struct {
	name    string
	private func(asked int) bool
	asked   int
}

func (w *watched) ScreenName() string { return w.name }
func (w *watched) Private() bool {
	w.asked++
	return w.private(w.asked)
}

// camera takes pictures of nothing.
type camera struct{}

func (camera) Capture(string, int) (display.Picture, error) {
	return display.Picture{PNG: []byte("seen"), Width: 1080, Height: 1920}, nil
}

func (camera) Mask(string, int) (display.Picture, error) {
	return display.Picture{PNG: []byte("masked"), Width: 1080, Height: 1920, Masked: true}, nil
}

func TestPicturesShowNothingThatACustomerTypes(t *testing.T) {
	asks := 0 // how often nothing private is seen until a picture is taken as it is
	open := &watched{name: "home", private: func(int) bool { asks++; return false }}
	take := func(w *watched) record.ScreenData {
		t.Helper()
		d, err := captureScreen(camera{}, w, "Kiosk", func() record.Moment { return moment(0) })(t.Context(), order("a", VerbCapture))
		if err != nil || len(d.Entries) != 1 || d.Entries[0].Type != record.ScreenCaptured || d.Entries[0].Check() != nil {
			t.Fatalf("%+v, %v", d, err)
		}
		var data record.ScreenData
		if err := json.Unmarshal(d.Entries[0].Data, &data); err != nil {
			t.Fatal(err)
		}
		return data
	}
	if got := take(open); got.Masked || string(got.Image) != "seen" || got.Screen != "home" || got.By != "duty" || got.Request != "a" || got.Width != 1080 {
		t.Errorf("%+v", got)
	}
	for _, at := range []int{1, 2, asks / 2, asks - 1, asks} {
		typing := &watched{name: "keypad", private: func(asked int) bool { return asked == at }}
		if got := take(typing); !got.Masked || string(got.Image) != "masked" || got.Screen != "keypad" {
			t.Errorf("private at the %d. of %d looks: %+v", at, asks, got)
		}
	}
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := captureScreen(camera{}, open, "Kiosk", func() record.Moment { return moment(0) })(cut, order("a", VerbCapture)); !errors.Is(err, context.Canceled) {
		t.Errorf("cut off: %v", err)
	}
}
