// Package audio plays sounds through the machine's own output, by the program that the system has for it: aplay of
// Debian's alsa-utils, or paplay of pulseaudio-utils. One sound plays at a time, and one may wait.
package audio

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Options says how a Player plays. Only Log is needed.
type Options struct {
	// Program is what plays a WAV file that it is given on its standard input; "" takes the first of aplay and paplay
	// that PATH has.
	Program string
	// Device is one of `aplay -L` or `pactl list sinks`; "" is the system's own choice.
	Device string
	Log    *slog.Logger
}

// Programs that are looked for, in this order.
var programs = []string{"aplay", "paplay"}

var (
	// ErrReplaced is returned when a later sound has taken the place of one that waited.
	ErrReplaced = errors.New("a later sound is played instead")
	// ErrSilent is wrapped when nothing can be heard.
	ErrSilent = errors.New("no sound")
)

const (
	// again is how often it is tried whether there is sound, while there is none, and now and then while there was.
	againWhenSilent = time.Minute
	againWhenHeard  = 15 * time.Minute
	// longest is how much longer than the sound the program may take.
	longest = 10 * time.Second
)

// Player is safe for concurrent use.
type Player struct {
	options Options
	turn    chan struct{} // holds one token; who has it plays

	mu      sync.Mutex
	waiting chan struct{} // of the one who waits; closed when another takes the place
	fault   string
	tried   bool
}

// New checks the options. That there is no sound is no error here: Fault says so as soon as it is known.
func New(o Options) (*Player, error) {
	if o.Log == nil {
		return nil, errors.New("audio options: log is missing")
	}
	p := &Player{options: o, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	return p, nil
}

// Fault says why nothing can be heard, in words; empty when sounds are played. Known is false until that has been
// tried.
func (p *Player) Fault() (fault string, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault, p.tried
}

// Play plays a WAV file to its end. While another sound plays it waits; if a third comes, it gives way with
// ErrReplaced. When ctx ends the sound stops. Other errors wrap ErrSilent.
func (p *Player) Play(ctx context.Context, wav []byte) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer func() { p.turn <- struct{}{} }()
	return p.play(ctx, wav)
}

// take waits for the turn.
func (p *Player) take(ctx context.Context) error {
	mine := make(chan struct{})
	p.mu.Lock()
	if p.waiting != nil {
		close(p.waiting)
	}
	p.waiting = mine
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.waiting == mine {
			p.waiting = nil
		}
	}()
	select {
	case <-p.turn:
		return nil
	case <-mine:
		return ErrReplaced
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run tries now and then whether there is sound, by playing a moment of silence, until ctx ends.
func (p *Player) Run(ctx context.Context) error {
	for {
		p.try(ctx)
		pause := againWhenHeard
		if fault, _ := p.Fault(); fault != "" {
			pause = againWhenSilent
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

// try plays silence, unless something else plays, which says as much.
func (p *Player) try(ctx context.Context) {
	select {
	case <-p.turn:
		defer func() { p.turn <- struct{}{} }()
		_ = p.play(ctx, silence()) // Fault says what came of it
	default:
	}
}

// play has the turn.
func (p *Player) play(ctx context.Context, wav []byte) error {
	err := p.run(ctx, wav)
	if ctx.Err() != nil {
		return ctx.Err() // what was cut off says nothing about the sound
	}
	fault := ""
	if err != nil {
		fault = err.Error()
		err = fmt.Errorf("%w: %w", ErrSilent, err)
	}
	p.mu.Lock()
	before, known := p.fault, p.tried
	p.fault, p.tried = fault, true
	p.mu.Unlock()
	switch {
	case fault != before && fault != "":
		p.options.Log.Warn("nothing can be heard", "error", fault)
	case known && fault != before:
		p.options.Log.Info("sound is heard again")
	}
	return err
}

// run plays by the program.
func (p *Player) run(ctx context.Context, wav []byte) error {
	program, err := p.program()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, length(wav)+longest)
	defer cancel()
	player := exec.CommandContext(ctx, program, p.arguments(program)...)
	player.WaitDelay = time.Second
	player.Stdin = bytes.NewReader(wav)
	var said bytes.Buffer
	player.Stderr = &said
	if err := player.Run(); err != nil {
		if last := lastLine(said.String()); last != "" {
			return fmt.Errorf("%s: %s", program, last)
		}
		return fmt.Errorf("%s: %w", program, err)
	}
	return nil
}

func (p *Player) program() (string, error) {
	if p.options.Program != "" {
		return p.options.Program, nil
	}
	for _, name := range programs {
		if _, err := exec.LookPath(name); err == nil {
			return name, nil
		}
	}
	return "", fmt.Errorf("neither %s is installed: install Debian's alsa-utils", strings.Join(programs, " nor "))
}

func (p *Player) arguments(program string) []string {
	isPulse := strings.HasSuffix(program, "paplay")
	switch {
	case isPulse && p.options.Device != "":
		return []string{"--device=" + p.options.Device}
	case isPulse:
		return nil
	case p.options.Device != "":
		return []string{"-q", "-D", p.options.Device, "-"}
	}
	return []string{"-q", "-"}
}

// lastLine is what a program said last: ALSA's library tells a long story before it.
func lastLine(said string) string {
	said = strings.TrimSpace(said)
	last := said[strings.LastIndexByte(said, '\n')+1:]
	const most = 200
	return strings.ToValidUTF8(last[:min(len(last), most)], "")
}

// wavHeader is the size of the header of a WAV file with nothing but sound in it; at byteRate it says how many bytes
// there are a second.
const (
	wavHeader = 44
	byteRate  = 28
)

// length is how long a WAV file takes, and for one that does not say, two minutes.
func length(wav []byte) time.Duration {
	if len(wav) >= wavHeader {
		if rate := binary.LittleEndian.Uint32(wav[byteRate:]); rate >= 8000 {
			return time.Duration(len(wav)) * time.Second / time.Duration(rate)
		}
	}
	return 2 * time.Minute
}

// silence is 50 ms of it, at 16 kHz, as a WAV file of 16 bits.
func silence() []byte {
	const rate, samples = 16000, 800
	le := binary.LittleEndian
	b := append(make([]byte, 0, wavHeader+2*samples), "RIFF"...)
	b = le.AppendUint32(b, wavHeader-8+2*samples)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1) // PCM
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, 2*rate)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, 2*samples)
	return append(b, make([]byte, 2*samples)...)
}
