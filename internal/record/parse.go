package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// ParseRecords reads records written one after another, joined by commas, as AppendRecords writes them, and appends
// them to buf. The outcome is that of encoding/json for a list of them, except that nothing is returned on an error.
//
// Text in the form that our own programs write is read directly, and the records' Data then are parts of text, which
// must not change while they are in use; strings that repeat are kept once. Any other form is left to encoding/json.
// The records are not validated, but for Data being JSON.
func ParseRecords(text []byte, buf []Record) ([]Record, error) {
	c := cursor{text: text}
	if records, ok := c.records(buf); ok && c.at == len(text) {
		return records, nil
	}
	records, err := parseAny(text, buf, 0)
	if err != nil {
		return nil, fmt.Errorf("parse records: %w", err)
	}
	return records, nil
}

// parseAny is ParseRecords by encoding/json. It refuses more records than limit, if that is not 0, before they take memory.
func parseAny(text []byte, buf []Record, limit int) ([]Record, error) {
	d := json.NewDecoder(io.MultiReader(bytes.NewReader([]byte("[")), bytes.NewReader(text), bytes.NewReader([]byte("]"))))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	from := len(buf)
	for d.More() {
		if limit > 0 && len(buf)-from == limit {
			return nil, fmt.Errorf("more than %d records: %w", limit, ErrTooLarge)
		}
		var r Record
		if err := d.Decode(&r); err != nil {
			return nil, err
		}
		buf = append(buf, r)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text goes on after the last record")
	}
	return buf, nil
}

// cursor reads the JSON that our own programs write: members in the order of the structs, no white space, no escapes
// outside data, times in UTC. Its methods report false for anything else, and the caller turns to encoding/json.
type cursor struct {
	text []byte
	at   int
	kept kept

	date [10]byte // the last date that was read, and the Unix time of its midnight
	day  int64
}

// records reads records joined by commas, up to what cannot be a record.
func (c *cursor) records(buf []Record) ([]Record, bool) {
	if c.at == len(c.text) || c.text[c.at] != '{' {
		return buf, true
	}
	for {
		buf = append(buf, Record{})
		if !c.record(&buf[len(buf)-1]) {
			return nil, false
		}
		if !c.next(",") {
			return buf, true
		}
	}
}

func (c *cursor) record(r *Record) (ok bool) {
	if !c.next(`{"seq":`) {
		return false
	}
	if r.Seq, ok = c.number(); !ok || !c.next(`,"type":`) {
		return false
	}
	if r.Type, ok = c.string(&c.kept.types); !ok || !c.next(`,"source":`) {
		return false
	}
	if r.Source, ok = c.string(&c.kept.sources); !ok || !c.next(`,"time":`) {
		return false
	}
	if r.Time, ok = c.time(); !ok || !c.next(`,"clock":`) {
		return false
	}
	clock, ok := c.string(&c.kept.clocks)
	if r.Clock = Clock(clock); !ok || !c.next(`,"boot":`) {
		return false
	}
	if r.Boot, ok = c.string(&c.kept.boots); !ok || !c.next(`,"mono":`) {
		return false
	}
	mono, ok := c.number()
	if r.Mono = int64(mono); !ok || !c.next(`,"data":`) {
		return false
	}
	end := objectEnd(c.text, c.at, &anyPlain, maxNesting)
	if end == bad {
		return false
	}
	r.Data = c.text[c.at:end:end]
	c.at = end
	return c.next("}")
}

// next passes over s if it comes next.
func (c *cursor) next(s string) bool {
	if len(c.text)-c.at < len(s) || string(c.text[c.at:c.at+len(s)]) != s {
		return false
	}
	c.at += len(s)
	return true
}

// number reads a whole number from 0 of at most 18 digits: it fits both an int64 and a uint64.
func (c *cursor) number() (n uint64, ok bool) {
	start := c.at
	for c.at < len(c.text) && c.text[c.at]-'0' <= 9 {
		n = n*10 + uint64(c.text[c.at]-'0')
		c.at++
	}
	digits := c.at - start
	return n, digits == 1 || digits > 1 && digits <= 18 && c.text[start] != '0'
}

// string reads a string of printable ASCII without escapes and keeps it.
func (c *cursor) string(k *ring) (string, bool) {
	if !c.next(`"`) {
		return "", false
	}
	start := c.at
	for c.at < len(c.text) && simple[c.text[c.at]] {
		c.at++
	}
	s := k.keep(c.text[start:c.at])
	return s, c.next(`"`)
}

// time reads a time such as "2026-11-23T08:30:00.125Z", with up to nine decimals or none.
func (c *cursor) time() (time.Time, bool) {
	const shortest = len(`"2026-11-23T08:30:00Z"`)
	if len(c.text)-c.at < shortest {
		return time.Time{}, false
	}
	t := c.text[c.at : c.at+shortest-2]
	if t[0] != '"' || t[11] != 'T' || t[14] != ':' || t[17] != ':' || !c.midnight(t[1:11]) {
		return time.Time{}, false
	}
	hour, minute, second := two(t[12:]), two(t[15:]), two(t[18:])
	if hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	c.at += len(t)
	nanoseconds, ok := c.decimals()
	return time.Unix(c.day+int64(hour*3600+minute*60+second), nanoseconds).UTC(), ok && c.next(`Z"`)
}

// decimals reads the fraction of a second, in nanoseconds; 0 when there is none.
func (c *cursor) decimals() (int64, bool) {
	if !c.next(".") {
		return 0, true
	}
	var n int64
	unit, start := int64(1e9), c.at
	for ; c.at < len(c.text) && c.text[c.at]-'0' <= 9; c.at++ {
		unit /= 10
		n += int64(c.text[c.at]-'0') * unit
	}
	return n, c.at > start && c.at-start <= 9
}

// midnight sets day for a date such as 2026-11-23; consecutive records mostly have the same.
func (c *cursor) midnight(date []byte) bool {
	if string(date) == string(c.date[:]) {
		return true
	}
	year, month, day := two(date)*100+two(date[2:]), two(date[5:]), two(date[8:])
	if date[4] != '-' || date[7] != '-' || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day { // there is no 30 February
		return false
	}
	c.day = t.Unix()
	copy(c.date[:], date)
	return true
}

// two reads two digits; a number over 9999 says that they are none.
func two(b []byte) int {
	tens, ones := int(b[0])-'0', int(b[1])-'0'
	if uint(tens) > 9 || uint(ones) > 9 {
		return 1 << 20
	}
	return tens*10 + ones
}

// kept are strings that have been read and are likely to come again: a batch has few types, sources and boots.
type kept struct {
	types, sources, clocks, boots ring
}

// ring is a few strings, the newest first looked at.
type ring struct {
	s    [16]string
	last int
}

// keep returns b as a string, without allocating when it is one of the ring.
func (k *ring) keep(b []byte) string {
	for i := range len(k.s) {
		if s := &k.s[(k.last-i)&(len(k.s)-1)]; len(*s) == len(b) && *s == string(b) {
			return *s
		}
	}
	k.last = (k.last + 1) & (len(k.s) - 1)
	k.s[k.last] = string(b)
	return k.s[k.last]
}
