package endtoend

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

// room is an agent with a simulated machine room, an hour of which passes in six seconds, and with a recording that is
// read as fast as it can be.
const room = `station: demo
data: %s
broker: {url: %q}
journal: {telemetry_delay: 200ms}
simulate: {speed: 600, seed: 7, interval: 1s}
replay:
  - {point: store/temperature, file: %s, time_column: time, value_column: value, unit: C, speed: 0}
alarms:
  - {name: high, point: machine-room/temperature, above: 27, hysteresis: 1, level: major}
  - {name: high, point: store/temperature, above: 29.5, hysteresis: 1, level: minor}
`

// readings is how many lines the recording of room has.
const readings = 5000

// recording writes hourly temperatures that swing by the day, and returns the file.
func recording(t *testing.T, readings int) string {
	t.Helper()
	text := []byte("time,value\n")
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for hour := range readings {
		at := start.Add(time.Duration(hour) * time.Hour)
		text = fmt.Appendf(text, "%s,%.2f\n", at.Format(time.DateTime), 20+10*math.Sin(float64(hour)*math.Pi/12))
	}
	return writeFile(t, "store.csv", text)
}

func startAgent(t *testing.T, o *office, data string) *program {
	t.Helper()
	file := writeFile(t, "agent.yaml", fmt.Appendf(nil, room, data, o.url(), recording(t, readings)))
	p := start(t, "agent", "--config", file)
	p.says("agent ready")
	return p
}

// lobby is a running kiosk without a window.
type lobby struct {
	*program
	counter string // address of its counter page
}

func startKiosk(t *testing.T, o *office, data string) *lobby {
	t.Helper()
	k := &lobby{program: start(t, "kiosk", "--station", "demo", "--node", "kiosk", "--broker", o.url(), "--data", data,
		"--counter", "127.0.0.1:0", "--no-window")}
	k.counter = k.says("kiosk ready")["counter"]
	return k
}

// take takes a ticket. Without an error the kiosk has promised that it is on disk.
func (k *lobby) take(t *testing.T) (number string, err error) {
	t.Helper()
	var ticket struct{ Number string }
	_, err = post(t, k.counter, "/api/tickets", map[string]string{"service": firstService, "request": uniqueRequest()}, &ticket)
	return ticket.Number, err
}

func (k *lobby) mustTake(t *testing.T) string {
	t.Helper()
	number, err := k.take(t)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// count tells how many events of a type head office has from a node.
func (o *office) count(t *testing.T, node, typ string) int {
	t.Helper()
	n := 0
	for _, r := range o.records(t, node, record.Events) {
		if r.Type == typ {
			n++
		}
	}
	return n
}

// online tells whether head office believes a node to be connected.
func (o *office) online(t *testing.T, node string) bool {
	t.Helper()
	var all struct {
		Stations []struct {
			Nodes []struct {
				ID     string
				Online bool
			}
		}
	}
	o.get(t, "/api/v1/stations", &all)
	for _, station := range all.Stations {
		for _, n := range station.Nodes {
			if n.ID == node {
				return n.Online
			}
		}
	}
	return false
}

// TestOutage kills head office with its broker while the station works, and starts it again with nothing but its
// database: nothing is missing and nothing is there twice.
func TestOutage(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	agentData, kioskData := t.TempDir(), t.TempDir()
	agent, kiosk := startAgent(t, o, agentData), startKiosk(t, o, kioskData)
	for range 20 {
		kiosk.mustTake(t)
	}
	o.until(t, "20 tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 20 })
	o.kill()
	for range 200 {
		kiosk.mustTake(t)
	}
	o.start(t)
	o.until(t, "220 tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 220 })
	o.until(t, "all readings", func() bool { return len(o.records(t, "agent", record.Telemetry)) > readings })
	kiosk.stop()
	agent.stop()
	t.Logf("agent %v, kiosk %v", o.compare(t, "agent", agentData), o.compare(t, "kiosk", kioskData))
}

// TestHeadOfficeLosesItsDatabase lets head office begin anew with an empty folder, as after a broken disk. The station
// sends again what it still has, which after so short a time is everything.
func TestHeadOfficeLosesItsDatabase(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	data := t.TempDir()
	kiosk := startKiosk(t, o, data)
	for range 20 {
		kiosk.mustTake(t)
	}
	o.until(t, "20 tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 20 })
	o.stop()
	o.data = t.TempDir()
	o.start(t)
	kiosk.mustTake(t)
	o.until(t, "21 tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 21 })
	kiosk.stop()
	o.compare(t, "kiosk", data)
}

// TestKilledNodes kills agent and kiosk again and again. What was promised is at head office in the end.
func TestKilledNodes(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	agentData, kioskData := t.TempDir(), t.TempDir()
	promised := 0
	for round := range 5 {
		agent, kiosk := startAgent(t, o, agentData), startKiosk(t, o, kioskData)
		killed := make(chan struct{})
		go func() {
			defer close(killed)
			for promised < (round+1)*40 {
				if _, err := kiosk.take(t); err != nil {
					return
				}
				promised++
			}
		}()
		o.until(t, "some tickets of this round", func() bool { return o.count(t, "kiosk", record.TicketIssued) > round*40+5 })
		kiosk.kill()
		agent.kill()
		<-killed
	}
	counts := o.compare(t, "kiosk", kioskData)
	issued := o.count(t, "kiosk", record.TicketIssued)
	// A ticket may be on disk although the kiosk was killed before it could say so: one per kill.
	if issued < promised || issued > promised+5 {
		t.Errorf("head office has %d tickets, %d were promised in five rounds", issued, promised)
	}
	t.Logf("agent %v, kiosk %v", o.compare(t, "agent", agentData), counts)
	if n := o.count(t, "agent", record.NodeStarted); n != 5 {
		t.Errorf("agent started %d times, want 5", n)
	}
}

// TestQueueSurvivesKill kills the kiosk with customers waiting and expects the queue to go on where it was.
func TestQueueSurvivesKill(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	data := t.TempDir()
	kiosk := startKiosk(t, o, data)
	first, second := kiosk.mustTake(t), kiosk.mustTake(t)
	o.until(t, "the kiosk is online", func() bool { return o.online(t, "kiosk") })
	kiosk.kill()
	o.until(t, "the kiosk is offline", func() bool { return !o.online(t, "kiosk") })
	kiosk = startKiosk(t, o, data)
	o.until(t, "the kiosk is online again", func() bool { return o.online(t, "kiosk") })
	if third := kiosk.mustTake(t); third <= second || second <= first {
		t.Errorf("numbers %s, %s and after kill -9 %s: want them to go on", first, second, third)
	}
	var called struct{ Number string }
	if _, err := post(t, kiosk.counter, "/api/counters/"+firstCounter+"/call", map[string]string{"request": uniqueRequest()}, &called); err != nil {
		t.Fatal(err)
	}
	if called.Number != first {
		t.Errorf("called %q, want %q who waits longest", called.Number, first)
	}
	kiosk.stop()
}

// TestOutsideBroker runs on mosquitto, which forgets everything when it is restarted, while head office is away too.
func TestOutsideBroker(t *testing.T) {
	t.Parallel()
	m := startMosquitto(t)
	o := startOffice(t, m.URL())
	data := t.TempDir()
	kiosk := startKiosk(t, o, data)
	for range 10 {
		kiosk.mustTake(t)
	}
	o.until(t, "10 tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 10 })
	o.stop()
	for range 10 {
		kiosk.mustTake(t) // the broker takes them, and nobody else
	}
	m.kill()
	m.start(t)
	for range 10 {
		kiosk.mustTake(t)
	}
	o.start(t)
	o.until(t, "30 tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 30 })
	kiosk.stop()
	o.compare(t, "kiosk", data)
}

// TestWire is what a stranger sees who subscribes to everything: every message is of the contract.
func TestWire(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	seen := make(chan mqtt.Message, 10_000)
	stranger := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + o.mqtt).SetClientID("stranger").SetAutoReconnect(false))
	done(t, stranger.Connect())
	defer stranger.Disconnect(250)
	done(t, stranger.Subscribe("#", 1, func(_ mqtt.Client, m mqtt.Message) { seen <- m }))
	agent, kiosk := startAgent(t, o, t.TempDir()), startKiosk(t, o, t.TempDir())
	kiosk.mustTake(t)
	o.until(t, "the ticket", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 1 })
	o.until(t, "readings", func() bool { return len(o.records(t, "agent", record.Telemetry)) > 0 })
	agent.stop()
	kiosk.stop()
	kinds := map[string]int{}
	offline := 0
	deadline := time.After(hang)
	for offline < 2 {
		select {
		case m := <-seen:
			topic, err := record.ParseTopic(m.Topic())
			if err != nil {
				t.Errorf("%v", err)
				continue
			}
			kinds[topic.Node+" "+string(topic.Kind)]++
			if err := readable(topic, m.Payload()); err != nil {
				t.Errorf("%s: %v", m.Topic(), err)
			}
			if p, err := record.DecodePresence(m.Payload()); topic.Kind == record.KindOnline && err == nil && p.State == record.Offline {
				offline++
			}
		case <-deadline:
			t.Fatalf("never saw both nodes go offline, only %v", kinds)
		}
	}
	for _, want := range []string{"agent up", "agent ack", "agent state", "agent online", "agent config/reported", "kiosk up", "kiosk ack", "kiosk state", "kiosk online"} {
		if kinds[want] == 0 {
			t.Errorf("no message of kind %q among %v", want, kinds)
		}
	}
}

// readable checks a payload against its topic.
func readable(topic record.Topic, payload []byte) error {
	switch topic.Kind {
	case record.KindUp:
		b, err := record.DecodeBatch(payload)
		if err == nil && b.Stream != topic.Stream {
			err = fmt.Errorf("a batch of %s", b.Stream)
		}
		return err
	case record.KindAck:
		_, err := record.DecodeAck(payload)
		return err
	case record.KindState:
		_, err := record.DecodeState(payload)
		return err
	case record.KindReported:
		_, err := record.DecodeReported(payload)
		return err
	default:
		_, err := record.DecodePresence(payload)
		return err
	}
}

// TestSecondInstancesAreRefused starts each program twice on one data folder.
func TestSecondInstancesAreRefused(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	agentData, kioskData := t.TempDir(), t.TempDir()
	startAgent(t, o, agentData)
	startKiosk(t, o, kioskData)
	for name, args := range map[string][]string{
		"headoffice": {"--data", o.data, "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"},
		"agent":      {"--station", "demo", "--data", agentData},
		"kiosk":      {"--station", "demo", "--data", kioskData, "--counter", "127.0.0.1:0", "--no-window"},
	} {
		second := start(t, name, args...)
		if code := second.end(); code == 0 {
			t.Errorf("a second %s ended with exit code 0", name)
		}
		if said := strings.Join(second.Lines(), "\n"); !strings.Contains(said, "another instance is already running") {
			t.Errorf("a second %s said %q", name, said)
		}
	}
}

// TestStartWithoutHeadOffice starts the station before there is anything to report to.
func TestStartWithoutHeadOffice(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	o.kill()
	data := t.TempDir()
	kiosk := startKiosk(t, o, data)
	kiosk.mustTake(t)
	o.start(t)
	o.until(t, "the ticket", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 1 })
	kiosk.stop()
	o.stop()
}
