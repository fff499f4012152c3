package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stationkeeper/agent/access"
)

func configured(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPointsAreReadWithoutAnAgent(t *testing.T) {
	var out bytes.Buffer
	file := configured(t, "data: d\nsimulate: {empty: true, interval: 1s}\ndoors: [{point: back, pin: NO-SUCH-LINE, strike: {pin: OTHER}}]\nclimate: [{point: rack, driver: w1-therm, address: 28-000000000000}]\n")
	if err := listPoints(t.Context(), []string{"--config", file, "--wait", hang.String()}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"9 points, as read now", "machine-room/door ", "closed", "machine-room/temperature", "°C", "NO-SUCH-LINE", "-55 … 125", "faulty"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "OTHER") {
		t.Errorf("a strike was driven:\n%s", &out)
	}
}

// A running agent is asked: it holds the lines.
func TestPointsAreAskedOfTheAgent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := listener.Addr().String()
	listener.Close()
	o := openOffice(t)
	options := station(t, t.TempDir(), o.broker)
	options.Health = at
	seen := make(chan struct{})
	options.Sources = []Source{{Points: []string{"made-up"}, run: func(_ context.Context, in inbox) error { close(seen); return nil }}}
	agent := run(t, options)
	<-seen
	file := configured(t, fmt.Sprintf("data: d\nhealth: {listen: %q}\n", at))
	var out bytes.Buffer
	for !strings.Contains(out.String(), "made-up") { // until it listens, and has said so much
		out.Reset()
		if err := listPoints(t.Context(), []string{"--config", file}, &out); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(out.String(), "running agent") || !strings.Contains(out.String(), "not read yet") {
		t.Errorf("got\n%s", &out)
	}
	agent.stop()
}

func TestPointsAndCardsRefuseWhatTheyDoNotUnderstand(t *testing.T) {
	for _, args := range [][]string{{}, {"--config"}, {"--config", "x", "stray"}, {"--wat"}} {
		if err := listPoints(t.Context(), args, &bytes.Buffer{}); !errors.Is(err, errUsage) {
			t.Errorf("points %q: %v", args, err)
		}
	}
	if err := listPoints(t.Context(), []string{"--config", "/nowhere"}, &bytes.Buffer{}); err == nil || errors.Is(err, errUsage) {
		t.Errorf("no such configuration: %v", err)
	}
	for _, args := range [][]string{{}, {"--key"}, {"--key", "x", "stray"}} {
		if err := hashCards(args, strings.NewReader(""), &bytes.Buffer{}); !errors.Is(err, errUsage) {
			t.Errorf("cards %q: %v", args, err)
		}
	}
}

func TestCardsAreHashed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "card.key")
	if err := os.WriteFile(path, []byte(strings.Repeat("5a", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := access.ParseKey(strings.Repeat("5a", 32))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := hashCards([]string{"--key", path}, strings.NewReader("0047110815\n\n0012345678 4711\n"), &out); err != nil {
		t.Fatal(err)
	}
	card := key.Card("0012345678")
	want := fmt.Sprintf("{\"hash\":%q}\n{\"hash\":%q,\"pin\":%q}\n", key.Card("0047110815"), card, key.PIN(card, "4711"))
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
	if err := hashCards([]string{"--key", path}, strings.NewReader("1 2 3"), &out); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("three words: %v", err)
	}
	if err := hashCards([]string{"--key", "/nowhere"}, strings.NewReader(""), &out); err == nil {
		t.Error("a key that is not there was read")
	}
}
