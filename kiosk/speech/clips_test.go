package speech_test

import (
	"bytes"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stationkeeper/kiosk/speech"
)

// record writes a folder of clips of a tone each, of 100 ms at the given rate.
func record(t *testing.T, rate int, names ...string) string {
	t.Helper()
	tone := speech.Sound{Rate: rate, Samples: make([]int16, rate/10)}
	for i := range tone.Samples {
		tone.Samples[i] = int16(8000 * math.Sin(2*math.Pi*440*float64(i)/float64(rate)))
	}
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name+".wav")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, speech.EncodeWAV(tone), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var chinese = []string{"zh/please", "zh/A", "zh/0", "zh/1", "zh/2", "zh/to", "zh/counter-3"}

func TestClipsMakeASentence(t *testing.T) {
	dir := record(t, 44100, append(chinese, "chime")...)
	s := mustSpeaker(t, speech.Options{Clips: dir, Espeak: "/nowhere/espeak-ng"})
	got := mustSay(t, s, speech.Call{Number: "A012", Counter: counter("3"), Languages: both[:1]})
	if err := s.Fault(); err != nil {
		t.Error(err)
	}
	// Eight clips of 100 ms with the chime, six pauses of 30 ms, and 350 ms after the chime.
	if ms := got.Length().Milliseconds(); got.Rate != 44100 || ms < 1300 || ms > 1340 {
		t.Errorf("%d ms at %d Hz, want about 1330 at 44100", ms, got.Rate)
	}
}

func TestMissingClipIsSynthesisedAndToldOnce(t *testing.T) {
	needEspeak(t)
	var log bytes.Buffer
	s := mustSpeaker(t, speech.Options{Clips: record(t, 44100, chinese[:6]...), Log: slog.New(slog.NewTextHandler(&log, nil)), CacheBytes: 1})
	for range 2 {
		mustSay(t, s, speech.Call{Number: "A012", Counter: counter("3"), Languages: both[:1]})
		if err := s.Fault(); err != nil {
			t.Error(err)
		}
	}
	if got := strings.Count(log.String(), "\n"); got != 1 || !strings.Contains(log.String(), "counter-3.wav") {
		t.Errorf("the log:\n%s", log.String())
	}
}

func TestClipThatIsNone(t *testing.T) {
	dir := record(t, 22050, chinese...)
	for name, spoil := range map[string][]byte{
		"text":   []byte("hello"),
		"silent": speech.EncodeWAV(speech.Sound{Rate: 22050, Samples: make([]int16, 1000)}),
	} {
		if err := os.WriteFile(filepath.Join(dir, "zh", "1.wav"), spoil, 0o600); err != nil {
			t.Fatal(err)
		}
		s := mustSpeaker(t, speech.Options{Clips: dir, Espeak: "/nowhere/espeak-ng"})
		mustSay(t, s, speech.Call{Number: "A012", Counter: counter("3"), Languages: both[:1]})
		if s.Fault() == nil {
			t.Errorf("%s: no fault", name)
		}
	}
}

func TestCounterLeadsOutOfNoFolder(t *testing.T) {
	dir := record(t, 22050, append(chinese, "secret")...)
	s := mustSpeaker(t, speech.Options{Clips: dir, Espeak: "/nowhere/espeak-ng"})
	mustSay(t, s, speech.Call{Number: "A012", Counter: speech.Counter{ID: "x/../../secret", Zh: "x", En: "x"}, Languages: both[:1]})
	if s.Fault() == nil {
		t.Error("a file outside of the language's folder was said")
	}
}

func TestOptionsAreChecked(t *testing.T) {
	log := slog.Default()
	file := filepath.Join(record(t, 8000, "x"), "x.wav")
	for _, o := range []speech.Options{{}, {Log: log, Clips: "/nowhere"}, {Log: log, Clips: file}, {Log: log, CacheBytes: -1}} {
		if _, err := speech.New(o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}
