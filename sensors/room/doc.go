// Package room is a machine room that exists only in this program: its air warms up and is cooled, its air
// conditioning fails and is repaired, people badge in, open its door and leave again.
//
// It is the twin of the hardware and sits behind the same contracts: contacts that are lines with edges and bounce, a
// sensor that is a physic.SenseEnv, badge readers with keypads and signals, a strike. The same code reads it that reads a
// real room. People wait for the strike where the agent drives it, key what the reader asks for, and go away when it
// says no; where nobody drives it they open the door as they like. Now and then somebody holds the door for too long,
// leaves by the button instead of the badge, or comes with a visitor's card and a work order. The same seed makes the
// same people.
//
// Only the room's life runs faster when asked to: the air, the hours of the day, the time between visits. A hand at a
// door takes its seconds at every speed, so that contacts are debounced and badges precede doors as in a real room.
//
// # Control socket
//
// Options.Control is the path of a Unix socket that takes lines of words, as from nc -U, and answers each with
// "ok NANOSECONDS", which is when it was done by the kernel's monotonic clock, or "error REASON":
//
//	badge in|out NUMBER        hold a card to the reader outside or inside
//	keys in|out DIGITS*#       press keys on its keypad
//	door open|close            move the door, as by force: no strike is asked
//	exit                       press the button inside
//	temperature CELSIUS|free   hold the air at a temperature, or let it live again
//	people on|off              let people come by themselves, or send all home
//	watch                      from now on write a line for every change: "NANOSECONDS WHAT TO"
//
// Changes are "strike open|locked", "bolt thrown|drawn", "door open|closed", "signal in|out TONE". Remote says and
// reads all this from Go.
package room
