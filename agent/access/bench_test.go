package access

import (
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// crowd is a policy of n cards, in hours of a group each.
func crowd(b *testing.B, n int) *Policy {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`{"hash": "@p%d", "person": "p%d", "name": "Name of p%d", "groups": ["g"], "from": "2026-01-01", "to": "2027-01-01"}`, i, i, i)
	}
	return policy(b, office, cards(all...), `"areas": [{"area": "room", "anti_passback": "soft"}]`,
		`"groups": [{"name": "g", "doors": [{"door": "room/door", "schedule": "office"}, {"door": "side/door"}]}]`)
}

// BenchmarkCard is from a card at a reader to the strike, among cards and people inside: 20 µs are allowed.
func BenchmarkCard(b *testing.B) {
	for _, inside := range []int{0, 50, 5000} {
		b.Run(fmt.Sprintf("inside=%d", inside), func(b *testing.B) {
			p := crowd(b, 5000)
			at := record.Moment{Wall: monday, Clock: record.Synced, Mono: time.Hour}
			s, _ := p.Begin(State{}, at)
			for i := range inside {
				s, _ = p.Step(s, CardShown{"side/in", key.Card(fmt.Sprintf("p%d", i)), ""}, at)
				s, _ = p.Step(s, DoorMoved{Door: "side/door", Open: true}, at)
				s, _ = p.Step(s, DoorMoved{Door: "side/door"}, at)
			}
			s, _ = p.Step(s, DoorMoved{Door: "room/door", Initial: true}, at)
			card := key.Card("p7")
			b.ReportAllocs()
			for b.Loop() {
				if _, fx := p.Step(s, CardShown{"room/in", card, "••••0007"}, at); len(fx.Strikes) != 1 || !fx.Strikes[0].Open {
					b.Fatalf("%+v", fx)
				}
			}
		})
	}
}

// BenchmarkEntering is a card, a door that opens and closes, and the card on the way out, with all that is written down.
func BenchmarkEntering(b *testing.B) {
	p := crowd(b, 5000)
	at := record.Moment{Wall: monday, Clock: record.Synced, Mono: time.Hour}
	s, _ := p.Begin(State{}, at)
	s, _ = p.Step(s, DoorMoved{Door: "room/door", Initial: true}, at)
	card := key.Card("p7")
	b.ReportAllocs()
	for b.Loop() {
		for _, reader := range []string{"room/in", "room/out"} {
			s, _ = p.Step(s, CardShown{reader, card, "••••0007"}, at)
			s, _ = p.Step(s, DoorMoved{Door: "room/door", Open: true}, at)
			s, _ = p.Step(s, DoorMoved{Door: "room/door"}, at)
		}
	}
	if len(s.Inside) != 0 {
		b.Fatal("somebody is still inside")
	}
}

// BenchmarkTick is time that passes and changes nothing.
func BenchmarkTick(b *testing.B) {
	p := crowd(b, 5000)
	at := record.Moment{Wall: monday, Clock: record.Synced, Mono: time.Hour}
	s, _ := p.Begin(State{}, at)
	b.ReportAllocs()
	for b.Loop() {
		s, _ = p.Step(s, Tick{}, at)
		p.Due(s, at)
	}
}

func BenchmarkParse(b *testing.B) {
	var all []string
	for i := range 5000 {
		all = append(all, someone(fmt.Sprintf("p%d", i)))
	}
	text := documentOf(cards(all...))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse(site, key, text); err != nil {
			b.Fatal(err)
		}
	}
}
