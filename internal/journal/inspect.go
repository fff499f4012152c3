package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// Summary is what a look at a journal's file tells.
type Summary struct {
	File string `json:"file"`
	// Damaged says what is wrong with the file's structure; the rest is then what can be read all the same.
	Damaged string `json:"damaged,omitempty"`
	// InUse is true while a program has the file open.
	InUse bool   `json:"in_use"`
	Epoch string `json:"epoch"`
	// Committed is the wall time of the last commit of records that is held; zero when none is.
	Committed time.Time `json:"committed,omitzero"`
	// Size is the file's, and Free what of it holds nothing, in bytes.
	Size    int64           `json:"size"`
	Free    int64           `json:"free"`
	Streams []StreamSummary `json:"streams"`
	// Beside are the journal's other files in the folder.
	Beside []Beside `json:"beside"`
}

// StreamSummary is what is told of one stream.
type StreamSummary struct {
	Stream record.Stream `json:"stream"`
	// Last is the highest seq. Through and Base are those of Position.
	Last    uint64 `json:"last"`
	Through uint64 `json:"through"`
	Base    uint64 `json:"base"`
	// Records are held, of which Waiting are not acknowledged. They take Bytes, packed.
	Records uint64 `json:"records"`
	Waiting uint64 `json:"waiting"`
	Bytes   int64  `json:"bytes"`
	// Oldest is the wall time at which the oldest was committed; zero when none is held.
	Oldest time.Time `json:"oldest,omitzero"`
	// Unreadable counts groups that do not match their checksum.
	Unreadable int `json:"unreadable"`
	// Lost are the tombstones.
	Lost []record.Lost `json:"lost"`
}

// Beside is a file that belongs to the journal.
type Beside struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Is   string `json:"is"` // what it is there for
}

// Inspect looks at the journal in a data folder, or at a journal's file. It needs no lock and writes nothing: a program
// may have the journal open, and the file may be damaged.
func Inspect(path string) (Summary, error) {
	file, err := locate(path)
	if err != nil {
		return Summary{}, fmt.Errorf("inspect journal: %w", err)
	}
	var s Summary
	err = examine(file, func(c *contents) (certain bool, err error) {
		s = c.summary()
		return s.Streams[0].Unreadable+s.Streams[1].Unreadable == 0, nil
	})
	if err == nil {
		s.File, s.InUse = file, inUse(file)
		s.Beside, err = besides(file)
	}
	if err != nil {
		return Summary{}, fmt.Errorf("inspect journal %s: %w", file, err)
	}
	return s, nil
}

func (c *contents) summary() Summary {
	s := Summary{Epoch: c.state.Epoch, Size: c.size, Free: c.free}
	if c.damaged != nil {
		s.Damaged = c.damaged.Error()
	}
	latest := uint64(0)
	for _, stream := range record.Streams {
		t := c.state.Streams[stream]
		sum := StreamSummary{Stream: stream, Last: t.Next - 1, Through: t.Through, Base: t.Base, Lost: slices.Concat([]record.Lost{}, c.lost[stream])}
		for _, p := range c.groups[stream] {
			h, ok := verify(c.packed(p))
			sum.Bytes += int64(p.size)
			if !ok || h.first != p.first {
				sum.Unreadable++
				continue
			}
			sum.Records += uint64(h.records)
			sum.Waiting += c.waiting(p, h, t.known())
			if sum.Oldest.IsZero() {
				sum.Oldest = h.committed.UTC()
			}
			if h.serial >= latest {
				latest, s.Committed = h.serial, h.committed.UTC()
			}
		}
		s.Streams = append(s.Streams, sum)
	}
	return s
}

// waiting counts the records of a group that come after known.
func (c *contents) waiting(p parcel, h header, known uint64) (n uint64) {
	switch {
	case h.first > known:
		return uint64(h.records)
	case h.last <= known:
		return 0
	}
	g, err := unpack(c.packed(p), p.first)
	if err != nil {
		return 0
	}
	for _, r := range g.content {
		if r.Seq > known {
			n++
		}
	}
	return n
}

// inUse reports whether a program has the file open. It holds the lock for no longer than it takes to ask.
func inUse(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}

// besides lists the files whose names begin with the journal's.
func besides(file string) ([]Beside, error) {
	names, err := filepath.Glob(file + ".*")
	if err != nil {
		return nil, err
	}
	all := []Beside{}
	for _, name := range names {
		info, err := os.Lstat(name)
		if err != nil {
			continue // it has just been removed
		}
		is := "unknown"
		switch rest := strings.TrimPrefix(name, file); {
		case strings.HasPrefix(rest, ".damaged-"):
			is = "set aside, damaged"
		case name == newReserve(file).path:
			is = "room kept back for when the disk is full"
		case name == temporaryName(file):
			is = "being built, or left over from that"
		}
		all = append(all, Beside{filepath.Base(name), info.Size(), is})
	}
	return all, nil
}
