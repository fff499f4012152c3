package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// bbolt trusts its pages: it panics on some that are damaged, in a goroutine of its own where nobody can catch it, and
// follows others into disaster. So the tree of pages is walked before bbolt opens a file. The layout of a page is that
// of bbolt's internal/common/page.go, in the byte order of the machine, which is little-endian on all that are
// supported.
const (
	pageHeaderBytes    = 16
	branchElementBytes = 16
	leafElementBytes   = 16
	bucketHeaderBytes  = 16
	metaBytes          = 64
	metaMagic          = 0xED0CDAED
	metaVersion        = 2

	branchPage = 0x01
	leafPage   = 0x02
	metaPage   = 0x04
)

// structure is what a walk finds in a file's pages.
type structure struct {
	data  []byte
	high  uint64 // number of pages in use, and free ones between them
	txid  uint64
	seen  []uint64
	pages int
	// entry is called, if it is set, with every key and value, the name of the bucket they are in, and how deep that
	// lies: 1 is within the top level.
	entry func(bucket []byte, depth int, key, value []byte)
}

// inspectStructure returns an error that wraps errDamaged when the file cannot be given to bbolt.
func inspectStructure(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		return errInUse
	} else if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	return walkPages(f)
}

// walkPages maps the file and walks its pages.
func walkPages(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < 4*pageSize {
		return fmt.Errorf("%w: it has %d bytes, and even an empty one has %d", errDamaged, info.Size(), 4*pageSize)
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map: %w", err)
	}
	s := structure{data: data}
	return errors.Join(guard(s.walk), unix.Munmap(data))
}

func (s *structure) damaged(page uint64, format string, args ...any) error {
	return fmt.Errorf("%w: page %d: %s", errDamaged, page, fmt.Sprintf(format, args...))
}

// walk checks both meta pages and everything that can be reached from the later one.
func (s *structure) walk() error {
	root, high, txid := uint64(0), uint64(0), uint64(0)
	for n := range uint64(2) {
		r, h, t, err := s.meta(n)
		if err != nil {
			// bbolt would go on with the other one, which is a commit older: what was reported would be forgotten.
			return err
		}
		if t >= txid {
			root, high, txid = r, h, t
		}
	}
	if high < 4 || high > uint64(len(s.data))/pageSize {
		return s.damaged(0, "%d pages in use in a file of %d bytes", high, len(s.data))
	}
	s.high, s.txid, s.seen = high, txid, make([]uint64, high/64+1)
	return s.tree(root, nil, nil, nil, 0)
}

func (s *structure) meta(n uint64) (root, high, txid uint64, err error) {
	p := s.data[n*pageSize:][:pageSize]
	m := p[pageHeaderBytes:][:metaBytes]
	h := fnv.New64a()
	_, _ = h.Write(m[:metaBytes-8]) // never fails
	le := binary.LittleEndian
	switch {
	case le.Uint64(p) != n, le.Uint16(p[8:]) != metaPage, le.Uint32(m) != metaMagic:
		return 0, 0, 0, s.damaged(n, "it is no meta page")
	case le.Uint32(m[4:]) != metaVersion, le.Uint32(m[8:]) != pageSize:
		return 0, 0, 0, s.damaged(n, "version %d with pages of %d bytes", le.Uint32(m[4:]), le.Uint32(m[8:]))
	case le.Uint64(m[metaBytes-8:]) != h.Sum64():
		return 0, 0, 0, s.damaged(n, "the meta page does not match its checksum")
	}
	return le.Uint64(m[16:]), le.Uint64(m[40:]), le.Uint64(m[48:]), nil
}

// claim notes a page and those that continue it as reached, and returns its bytes.
func (s *structure) claim(id uint64) ([]byte, error) {
	if id < 2 || id >= s.high {
		return nil, s.damaged(id, "it is referred to, and not one of %d pages", s.high)
	}
	head := s.data[id*pageSize:]
	if own := binary.LittleEndian.Uint64(head); own != id {
		return nil, s.damaged(id, "it says that it is page %d", own)
	}
	more := uint64(binary.LittleEndian.Uint32(head[12:]))
	if id+more >= s.high {
		return nil, s.damaged(id, "%d pages continue it, behind the last", more)
	}
	for n := id; n <= id+more; n++ {
		if s.seen[n/64]&(1<<(n%64)) != 0 {
			return nil, s.damaged(n, "it is referred to twice")
		}
		s.seen[n/64] |= 1 << (n % 64)
	}
	s.pages += int(more) + 1
	return s.data[id*pageSize:][:(more+1)*pageSize], nil
}

// tree walks the pages below one page, of the bucket of that name. Their keys are at least low and below high; nil means
// no bound. Buckets below depth 2 are none of ours.
func (s *structure) tree(id uint64, name, low, high []byte, depth int) error {
	page, err := s.claim(id)
	if err != nil {
		return err
	}
	switch binary.LittleEndian.Uint16(page[8:]) {
	case branchPage:
		return s.branch(id, page, name, low, high, depth)
	case leafPage:
		return s.leaf(id, page, name, low, high, depth)
	}
	return s.damaged(id, "it is neither branch nor leaf")
}

func (s *structure) branch(id uint64, page, name, low, high []byte, depth int) error {
	count := int(binary.LittleEndian.Uint16(page[10:]))
	if count == 0 || pageHeaderBytes+count*branchElementBytes > len(page) {
		return s.damaged(id, "a branch with %d children", count)
	}
	element := func(i int) (key []byte, child uint64, err error) {
		at := pageHeaderBytes + i*branchElementBytes
		e := page[at:]
		pos, size := uint64(binary.LittleEndian.Uint32(e)), uint64(binary.LittleEndian.Uint32(e[4:]))
		if uint64(at)+pos+size > uint64(len(page)) {
			return nil, 0, s.damaged(id, "key %d lies outside", i)
		}
		return page[uint64(at)+pos:][:size], binary.LittleEndian.Uint64(e[8:]), nil
	}
	for i := range count {
		key, child, err := element(i)
		if err != nil {
			return err
		}
		next := high
		if i+1 < count {
			if next, _, err = element(i + 1); err != nil {
				return err
			}
		}
		if bytes.Compare(key, next) >= 0 && next != nil || bytes.Compare(key, low) < 0 {
			return s.damaged(id, "key %d is out of order", i)
		}
		if err := s.tree(child, name, key, next, depth); err != nil {
			return err
		}
	}
	return nil
}

// leaf walks a leaf page, or the page within a bucket's value; name is that of the bucket it belongs to.
func (s *structure) leaf(id uint64, page, name, low, high []byte, depth int) error {
	count := int(binary.LittleEndian.Uint16(page[10:]))
	if pageHeaderBytes+count*leafElementBytes > len(page) {
		return s.damaged(id, "a leaf with %d keys", count)
	}
	last := low
	for i := range count {
		at := uint64(pageHeaderBytes + i*leafElementBytes)
		e := page[at:]
		le := binary.LittleEndian
		flags, pos, keySize, size := le.Uint32(e), uint64(le.Uint32(e[4:])), uint64(le.Uint32(e[8:])), uint64(le.Uint32(e[12:]))
		if at+pos+keySize+size > uint64(len(page)) || flags > 1 {
			return s.damaged(id, "key %d lies outside", i)
		}
		key, value := page[at+pos:][:keySize], page[at+pos+keySize:][:size]
		if order := bytes.Compare(key, last); order < 0 || (order == 0 && i > 0) || high != nil && bytes.Compare(key, high) >= 0 {
			return s.damaged(id, "key %d is out of order", i)
		}
		last = key
		if flags == 1 {
			if err := s.bucket(id, key, value, depth+1); err != nil {
				return err
			}
		} else if s.entry != nil {
			s.entry(name, depth, key, value)
		}
	}
	return nil
}

func isGroupName(name []byte) bool {
	for _, s := range record.Streams {
		if _, ok := parseGroupName(s, name); ok {
			return true
		}
	}
	return false
}

// bucket walks a bucket: its own pages, or the page that lies within its value.
func (s *structure) bucket(id uint64, name, value []byte, depth int) error {
	if depth > 2 || len(value) < bucketHeaderBytes {
		return s.damaged(id, "bucket %q makes no sense", name)
	}
	if root := binary.LittleEndian.Uint64(value); root != 0 {
		return s.treeOf(root, name, depth)
	}
	page := value[bucketHeaderBytes:]
	if len(page) < pageHeaderBytes || binary.LittleEndian.Uint16(page[8:]) != leafPage {
		return s.damaged(id, "bucket %q makes no sense", name)
	}
	return s.leaf(id, page, name, nil, nil, depth)
}

// treeOf walks the pages of a bucket. A group's bucket is one leaf.
func (s *structure) treeOf(root uint64, name []byte, depth int) error {
	if !isGroupName(name) {
		return s.tree(root, name, nil, nil, depth)
	}
	page, err := s.claim(root)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint16(page[8:]) != leafPage {
		return s.damaged(root, "the group %x is no leaf", name)
	}
	return s.leaf(root, page, name, nil, nil, depth)
}
