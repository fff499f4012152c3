// Demo shows the whole path on one machine: head office, an agent and a kiosk, started together and stopped together.
//
//	demo run           until Ctrl-C, for people to touch
//	demo replay        on recordings, then tells from head office what arrived
//	demo evening       a technician's evening in the machine room, as a script
//	demo day           some hours of a recorded day at a bank, sixty times as fast, for people to watch
//	demo screenshots   the pictures of the README
//
// It knows the programs only by their command lines, and head office by its API.
package main

import (
	"cmp"
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

// recordings is the folder of recordings, unless another one is given.
const recordings = "../shared/data"

// options are the flags of all demonstrations.
type options struct {
	bin, data, keep, pictures string
	noWindow                  bool
	day                       bankDay
}

func (o *options) add(flags *flag.FlagSet) {
	flags.StringVar(&o.bin, "bin", "bin", "`folder` of the programs agent, headoffice and kiosk")
	flags.StringVar(&o.data, "data", "", "run: `folder` for what the demonstration records (default data/demo); replay, day: folder of the recordings (default "+recordings+")")
	flags.StringVar(&o.keep, "keep", "", "replay, evening, day: existing `folder` in which the data of the programs stays (default none)")
	flags.StringVar(&o.pictures, "pictures", "", "screenshots: `folder` for the pictures (default .pictures); day: for pictures of its middle (default none)")
	flags.StringVar(&o.day.date, "date", bankDate, "day: the recorded `date`")
	flags.StringVar(&o.day.from, "from", bankFrom, "day: local `time` at which customers begin to come")
	flags.StringVar(&o.day.to, "to", bankTo, "day: local `time` at which the last have come")
	flags.Float64Var(&o.day.speed, "speed", bankPace, "day: how many `times` as fast as it was")
	flags.BoolVar(&o.noWindow, "no-window", false, "day: without a touchscreen")
}

// demonstrations are all there are, by name.
func (o *options) demonstrations() map[string]func(context.Context) error {
	p := programs(o.bin)
	day := o.day
	day.programs, day.recordings, day.keep, day.pictures, day.window = p, cmp.Or(o.data, recordings), o.keep, o.pictures, !o.noWindow
	return map[string]func(context.Context) error{
		"run":         func(ctx context.Context) error { return runDemo(ctx, p, cmp.Or(o.data, "data/demo")) },
		"replay":      func(ctx context.Context) error { return replay(ctx, p, cmp.Or(o.data, recordings), o.keep) },
		"evening":     func(ctx context.Context) error { return evening(ctx, p, o.keep) },
		"day":         day.play,
		"screenshots": func(ctx context.Context) error { return screenshots(ctx, p, cmp.Or(o.pictures, ".pictures")) },
	}
}

func main() {
	var o options
	flags := flag.NewFlagSet("demo", flag.ExitOnError)
	o.add(flags)
	flags.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: demo run|replay|evening|day|screenshots [flags]")
		flags.PrintDefaults()
	}
	if len(os.Args) > 1 {
		flags.Parse(os.Args[2:])
		if run, ok := o.demonstrations()[os.Args[1]]; ok {
			lifecycle.Main("demo", run)
			return
		}
	}
	flags.Usage()
	os.Exit(2)
}

// withCrew gives run a crew and stops it afterwards, however run ends.
func withCrew(run func(*crew) error) error {
	c := newCrew()
	err := run(c)
	return errors.Join(err, c.stop(stopWithin))
}
