package endpoint

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate makes a self-signed certificate for localhost and returns its files.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "EC PRIVATE KEY", secret)
}

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func TestPlainListenersStayWithinThisMachine(t *testing.T) {
	var out bytes.Buffer
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		l, err := Listen(t.Context(), "HTTP", addr, TLSFiles{}, false, logTo(&out))
		if err != nil {
			t.Fatalf("%s: %v", addr, err)
		}
		l.Close()
	}
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if l, err := Listen(t.Context(), "HTTP", addr, TLSFiles{}, false, logTo(&out)); !errors.Is(err, ErrPlain) {
			t.Errorf("%s: listener %v, error %v; want ErrPlain", addr, l, err)
		}
	}
	if out.Len() != 0 {
		t.Errorf("said %q without reason", out.String())
	}
	l, err := Listen(t.Context(), "HTTP", "0.0.0.0:0", TLSFiles{}, true, logTo(&out))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if !strings.Contains(out.String(), "level=WARN") || !strings.Contains(out.String(), "without encryption") {
		t.Errorf("insecure listener said %q, want a warning", out.String())
	}
	if _, err := Listen(t.Context(), "HTTP", "127.0.0.1", TLSFiles{}, false, logTo(&out)); err == nil {
		t.Error("an address without a port was accepted")
	}
}

func TestListenWithTLSServesEverywhere(t *testing.T) {
	cert, key := certificate(t)
	l, err := Listen(t.Context(), "HTTP", "0.0.0.0:0", TLSFiles{Cert: cert, Key: key}, false, logTo(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }), time.Second)
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	b, err := DialBroker("mqtts://localhost:"+port, TLSFiles{CA: cert}, false, logTo(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: b.TLS}
	response, err := (&http.Client{Transport: transport}).Get("https://localhost:" + port)
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
	cert, key := certificate(t)
	l, err := Listen(t.Context(), "MQTT", "127.0.0.1:0", TLSFiles{CA: cert, Cert: cert, Key: key}, false, logTo(io.Discard))
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
		files TLSFiles
		good  bool
	}{{"with", TLSFiles{CA: cert, Cert: cert, Key: key}, true}, {"without", TLSFiles{CA: cert}, false}} {
		_, port, _ := net.SplitHostPort(l.Addr().String())
		b, err := DialBroker("mqtts://localhost:"+port, c.files, false, logTo(io.Discard))
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
	l, err := Listen(t.Context(), "HTTP", "127.0.0.1:0", TLSFiles{}, false, logTo(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	inside := make(chan struct{})
	go func() {
		served <- Serve(ctx, l, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
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

func TestDialBroker(t *testing.T) {
	cert, key := certificate(t)
	var out bytes.Buffer
	for _, c := range []struct {
		url      string
		files    TLSFiles
		insecure bool
		want     string // URL, or "" for an error
		say      string
	}{
		{"mqtt://127.0.0.1", TLSFiles{}, false, "tcp://127.0.0.1:1883", ""},
		{"mqtt://[::1]:9", TLSFiles{}, false, "tcp://[::1]:9", ""},
		{"mqtt://office.example", TLSFiles{}, false, "", "mqtts://"},
		{"mqtt://office.example", TLSFiles{}, true, "tcp://office.example:1883", ""},
		{"mqtts://office.example", TLSFiles{}, false, "ssl://office.example:8883", ""},
		{"mqtts://office.example", TLSFiles{CA: cert, Cert: cert, Key: key}, false, "ssl://office.example:8883", ""},
		{"mqtts://office.example", TLSFiles{CA: "/nowhere.pem"}, false, "", "/nowhere.pem"},
		{"mqtts://office.example", TLSFiles{CA: key}, false, "", "no PEM certificate"},
		{"mqtts://office.example", TLSFiles{Cert: "/nowhere.pem", Key: key}, false, "", "/nowhere.pem"},
		{"tcp://office.example", TLSFiles{}, false, "", "expected mqtt or mqtts"},
		{"mqtt://", TLSFiles{}, false, "", "expected mqtt://"},
		{"::", TLSFiles{}, false, "", "expected mqtt://"},
	} {
		got, err := DialBroker(c.url, c.files, c.insecure, logTo(&out))
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
