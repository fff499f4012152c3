// Package endpoint guards the network edges of the programs: plain MQTT and HTTP only within this machine,
// elsewhere TLS from files. "insecure" is the one way out, and is logged at every start.
package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// TLSFiles names PEM files. CA holds whom to trust (a client: instead of the system's roots; a server: whose
// client certificates to require). Cert and Key are this side's certificate.
type TLSFiles struct {
	CA, Cert, Key string
}

// ErrPlain is wrapped when a plain connection would leave this machine without permission.
var ErrPlain = errors.New("plain connections are for this machine only")

// Listen opens a TCP listener at addr (host:port) with TLS when files has a certificate. A plain listener is
// opened on a loopback address, or elsewhere when insecure, with a warning in the log. what names the listener in
// errors, such as "MQTT".
func Listen(ctx context.Context, what, addr string, files TLSFiles, insecure bool, log *slog.Logger) (net.Listener, error) {
	config, err := files.server()
	if err != nil {
		return nil, fmt.Errorf("listen for %s at %s: %w", what, addr, err)
	}
	if config == nil {
		if err := allowPlain(addr, insecure); err != nil {
			return nil, fmt.Errorf("listen for %s at %s: %w: give a certificate and key, a loopback address, or insecure: true", what, addr, err)
		}
		if !IsLoopback(addr) {
			log.Warn("listening without encryption beyond this machine, as insecure allows", "what", what, "addr", addr)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", what, err)
	}
	if config != nil {
		listener = tls.NewListener(listener, config)
	}
	return listener, nil
}

// Serve runs an HTTP server on the listener until ctx ends, then lets requests under way finish for up to grace;
// connections that stay open for live updates are closed after that.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, grace time.Duration) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve HTTP at %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-failed
	return err
}

// IsLoopback reports whether host:port stays within this machine.
func IsLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func allowPlain(addr string, insecure bool) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return fmt.Errorf("expected host:port: %w", err)
	}
	if insecure || IsLoopback(addr) {
		return nil
	}
	return ErrPlain
}

// server is the TLS configuration of a listener; nil when there is no certificate.
func (f TLSFiles) server() (*tls.Config, error) {
	if f.Cert == "" && f.Key == "" {
		if f.CA != "" {
			return nil, errors.New("ca is given without cert and key")
		}
		return nil, nil
	}
	config, err := f.client()
	if err != nil {
		return nil, err
	}
	if config.RootCAs != nil {
		config.ClientCAs, config.RootCAs = config.RootCAs, nil
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config, nil
}

func (f TLSFiles) client() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("read CA certificates: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read CA certificates: %s holds no PEM certificate", f.CA)
		}
	}
	if f.Cert != "" || f.Key != "" {
		pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("load certificate %q with key %q: %w", f.Cert, f.Key, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
