package main

import (
	"context"
	"errors"
	"os"
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

// cpu is what the processes used together.
func (d drained) cpu() (all time.Duration) {
	for _, u := range d.used {
		all += u.CPU
	}
	return all
}

// observe notes what processes and the disk do while work is done.
func (d *drained) observe(device string, pids []int, work func() error) error {
	before, err := readMoment(device, pids)
	if err != nil {
		return err
	}
	stop := watchMemory(pids...)
	err = work()
	d.memory = stop()
	if err != nil {
		return err
	}
	after, err := readMoment(device, pids)
	if err != nil {
		return err
	}
	for i := range pids {
		d.used = append(d.used, after.used[i].since(before.used[i]))
	}
	d.disk, d.machine = after.disk.since(before.disk), after.machine-before.machine
	return nil
}

// moment is what processes, the machine and a disk had done when it was read.
type moment struct {
	used    []usage
	machine time.Duration
	disk    diskCount
}

func readMoment(device string, pids []int) (m moment, err error) {
	for _, pid := range pids {
		used, err := readUsage(pid)
		if err != nil {
			return m, err
		}
		m.used = append(m.used, used)
	}
	if m.machine, err = machineCPU(); err != nil {
		return m, err
	}
	m.disk, err = readDisk(device)
	return m, err
}
