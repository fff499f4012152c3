package journal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// contents is what a file holds, read without bbolt, without a lock and without writing: the file may be damaged, and a
// program may be writing to it.
type contents struct {
	size    int64
	free    int64 // bytes within the file that hold nothing
	damaged error // what is wrong with the structure; the rest is then what salvage finds
	state   state
	groups  map[record.Stream][]parcel // in order
	lost    map[record.Stream][]record.Lost
	strange []string // keys that are none of ours

	stateOf []byte
	format  uint64
	data    []byte // the file, mapped
	metas   []byte // a copy of its first pages, which every commit changes
}

// parcel is one packed group in a file.
type parcel struct {
	first  uint64
	offset int64 // within contents.data
	size   int
}

func (c *contents) packed(p parcel) []byte { return c.data[p.offset:][:p.size] }

func (c *contents) close() error {
	if c.data == nil {
		return nil
	}
	data := c.data
	c.data = nil
	return unix.Munmap(data)
}

// readContents reads the file at path. Close it.
func readContents(path string) (*contents, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path)
	}
	c := &contents{size: info.Size(), groups: map[record.Stream][]parcel{}, lost: map[record.Stream][]record.Lost{}}
	if c.size > 0 {
		if c.data, err = unix.Mmap(int(f.Fd()), 0, int(c.size), unix.PROT_READ, unix.MAP_SHARED); err != nil {
			return nil, fmt.Errorf("map %s: %w", path, err)
		}
	}
	c.damaged = guard(func() error {
		c.metas = bytes.Clone(c.data[:min(len(c.data), 2*pageSize)])
		return c.walk()
	})
	switch {
	case c.damaged == nil || c.moved():
	case errors.Is(c.damaged, errDamaged):
		c.salvage(f)
	default:
		return nil, errors.Join(c.damaged, c.close())
	}
	return c, nil
}

// walk reads a file whose structure is sound.
func (c *contents) walk() error {
	if c.size < 4*pageSize {
		return fmt.Errorf("%w: it has %d bytes, and even an empty one has %d", errDamaged, c.size, 4*pageSize)
	}
	s := structure{data: c.data, entry: c.enter}
	if err := s.walk(); err != nil {
		return err
	}
	c.free = c.size - int64(s.pages+2)*pageSize
	switch {
	case c.format > format:
		return fmt.Errorf("format %d is newer than this program understands (%d): use the newer program", c.format, format)
	case c.format == 1:
		return errors.New("format 1: the program brings it into the present one when it is started; look again after that")
	}
	var err error
	if c.state, err = unpackState(c.stateOf); err != nil {
		return err
	}
	if c.state.Tx != int(s.txid) {
		return fmt.Errorf("%w: its state is of transaction %d, the last one was %d", errDamaged, c.state.Tx, s.txid)
	}
	for _, groups := range c.groups {
		slices.SortStableFunc(groups, func(a, b parcel) int { return cmp.Compare(a.first, b.first) })
	}
	return nil
}

// enter takes note of one key and its value.
func (c *contents) enter(bucket []byte, depth int, key, value []byte) {
	switch name := string(bucket); {
	case depth == 1 && name == string(bucketMeta) && string(key) == string(keyState):
		c.stateOf = value
	case depth == 1 && name == string(bucketMeta) && string(key) == string(keyFormat):
		c.format = parseNumber(value)
	case depth == 1 && name == string(bucketLost):
		for _, s := range record.Streams {
			if l, ok := parseLost(s, key, value); ok {
				c.lost[s] = append(c.lost[s], l)
				return
			}
		}
		c.strange = append(c.strange, fmt.Sprintf("tombstone %q makes no sense", key))
	default:
		for _, s := range record.Streams {
			if first, ok := parseGroupName(s, bucket); ok && string(key) == string(keyGroup) {
				c.groups[s] = append(c.groups[s], parcel{first: first, offset: c.offset(value), size: len(value)})
				return
			}
		}
		if c.format != 1 {
			c.strange = append(c.strange, fmt.Sprintf("key %q in bucket %q is none of the journal's", key, bucket))
		}
	}
}

// offset is where a part of data lies.
func (c *contents) offset(part []byte) int64 {
	if len(part) == 0 {
		return 0
	}
	return int64(cap(c.data) - cap(part))
}

// salvage finds what is whole in a damaged file.
func (c *contents) salvage(f *os.File) {
	found := search(f, c.size, math.MaxUint64)
	c.state, c.strange = found.state, nil
	if c.state.Epoch == "" {
		c.state = newState("")
	}
	clear(c.lost)
	for _, s := range record.Streams {
		c.groups[s] = nil
		for _, g := range found.groups[s] {
			c.groups[s] = append(c.groups[s], parcel{first: g.first, offset: g.offset, size: g.size})
		}
		t := c.state.Streams[s]
		t.Next = found.next(s)
		c.state.Streams[s] = t
	}
}

// moved reports whether the file has been written to since it was read. Then what was found may be a mixture of two
// states of it.
func (c *contents) moved() bool {
	return guard(func() error {
		if !bytes.Equal(c.metas, c.data[:len(c.metas)]) {
			return errBusy
		}
		return nil
	}) != nil
}

// errBusy is returned when a program writes to the file faster than it can be looked at.
var errBusy = errors.New("a program is writing to the journal all the time: try again, or stop it first")

// A file that a program writes to is read again until it has not moved meanwhile.
const (
	looks     = 500
	lookAgain = 2 * time.Millisecond
)

// examine reads the file at path as often as it takes to see one state of it, and calls look with that. What look says
// counts when the file has not moved by then, or when look is certain all the same.
func examine(path string, look func(*contents) (certain bool, err error)) error {
	for range looks {
		c, err := readContents(path)
		if err != nil {
			return err
		}
		certain := false
		seen := !c.moved()
		if seen {
			err = guard(func() error {
				certain, err = look(c)
				return err
			})
			seen = certain || !c.moved()
		}
		if closed := c.close(); closed != nil {
			return errors.Join(err, closed)
		}
		if seen {
			return err
		}
		time.Sleep(lookAgain)
	}
	return errBusy
}

// locate returns the journal's file for what a technician names: a data folder, or a file.
func locate(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return path, nil
	}
	file := filepath.Join(path, FileName)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no journal in %s: expected a data folder with the file %s, or a journal's file", path, FileName)
	}
	return file, nil
}
