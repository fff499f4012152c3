package toxic

import (
	"flag"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"stationkeeper/internal/record"
)

var (
	chaosFor  = flag.Duration("chaos", 5*time.Second, "how long TestChaos goes on")
	chaosSeed = flag.Uint64("seed", 0, "of TestChaos; 0 takes one from the clock")
)

// TestChaos does to a station's line, broker and head office whatever comes up, from a seed, while the station writes. The
// seed repeats what is done and when; which packets are there then is for the machine to say.
func TestChaos(t *testing.T) {
	seed := *chaosSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for kind, start := range servers(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			t.Logf("seed %d", seed)
			d, packet := newDice(seed), newDice(seed+1)
			b := start(t)
			dir := t.TempDir()
			o := startOffice(t, b, dir)
			l, err := Listen(b.addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			s := startStation(t, l.Addr(), nil)
			done := map[string]int{}
			for end := time.Now().Add(*chaosFor); time.Now().Before(end); {
				what := "nothing"
				switch d.below(12) {
				case 0:
					what = "cut"
					l.Cut()
				case 11:
					what = "reset"
					l.Reset()
				case 1:
					what = "refuse"
					l.Refuse(true)
				case 2:
					what = "half-open"
					l.Silence()
					if d.below(3) > 0 {
						l.Cut() // else it is for the station to notice
					}
				case 3:
					what = "broker restarted empty"
					b.stop()
					b.start()
				case 4:
					what = "head office restarted"
					o.stop()
					o = startOffice(t, b, dir)
				case 5:
					what = "station restarted"
					s.hangUp()
					s.report(l.Addr(), nil)
				case 6, 7, 8, 9:
					what = "packets spoiled"
					l.Spoil(chaos(packet))
				case 10:
					what = "slow"
					l.Slow(4000 << d.below(6))
					l.Cut()
				}
				done[what]++
				s.write(record.Events, 1+d.below(20))
				s.write(record.Telemetry, 1+d.below(1500))
				<-time.After(time.Duration(d.below(1500)) * time.Millisecond) // as long as the fault lasts
				l.Refuse(false)
				if d.below(2) == 0 {
					l.Spoil(nil)
					l.Slow(0)
				}
			}
			l.Spoil(nil)
			l.Slow(0)
			l.Cut()
			s.settle()
			s.compare(o)
			t.Logf("seed %d: %v", seed, done)
		})
	}
}

// chaos is a random badness of all kinds of packets.
func chaos(d *dice) Judge {
	loss, copies, delay, cut := d.below(20), d.below(3), d.below(40), d.below(10)
	return func(p Packet) Verdict {
		v := Verdict{Delay: time.Duration(d.below(delay+1)) * time.Millisecond}
		if p.Type == packets.Publish {
			v.Copies = d.below(copies + 1)
		}
		if p.Type == packets.Publish || p.Type == packets.Puback {
			v.Drop = d.below(100) < loss
		}
		if d.below(1000) < cut {
			v.Cut = 1 + d.below(len(p.Raw))
		}
		return v
	}
}
