package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
)

// office is a head office that runs outside of the machines, and what it has of one station.
type office struct {
	program *programs.Process
	api     programs.API
	port    string // of its broker
	station string
	token   string // of somebody who may act

	// alive is asked while something is awaited: nothing comes from a program that has ended.
	alive func() error

	after  string // where to read on
	events []programs.Stored
	began  int // how many of them were there when the check began
	marked int // how many of them await has passed
	said   int // how many lines of its log says has returned
}

// openOffice starts head office for one station.
func (w *workshop) openOffice(ctx context.Context, station string) (*office, error) {
	folder := filepath.Join(w.folder, "office-"+station)
	tokens, config := folder+".tokens", folder+".yaml"
	token := rand.Text()
	err := errors.Join(os.WriteFile(tokens, []byte("hil:"+token+"\n"), 0o600),
		os.WriteFile(config, []byte(fmt.Sprintf("act_tokens_file: %q\n", tokens)), 0o600))
	if err != nil {
		return nil, err
	}
	program, err := programs.Start(exec.Command(filepath.Join(w.folder, "headoffice"),
		"--config", config, "--data", folder, "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"), nil)
	if err != nil {
		return nil, err
	}
	ready, err := program.Says(ctx, "head office ready")
	if err != nil {
		return nil, fmt.Errorf("%w:\n%s", err, strings.Join(program.Lines(), "\n"))
	}
	_, port, _ := strings.Cut(ready["mqtt"], ":")
	return &office{program: program, api: programs.API(ready["http"]), port: port, station: station, token: token}, nil
}

// actor is somebody who may act at head office.
func (o *office) actor() programs.Actor { return programs.Actor{API: o.api, Token: o.token} }

func (o *office) close() {
	// It is killed with this process if it does not end now.
	_, _ = o.program.Kill(context.Background())
}

// says returns what head office has logged since it was asked last.
func (o *office) says() []string {
	lines := o.program.Lines()
	fresh := lines[o.said:]
	o.said = len(lines)
	return fresh
}

// read takes what has arrived.
func (o *office) read(ctx context.Context) error {
	for {
		var page struct {
			Records []programs.Stored `json:"records"`
			Next    string            `json:"next"`
		}
		query := url.Values{"station": {o.station}, "node": {node}, "stream": {string(record.Events)}, "after": {o.after}, "limit": {"1000"}}
		if err := o.api.Get(ctx, "/api/v1/records?"+query.Encode(), &page); err != nil {
			return err
		}
		if len(page.Records) == 0 {
			return nil
		}
		o.events, o.after = append(o.events, page.Records...), page.Next
	}
}

// mark makes what has arrived so far past: a check begins.
func (o *office) mark() { o.began, o.marked = len(o.events), len(o.events) }

// fresh is what await has not passed.
func (o *office) fresh() []programs.Stored { return o.events[o.marked:] }

// look is how often head office is asked.
const look = 50 * time.Millisecond

// await waits for an event, and makes it and what came before it past.
func (o *office) await(ctx context.Context, kind, source string, match func(programs.Stored) bool) (programs.Stored, error) {
	for {
		for i, r := range o.fresh() {
			if r.Type == kind && r.Source == source && (match == nil || match(r)) {
				o.marked += i + 1
				return r, nil
			}
		}
		select {
		case <-ctx.Done():
			return programs.Stored{}, fmt.Errorf("%s of %s did not arrive at head office; what did: %s", kind, source, list(o.fresh()))
		case <-time.After(look):
		}
		if err := errors.Join(o.alive(), o.read(ctx)); err != nil && ctx.Err() == nil {
			return programs.Stored{}, fmt.Errorf("wait for %s of %s: %w", kind, source, err)
		}
	}
}

// point waits until head office shows a point as match wants it.
func (o *office) point(ctx context.Context, point string, match func(shown) bool) (shown, error) {
	var last shown
	for {
		var answer struct {
			Points []shown `json:"points"`
		}
		err := o.api.Get(ctx, "/api/v1/stations/"+o.station, &answer)
		for _, p := range answer.Points {
			if p.Point == point {
				last = p
			}
		}
		if err == nil && last.Point != "" && match(last) {
			return last, nil
		}
		select {
		case <-ctx.Done():
			return last, fmt.Errorf("head office shows %s as %+v (%v)", point, last, err)
		case <-time.After(look):
		}
	}
}

// shown is a point as head office shows it.
type shown struct {
	Point   string         `json:"point"`
	Value   any            `json:"value"`
	Unit    string         `json:"unit"`
	Quality record.Quality `json:"quality"`
	Reason  string         `json:"reason"`
}

// list names events in short.
func list(events []programs.Stored) string {
	if len(events) == 0 {
		return "nothing"
	}
	var words []string
	for _, r := range events {
		words = append(words, fmt.Sprintf("%s of %s %s", r.Type, r.Source, r.Data))
	}
	return strings.Join(words, "; ")
}

// data reads what a record says.
func data[T any](r programs.Stored) (T, error) {
	var d T
	err := json.Unmarshal(r.Data, &d)
	return d, err
}
