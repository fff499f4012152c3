package endtoend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stationkeeper/internal/endpoint/endpointtest"
	"stationkeeper/internal/record"
)

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTLS lets a kiosk report over TLS, and one that does not know the certificate's authority fail and say why.
func TestTLS(t *testing.T) {
	t.Parallel()
	files := endpointtest.Certificate(t)
	config := writeFile(t, "headoffice.yaml", fmt.Appendf(nil, "mqtt: {cert: %s, key: %s}\n", files.Cert, files.Key))
	o := &office{program: start(t, "headoffice", "--config", config, "--data", t.TempDir(), "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0")}
	ready := o.says("head office ready")
	o.http = ready["http"]
	port := ready["mqtt"][strings.LastIndex(ready["mqtt"], ":"):]
	kiosk := func(broker string) *lobby {
		file := writeFile(t, "kiosk.yaml", fmt.Appendf(nil, "station: demo\ndata: %s\nbroker: %s\ncounter_page: {listen: \"127.0.0.1:0\"}\n", t.TempDir(), broker))
		k := &lobby{program: start(t, "kiosk", "--config", file, "--no-window")}
		k.counter = k.says("kiosk ready")["counter"]
		return k
	}
	good := kiosk(fmt.Sprintf("{url: \"mqtts://127.0.0.1%s\", ca: %s}", port, files.CA))
	good.mustTake(t)
	o.until(t, "the ticket", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 1 })
	stranger := kiosk(fmt.Sprintf("{url: \"mqtts://127.0.0.1%s\"}", port))
	if said := fmt.Sprint(stranger.says("no connection to head office's broker")); !strings.Contains(said, "certificate") {
		t.Errorf("a kiosk that does not trust head office said %s", said)
	}
	stranger.mustTake(t) // and serves its customers all the same
}

// TestPlainConnectionsStayWithinThisMachine tries to leave it without encryption.
func TestPlainConnectionsStayWithinThisMachine(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"headoffice", "--data", t.TempDir(), "--http", "127.0.0.1:0", "--mqtt", "0.0.0.0:0"},
		{"headoffice", "--data", t.TempDir(), "--http", "0.0.0.0:0", "--mqtt", "127.0.0.1:0"},
		{"headoffice", "--data", t.TempDir(), "--http", "127.0.0.1:0", "--broker", "mqtt://broker.example"},
		{"agent", "--station", "demo", "--data", t.TempDir(), "--broker", "mqtt://broker.example"},
		{"kiosk", "--station", "demo", "--data", t.TempDir(), "--counter", "0.0.0.0:0", "--no-window"},
	} {
		p := start(t, args[0], args[1:]...)
		if code := p.end(); code == 0 || !strings.Contains(strings.Join(p.Lines(), "\n"), "plain connections are for this machine only") {
			t.Errorf("%v: exit code %d, said %q", args, code, p.Lines())
		}
	}
}
