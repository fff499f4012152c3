package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/conn/v3/onewire"
	"periph.io/x/conn/v3/onewire/onewirereg"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/configs"
	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/badge/mfrc522"
	"stationkeeper/sensors/badge/serial"
	"stationkeeper/sensors/badge/wedge"
	"stationkeeper/sensors/badge/wiegand"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/contact"
	"stationkeeper/sensors/signal"
	"stationkeeper/sensors/strike"
)

// Wiring is what the agent watches and drives. Nothing of it is touched before it runs.
type Wiring struct {
	// Sources observe points and drive outputs.
	Sources []Source
	// Locks are the doors that can be opened, Tellers the readers that can tell something.
	Locks   map[string]lock
	Tellers map[string]teller
	// Site is what the access rules are about; Key hashes the numbers of cards, nil without access rules.
	Site access.Site
	Key  access.Key
	// Measured are the points that measure, and how often.
	Measured []measuring
}

// measuring is a point that measures.
type measuring struct {
	point string
	// Measure is what it can say, as far as that is known.
	climate.Measure
	every time.Duration // 0: a recording, which is never stale
}

const (
	// contactRetry is the pause before a line that failed is tried again.
	contactRetry = 5 * time.Second
	// roomDebounce is for the contacts of a simulated room, which bounce for up to 5 ms; real ones are configured.
	roomDebounce = 20 * time.Millisecond
)

func newWiring(key access.Key) *Wiring {
	return &Wiring{Locks: map[string]lock{}, Tellers: map[string]teller{}, Key: key}
}

// points are the names of everything that alarms may be about.
func (w *Wiring) points() []alarm.Point {
	measures := map[string]climate.Quantity{}
	for _, m := range w.Measured {
		measures[m.point] = m.Quantity
	}
	var points []alarm.Point
	for _, name := range w.names() {
		q, is := measures[name]
		points = append(points, alarm.Point{Name: name, Unit: q.Unit(), Measured: is})
	}
	return points
}

// names are those of all points that sources observe.
func (w *Wiring) names() []string {
	var names []string
	for _, s := range w.Sources {
		names = append(names, s.Points...)
	}
	return names
}

func (w *Wiring) add(s ...Source) { w.Sources = append(w.Sources, s...) }

// measure adds a sensor of the air that can measure so much.
func (w *Wiring) measure(of []measured, can []climate.Measure, o climate.Options) Source {
	for _, m := range of {
		known := climate.Measure{Quantity: m.quantity}
		if i := slices.IndexFunc(can, func(c climate.Measure) bool { return c.Quantity == m.quantity }); i >= 0 {
			known = can[i]
		}
		w.Measured = append(w.Measured, measuring{m.point, known, o.Interval})
	}
	return climateSource(of, o)
}

// contacts are the settings of a configured line.
func contacts(l configs.Line) contact.Options {
	return contact.Options{
		Open: contact.ByName(l.Pin), Rest: contact.Rest(l.Contact), Pull: pulls[l.Pull], Debounce: l.Debounce, Retry: contactRetry,
	}
}

var pulls = map[string]gpio.Pull{"up": gpio.PullUp, "down": gpio.PullDown, "none": gpio.Float}

// door adds a door with its lock.
func (w *Wiring) door(d configs.Door) {
	site := access.Door{Point: d.Point, Area: d.Area, Contact: d.Pin != "", Bolt: d.Bolt != nil, Exit: d.Exit != nil, Strike: d.Strike != nil}
	if d.Pin != "" {
		w.add(doorSource(d.Point, contacts(d.Line)))
	}
	if d.Bolt != nil {
		w.add(inputSource(input{point: d.Point + "/bolt", kind: kindBolt, door: d.Point}, contacts(*d.Bolt)))
	}
	if d.Exit != nil {
		w.add(inputSource(input{point: d.Point + "/exit", kind: kindExit, door: d.Point}, contacts(*d.Exit)))
	}
	if d.Strike != nil && w.Key != nil {
		kept := strike.New(strike.Options{Line: d.Strike.Pin, FailSafe: d.Strike.Fail == "safe", ActiveLow: d.Strike.Active == "low"})
		w.Locks[d.Point] = kept
		w.add(outputSource(lockOf(d.Point), kept.Run))
	}
	w.Site.Doors = append(w.Site.Doors, site)
}

// input adds any other contact.
func (w *Wiring) input(in configs.Input) {
	level := alarm.Level(in.Level)
	if in.Level == "none" {
		level = ""
	}
	w.add(inputSource(input{point: in.Point, kind: in.Kind, level: level}, contacts(in.Line)))
}

// reader adds a badge reader with what it tells people.
func (w *Wiring) reader(r configs.Reader, hw *hardware) error {
	watch, err := readerDriver(r)
	if err != nil {
		return fmt.Errorf("reader %s: %w", r.Point, err)
	}
	what := reader{point: r.Point}
	if r.Door != "" {
		what.key = w.Key
		w.Site.Readers = append(w.Site.Readers, access.Reader{Point: r.Point, Door: r.Door, Direction: r.Direction, Keypad: r.Keypad})
	}
	source := readerSource(what, watch)
	if r.Driver == "mfrc522" {
		source = hw.on(source)
	}
	w.add(source)
	lamps := signal.Options{Buzzer: lampOf(r.Buzzer), Green: lampOf(r.Green), Red: lampOf(r.Red)}
	if lamps.Validate() == nil {
		played := signal.New(lamps)
		w.Tellers[r.Point] = tones{played}
		w.add(outputSource(r.Point+"/signal", played.Run))
	}
	return nil
}

func lampOf(o *configs.Output) signal.Lamp {
	if o == nil {
		return signal.Lamp{}
	}
	return signal.Lamp{Line: o.Pin, ActiveLow: o.Active == "low"}
}

// player is a signal, real or simulated.
type player interface{ Play(signal.Tone) }

// tones plays the tones of the access rules, which are called like those of signals.
type tones struct{ player }

func (t tones) Play(tone access.Tone) { t.player.Play(signal.Tone(tone)) }

// readerDriver is what watches a configured reader.
func readerDriver(r configs.Reader) (func(context.Context, func(badge.Sighting)), error) {
	number := badge.Numbering{Format: badge.Format(r.Format)}
	switch r.Driver {
	case "wedge":
		return driven(wedge.Options{Device: r.Device, Length: r.Length, Keypad: r.Keypad, Repeat: r.Repeat}, wedge.Watch)
	case "wiegand":
		return driven(wiegand.Options{Data0: r.Data0, Data1: r.Data1, Bits: r.Bits, Keypad: r.Keypad, Numbering: number, Repeat: r.Repeat}, wiegand.Watch)
	case "serial":
		return driven(serial.Options{Device: r.Device, Baud: r.Baud, Frame: serial.Frame(r.Frame), Length: r.Length, Repeat: r.Repeat}, serial.Watch)
	case "mfrc522":
		return driven(mfrc522.Options{Port: r.Device, Reset: r.Reset, Repeat: r.Repeat}, mfrc522.Watch)
	}
	return nil, fmt.Errorf("driver %q: expected wedge, wiegand, serial or mfrc522", r.Driver)
}

// driven gives a driver its options.
func driven[O interface{ Validate() error }](o O, watch func(context.Context, O, func(badge.Sighting))) (func(context.Context, func(badge.Sighting)), error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return func(ctx context.Context, report func(badge.Sighting)) { watch(ctx, o, report) }, nil
}

// thermometer adds a sensor of the air.
func (w *Wiring) thermometer(t configs.Thermometer, hw *hardware) error {
	model, known := climate.ByDriver(t.Driver)
	if !known {
		return fmt.Errorf("thermometer of %s: driver %q is not known", t.Point, t.Driver)
	}
	address := t.Address
	if model.Link == climate.Thermal {
		address = t.Zone
	}
	open, err := model.At(climate.Where{
		I2C: func() (i2c.BusCloser, error) {
			if len(i2creg.All()) == 0 { // periph would ask whether its drivers were loaded, which is not for an installer
				return nil, errors.New("this machine has none")
			}
			return i2creg.Open(t.Bus)
		},
		OneWire: func() (onewire.BusCloser, error) {
			if len(onewirereg.All()) == 0 {
				return nil, errors.New("this machine has none")
			}
			return onewirereg.Open(t.Bus)
		},
		Address: address,
	})
	if err != nil {
		return fmt.Errorf("thermometer of %s: %w", t.Point, err)
	}
	of := []measured{{t.Point, climate.Temperature}}
	if t.Humidity != "" {
		of = append(of, measured{t.Humidity, climate.Humidity})
	}
	w.add(hw.on(w.measure(of, model.Measures, climate.Options{Open: finding(hw, open), Interval: t.Interval})))
	return nil
}
