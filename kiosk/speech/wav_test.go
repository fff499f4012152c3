package speech_test

import (
	"encoding/binary"
	"errors"
	"reflect"
	"testing"

	"stationkeeper/kiosk/speech"
)

func wave(tag, channels uint16, rate uint32, bits uint16, data ...byte) []byte {
	le := binary.LittleEndian
	b := []byte("RIFF\xff\xff\xff\x7fWAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00")
	b = le.AppendUint16(b, tag)
	b = le.AppendUint16(b, channels)
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, bits)
	b = append(b, "data\xff\xff\xff\x7f"...)
	return append(b, data...)
}

func TestDecodeWAV(t *testing.T) {
	for _, c := range []struct {
		name string
		file []byte
		want []int16 // nil: refused
	}{
		{"a pipe's header, an odd chunk before", wave(1, 1, 22050, 16, 1, 0, 0xff, 0xff), []int16{1, -1}},
		{"stereo is mixed", wave(1, 2, 44100, 16, 10, 0, 20, 0, 0xff, 0x7f, 0xff, 0x7f), []int16{15, 0x7fff}},
		{"half a sample at the end", wave(1, 1, 8000, 16, 1, 0, 2), []int16{1}},
		{"8 bits", wave(1, 1, 22050, 8, 1, 0), nil},
		{"three channels", wave(1, 3, 22050, 16, 1, 0), nil},
		{"a telephone's law", wave(7, 1, 8000, 16, 1, 0), nil},
		{"too fast", wave(1, 1, 96000, 16, 1, 0), nil},
		{"nothing", nil, nil},
		{"no data", wave(1, 1, 22050, 16)[:50], nil},
		{"data first", []byte("RIFF\x00\x00\x00\x00WAVEdata\x02\x00\x00\x00ab"), nil},
	} {
		got, err := speech.DecodeWAV(c.file)
		if c.want == nil {
			if !errors.Is(err, speech.ErrFormat) {
				t.Errorf("%s: got %v, %v", c.name, got, err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got.Samples, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.name, got.Samples, err, c.want)
		}
	}
}

// FuzzDecodeWAV: what can be read can be written and read again.
func FuzzDecodeWAV(f *testing.F) {
	f.Add(wave(1, 1, 22050, 16, 1, 0, 0xff, 0xff))
	f.Add(wave(1, 2, 44100, 16, 1, 0, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := speech.DecodeWAV(b)
		if err != nil {
			return
		}
		again, err := speech.DecodeWAV(speech.EncodeWAV(s))
		if err != nil || again.Rate != s.Rate || len(again.Samples) != len(s.Samples) {
			t.Errorf("%d Hz, %d samples became %d Hz, %d samples: %v", s.Rate, len(s.Samples), again.Rate, len(again.Samples), err)
		}
	})
}
