package room

import (
	"math"
	"testing"
	"time"
)

// lives lets air live from a time on and returns the coolest and the warmest it got, and the air at the end.
func lives(a air, from time.Time, d time.Duration, s surroundings) (coolest, warmest float64, end air) {
	coolest, warmest = a.temperature, a.temperature
	for at := from; at.Before(from.Add(d)); at = at.Add(maxStep) {
		s.at = at
		a = a.after(maxStep, s)
		coolest, warmest = min(coolest, a.temperature), max(warmest, a.temperature)
	}
	return coolest, warmest, a
}

var morning = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func TestThermostatHoldsTheRoom(t *testing.T) {
	coolest, warmest, end := lives(newAir(), morning, 48*time.Hour, surroundings{people: 1})
	if coolest < coolUntil-0.2 || warmest > coolAbove+0.2 {
		t.Errorf("between %.1f and %.1f °C over two days, want about %g to %g", coolest, warmest, coolUntil, coolAbove)
	}
	if coolest > coolUntil+0.1 || warmest < coolAbove-0.1 {
		t.Errorf("between %.1f and %.1f °C: the thermostat does not switch", coolest, warmest)
	}
	if h := end.humidity(); h < 30 || h > 65 {
		t.Errorf("humidity %.0f %%RH after two days, want a dry room's", h)
	}
}

func TestRoomWarmsUpWithoutCoolingAndRecovers(t *testing.T) {
	_, warmest, hot := lives(newAir(), morning, time.Hour, surroundings{broken: true})
	if warmest < 32 || warmest > 45 {
		t.Errorf("%.1f °C after an hour without cooling, want 32 to 45", warmest)
	}
	if hot.humidity() >= newAir().humidity() {
		t.Error("relative humidity did not fall as the room warmed up")
	}
	_, _, cool := lives(hot, morning.Add(time.Hour), 2*time.Hour, surroundings{})
	if cool.temperature > coolAbove+0.2 {
		t.Errorf("%.1f °C two hours after the repair", cool.temperature)
	}
	_, warmest, _ = lives(newAir(), morning, 30*24*time.Hour, surroundings{broken: true})
	if warmest > 60 {
		t.Errorf("%.1f °C after a month without cooling: equipment does not switch itself off", warmest)
	}
}

func TestOpenDoorLetsHallAirIn(t *testing.T) {
	_, _, hot := lives(newAir(), morning, time.Hour, surroundings{broken: true})
	_, _, shut := lives(hot, morning, 10*time.Minute, surroundings{broken: true})
	_, _, open := lives(hot, morning, 10*time.Minute, surroundings{broken: true, open: true})
	if open.temperature > shut.temperature-1 {
		t.Errorf("with the door open %.1f °C, shut %.1f °C: want at least 1 K less", open.temperature, shut.temperature)
	}
}

func TestOutsideIsWarmestInTheAfternoon(t *testing.T) {
	if at15, at3 := outside(morning.Add(7*time.Hour)), outside(morning.Add(19*time.Hour)); math.Abs(at15-21) > 0.01 || math.Abs(at3-9) > 0.01 {
		t.Errorf("%.2f °C at 15:00, %.2f °C at 3:00, want 21 and 9", at15, at3)
	}
}

// Saturated vapour weighs 4.85, 17.3 and 30.3 g/m³ at 0, 20 and 30 °C (any table of humid air).
func TestSaturation(t *testing.T) {
	for celsius, want := range map[float64]float64{0: 4.85, 20: 17.3, 30: 30.3} {
		if got := saturation(celsius); math.Abs(got-want) > 0.1 {
			t.Errorf("saturation at %g °C is %.2f g/m³, want %g", celsius, got, want)
		}
	}
}
