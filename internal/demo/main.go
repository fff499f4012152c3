// Demo shows the whole path on one machine: head office, an agent and a kiosk, started together and stopped together.
//
//	demo run           until Ctrl-C, for people to touch
//	demo replay        on recordings, then tells from head office what arrived
//	demo evening       a technician's evening in the machine room, as a script
//	demo screenshots   the pictures of the README
//
// It knows the programs only by their command lines, and head office by its API.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"stationkeeper/internal/lifecycle"
)

func init() {
	// The programs die with the thread that started them; the first one lives as long as the process.
	runtime.LockOSThread()
}

// programs is the folder of the three programs.
type programs string

func (p programs) path(name string) string { return filepath.Join(string(p), name) }

// stopWithin leaves the rest of lifecycle.StopTimeout to our own end.
const stopWithin = lifecycle.StopTimeout - 500*time.Millisecond

func main() {
	flags := flag.NewFlagSet("demo", flag.ExitOnError)
	bin := flags.String("bin", "bin", "folder of the programs agent, headoffice and kiosk")
	data := flags.String("data", "", "run: folder for what the demonstration records (default data/demo); replay: folder of the recordings (default ../shared/data)")
	keep := flags.String("keep", "", "replay, evening: existing `folder` in which the data of the programs stays (default none)")
	pictures := flags.String("pictures", ".pictures", "screenshots: folder for the pictures")
	flags.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: demo run|replay|evening|screenshots [flags]")
		flags.PrintDefaults()
	}
	if len(os.Args) < 2 {
		flags.Usage()
		os.Exit(2)
	}
	flags.Parse(os.Args[2:])
	orElse := func(fallback string) string {
		if *data != "" {
			return *data
		}
		return fallback
	}
	var run func(context.Context) error
	switch what := os.Args[1]; what {
	case "run":
		run = func(ctx context.Context) error { return runDemo(ctx, programs(*bin), orElse("data/demo")) }
	case "replay":
		run = func(ctx context.Context) error { return replay(ctx, programs(*bin), orElse("../shared/data"), *keep) }
	case "evening":
		run = func(ctx context.Context) error { return evening(ctx, programs(*bin), *keep) }
	case "screenshots":
		run = func(ctx context.Context) error { return screenshots(ctx, programs(*bin), *pictures) }
	default:
		flags.Usage()
		os.Exit(2)
	}
	lifecycle.Main("demo", run)
}

// withCrew gives run a crew and stops it afterwards, however run ends.
func withCrew(run func(*crew) error) error {
	c := newCrew()
	err := run(c)
	return errors.Join(err, c.stop(stopWithin))
}
