package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/configs"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/lifecycle"
	"stationkeeper/internal/record"
)

const pointsUsage = `Usage: agent points --config FILE [--wait 10s] [--json]

Lists the points of a configuration with their values now. When the agent is running and tells how it is (health.listen),
it is asked; otherwise the points are read here, until each has said something or the wait is over. Nothing is driven:
no lock, no buzzer.

  --config FILE  the agent's configuration
  --wait TIME    how long to wait for points that are slow
  --json         as JSON
`

// listing is the command that lists points.
func listing() lifecycle.Aside {
	return lifecycle.Aside{
		Name: "points", Help: "list the points of a configuration with their values now",
		Do: func(args []string, stdout, stderr io.Writer) int {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
			defer stop()
			err := listPoints(ctx, args, stdout)
			switch {
			case errors.Is(err, flag.ErrHelp):
				fmt.Fprint(stdout, pointsUsage)
				return 0
			case errors.Is(err, errUsage):
				fmt.Fprintf(stderr, "agent points: %v\n%s", err, pointsUsage)
				return 2
			case err != nil:
				fmt.Fprintf(stderr, "agent points: %v\n", err)
				return 1
			}
			return 0
		},
	}
}

// errUsage is wrapped when a command was not understood.
var errUsage = errors.New("not understood")

func listPoints(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("points", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	config := flags.String("config", "", "")
	wait := flags.Duration("wait", 10*time.Second, "")
	asJSON := flags.Bool("json", false, "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %v", errUsage, err)
	}
	if *config == "" || flags.NArg() > 0 {
		return fmt.Errorf("%w: expected --config FILE", errUsage)
	}
	// The station's name may be a flag of the agent's, and does not matter here.
	c, err := configs.LoadAgent(*config, configs.Overrides{Station: "points"})
	if err != nil {
		return err
	}
	points, from, err := findPoints(ctx, c, *wait)
	if err != nil {
		return err
	}
	if *asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(points)
	}
	return printPoints(stdout, points, from, time.Now())
}

// findPoints asks the running agent, or reads the points itself; from says which.
func findPoints(ctx context.Context, c configs.Agent, wait time.Duration) (points []pointBody, from string, err error) {
	if c.Health.Listen != "" {
		if points, err = askPoints(ctx, c.Health.Listen); err == nil {
			return points, "as the running agent sees them", nil
		}
	}
	points, err = readPoints(ctx, c, wait)
	return points, "as read now; no agent was asked", err
}

// askPoints asks the agent that is running on this machine.
func askPoints(ctx context.Context, at string) ([]pointBody, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+"/points", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var points []pointBody
	if err := json.NewDecoder(response.Body).Decode(&points); err != nil || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("what answers at %s is not the agent (%s): %w", at, response.Status, err)
	}
	return points, nil
}

// heard keeps the states in notes, and says when every point has one.
type heard struct {
	mu     sync.Mutex
	states map[string]record.State
	all    chan struct{}
}

func (h *heard) put(n note) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range n.states {
		h.states[s.point] = s.State
	}
	for _, s := range h.states {
		if s.Quality == record.Unknown {
			return
		}
	}
	select {
	case <-h.all:
	default:
		close(h.all)
	}
}

// readPoints watches the points until each has said something or the wait is over.
func readPoints(ctx context.Context, c configs.Agent, wait time.Duration) ([]pointBody, error) {
	quiet := slog.New(slog.DiscardHandler)
	wiring, err := wire(c, nil, quiet)
	if err != nil {
		return nil, err
	}
	system, err := clock.System()
	if err != nil {
		return nil, err
	}
	rules, err := alarm.New(nil)
	if err != nil {
		return nil, err
	}
	h := &heard{states: map[string]record.State{}, all: make(chan struct{})}
	k := &keeper{
		moment: func() record.Moment {
			r := system()
			return record.Moment{Wall: r.Wall, Clock: record.Synced, Mono: r.Mono}
		},
		scribe: h, rules: rules, memory: memory{Faults: map[string]string{}}, states: map[string]record.State{},
		doors: map[string]string{}, locks: map[string]lock{}, open: map[string]bool{}, tells: map[string]teller{},
		fresh: map[string]freshness{}, opened: func(time.Duration) {}, policy: (*access.Policy)(nil),
	}
	var watching []Source
	for _, s := range wiring.Sources {
		if !s.drives {
			watching = append(watching, s)
		}
	}
	ctx, stop := context.WithTimeout(ctx, wait)
	defer stop()
	k.handle(func(k *keeper) { k.begin(wiring.names(), record.Entry{Type: record.NodeStarted, Source: "node"}) })
	in := newInbox()
	go observe(ctx, watching, in, false)
	go func() {
		select {
		case <-h.all:
			stop()
		case <-ctx.Done():
		}
	}()
	in.serve(k, nil, func() bool { return false }, func() {})
	h.mu.Lock()
	defer h.mu.Unlock()
	return tellPoints(h.states, wiring.ranges()), nil
}

// printPoints writes a table.
func printPoints(to io.Writer, points []pointBody, from string, now time.Time) error {
	fmt.Fprintf(to, "%d points, %s\n\n", len(points), from)
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "POINT\tVALUE\tRANGE\tQUALITY\tSINCE\tREASON")
	for _, p := range points {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Point, spell(p.State), spellRange(p), p.Quality,
			now.Sub(p.Time).Round(time.Second), p.Reason)
	}
	return table.Flush()
}

func spellRange(p pointBody) string {
	if p.Low == nil || p.High == nil {
		return "–"
	}
	return fmt.Sprintf("%g … %g", *p.Low, *p.High)
}

// spell is a point's value as people read it.
func spell(s record.State) string {
	switch value := s.Value.(type) {
	case float64:
		text := strconv.FormatFloat(value, 'f', -1, 64)
		if s.Unit != "" {
			text += " " + s.Unit
		}
		return text
	case nil:
		return "–"
	default:
		return fmt.Sprint(value)
	}
}
