package main

import (
	"fmt"
	"slices"
	"strings"

	"stationkeeper/internal/powercut/report"
	"stationkeeper/internal/record"
)

// ledger is what the machine outside knows of one disk: every record that was reported durable in any of its lives.
// What is found after a power cut is held against it.
type ledger struct {
	// mayFill allows tombstones that say the journal was full: it was given little room in some life.
	mayFill bool

	epoch    string
	renewing bool // a new epoch may have begun
	series   map[string]*series
	problems []string
	tally    tally
	checked  bool // in this life
}

// tally counts records.
type tally struct {
	// Reported were reported durable.
	Reported int
	// Found of those were there after the cut that followed, Buried were under a tombstone that is allowed, Missing
	// were neither.
	Found, Buried, Missing int
	// Unreported were found although the power had failed before they could be reported.
	Unreported int
}

func (t *tally) add(o tally) {
	t.Reported += o.Reported
	t.Found += o.Found
	t.Buried += o.Buried
	t.Missing += o.Missing
	t.Unreported += o.Unreported
}

// series is one numbered sequence of records.
type series struct {
	known   map[uint64]fact
	acked   uint64 // highest seq that the journal was told head office has
	through uint64 // highest seq up to which head office's database reported to be whole

	// What the check under way has told.
	held  map[uint64]string
	gone  []report.Line
	whole uint64
}

// fact is what is known of one record.
type fact struct {
	mark     string // empty while not heard
	kept     bool   // reported durable, or found after a cut
	verified bool   // found or buried, and counted
}

func newLedger(mayFill bool) *ledger { return &ledger{mayFill: mayFill, series: map[string]*series{}} }

// begin forgets what a check told that was itself cut short.
func (l *ledger) begin() {
	l.checked = false
	for _, s := range l.series {
		s.held, s.gone, s.whole = map[uint64]string{}, nil, 0
	}
}

func (l *ledger) of(name string) *series {
	if l.series[name] == nil {
		l.series[name] = &series{known: map[uint64]fact{}, held: map[uint64]string{}}
	}
	return l.series[name]
}

// maxProblems bounds what is noted: the first ones tell, the thousandth does not.
const maxProblems = 12

func (l *ledger) problem(format string, a ...any) {
	if len(l.problems) < maxProblems {
		l.problems = append(l.problems, fmt.Sprintf(format, a...))
	}
}

// take notes one statement of the machine.
func (l *ledger) take(line report.Line) {
	switch line.Verb {
	case report.Opened:
		if l.epoch != "" && line.Text != l.epoch && !l.renewing {
			l.problem("the journal began a new epoch: %s after %s", line.Text, l.epoch)
		}
		l.epoch, l.renewing = line.Text, false
	case report.Renewing:
		l.renewing = true
	case report.Wrong:
		l.problem("in the machine: %s", line.Text)
	case report.Held:
		l.held(line)
	case report.Gone:
		s := l.of(line.Series)
		s.gone = append(s.gone, line)
	case report.Whole:
		l.of(line.Series).whole = line.Last
	case report.Checked:
		l.settle()
	case report.Wrote:
		s := l.of(line.Series)
		f := s.known[line.First]
		if f.mark != "" && f.mark != line.Text {
			l.problem("%s %d: written twice with different content", line.Series, line.First)
		}
		f.mark = line.Text
		s.known[line.First] = f
	case report.Kept:
		l.keep(line)
	case report.Acked:
		s := l.of(line.Series)
		s.acked = max(s.acked, line.Last)
	case report.Through:
		s := l.of(line.Series)
		s.through = max(s.through, line.Last)
	}
}

func (l *ledger) held(line report.Line) {
	s := l.of(line.Series)
	if _, twice := s.held[line.First]; twice {
		l.problem("%s %d: found twice", line.Series, line.First)
	}
	s.held[line.First] = line.Text
}

func (l *ledger) keep(line report.Line) {
	s := l.of(line.Series)
	for seq := line.First; seq <= line.Last; seq++ {
		f := s.known[seq]
		if f.kept {
			continue
		}
		f.kept = true
		s.known[seq] = f
		l.tally.Reported++
	}
}

// settle holds what a finished check has told against what was known. From then on, what was found is what is known:
// it has outlasted a power cut.
func (l *ledger) settle() {
	l.checked = true
	for name, s := range l.series {
		slices.SortFunc(s.gone, func(a, b report.Line) int { return int(a.First) - int(b.First) })
		l.account(name, s)
		l.compare(name, s)
		for seq, mark := range s.held {
			if !s.known[seq].kept {
				l.tally.Unreported++
			}
			s.known[seq] = fact{mark: mark, kept: true, verified: true}
		}
		for seq := range s.known {
			if _, ok := s.held[seq]; !ok {
				delete(s.known, seq) // its number is free again, or it is under a tombstone for good
			}
		}
		s.held, s.gone = map[uint64]string{}, nil
	}
}

// account looks for gaps: everything up to the end is there or under a tombstone.
func (l *ledger) account(name string, s *series) {
	if s.whole < s.through {
		l.problem("%s is whole through %d: it was reported to be through %d", name, s.whole, s.through)
	}
	for seq := uint64(1); seq <= s.whole; seq++ {
		if _, ok := s.held[seq]; ok {
			continue
		}
		if grave, ok := s.grave(seq); ok {
			seq = min(grave.Last, s.whole)
			continue
		}
		l.problem("%s %d: neither a record nor a tombstone, the last is %d", name, seq, s.whole)
	}
	for _, g := range s.gone {
		switch {
		case g.Text == record.ReasonExpired && g.Last <= s.acked:
		case (g.Text == record.ReasonFull || g.Text == record.ReasonThinned) && l.mayFill:
		default:
			l.problem("%s %d to %d: under a tombstone that says %q", name, g.First, g.Last, g.Text)
		}
	}
}

// compare looks for each record that was reported durable.
func (l *ledger) compare(name string, s *series) {
	var other, missing, vanished []uint64
	for seq, f := range s.known {
		mark, found := s.held[seq]
		_, buried := s.grave(seq)
		if found && f.mark != "" && f.mark != mark {
			other = append(other, seq)
		}
		if !f.kept || f.verified && (found || buried) {
			continue
		}
		switch {
		case found:
			l.tally.Found++
		case buried:
			l.tally.Buried++
		case f.verified:
			vanished = append(vanished, seq)
		default:
			missing = append(missing, seq)
		}
	}
	l.tally.Missing += len(missing)
	l.list(name, "found with other content than was written", other)
	l.list(name, "missing although reported durable", missing)
	l.list(name, "missing although found after an earlier power cut", vanished)
}

// list notes one problem of many records.
func (l *ledger) list(name, what string, seqs []uint64) {
	if len(seqs) > 0 {
		slices.Sort(seqs)
		l.problem("%s: %d records %s, from %d to %d", name, len(seqs), what, seqs[0], seqs[len(seqs)-1])
	}
}

// grave returns the tombstone over seq. Those there are do not overlap and are in order.
func (s *series) grave(seq uint64) (report.Line, bool) {
	i, exact := slices.BinarySearchFunc(s.gone, seq, func(g report.Line, seq uint64) int { return int(g.First) - int(seq) })
	if !exact {
		i--
	}
	if i < 0 || s.gone[i].Last < seq {
		return report.Line{}, false
	}
	return s.gone[i], true
}

// err is all problems as one error; nil when there are none.
func (l *ledger) err() error {
	if len(l.problems) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(l.problems, "\n"))
}
