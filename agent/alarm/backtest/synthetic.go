package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"text/tabwriter"
	"time"
)

// room is a made-up point: what its temperature does when nothing is wrong, how it is sampled and in which unit it is
// told. Temperatures are in °C, times in hours.
type room struct {
	name string
	// season is how far the year swings to either side, swing the day, weekend what is less on Saturday and Sunday.
	season, swing, weekend float64
	// noise is of the room, remembered for hours; jitter is of the sensor.
	noise, hours, jitter float64
	// step is between readings; ragged makes it irregular.
	step   time.Duration
	ragged bool
	// gaps is how often a month some hours to days are missing.
	gaps float64
	// grain is the sensor's smallest step, 0 for none.
	grain float64
	unit  func(celsius float64) float64
	days  int
}

func celsius(c float64) float64    { return c }
func fahrenheit(c float64) float64 { return c*9/5 + 32 }
func kelvin(c float64) float64     { return c + 273.15 }

var rooms = []room{
	{name: "cooled room, every minute, °C", swing: 0.5, noise: 0.3, hours: 3, jitter: 0.05, step: time.Minute, grain: 0.0625, unit: celsius, days: 40},
	{name: "office, hourly, °F, gaps", season: 3, swing: 1.5, weekend: 2, noise: 0.8, hours: 12, jitter: 0.1, step: time.Hour, gaps: 1, unit: fahrenheit, days: 240},
	{name: "machine, every 5 min, °F, loads for days", swing: 1, noise: 5, hours: 72, jitter: 0.3, step: 5 * time.Minute, unit: fahrenheit, days: 80},
	{name: "attic, every 15 min, K, seasons", season: 10, swing: 5, noise: 2, hours: 48, jitter: 0.1, step: 15 * time.Minute, unit: kelvin, days: 200},
	{name: "cellar, irregular, gaps", season: 1, swing: 0.1, noise: 0.1, hours: 24, jitter: 0.02, step: 20 * time.Minute, ragged: true, gaps: 2, grain: 0.1, unit: celsius, days: 120},
	{name: "every 3 h, workshop by week", swing: 2, weekend: 4, noise: 1, hours: 6, jitter: 0.2, step: 3 * time.Hour, unit: celsius, days: 180},
	{name: "white noise, every 10 min", jitter: 1, step: 10 * time.Minute, unit: celsius, days: 90},
	{name: "constant, every 5 min", step: 5 * time.Minute, unit: celsius, days: 60},
}

// trouble is what goes wrong with a room: what is added to its temperature, so many hours after it began. Strength is in
// the room's own spread.
type trouble struct {
	name   string
	hours  float64 // how long it lasts
	failed bool    // it is a failure that is to be warned of; otherwise it is to be borne
	adds   func(hours, strength float64, rng *rand.Rand) float64
}

var troubles = []trouble{
	{"cooling fails: +8 spreads within 6 h", 48, true, func(h, s float64, _ *rand.Rand) float64 { return 8 * s * min(1, h/6) }},
	{"slow ramp: +1.5 spreads a day", 7 * 24, true, func(h, s float64, _ *rand.Rand) float64 { return 1.5 * s * h / 24 }},
	{"power off: −10 spreads for 12 h", 24, true, func(h, s float64, _ *rand.Rand) float64 {
		if h > 12 {
			return 0
		}
		return -10 * s
	}},
	{"another sensor: +6 spreads for good", 1e6, true, func(_, s float64, _ *rand.Rand) float64 { return 6 * s }},
	{"wild readings: one in 50 is far off", 48, false, func(_, s float64, rng *rand.Rand) float64 {
		if rng.IntN(50) > 0 {
			return 0
		}
		return 40 * s * (rng.Float64() - 0.5)
	}},
}

// spread is the room's own, by which failures are measured: how far it strays from its day and week.
func (r room) spread() float64 { return max(math.Hypot(r.noise, r.jitter), 0.1) }

var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// record makes up the room's readings. Trouble, when there is some, begins on a day.
func (r room) record(seed uint64, t *trouble, begins float64) []reading {
	rng := rand.New(rand.NewPCG(seed, uint64(len(r.name))))
	phase, noise := rng.Float64()*2*math.Pi, 0.
	var readings []reading
	end, gap := monday.AddDate(0, 0, r.days), time.Time{}
	for at := monday; at.Before(end); {
		step := r.step
		if r.ragged {
			step = time.Duration(float64(step) * (0.1 + rng.ExpFloat64()))
		}
		at = at.Add(step).Truncate(time.Second)
		keep := math.Exp(-step.Hours() / max(r.hours, 1e-9))
		noise = keep*noise + math.Sqrt(1-keep*keep)*r.noise*rng.NormFloat64()
		value := 22 + noise + r.regular(at, phase) + r.jitter*rng.NormFloat64()
		since := at.Sub(monday).Hours() - begins*24
		if t != nil && since >= 0 && since < t.hours {
			value += t.adds(since, r.spread(), rng)
		}
		if r.grain > 0 {
			value = math.Round(value/r.grain) * r.grain
		}
		if at.After(gap) && rng.Float64() < r.gaps*step.Hours()/(30*24) {
			gap = at.Add(time.Duration(rng.ExpFloat64() * 48 * float64(time.Hour)))
		}
		if at.After(gap) || t != nil && since >= 0 && since < 48 { // what begins unseen is not to be detected
			readings = append(readings, reading{at, r.unit(value)})
		}
	}
	return readings
}

// regular is what the season, the day and the week do.
func (r room) regular(at time.Time, phase float64) float64 {
	hours := at.Sub(monday).Hours()
	value := r.season*math.Sin(2*math.Pi*hours/(365*24)+phase) + r.swing*math.Sin(2*math.Pi*(hours/24-0.4))
	if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		value -= r.weekend
	}
	return value
}

// trial is how the detector did at one room, with one trouble or none, over some seeds.
type trial struct {
	room, trouble string
	failed        bool
	detected, of  int
	lag           float64 // mean hours from the beginning of what was detected
	warnings      int     // false ones
	months        float64
}

func (t trial) perMonth() float64 { return float64(t.warnings) / t.months }

// try plays a room, with trouble that begins on the third from the last week, or without.
func (r room) try(t *trouble, seeds int) (trial, error) {
	out := trial{room: r.name, trouble: "none"}
	if t != nil {
		out.trouble, out.failed = t.name, t.failed
	}
	begins := float64(r.days) - 21.4
	begin := monday.Add(time.Duration(begins * 24 * float64(time.Hour)))
	for seed := range seeds {
		readings := r.record(uint64(seed), t, begins)
		warnings, err := replay(readings)
		if err != nil {
			return out, err
		}
		out.months += float64(r.days) / 30
		detected := false
		for _, w := range warnings {
			switch {
			case t == nil || !t.failed || w.begin.Before(begin):
				out.warnings++
			case !detected:
				if lag := w.begin.Sub(begin).Hours(); lag <= 8*24 {
					detected, out.lag = true, out.lag+lag
				}
			}
		}
		if t != nil && t.failed {
			out.of++
			if detected {
				out.detected++
			}
		}
	}
	out.lag /= max(1, float64(out.detected))
	return out, nil
}

// seeds is how often each room is made up.
const seeds = 10

// printTrials prints a table of all rooms and troubles.
func printTrials(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "room\ttrouble\tdetected\tafter\tfalse alarms a month")
	for _, r := range rooms {
		for i := -1; i < len(troubles); i++ {
			var t *trouble
			if i >= 0 {
				t = &troubles[i]
			}
			got, err := r.try(t, seeds)
			if err != nil {
				return err
			}
			detected, lag := "", ""
			if got.of > 0 {
				detected, lag = fmt.Sprintf("%d of %d", got.detected, got.of), fmt.Sprintf("%.0f h", got.lag)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\n", got.room, got.trouble, detected, lag, got.perMonth())
		}
	}
	return table.Flush()
}
