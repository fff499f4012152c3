package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"go.uber.org/goleak"

	"stationkeeper/internal/datadir"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/record"
)

// hang ends a test in which something that has to happen does not.
const hang = 3 * time.Minute

// office is a head office that runs within the test.
type office struct {
	t          *testing.T
	http, mqtt string
	stop       func() error
}

func mustRun(t *testing.T, o Options) *office {
	t.Helper()
	reader, writer := io.Pipe()
	o.Log = slog.New(slog.NewTextHandler(writer, nil))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := Run(ctx, o)
		writer.CloseWithError(err)
		ended <- err
	}()
	stop := sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(hang):
			return errors.New("head office does not stop")
		}
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(reader)
	found := &office{t: t, stop: stop}
	for lines.Scan() {
		if strings.Contains(lines.Text(), `msg="head office ready"`) {
			found.http, found.mqtt = attribute(lines.Text(), "http"), attribute(lines.Text(), "mqtt")
			go func() { _, _ = io.Copy(io.Discard, reader) }()
			return found
		}
		t.Log(lines.Text())
	}
	t.Fatalf("head office ended before it was ready: %v", lines.Err())
	return nil
}

func attribute(line, key string) string {
	if m := regexp.MustCompile(`\b` + key + `=(\S+)`).FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

func anywhere(dir string) Options {
	return Options{
		Version: "test", Data: dir, HTTP: Listener{Addr: "127.0.0.1:0"}, MQTT: Listener{Addr: "127.0.0.1:0"},
		Log: slog.New(slog.DiscardHandler),
	}
}

func (o *office) get(path string) (status int, body string) {
	o.t.Helper()
	response, err := http.Get("http://" + o.http + path)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// send publishes one event of a node and waits for head office's acknowledgement of it.
func (o *office) send(seq uint64) {
	o.t.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + o.mqtt).SetAutoReconnect(false))
	defer c.Disconnect(0)
	acked := make(chan uint64, 10)
	batch, err := record.EncodeBatch(record.Batch{
		Epoch: "aaaaaaaa-0000-4000-8000-000000000001", Stream: record.Events,
		Records: []record.Record{{
			Seq: seq, Type: record.DoorOpened, Source: "door", Time: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
			Clock: record.Synced, Data: json.RawMessage(`{}`),
		}},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, step := range []func() mqtt.Token{
		c.Connect,
		func() mqtt.Token {
			return c.Subscribe(record.NodeFilter(record.KindAck, "demo", "agent"), 1, func(_ mqtt.Client, m mqtt.Message) {
				if ack, err := record.DecodeAck(m.Payload()); err == nil {
					acked <- ack.Through
				}
			})
		},
		func() mqtt.Token { return c.Publish(record.Root+"/demo/agent/up/events", 1, false, batch) },
	} {
		if token := step(); !token.WaitTimeout(hang) || token.Error() != nil {
			o.t.Fatalf("no answer from the broker: %v", token.Error())
		}
	}
	timeout := time.After(hang)
	for {
		select {
		case through := <-acked:
			if through == seq {
				return
			}
		case <-timeout:
			o.t.Fatalf("no acknowledgement of %d", seq)
		}
	}
}

func TestFromBatchToAPIAndAcrossARestart(t *testing.T) {
	dir := t.TempDir()
	for seq := uint64(1); seq <= 2; seq++ {
		o := mustRun(t, anywhere(dir))
		o.send(seq)
		status, body := o.get("/api/v1/records?station=demo&node=agent")
		if status != http.StatusOK || strings.Count(body, record.DoorOpened) != int(seq) {
			t.Errorf("run %d: %d %s", seq, status, body)
		}
		if status, body := o.get("/healthz"); status != http.StatusOK {
			t.Errorf("healthz: %d %s", status, body)
		}
		if err := o.stop(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStopsWithLivePagesOpen(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	o := mustRun(t, anywhere(t.TempDir()))
	o.send(1)
	client := &http.Client{Transport: &http.Transport{}}
	response, err := client.Get("http://" + o.http + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	defer response.Body.Close()
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		t.Fatalf("live page: %s, %s", response.Status, kind)
	}
	if err := o.stop(); err != nil {
		t.Error(err)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestSecondInstanceIsRefused(t *testing.T) {
	dir := t.TempDir()
	mustRun(t, anywhere(dir))
	if err := Run(t.Context(), anywhere(dir)); !errors.Is(err, datadir.ErrClaimed) {
		t.Errorf("second instance: %v, want ErrClaimed", err)
	}
}

func TestPlainBeyondThisMachineIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"http": func(o *Options) { o.HTTP.Addr = "0.0.0.0:0" },
		"mqtt": func(o *Options) { o.MQTT.Addr = "0.0.0.0:0" },
	} {
		t.Run(name, func(t *testing.T) {
			o := anywhere(t.TempDir())
			change(&o)
			if err := Run(t.Context(), o); !errors.Is(err, endpoint.ErrPlain) {
				t.Errorf("%v, want ErrPlain", err)
			}
		})
	}
}

func TestOutsideBroker(t *testing.T) {
	within := mustRun(t, anywhere(t.TempDir())) // its broker is the other's outside one
	options := anywhere(t.TempDir())
	options.MQTT = Listener{}
	options.Broker = endpoint.Broker{URL: "tcp://" + within.mqtt}
	if outside := mustRun(t, options); outside.mqtt != "" {
		t.Errorf("listens for MQTT at %s", outside.mqtt)
	}
}

// An outside broker that does not answer must not keep head office from showing what it has, nor from stopping.
func TestOutsideBrokerThatDoesNotAnswer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	options := anywhere(t.TempDir())
	options.Broker = endpoint.Broker{URL: "tcp://" + silent.Addr().String()}
	o := mustRun(t, options)
	called, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer called.Close()
	if status, _ := o.get("/api/v1/stations"); status != http.StatusOK {
		t.Errorf("stations: %d", status)
	}
	if err := o.stop(); err != nil {
		t.Error(err)
	}
}

func TestStart(t *testing.T) {
	config := filepath.Join(t.TempDir(), "headoffice.yaml")
	if err := os.WriteFile(config, []byte("dta: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := command().Start([]string{"--version"}, &out, io.Discard); err != nil || out.String() != version+"\n" {
		t.Errorf("--version: %q, %v", out.String(), err)
	}
	for want, args := range map[string][]string{
		config + `:1:1: unknown key "dta"`:   {"--config", config},
		"log level":                          {"--log-level", "loud"},
		"expected flags only":                {"now"},
		"flag provided but not defined: -db": {"--db", "x"},
		"expected mqtt://host:port":          {"--broker", "http://a"},
		"plain connections are for this":     {"--broker", "mqtt://broker.example.org"},
		"expected host:port":                 {"--http", "8080"},
	} {
		if err := command().Start(args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}
