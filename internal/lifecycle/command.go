package lifecycle

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
)

// Command is the command line of a program: the flags that all programs have (--config, --log-level, --version), and
// its own.
type Command struct {
	Name, Version string
	// Flags adds the program's own flags.
	Flags func(flags *flag.FlagSet)
	// Prepare reads the configuration file, if one is named, and returns what Main is to run. The standard log goes to
	// log as well, for libraries that write there.
	Prepare func(config string, log *slog.Logger) (run func(ctx context.Context) error, err error)
	// Aside are what the program does instead of running, when the first argument names it.
	Aside []Aside
}

// Aside is something else that a program can do, such as looking at what it has written.
type Aside struct {
	// Name is the first argument, and Help what it is good for, in a line.
	Name, Help string
	// Do gets the other arguments and returns the exit code.
	Do func(args []string, stdout, stderr io.Writer) (code int)
}

// Execute runs the program with the process's arguments and exits: 2 when it cannot be started as it is asked to,
// otherwise as Main says.
func (c Command) Execute() {
	if len(os.Args) > 1 {
		for _, a := range c.Aside {
			if a.Name == os.Args[1] {
				os.Exit(a.Do(os.Args[2:], os.Stdout, os.Stderr))
			}
		}
	}
	err := c.Start(os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", c.Name, err)
		os.Exit(2)
	}
}

// Start parses arguments and runs the program until it is told to stop. An error says why it was not started.
func (c Command) Start(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage of %s:\n", c.Name)
		flags.PrintDefaults()
		for _, a := range c.Aside {
			fmt.Fprintf(stderr, "Instead: %s %s --help\n    \t%s\n", c.Name, a.Name, a.Help)
		}
	}
	config := flags.String("config", "", "configuration `file`")
	level := flags.String("log-level", "info", "debug, info, warn or error")
	version := flags.Bool("version", false, "print the version and exit")
	c.Flags(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version {
		_, err := fmt.Fprintln(stdout, c.Version)
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q: expected flags only", flags.Arg(0))
	}
	log, err := Log(stderr, *level)
	if err != nil {
		return err
	}
	slog.SetDefault(log)
	run, err := c.Prepare(*config, log)
	if err != nil {
		return err
	}
	Main(c.Name, run)
	return nil
}
