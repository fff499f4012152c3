package printer

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/kiosk/printer/escpos"
	"stationkeeper/kiosk/printer/virtual"
)

// running runs a printer against a virtual one, in real time, until the test ends.
func running(t testing.TB, v *virtual.Printer, o Options) *desk {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	d := &desk{Printer: p, virtual: v, end: cancel, cut: func() {}, finished: make(chan error, 1)}
	opened := p.open
	p.open = func(ctx context.Context) (port, error) {
		through, err := opened(ctx)
		if err != nil {
			return nil, err
		}
		return watched{through, d}, nil
	}
	go func() { d.finished <- p.Run(ctx) }()
	t.Cleanup(func() { d.stop(t) })
	return d
}

// watched is a port that tells when a ticket begins.
type watched struct {
	port
	desk *desk
}

func (w watched) Write(b []byte) (int, error) {
	if len(b) > 100 && bytes.HasPrefix(b, escpos.Initialize()) {
		w.desk.onTicket(nil)
	}
	return w.port.Write(b)
}

// onTicket sets what is to be called once when the next ticket begins, or, without, calls it.
func (d *desk) onTicket(f func()) {
	d.mu.Lock()
	f, d.begins = d.begins, f
	d.mu.Unlock()
	if f != nil {
		f()
	}
}

func newVirtual(t testing.TB, o virtual.Options) *virtual.Printer {
	t.Helper()
	v, err := virtual.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// plugIn makes the virtual printer appear as a device.
func plugIn(t testing.TB, v *virtual.Printer) (*virtual.Terminal, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lp0")
	plug := v.Terminal(path)
	if err := plug.Plug(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plug.Unplug)
	return plug, path
}

func (d *desk) prints(t testing.TB, number string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := d.Print(ctx, job(number)); err != nil {
		t.Fatal(err)
	}
	if n := d.copies(number); n != 1 {
		t.Fatalf("%s is on paper %d times", number, n)
	}
	d.sound(t)
}

// A character device, as USB printers are: pulled out and put in again, opened again by itself.
func TestDeviceIsPulledOutAndPutInAgain(t *testing.T) {
	for _, kind := range []string{"usb:", "serial:"} {
		t.Run(kind, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			v := newVirtual(t, virtual.Options{})
			plug, path := plugIn(t, v)
			d := running(t, v, Options{URL: kind + path})
			d.ready(t)
			d.prints(t, "A001")
			plug.Unplug()
			s := d.until(t, "gone", func(s Status) bool { return !s.Ready })
			if s.Reason != NoAnswer {
				t.Fatalf("status %+v", s)
			}
			d.until(t, "told to be plugged in", func(s Status) bool { return strings.Contains(s.Detail, "plugged in") })
			if err := plug.Plug(); err != nil {
				t.Fatal(err)
			}
			d.ready(t)
			d.prints(t, "A002")
			d.stop(t)
			plug.Unplug()
		})
	}
}

func TestOverTheNetwork(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := newVirtual(t, virtual.Options{Forgets: true})
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() { v.ServeTCP(ctx, listener) })
	d := running(t, v, Options{URL: "tcp://" + listener.Addr().String()})
	d.ready(t)
	d.prints(t, "A001")
	v.CutLine(100)
	_, err = d.Print(context.Background(), job("A002"))
	d.wantFault(t, err, NoAnswer, true)
	d.ready(t)
	d.prints(t, "A003")
	d.stop(t)
	cancel()
	serving.Wait()
}

// A printer that takes nothing any more, in the middle of a ticket, holds nobody up.
func TestDeviceThatTakesNothing(t *testing.T) {
	v := newVirtual(t, virtual.Options{Raster: true})
	plug, path := plugIn(t, v)
	regular, bold := fonts(t)
	d := running(t, v, Options{URL: "usb:" + path, Text: TextRaster, Regular: regular, Bold: bold})
	d.ready(t)
	outcome := make(chan error, 1)
	begun := make(chan struct{})
	d.onTicket(func() { close(begun) })
	go func() { _, err := d.Print(context.Background(), job("A001")); outcome <- err }()
	<-begun
	v.Deaf(true)
	err := <-outcome
	d.wantFault(t, err, NoAnswer, true)
	v.Deaf(false)
	d.stop(t)
	plug.Unplug()
}

// What cannot be opened says what to do.
func TestWhatCannotBeOpened(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = free.Close() // nobody is there any more
	for url, want := range map[string]string{
		"usb:" + filepath.Join(t.TempDir(), "lp0"):  "usblp",
		"serial:" + filepath.Join(t.TempDir(), "x"): "adapter",
		"usb:" + file:                   "is it a printer's",
		"serial:" + file:                "is it a printer's",
		"tcp://" + free.Addr().String(): "switched on",
	} {
		a, err := parseAddress(url)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		_, err = a.open(ctx)
		cancel()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want something about %q", url, err, want)
		}
	}
	for err, want := range map[error]string{os.ErrPermission: "group lp", os.ErrNotExist: "plugged in"} {
		if got := (address{kind: "usb", at: "/dev/usb/lp0"}).refused(err).Error(); !strings.Contains(got, want) {
			t.Errorf("%v: %s", err, got)
		}
	}
}
