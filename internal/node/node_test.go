package node

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// options are those of a node whose broker is the discard port of this machine: it refuses every connection.
func options(t *testing.T, dir string) Options {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Program: "agent", Version: "1.0", Station: "demo", Node: "agent", Data: dir, Broker: endpoint.Broker{URL: "tcp://127.0.0.1:9"},
		MaxBytes: 16 << 20, Retain: time.Hour, TelemetryDelay: time.Second, Clock: system, Log: slog.New(slog.DiscardHandler),
	}
}

func TestNodeOwnsItsFolder(t *testing.T) {
	o := options(t, t.TempDir())
	first, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(o); !errors.Is(err, datadir.ErrClaimed) {
		t.Errorf("second node on the folder: %v, want ErrClaimed", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := Open(o)
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestWorkGoesOnWithoutHeadOffice(t *testing.T) {
	n, err := Open(options(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	broken := errors.New("broken")
	err = n.Report(t.Context(), func(ctx context.Context) error {
		if err := n.Settle(ctx); err != nil {
			t.Errorf("an empty journal is not settled: %v", err)
		}
		if _, err := n.Journal.Append(ctx, record.Events, n.Started()); err != nil {
			t.Error(err)
		}
		stopped, cancel := context.WithCancel(ctx)
		cancel()
		if err := n.Settle(stopped); !errors.Is(err, context.Canceled) {
			t.Errorf("settled without head office: %v", err)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("report: %v, want the work's own error", err)
	}
	records, _, err := n.Journal.Read(record.Events, 0, 10)
	if err != nil || len(records) != 1 || string(records[0].Data) != `{"program":"agent","version":"1.0"}` {
		t.Errorf("journal holds %v, %v", records, err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, spoil := range map[string]func(*Options){
		"station": func(o *Options) { o.Station = "a b" },
		"node":    func(o *Options) { o.Node = "" },
		"program": func(o *Options) { o.Program = "" },
		"data":    func(o *Options) { o.Data = "" },
		"clock":   func(o *Options) { o.Clock = nil },
		"log":     func(o *Options) { o.Log = nil },
		"broker":  func(o *Options) { o.Broker.URL = "" },
	} {
		o := options(t, t.TempDir())
		spoil(&o)
		if _, err := Open(o); err == nil {
			t.Errorf("%s: bad options were accepted", name)
		}
	}
}
