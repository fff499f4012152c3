// Powercut cuts the power of a virtual machine again and again while it writes, on a disk whose cache forgets, and
// checks after every cut that all that was reported durable is there:
//
//	powercut [-cuts 100] [-seed N] [journal|store ...]
//
// The journal is that of a station's programs, the store head office's database. Then it does the same on a disk that
// ignores flushes, and with programs whose fsync does nothing: both must be found to lose records, or the test could
// not fail.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"stationkeeper/internal/lifecycle"
)

// brokenCuts is within how many cuts a broken variant must have been caught.
const brokenCuts = 10

func main() {
	flags := flag.NewFlagSet("powercut", flag.ExitOnError)
	cuts := flags.Int("cuts", 100, "power cuts for each workload")
	seed := flags.Uint64("seed", 0, "of everything random; 0 for one of its own")
	kernelFolder := flags.String("kernel", "bin/kernel", "folder with the content of a kernel package")
	keep := flags.String("keep", "bin/powercut-kept", "folder for disks on which something went wrong")
	quiet := flags.Bool("q", false, "print summaries only")
	flags.Parse(os.Args[1:])
	if *seed == 0 {
		*seed = uint64(time.Now().Unix())
	}
	workloads := flags.Args()
	if len(workloads) == 0 {
		workloads = []string{"journal", "store"}
	}
	lifecycle.Main("powercut", func(ctx context.Context) error {
		progress := io.Writer(os.Stdout)
		if *quiet {
			progress = io.Discard
		}
		folder, err := os.MkdirTemp("", "powercut")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		r, err := newRig(ctx, folder, *kernelFolder)
		if err != nil {
			return err
		}
		fmt.Printf("machines are %s, seed %d\n", r.machine, *seed)
		var failed []error
		for _, c := range campaigns(workloads, *cuts, *seed) {
			got, err := r.run(ctx, c, *keep, progress)
			if err != nil {
				return err
			}
			fmt.Println(got)
			failed = append(failed, got.verdict())
		}
		return errors.Join(failed...)
	})
}

// campaigns are the honest campaign of each workload, and the broken ones.
func campaigns(workloads []string, cuts int, seed uint64) []campaign {
	var all []campaign
	for _, w := range workloads {
		all = append(all,
			campaign{workload: w, cuts: cuts, seed: seed},
			campaign{workload: w, cuts: brokenCuts, seed: seed, deaf: true},
			campaign{workload: w, cuts: brokenCuts, seed: seed, unsynced: true})
	}
	return all
}

// String is a summary for people.
func (r result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "== %s: %d power cuts on %d disks in %s, seed %d\n", r.campaign, r.cuts, r.disks, r.took.Round(time.Second), r.campaign.seed)
	fmt.Fprintf(&b, "   disk: %d writes, %d flushes, %d flushes ignored; unflushed at the cuts: %d sectors kept, %d lost\n",
		r.counts.Writes, r.counts.Flushes, r.counts.Ignored, r.loss.Kept, r.loss.Lost)
	fmt.Fprintf(&b, "   machine: file system repaired %d times by mounting it, %d by checking it; %d cuts hit before the check was done, %d the move to a smaller file\n",
		r.replayed, r.mended, r.early, r.moves)
	fmt.Fprintf(&b, "   records: %d reported durable, %d found, %d under a tombstone, %d missing; %d found that were not yet reported",
		r.tally.Reported, r.tally.Found, r.tally.Buried, r.tally.Missing, r.tally.Unreported)
	if r.campaign.broken() && len(r.problems) > 0 {
		fmt.Fprintf(&b, "\n   caught at cut %d: %s", r.cuts, strings.ReplaceAll(r.problems[0], "\n", "\n      "))
	}
	return b.String()
}

// verdict is an error when the campaign did not end as it must.
func (r result) verdict() error {
	switch {
	case r.campaign.broken() && len(r.problems) == 0:
		return fmt.Errorf("%s: nothing was found wrong in %d power cuts: the test cannot fail", r.campaign, r.cuts)
	case r.campaign.broken():
		return nil
	case len(r.problems) > 0:
		return fmt.Errorf("%s: %d of %d disks were found wrong:\n%s", r.campaign, len(r.problems), r.disks, strings.Join(r.problems, "\n"))
	}
	return nil
}
