package touch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/internal/touch"
	"stationkeeper/kiosk/printer/virtual"
)

// stage is a kiosk of its own on a display of its own, and customers' hands.
type stage struct {
	t       *testing.T
	ctx     context.Context
	kiosk   *touch.Kiosk
	printer *virtual.Printer // nil for a kiosk without
}

// prop is what a kiosk has besides its screen.
type prop struct {
	// config are lines of its file, printer is one that it has.
	config  string
	printer *virtual.Options
	// prepare is done in its folder before it starts.
	prepare func(folder string) error
	// hang is how long the test may take, when that is longer than others.
	hang time.Duration
	// more are lines of its file that are known only then.
	more func() string
	// under is the command that starts it.
	under []string
}

// open starts a kiosk that customers have not touched yet.
func open(t *testing.T, p prop) *stage {
	t.Helper()
	t.Parallel()
	s := newStage(t, p)
	if _, err := s.kiosk.Start(s.ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

func newStage(t *testing.T, p prop) *stage {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), max(hang, p.hang))
	t.Cleanup(cancel)
	s := &stage{t: t, ctx: ctx}
	folder, err := os.MkdirTemp("", "kiosk") // short enough for the path of a socket, which the test's own is not
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	display, err := touch.OpenDisplay(ctx, 1080, 1920)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := ending()
		defer cancel()
		if _, err := display.Kill(ctx); err != nil {
			t.Error(err)
		}
	})
	config := "window: {fullscreen: true}\n" + p.config
	if p.printer != nil {
		config += fmt.Sprintf("printer: {url: %q}\n", s.plug(*p.printer))
	}
	if p.prepare != nil {
		if err := p.prepare(folder); err != nil {
			t.Fatal(err)
		}
	}
	if p.more != nil {
		config += p.more()
	}
	node := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(strings.TrimPrefix(t.Name(), "Test")), "-")
	if s.kiosk, err = touch.NewKiosk(filepath.Join(bin, "kiosk"), node, folder, config, broker, display); err != nil {
		t.Fatal(err)
	}
	s.kiosk.Under = p.under
	t.Cleanup(s.end)
	return s
}

// ending bounds what is done at the end, when the test's own time may be over.
func ending() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), hang)
}

// plug makes a printer and returns its address.
func (s *stage) plug(o virtual.Options) string {
	s.t.Helper()
	for file, into := range map[string]*[]byte{"lobby-regular.otf": &o.Regular, "lobby-bold.otf": &o.Bold} {
		font, err := os.ReadFile(filepath.Join("../../ui/theme/fonts", file))
		if err != nil {
			s.t.Fatal(err)
		}
		*into = font
	}
	var err error
	if s.printer, err = virtual.New(o); err != nil {
		s.t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	var serving sync.WaitGroup
	serving.Go(func() { s.printer.ServeTCP(ctx, listener) })
	s.t.Cleanup(func() {
		cancel()
		_ = listener.Close() // it may have been closed with ctx
		serving.Wait()
		s.printer.Close()
	})
	return "tcp://" + listener.Addr().String()
}

// exitRaced is the exit code of a program in which the race detector has found something.
const exitRaced = 66

// end stops the kiosk in order, and looks at what it has left.
func (s *stage) end() {
	if s.kiosk.Process == nil {
		return
	}
	ctx, cancel := ending()
	defer cancel()
	s.ctx = ctx
	ran := len(s.kiosk.Said())
	s.kiosk.Signal(syscall.SIGTERM)
	code, err := s.kiosk.End(s.ctx)
	said := s.kiosk.Said()
	stopping := strings.Join(said[ran:], "\n")
	switch slow, raced := strings.Contains(stopping, "did not stop in time"), strings.Contains(stopping, "DATA RACE"); {
	case err != nil:
		s.t.Errorf("told to stop, the kiosk did not end: %v", err)
	case slow: // whether programs stop in time is for another test to hold
		s.t.Log("told to stop, the kiosk was ended after its time")
	case code == exitRaced && raced && programs.Raced, strings.Contains(stopping, "send on closed channel") && strings.Contains(stopping, "RunEventQueue"):
		// Fyne 2.8.1 closes a channel while a goroutine of its own may still send to it (app.Lifecycle.RunEventQueue).
		s.t.Log("told to stop, Fyne raced with itself")
	case code != 0:
		s.t.Errorf("told to stop, the kiosk ended with code %d", code)
	}
	if !strings.Contains(stopping, "stationkeeper/ui") {
		said = said[:ran]
	}
	for _, line := range touch.Complaints(said) {
		s.t.Errorf("the kiosk complains: %s", line)
	}
	if s.t.Failed() {
		lines := s.kiosk.Said()
		s.t.Logf("the kiosk said:\n%s", strings.Join(lines[max(0, len(lines)-60):], "\n"))
		if v, err := s.kiosk.Look(s.ctx); err == nil {
			s.t.Log(v.Texts())
		}
		return
	}
	s.compare()
}

// compare holds that head office has nothing but what the journal of the ended kiosk has.
func (s *stage) compare() {
	system, err := clock.System()
	if err != nil {
		s.t.Fatal(err)
	}
	j, err := journal.Open(s.kiosk.Data(), journal.Options{Clock: system, MaxBytes: 1 << 30, Retain: 24 * time.Hour, TelemetryDelay: time.Hour,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() {
		if err := j.Close(); err != nil {
			s.t.Error(err)
		}
	}()
	held, lost, err := j.Read(record.Events, 0, 1<<20)
	if err != nil || len(lost) > 0 {
		s.t.Fatalf("the journal lost %v: %v", lost, err)
	}
	for i, r := range s.records() {
		if i >= len(held) || r.Seq != held[i].Seq || r.Type != held[i].Type || string(r.Data) != string(held[i].Data) {
			s.t.Fatalf("record %d of head office is not the journal's: %s %s", r.Seq, r.Type, r.Data)
		}
	}
}

// records are the events that head office has of this kiosk.
func (s *stage) records(types ...string) []programs.Stored {
	s.t.Helper()
	var all []programs.Stored
	err := office.Records(s.ctx, touch.Station, s.kiosk.Node, record.Events, func(r programs.Stored) {
		if len(types) == 0 || slices.Contains(types, r.Type) {
			all = append(all, r)
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// written waits until head office has so many records of a type, and reads the last one into data.
func (s *stage) written(typ string, times int, data any) {
	s.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		all := s.records(typ)
		if len(all) > times {
			s.t.Fatalf("head office has %d of %s, want %d: %s", len(all), typ, times, all[len(all)-1].Data)
		}
		if len(all) == times {
			if data != nil {
				if err := json.Unmarshal(all[times-1].Data, data); err != nil {
					s.t.Fatal(err)
				}
			}
			return
		}
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			s.t.Fatalf("head office has %d of %s, want %d", len(all), typ, times)
		}
	}
}

// touch taps what reads so, until the screen reads the rest.
func (s *stage) touch(text string, reads ...string) touch.View {
	s.t.Helper()
	v, err := s.kiosk.Touch(s.ctx, text, strings.Join(reads, " and "), func(v touch.View) bool {
		return !slices.ContainsFunc(reads, func(r string) bool { return !v.Reads(r) })
	})
	if err != nil {
		s.t.Fatalf("touch %q: %v", text, err)
	}
	return v
}

// tap taps what reads so, once, and waits for what that brings.
func (s *stage) tap(text string, is func(touch.View) bool) touch.View {
	s.t.Helper()
	s.must(s.kiosk.Tap(s.ctx, text))
	v, err := s.kiosk.Until(s.ctx, "what "+text+" brings", is)
	s.must(err)
	return v
}

// reads waits until the screen reads all that.
func (s *stage) reads(texts ...string) touch.View {
	s.t.Helper()
	v, err := s.kiosk.Until(s.ctx, strings.Join(texts, " and "), func(v touch.View) bool {
		return !slices.ContainsFunc(texts, func(r string) bool { return !v.Reads(r) })
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// must fails the test at an error.
func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// keys taps keys of a pad, one after another.
func (s *stage) keys(text string) {
	s.t.Helper()
	for _, r := range text {
		s.must(s.kiosk.TapThing(s.ctx, "the key "+string(r), func(v touch.View) (touch.Thing, bool) {
			for _, key := range v.Kinds("key") {
				if key.Text == string(r) {
					return key, true
				}
			}
			return touch.Thing{}, false
		}))
	}
}

// ask asks the kiosk's own pages for something, as clerks do.
func (s *stage) ask(path string, question, answer any) {
	s.t.Helper()
	body, err := json.Marshal(question)
	s.must(err)
	request, err := http.NewRequestWithContext(s.ctx, http.MethodPost, "http://"+s.kiosk.Counter+path, bytes.NewReader(body))
	s.must(err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	s.must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		s.t.Fatalf("POST %s: %s %v: %s", path, response.Status, err, text)
	}
	if answer != nil {
		s.must(json.Unmarshal(text, answer))
	}
}

// paper is the nth ticket that came out of the printer.
func (s *stage) paper(n int) virtual.Piece {
	s.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		pieces := slices.DeleteFunc(slices.Clone(s.printer.Pieces()), func(p virtual.Piece) bool { return len(p.Lines) == 0 })
		if len(pieces) >= n {
			if v := s.printer.Violations(); len(v) > 0 {
				s.t.Errorf("the printer does not understand: %v", v)
			}
			return pieces[n-1]
		}
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			s.t.Fatalf("%d tickets came out, want %d", len(pieces), n)
		}
	}
}

// keep keeps a picture in the folder that STATIONKEEPER_PICTURES names.
func keep(t *testing.T, name string, picture image.Image) {
	t.Helper()
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		return
	}
	file, err := os.Create(filepath.Join(folder, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, picture); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
