package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

// Batch is the payload of an up/{stream} message: consecutive records of one stream of one journal, and the
// tombstones of those that are gone. Either list may be empty, not both.
type Batch struct {
	Epoch   string   `json:"epoch"`
	Stream  Stream   `json:"stream"`
	Records []Record `json:"records"`
	Lost    []Lost   `json:"lost,omitempty"`
}

var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// One encoder and decoder serve all callers: EncodeAll and DecodeAll are safe for concurrent use.
var (
	zstdEncoder = must(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault),
		zstd.WithWindowSize(256<<10)))
	zstdDecoder = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxBatch)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// EncodeBatch spells a batch for the wire, compressed with zstd when that is shorter.
func EncodeBatch(b Batch) ([]byte, error) {
	text, err := appendRecords(nil, b.Records)
	if err != nil {
		return nil, fmt.Errorf("encode batch of %s: %w", b.Stream, err)
	}
	return EncodeText(b.Epoch, b.Stream, text, b.Lost), nil
}

// EncodeText spells a batch whose records are written already: text is their JSON objects joined by commas, as
// AppendRecords writes them. It is what EncodeBatch makes of the same records.
func EncodeText(epoch string, stream Stream, text []byte, lost []Lost) []byte {
	return pack(appendBatch(make([]byte, 0, len(text)+128+64*len(lost)), epoch, stream, text, lost))
}

// pack compresses a payload when that makes it shorter.
func pack(plain []byte) []byte {
	if packed := zstdEncoder.EncodeAll(plain, nil); len(packed) < len(plain) {
		return packed
	}
	return plain
}

// appendBatch appends the JSON of a batch. "records" is a list also when only tombstones travel.
func appendBatch(dst []byte, epoch string, stream Stream, text []byte, lost []Lost) []byte {
	dst = append(dst, `{"epoch":`...)
	dst = appendString(dst, epoch)
	dst = append(dst, `,"stream":`...)
	dst = appendString(dst, string(stream))
	dst = append(dst, `,"records":[`...)
	dst = append(dst, text...)
	dst = append(dst, ']')
	for i, l := range lost {
		separator := `,{"first":`
		if i == 0 {
			separator = `,"lost":[{"first":`
		}
		dst = append(dst, separator...)
		dst = strconv.AppendUint(dst, l.First, 10)
		dst = append(dst, `,"last":`...)
		dst = strconv.AppendUint(dst, l.Last, 10)
		dst = append(dst, `,"reason":`...)
		dst = append(appendString(dst, l.Reason), '}')
	}
	if len(lost) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// ErrTooLarge is wrapped by DecodeBatch for a payload over a limit of this package.
var ErrTooLarge = errors.New("over the size limit")

// DecodeBatch reads a batch from the wire and validates all of it. Members it does not know are passed over. The batch
// keeps nothing of payload.
func DecodeBatch(payload []byte) (Batch, error) {
	text, err := unpack("batch", payload)
	if err != nil {
		return Batch{}, err
	}
	c := cursor{text: text}
	if b, ok := c.batch(); ok {
		return b, b.validate((*Record).checkParsed)
	}
	var b struct {
		Batch
		Records parsedRecords `json:"records"` // takes the place of Batch's
	}
	if err := json.Unmarshal(text, &b); err != nil {
		return Batch{}, fmt.Errorf("decode batch: %w", err)
	}
	b.Batch.Records = b.Records
	return b.Batch, b.Batch.Validate()
}

// unpack returns the JSON in a payload, in memory of its own; what is what it is called in errors.
func unpack(what string, payload []byte) ([]byte, error) {
	if len(payload) > MaxPayload {
		return nil, fmt.Errorf("%s of %d bytes, at most %d are allowed: %w", what, len(payload), MaxPayload, ErrTooLarge)
	}
	if !bytes.HasPrefix(payload, zstdMagic) {
		return bytes.Clone(payload), nil
	}
	text, err := zstdDecoder.DecodeAll(payload, nil)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded) || len(text) > MaxBatch:
		return nil, fmt.Errorf("%s is over %d bytes when decompressed: %w", what, MaxBatch, ErrTooLarge)
	case err != nil:
		return nil, fmt.Errorf("decompress %s: %w", what, err)
	}
	return text, nil
}

// parsedRecords reads a list of records from JSON without taking memory for more than a batch may have.
type parsedRecords []Record

func (p *parsedRecords) UnmarshalJSON(text []byte) error {
	text, list := bytes.CutPrefix(text, []byte("["))
	if !list {
		return json.Unmarshal(text, (*[]Record)(p))
	}
	text, _ = bytes.CutSuffix(text, []byte("]"))
	records, err := parseAny(text, nil, MaxBatchRecords)
	*p = records
	return err
}

// batch reads a batch as appendBatch writes it.
func (c *cursor) batch() (b Batch, ok bool) {
	if !c.next(`{"epoch":`) {
		return b, false
	}
	var names ring
	if b.Epoch, ok = c.string(&names); !ok || !c.next(`,"stream":`) {
		return b, false
	}
	stream, ok := c.string(&names)
	if b.Stream = Stream(stream); !ok || !c.next(`,"records":[`) {
		return b, false
	}
	if b.Records, ok = c.records(make([]Record, 0, c.count())); !ok || !c.next(`]`) {
		return b, false
	}
	if c.next(`,"lost":[`) {
		if b.Lost, ok = c.lost(); !ok {
			return b, false
		}
	}
	return b, c.next(`}`) && c.at == len(c.text)
}

// count guesses from the size of the text how many records are in it, to allocate for them once.
func (c *cursor) count() int { return min(len(c.text)/256+1, MaxBatchRecords) }

// lost reads tombstones up to the end of their list.
func (c *cursor) lost() (all []Lost, ok bool) {
	var reasons ring
	for {
		var l Lost
		if !c.next(`{"first":`) {
			return nil, false
		}
		if l.First, ok = c.number(); !ok || !c.next(`,"last":`) {
			return nil, false
		}
		if l.Last, ok = c.number(); !ok || !c.next(`,"reason":`) {
			return nil, false
		}
		if l.Reason, ok = c.string(&reasons); !ok || !c.next(`}`) {
			return nil, false
		}
		all = append(all, l)
		if !c.next(`,`) {
			return all, c.next(`]`)
		}
	}
}

// checkParsed is Validate of a record that cursor has read: its data is a JSON object.
func (r *Record) checkParsed() error {
	if len(r.Data) > MaxData {
		return CheckData(r.Data)
	}
	return r.checkStamp()
}

// Validate refuses a batch that breaks the contract: unknown stream, bad epoch, seq that does not rise, a bad
// record or tombstone, or nothing at all.
func (b Batch) Validate() error { return b.validate((*Record).validate) }

func (b Batch) validate(check func(*Record) error) error {
	if err := CheckEpoch(b.Epoch); err != nil {
		return err
	}
	if _, err := ParseStream(string(b.Stream)); err != nil {
		return err
	}
	if len(b.Records) == 0 && len(b.Lost) == 0 {
		return errors.New("batch has neither records nor lost")
	}
	if n := len(b.Records) + len(b.Lost); n > MaxBatchRecords {
		return fmt.Errorf("batch of %d records, at most %d are allowed: %w", n, MaxBatchRecords, ErrTooLarge)
	}
	for i := range b.Records {
		r := &b.Records[i]
		if err := check(r); err != nil {
			return fmt.Errorf("records[%d]: %w", i, err)
		}
		if i > 0 && r.Seq <= b.Records[i-1].Seq {
			return fmt.Errorf("records[%d]: seq %d after %d: expected rising seq", i, r.Seq, b.Records[i-1].Seq)
		}
	}
	for i, l := range b.Lost {
		if err := l.Validate(); err != nil {
			return fmt.Errorf("lost[%d]: %w", i, err)
		}
	}
	return nil
}
