package virtual

import (
	"fmt"

	"stationkeeper/kiosk/printer/escpos"
)

// command is some bytes that belong together: a command with its parameters, or one character.
type command []byte

// framer cuts what comes in into commands. The zero value is at a beginning.
type framer struct {
	raster  bool // knows no Chinese
	chinese bool
	part    command
}

// step takes one byte into account. It returns a command when the byte ends one, and an error when what it has is none;
// then it begins anew.
func (f *framer) step(b byte) (command, error) {
	f.part = append(f.part, b)
	size, err := f.size(f.part)
	if err != nil {
		f.part = nil
		return nil, err
	}
	if len(f.part) < size {
		return nil, nil
	}
	c := f.part
	f.part = nil
	switch string(c) {
	case "\x1b@", "\x1c.":
		f.chinese = false
	case "\x1c&":
		f.chinese = !f.raster
	}
	return c, nil
}

// size is how long what begins with part is, as far as part tells: never less than len(part).
func (f *framer) size(part command) (int, error) {
	switch first := part[0]; {
	case first == escpos.LF, first >= 0x20 && first < 0x7f:
		return 1, nil
	case first == escpos.ESC || first == escpos.FS || first == escpos.GS:
		return named(part)
	case f.chinese && first > 0x80 && first < 0xff:
		return character(part)
	case first >= 0x80:
		return 0, fmt.Errorf("byte %#02x: no character of this printer; it has no Chinese, or was not told to read Chinese (FS &)", first)
	}
	return 0, fmt.Errorf("byte %#02x: no command and no character", part[0])
}

// character is the length of a character in GB 18030.
func character(part command) (int, error) {
	if len(part) == 1 {
		return 2, nil
	}
	switch second := part[1]; {
	case second >= 0x40 && second != 0x7f && second != 0xff:
		return 2, nil
	case second >= '0' && second <= '9':
		return 4, nil
	}
	return 0, fmt.Errorf("bytes % x: no character of GB 18030", []byte(part))
}

// lengths are those of commands that have one: their name, two bytes, and so many.
var lengths = map[string]int{
	"\x1b@": 0, "\x1b2": 0, "\x1ba": 1, "\x1bE": 1, "\x1bd": 1, "\x1bJ": 1,
	"\x1c&": 0, "\x1c.": 0,
	"\x1d!": 1, "\x1dr": 1, "\x1da": 1,
}

func named(part command) (int, error) {
	if len(part) < 2 {
		return 2, nil
	}
	if n, ok := lengths[string(part[:2])]; ok {
		return 2 + n, nil
	}
	switch string(part[:2]) {
	case "\x1dV":
		return cutSize(part)
	case "\x1dv":
		return rasterSize(part)
	case "\x1d(":
		return blockSize(part)
	}
	return 0, fmt.Errorf("% x: unknown command", []byte(part))
}

func cutSize(part command) (int, error) {
	if len(part) < 3 {
		return 3, nil
	}
	switch part[2] {
	case 0, 1, '0', '1':
		return 3, nil
	case 'A', 'B':
		return 4, nil
	}
	return 0, fmt.Errorf("% x: GS V knows no such cut", []byte(part))
}

// rasterSize is the length of GS v 0 m xL xH yL yH d1…dk, k = x·y.
func rasterSize(part command) (int, error) {
	if len(part) < 8 {
		return 8, nil
	}
	x, y := pair(part[4:]), pair(part[6:])
	if part[2] != '0' || part[3] != 0 || x < 1 || x > escpos.MaxDots/8 || y < 1 || y > 2303 {
		return 0, fmt.Errorf("% x: GS v 0: expected normal size, up to %d bytes and 2303 rows", []byte(part[:8]), escpos.MaxDots/8)
	}
	return 8 + x*y, nil
}

// blockSize is the length of GS ( L pL pH … and its kin.
func blockSize(part command) (int, error) {
	if len(part) < 5 {
		return 5, nil
	}
	if part[2] != 'L' && part[2] != 'k' {
		return 0, fmt.Errorf("% x: unknown command", []byte(part))
	}
	n := pair(part[3:])
	if n < 2 {
		return 0, fmt.Errorf("% x: too short for a function", []byte(part))
	}
	return 5 + n, nil
}

func pair(b []byte) int { return int(b[0]) | int(b[1])<<8 }
