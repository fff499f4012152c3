package journal

import (
	"fmt"
	"slices"

	"stationkeeper/internal/record"
)

// Verify checks everything in the journal of a data folder, or in a journal's file: the structure, the checksum and the
// order of every group, the numbers that the file tells of itself, and that nothing is missing without a tombstone. It
// returns what is wrong, a line each. It needs no lock and writes nothing.
func Verify(path string) (problems []string, err error) {
	file, err := locate(path)
	if err != nil {
		return nil, fmt.Errorf("verify journal: %w", err)
	}
	err = examine(file, func(c *contents) (certain bool, err error) {
		problems = c.problems()
		return len(problems) == 0, nil
	})
	if err != nil {
		return nil, fmt.Errorf("verify journal %s: %w", file, err)
	}
	return problems, nil
}

func (c *contents) problems() []string {
	a := audit{contents: c, found: slices.Clone(c.strange)}
	if c.damaged != nil {
		a.report("structure: %v", c.damaged)
	}
	for _, s := range record.Streams {
		a.stream(s)
	}
	if c.damaged == nil && (a.bytes != c.state.Bytes || a.records != c.state.Records) {
		a.report("state: it counts %d records in %d bytes, there are %d in %d", c.state.Records, c.state.Bytes, a.records, a.bytes)
	}
	return a.found
}

// audit collects what is wrong.
type audit struct {
	*contents
	found          []string
	bytes, records int64
}

func (a *audit) report(format string, args ...any) {
	a.found = append(a.found, fmt.Sprintf(format, args...))
}

func (a *audit) stream(s record.Stream) {
	t := a.state.Streams[s]
	r := reader{stream: s, upTo: t.Next - 1, end: t.Next - 1, known: t.known(), lost: slices.Clone(a.lost[s])}
	for i, l := range r.lost {
		if l.Last >= t.Next {
			a.report("%s: a tombstone of %d to %d, the last record is %d", s, l.First, l.Last, t.Next-1)
		}
		if i > 0 && l.First <= r.lost[i-1].Last {
			a.report("%s: two tombstones of %d", s, l.First)
		}
	}
	last := uint64(0)
	for _, p := range a.groups[s] {
		packed := a.packed(p)
		a.bytes += int64(len(packed))
		h, _ := readHeader(packed)
		a.records += int64(h.records)
		g, err := unpack(packed, p.first)
		if err == nil {
			err = g.check(s, last, t.Next)
		}
		if err != nil {
			a.report("%s: group from %d: %v", s, p.first, err)
			continue
		}
		for _, one := range g.content {
			r.hold(one.Seq, one.Seq)
		}
		last = g.last
	}
	r.account()
	for _, l := range r.lost {
		if l.Reason == record.ReasonDamaged && !slices.Contains(a.lost[s], l) {
			a.report("%s: %d to %d are missing without a tombstone", s, l.First, l.Last)
		}
	}
}

// check returns what is wrong with the order of an unpacked group that comes after last and before next.
func (g group) check(s record.Stream, last, next uint64) error {
	switch {
	case g.stream != s:
		return fmt.Errorf("it is one of %s", g.stream)
	case g.first <= last:
		return fmt.Errorf("the one before it goes to %d", last)
	case g.last >= next:
		return fmt.Errorf("it goes to %d, the last record should be %d", g.last, next-1)
	}
	before := g.first - 1
	for i, r := range g.content {
		if err := r.Validate(); err != nil {
			return fmt.Errorf("record %d in it: %w", i, err)
		}
		if r.Seq <= before || r.Seq != before+1 && !g.thinned {
			return fmt.Errorf("%d follows on %d", r.Seq, before)
		}
		before = r.Seq
	}
	return nil
}
