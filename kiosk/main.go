// Kiosk gives customers their tickets, calls them to the counters and takes their ratings, writes all of it down, and
// reports it to head office.
//
//	kiosk --config FILE [--station ID] [--node ID] [--broker URL] [--data DIR] [--counter ADDR] [--no-window]
//	      [--survey] [--board[=URL]] [--log-level LEVEL] [--version]
//	kiosk journal inspect|verify|export DIR
//	kiosk staff hash|card|check
//
// Flags win over the file; with --station and --data, none is needed. See configs/kiosk.example.yaml. Building needs
// cgo and the development files of X11 and OpenGL (-tags x11), running with --no-window needs no display.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	_ "time/tzdata" // the configuration names time zones, and small systems have no list of them

	"stationkeeper/configs"
	"stationkeeper/internal/journal/console"
	"stationkeeper/internal/lifecycle"
)

// version is set when a release is built.
var version = "dev"

func main() { command().Execute() }

func command() lifecycle.Command {
	var over overrides
	var noWindow bool
	return lifecycle.Command{
		Name: "kiosk", Version: version, Aside: []lifecycle.Aside{console.Aside("kiosk"), hashing()},
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&over.Station, "station", "", "the station's `name`")
			flags.StringVar(&over.Node, "node", "", "the node's `name` within the station")
			flags.StringVar(&over.Broker, "broker", "", "`URL` of the MQTT broker: mqtt://host:port or mqtts://host:port")
			flags.StringVar(&over.Data, "data", "", "`folder` for the journal")
			flags.StringVar(&over.Counter, "counter", "", "`address` of the page for the counters, host:port")
			flags.BoolVar(&noWindow, "no-window", false, "run without a touchscreen")
			flags.BoolFunc("survey", "a terminal that asks for nothing but a face", func(text string) error { return over.survey(text) })
			flags.BoolFunc("board", "the board alone: of this kiosk, or with =`URL` of the one there", func(text string) error { return over.board(text) })
		},
		Prepare: func(file string, log *slog.Logger) (func(context.Context) error, error) {
			c, err := configs.LoadKiosk(file, over.KioskOverrides)
			if err != nil {
				return nil, err
			}
			o, err := options(c, os.Stdout, log)
			if err != nil {
				return nil, err
			}
			if !noWindow {
				o.Show = func(ctx context.Context, s Screen) error { return showWindow(ctx, s, c.Window) }
			}
			return func(ctx context.Context) error { return Run(ctx, o) }, nil
		},
	}
}

// overrides are the flags that win over the file.
type overrides struct{ configs.KioskOverrides }

func (o *overrides) survey(text string) error {
	if text != "true" {
		return fmt.Errorf("%q: expected no value", text)
	}
	return o.mode(configs.ModeSurvey)
}

func (o *overrides) board(text string) error {
	if text != "true" {
		o.BoardOf = text
	}
	return o.mode(configs.ModeBoard)
}

func (o *overrides) mode(mode string) error {
	if o.Mode != "" && o.Mode != mode {
		return errors.New("--survey and --board: expected at most one of them")
	}
	o.Mode = mode
	return nil
}
