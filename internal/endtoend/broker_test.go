package endtoend

import (
	"crypto/rand"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/programs"
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
	programs.Mosquitto
}

func startMosquitto(t *testing.T) *mosquitto {
	t.Helper()
	broker, found, err := programs.NewMosquitto(t.TempDir())
	if !found {
		t.Skip("mosquitto is not installed: make test installs it")
	}
	if err != nil {
		t.Fatal(err)
	}
	m := &mosquitto{Mosquitto: broker}
	m.start(t)
	return m
}

func (m *mosquitto) start(t *testing.T) {
	t.Helper()
	m.program = run(t, m.Command())
	m.says("running")
}
