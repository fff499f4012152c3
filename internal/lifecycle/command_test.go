package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"strings"
	"testing"
)

func TestCommand(t *testing.T) {
	var door, config string
	ran := 0
	missing := errors.New("no such file")
	c := Command{
		Name: "demo", Version: "1.2",
		Flags: func(flags *flag.FlagSet) { flags.StringVar(&door, "door", "", "which `door`") },
		Prepare: func(file string, _ *slog.Logger) (func(context.Context) error, error) {
			config = file
			if file == "missing.yaml" {
				return nil, missing
			}
			return func(context.Context) error { ran++; return nil }, nil
		},
	}
	var out bytes.Buffer
	if err := c.Start([]string{"--version"}, &out, io.Discard); err != nil || out.String() != "1.2\n" || ran != 0 {
		t.Errorf("--version: %q, %v, ran %d times", &out, err, ran)
	}
	if err := c.Start([]string{"--config", "a.yaml", "--door", "back"}, &out, io.Discard); err != nil || config != "a.yaml" || door != "back" || ran != 1 {
		t.Errorf("config %q, door %q, %v, ran %d times", config, door, err, ran)
	}
	if err := c.Start([]string{"--config", "missing.yaml"}, &out, io.Discard); !errors.Is(err, missing) {
		t.Errorf("a configuration that cannot be read: %v", err)
	}
	for _, args := range [][]string{{"stray"}, {"--no-such-flag"}, {"--log-level", "loud"}, {"--help"}} {
		if err := c.Start(args, &out, io.Discard); err == nil {
			t.Errorf("%v: started", args)
		}
	}
	var help bytes.Buffer
	if err := c.Start([]string{"-h"}, &out, &help); !errors.Is(err, flag.ErrHelp) || !strings.Contains(help.String(), "-door") {
		t.Errorf("-h: %v, said %q", err, &help)
	}
	if ran != 1 {
		t.Errorf("ran %d times, want once", ran)
	}
}
