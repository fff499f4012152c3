package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
)

func newHealthOf(t *testing.T) *health {
	t.Helper()
	o := station(t, t.TempDir(), openOffice(t).broker)
	n, err := node.Open(o.Options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return newHealth(o, n, newBoard(n.Uplink))
}

func TestHealth(t *testing.T) {
	h := newHealthOf(t)
	h.board.SetState("room/temperature", record.State{Value: 21.5, Unit: "°C", Quality: record.Good, Time: noon})
	h.board.SetState("room/door", record.State{Quality: record.Faulty, Reason: "no such line", Time: noon})
	ask := func() (int, string) {
		answer := httptest.NewRecorder()
		h.serveHealth(answer, nil)
		return answer.Code, answer.Body.String()
	}
	if code, body := ask(); code != http.StatusOK || !json.Valid([]byte(body)) || !strings.Contains(body, `"room/door": "faulty: no such line"`) {
		t.Errorf("%d %s", code, body)
	}
	h.beaten.Store(time.Now().Add(-time.Minute).UnixNano())
	if code, body := ask(); code != http.StatusServiceUnavailable || !strings.Contains(body, "silent for 1m0s") {
		t.Errorf("%d %s", code, body)
	}
	h.beat()
	if code, _ := ask(); code != http.StatusOK {
		t.Errorf("after a beat: %d", code)
	}
	h.durable(20 * time.Millisecond)
	metrics, err := h.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, m := range metrics {
		names[m.GetName()] = true
	}
	for _, want := range []string{"stationkeeper_agent_event_durable_seconds", "stationkeeper_agent_strike_seconds", "stationkeeper_agent_point_value",
		"stationkeeper_agent_point_good", "stationkeeper_agent_records_waiting", "stationkeeper_agent_connected", "stationkeeper_agent_line_bytes_total"} {
		if !names[want] {
			t.Errorf("no metric %s", want)
		}
	}
}

// systemd is told that the agent is ready, that it lives, and that it stops, by the loop that serves the doors.
func TestSystemdIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "3000000")
	o := openOffice(t)
	agent := run(t, station(t, t.TempDir(), o.broker))
	said := make(chan string, 16)
	go func() {
		defer close(said)
		buffer := make([]byte, 100)
		for {
			n, err := socket.Read(buffer)
			if err != nil {
				return
			}
			said <- string(buffer[:n])
		}
	}()
	for _, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		select {
		case got := <-said:
			if got != want {
				t.Fatalf("said %q, want %q", got, want)
			}
		case <-time.After(hang):
			t.Fatalf("never said %q", want)
		}
	}
	agent.stop()
	socket.Close()
	last := ""
	for s := range said {
		last = s
	}
	if last != "STOPPING=1" {
		t.Errorf("last said %q", last)
	}
}

func TestHealthIsServed(t *testing.T) {
	h := newHealthOf(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.listen = listener.Addr().String()
	listener.Close()
	served := make(chan error, 1)
	go func() { served <- h.serve(t.Context()) }()
	var response *http.Response
	for deadline := time.Now().Add(hang); response == nil && time.Now().Before(deadline); {
		response, _ = http.Get("http://" + h.listen + "/metrics")
	}
	if response == nil {
		t.Fatal("not served")
	}
	if line, err := bufio.NewReader(response.Body).ReadString('\n'); err != nil || !strings.HasPrefix(line, "# HELP stationkeeper_agent_") {
		t.Errorf("%q, %v", line, err)
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	h.end()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
