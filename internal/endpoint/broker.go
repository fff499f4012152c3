package endpoint

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
)

// Remote is where an MQTT broker is and how to log in there, as a configuration says it.
type Remote struct {
	// URL is mqtt://host[:1883] or mqtts://host[:8883].
	URL string
	// CA, Cert and Key are those of TLSFiles.
	CA, Cert, Key string
	// Username and the first line of PasswordFile log in; empty means without.
	Username, PasswordFile string
	// Insecure allows plain mqtt:// to a host that is not this machine.
	Insecure bool
}

// Broker is a checked way to an MQTT broker.
type Broker struct {
	// URL is in the form that paho takes: tcp://host:port or ssl://host:port.
	URL string
	// TLS is nil for a plain connection.
	TLS *tls.Config
	// Username and Password log in; empty means without.
	Username, Password string

	spelled string // as the operator spelled the URL
}

// String is the URL as the operator spelled it, for the log.
func (b Broker) String() string {
	if b.spelled != "" {
		return b.spelled
	}
	return b.URL
}

// Resolve checks the way to a broker by the same rule as Listen. It does not connect.
func (r Remote) Resolve(log *slog.Logger) (Broker, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Hostname() == "" {
		return Broker{}, fmt.Errorf("broker %q: expected mqtt://host:port or mqtts://host:port", r.URL)
	}
	b := Broker{spelled: r.URL, Username: r.Username}
	switch u.Scheme {
	case "mqtt":
		addr := hostPort(u, "1883")
		if err := allowPlain(addr, r.Insecure); err != nil {
			return Broker{}, fmt.Errorf("broker %s: %w: use mqtts://, or insecure: true", r.URL, err)
		}
		if !IsLoopback(addr) {
			log.Warn("connecting without encryption beyond this machine, as insecure allows", "broker", r.URL)
		}
		b.URL = "tcp://" + addr
	case "mqtts":
		files := TLSFiles{r.CA, r.Cert, r.Key}
		if b.TLS, err = files.client(); err != nil {
			return Broker{}, fmt.Errorf("broker %s: %w", r.URL, err)
		}
		b.TLS.ServerName = u.Hostname()
		b.URL = "ssl://" + hostPort(u, "8883")
	default:
		return Broker{}, fmt.Errorf("broker %q: scheme %q: expected mqtt or mqtts", r.URL, u.Scheme)
	}
	if b.Password, err = firstLine(r.PasswordFile); err != nil {
		return Broker{}, fmt.Errorf("broker %s: read the password: %w", r.URL, err)
	}
	return b, nil
}

func hostPort(u *url.URL, port string) string {
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// firstLine is a file's first line; empty without a file.
func firstLine(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() // only read from
	line, err := bufio.NewReader(file).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}
