// Hil runs the agent against the interfaces of real kernels: it boots the kernels that Debian packages in virtual
// machines, one for amd64 with simulated lines and buses and one for an ARM board as it is, runs the agent's own binary
// in them, does to its hardware what happens in a machine room, and checks what arrives at a head office outside:
//
//	hil [-machines bin/machines] [-only room|board] [-v]
//
// It prints every check with its time, and ends with 1 when one has failed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/lifecycle"
)

func main() {
	flags := flag.NewFlagSet("hil", flag.ExitOnError)
	machines := flags.String("machines", "bin/machines", "folder with Debian's kernels, as .ci/machines makes it")
	only := flags.String("only", "", "run one `plan`: room or board")
	verbose := flags.Bool("v", false, "also print what the agent says")
	flags.Parse(os.Args[1:])
	lifecycle.Main("hil", func(ctx context.Context) error {
		begin := time.Now()
		w, err := newWorkshop(ctx, *machines, roomBoard, armBoard)
		if err != nil {
			return err
		}
		defer w.close()
		fmt.Printf("%6.1fs  programs and modules built\n", time.Since(begin).Seconds())
		t := &tally{out: os.Stdout, verbose: *verbose}
		for _, p := range plans() {
			if *only == "" || *only == p.name {
				t.run(ctx, w, p)
			}
		}
		fmt.Printf("== %d checks, %d failed, %s\n", t.done, len(t.failed), time.Since(begin).Round(time.Second/10))
		return errors.Join(t.failed...)
	})
}

// plan is one machine and what is done to it, one check after another.
type plan struct {
	name   string
	board  board
	checks []check
}

// check is one thing to be found right. The remark says what was seen.
type check struct {
	name string
	do   func(ctx context.Context, s *station) (remark string, err error)
	// must says that nothing after it can be checked when it fails.
	must bool
}

// hung is how long one check may last before something must be wrong. Emulated, most take a second, on a busy computer
// ten, on one that has very much else to do a minute.
const hung = 4 * time.Minute

// tally counts checks and prints them.
type tally struct {
	out     io.Writer
	verbose bool
	done    int
	failed  []error
}

// run boots a plan's machine and goes through its checks.
func (t *tally) run(ctx context.Context, w *workshop, p plan) {
	fmt.Fprintf(t.out, "-- %s: %s\n", p.name, p.board.words)
	begin := time.Now()
	s, err := w.open(ctx, p.board)
	if s != nil {
		defer s.close()
	}
	if !t.note("the machine boots and connects", bootRemark(s), err, begin) {
		return
	}
	for _, c := range p.checks {
		begin := time.Now()
		remark, err := s.try(ctx, c)
		if !t.note(c.name, remark, err, begin) {
			s.explain(t.out, t.verbose)
			if c.must {
				return
			}
		} else if t.verbose {
			s.explain(t.out, true)
		}
	}
}

func bootRemark(s *station) string {
	if s == nil {
		return ""
	}
	return s.kernel
}

// try does one check, within its time.
func (s *station) try(ctx context.Context, c check) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, hung)
	defer cancel()
	if err := s.office.read(ctx); err != nil {
		return "", err
	}
	s.office.mark()
	return c.do(ctx, s)
}

// note prints how a check went, and reports whether it went well.
func (t *tally) note(name, remark string, err error, begin time.Time) bool {
	t.done++
	verdict := "OK  "
	if err != nil {
		verdict, remark = "FAIL", err.Error()
	}
	first, more, _ := strings.Cut(remark, "\n")
	if err != nil {
		t.failed = append(t.failed, fmt.Errorf("%s: %s", name, first))
	}
	if first != "" {
		first = ": " + first
	}
	fmt.Fprintf(t.out, "%s %5.1fs  %s%s\n", verdict, time.Since(begin).Seconds(), name, first)
	for line := range strings.Lines(more) {
		fmt.Fprint(t.out, "         > ", strings.TrimSuffix(line, "\n"), "\n")
	}
	return err == nil
}

// explain prints what the agent and head office have said since they were asked last, for people who look for the reason of a failure.
func (s *station) explain(out io.Writer, all bool) {
	lines := s.agentSays()
	if !all && len(lines) > 20 {
		lines = slices.Clone(lines[len(lines)-20:])
	}
	for _, line := range lines {
		fmt.Fprintln(out, "         |", line)
	}
	for _, line := range s.office.says() {
		fmt.Fprintln(out, "  office |", line)
	}
}
