package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// office is the real head office, at an outside broker.
type office struct {
	*process
	http string
}

// glimpse is the pause between two questions to a program that does not say by itself when it is ready.
const glimpse = 5 * time.Millisecond

// startOffice runs head office and waits until it listens at the broker.
func startOffice(ctx context.Context, cmd *exec.Cmd) (*office, error) {
	p, err := start("headoffice", cmd)
	if err != nil {
		return nil, err
	}
	o := &office{process: p}
	if err := o.getReady(ctx); err != nil {
		return nil, errors.Join(err, o.stop())
	}
	return o, nil
}

func officeCommand(program, data, broker string) *exec.Cmd {
	return exec.Command(program, "--data", data, "--http", "127.0.0.1:0", "--broker", broker)
}

var httpAddress = regexp.MustCompile(`\bhttp=(\S+)`)

func (o *office) getReady(ctx context.Context) error {
	line, err := o.line(ctx, "head office ready")
	if err != nil {
		return err
	}
	found := httpAddress.FindStringSubmatch(line)
	if found == nil {
		return fmt.Errorf("head office is ready and does not say where: %s", line)
	}
	o.http = "http://" + found[1]
	return o.poll(ctx, "is connected to its broker", func() (bool, error) {
		connected, err := o.metric(ctx, "headoffice_ingest_connected")
		return connected == 1, err
	})
}

// poll asks again and again until ready says so.
func (o *office) poll(ctx context.Context, what string, ready func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("not after %s", patience))
	defer cancel()
	tick := time.NewTicker(glimpse)
	defer tick.Stop()
	for {
		if ok, err := ready(); ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait until head office %s: %w", what, context.Cause(ctx))
		}
	}
}

// metric is one of head office's own counters that has no labels.
func (o *office) metric(ctx context.Context, name string) (float64, error) {
	text, err := o.get(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("head office has no metric %s", name)
}

// caughtUp waits until head office shows everywhere what it has stored, and returns how long that took.
func (o *office) caughtUp(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	err := o.poll(ctx, "shows everywhere what it has stored", func() (bool, error) {
		behind, err := o.metric(ctx, "headoffice_records_unindexed")
		return behind == 0, err
	})
	return time.Since(began), err
}

// events reads at most a page of the events of one node that come after a seq of its newest epoch.
func (o *office) events(ctx context.Context, station, node string, after uint64) ([]record.Record, error) {
	query := url.Values{"station": {station}, "node": {node}, "stream": {string(record.Events)},
		"after": {strconv.FormatUint(after, 10)}, "limit": {"1000"}}
	text, err := o.get(ctx, "/api/v1/records?"+query.Encode())
	if err != nil {
		return nil, err
	}
	var page struct {
		Records []record.Record `json:"records"`
	}
	if err := json.Unmarshal(text, &page); err != nil {
		return nil, fmt.Errorf("read head office's answer: %w", err)
	}
	return page.Records, nil
}

func (o *office) get(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.http+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask head office for %s: %w", path, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask head office for %s: %w", path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("ask head office for %s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask head office for %s: %s: %.200s", path, response.Status, text)
	}
	return text, nil
}
