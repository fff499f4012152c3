// Backtest plays a recorded temperature to the drift detector of package alarm, as the agent would, and compares its
// warnings with the times at which something is known to have been wrong.
//
//	go run ./agent/alarm/backtest FILE WINDOWS     # a table; -json for a machine
//	go run ./agent/alarm/backtest -synthetic       # made-up series, with and without failures
//
// FILE is a table of times and values, WINDOWS one of starts and ends; see readSeries and readWindows. Any unit and any
// interval will do. No reading is looked at before its time.
//
// A window is detected by a warning that begins inside it. A warning that began before and goes on is none, for it was
// about something else; it is a false alarm. So is every warning that begins outside of all windows.
//
// The failure is taken to be a window's middle reading, since windows are drawn around a failure, and as wide in readings
// before as after it. (By the clock the middle may lie in a gap of the recording.) Lead is how many hours before
// that the first warning inside the window began; it is negative when it began after.
//
// False alarms are told per month of 30 days that was recorded outside of the windows: gaps of more than a day are not
// counted, nor is the first week spared, in which the detector learns and cannot warn.
//
// The detector was tuned on ten months of hourly temperatures of an office, in °F, with two failures, and on the made-up
// rooms of -synthetic; it has seen no other recording.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

const usage = "usage: backtest [-json] FILE WINDOWS\n       backtest -synthetic\n"

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "backtest:", err)
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("backtest", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage); flags.PrintDefaults() }
	machine := flags.Bool("json", false, "print one line of JSON")
	synthetic := flags.Bool("synthetic", false, "try made-up series instead of a file")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	switch {
	case *synthetic && flags.NArg() == 0 && !*machine:
		return printTrials(out)
	case *synthetic || flags.NArg() != 2:
		return fmt.Errorf("expected two files\n%s", usage)
	}
	series, err := readSeries(flags.Arg(0))
	if err != nil {
		return err
	}
	windows, err := readWindows(flags.Arg(1))
	if err != nil {
		return err
	}
	warnings, err := replay(series.readings)
	if err != nil {
		return err
	}
	score := judge(series.readings, windows, warnings)
	if *machine {
		return json.NewEncoder(out).Encode(score.summary())
	}
	return score.print(out, series)
}
