package speech

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrFormat is wrapped when a file is not a WAV of 16-bit PCM.
var ErrFormat = errors.New("not a WAV file of 16-bit PCM, mono or stereo, at 8 to 48 kHz")

const (
	headerSize = 44
	pcm        = 1 // WAVE_FORMAT_PCM; Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991
)

// EncodeWAV writes a sound as a WAV file.
func EncodeWAV(s Sound) []byte {
	size := 2 * len(s.Samples)
	b := make([]byte, 0, headerSize+size)
	le := binary.LittleEndian
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(headerSize-8+size))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, pcm)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, uint32(s.Rate))
	b = le.AppendUint32(b, uint32(2*s.Rate))
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(size))
	for _, v := range s.Samples {
		b = le.AppendUint16(b, uint16(v))
	}
	return b
}

// DecodeWAV reads a WAV file; stereo is mixed. The sizes in its header may be larger than the file: a program that
// writes to a pipe does not know them beforehand. Errors wrap ErrFormat.
func DecodeWAV(b []byte) (Sound, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return Sound{}, fmt.Errorf("%w: it does not begin with RIFF and WAVE", ErrFormat)
	}
	var format *waveFormat
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		if size < len(body) {
			body = body[:size]
		}
		switch id {
		case "fmt ":
			f, err := readFormat(body)
			if err != nil {
				return Sound{}, err
			}
			format = &f
		case "data":
			if format == nil {
				return Sound{}, fmt.Errorf("%w: data before the format", ErrFormat)
			}
			return format.sound(body), nil
		}
		rest = rest[min(len(rest), 8+len(body)+len(body)%2):] // chunks begin at even places
	}
	return Sound{}, fmt.Errorf("%w: there is no data", ErrFormat)
}

type waveFormat struct {
	channels, rate int
}

func readFormat(b []byte) (waveFormat, error) {
	if len(b) < 16 {
		return waveFormat{}, fmt.Errorf("%w: the format has %d bytes, not 16", ErrFormat, len(b))
	}
	le := binary.LittleEndian
	tag, channels, rate, bits := le.Uint16(b), le.Uint16(b[2:]), le.Uint32(b[4:]), le.Uint16(b[14:])
	if tag != pcm || channels < 1 || channels > 2 || rate < 8000 || rate > 48000 || bits != 16 {
		return waveFormat{}, fmt.Errorf("%w: format %d, %d channels, %d Hz, %d bits", ErrFormat, tag, channels, rate, bits)
	}
	return waveFormat{channels: int(channels), rate: int(rate)}, nil
}

func (f waveFormat) sound(data []byte) Sound {
	frame := 2 * f.channels
	s := Sound{Rate: f.rate, Samples: make([]int16, len(data)/frame)}
	for i := range s.Samples {
		sum := 0
		for c := range f.channels {
			sum += int(int16(binary.LittleEndian.Uint16(data[i*frame+2*c:])))
		}
		s.Samples[i] = int16(sum / f.channels)
	}
	return s
}
