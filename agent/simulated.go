package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"periph.io/x/conn/v3/gpio"

	"stationkeeper/agent/access"
	"stationkeeper/configs"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/contact"
	"stationkeeper/sensors/room"
)

// demoKey hashes the cards of a simulated room whose station has no key of its own. It is no secret.
var demoKey = access.Key("a key that guards nothing at all.")

// room adds a simulated room: its people and its air, and what observes them, which is the code that observes real ones.
func (w *Wiring) room(c configs.Room, log *slog.Logger) error {
	start := time.Now()
	if c.Start != "" {
		at, err := time.Parse("15:04", c.Start)
		if err != nil {
			return fmt.Errorf("simulated room: start: %w", err)
		}
		y, m, d := start.Date()
		start = time.Date(y, m, d, at.Hour(), at.Minute(), 0, 0, start.Location())
	}
	r, err := room.New(room.Options{
		Random: rand.New(rand.NewPCG(c.Seed, 0)), Start: start, Speed: c.Speed,
		FailureAfter: c.FailureAfter, RepairAfter: c.RepairAfter, Empty: c.Empty, Control: c.Control, Log: log,
	})
	if err != nil {
		return err
	}
	at := c.Points()
	w.add(Source{run: func(ctx context.Context, _ inbox) error { r.Run(ctx); return nil }},
		doorSource(at.Door, roomContact(r.Contact().Open, contact.Closed)),
		inputSource(input{point: at.Bolt, kind: kindBolt, door: at.Door}, roomContact(r.Bolt().Open, contact.Closed)),
		inputSource(input{point: at.Exit, kind: kindExit, door: at.Door}, roomContact(r.Exit().Open, contact.Open)),
		readerSource(reader{at.In, w.Key}, r.In().Watch),
		readerSource(reader{at.Out, w.Key}, r.Out().Watch),
		outputSource(lockOf(at.Door), r.Strike().Run),
		w.measure([]measured{{at.Temperature, climate.Temperature}, {at.Humidity, climate.Humidity}}, nil, climate.Options{
			Interval: c.Interval,
			Open: func() (climate.Sensor, error) {
				return climate.Sensor{SenseEnv: r.Sensor(), Name: r.Sensor().String(), Close: func() error { return nil }}, nil
			},
		}))
	w.Locks[at.Door] = r.Strike()
	w.Tellers[at.In], w.Tellers[at.Out] = tones{r.In()}, tones{r.Out()}
	w.Site.Doors = append(w.Site.Doors, access.Door{Point: at.Door, Area: c.Room, Contact: true, Bolt: true, Exit: true, Strike: true})
	w.Site.Readers = append(w.Site.Readers,
		access.Reader{Point: at.In, Door: at.Door, Direction: access.In, Keypad: true},
		access.Reader{Point: at.Out, Door: at.Door, Direction: access.Out, Keypad: true})
	return nil
}

func roomContact(open func(gpio.Pull) (contact.Line, error), rest contact.Rest) contact.Options {
	return contact.Options{Open: open, Rest: rest, Pull: gpio.PullUp, Debounce: roomDebounce, Retry: contactRetry}
}

// demoAccess lets the people of a simulated room in, visitors with a work order.
func demoAccess(site access.Site) []byte {
	type object map[string]any
	var doors []object
	for _, d := range site.Doors {
		doors = append(doors, object{"door": d.Point})
	}
	var cards []object
	for _, h := range room.Staff {
		hash := demoKey.Card(string(h.Card))
		cards = append(cards, object{"hash": hash, "person": h.Person, "name": h.Name, "pin": demoKey.PIN(hash, h.PIN), "doors": doors})
	}
	cards = append(cards, object{"hash": demoKey.Card(string(room.Visitor.Card)), "person": room.Visitor.Person,
		"name": room.Visitor.Name, "visitor": true, "doors": doors})
	document, err := json.Marshal(object{"cards": cards})
	if err != nil {
		panic(fmt.Sprintf("agent: encode the demonstration's cards: %v", err)) // maps and strings always can be
	}
	return document
}
