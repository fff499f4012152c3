// Agent watches a machine room: it reads doors, badges and thermometers, raises alarms, writes all of it down, and
// reports it to head office.
//
//	agent --config FILE [--station ID] [--node ID] [--broker URL] [--data DIR] [--log-level LEVEL] [--version]
//
// Flags win over the file. See configs/agent.example.yaml, and configs/agent.simulated.yaml for one without hardware.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	_ "time/tzdata" // recordings name time zones, and small systems have no list of them

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
		fmt.Fprintf(os.Stderr, "agent: %v\n", err)
		os.Exit(2)
	}
}

// start reads flags and configuration, and runs the agent until it is told to stop.
func start(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("agent", flag.ContinueOnError)
	flags.SetOutput(stderr)
	config := flags.String("config", "", "configuration `file`")
	var over configs.Overrides
	flags.StringVar(&over.Station, "station", "", "the station's `name`")
	flags.StringVar(&over.Node, "node", "", "the node's `name` within the station")
	flags.StringVar(&over.Broker, "broker", "", "`URL` of the MQTT broker: mqtt://host:port or mqtts://host:port")
	flags.StringVar(&over.Data, "data", "", "`folder` for the journal")
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
	slog.SetDefault(log) // periph's drivers write to the standard log: let it have the same form
	c, err := configs.LoadAgent(*config, over)
	if err != nil {
		return err
	}
	o, err := options(c, log)
	if err != nil {
		return err
	}
	lifecycle.Main("agent", func(ctx context.Context) error { return Run(ctx, o) })
	return nil
}
