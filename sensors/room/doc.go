// Package room is a machine room that exists only in this program: its air warms up and is cooled, its air
// conditioning fails and is repaired, people badge in, open its door and leave again.
//
// It is the twin of the hardware and sits behind the same contracts: a door contact that is a gpio.PinIn and bounces,
// a sensor that is a physic.SenseEnv, a badge reader. The same code reads it that reads a real room.
//
// Only the room's life runs faster when asked to: the air, the hours of the day, the time between visits. A hand at a
// door takes its seconds at every speed, so that contacts are debounced and badges precede doors as in a real room.
package room
