package signal

import "time"

// Tone is something that a reader tells whoever stands before it.
type Tone string

const (
	// Granted: come in. A short beep and green light for some seconds.
	Granted Tone = "granted"
	// Denied: three beeps, red light.
	Denied Tone = "denied"
	// AskPIN and AskPurpose wait for keys: a blinking green light; for a purpose red and green in turn.
	AskPIN     Tone = "ask-pin"
	AskPurpose Tone = "ask-purpose"
	// Warning: the door is open too long; a beep a second until something else is said.
	Warning Tone = "warning"
	// Alarm: a long tone, red light.
	Alarm Tone = "alarm"
	// Quiet: everything off.
	Quiet Tone = "quiet"
)

// light is what is on for a while.
type light struct {
	buzzer, green, red bool
	lasts              time.Duration
}

// pattern is how a tone is played.
type pattern struct {
	intro []light // once
	loop  []light // then over and over; none: the tone is over
}

const ms = time.Millisecond

// patterns of all tones but Quiet.
var patterns = map[Tone]pattern{
	Granted: {intro: []light{{buzzer: true, green: true, lasts: 150 * ms}, {green: true, lasts: 2850 * ms}}},
	Denied: {intro: []light{
		{buzzer: true, red: true, lasts: 120 * ms}, {red: true, lasts: 100 * ms},
		{buzzer: true, red: true, lasts: 120 * ms}, {red: true, lasts: 100 * ms},
		{buzzer: true, red: true, lasts: 120 * ms}, {red: true, lasts: 1500 * ms},
	}},
	AskPIN: {
		intro: []light{{buzzer: true, green: true, lasts: 60 * ms}},
		loop:  []light{{green: true, lasts: 250 * ms}, {lasts: 250 * ms}},
	},
	AskPurpose: {
		intro: []light{{buzzer: true, green: true, lasts: 60 * ms}},
		loop:  []light{{green: true, lasts: 300 * ms}, {red: true, lasts: 300 * ms}},
	},
	Warning: {loop: []light{{buzzer: true, red: true, lasts: 100 * ms}, {red: true, lasts: 900 * ms}}},
	Alarm:   {loop: []light{{buzzer: true, red: true, lasts: 700 * ms}, {lasts: 300 * ms}}},
}

// lasting tones go on after a passing one has interrupted them.
func (t Tone) lasting() bool { return t == Warning || t == Alarm }

// player is where in its pattern a tone is. The zero value is quiet.
type player struct {
	ground Tone // the lasting tone that goes on when tone is over; may be empty
	tone   Tone // empty: quiet
	began  time.Time
}

// play begins a tone.
func (p player) play(t Tone, at time.Time) player {
	switch {
	case t == Quiet:
		return player{}
	case t.lasting():
		p.ground = t
	}
	p.tone, p.began = t, at
	return p
}

// at is what is on at a moment and for how long still; 0 means until another tone comes.
func (p player) at(now time.Time) (player, light, time.Duration) {
	for p.tone != "" {
		if l, left, on := patterns[p.tone].at(now.Sub(p.began)); on {
			return p, l, left
		}
		p.tone, p.began = p.ground, now
	}
	return p, light{}, 0
}

// at is what is on some time after the pattern's beginning and for how long still; on is false when it is over.
func (p pattern) at(elapsed time.Duration) (l light, left time.Duration, on bool) {
	if l, left, on = within(p.intro, elapsed); on || len(p.loop) == 0 {
		return l, left, on
	}
	return within(p.loop, (elapsed-length(p.intro))%length(p.loop))
}

// within finds the light that is on some time after the first one's beginning.
func within(lights []light, elapsed time.Duration) (l light, left time.Duration, on bool) {
	for _, l := range lights {
		if elapsed < l.lasts {
			return l, l.lasts - elapsed, true
		}
		elapsed -= l.lasts
	}
	return light{}, 0, false
}

func length(lights []light) (sum time.Duration) {
	for _, l := range lights {
		sum += l.lasts
	}
	return sum
}
