package printer

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"stationkeeper/kiosk/printer/virtual"
)

// fonts are the two that the kiosk draws with; make assets makes them.
func fonts(t testing.TB) (regular, bold []byte) {
	t.Helper()
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join("..", "..", "ui", "theme", "fonts", name))
		if err != nil {
			t.Fatalf("%v: run make assets", err)
		}
		return content
	}
	return read("lobby-regular.otf"), read("lobby-bold.otf")
}

// desk is a printer, a virtual one at the other end of a pipe, and a plug between them.
type desk struct {
	*Printer
	virtual *virtual.Printer

	mu       sync.Mutex
	out      bool   // the plug is pulled
	begins   func() // is called when a ticket begins
	serving  sync.WaitGroup
	finished chan error
	// end ends the printer, and cut the virtual one.
	end, cut context.CancelFunc
	there    context.Context
}

// newDesk runs a printer until the test ends or stop is called.
func newDesk(t testing.TB, o Options, v virtual.Options) *desk {
	t.Helper()
	paper, err := virtual.New(v)
	if err != nil {
		t.Fatal(err)
	}
	if o.URL == "" {
		o.URL = "tcp://pipe:9100"
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Printer: p, virtual: paper, finished: make(chan error, 1)}
	var running context.Context
	running, d.end = context.WithCancel(context.Background())
	d.there, d.cut = context.WithCancel(context.Background())
	p.open = d.dial
	go func() { d.finished <- p.Run(running) }()
	t.Cleanup(func() { d.stop(t) })
	return d
}

func (d *desk) stop(t testing.TB) {
	d.end()
	if d.finished != nil {
		if err := <-d.finished; err != nil {
			t.Errorf("Run: %v", err)
		}
		d.finished = nil
	}
	d.cut()
	d.virtual.Close()
	d.serving.Wait()
}

func (d *desk) dial(ctx context.Context) (port, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.out {
		return nil, errors.New("it is unplugged")
	}
	ours, theirs := net.Pipe()
	d.serving.Go(func() { d.virtual.Serve(d.there, theirs) })
	return ours, nil
}

func (d *desk) plug(in bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.out = !in
}

// until waits for a status that is as wanted.
func (d *desk) until(t testing.TB, what string, ok func(Status) bool) Status {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var s Status
	for s = range d.Subscribe(ctx) {
		if ok(s) {
			return s
		}
	}
	t.Fatalf("no status that is %s within a minute: %+v", what, s)
	return s
}

func (d *desk) ready(t testing.TB) Status {
	t.Helper()
	return d.until(t, "ready", func(s Status) bool { return s.Ready })
}

// sound fails the test when the printer was told what no printer understands.
func (d *desk) sound(t testing.TB) {
	t.Helper()
	for _, v := range d.virtual.Violations() {
		t.Errorf("violation: %s", v)
	}
}

var moment = time.Date(2026, 11, 24, 9, 31, 0, 0, time.FixedZone("CST", 8*3600))

func ticket(number string, languages ...Language) Ticket {
	return Ticket{
		Station: Names{Zh: "城东支行", En: "City East Branch"}, Number: number,
		Service: Names{Zh: "个人业务", En: "Personal banking"},
		Ahead:   5, Low: 9*time.Minute + 20*time.Second, High: 24*time.Minute + 10*time.Second,
		At: moment, Notice: Names{Zh: "过号请重新取号，谢谢配合。", En: "If you miss your call, please take a new ticket."},
		Page: "https://station-7.example.org:8443/t/3kq9w2m7x4pd", Languages: languages,
	}
}

func job(number string) Job {
	return Job{ID: "t-" + number, Copy: 1, Ticket: ticket(number)}
}

func reasonOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
