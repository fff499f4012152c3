package room

import (
	"math"
	"time"
)

// Physics of the room. It is a small one, 60 m³ with one row of racks. Sources of heat and what they warm are single
// numbers: enough for a curve that looks, and alarms that behave, like a real room's.
const (
	heatCapacity = 600e3 // J/K: the air, and what of racks and walls follows it within minutes
	equipment    = 3000. // W while it is cool enough; see load
	person       = 100.  // W, one person standing
	cooling      = 5500. // W that the air conditioning takes away while its compressor runs
	walls        = 40.   // W/K towards the outside
	openDoor     = 250.  // W/K towards the hall while the door is open

	coolAbove = 23.0 // °C: the thermostat starts the compressor
	coolUntil = 21.0 // °C: and stops it

	hall         = 24.0 // °C
	hallHumidity = 50.0 // %RH
	outsideMean  = 15.0 // °C over a day
	outsideSwing = 6.0  // °C above and below; warmest at 15:00
	outsideHumid = 60.0 // %RH
	coil         = 10.0 // °C: the running air conditioning dries air to saturation at its coil

	// Time constants of the vapour's exchange.
	dries  = 40 * time.Minute // by the coil
	leaks  = 6 * time.Hour    // with the outside, by ventilation
	drifts = 15 * time.Minute // with the hall through the open door
)

// air is the room's air at one moment. The zero value is no sensible room; see newAir.
type air struct {
	temperature float64 // °C
	vapour      float64 // g/m³
	compressor  bool    // runs, if the air conditioning works
}

// newAir is a room that has been running for long.
func newAir() air {
	return air{temperature: 22, vapour: saturation(22) * 0.45}
}

// surroundings are what acts on the air during a step.
type surroundings struct {
	at     time.Time // the room's own time of day
	broken bool      // the air conditioning does not work
	open   bool      // the door is open
	people int
}

// after is the air a short while later: an Euler step, exact enough for steps up to maxStep.
func (a air) after(d time.Duration, s surroundings) air {
	switch {
	case a.temperature > coolAbove:
		a.compressor = true
	case a.temperature < coolUntil:
		a.compressor = false
	}
	cools := a.compressor && !s.broken
	out := outside(s.at)
	power := load(a.temperature) + person*float64(s.people) + walls*(out-a.temperature)
	vapour := (saturation(out)*outsideHumid/100 - a.vapour) / leaks.Seconds()
	if cools {
		power -= cooling
		vapour += min(0, saturation(coil)-a.vapour) / dries.Seconds() // a coil dries, it does not moisten
	}
	if s.open {
		power += openDoor * (hall - a.temperature)
		vapour += (saturation(hall)*hallHumidity/100 - a.vapour) / drifts.Seconds()
	}
	a.temperature += power / heatCapacity * d.Seconds()
	a.vapour += vapour * d.Seconds()
	return a
}

// load is the heat of the equipment in W: it throttles above 45 °C and is off at 55 °C.
func load(celsius float64) float64 {
	return equipment * min(1, max(0, (55-celsius)/10))
}

// humidity is the relative humidity in %RH, 0 to 100.
func (a air) humidity() float64 {
	return min(100, max(0, 100*a.vapour/saturation(a.temperature)))
}

// saturation is how much vapour air can hold, in g/m³, at a temperature in °C: Magnus' formula over water (WMO-No. 8,
// annex 4.B), and the gas equation of vapour.
func saturation(celsius float64) float64 {
	pressure := 6.112 * math.Exp(17.62*celsius/(243.12+celsius)) // hPa
	return 216.7 * pressure / (celsius + 273.15)
}

// outside is the outside temperature in °C at a time of day.
func outside(at time.Time) float64 {
	hours := float64(at.Hour()) + float64(at.Minute())/60
	return outsideMean + outsideSwing*math.Sin((hours-9)/24*2*math.Pi)
}
