// Program mutation tests the tests of a package of rules: it changes one thing of the rules at a time, and the tests are
// to fail. A mutant that they let pass is printed, and the exit code is 1.
//
//	go run ./agent/access/mutation                 all mutants of agent/access
//	go run ./agent/access/mutation -n 100 -seed 7  some of them
//	go run ./agent/access/mutation -package ./agent/alarm
//
// All mutants are compiled into one test binary, in which an environment variable chooses the one that is alive, so that
// hundreds take minutes. The tree is not touched: the go command is given the changed files as an overlay. What follows
// "--" is handed to the test binary.
//
// Mutants that no test could tell from the original are listed, each with the reason, in the package's
// testdata/mutants.txt: a line of the mutant as it is printed, a tab, and the reason. A line that names no mutant is an
// error.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		stop()
		os.Exit(1)
	}
}

// errSurvived is that the tests let a mutant pass.
var errSurvived = errors.New("the tests let mutants pass")

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("mutation", flag.ContinueOnError)
	pkg := flags.String("package", "./agent/access", "package of the rules, as the go command names it")
	n := flags.Int("n", 0, "how many mutants to try, drawn by chance; 0 for all")
	seed := flags.Uint64("seed", 0, "of the chance; 0 for a new one")
	workers := flags.Int("workers", runtime.NumCPU(), "how many tests to run at a time")
	limit := flags.Duration("timeout", 30*time.Second, "after which a test that hangs has noticed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	began := time.Now()
	p, err := load(ctx, *pkg)
	if err != nil {
		return err
	}
	known, err := p.known()
	if err != nil {
		return err
	}
	t, err := p.build(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(t.dir)
	t.args, t.limit = flags.Args(), *limit
	if passed, output := t.passes(ctx, 0); !passed {
		return fmt.Errorf("the tests of %s fail without any mutation:\n%s", *pkg, output)
	}
	tried := choose(p.mutants, *n, *seed)
	survivors := t.survivors(ctx, tried, *workers, known)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, m := range survivors {
		fmt.Fprintf(out, "%s\n\t%s\n", m.name, m.place)
	}
	fmt.Fprintf(out, "%s: %d mutants, %d tried (seed %d), %d known to be like the original, %d survived, %s\n",
		*pkg, len(p.mutants), len(tried), *seed, len(known), len(survivors), time.Since(began).Round(time.Second))
	if len(survivors) > 0 {
		return errSurvived
	}
	return nil
}

// choose draws n mutants, all for 0.
func choose(all []mutant, n int, seed uint64) []mutant {
	if n <= 0 || n >= len(all) {
		return all
	}
	var chosen []mutant
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(len(all))[:n] {
		chosen = append(chosen, all[i])
	}
	return chosen
}
