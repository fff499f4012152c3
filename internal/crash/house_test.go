package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
)

// station is what all nodes here belong to.
const station = "crash"

// hang bounds waits that only a broken program makes long.
const hang = 4 * time.Minute

// house is a head office, a broker and the nodes of one station, any of which may be killed.
type house struct {
	ctx     context.Context
	dir     string
	rng     *rand.Rand
	account *account
	witness *witness
	tally   *tally

	office, writer, agent *victim
	// broker is an outside one; nil when head office has its own, and both die together.
	broker *victim
	// mqtt and api are head office's addresses, which it keeps; brokerURL is that of an outside broker.
	mqtt, api, brokerURL string

	durable atomic.Int64 // records the writer was told are on disk
	nodes   []*victim    // those with a journal, in a folder of their own below dir
	// recording is a file that agents play.
	recording string
	// ahead is how many records a writer may be ahead of head office, hurry how many it writes from kill to kill.
	ahead uint64
	hurry int64
	leave func() // ends the witness
}

// victim is a program that is started again after every kill.
type victim struct {
	// name is the program's, node what it is called at head office and its folder, when it has a journal.
	name, node string
	command    func() *exec.Cmd
	// ready is what it logs when it works. take sees every line.
	ready string
	take  func(line string) bool
	// loaded waits until it is busy, or long enough.
	loaded func(ctx context.Context)
	// startup is how long a start takes at most, for kills in the middle of it.
	startup time.Duration
	started func(attributes map[string]string)
	process *programs.Process
	// lives counts its starts. told are the types of records that it has logged as written down.
	lives int
	told  []string
}

// settings are what houses differ in.
type settings struct {
	dir  string
	seed uint64
	// outside chooses a broker of its own for the house.
	outside bool
	// ahead is how many records the writer may be ahead of head office.
	ahead uint64
	// early makes a writer that tells too early.
	early bool
}

// openHouse prepares a house. Nothing runs yet.
func openHouse(ctx context.Context, s settings) (*house, error) {
	a := newAccount()
	h := &house{ctx: ctx, dir: s.dir, rng: rand.New(rand.NewPCG(s.seed, 0)), account: a, tally: newTally(),
		witness: newWitness(a, station), mqtt: "127.0.0.1:0", api: "127.0.0.1:0", hurry: 500, ahead: s.ahead, leave: func() {}}
	if s.outside {
		folder, err := h.folder("broker")
		if err != nil {
			return nil, err
		}
		m, found, err := programs.NewMosquitto(folder)
		if err != nil || !found {
			return nil, fmt.Errorf("mosquitto is installed: %t, by make test; %w", found, err)
		}
		h.brokerURL = m.URL()
		h.broker = &victim{name: "broker", command: m.Command, ready: "running", startup: 20 * time.Millisecond,
			loaded: func(ctx context.Context) { h.witness.await(ctx, &h.witness.batches, h.rng.Int64N(40), 2*time.Second) }}
	}
	recording, err := h.writeRecording()
	if err != nil {
		return nil, err
	}
	h.recording = recording
	h.office = h.newOffice()
	h.writer = h.newWriter("writer", s.early)
	h.agent = h.newAgent("agent")
	return h, nil
}

func (h *house) folder(name string) (string, error) {
	dir := filepath.Join(h.dir, name)
	return dir, os.MkdirAll(dir, 0o755)
}

// url is where nodes report to.
func (h *house) url() string {
	if h.brokerURL != "" {
		return h.brokerURL
	}
	return "mqtt://" + h.mqtt
}

// nowhere is a broker that nobody listens at: the port is reserved.
const nowhere = "mqtt://127.0.0.1:1"

func (h *house) officeCommand(broker string) *exec.Cmd {
	args := []string{"--data", filepath.Join(h.dir, "headoffice"), "--http", h.api}
	if broker != "" {
		args = append(args, "--broker", broker)
	} else {
		args = append(args, "--mqtt", h.mqtt)
	}
	return exec.Command(filepath.Join(bin, "headoffice"), args...)
}

func (h *house) newOffice() *victim {
	return &victim{
		name: "headoffice", ready: "head office ready", startup: 40 * time.Millisecond,
		command: func() *exec.Cmd { return h.officeCommand(h.brokerURL) },
		take: func(line string) bool {
			h.hearLog("headoffice", line)
			return false
		},
		loaded: func(ctx context.Context) { h.witness.await(ctx, &h.witness.acks, h.rng.Int64N(20), 2*time.Second) },
		started: func(attributes map[string]string) {
			h.api = attributes["http"]
			if h.broker == nil {
				h.mqtt = attributes["mqtt"]
			}
		},
	}
}

func writerCommand(o orders) *exec.Cmd {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // names and numbers only
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ordersEnv+"="+string(text))
	return cmd
}

func (h *house) newWriter(node string, early bool) *victim {
	v := &victim{name: "writer", node: node, ready: "opened ", startup: 30 * time.Millisecond,
		command: func() *exec.Cmd {
			return writerCommand(orders{Data: filepath.Join(h.dir, node), Station: station, Node: node, Broker: h.url(),
				Seed: h.rng.Uint64(), Limit: h.ahead, Early: early})
		},
		take: func(line string) bool { return h.hearWriter(node, line) },
	}
	v.loaded = func(ctx context.Context) { h.awaitDurable(ctx, v, h.rng.Int64N(2*h.hurry)) }
	h.nodes = append(h.nodes, v)
	return v
}

// awaitDurable returns when a writer has told of n more records, or after a while: it waits for head office, which may
// be dead.
func (h *house) awaitDurable(ctx context.Context, v *victim, n int64) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	end := h.durable.Load() + n
	// The error is that it has ended or that time is up; what it died of is somebody else's to find.
	_ = v.process.Await(ctx, "writes", func() bool { return h.durable.Load() >= end })
}

// hearWriter takes what a writer says.
func (h *house) hearWriter(node, line string) bool {
	if t, ok := parseTold(line); ok {
		h.account.noteDurable(sequence{node, t.epoch, t.stream}, t.first, t.digests...)
		h.durable.Add(int64(len(t.digests)))
		return true
	}
	if words := strings.Fields(line); len(words) == 4 && words[0] == "opened" {
		for i, s := range record.Streams {
			last, err := strconv.ParseUint(words[2+i], 10, 64)
			if err != nil {
				return false // cut off by a kill
			}
			h.account.reopened(sequence{node, words[1], s}, last)
		}
		return false
	}
	h.hearLog(node, line)
	return strings.HasPrefix(line, "durable ") // one that was cut off
}

// hearLog looks for what no kill may lead to.
func (h *house) hearLog(node, line string) {
	h.tally.logged(node, line)
	if strings.Contains(line, "setting it aside") || strings.Contains(line, "repair") || strings.Contains(line, "damaged") {
		h.account.breach(repaired, "%s: %s", node, line)
	}
	if strings.HasPrefix(line, "panic:") || strings.Contains(line, "DATA RACE") {
		h.account.breach(failed, "%s: %s", node, line)
	}
}

// room is an agent with a simulated machine room and two recordings that are read as fast as they can be.
const room = `station: ` + station + `
node: %s
data: %s
broker: {url: %q}
journal: {telemetry_delay: 50ms}
simulate: {speed: 3600, seed: 7, interval: 1s}
replay:
  - {point: store/temperature, file: %[4]s, unit: C, speed: 0}
  - {point: ramp/temperature, file: %[4]s, unit: C, speed: 0}
alarms:
  - {name: high, point: store/temperature, above: 29.5, hysteresis: 1, level: minor}
  - {name: high, point: ramp/temperature, above: 29, hysteresis: 1, level: major}
`

// readings is how many lines the recording has.
const readings = 2000

func (h *house) writeRecording() (file string, err error) {
	text := []byte("time,value\n")
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for hour := range readings {
		at := start.Add(time.Duration(hour) * time.Hour)
		text = fmt.Appendf(text, "%s,%.2f\n", at.Format(time.DateTime), 20+10*math.Sin(float64(hour)*math.Pi/12))
	}
	file = filepath.Join(h.dir, "recording.csv")
	return file, os.WriteFile(file, text, 0o600)
}

func (h *house) newAgent(node string) *victim {
	v := &victim{name: "agent", node: node, ready: "agent ready", startup: 30 * time.Millisecond}
	config := filepath.Join(h.dir, node+".yaml")
	v.command = func() *exec.Cmd { // written at every start: head office's own broker has no address before it runs
		text := fmt.Appendf(nil, room, node, filepath.Join(h.dir, node), h.url(), h.recording)
		if err := os.WriteFile(config, text, 0o600); err != nil {
			h.account.breach(failed, "configuration of the agent: %v", err)
		}
		return exec.Command(filepath.Join(bin, "agent"), "--config", config)
	}
	v.take = func(line string) bool {
		for typ, message := range writtenDown {
			if strings.Contains(line, message) {
				v.told = append(v.told, typ)
			}
		}
		h.hearLog(node, line)
		return false
	}
	v.loaded = func(ctx context.Context) { pause(ctx, h.within(300*time.Millisecond)) }
	h.nodes = append(h.nodes, v)
	return v
}

// writtenDown are the agent's messages, by type of record, that it logs only when the record is on disk.
var writtenDown = map[string]string{
	record.DoorOpened:      "msg=" + record.DoorOpened,
	record.DoorClosed:      "msg=" + record.DoorClosed,
	record.AccessGranted:   "msg=" + record.AccessGranted,
	record.RegisterEntered: "msg=" + record.RegisterEntered,
	record.ReplayEnded:     "msg=" + record.ReplayEnded,
}

// launch starts a victim and waits for nothing.
func (v *victim) launch() (err error) {
	v.lives++
	v.process, err = programs.Start(v.command(), v.take)
	return err
}

// start starts a victim and waits until it works.
func (h *house) start(v *victim) error {
	ctx, cancel := context.WithTimeout(h.ctx, hang)
	defer cancel()
	if err := v.launch(); err != nil {
		return err
	}
	attributes, err := v.process.Says(ctx, v.ready)
	if err != nil {
		return fmt.Errorf("%w; it said:\n%s", err, strings.Join(v.process.Lines(), "\n"))
	}
	if v.started != nil {
		v.started(attributes)
	}
	return nil
}

// begin starts everything.
func (h *house) begin() error {
	first := []*victim{h.office, h.writer, h.agent}
	if h.broker != nil {
		first = append([]*victim{h.broker}, first...)
	}
	for _, v := range first {
		if err := h.start(v); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(h.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.witness.watch(ctx, h.url())
	}()
	h.leave = func() {
		cancel()
		<-ended
	}
	return nil
}

// close ends everything that still runs.
func (h *house) close() {
	h.leave()
	for _, v := range append([]*victim{h.broker, h.office}, h.nodes...) {
		if v != nil && v.process != nil {
			if _, err := v.process.Kill(context.WithoutCancel(h.ctx)); err != nil {
				h.account.breach(failed, "%v", err)
			}
		}
	}
}

// askAlone starts head office where nobody reaches it and asks what it holds, before anybody can send anything again.
func (h *house) askAlone() error {
	if err := h.witness.flush(h.ctx); err != nil {
		return err
	}
	alone := &victim{name: h.office.name, command: func() *exec.Cmd { return h.officeCommand(nowhere) }, ready: h.office.ready}
	if err := h.start(alone); err != nil {
		return err
	}
	attributes, err := alone.process.Says(h.ctx, alone.ready)
	if err != nil {
		return err
	}
	progress, err := programs.API(attributes["http"]).Progress(h.ctx, station)
	if err != nil {
		return err
	}
	h.account.kept(progress)
	_, err = alone.process.Kill(h.ctx)
	return err
}

// stop asks a program to stop, and expects that it does so cleanly. That a busy machine does not let it do so in time is
// no breach of what is promised here; it is counted.
func (h *house) stop(v *victim) error {
	v.process.Signal(syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(h.ctx, hang)
	defer cancel()
	code, err := v.process.End(ctx)
	if err != nil || code == 0 {
		return err
	}
	said := tail(v.process.Lines())
	if strings.Contains(said, "did not stop in time") {
		h.tally.late(v.name)
		return nil
	}
	h.account.breach(failed, "%s, asked to stop, ended with exit code %d: %s", v.name, code, said)
	return nil
}

func tail(lines []string) string { return strings.Join(lines[max(0, len(lines)-5):], " | ") }
