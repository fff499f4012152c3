// Agent guards a machine room: it reads doors, badges and thermometers, decides who goes through the doors, raises
// alarms, writes all of it down, and reports it to head office.
//
//	agent --config FILE [--station ID] [--node ID] [--broker URL] [--data DIR] [--log-level LEVEL] [--version]
//	agent probe [--config FILE] [--no-scan]
//	agent points --config FILE [--wait TIME] [--json]
//	agent cards --key FILE < NUMBERS
//	agent journal inspect|verify|export DIR
//
// Flags win over the file. See configs/agent.example.yaml, and configs/agent.simulated.yaml for one without hardware.
package main

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"runtime/debug"
	_ "time/tzdata" // recordings name time zones, and small systems have no list of them

	"stationkeeper/configs"
	"stationkeeper/internal/journal/console"
	"stationkeeper/internal/lifecycle"
)

// version is set when a release is built.
var version = "dev"

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(40) // a heap of a few megabytes is soon collected, and memory is scarcer than that time
	}
	command().Execute()
}

func command() lifecycle.Command {
	var over configs.Overrides
	return lifecycle.Command{
		Name: "agent", Version: version, Aside: []lifecycle.Aside{probing(), listing(), hashing(), console.Aside("agent")},
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&over.Station, "station", "", "the station's `name`")
			flags.StringVar(&over.Node, "node", "", "the node's `name` within the station")
			flags.StringVar(&over.Broker, "broker", "", "`URL` of the MQTT broker: mqtt://host:port or mqtts://host:port")
			flags.StringVar(&over.Data, "data", "", "`folder` for the journal")
		},
		Prepare: func(file string, log *slog.Logger) (func(context.Context) error, error) {
			c, err := configs.LoadAgent(file, over)
			if err != nil {
				return nil, err
			}
			o, err := options(c, log)
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context) error { return Run(ctx, o) }, nil
		},
	}
}
