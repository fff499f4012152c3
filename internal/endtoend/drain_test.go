package endtoend

import (
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

// TestBrokerRestartsInMidDrain restarts a broker without a memory when head office has acknowledged the first part of
// a backlog.
func TestBrokerRestartsInMidDrain(t *testing.T) {
	t.Parallel()
	m := startMosquitto(t)
	o := startOffice(t, m.URL())
	o.kill()
	data := t.TempDir()
	agent := startAgent(t, o, data)
	agent.says("msg=replay.ended")
	o.start(t)
	acked := make(chan struct{}, 100)
	stranger := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(m.URL()).SetClientID("stranger").SetAutoReconnect(false))
	done(t, stranger.Connect())
	done(t, stranger.Subscribe(record.Root+"/demo/agent/ack/telemetry", 1, func(mqtt.Client, mqtt.Message) {
		select {
		case acked <- struct{}{}:
		default:
		}
	}))
	<-acked
	m.kill()
	if n := len(o.records(t, "agent", record.Telemetry)); n >= readings {
		t.Logf("the drain was over when the broker was killed: %d readings", n)
	}
	m.start(t)
	o.until(t, "all readings", func() bool { return len(o.records(t, "agent", record.Telemetry)) >= readings })
	agent.stop()
	o.compare(t, "agent", data)
	o.stop()
}
