package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"stationkeeper/internal/lifecycle"
)

// site is the three programs of one drain, each with its data in a folder of its own: a station's node, mosquitto, and
// head office.
type site struct {
	node   *process
	broker *mosquitto
	office *office
	// waits is how many events the journal held when it was opened.
	waits   uint64
	cleanup lifecycle.Cleanup
}

// siteOptions say where the data of a site is.
type siteOptions struct {
	// Room is a folder for what is left over, Node that of the journal, Office that of head office.
	Room, Node, Office string
	Task               nodeTask // without Data and Broker
	// Through is what stands between the node and the broker; nil for nothing.
	Through func(broker string) (url string, err error)
}

// openSite starts the three. The node does not report yet.
func (b *bench) openSite(ctx context.Context, o siteOptions) (s *site, err error) {
	s = &site{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
			s = nil
		}
	}()
	if s.broker, err = startMosquitto(ctx, b.mosquitto, within(o.Room, "mosquitto")); err != nil {
		return s, err
	}
	s.cleanup.Add("mosquitto", s.broker.stop)
	if s.office, err = startOffice(ctx, officeCommand(b.headOffice, o.Office, s.broker.url())); err != nil {
		return s, err
	}
	s.cleanup.Add("head office", s.office.stop)
	t := o.Task
	t.Data, t.Broker = o.Node, s.broker.url()
	if o.Through != nil {
		if t.Broker, err = o.Through(s.broker.addr); err != nil {
			return s, err
		}
	}
	if s.node, err = startTask("node", &t); err != nil {
		return s, err
	}
	s.cleanup.Add("node", s.node.stop)
	var a opened
	err = s.node.answer(ctx, "opened", &a)
	s.waits = a.Last
	return s, err
}

func (s *site) close() error { return s.cleanup.Close() }

// drain lets the node report, and returns when everything that waited is acknowledged.
func (s *site) drain(ctx context.Context) (time.Duration, error) {
	if err := s.node.tell("report"); err != nil {
		return 0, err
	}
	var a settled
	err := s.node.answer(ctx, "settled", &a)
	return a.Took, err
}

// drained is what one drain took. Processes are in the order of the names.
type drained struct {
	records int
	took    time.Duration
	names   []string
	used    []usage
	memory  []int64
	disk    diskCount     // of everybody on the disk
	machine time.Duration // CPU that everybody used
}

func (d drained) rate() float64 { return float64(d.records) / d.took.Seconds() }

// drainOnce makes a site with a copy of the backlog and drains it.
func (b *bench) drainOnce(ctx context.Context) (d drained, err error) {
	room, err := b.room("drain")
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	if err := b.waiting.copyTo(ctx, within(room, "node")); err != nil {
		return d, err
	}
	s, err := b.openSite(ctx, siteOptions{Room: room, Node: within(room, "node"), Office: within(room, "headoffice"),
		Task: nodeTask{Retain: forever, TelemetryDelay: 30 * time.Second}})
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	d.names = []string{"node", "mosquitto", "head office"}
	d.records = int(s.waits)
	device, err := deviceOf(b.dir)
	if err != nil {
		return d, err
	}
	err = d.observe(device, []int{s.node.pid(), s.broker.pid(), s.office.pid()}, func() (err error) {
		d.took, err = s.drain(ctx)
		return err
	})
	return d, err
}

// observe notes what processes and the disk do while work is done.
func (d *drained) observe(device string, pids []int, work func() error) error {
	disk, err := readDisk(device)
	if err != nil {
		return err
	}
	before, err := readUsages(pids)
	if err != nil {
		return err
	}
	machine, err := machineCPU()
	if err != nil {
		return err
	}
	stop := watchMemory(pids...)
	err = work()
	d.memory = stop()
	if err != nil {
		return err
	}
	after, err := readUsages(pids)
	if err != nil {
		return err
	}
	if d.machine, err = machineCPU(); err != nil {
		return err
	}
	d.machine -= machine
	for i := range pids {
		d.used = append(d.used, after[i].since(before[i]))
	}
	now, err := readDisk(device)
	d.disk = now.since(disk)
	return err
}

func readUsages(pids []int) ([]usage, error) {
	used := make([]usage, len(pids))
	var err error
	for i, pid := range pids {
		if used[i], err = readUsage(pid); err != nil {
			return nil, err
		}
	}
	return used, nil
}

// contender is one way to carry records.
type contender struct {
	name, note string
	// target is how many times as fast ours should be; nil for none.
	target *target
	run    func(ctx context.Context) (drained, error)
}

func (b *bench) contenders() []contender {
	memory := func(way string, listener bool) func(context.Context) (drained, error) {
		return func(ctx context.Context) (drained, error) {
			return b.rivalOnce(ctx, rivalTask{Way: way, Records: b.scale.Drain}, listener)
		}
	}
	return []contender{
		{name: "paho in memory, 100 records a message, 10 in flight, no subscriber", target: atLeastRatio(0.5), run: memory(inMemory, false),
			note: "records spelled as JSON as they are sent"},
		{name: "the same, to a subscriber that counts", run: memory(inMemory, true)},
		{name: "the same, JSON ready before, no subscriber", run: memory(inMemoryReady, false)},
		{name: "paho FileStore, a message per record, 100 in flight", target: atLeastRatio(5), note: "never flushes",
			run: func(ctx context.Context) (drained, error) {
				return b.rivalOnce(ctx, rivalTask{Way: fileStore, Records: b.scale.FileStore}, false)
			}},
		{name: "autopaho's file queue, a message per record", note: "never flushes",
			run: func(ctx context.Context) (drained, error) {
				return b.rivalOnce(ctx, rivalTask{Way: fileQueue, Records: b.scale.FileQueue}, false)
			}},
		{name: "mosquitto as a bridge, a message per record, after an outage", note: "on disk at its end only", run: b.bridgeOnce},
	}
}

// measureDrain lets ours and every contender run by turns, several times, and compares medians.
func (b *bench) measureDrain(ctx context.Context) (rows []row, foot []string, err error) {
	all := b.contenders()
	rates := make([][]float64, len(all))
	var ours []drained
	var memory drained
	for turn := range b.scale.Turns {
		b.say("drain, turn %d of %d: ours", turn+1, b.scale.Turns)
		d, err := b.drainOnce(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("ours: %w", err)
		}
		ours = append(ours, d)
		for i, c := range all {
			b.say("drain, turn %d of %d: %s", turn+1, b.scale.Turns, c.name)
			d, err := c.run(ctx)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", c.name, err)
			}
			rates[i] = append(rates[i], d.rate())
			if i == 0 {
				memory = d
			}
		}
	}
	var own []float64
	for _, d := range ours {
		own = append(own, d.rate())
	}
	for i, c := range all {
		rows = append(rows, row{What: "against " + c.name, Got: figure{Value: median(own), Unit: perSecond},
			Beside: &figure{Value: median(rates[i]), Unit: perSecond}, Target: c.target, Note: c.note})
	}
	last := ours[len(ours)-1]
	for i, name := range last.names {
		if name != "mosquitto" {
			b.drainMemory = append(b.drainMemory, row{What: name + " while draining " + spell(float64(last.records)),
				Got: figure{Value: float64(last.memory[i]), Unit: bytesEach}})
		}
	}
	return rows, []string{"", fmt.Sprintf("Each turn of %d: %s; ours %s, %s records/s.", b.scale.Turns, "ours first, then the others in this order",
		spellAll(own), "medians compared"), breakdown("ours", last), breakdown("paho in memory", memory), bound(last)}, nil
}

func spellAll(values []float64) string {
	text := ""
	for i, v := range values {
		if i > 0 {
			text += " / "
		}
		text += spell(v)
	}
	return text
}

// cpu is what the processes used together.
func (d drained) cpu() (all time.Duration) {
	for _, u := range d.used {
		all += u.CPU
	}
	return all
}

// breakdown says what each process used per million records.
func breakdown(who string, d drained) string {
	text := fmt.Sprintf("CPU seconds per million records, %s:", who)
	millions := float64(d.records) / 1e6
	for i, name := range d.names {
		text += fmt.Sprintf(" %s %.1f,", name, d.used[i].CPU.Seconds()/millions)
	}
	cores := runtime.NumCPU()
	return text + fmt.Sprintf(" which is CPU for at most %s records/s on %d cores. Flushes of the disk per million, by whomever: %.0f.",
		spell(float64(d.records)*float64(cores)/d.cpu().Seconds()), cores, float64(d.disk.Flushes)/millions)
}
