package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"stationkeeper/internal/record"
)

// ExportOptions say what of a journal is exported.
type ExportOptions struct {
	// Streams are those to export; all when there are none.
	Streams []record.Stream
	// After is the seq after which to begin, in each of them.
	After uint64
}

// Export writes the records of the journal in a data folder, or in a journal's file, as lines of JSON: each is a record
// as it goes on the wire, with its epoch and stream. Tombstones are lines of their own, {"epoch":…,"stream":…,"lost":{…}},
// where the records would be. Of a damaged file it is everything whose checksum is right. Export needs no lock and writes
// nothing but the lines.
func Export(path string, to io.Writer, o ExportOptions) error {
	file, err := locate(path)
	if err != nil {
		return fmt.Errorf("export journal: %w", err)
	}
	if len(o.Streams) == 0 {
		o.Streams = record.Streams[:]
	}
	lines := bufio.NewWriterSize(to, 64<<10)
	for _, s := range o.Streams {
		if err := exportStream(file, lines, s, o.After); err != nil {
			return fmt.Errorf("export journal %s: %w", file, err)
		}
	}
	if err := lines.Flush(); err != nil {
		return fmt.Errorf("export journal %s: %w", file, err)
	}
	return nil
}

// exportStream goes on after what it has written whenever a program has moved what was to come next.
func exportStream(file string, to *bufio.Writer, s record.Stream, after uint64) error {
	e := exporter{lines: to, stream: s, after: after}
	for idle := 0; !e.done; {
		before := e.after
		err := examine(file, func(c *contents) (certain bool, err error) { return true, e.round(c) })
		if err != nil {
			return err
		}
		if idle++; e.after > before {
			idle = 0
		}
		if idle > looks {
			return errBusy
		}
	}
	return e.flush()
}

// exporter writes the lines of one stream.
type exporter struct {
	lines  *bufio.Writer
	stream record.Stream
	after  uint64 // written up to here
	upTo   uint64 // where the first round found the end
	epoch  string
	lost   record.Lost // not yet written: it may go on
	done   bool

	text, spelled []byte
}

// round writes what it can of one state of the file.
func (e *exporter) round(c *contents) error {
	t := c.state.Streams[e.stream]
	if e.upTo == 0 {
		e.upTo = t.Next - 1
	}
	if e.epoch != c.state.Epoch {
		if err := e.flush(); err != nil {
			return err
		}
		e.epoch = c.state.Epoch
	}
	for i, p := range c.groups[e.stream] {
		if next := c.groups[e.stream][i+1:]; len(next) > 0 && next[0].first <= e.after+1 {
			continue
		}
		g, err := unpack(bytes.Clone(c.packed(p)), p.first)
		switch {
		case err != nil && c.moved():
			return nil // it is somewhere else by now
		case err != nil || g.last <= e.after:
			continue // what is missing is told with the next
		case g.first > e.upTo:
		default:
			if err := e.window(c, g.content, min(g.last, e.upTo)); err != nil {
				return err
			}
		}
	}
	e.done = true
	return e.window(c, nil, e.upTo)
}

// window writes the records among some that come after what has been written and up to end, and the tombstones between
// them.
func (e *exporter) window(c *contents, content []record.Record, end uint64) error {
	if end <= e.after {
		return nil
	}
	r := reader{stream: e.stream, after: e.after, upTo: end, end: end, known: c.state.Streams[e.stream].known()}
	for _, one := range content {
		if one.Seq > e.after && one.Seq <= end {
			r.records = append(r.records, one)
			r.hold(one.Seq, one.Seq)
		}
	}
	for _, l := range c.lost[e.stream] {
		if l.First <= end && l.Last > e.after {
			l.First, l.Last = max(l.First, e.after+1), min(l.Last, end)
			r.lost = append(r.lost, l)
		}
	}
	r.account()
	e.after = end
	for _, one := range r.records {
		for len(r.lost) > 0 && r.lost[0].First < one.Seq {
			if err := e.bury(r.lost[0]); err != nil {
				return err
			}
			r.lost = r.lost[1:]
		}
		if err := e.record(one); err != nil {
			return err
		}
	}
	for _, l := range r.lost {
		if err := e.bury(l); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) record(r record.Record) error {
	if err := e.flush(); err != nil {
		return err
	}
	e.spelled = record.AppendRecord(e.spelled[:0], r)
	return e.line(append(e.envelope(), e.spelled[1:]...))
}

// envelope is the beginning of a line.
func (e *exporter) envelope() []byte {
	e.text = fmt.Appendf(e.text[:0], `{"epoch":%q,"stream":%q,`, e.epoch, e.stream)
	return e.text
}

func (e *exporter) line(text []byte) error {
	if _, err := e.lines.Write(text); err != nil {
		return err
	}
	return e.lines.WriteByte('\n')
}

// bury takes a tombstone to write, joined with the one before it when they touch and give the same reason.
func (e *exporter) bury(l record.Lost) error {
	if e.lost.Last+1 == l.First && e.lost.Reason == l.Reason {
		e.lost.Last = l.Last
		return nil
	}
	err := e.flush()
	e.lost = l
	return err
}

// flush writes the tombstone that was kept back.
func (e *exporter) flush() error {
	if e.lost.First == 0 {
		return nil
	}
	text, err := json.Marshal(e.lost)
	if err != nil {
		return err
	}
	e.lost = record.Lost{}
	return e.line(append(append(append(e.envelope(), `"lost":`...), text...), '}'))
}
