package room

import (
	"errors"
	"math"
	"time"

	"periph.io/x/conn/v3/physic"
)

// Sensor measures the room's air, with the resolution of a good sensor and a little noise.
type Sensor struct{ room *Room }

const (
	resolution = physic.Kelvin / 16
	noise      = 0.04 // °C and %RH, standard deviation
)

// Sense implements physic.SenseEnv: temperature and humidity.
func (s Sensor) Sense(env *physic.Env) error {
	now := s.room.now()
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	s.room.advance(now)
	celsius := s.room.air.temperature + noise*s.room.noise.NormFloat64()
	humidity := s.room.air.humidity() + noise*s.room.noise.NormFloat64()
	steps := math.Round(celsius * float64(physic.Kelvin/resolution))
	env.Temperature = physic.ZeroCelsius + physic.Temperature(steps)*resolution
	env.Humidity = physic.RelativeHumidity(math.Round(10*min(100, max(0, humidity)))) * physic.MilliRH
	return nil
}

// Precision implements physic.SenseEnv.
func (s Sensor) Precision(env *physic.Env) {
	env.Temperature = resolution
	env.Humidity = physic.MilliRH
}

// SenseContinuous implements physic.SenseEnv; package climate does not use it.
func (s Sensor) SenseContinuous(time.Duration) (<-chan physic.Env, error) {
	return nil, errors.New("continuous sensing is not offered: call Sense")
}

// Halt implements conn.Resource.
func (s Sensor) Halt() error { return nil }

// String implements conn.Resource.
func (s Sensor) String() string { return "simulated climate sensor" }

var _ physic.SenseEnv = Sensor{}
