package crash

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"stationkeeper/internal/programs"
)

// tally counts what happened. It is safe for concurrent use.
type tally struct {
	mu    sync.Mutex
	kills map[string]map[moment]int
	// warnings counts lines of log from warnings on, by node and message.
	warnings map[string]int
	stored   int
	resent   uint64
	expected uint64
}

func newTally() *tally { return &tally{kills: map[string]map[moment]int{}, warnings: map[string]int{}} }

func (t *tally) kill(victim string, m moment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kills[victim] == nil {
		t.kills[victim] = map[moment]int{}
	}
	t.kills[victim][m]++
}

// total is the number of kills.
func (t *tally) total() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, kills := range t.kills {
		for _, k := range kills {
			n += k
		}
	}
	return n
}

// late counts a program that was asked to stop and had to be ended after the time it is given.
func (t *tally) late(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.warnings[name+" ERROR did not stop in time"]++
}

// logged counts a line if it is a warning or an error.
func (t *tally) logged(node, line string) {
	attributes := programs.Attributes(line)
	if attributes["level"] != "WARN" && attributes["level"] != "ERROR" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.warnings[node+" "+attributes["level"]+" "+attributes["msg"]]++
}

// table shows everything.
func (t *tally) table(a *account) string {
	durable, wired := a.count()
	t.mu.Lock()
	defer t.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "kills\t")
	for _, m := range moments {
		fmt.Fprintf(table, "%s\t", m)
	}
	fmt.Fprintln(table, "all\t")
	all := map[moment]int{}
	for _, victim := range slices.Sorted(maps.Keys(t.kills)) {
		t.row(table, victim, t.kills[victim])
		for m, n := range t.kills[victim] {
			all[m] += n
		}
	}
	t.row(table, "all", all)
	table.Flush()
	fmt.Fprintf(&b, "\nrecords\n")
	table = tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, line := range []struct {
		what string
		n    any
	}{
		{"reported durable by the writer", durable},
		{"seen on the wire", wired},
		{"on the nodes' disks in the end", t.expected},
		{"stored at head office", t.stored},
		{"delivered again", t.resent},
		{"missing", a.breaches[missing] + a.breaches[uncovered]},
		{"changed", a.breaches[changed]},
		{"stored twice or out of order", a.breaches[doubled]},
		{"tombstones", a.breaches[buried]},
		{"acknowledged, not in the database", a.breaches[unkept]},
		{"epochs without a reason", a.breaches[renewed]},
		{"journals mended", a.breaches[repaired]},
		{"programs that failed", a.breaches[failed]},
		{"batches seen", a.batches},
		{"acknowledgements seen", a.acks},
	} {
		fmt.Fprintf(table, "%s\t%d\t\n", line.what, line.n)
	}
	table.Flush()
	for _, what := range slices.Sorted(maps.Keys(t.warnings)) {
		fmt.Fprintf(&b, "logged %5d  %s\n", t.warnings[what], what)
	}
	for _, example := range a.examples {
		fmt.Fprintln(&b, example)
	}
	return b.String()
}

func (t *tally) row(table *tabwriter.Writer, name string, kills map[moment]int) {
	fmt.Fprintf(table, "%s\t", name)
	sum := 0
	for _, m := range moments {
		fmt.Fprintf(table, "%d\t", kills[m])
		sum += kills[m]
	}
	fmt.Fprintf(table, "%d\t\n", sum)
}

// totals are of several houses. They are safe for concurrent use.
type totals struct {
	mu                               sync.Mutex
	kills, durable, stored, breaches int
}

func (t *totals) add(h *house) {
	t.mu.Lock()
	defer t.mu.Unlock()
	durable, _ := h.account.count()
	t.kills += h.tally.total()
	t.durable += durable
	t.stored += h.tally.stored
	for _, n := range h.account.breaches {
		t.breaches += n
	}
}

func (t *totals) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprintf("%d kills, %d records reported durable by writers, %d stored at head office, %d promises broken",
		t.kills, t.durable, t.stored, t.breaches)
}
