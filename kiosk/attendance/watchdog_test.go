package attendance

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// dog is a watchdog that notes what it does.
type dog struct {
	*watchdog
	told chan string
	died chan string
}

func newDog(vitals ...vital) *dog {
	d := &dog{told: make(chan string, 10_000), died: make(chan string, 1)}
	d.watchdog = &watchdog{vitals: vitals, every: 2 * time.Second, log: quiet(),
		notify: func(s string) { d.told <- s }, die: func(s string) { d.died <- s }}
	return d
}

// heard is what systemd was told, in short, and how often the watchdog was fed.
func (d *dog) heard() (said string, fed int) {
	for len(d.told) > 0 {
		switch s := <-d.told; s {
		case daemon.SdNotifyWatchdog:
			fed++
		default:
			said += s + " "
		}
	}
	return strings.TrimSpace(said), fed
}

func TestAKioskThatAnswersIsReadyAndFed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := func(context.Context) error { return nil }
		d := newDog(vital{"screen", answer, hungScreen}, vital{"hall", answer, hungHall})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.run(ctx) }()
		time.Sleep(time.Hour + time.Second)
		if said, fed := d.heard(); said != daemon.SdNotifyReady || fed < 1700 {
			t.Errorf("told %q and fed %d times", said, fed)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if said, _ := d.heard(); said != daemon.SdNotifyStopping || len(d.died) > 0 {
			t.Errorf("told %q at the end, died %d", said, len(d.died))
		}
	})
}

func TestAKioskThatHangsEnds(t *testing.T) {
	for name, which := range map[string]int{"screen": 0, "hall": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var hangs atomic.Bool
				answer := func(context.Context) error { return nil }
				hang := func(ctx context.Context) error {
					if hangs.Load() {
						<-ctx.Done()
						return ctx.Err()
					}
					return nil
				}
				vitals := []vital{{"screen", answer, hungScreen}, {"hall", answer, hungHall}}
				vitals[which].ask = hang
				d := newDog(vitals...)
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				ended := make(chan error, 1)
				go func() { ended <- d.run(ctx) }()
				time.Sleep(time.Minute + time.Second)
				d.heard()
				hangs.Store(true)
				began := time.Now()
				err := <-ended
				if took := time.Since(began); took < vitals[which].hung || took > vitals[which].hung+10*time.Second {
					t.Errorf("ended after %s", took)
				}
				if err == nil || !strings.Contains(err.Error(), name+" has not answered") || len(d.died) != 1 {
					t.Errorf("%v, died %d", err, len(d.died))
				}
				if _, fed := d.heard(); fed > 5 {
					t.Errorf("fed %d times while it hung", fed)
				}
				stop()
				synctest.Wait()
			})
		})
	}
}

func TestAKioskThatNeverComesUpEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDog(vital{"screen", func(context.Context) error { return errors.New("no such display") }, hungScreen})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		if err := d.run(ctx); err == nil {
			t.Error("no error")
		}
		if said, fed := d.heard(); said != "" || fed > 0 {
			t.Errorf("told %q, fed %d", said, fed)
		}
		stop()
		synctest.Wait()
	})
}

// TestSystemdIsTold listens where systemd does.
func TestSystemdIsTold(t *testing.T) {
	address := &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"}
	systemd, err := net.ListenUnixgram("unixgram", address)
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	t.Setenv("NOTIFY_SOCKET", address.Name)
	t.Setenv("WATCHDOG_USEC", "200000")
	w := newWatchdog(slog.New(slog.DiscardHandler), vital{"hall", func(context.Context) error { return nil }, time.Minute})
	if w.every > 50*time.Millisecond {
		t.Errorf("fed every %s when systemd waits 200 ms", w.every)
	}
	ctx, stop := context.WithCancel(limited(t))
	ended := make(chan error, 1)
	go func() { ended <- w.run(ctx) }()
	for _, want := range []string{daemon.SdNotifyReady, daemon.SdNotifyWatchdog, daemon.SdNotifyWatchdog} {
		message := make([]byte, 100)
		n, err := systemd.Read(message)
		if err != nil || string(message[:n]) != want {
			t.Errorf("told %q, %v, want %q", message[:n], err, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
