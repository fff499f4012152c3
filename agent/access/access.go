// Package access decides who may pass a door and knows who is inside. It is pure: a state, an event and a moment give
// the next state and what is to be done. It needs no network, no disk and no clock of its own: a technician gets in, is
// registered and gets out with nothing but this package, a reader and a strike.
//
// # Parts
//
// A Site is what the installer has wired, a Document what head office wants; Parse makes of both a Policy, or says all
// that is wrong. Policy.Begin, Step and Order take the State from one event to the next and return Effects; Due says when
// the next Tick is wanted. Fold makes the State of the journal's records again. Cards and PINs are known only by keyed
// hashes, as of Key.
//
// # Checks
//
// A card at a reader on the way in is checked in this order. The first reason that is found denies, and is the reason of
// the record access.denied.
//
//	too-many-attempts    the reader, or the person's cards, must pause after wrong attempts (attempts)
//	unknown-card         the card is not in the document; its hash is written down, to enrol it by
//	blocked              the card is lost or taken back (cards.blocked)
//	expired              its last day is over; counts by whatever clock there is (cards.to)
//	not-yet-valid        its first day has not come (cards.from)
//	lockdown             nobody goes in, but cards for emergencies (door.lockdown, cards.emergency)
//	not-this-door        neither the card nor its groups open the door (cards.doors, groups)
//	outside-hours        they do, at other hours (schedules)
//	holiday              they would, were it not a holiday (holidays)
//	clock-unknown        the time is not known, the document says "deny", and dates or hours are to be judged (clock_unknown)
//	first-card-missing   nobody with a first card has come in today (doors.first_card, cards.first)
//	anti-passback        the person is inside already, or entered a moment ago (areas.anti_passback)
//	interlock            another door of the interlock is open or unlocked (interlocks)
//	no-pin-set           the door wants a PIN, and the card has none (doors.pin)
//	no-pin-entered       it was asked for, and not typed in time (doors.answer_time)
//	wrong-pin            what was typed is not it; counts as a wrong attempt
//	no-purpose           a visitor said nothing, or the reader has no keypad to say it with (doors.purpose)
//	wrong-purpose        no work order of that number is open here; counts as a wrong attempt (check_purpose)
//	same-person          the second card is of the person who waits for it (doors.two_cards)
//	second-card-missing  nobody came along in time
//
// An unknown card counts as a wrong attempt too. All that comes before the PIN is checked again after every answer.
//
// On the way out, a known card is denied for an interlock only. Whatever else there is against it is a remark: rules about
// who may be in a room are no reason to keep anybody there. An unknown card is denied there as well, without a pause.
//
// # Doors
//
// A grant opens the strike until the door opens or the time is over. Who was let through is registered when the door
// opens; at once if it has no contact, if the contact cannot be read, or if the door is open already. If it does not
// open, access.unused is written down. An opening that nobody was granted is "forced", an open door is "held" and then
// "held-long", a bolt that stays in is "not-locked". A strike stays open beyond a grant only in the modes "unlocked",
// by its schedule, and "released", by command.
//
// # Attempts
//
// Wrong attempts are counted by reader and by person. From the fifth on the reader, or the person at any reader, pauses:
// for 30 s, and twice as long with each further one, up to 15 min; all of them are forgotten 10 min after the last pause.
// A person's count is forgotten as well when the right PIN or work order is typed. What is denied during a pause does not
// count.
//
// # Time
//
// Dates and hours go by the wall clock in the station's own zone, as the clock on the wall shows them; all that lasts goes
// by the clock that nobody can set. While the wall clock is not believed, schedules unlock no door, PINs are needed at all
// hours, and cards are let in with the remark "clock-unknown", unless the document says otherwise.
package access
