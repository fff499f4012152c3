package record

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// AppendRecord appends the JSON object of a record, byte for byte as encoding/json writes it. It panics when the record
// cannot be spelled, which is when its data is not JSON or its time is outside the years 0 to 9999; a valid record
// always can.
func AppendRecord(dst []byte, r Record) []byte {
	dst, err := appendRecord(dst, &r)
	if err != nil {
		panic(fmt.Sprintf("record: %v", err))
	}
	return dst
}

// AppendRecords appends the JSON objects of records, joined by commas, as AppendRecord does.
func AppendRecords(dst []byte, records []Record) []byte {
	dst, err := appendRecords(dst, records)
	if err != nil {
		panic(fmt.Sprintf("record: %v", err))
	}
	return dst
}

func appendRecords(dst []byte, records []Record) ([]byte, error) {
	for i := range records {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendRecord(dst, &records[i]); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func appendRecord(dst []byte, r *Record) ([]byte, error) {
	dst = append(dst, `{"seq":`...)
	dst = strconv.AppendUint(dst, r.Seq, 10)
	dst = append(dst, `,"type":`...)
	dst = appendString(dst, r.Type)
	dst = append(dst, `,"source":`...)
	dst = appendString(dst, r.Source)
	dst = append(dst, `,"time":`...)
	dst, err := appendTime(dst, r.Time)
	if err != nil {
		return dst, fmt.Errorf("encode time of record %d: %w", r.Seq, err)
	}
	dst = append(dst, `,"clock":`...)
	dst = appendString(dst, string(r.Clock))
	dst = append(dst, `,"boot":`...)
	dst = appendString(dst, r.Boot)
	dst = append(dst, `,"mono":`...)
	dst = strconv.AppendInt(dst, r.Mono, 10)
	dst = append(dst, `,"data":`...)
	if dst, err = appendData(dst, r.Data); err != nil {
		return dst, fmt.Errorf("encode data of record %d: %w", r.Seq, err)
	}
	return append(dst, '}'), nil
}

func appendString(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if !simple[s[i]] {
			escaped, err := json.Marshal(s)
			if err != nil {
				panic(err) // a string can always be encoded
			}
			return append(dst, escaped...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

func appendTime(dst []byte, t time.Time) ([]byte, error) {
	dst = append(dst, '"')
	dst, err := t.AppendText(dst)
	return append(dst, '"'), err
}

// appendData appends data as it is when encoding/json would leave it so: compact, and nothing to escape.
func appendData(dst []byte, data json.RawMessage) ([]byte, error) {
	if objectEnd(data, 0, &safePlain, maxNesting) == len(data) {
		return append(dst, data...), nil
	}
	spelled, err := json.Marshal(data)
	return append(dst, spelled...), err
}
