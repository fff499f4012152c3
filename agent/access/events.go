package access

import "stationkeeper/internal/record"

// Event is something that a site's sensors saw. Its types are CardShown, KeyPressed, DoorMoved, DoorUnreadable,
// BoltMoved, ExitRequested and Tick. Of a door or reader that the site does not have, an event changes nothing.
type Event interface{ event() }

// CardShown is a badge held to a reader.
type CardShown struct {
	Reader string
	Card   Hash
	// Masked is the card's number but for most of it, as it may be written down.
	Masked string
}

// KeyPressed is a key of a reader's keypad.
type KeyPressed struct {
	Reader string
	// Key is 0 to 9, '#' to end or '*' to begin again.
	Key rune
}

// DoorMoved is what a door's contact says.
type DoorMoved struct {
	Door string
	Open bool
	// Initial is true when the state was found, at start or after a fault, rather than seen to change.
	Initial bool
}

// DoorUnreadable says that a door's contact cannot be read any more. The next DoorMoved ends that.
type DoorUnreadable struct{ Door string }

// BoltMoved is what the contact of a lock's bolt says.
type BoltMoved struct {
	Door    string
	Thrown  bool
	Initial bool
}

// ExitRequested is the button or the motion sensor at the inner side of a door.
type ExitRequested struct{ Door string }

// Tick lets time pass. It is wanted when Due says so; every other event lets time pass as well.
type Tick struct{}

func (CardShown) event()      {}
func (KeyPressed) event()     {}
func (DoorMoved) event()      {}
func (DoorUnreadable) event() {}
func (BoltMoved) event()      {}
func (ExitRequested) event()  {}
func (Tick) event()           {}

// Effects is what is to be done, in this order: strikes and signals at once, then the entries are written down.
// Conditions are what package alarm judges.
type Effects struct {
	Entries    []record.Entry
	Strikes    []Strike
	Signals    []Signal
	Conditions []Condition
}

// Strike says how a door's strike is to be from now on. Open means unlocked, however it is wired.
type Strike struct {
	Door string
	Open bool
}

// Signal is what a reader's lamp and buzzer are to tell.
type Signal struct {
	Reader string
	Tone   Tone
}

// Tone is the meaning of a signal; how it looks and sounds is the reader's matter.
type Tone string

const (
	Granted    Tone = "granted"
	Denied     Tone = "denied"
	AskPIN     Tone = "ask-pin"     // something more is wanted: the PIN, or the second person's card
	AskPurpose Tone = "ask-purpose" // the work order's number is wanted, ending with #
	Warning    Tone = "warning"     // the door is to be closed
	Alarm      Tone = "alarm"       // the door is forced, or was not closed after the warning
	Quiet      Tone = "quiet"       // ends Warning, Alarm and what was asked for
)

// Condition is something that is, or is no longer, as it should not be. It may be told again without having changed.
type Condition struct {
	Point  string // the door's, or for Attempts the reader's
	Rule   string
	Level  string // "critical", "major" or "minor", as of package alarm
	Reason string
	Active bool
}

// Rules of conditions.
const (
	Forced    = "forced"     // critical: the door was opened and nobody had been let through
	Held      = "held"       // minor: the door is open for longer than it takes to go through
	HeldLong  = "held-long"  // major: and was not closed after the warning
	NotLocked = "not-locked" // minor: the bolt does not come out although the door is closed
	Attempts  = "attempts"   // major: too many wrong cards, PINs or work orders
)

// levels of conditions.
var levels = map[string]string{Forced: "critical", Held: "minor", HeldLong: "major", NotLocked: "minor", Attempts: "major"}

// Reasons for which access is denied, in the order of the checks. The comment of the package explains them.
const (
	TooManyAttempts   = "too-many-attempts"
	UnknownCard       = "unknown-card"
	Blocked           = "blocked"
	NotYetValid       = "not-yet-valid"
	Expired           = "expired"
	Lockdown          = "lockdown"
	NotThisDoor       = "not-this-door"
	ClockUnknown      = "clock-unknown"
	Holiday           = "holiday"
	OutsideHours      = "outside-hours"
	FirstCardMissing  = "first-card-missing"
	AntiPassback      = "anti-passback"
	Interlock         = "interlock"
	NoPINSet          = "no-pin-set"
	NoPINEntered      = "no-pin-entered"
	WrongPIN          = "wrong-pin"
	NoPurpose         = "no-purpose"
	WrongPurpose      = "wrong-purpose"
	SamePerson        = "same-person"
	SecondCardMissing = "second-card-missing"
)

// FirstCard is the remark of a grant that fulfils the first-card rule of its door for the day.
const FirstCard = "first-card"

// Methods by which access was asked for; PIN and purpose are added to MethodCard and MethodTwoCards as "+pin", "+purpose".
const (
	MethodCard     = "card"
	MethodTwoCards = "two-card"
	MethodExit     = "request-to-exit"
	MethodCommand  = "command"
)

// Modes of a door.
const (
	ModeNormal   = "normal"
	ModeUnlocked = "unlocked" // free by its schedule
	ModeReleased = "released" // emergency: open until told otherwise
	ModeLockdown = "lockdown" // nobody goes in
)

// Verbs of the commands that Order takes, and their arguments.
const (
	VerbUnlock   = "door.unlock"      // {"seconds": 5}; the door's usual time without
	VerbRelease  = "door.release"     // opens the door, or every door without a point, until door.normal
	VerbLockdown = "door.lockdown"    // lets nobody in at the door, or at any without a point, until door.normal
	VerbNormal   = "door.normal"      // back to the rules
	VerbForgive  = "passback.forgive" // {"person": "p7"}: the next badge of the person is not judged by anti-passback
	VerbClose    = "register.close"   // {"visit": "…"} or {"person": "p7"}: ends visits that nobody badged out of
)

// How a visit ended, as the register says.
const (
	HowBadge        = "badge"
	HowRule         = "rule"          // longer inside than anybody stays
	HowEnteredAgain = "entered-again" // seen going in, here or elsewhere
	HowLeftOuter    = "left-outer"    // seen leaving the area around
	HowForgiven     = "forgiven"
	HowCommand      = "command"
)
