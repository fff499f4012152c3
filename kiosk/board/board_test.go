package board_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/board"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/speech"
)

type call struct {
	Now     time.Time
	Offset  int
	Serial  uint64
	Number  string
	Counter struct{ Zh, En string }
	Again   bool
}

type screen struct {
	Offset   int
	Voice    bool
	Version  string
	Counters []struct{ ID, Zh, En, State, Number string }
	Services []struct {
		ID, Zh    string
		Waiting   int
		Known     bool
		Low, High int
	}
	Calls     []call
	Withdrawn []uint64
}

func TestEveryCallIsTold(t *testing.T) {
	s := open(t, nil)
	s.take("new", "new", "pay", "pay", "repair")
	events := listen(t, s.url+"/board/events?after=0")
	first := decode[screen](t, next(t, events, "board").data)
	if len(first.Calls) != 0 || first.Services[0].Waiting != 2 || first.Offset != 8*3600 || first.Voice {
		t.Errorf("the screen begins with %+v", first)
	}
	var want []string
	for i := range 4 {
		want = append(want, s.call(fmt.Sprint(i%2+1)).Number)
	}
	s.do(queue.Recall{Counter: "2"})
	want = append(want, want[3])
	var got []string
	for i := range want {
		e := next(t, events, "call")
		c := decode[call](t, e.data)
		got = append(got, c.Number)
		if e.id != fmt.Sprint(c.Serial) || c.Again != (i == 4) || c.Now.IsZero() {
			t.Errorf("call %d: %+v", i+1, e)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	last := decode[screen](t, next(t, events, "board").data)
	if len(last.Calls) != 4 || last.Calls[0].Number != want[3] || last.Calls[0].Counter.Zh != "2号窗口" || last.Counters[1].Number != want[3] {
		t.Errorf("the screen ends with %+v", last)
	}
}

// TestConnectionThatComesBackMissesNothing listens anew after calls that nobody heard.
func TestConnectionThatComesBackMissesNothing(t *testing.T) {
	s := open(t, nil)
	s.take(slices.Repeat([]string{"new"}, 30)...)
	s.call("1")
	known := s.announced()[0].Serial
	var want []string
	for range 20 {
		want = append(want, s.call("2").Number)
	}
	for name, events := range map[string]<-chan event{
		"browser": listen(t, s.url+"/board/events?after=0", "Last-Event-ID", fmt.Sprint(known)),
		"page":    listen(t, fmt.Sprintf("%s/board/events?after=%d", s.url, known)),
	} {
		var got []string
		for range want {
			got = append(got, decode[call](t, next(t, events, "call").data).Number)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: told %q, want %q", name, got, want)
		}
	}
}

// TestOtherJournal is a television that remembers a serial which the journal has not reached: its disk was replaced.
func TestOtherJournal(t *testing.T) {
	s := open(t, nil)
	s.take("new")
	s.call("1")
	events := listen(t, s.url+"/board/events?after=1000000")
	if c := decode[call](t, next(t, events, "call").data); c.Number != "A001" {
		t.Errorf("told %+v", c)
	}
}

func TestWithdrawnCallIsNotTold(t *testing.T) {
	s := open(t, clips(t))
	s.take("new", "new")
	s.call("1")
	s.call("2")
	withdrawn := s.announced()[0].Serial
	status, _, _ := get(t, fmt.Sprintf("%s/board/calls/%d?pace=full", s.url, withdrawn))
	if status != http.StatusOK {
		t.Errorf("its sound before: %d", status)
	}
	s.do(queue.Undo{Counter: "2"})
	events := listen(t, s.url+"/board/events?after=0")
	if c := decode[call](t, next(t, events, "call").data); c.Number != "A001" {
		t.Errorf("told %+v", c)
	}
	e := <-events
	if got := decode[screen](t, e.data); e.name != "board" || len(got.Calls) != 1 || !slices.Equal(got.Withdrawn, []uint64{withdrawn}) {
		t.Errorf("then %+v", e)
	}
	if status, _, _ := get(t, fmt.Sprintf("%s/board/calls/%d?pace=full", s.url, withdrawn)); status != http.StatusNotFound {
		t.Errorf("its sound after: %d", status)
	}
}

func TestSoundOfACall(t *testing.T) {
	s := open(t, clips(t))
	s.take("new")
	s.call("1")
	url := fmt.Sprintf("%s/board/calls/%d?pace=", s.url, s.announced()[0].Serial)
	var last time.Duration
	for _, pace := range []string{"stroke", "quick", "brisk", "full"} {
		status, header, body := get(t, url+pace)
		sound, err := speech.DecodeWAV([]byte(body))
		if err != nil || status != http.StatusOK || header.Get("Content-Type") != "audio/wav" || sound.Silent() {
			t.Errorf("%s: %d %v %v", pace, status, header, err)
		}
		if sound.Length() <= last {
			t.Errorf("%s lasts %s, the quicker one %s", pace, sound.Length(), last)
		}
		last = sound.Length()
	}
	for bad, want := range map[string]int{url + "slow": 400, s.url + "/board/calls/x?pace=full": 400, s.url + "/board/calls/99?pace=full": 404} {
		if status, _, _ := get(t, bad); status != want {
			t.Errorf("%s: %d, want %d", bad, status, want)
		}
	}
	if status, _, _ := get(t, open(t, nil).url+"/board/calls/1?pace=full"); status != 404 {
		t.Errorf("without speech: %d", status)
	}
}

func TestSilence(t *testing.T) {
	status, _, body := get(t, open(t, nil).url+"/board/silence")
	if sound, err := speech.DecodeWAV([]byte(body)); status != http.StatusOK || err != nil || !sound.Silent() || sound.Length() < 100*time.Millisecond {
		t.Errorf("%d, %v, %s", status, err, sound.Length())
	}
}

func TestBoardSaysThatTheVoiceIsGone(t *testing.T) {
	speaker, err := speech.New(speech.Options{Espeak: "/nowhere/espeak-ng", Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, speaker)
	s.take("new", "new")
	s.call("1")
	status, _, body := get(t, fmt.Sprintf("%s/board/calls/%d?pace=full", s.url, s.announced()[0].Serial))
	if sound, err := speech.DecodeWAV([]byte(body)); status != 200 || err != nil || sound.Silent() {
		t.Errorf("the chime: %d, %v", status, err)
	}
	if got := decode[screen](t, next(t, listen(t, s.url+"/board/events"), "board").data); got.Voice {
		t.Error("the board believes in its voice")
	}
}

func TestHeadersOfEveryPage(t *testing.T) {
	s := open(t, nil)
	for _, path := range []string{"/board", "/board?sound=off", "/board/assets/board.js", "/board/calls/1?pace=full", "/t/nothing", "/t/nothing/state"} {
		_, header, _ := get(t, s.url+path)
		for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if !strings.Contains(header.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, header.Get(name))
			}
		}
	}
	if status, _, _ := get(t, s.url+"/board/events?after=x"); status != 400 {
		t.Errorf("after=x: %d", status)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	whole := board.Options{Hall: (*hall.Hall)(nil), Zone: time.UTC, Log: quiet()}
	for name, spoil := range map[string]func(*board.Options){
		"hall": func(o *board.Options) { o.Hall = nil },
		"zone": func(o *board.Options) { o.Zone = nil },
		"log":  func(o *board.Options) { o.Log = nil },
	} {
		o := whole
		spoil(&o)
		if _, err := board.New(o); err == nil {
			t.Errorf("without %s: accepted", name)
		}
	}
}
