package climate

import (
	"fmt"
	"math"

	"periph.io/x/conn/v3/physic"
)

// Quantity is something that a sensor measures.
type Quantity string

const (
	Temperature Quantity = "temperature" // in °C
	Humidity    Quantity = "humidity"    // relative, in %RH
	Pressure    Quantity = "pressure"    // of the air, in hPa
)

// Unit is what numbers of the quantity are written down in.
func (q Quantity) Unit() string {
	switch q {
	case Temperature:
		return "°C"
	case Humidity:
		return "%RH"
	case Pressure:
		return "hPa"
	}
	return ""
}

// Of is the number that is written down of what a sensor said: a temperature to a ten-thousandth of a degree (sensors
// measure in sixteenths), a humidity to a tenth of a percent, a pressure to a pascal. Finer is noise.
func (q Quantity) Of(env physic.Env) float64 {
	switch q {
	case Temperature:
		return math.Round(float64(env.Temperature-physic.ZeroCelsius)/float64(100*physic.MicroKelvin)) / 1e4
	case Humidity:
		return math.Round(float64(env.Humidity)/float64(physic.MilliRH)) / 10
	case Pressure:
		return math.Round(float64(env.Pressure)/float64(physic.Pascal)) / 100
	}
	return math.NaN()
}

// Measure is a quantity that a sensor measures, and the least and most it can say, in the quantity's unit.
type Measure struct {
	Quantity  Quantity
	Low, High float64
}

func (m Measure) String() string {
	return fmt.Sprintf("%s from %g to %g %s", m.Quantity, m.Low, m.High, m.Quantity.Unit())
}

// within refuses what the sensor cannot measure: such values come from a bus whose lines float.
type within struct {
	physic.SenseEnv
	measures []Measure
}

func (w within) Sense(env *physic.Env) error {
	var read physic.Env
	if err := w.SenseEnv.Sense(&read); err != nil {
		return err
	}
	for _, m := range w.measures {
		if value := m.Quantity.Of(read); value < m.Low || value > m.High {
			return fmt.Errorf("a %s of %g %s is outside of what it can measure, %g to %g %s: is it wired correctly?",
				m.Quantity, value, m.Quantity.Unit(), m.Low, m.High, m.Quantity.Unit())
		}
	}
	*env = read
	return nil
}
