package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"stationkeeper/internal/record"
)

// A packed group holds consecutive records of one stream. It can be told from other bytes and checked by itself, so
// that it is found again in a file whose structure is damaged. Numbers are big-endian.
//
//	0  4  "SKg2"
//	4  4  CRC-32C of everything after it
//	8  4  length of the packed text
//	12 4  number of records
//	16 1  stream: its index in record.Streams
//	17 1  how the text is packed: one of the pack constants
//	18 1  1 when the group was thinned, so that seqs are missing in it
//	19 1  0
//	20 8  first seq
//	28 8  last seq
//	36 8  wall time of the commit, in ms since 1970
//	44 8  state.Serial of the commit
//	52    the records' JSON joined by commas, packed
const headerSize = 52

var groupMagic = []byte("SKg2")

const (
	packZstd = 'z'
	packS2   = 's'
)

const (
	groupRecords = record.MaxBatchRecords
	groupBytes   = 1 << 20 // of data, before packing; one record may exceed it
	// quickBytes is the size of text from which on a group is packed with S2 rather than zstd: a group that large is
	// a burst, whose writer waits, and S2 takes a quarter of the time for less than twice the bytes.
	quickBytes = 96 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	packer   = must(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithWindowSize(128<<10)))
	unpacker = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxText)))
)

// scratch is where texts are spelled and packed before they are copied to where they stay.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// maxText bounds the text of one group, so that a damaged length allocates no more.
const maxText = groupRecords * 2 * record.MaxData

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// header is what is known of a packed group without unpacking it. Its checksum is not verified.
type header struct {
	stream      record.Stream
	first, last uint64
	records     int
	thinned     bool
	committed   time.Time
	serial      uint64
	size        int // of the whole packed group
	coding      byte
}

var errGroup = errors.New("group does not match its checksum")

// readHeader reads the header that b begins with.
func readHeader(b []byte) (h header, ok bool) {
	if len(b) < headerSize || !bytes.HasPrefix(b, groupMagic) || int(b[16]) >= len(record.Streams) {
		return h, false
	}
	h = header{
		stream: record.Streams[b[16]], coding: b[17], thinned: b[18] == 1,
		records:   int(binary.BigEndian.Uint32(b[12:])),
		first:     binary.BigEndian.Uint64(b[20:]),
		last:      binary.BigEndian.Uint64(b[28:]),
		committed: time.UnixMilli(int64(binary.BigEndian.Uint64(b[36:]))),
		serial:    binary.BigEndian.Uint64(b[44:]),
		size:      headerSize + int(binary.BigEndian.Uint32(b[8:])),
	}
	return h, h.first > 0 && h.first <= h.last && h.last < 1<<62 && h.size <= len(b)
}

// verify reports whether a packed group is as it was written.
func verify(b []byte) (header, bool) {
	h, ok := readHeader(b)
	if !ok || crc32.Checksum(b[8:h.size], castagnoli) != binary.BigEndian.Uint32(b[4:]) {
		return h, false
	}
	return h, true
}

// pack packs the text of a group. The size in h is set by it.
func (h header) pack(text []byte) []byte {
	b := make([]byte, headerSize, headerSize+64+len(text)*2/5)
	copy(b, groupMagic)
	binary.BigEndian.PutUint32(b[12:], uint32(h.records))
	for i, s := range record.Streams {
		if s == h.stream {
			b[16] = byte(i)
		}
	}
	if h.thinned {
		b[18] = 1
	}
	binary.BigEndian.PutUint64(b[20:], h.first)
	binary.BigEndian.PutUint64(b[28:], h.last)
	binary.BigEndian.PutUint64(b[36:], uint64(h.committed.UnixMilli()))
	binary.BigEndian.PutUint64(b[44:], h.serial)
	if len(text) >= quickBytes {
		b[17] = packS2
		room := scratch.Get().(*[]byte) // S2 wants room for the worst case, four times what it then takes
		*room = slices.Grow((*room)[:0], s2.MaxEncodedLen(len(text)))
		b = append(b, s2.Encode((*room)[:cap(*room)], text)...)
		scratch.Put(room)
	} else {
		b[17] = packZstd
		b = packer.EncodeAll(text, b)
	}
	binary.BigEndian.PutUint32(b[8:], uint32(len(b)-headerSize))
	binary.BigEndian.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli))
	return b
}

// unpackText returns the text of a packed group.
func unpackText(b []byte) (header, []byte, error) {
	h, ok := verify(b)
	if !ok {
		return h, nil, errGroup
	}
	var text []byte
	var err error
	switch packed := b[headerSize:h.size]; h.coding {
	case packZstd:
		text, err = unpacker.DecodeAll(packed, nil)
	case packS2:
		var n int
		if n, err = s2.DecodedLen(packed); err == nil && n > maxText {
			err = fmt.Errorf("its text has %d bytes", n)
		}
		if err == nil {
			text, err = s2.Decode(nil, packed)
		}
	default:
		err = fmt.Errorf("packed in an unknown way, %q", h.coding)
	}
	if err != nil {
		return h, nil, fmt.Errorf("unpack group: %w", err)
	}
	return h, text, nil
}

// group is an unpacked group.
type group struct {
	header
	content []record.Record
}

// unpack reads a packed group whose first seq should be first.
func unpack(b []byte, first uint64) (group, error) {
	h, text, err := unpackText(b)
	if err != nil {
		return group{}, err
	}
	g := group{header: h}
	if g.content, err = record.ParseRecords(text, make([]record.Record, 0, h.records)); err != nil {
		return group{}, fmt.Errorf("unpack group: %w", err)
	}
	n := len(g.content)
	if h.first != first || n != h.records || n == 0 || g.content[0].Seq != first || g.content[n-1].Seq != h.last {
		return group{}, fmt.Errorf("unpack group: %d records where %d from %d are expected", n, h.records, first)
	}
	return g, nil
}

// runs cuts consecutive records into groups within the limits.
func runs(records []record.Record) (out [][]record.Record) {
	start, size := 0, 0
	for i, r := range records {
		if i > start && (i-start == groupRecords || size+len(r.Data) > groupBytes) {
			out = append(out, records[start:i])
			start, size = i, 0
		}
		size += len(r.Data)
	}
	if start < len(records) {
		out = append(out, records[start:])
	}
	return out
}
