package endpoint_test

import (
	"io"
	"strings"
	"testing"

	"stationkeeper/internal/endpoint"
)

// FuzzRemote resolves arbitrary broker URLs: none of them leaves this machine without encryption unless allowed.
func FuzzRemote(f *testing.F) {
	for _, url := range []string{
		"mqtt://127.0.0.1:1883", "mqtts://office.example", "mqtt://office.example", "mqtt://[::1]", "mqtt://localhost:0", "mqtt://127.0.0.1.example",
		"mqtt://user:word@localhost", "ws://localhost", "mqtt:localhost", "mqtt://", "mqtt://%31", "MQTT://localhost", "mqtt://localhost:x", "://",
	} {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) {
		b, err := endpoint.Remote{URL: url}.Resolve(logTo(io.Discard))
		if err != nil {
			if b.URL != "" || b.String() != "" {
				t.Errorf("%q: %v, and yet %q", url, err, b.URL)
			}
			return
		}
		address, plain := strings.CutPrefix(b.URL, "tcp://")
		switch {
		case plain && !endpoint.IsLoopback(address):
			t.Errorf("%q leaves this machine as %s", url, b.URL)
		case !plain && (!strings.HasPrefix(b.URL, "ssl://") || b.TLS == nil || b.TLS.InsecureSkipVerify):
			t.Errorf("%q is dialled as %s without TLS that verifies", url, b.URL)
		}
		if b.String() != url {
			t.Errorf("%q is logged as %q", url, b)
		}
	})
}
