package board_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"stationkeeper/kiosk/board"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/speech"
	"stationkeeper/kiosk/web"
)

// line is a network between a board and a mirror that can be cut.
type line struct {
	*httptest.Server
	mu  sync.Mutex
	cut bool
}

func (l *line) set(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	if cut {
		l.CloseClientConnections()
	}
}

func openLine(t *testing.T, to string) *line {
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {} // the line was cut
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		cut := l.cut
		l.mu.Unlock()
		if cut {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = recover() }() // how the proxy ends an answer that is cut
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(l.Close)
	return l
}

// watching is a mirror that is watched.
type watching struct {
	t     *testing.T
	views chan board.View
}

func look(t *testing.T, m *board.Mirror) *watching {
	w := &watching{t: t, views: make(chan board.View, 100)}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := m.Run(ctx, func(v board.View) { w.views <- v }); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return w
}

// until waits for a view.
func (w *watching) until(what string, is func(board.View) bool) board.View {
	w.t.Helper()
	var last board.View
	for {
		select {
		case last = <-w.views:
			if is(last) {
				return last
			}
		case <-time.After(2 * time.Minute):
			w.t.Fatalf("the mirror never showed %s; at last: %+v", what, last)
		}
	}
}

func calls(v board.View) string {
	text := ""
	for _, c := range v.Calls {
		text += c.Number + "→" + c.Counter.En
		if c.Withdrawn {
			text += "†"
		}
		text += " "
	}
	return text
}

func mustDo(t *testing.T, s *site, commands ...queue.Command) {
	t.Helper()
	for _, c := range commands {
		if _, err := s.hall.Do(context.Background(), c); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMirrorShowsWhatTheKioskShows(t *testing.T) {
	s := open(t, nil)
	take := queue.Take{Service: "pay"}
	mustDo(t, s, take, take, take, take, queue.Call{Counter: "1"})
	w := look(t, &board.Mirror{Address: s.url, Log: quiet()})
	v := w.until("the first call", func(v board.View) bool { return len(v.Calls) == 1 })
	if v.Title != (web.Name{Zh: "城南营业厅", En: "Chengnan Branch"}) || !v.Lost.IsZero() || len(v.Notices) != 1 {
		t.Errorf("the mirror shows %+v", v)
	}
	if want := (board.Service{Name: web.Name{Zh: "缴费", En: "Payment"}, Waiting: 3}); v.Services[1] != want {
		t.Errorf("a service: %+v, want %+v", v.Services[1], want)
	}
	mustDo(t, s, queue.Call{Counter: "2"})
	w.until("two calls", func(v board.View) bool { return calls(v) == "B002→Counter 2 B001→Counter 1 " })
	mustDo(t, s, queue.Undo{Counter: "2"})
	w.until("one taken back", func(v board.View) bool { return calls(v) == "B002→Counter 2† B001→Counter 1 " })
}

func TestMirrorComesBack(t *testing.T) {
	s := open(t, nil)
	l := openLine(t, s.url)
	take := queue.Take{Service: "pay"}
	mustDo(t, s, take, take, take, queue.Call{Counter: "1"})
	w := look(t, &board.Mirror{Address: l.URL, Log: quiet()})
	w.until("the first call", func(v board.View) bool { return len(v.Calls) == 1 && v.Lost.IsZero() })
	l.set(true)
	v := w.until("that the line is cut", func(v board.View) bool { return !v.Lost.IsZero() })
	if calls(v) != "B001→Counter 1 " {
		t.Errorf("with the line cut it shows %q", calls(v))
	}
	mustDo(t, s, queue.Call{Counter: "2"}, queue.Call{Counter: "3"})
	l.set(false)
	w.until("what was missed", func(v board.View) bool {
		return v.Lost.IsZero() && calls(v) == "B003→Counter 3 B002→Counter 2 B001→Counter 1 "
	})
}

func TestMirrorOfNobody(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	w := look(t, &board.Mirror{Address: "http://" + address, Log: quiet()})
	w.until("that nobody is there", func(v board.View) bool { return !v.Lost.IsZero() && !v.At.IsZero() })
}

func TestMirrorSpeaks(t *testing.T) {
	speaker, err := speech.New(speech.Options{Espeak: "/nowhere/espeak-ng", Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, speaker)
	mustDo(t, s, queue.Take{Service: "pay"}, queue.Call{Counter: "1"})
	m := &board.Mirror{Address: s.url, Log: quiet()}
	serial := s.hall.Snapshot().Queue.Announced[0].Serial
	wav, err := m.Say(context.Background(), serial, "stroke")
	if err != nil || !bytes.HasPrefix(wav, []byte("RIFF")) {
		t.Errorf("a stroke: %d bytes, %v", len(wav), err)
	}
	if _, err := m.Say(context.Background(), serial+1, "stroke"); err == nil {
		t.Error("a call that there is not is spoken")
	}
}
