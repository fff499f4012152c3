package console

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"stationkeeper/internal/journal"
)

// mostLost is how many tombstones of a stream are listed; --json has them all.
const mostLost = 20

// writeSummary writes a summary for people.
func writeSummary(to io.Writer, s journal.Summary) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	use := "by no program now"
	if s.InUse {
		use = "by a running program"
	}
	fmt.Fprintf(w, "journal\t%s, used %s\n", s.File, use)
	if s.Damaged != "" {
		fmt.Fprintf(w, "DAMAGED\t%s\n\twhat follows is what can be read all the same\n", s.Damaged)
	}
	fmt.Fprintf(w, "epoch\t%s\n", orNone(s.Epoch))
	fmt.Fprintf(w, "last commit\t%s\n", at(s.Committed))
	fmt.Fprintf(w, "size\t%s, of which %s are free\n", size(s.Size), size(s.Free))
	for _, b := range s.Beside {
		fmt.Fprintf(w, "beside\t%s, %s: %s\n", b.Name, size(b.Size), b.Is)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	w = tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n\tlast\tacknowledged\tbase\trecords\twaiting\tsize\tunreadable\ttombstones\t  oldest\n")
	for _, t := range s.Streams {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%d\t%d\t  %s\n",
			t.Stream, t.Last, t.Through, t.Base, t.Records, t.Waiting, size(t.Bytes), t.Unreadable, len(t.Lost), at(t.Oldest))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, t := range s.Streams {
		if err := writeLost(to, t); err != nil {
			return err
		}
	}
	return nil
}

func writeLost(to io.Writer, t journal.StreamSummary) error {
	lost := t.Lost
	for i, l := range lost[max(0, len(lost)-mostLost):] {
		if i == 0 {
			fmt.Fprintf(to, "\ngone from %s:\n", t.Stream)
			if len(lost) > mostLost {
				fmt.Fprintf(to, "  (%d older tombstones are in --json)\n", len(lost)-mostLost)
			}
		}
		if _, err := fmt.Fprintf(to, "  %d to %d: %s\n", l.First, l.Last, l.Reason); err != nil {
			return err
		}
	}
	return nil
}

func at(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339)
}

func orNone(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// size spells a size.
func size(n int64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d B", n)
	case n < 10<<20:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
