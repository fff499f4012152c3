package endtoend

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// What the kiosk offers without a configuration.
const (
	firstService = "new-service"
	firstCounter = "1"
)

func uniqueRequest() string { return rand.Text() }

func done(t *testing.T, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(hang) || token.Error() != nil {
		t.Fatalf("mqtt: %v", token.Error())
	}
}

// mosquitto is a real broker without persistence.
type mosquitto struct {
	*program
	path, port string
}

func startMosquitto(t *testing.T) *mosquitto {
	t.Helper()
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		path = "/usr/sbin/mosquitto" // where Debian puts it, which is not on everybody's PATH
		if _, err := os.Stat(path); err != nil {
			t.Skip("mosquitto is not installed: make test installs it")
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	m := &mosquitto{path: path, port: port}
	m.start(t)
	return m
}

func (m *mosquitto) url() string { return "mqtt://127.0.0.1:" + m.port }

func (m *mosquitto) start(t *testing.T) {
	t.Helper()
	config := writeFile(t, "mosquitto.conf", fmt.Appendf(nil, "listener %s 127.0.0.1\nallow_anonymous true\npersistence false\n", m.port))
	if err := os.Chmod(filepath.Dir(config), 0o755); err != nil { // started by root, it reads as another user
		t.Fatal(err)
	}
	m.program = start(t, m.path, "-c", config)
	m.says("running")
}
