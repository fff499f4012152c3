package audio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/audio"
)

// lines is a log that can be counted.
type lines struct{ bytes.Buffer }

func (l *lines) log() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func player(t *testing.T, o audio.Options) *audio.Player {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p, err := audio.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tone is a WAV file of so many samples at 16 kHz, each of another value.
func tone(samples int) []byte {
	header := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	size := 2 * samples
	put := func(at, v int) {
		header[at], header[at+1], header[at+2], header[at+3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	}
	put(4, 36+size)
	put(40, size)
	for i := range samples {
		header = append(header, byte(7*i), byte(i%50))
	}
	return header
}

// program writes a script that is used for aplay.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "aplay")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func guarded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// TestALSAHearsWhatIsPlayed plays through the real aplay into a device that writes to a file.
func TestALSAHearsWhatIsPlayed(t *testing.T) {
	if _, err := exec.LookPath("aplay"); err != nil {
		t.Skip("aplay of Debian's alsa-utils is not installed")
	}
	folder := t.TempDir()
	heard, config := filepath.Join(folder, "heard.wav"), filepath.Join(folder, "asound.conf")
	text := fmt.Sprintf("pcm.speaker { type file\n slave.pcm { type null }\n file %q\n format wav }\n", heard)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALSA_CONFIG_PATH", config)
	p := player(t, audio.Options{Device: "speaker"})
	sound := tone(4000)
	if err := p.Play(guarded(t), sound); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(heard)
	if err != nil || !bytes.Contains(got, sound[44:]) {
		t.Errorf("heard %d bytes of %d, %v", len(got), len(sound), err)
	}
	if fault, known := p.Fault(); fault != "" || !known {
		t.Errorf("fault %q, %v", fault, known)
	}

	p = player(t, audio.Options{Device: "nowhere"})
	if err := p.Play(guarded(t), sound); !errors.Is(err, audio.ErrSilent) || !strings.Contains(err.Error(), "audio open error") {
		t.Errorf("without such a device: %v", err)
	}
}

func TestTheProgramIsGivenTheSound(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "kept")
	script := fmt.Sprintf(`echo "$@" > %[1]s.args; cat > %[1]s`, kept)
	sound := tone(100)
	if err := player(t, audio.Options{Program: program(t, script), Device: "hw:1"}).Play(guarded(t), sound); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(kept)
	args, _ := os.ReadFile(kept + ".args")
	if !bytes.Equal(got, sound) || string(args) != "-q -D hw:1 -\n" {
		t.Errorf("given %d bytes and %q", len(got), args)
	}
}

func TestWithoutAProgramThereIsNoSound(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var said lines
	p := player(t, audio.Options{Log: said.log()})
	if _, known := p.Fault(); known {
		t.Error("known before it was tried")
	}
	for range 5 {
		if err := p.Play(guarded(t), tone(10)); !errors.Is(err, audio.ErrSilent) || !strings.Contains(err.Error(), "alsa-utils") {
			t.Errorf("got %v", err)
		}
	}
	if fault, known := p.Fault(); !known || !strings.Contains(fault, "alsa-utils") {
		t.Errorf("fault %q", fault)
	}
	if n := strings.Count(said.String(), "\n"); n != 1 {
		t.Errorf("%d lines of log: %s", n, said.String())
	}
}

func TestSoundThatComesBackIsNoticed(t *testing.T) {
	card := filepath.Join(t.TempDir(), "card")
	script := fmt.Sprintf("cat > /dev/null; test -e %s || { echo story >&2; echo 'aplay: main:831: audio open error: No such file' >&2; exit 1; }", card)
	var said lines
	p := player(t, audio.Options{Program: program(t, script), Log: said.log()})
	ctx := guarded(t)
	for range 3 {
		_ = p.Play(ctx, tone(10))
	}
	if fault, _ := p.Fault(); !strings.HasSuffix(fault, "audio open error: No such file") || strings.Contains(fault, "story") {
		t.Errorf("fault %q", fault)
	}
	if err := os.WriteFile(card, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := p.Play(ctx, tone(10)); err != nil {
			t.Error(err)
		}
	}
	if fault, _ := p.Fault(); fault != "" || strings.Count(said.String(), "\n") != 2 || !strings.Contains(said.String(), "heard again") {
		t.Errorf("fault %q, log %s", fault, said.String())
	}
}

// stage is a program that says when it plays and plays until it is told to end.
type stage struct{ folder string }

func newStage(t *testing.T) (stage, string) {
	t.Helper()
	s := stage{t.TempDir()}
	for _, name := range []string{"began", "end"} {
		if out, err := exec.Command("mkfifo", filepath.Join(s.folder, name)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return s, program(t, fmt.Sprintf("cat > /dev/null; echo x > %[1]s/began; exec cat %[1]s/end", s.folder))
}

// began waits until a sound plays.
func (s stage) began(t *testing.T) {
	t.Helper()
	if _, err := os.ReadFile(filepath.Join(s.folder, "began")); err != nil {
		t.Fatal(err)
	}
}

// end ends the sound that plays.
func (s stage) end(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, "end"), []byte("x"), 0); err != nil {
		t.Fatal(err)
	}
}

func TestOneSoundWaitsAndTheLatestIsTheOne(t *testing.T) {
	s, program := newStage(t)
	p := player(t, audio.Options{Program: program})
	ctx := guarded(t)
	play := func() chan error {
		done := make(chan error, 1)
		go func() { done <- p.Play(ctx, tone(10)) }()
		return done
	}
	first := play()
	s.began(t)
	second := play()
	third := play() // whichever of the two comes to wait later takes the other's place
	var replaced, waiting chan error
	select {
	case err := <-second:
		replaced, waiting = second, third
		second <- err
	case err := <-third:
		replaced, waiting = third, second
		third <- err
	}
	if err := <-replaced; !errors.Is(err, audio.ErrReplaced) {
		t.Errorf("replaced: %v", err)
	}
	s.end(t)
	if err := <-first; err != nil {
		t.Error(err)
	}
	s.began(t)
	s.end(t)
	if err := <-waiting; err != nil {
		t.Error(err)
	}
}

func TestASoundIsCutOff(t *testing.T) {
	s, program := newStage(t)
	p := player(t, audio.Options{Program: program})
	ctx, cancel := context.WithCancel(guarded(t))
	done := make(chan error, 1)
	go func() { done <- p.Play(ctx, tone(10)) }()
	s.began(t)
	waiting, giveUp := context.WithCancel(guarded(t))
	giveUp()
	if err := p.Play(waiting, tone(10)); !errors.Is(err, context.Canceled) {
		t.Errorf("one that waits and is cut off: %v", err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, known := p.Fault(); known {
		t.Error("what was cut off says something about the sound")
	}
}

func TestWhetherThereIsSoundIsTriedByItself(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "kept")
	tried := filepath.Join(t.TempDir(), "tried")
	if out, err := exec.Command("mkfifo", tried).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := player(t, audio.Options{Program: program(t, fmt.Sprintf("cat > %s; echo x > %s", kept, tried))})
	ctx, cancel := context.WithCancel(guarded(t))
	ran := make(chan error, 1)
	go func() { ran <- p.Run(ctx) }()
	if _, err := os.ReadFile(tried); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ran; err != nil {
		t.Error(err)
	}
	sound, err := os.ReadFile(kept)
	if err != nil || len(sound) < 100 || string(sound[:4]) != "RIFF" || !bytes.Equal(sound[44:], make([]byte, len(sound)-44)) {
		t.Errorf("tried with %d bytes, %v", len(sound), err)
	}
}
