package journal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"stationkeeper/internal/record"
)

// find is a packed group in the bytes of a file.
type find struct {
	header
	offset int64
}

// wreck is what can still be read in a file whose structure is damaged: groups and states are found by what they begin
// with, wherever they lie, and believed when their checksum is right.
type wreck struct {
	upTo   uint64
	state  state // the latest; its epoch is empty when none was found
	groups map[record.Stream][]find
	// unread is how many bytes the disk did not deliver.
	unread int64
}

// maxPacked bounds a packed group: records of the largest size that do not compress.
const maxPacked = headerSize + groupBytes + 2*record.MaxData

// salvageStep is how many bytes are looked through at once.
const salvageStep = 8 << 20

// search looks through a file. Groups that were given back to bbolt and not yet overwritten are found as well: of two
// that hold the same seqs the later one counts, and what is after the last seq of the latest state was never finished. Nor
// was what has a serial above upTo.
func search(f *os.File, size int64, upTo uint64) wreck {
	w := wreck{upTo: upTo, groups: map[record.Stream][]find{}}
	buf := make([]byte, salvageStep+maxPacked)
	for offset := int64(0); offset < size; offset += salvageStep {
		n := min(int64(len(buf)), size-offset)
		w.unread += readWhatCan(f, buf[:n], offset)
		w.searchIn(buf[:n], offset, int(min(salvageStep, n)))
	}
	for s := range w.groups {
		w.choose(s)
	}
	return w
}

// readWhatCan fills b from an offset, page by page when the disk fails, and leaves zeros where it does.
func readWhatCan(f *os.File, b []byte, offset int64) (unread int64) {
	if n, err := f.ReadAt(b, offset); err == nil || errors.Is(err, io.EOF) {
		clear(b[n:])
		return 0
	}
	for at := 0; at < len(b); at += pageSize {
		part := b[at:min(at+pageSize, len(b))]
		if n, err := f.ReadAt(part, offset+int64(at)); err != nil && !errors.Is(err, io.EOF) {
			clear(part[n:])
			unread += int64(len(part) - n)
		}
	}
	return unread
}

// searchIn notes what begins in the first end bytes of b.
func (w *wreck) searchIn(b []byte, offset int64, end int) {
	for at := 0; at < end; at++ {
		n := bytes.Index(b[at:], []byte("SK"))
		if n < 0 || at+n >= end {
			return
		}
		at += n
		switch here := b[at:]; {
		case bytes.HasPrefix(here, stateMagic):
			if s, err := unpackState(here); err == nil && s.Serial >= w.state.Serial && s.Serial <= w.upTo {
				w.state = s
			}
		case bytes.HasPrefix(here, groupMagic):
			if h, ok := verify(here); ok && h.serial <= w.upTo {
				w.groups[h.stream] = append(w.groups[h.stream], find{h, offset + int64(at)})
			}
		}
	}
}

// choose keeps of a stream's groups those that count, in order and without overlap.
func (w *wreck) choose(s record.Stream) {
	all := w.groups[s]
	slices.SortStableFunc(all, func(a, b find) int { return cmp.Compare(b.serial, a.serial) })
	var chosen []find // from the last to the first: nearly always the next one goes at the end
	for _, g := range all {
		if w.state.Epoch != "" && g.last >= w.state.Streams[s].Next {
			continue
		}
		at, _ := slices.BinarySearchFunc(chosen, g.first, func(c find, first uint64) int { return cmp.Compare(first, c.first) })
		if at < len(chosen) && chosen[at].last >= g.first || at > 0 && chosen[at-1].first <= g.last {
			continue
		}
		chosen = slices.Insert(chosen, at, g)
	}
	slices.Reverse(chosen)
	w.groups[s] = chosen
}

// next is the seq after the last one known.
func (w *wreck) next(s record.Stream) uint64 {
	next := max(1, w.state.Streams[s].Next)
	if n := len(w.groups[s]); n > 0 {
		next = max(next, w.groups[s][n-1].last+1)
	}
	return next
}

// successor is the state of the journal that goes on from what was found.
func (w *wreck) successor(epoch string) state {
	next := newState(epoch)
	next.Serial, next.Latest = w.state.Serial, w.state.Latest
	for _, s := range record.Streams {
		next.Streams[s] = track{Next: w.next(s), Base: w.state.Streams[s].known()}
		for _, g := range w.groups[s] {
			next.Serial = max(next.Serial, g.serial)
			next.Bytes += int64(g.size)
			next.Records += int64(g.records)
		}
	}
	return next
}

// count tells how many records were found, and how many that head office does not have were not.
func (w *wreck) count() (recovered, missing uint64) {
	for _, s := range record.Streams {
		next := w.state.Streams[s].known() + 1
		for _, g := range w.groups[s] {
			recovered += uint64(g.records)
			if g.first > next {
				missing += g.first - next
			}
			next = max(next, g.last+1)
		}
		if end := w.next(s); end > next {
			missing += end - next
		}
	}
	return recovered, missing
}

// packed reads a found group again.
func (g find) packed(f *os.File) ([]byte, error) {
	b := make([]byte, g.size)
	if _, err := f.ReadAt(b, g.offset); err != nil {
		return nil, fmt.Errorf("read group of %s from %d: %w", g.stream, g.first, err)
	}
	if _, ok := verify(b); !ok {
		return nil, fmt.Errorf("read group of %s from %d: %w", g.stream, g.first, errGroup)
	}
	return b, nil
}
