// Package disk is a disk with a volatile write cache: a write is acknowledged at once and outlasts a power cut only
// after the next flush, as SSDs, memory cards and hard disks do it. Its power can be cut at a planned operation, and
// what the cut leaves of the cache is chosen at random from what real devices have been seen to leave.
package disk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
)

// SectorSize is the unit, in bytes, that a disk writes whole or not at all.
const SectorSize = 512

// ErrOff is returned by every access while the power is off.
var ErrOff = errors.New("the disk has no power")

// Disk keeps its content in memory. All methods are safe for concurrent use.
type Disk struct {
	mu      sync.Mutex
	content []byte  // what a reader sees
	stable  []byte  // what the medium held at the last flush
	cache   []write // acknowledged since then, in order
	deaf    bool    // acknowledges flushes without doing them
	left    int     // operations until the power fails; 0 when that is not planned
	counted Operation
	off     chan struct{}
	counts  Counts
}

// Operation is what is counted towards a planned power cut.
type Operation int

// The power fails at a write or a flush, whichever is due, or at a flush, when the cache is at its fullest.
const (
	Any Operation = iota
	FlushOnly
)

// write is one acknowledged write. With through it reached the medium before it was acknowledged (FUA).
type write struct {
	offset  int64
	data    []byte
	through bool
}

// Counts says what a disk was asked to do since it was made.
type Counts struct {
	Writes, Flushes int
	// Ignored counts the flushes that a deaf disk acknowledged without doing them.
	Ignored int
}

// New returns a disk that is switched on and holds a copy of content, whose length must be a multiple of SectorSize.
func New(content []byte) (*Disk, error) {
	if len(content) == 0 || len(content)%SectorSize != 0 {
		return nil, fmt.Errorf("disk of %d bytes: expected a multiple of %d", len(content), SectorSize)
	}
	return &Disk{
		content: append([]byte(nil), content...),
		stable:  append([]byte(nil), content...),
		off:     make(chan struct{}),
	}, nil
}

// Deafen makes the disk acknowledge flushes, and writes through the cache, without doing them, as dishonest devices do.
func (d *Disk) Deafen() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.deaf = true
}

// Size is the length of the disk in bytes.
func (d *Disk) Size() int64 { return int64(len(d.content)) }

// Read fills p with what is at offset, the cache included.
func (d *Disk) Read(p []byte, offset int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check("read", len(p), offset); err != nil {
		return err
	}
	copy(p, d.content[offset:])
	return nil
}

// Write puts p into the cache; with through, it is on the medium when Write returns. Offset and length must be whole
// sectors.
func (d *Disk) Write(p []byte, offset int64, through bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check("write", len(p), offset); err != nil {
		return err
	}
	if offset%SectorSize != 0 || len(p)%SectorSize != 0 {
		return fmt.Errorf("write %d bytes at %d: expected whole sectors of %d", len(p), offset, SectorSize)
	}
	d.counts.Writes++
	copy(d.content[offset:], p)
	d.cache = append(d.cache, write{offset, append([]byte(nil), p...), through && !d.deaf})
	if d.counted == FlushOnly {
		return nil
	}
	return d.spend()
}

// Flush brings everything acknowledged before it to the medium.
func (d *Disk) Flush() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check("flush", 0, 0); err != nil {
		return err
	}
	if err := d.spend(); err != nil { // before: a flush that was cut short has done nothing that could be relied on
		return err
	}
	if d.deaf {
		d.counts.Ignored++
		return nil
	}
	d.counts.Flushes++
	for _, w := range d.cache {
		copy(d.stable[w.offset:], w.data)
	}
	d.cache = nil
	return nil
}

func (d *Disk) check(what string, length int, offset int64) error {
	if d.isOff() {
		return ErrOff
	}
	if offset < 0 || offset > d.Size()-int64(length) {
		return fmt.Errorf("%s %d bytes at %d: the disk has %d", what, length, offset, d.Size())
	}
	return nil
}

// spend counts an operation towards the planned failure. The caller holds mu.
func (d *Disk) spend() error {
	if d.left == 0 {
		return nil
	}
	if d.left--; d.left == 0 {
		close(d.off)
		return ErrOff
	}
	return nil
}

func (d *Disk) isOff() bool {
	select {
	case <-d.off:
		return true
	default:
		return false
	}
}

// FailAfter plans the power cut: the nth operation of a kind from now on, counted from 1, is never answered.
func (d *Disk) FailAfter(n int, counted Operation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left, d.counted = max(1, n), counted
}

// Fail cuts the power now.
func (d *Disk) Fail() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.isOff() {
		close(d.off)
	}
}

// IsOff reports whether the power has failed.
func (d *Disk) IsOff() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.isOff()
}

// Off returns a channel that is closed when the power fails, until Restore.
func (d *Disk) Off() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.off
}

// Loss is what one power cut did to the cache, in sectors written.
type Loss struct{ Kept, Lost int }

// Restore switches the disk on again after a power cut. Of what was in the cache, the medium holds what damage and rng
// leave of it: the same writes and the same rng leave the same. Nothing is lost of a disk whose power did not fail.
func (d *Disk) Restore(damage Damage, rng *rand.Rand) Loss {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left = 0
	if !d.isOff() {
		return Loss{}
	}
	var loss Loss
	kept := damage.survivors(rng, d.cache)
	for i, w := range d.cache {
		for s := range len(w.data) / SectorSize {
			switch {
			case w.through:
			case kept[i][s]:
				loss.Kept++
			default:
				loss.Lost++
				continue
			}
			part := w.data[s*SectorSize : (s+1)*SectorSize]
			copy(d.stable[w.offset+int64(s*SectorSize):], part)
		}
	}
	d.cache = nil
	copy(d.content, d.stable)
	d.off = make(chan struct{})
	return loss
}

// Counts returns what the disk has been asked to do so far.
func (d *Disk) Counts() Counts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counts
}

// Content returns a copy of what a reader sees now.
func (d *Disk) Content() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]byte(nil), d.content...)
}
