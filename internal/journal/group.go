package journal

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/klauspost/compress/zstd"

	"stationkeeper/internal/record"
)

// group is the records of one stream that one commit wrote, in order of seq and without gaps.
type group struct {
	records []record.Record
}

func (g group) first() uint64 { return g.records[0].Seq }
func (g group) last() uint64  { return g.records[len(g.records)-1].Seq }

// A packed group is a header and the records as JSON, compressed with zstd:
//
//	0  4  CRC-32C of everything after it
//	4  8  last seq
//	12 8  wall time of the commit, in ms since 1970
//	20    zstd of a JSON array of records
const headerSize = 20

const (
	groupRecords = record.MaxBatchRecords
	groupBytes   = 1 << 20 // of data, before compression; one record may exceed it
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	packer   = must(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(256<<10)))
	unpacker = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(groupRecords*2*record.MaxData)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (g group) pack(committed time.Time) ([]byte, error) {
	plain, err := json.Marshal(g.records)
	if err != nil {
		return nil, fmt.Errorf("encode records %d to %d: %w", g.first(), g.last(), err)
	}
	b := make([]byte, 4, headerSize+len(plain)/4)
	b = binary.BigEndian.AppendUint64(b, g.last())
	b = binary.BigEndian.AppendUint64(b, uint64(committed.UnixMilli()))
	b = packer.EncodeAll(plain, b)
	binary.BigEndian.PutUint32(b, crc32.Checksum(b[4:], castagnoli))
	return b, nil
}

var errGroup = errors.New("group does not match its checksum")

// header is what is known of a packed group without unpacking it. Its checksum is not verified.
type header struct {
	last      uint64
	committed time.Time
}

func readHeader(b []byte) (header, bool) {
	if len(b) < headerSize {
		return header{}, false
	}
	return header{
		last:      binary.BigEndian.Uint64(b[4:]),
		committed: time.UnixMilli(int64(binary.BigEndian.Uint64(b[12:]))),
	}, true
}

// unpack reads a packed group whose first seq should be first.
func unpack(b []byte, first uint64) (group, error) {
	if len(b) < headerSize || crc32.Checksum(b[4:], castagnoli) != binary.BigEndian.Uint32(b) {
		return group{}, errGroup
	}
	plain, err := unpacker.DecodeAll(b[headerSize:], nil)
	if err != nil {
		return group{}, fmt.Errorf("unpack group: %w", err)
	}
	var g group
	if err := json.Unmarshal(plain, &g.records); err != nil {
		return group{}, fmt.Errorf("unpack group: %w", err)
	}
	if len(g.records) == 0 || g.first() != first || g.last() != first+uint64(len(g.records))-1 {
		return group{}, fmt.Errorf("unpack group: expected records from %d without gaps", first)
	}
	return g, nil
}

// groups cuts consecutive records into groups within the limits.
func groups(records []record.Record) []group {
	var out []group
	start, size := 0, 0
	for i, r := range records {
		if i > start && (i-start == groupRecords || size+len(r.Data) > groupBytes) {
			out = append(out, group{records[start:i]})
			start, size = i, 0
		}
		size += len(r.Data)
	}
	if start < len(records) {
		out = append(out, group{records[start:]})
	}
	return out
}
