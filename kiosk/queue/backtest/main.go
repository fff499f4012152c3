package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const usage = "usage: backtest [-json] [-days FROM-TO] FILE…\n"

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "backtest:", err)
		os.Exit(1)
	}
}

// options are what the command line asks for.
type options struct {
	machine bool
	days    choice
	files   []string
}

func run(arguments []string, out, remarks io.Writer) error {
	flags := flag.NewFlagSet("backtest", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage); flags.PrintDefaults() }
	machine := flags.Bool("json", false, "print an array for a machine instead of tables")
	days := flags.String("days", "", "score only these days, such as 8-14, 8- or 1999-02-08..1999-02-14; those before them teach")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	o := options{machine: *machine, files: flags.Args()}
	if len(o.files) == 0 {
		return fmt.Errorf("no file given\n%s", usage)
	}
	var err error
	if o.days, err = parseDays(*days); err != nil {
		return err
	}
	return o.backtest(out, remarks)
}

// backtest reads all files, which have to be of one format, plays them and prints what came out.
func (o options) backtest(out, remarks io.Writer) error {
	calls, offices := newBank(), newCity()
	kind := format("")
	for _, path := range o.files {
		if err := read(path, &kind, calls, offices); err != nil {
			return err
		}
	}
	if kind == officeSnapshots {
		return o.city(offices, out, remarks)
	}
	return o.bank(calls, out, remarks)
}

func read(path string, kind *format, calls *bank, offices *city) (err error) {
	r, err := open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.file.Close()) }()
	if *kind != "" && r.kind != *kind {
		return fmt.Errorf("%s: %s, and the file before it %s: give files of one kind at a time", path, r.kind, *kind)
	}
	*kind = r.kind
	if r.kind == officeSnapshots {
		return offices.read(r)
	}
	return calls.read(r)
}

// bank plays the bank's calls.
func (o options) bank(b *bank, out, remarks io.Writer) error {
	chosen := o.days.among(b.days())
	if len(chosen) == 0 {
		return fmt.Errorf("no day of the %d recorded is chosen by -days", len(b.days()))
	}
	contestants := append([]contestant{ours(bankRules())}, classics()...)
	p, err := playBank(b.upTo(last(chosen)), bankRules(), contestants, func(day string) bool { return chosen[day] })
	if err != nil {
		return err
	}
	if o.machine {
		if err := b.faulty.tell(remarks); err != nil {
			return err
		}
		return printJSON(out, p.score)
	}
	return printBank(out, b, p)
}
