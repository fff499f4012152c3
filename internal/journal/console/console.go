// Package console is the command "journal" of the programs that keep one: a technician looks at what a station has
// written down, beside the running program or after it, and also when the file is damaged. Nothing is ever written to it.
package console

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/lifecycle"
	"stationkeeper/internal/record"
)

// Exit codes.
const (
	codeGood   = 0
	codeFailed = 1 // something is wrong with the journal, or it could not be read
	codeUsage  = 2 // the command was not understood
)

const usage = `Usage: %[1]s journal inspect [--json] DIR
       %[1]s journal verify DIR
       %[1]s journal export [--stream events|telemetry] [--after N] [-o FILE] DIR

DIR is the data folder; a journal's file is taken as well, such as one that was set aside as damaged. Nothing is written
to it, and the program may be running.

  inspect  how far the journal has come, what it holds and what is missing
  verify   check every record; what is wrong is listed, and the exit code is 1
  export   all records as lines of JSON, and tombstones of those that are gone
`

// Aside is the command for a program of that name.
func Aside(program string) lifecycle.Aside {
	return lifecycle.Aside{
		Name: "journal", Help: "inspect, verify or export what has been written down",
		Do: func(args []string, stdout, stderr io.Writer) int { return run(program, args, stdout, stderr) },
	}
}

// errUsage is wrapped when a command is not understood, errFound when something is wrong with the journal and has been
// told.
var (
	errUsage = errors.New("not understood")
	errFound = errors.New("the journal is damaged")
)

func run(program string, args []string, stdout, stderr io.Writer) int {
	verbs := map[string]func([]string, io.Writer) error{"inspect": inspect, "verify": verify, "export": export}
	var err error
	switch verb, known := verbs[first(args)]; {
	case known:
		err = verb(args[1:], stdout)
	case isHelp(first(args)):
		err = flag.ErrHelp
	default:
		err = fmt.Errorf("journal %q: %w", first(args), errUsage)
	}
	switch {
	case err == nil:
		return codeGood
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(stdout, usage, program)
		return codeGood
	}
	fmt.Fprintf(stderr, "%s: %v\n", program, err)
	if errors.Is(err, errUsage) {
		fmt.Fprintf(stderr, usage, program)
		return codeUsage
	}
	return codeFailed
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func isHelp(s string) bool { return s == "-h" || s == "-help" || s == "--help" || s == "help" }

// parse reads the flags of a command and the one path, in any order.
func parse(verb string, args []string, define func(*flag.FlagSet)) (path string, err error) {
	flags := flag.NewFlagSet(verb, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	define(flags)
	for len(args) > 0 {
		if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
			return "", err
		} else if err != nil {
			return "", fmt.Errorf("journal %s: %w: %w", verb, errUsage, err)
		}
		if args = flags.Args(); len(args) > 0 {
			if path != "" {
				return "", fmt.Errorf("journal %s: %w: expected one folder, got %s and %s", verb, errUsage, path, args[0])
			}
			path, args = args[0], args[1:]
		}
	}
	if path == "" {
		return "", fmt.Errorf("journal %s: %w: expected a data folder", verb, errUsage)
	}
	return path, nil
}

func inspect(args []string, stdout io.Writer) error {
	asJSON := false
	path, err := parse("inspect", args, func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "as JSON") })
	if err != nil {
		return err
	}
	s, err := journal.Inspect(path)
	if err != nil {
		return err
	}
	if asJSON {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		return e.Encode(s)
	}
	return writeSummary(stdout, s)
}

func verify(args []string, stdout io.Writer) error {
	path, err := parse("verify", args, func(*flag.FlagSet) {})
	if err != nil {
		return err
	}
	problems, err := journal.Verify(path)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if _, err := fmt.Fprintln(stdout, p); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s: %w; the program replaces what it cannot read when it is started, and reports it; journal export writes what is whole",
			path, errFound)
	}
	_, err = fmt.Fprintf(stdout, "%s: nothing is wrong\n", path)
	return err
}

func export(args []string, stdout io.Writer) (err error) {
	var o journal.ExportOptions
	to := ""
	path, err := parse("export", args, func(f *flag.FlagSet) {
		f.Func("stream", "only this stream", func(s string) error {
			stream, err := record.ParseStream(s)
			o.Streams = append(o.Streams, stream)
			return err
		})
		f.Uint64Var(&o.After, "after", 0, "only what comes after this number")
		f.StringVar(&to, "o", "", "write to this file instead, which must not be there yet")
	})
	if err != nil {
		return err
	}
	if to == "" {
		return journal.Export(path, stdout, o)
	}
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("journal export: %w", err)
	}
	return errors.Join(journal.Export(path, file, o), file.Sync(), file.Close())
}
