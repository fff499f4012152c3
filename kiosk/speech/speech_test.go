package speech_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"stationkeeper/kiosk/speech"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var both = []speech.Language{speech.Chinese, speech.English}

func counter(id string) speech.Counter {
	return speech.Counter{ID: id, Zh: id + "号窗口", En: "Counter " + id}
}

func mustSpeaker(t testing.TB, o speech.Options) *speech.Speaker {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s, err := speech.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mustSay says a call and returns what can be heard.
func mustSay(t testing.TB, s *speech.Speaker, c speech.Call) speech.Sound {
	t.Helper()
	wav, err := s.Say(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := speech.DecodeWAV(wav)
	if err != nil {
		t.Fatal(err)
	}
	if sound.Silent() {
		t.Errorf("%+v is silence", c)
	}
	return sound
}

func needEspeak(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		t.Skip("espeak-ng is not installed (Debian: apt-get install espeak-ng)")
	}
}

// TestEveryNumberAndCounterCanBeHeard says numbers that have every letter and digit, at several counters.
func TestEveryNumberAndCounterCanBeHeard(t *testing.T) {
	needEspeak(t)
	s := mustSpeaker(t, speech.Options{})
	chime := mustSay(t, s, speech.Call{Number: "A001", Counter: counter("1")}).Length()
	for letter := 'A'; letter <= 'Z'; letter++ {
		n := int(letter-'A') * 37 % 1000
		c := speech.Call{Number: fmt.Sprintf("%c%03d", letter, n), Counter: counter(fmt.Sprint(n%14 + 1)), Short: n%2 == 0}
		for _, l := range both {
			c.Languages = []speech.Language{l}
			if got := mustSay(t, s, c); !c.Short && got.Length() <= chime {
				t.Errorf("%s in %s lasts %s, no more than the chime", c.Number, l, got.Length())
			}
			if err := s.Fault(); err != nil {
				t.Errorf("%s in %s: %v", c.Number, l, err)
			}
		}
	}
}

// TestChineseIsChinese looks at the sounds that the voice makes of the words: qǐng, líng, yāo, èr, hào, dào, sān, and
// not their spelling read as English, which is what the voice "cmn" of espeak-ng 1.51 does.
func TestChineseIsChinese(t *testing.T) {
	needEspeak(t)
	text := speech.Say(speech.Chinese, "A012", counter("13"), false).Text()
	if want := "请 A 零 幺 二 号，到 十三号窗口"; text != want {
		t.Fatalf("says %q, want %q", text, want)
	}
	command := exec.CommandContext(t.Context(), "espeak-ng", "-b", "1", "-v", speech.Voice(speech.Chinese), "-q", "-x", "--stdin")
	command.Stdin = strings.NewReader(text)
	phonemes, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(phonemes), "(en)") {
		t.Errorf("read as English: %s", phonemes)
	}
	at := 0
	for _, syllable := range []string{"tS;h'i21N", "'ei51", "l'i35N", "j'Au55", "'@r51", "X'Au51", "t'Au51", "s.'i.35", "s'a55n", "X'Au51", "ts.hw'A55N", "kh'ou"} {
		i := strings.Index(string(phonemes)[at:], syllable)
		if i < 0 {
			t.Fatalf("%s is missing, or at another place, in %s", syllable, phonemes)
		}
		at += i + len(syllable)
	}
}

func TestWords(t *testing.T) {
	counter := speech.Counter{ID: "vip", Zh: "VIP室（二楼）", En: "VIP room (2nd floor)"}
	for _, c := range []struct {
		language speech.Language
		number   string
		counter  speech.Counter
		short    bool
		want     string
	}{
		{speech.English, "A012", counter, false, "Ticket A, 0, 1, 2, please go to VIP room"},
		{speech.English, "AB7", speech.Counter{ID: "3", En: "Counter 3 (payment)"}, true, "A, B, 7, counter 3"},
		{speech.Chinese, "B117", counter, false, "请 B 幺 幺 七 号，到 V I P 室"},
		{speech.Chinese, "C900", speech.Counter{ID: "3", Zh: "3号窗口（缴费）"}, true, "C 九 零 零 ，三号窗口"},
		{speech.Chinese, "C900", speech.Counter{ID: "20", Zh: "20号窗口"}, true, "C 九 零 零 ，二十号窗口"},
		{speech.Chinese, "C900", speech.Counter{ID: "99", Zh: "99号窗口"}, true, "C 九 零 零 ，九十九号窗口"},
		{speech.Chinese, "C900", speech.Counter{ID: "301", Zh: "301室"}, true, "C 九 零 零 ，三零幺室"},
		{speech.Chinese, "C900", speech.Counter{ID: "0", Zh: "0号"}, true, "C 九 零 零 ，零号"},
		{speech.Chinese, "C900", speech.Counter{ID: "7", Zh: "（缴费）"}, true, "C 九 零 零 ，七"},
	} {
		if got := speech.Say(c.language, c.number, c.counter, c.short).Text(); got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.number, c.counter.ID, got, c.want)
		}
	}
}

// TestWithoutAnyVoice has neither clips nor espeak-ng: there is the chime, and the log says so once.
func TestWithoutAnyVoice(t *testing.T) {
	var log bytes.Buffer
	s := mustSpeaker(t, speech.Options{Espeak: "/nowhere/espeak-ng", Log: slog.New(slog.NewTextHandler(&log, nil))})
	call := speech.Call{Number: "A001", Counter: counter("1"), Languages: both}
	chime := mustSay(t, s, speech.Call{Number: "A001", Counter: counter("1")})
	for range 3 {
		if got := mustSay(t, s, call); got.Length() != chime.Length() {
			t.Errorf("lasts %s, the chime %s", got.Length(), chime.Length())
		}
		if err := s.Fault(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("fault %v", err)
		}
	}
	if got := strings.Count(log.String(), "\n"); got != 1 {
		t.Errorf("%d lines in the log, want 1:\n%s", got, log.String())
	}
}

// TestProgramThatFails tries programs that are there but do not do their work.
func TestProgramThatFails(t *testing.T) {
	for name, script := range map[string]string{
		"complains":      "echo no such voice >&2; exit 1",
		"says nothing":   "cat >/dev/null",
		"is no WAV":      "cat >/dev/null; echo hello",
		"says silence":   `cat >/dev/null; printf 'RIFF\0\0\0\0WAVEfmt \020\0\0\0\001\0\001\0\042\126\0\0\104\254\0\0\002\0\020\0data\004\0\0\0\0\0\0\0'`,
		"never stops":    "cat >/dev/null; yes",
		"leaves a child": "cat >/dev/null; sleep 5 & exit 1",
	} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "espeak-ng")
			if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			s := mustSpeaker(t, speech.Options{Espeak: program})
			mustSay(t, s, speech.Call{Number: "A001", Counter: counter("1"), Languages: both[:1]})
			if s.Fault() == nil {
				t.Error("no fault")
			}
		})
	}
}

// TestSpeakerGivesUpWithItsCaller ends a call whose synthesiser hangs, and leaves no process.
func TestSpeakerGivesUpWithItsCaller(t *testing.T) {
	dir := t.TempDir()
	program, pid := filepath.Join(dir, "espeak-ng"), filepath.Join(dir, "pid")
	ready := filepath.Join(dir, "ready")
	script := fmt.Sprintf("#!/bin/sh\nmkfifo %q 2>/dev/null\necho $$ >%q\necho >%q\nexec sleep 600\n", ready, pid, ready)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("mkfifo", ready).Run(); err != nil {
		t.Skip("mkfifo: ", err)
	}
	s := mustSpeaker(t, speech.Options{Espeak: program})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var saying sync.WaitGroup
	saying.Go(func() {
		if _, err := s.Say(ctx, speech.Call{Number: "A001", Counter: counter("1"), Languages: both}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	if _, err := os.ReadFile(ready); err != nil { // until the program runs
		t.Fatal(err)
	}
	cancel()
	saying.Wait()
	id, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(id))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the synthesiser is still there: %v", err)
	}
}

// TestSaidAgainIsRemembered counts how often the synthesiser is started.
func TestSaidAgainIsRemembered(t *testing.T) {
	needEspeak(t)
	dir := t.TempDir()
	program, started := filepath.Join(dir, "espeak-ng"), filepath.Join(dir, "started")
	if err := os.WriteFile(program, []byte(fmt.Sprintf("#!/bin/sh\necho x >>%q\nexec espeak-ng \"$@\"\n", started)), 0o700); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		b, _ := os.ReadFile(started) // not there before the first
		return bytes.Count(b, []byte("\n"))
	}
	call := speech.Call{Number: "A001", Counter: counter("1"), Languages: both}
	s := mustSpeaker(t, speech.Options{Espeak: program})
	if err := s.Prepare(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if got := count(); got != 2 {
		t.Errorf("prepared with %d sentences, want 2", got)
	}
	var saying sync.WaitGroup
	for range 8 {
		saying.Go(func() { mustSay(t, s, call) })
	}
	saying.Wait()
	if got := count(); got != 2 {
		t.Errorf("%d sentences synthesised, want 2", got)
	}

	small := mustSpeaker(t, speech.Options{Espeak: program, CacheBytes: 300_000}) // room for one sentence or two
	for n := range 5 {
		mustSay(t, small, speech.Call{Number: fmt.Sprintf("A%03d", n), Counter: counter("1"), Languages: both})
	}
	before := count()
	mustSay(t, small, speech.Call{Number: "A000", Counter: counter("1"), Languages: both})
	if got := count() - before; got != 2 {
		t.Errorf("after others %d sentences were synthesised, want 2: memory has a bound", got)
	}
}

// BenchmarkSay is what a call costs that nobody was prepared for, and one that was said before.
func BenchmarkSay(b *testing.B) {
	needEspeak(b)
	s := mustSpeaker(b, speech.Options{CacheBytes: 1})
	call := speech.Call{Number: "A012", Counter: counter("3")}
	for _, l := range both {
		call.Languages = []speech.Language{l}
		b.Run("synthesised-"+string(l), func(b *testing.B) {
			for b.Loop() {
				mustSay(b, s, call)
			}
		})
	}
	s = mustSpeaker(b, speech.Options{})
	call.Languages = both
	mustSay(b, s, call)
	b.Run("remembered", func(b *testing.B) {
		for b.Loop() {
			mustSay(b, s, call)
		}
	})
}
