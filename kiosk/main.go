// Kiosk gives customers their tickets, calls them to the counters and takes their ratings, writes all of it down, and
// reports it to head office.
//
//	kiosk --config FILE [--station ID] [--node ID] [--broker URL] [--data DIR] [--counter ADDR] [--no-window]
//	      [--log-level LEVEL] [--version]
//
// Flags win over the file; with --station and --data, none is needed. See configs/kiosk.example.yaml. Building needs
// cgo and the development files of X11 and OpenGL (-tags x11), running with --no-window needs no display.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // the configuration names time zones, and small systems have no list of them

	"stationkeeper/configs"
	"stationkeeper/internal/lifecycle"
)

// version is set when a release is built.
var version = "dev"

func main() {
	err := start(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintf(os.Stderr, "kiosk: %v\n", err)
		os.Exit(2)
	}
}

// start reads flags and configuration, and runs the kiosk until it is told to stop.
func start(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("kiosk", flag.ContinueOnError)
	flags.SetOutput(stderr)
	config := flags.String("config", "", "configuration `file`")
	var over configs.KioskOverrides
	flags.StringVar(&over.Station, "station", "", "the station's `name`")
	flags.StringVar(&over.Node, "node", "", "the node's `name` within the station")
	flags.StringVar(&over.Broker, "broker", "", "`URL` of the MQTT broker: mqtt://host:port or mqtts://host:port")
	flags.StringVar(&over.Data, "data", "", "`folder` for the journal")
	flags.StringVar(&over.Counter, "counter", "", "`address` of the page for the counters, host:port")
	noWindow := flags.Bool("no-window", false, "run without a touchscreen")
	level := flags.String("log-level", "info", "debug, info, warn or error")
	show := flags.Bool("version", false, "print the version and exit")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *show {
		fmt.Fprintln(stdout, version)
		return nil
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q: expected flags only", flags.Arg(0))
	}
	log, err := lifecycle.Log(stderr, *level)
	if err != nil {
		return err
	}
	c, err := configs.LoadKiosk(*config, over)
	if err != nil {
		return err
	}
	o, err := options(c, stdout, log)
	if err != nil {
		return err
	}
	if !*noWindow {
		o.Show = func(ctx context.Context, s Screen) error { return showWindow(ctx, s, c.Window) }
	}
	lifecycle.Main("kiosk", func(ctx context.Context) error { return Run(ctx, o) })
	return nil
}
