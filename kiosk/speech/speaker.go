package speech

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// Call is what is announced.
type Call struct {
	Number  string
	Counter Counter
	// Languages are spoken in this order; none is the chime alone.
	Languages []Language
	// Short is for many calls at once: one stroke of the chime, and only the number and the counter.
	Short bool
}

// Options says what a Speaker speaks with.
type Options struct {
	// Clips is the folder of recorded clips, as the package describes it; "" for none.
	Clips string
	// Espeak is the program; "" means espeak-ng, wherever PATH has it. It need not be there.
	Espeak string
	// CacheBytes bounds the sentences kept in memory; 0 means 32 MiB, about 200 of them.
	CacheBytes int
	Log        *slog.Logger
}

// Speaker is safe for concurrent use.
type Speaker struct {
	options Options
	// turn holds one token: who has it may use the disk and the synthesiser. One program at a time is enough for calls,
	// which are played one after another, and spares the machine that the customers' screen runs on.
	turn chan struct{}

	mu    sync.Mutex
	cache *cache
	fault error
	told  map[string]bool // faults that were logged
}

// New checks the options; a folder of clips has to exist.
func New(o Options) (*Speaker, error) {
	if o.Log == nil {
		return nil, errors.New("speech options: log is missing")
	}
	if o.Espeak == "" {
		o.Espeak = "espeak-ng"
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 32 << 20
	}
	if o.CacheBytes < 0 {
		return nil, fmt.Errorf("speech options: a cache of %d bytes", o.CacheBytes)
	}
	if o.Clips != "" {
		if info, err := os.Stat(o.Clips); err != nil {
			return nil, fmt.Errorf("speech options: the folder of clips: %w", err)
		} else if !info.IsDir() {
			return nil, fmt.Errorf("speech options: the folder of clips: %s is a file", o.Clips)
		}
	}
	s := &Speaker{options: o, turn: make(chan struct{}, 1), cache: newCache(o.CacheBytes), told: map[string]bool{}}
	s.turn <- struct{}{}
	return s, nil
}

// Say returns the announcement as a WAV file. A sentence that cannot be spoken is left out and Fault tells why: the
// chime is there always. The error is ctx's.
func (s *Speaker) Say(ctx context.Context, c Call) ([]byte, error) {
	sound, err := s.bell(ctx, c.Short)
	if err != nil {
		return nil, err
	}
	sounds := []Sound{sound}
	var faults error
	for _, l := range c.Languages {
		sentence, err := s.sentence(ctx, Say(l, c.Number, c.Counter, c.Short))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		sounds = append(sounds, sentence)
	}
	if len(c.Languages) > 0 {
		s.mu.Lock()
		s.fault = faults
		s.mu.Unlock()
	}
	pause := 350 * time.Millisecond
	if c.Short {
		pause = 100 * time.Millisecond
	}
	return EncodeWAV(join(pause, sounds...)), nil
}

// longestText bounds a text, in bytes: what a screen says takes less than a minute to listen to.
const longestText = 2000

// Text is any text, read by the synthesiser as a WAV file: there are no clips for it. It is not kept.
func (s *Speaker) Text(ctx context.Context, l Language, text string) ([]byte, error) {
	if len(text) > longestText {
		return nil, fmt.Errorf("read a text aloud: %d bytes, at most %d are read", len(text), longestText)
	}
	select {
	case <-s.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { s.turn <- struct{}{} }()
	sound, err := synthesise(ctx, s.options.Espeak, l, text)
	if err != nil {
		if ctx.Err() == nil {
			s.report(s.options.Espeak, err)
		}
		return nil, err
	}
	return EncodeWAV(sound), nil
}

// Fault is why the last announcement was not spoken in full; nil when it was.
func (s *Speaker) Fault() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// Prepare makes the sentences of a call ready, so that Say need not wait for the synthesiser.
func (s *Speaker) Prepare(ctx context.Context, c Call) error {
	for _, l := range c.Languages {
		// A sentence that cannot be spoken has been logged; the call itself is the time to say so.
		if _, err := s.sentence(ctx, Say(l, c.Number, c.Counter, c.Short)); ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
	return nil
}

// bell is the chime: the recorded one, or ours.
func (s *Speaker) bell(ctx context.Context, short bool) (Sound, error) {
	if short {
		return s.remember(ctx, "chime short", func() (Sound, error) { return shortChime(), nil })
	}
	return s.remember(ctx, "chime", func() (Sound, error) {
		if s.options.Clips == "" {
			return longChime(), nil
		}
		recorded, err := s.clip("", "chime")
		if err != nil {
			if !errors.Is(err, os.ErrNotExist) { // it need not be there
				s.report("chime", err)
			}
			return longChime(), nil
		}
		return recorded, nil
	})
}

// sentence is a phrase as sound, from memory when it was said before.
func (s *Speaker) sentence(ctx context.Context, p Phrase) (Sound, error) {
	return s.remember(ctx, string(p.Language)+" "+p.Text(), func() (Sound, error) { return s.speak(ctx, p) })
}

// remember looks a sound up, or makes it, in turn.
func (s *Speaker) remember(ctx context.Context, key string, produce func() (Sound, error)) (Sound, error) {
	if sound, ok := s.lookUp(key); ok {
		return sound, nil
	}
	select {
	case <-s.turn:
	case <-ctx.Done():
		return Sound{}, ctx.Err()
	}
	defer func() { s.turn <- struct{}{} }()
	if sound, ok := s.lookUp(key); ok { // made while others had their turn
		return sound, nil
	}
	sound, err := produce()
	if err != nil {
		return Sound{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache.put(key, sound)
	return sound, nil
}

func (s *Speaker) lookUp(key string) (Sound, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cache.get(key)
}

// speak makes a sentence of clips or, when there are none or one is missing, has it synthesised.
func (s *Speaker) speak(ctx context.Context, p Phrase) (Sound, error) {
	if s.options.Clips != "" {
		sound, err := s.assemble(p)
		if err == nil {
			return sound, nil
		}
		s.report(err.Error(), err)
	}
	sound, err := synthesise(ctx, s.options.Espeak, p.Language, p.Text())
	if err != nil && ctx.Err() == nil {
		s.report(s.options.Espeak, err)
	}
	return sound, err
}

// between is the pause between two clips of a sentence.
const between = 30 * time.Millisecond

func (s *Speaker) assemble(p Phrase) (Sound, error) {
	var sounds []Sound
	for _, part := range p.Parts {
		if part.Clip == "" {
			continue // a breath, which clips have between them anyway
		}
		sound, err := s.clip(string(p.Language), part.Clip)
		if err != nil {
			return Sound{}, err
		}
		sounds = append(sounds, sound)
	}
	return join(between, sounds...).loud(), nil
}

// clipName is what a clip may be called: as the ids of counters, it leads out of no folder.
var clipName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

func (s *Speaker) clip(folder, name string) (Sound, error) {
	if !clipName.MatchString(name) {
		return Sound{}, fmt.Errorf("clip %q: not a name of letters, digits, '.', '_', '-'", name)
	}
	path := filepath.Join(s.options.Clips, folder, name+".wav")
	b, err := os.ReadFile(path)
	if err != nil {
		return Sound{}, fmt.Errorf("recorded clip: %w", err)
	}
	sound, err := DecodeWAV(b)
	if err != nil {
		return Sound{}, fmt.Errorf("recorded clip %s: %w", path, err)
	}
	if sound = sound.trim(); len(sound.Samples) == 0 {
		return Sound{}, fmt.Errorf("recorded clip %s is silent", path)
	}
	return sound, nil
}

// report logs a fault the first time that it is met.
func (s *Speaker) report(what string, err error) {
	s.mu.Lock()
	told := s.told[what]
	s.told[what] = true
	s.mu.Unlock()
	if !told {
		s.options.Log.Warn("calls are not spoken as they should be; install espeak-ng, or complete the folder of clips", "error", err)
	}
}
