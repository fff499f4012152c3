package speech

import (
	"math"
	"time"
)

// Sound is mono audio of 16 bits.
type Sound struct {
	// Rate is in samples a second.
	Rate    int
	Samples []int16
}

// Length is how long it lasts.
func (s Sound) Length() time.Duration {
	if s.Rate == 0 {
		return 0
	}
	return time.Duration(len(s.Samples)) * time.Second / time.Duration(s.Rate)
}

// Silent reports whether there is nothing to hear.
func (s Sound) Silent() bool { return s.peak() < audible }

// audible is the smallest amplitude that is not taken for silence: -54 dB of full scale, above the noise of a recording.
const audible = 64

func (s Sound) peak() int {
	peak := 0
	for _, v := range s.Samples {
		peak = max(peak, int(v), -int(v))
	}
	return peak
}

// trim cuts the silence before and after, down to a little, so that a call is heard when it is shown.
func (s Sound) trim() Sound {
	const keep = 20 * time.Millisecond
	first, last := -1, -1
	for i, v := range s.Samples {
		if v >= audible || v <= -audible {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return Sound{Rate: s.Rate}
	}
	margin := samplesIn(keep, s.Rate)
	return Sound{Rate: s.Rate, Samples: s.Samples[max(0, first-margin):min(len(s.Samples), last+margin)]}
}

// loud brings the highest amplitude to 0.9 of full scale: voices and recordings differ, the hall's noise does not.
func (s Sound) loud() Sound {
	peak := s.peak()
	if peak == 0 {
		return s
	}
	louder := make([]int16, len(s.Samples))
	gain := 0.9 * math.MaxInt16 / float64(peak)
	for i, v := range s.Samples {
		louder[i] = int16(math.Round(float64(v) * gain))
	}
	return Sound{Rate: s.Rate, Samples: louder}
}

// at is the sound at another rate, by linear interpolation. It is meant for raising the rate: lowering it would fold
// high tones down.
func (s Sound) at(rate int) Sound {
	if s.Rate == rate || len(s.Samples) == 0 {
		return Sound{Rate: rate, Samples: s.Samples}
	}
	n := int(int64(len(s.Samples)) * int64(rate) / int64(s.Rate))
	resampled := make([]int16, n)
	for i := range resampled {
		at := float64(i) * float64(s.Rate) / float64(rate)
		left := min(int(at), len(s.Samples)-1)
		right := min(left+1, len(s.Samples)-1)
		part := at - float64(left)
		resampled[i] = int16(math.Round(float64(s.Samples[left])*(1-part) + float64(s.Samples[right])*part))
	}
	return Sound{Rate: rate, Samples: resampled}
}

// join puts sounds one after another with a pause between them, at the highest of their rates.
func join(pause time.Duration, sounds ...Sound) Sound {
	var all Sound
	for _, s := range sounds {
		all.Rate = max(all.Rate, s.Rate)
	}
	for i, s := range sounds {
		if i > 0 {
			all.Samples = append(all.Samples, make([]int16, samplesIn(pause, all.Rate))...)
		}
		all.Samples = append(all.Samples, s.at(all.Rate).Samples...)
	}
	return all
}

func samplesIn(d time.Duration, rate int) int { return int(d.Seconds() * float64(rate)) }

// tone is one stroke of a bell.
type tone struct {
	hertz float64
	begin time.Duration
}

const chimeRate = 22050

// chime strikes the tones and lets them fade within length.
func chime(length time.Duration, tones ...tone) Sound {
	s := Sound{Rate: chimeRate, Samples: make([]int16, samplesIn(length, chimeRate))}
	const attack, decay = 0.004, 3.5 // seconds until full, and 1/e a second of a bell of this size
	for i := range s.Samples {
		at := float64(i) / chimeRate
		var sum float64
		for _, tone := range tones {
			t := at - tone.begin.Seconds()
			if t < 0 {
				continue
			}
			swell := math.Min(1, t/attack) * math.Exp(-decay*t)
			// A bell has an octave and a twelfth above its tone.
			sum += swell * (math.Sin(2*math.Pi*tone.hertz*t) + 0.3*math.Sin(4*math.Pi*tone.hertz*t) + 0.1*math.Sin(6*math.Pi*tone.hertz*t))
		}
		fade := math.Min(1, (length.Seconds()-at)/0.05) // no click at the end
		s.Samples[i] = int16(math.Round(0.3 * math.MaxInt16 * sum * fade))
	}
	return s
}

// The chimes: two tones before a call, one when calls follow each other quickly. E5 and C5 carry in a hall full of
// voices, whose power is below 500 Hz.
func longChime() Sound {
	return chime(1100*time.Millisecond, tone{hertz: 659.26}, tone{hertz: 523.25, begin: 350 * time.Millisecond})
}

func shortChime() Sound { return chime(400*time.Millisecond, tone{hertz: 659.26}) }
