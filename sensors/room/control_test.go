package room

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/contact"
	"stationkeeper/sensors/signal"
)

// controlled starts a room with a control socket in which nobody comes, and connects to it.
func controlled(t *testing.T) (*Room, *Remote) {
	t.Helper()
	o := quietOptions(1)
	o.Control = filepath.Join(t.TempDir(), "room.sock")
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	remote := dial(t, o.Control)
	if _, err := remote.People(false); err != nil {
		t.Fatal(err)
	}
	return r, remote
}

// dial connects as soon as the socket is there.
func dial(t *testing.T, path string) *Remote {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		remote, err := Dial(path)
		if err == nil {
			t.Cleanup(func() { remote.Close() })
			return remote
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
}

// next takes from a channel, with a guard against waiting for ever.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v, ok := <-from:
		if !ok {
			t.Fatal("it has ended")
		}
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came")
	}
	panic("unreachable")
}

func TestRemotePlaysPeople(t *testing.T) {
	r, remote := controlled(t)
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := remote.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan badge.Sighting, 10)
	door, button := make(chan contact.Sighting, 10), make(chan contact.Sighting, 10)
	done := make(chan struct{})
	for _, watch := range []func(){
		func() { r.In().Watch(ctx, func(s badge.Sighting) { seen <- s }) },
		func() { r.Strike().Run(ctx, func(error) {}) },
		func() {
			contact.Watch(ctx, contact.Options{Open: r.Contact().Open, Rest: contact.Closed, Pull: gpio.PullUp, Debounce: 20 * time.Millisecond},
				func(s contact.Sighting) { door <- s })
		},
		func() {
			contact.Watch(ctx, contact.Options{Open: r.Exit().Open, Rest: contact.Open, Pull: gpio.PullUp, Debounce: 20 * time.Millisecond},
				func(s contact.Sighting) { button <- s })
		},
	} {
		go func() { watch(); done <- struct{}{} }()
	}
	defer func() {
		cancel()
		for range 4 {
			<-done
		}
		for range changes { // until it is closed
		}
	}()
	if s := next(t, door); s.Active || !s.Initial {
		t.Fatalf("got %+v, want the door closed", s)
	}
	if s := next(t, button); s.Active || !s.Initial {
		t.Fatalf("got %+v, want the button at rest", s)
	}

	badged, err := remote.Badge("in", "0012345678")
	if err != nil {
		t.Fatal(err)
	}
	if s := next(t, seen); !s.Works() {
		t.Errorf("got %v, want a reader that works", s)
	}
	if s := next(t, seen); string(s.Card) != "0012345678" {
		t.Errorf("got %v, want the card", s)
	}
	if _, err := remote.Keys("in", "12#"); err != nil {
		t.Fatal(err)
	}
	for _, want := range "12#" {
		if s := next(t, seen); s.Key != want {
			t.Errorf("got key %q, want %q", s.Key, want)
		}
	}
	r.Strike().Set(true)
	r.Strike().Set(true) // the same is no change
	if c := next(t, changes); c.What != "strike" || c.To != "open" || c.At < badged {
		t.Errorf("got %v, want the strike open after %v", c, badged)
	}
	if c := next(t, changes); c.What != "bolt" || c.To != "drawn" {
		t.Errorf("got %v, want the bolt drawn", c)
	}
	r.In().Play(signal.Granted)
	if c := next(t, changes); c.What != "signal in" || c.To != "granted" {
		t.Errorf("got %v, want the reader's tone", c)
	}
	if _, err := remote.Door(true); err != nil {
		t.Fatal(err)
	}
	if s := next(t, door); !s.Active {
		t.Errorf("got %+v, want the door open", s)
	}
	if c := next(t, changes); c.What != "door" || c.To != "open" {
		t.Errorf("got %v, want the door open", c)
	}
	if _, err := remote.Door(true); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("an open door was opened: %v", err)
	}
	if _, err := remote.Exit(); err != nil {
		t.Fatal(err)
	}
	if s := next(t, button); !s.Active {
		t.Errorf("got %+v, want the button pressed", s)
	}
	if s := next(t, button); s.Active {
		t.Errorf("got %+v, want the button released", s)
	}
	if _, err := remote.Door(false); err != nil {
		t.Fatal(err)
	}
	if s := next(t, door); s.Active {
		t.Errorf("got %+v, want the door closed", s)
	}
	if _, err := remote.People(true); err != nil { // who come again some seconds later
		t.Fatal(err)
	}
}

func TestPeopleWhoAreSentHomeWarmNothing(t *testing.T) {
	r, remote := controlled(t)
	if _, err := remote.People(true); err != nil {
		t.Fatal(err)
	}
	r.move(false, +3)
	if _, err := remote.People(false); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inside != 0 {
		t.Errorf("%d are still inside", r.inside)
	}
}

func TestRemoteHoldsTheTemperature(t *testing.T) {
	r, remote := controlled(t)
	sense := func() float64 {
		var env physic.Env
		if err := r.Sensor().Sense(&env); err != nil {
			t.Fatal(err)
		}
		return env.Temperature.Celsius()
	}
	if _, err := remote.Temperature(31.5); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	r.began = r.began.Add(-time.Hour) // which lets 60 hours of the room's pass
	r.mu.Unlock()
	if c := sense(); c < 31 || c > 32 {
		t.Errorf("%.2f °C, want 31.5", c)
	}
	if _, err := remote.Free(); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	r.began = r.began.Add(-time.Hour)
	r.mu.Unlock()
	if c := sense(); c > 25 {
		t.Errorf("%.2f °C long after it was let go, want what the air conditioning makes", c)
	}
}

func TestSocketRefusesWhatItDoesNotUnderstand(t *testing.T) {
	_, remote := controlled(t)
	for said, want := range map[string]string{
		"dance":            "expected one of",
		"badge in":         "expected one of",
		"badge left 1":     "in or out",
		"keys in 12x":      "key 'x'",
		"door ajar":        "open or close",
		"temperature warm": "-40 to 125",
		"temperature NaN":  "-40 to 125",
		"people many":      "on or off",
	} {
		_, err := remote.say(strings.Fields(said)...)
		if err == nil || !strings.Contains(err.Error(), want) && !strings.Contains(err.Error(), strings.ReplaceAll(want, "'", `"`)) {
			t.Errorf("%s: %v, want %q", said, err, want)
		}
	}
	if _, err := remote.Badge("in", "1 2"); err == nil {
		t.Error("accepted a number of two words")
	}
	if _, err := remote.Badge("in", "12"); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

func TestSocketOfAKilledProgramIsReplacedAndAnothersIsNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "room.sock")
	left, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := listen(path); err == nil || !strings.Contains(err.Error(), "another program") {
		t.Errorf("took over a socket in use: %v", err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false)
	left.Close()
	l, err := listen(path)
	if err != nil {
		t.Fatalf("did not replace a socket that was left behind: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: want it for this user only", info.Mode(), err)
	}
	l.Close()
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen(path); err == nil {
		t.Error("replaced a file that is no socket")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "precious" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestChangesAreReadAsWritten(t *testing.T) {
	for _, c := range []Change{{What: "strike", To: "open", At: 12}, {What: "signal in", To: "ask-pin", At: time.Hour}} {
		if got, err := ParseChange(c.String()); err != nil || got != c {
			t.Errorf("%q: %+v, %v", c, got, err)
		}
	}
	for _, line := range []string{"", "12 strike", "x strike open"} {
		if _, err := ParseChange(line); err == nil {
			t.Errorf("%q: accepted", line)
		}
	}
}

// Whatever a script says, it is done or refused in one line.
func FuzzCommand(f *testing.F) {
	for _, said := range []string{"badge in 0012345678", "keys out 12#", "door ajar", "temperature -40", "temperature 1e400", "people maybe", "", "watch", "exit now"} {
		f.Add(said)
	}
	r, err := New(quietOptions(1))
	if err != nil {
		f.Fatal(err)
	}
	ctx, cancel := context.WithCancel(f.Context())
	cancel() // nobody is there to be called or sent home
	f.Fuzz(func(t *testing.T, said string) {
		_, err := r.command(ctx, strings.Fields(said))
		var env physic.Env
		if sensed := r.Sensor().Sense(&env); sensed != nil || env.Temperature < physic.ZeroCelsius-41*physic.Kelvin || env.Temperature > physic.ZeroCelsius+126*physic.Kelvin {
			t.Errorf("%q: %v, then %s, %v", said, err, env.Temperature, sensed)
		}
	})
}
