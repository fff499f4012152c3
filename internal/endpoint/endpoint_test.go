package endpoint_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/endpoint/endpointtest"
)

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func TestPlainListenersStayWithinThisMachine(t *testing.T) {
	var out bytes.Buffer
	l, err := endpoint.Listen(t.Context(), "HTTP", "127.0.0.1:0", endpoint.TLSFiles{}, false, logTo(&out))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for addr, here := range map[string]bool{"localhost:1": true, "[::1]:1": true, "127.9.9.9:1": true, "192.0.2.1:1": false, "127.0.0.1": false} {
		if endpoint.IsLoopback(addr) != here {
			t.Errorf("%s is on this machine: %t, want %t", addr, !here, here)
		}
	}
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if l, err := endpoint.Listen(t.Context(), "HTTP", addr, endpoint.TLSFiles{}, false, logTo(&out)); !errors.Is(err, endpoint.ErrPlain) {
			t.Errorf("%s: listener %v, error %v; want ErrPlain", addr, l, err)
		}
	}
	if out.Len() != 0 {
		t.Errorf("said %q without reason", out.String())
	}
	l, err = endpoint.Listen(t.Context(), "HTTP", "0.0.0.0:0", endpoint.TLSFiles{}, true, logTo(&out))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if !strings.Contains(out.String(), "level=WARN") || !strings.Contains(out.String(), "without encryption") {
		t.Errorf("insecure listener said %q, want a warning", out.String())
	}
	if _, err := endpoint.Listen(t.Context(), "HTTP", "127.0.0.1", endpoint.TLSFiles{}, false, logTo(&out)); err == nil {
		t.Error("an address without a port was accepted")
	}
}

func TestListenWithTLSServesEverywhere(t *testing.T) {
	files := endpointtest.Certificate(t)
	l, err := endpoint.Listen(t.Context(), "HTTP", "0.0.0.0:0", endpoint.TLSFiles{Cert: files.Cert, Key: files.Key}, false, logTo(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- endpoint.Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }), time.Second)
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	b, err := endpoint.Remote{URL: "mqtts://127.0.0.1:" + port, CA: files.CA}.Resolve(logTo(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: b.TLS}
	response, err := (&http.Client{Transport: transport}).Get("https://127.0.0.1:" + port)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "hello" {
		t.Errorf("got %q, %v", body, err)
	}
	response.Body.Close()
	transport.CloseIdleConnections()
	cancel()
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
}

func TestServerWithCARequiresClientCertificates(t *testing.T) {
	files := endpointtest.Certificate(t)
	l, err := endpoint.Listen(t.Context(), "MQTT", "127.0.0.1:0", files, false, logTo(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	answers := make(chan error, 2)
	go func() {
		for range 2 {
			conn, err := l.Accept()
			if err == nil {
				err = conn.(*tls.Conn).Handshake()
				conn.Close()
			}
			answers <- err
		}
	}()
	for _, c := range []struct {
		name  string
		files endpoint.TLSFiles
		good  bool
	}{{"with", files, true}, {"without", endpoint.TLSFiles{CA: files.CA}, false}} {
		_, port, _ := net.SplitHostPort(l.Addr().String())
		b, err := endpoint.Remote{URL: "mqtts://127.0.0.1:" + port, CA: c.files.CA, Cert: c.files.Cert, Key: c.files.Key}.Resolve(logTo(io.Discard))
		if err != nil {
			t.Fatal(err)
		}
		if conn, err := tls.Dial("tcp", l.Addr().String(), b.TLS); err == nil {
			conn.Close()
		}
		if err := <-answers; (err == nil) != c.good {
			t.Errorf("%s a client certificate: %v", c.name, err)
		}
	}
}

func TestServeEndsAlthoughALiveConnectionStaysOpen(t *testing.T) {
	l, err := endpoint.Listen(t.Context(), "HTTP", "127.0.0.1:0", endpoint.TLSFiles{}, false, logTo(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	inside := make(chan struct{})
	go func() {
		served <- endpoint.Serve(ctx, l, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(inside)
			<-r.Context().Done()
		}), time.Millisecond)
	}()
	go http.Get("http://" + l.Addr().String())
	<-inside
	cancel()
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
}

func TestPasswordIsTheFirstLineOfItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	remote := endpoint.Remote{URL: "mqtt://127.0.0.1", Username: "demo", PasswordFile: file}
	if _, err := remote.Resolve(logTo(io.Discard)); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("missing file: %v, want an error that names it", err)
	}
	for text, want := range map[string]string{"secret": "secret", "secret\r\nsecond line\n": "secret", "": ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := remote.Resolve(logTo(io.Discard))
		if err != nil || b.Username != "demo" || b.Password != want || b.String() != "mqtt://127.0.0.1" {
			t.Errorf("%q: %s with %q %q, %v", text, b, b.Username, b.Password, err)
		}
	}
}

func TestResolve(t *testing.T) {
	files := endpointtest.Certificate(t)
	var out bytes.Buffer
	for _, c := range []struct {
		url      string
		files    endpoint.TLSFiles
		insecure bool
		want     string // URL, or "" for an error
		say      string
	}{
		{"mqtt://127.0.0.1", endpoint.TLSFiles{}, false, "tcp://127.0.0.1:1883", ""},
		{"mqtt://[::1]:9", endpoint.TLSFiles{}, false, "tcp://[::1]:9", ""},
		{"mqtt://office.example", endpoint.TLSFiles{}, false, "", "mqtts://"},
		{"mqtt://office.example", endpoint.TLSFiles{}, true, "tcp://office.example:1883", ""},
		{"mqtts://office.example", endpoint.TLSFiles{}, false, "ssl://office.example:8883", ""},
		{"mqtts://office.example", files, false, "ssl://office.example:8883", ""},
		{"mqtts://office.example", endpoint.TLSFiles{CA: "/nowhere.pem"}, false, "", "/nowhere.pem"},
		{"mqtts://office.example", endpoint.TLSFiles{CA: files.Key}, false, "", "no PEM certificate"},
		{"mqtts://office.example", endpoint.TLSFiles{Cert: "/nowhere.pem", Key: files.Key}, false, "", "/nowhere.pem"},
		{"tcp://office.example", endpoint.TLSFiles{}, false, "", "expected mqtt or mqtts"},
		{"mqtt://", endpoint.TLSFiles{}, false, "", "expected mqtt://"},
		{"::", endpoint.TLSFiles{}, false, "", "expected mqtt://"},
	} {
		got, err := endpoint.Remote{URL: c.url, CA: c.files.CA, Cert: c.files.Cert, Key: c.files.Key, Insecure: c.insecure}.Resolve(logTo(&out))
		if got.URL != c.want || (c.want == "") != (err != nil) || (err != nil && !strings.Contains(err.Error(), c.say)) {
			t.Errorf("%s: %q, %v; want %q or an error that says %q", c.url, got.URL, err, c.want, c.say)
		}
		if strings.HasPrefix(c.url, "mqtts") && err == nil && got.TLS.ServerName != "office.example" {
			t.Errorf("%s: server name %q", c.url, got.TLS.ServerName)
		}
	}
	if strings.Count(out.String(), "level=WARN") != 1 {
		t.Errorf("warnings %q, want one for the insecure broker", out.String())
	}
}
