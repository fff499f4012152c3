package escpos

import (
	"fmt"
	"slices"

	"github.com/boombuler/barcode/qr"
)

// MaxQR is the longest content of a QR code, in bytes: an address. A code of it has 65 modules on a side.
const MaxQR = 280

// QRModules returns a QR code with the error correction M (15 %), one dot a module, without its quiet zone.
func QRModules(content string) (*Bits, error) {
	if content == "" || len(content) > MaxQR {
		return nil, fmt.Errorf("QR code of %d bytes: expected 1 to %d", len(content), MaxQR)
	}
	code, err := qr.Encode(content, qr.M, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("QR code of %q: %w", content, err)
	}
	side := code.Bounds().Dx()
	bits := NewBits(side, side)
	for y := range side {
		for x := range side {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				bits.Blacken(x, y)
			}
		}
	}
	return bits, nil
}

// QR returns the commands that print a QR code with modules of 1 to 16 dots (GS ( k, functions 165, 167, 169, 180 and
// 181): model 2, error correction M.
func QR(content string, module int) []byte {
	symbol := func(parameters ...byte) []byte {
		n := len(parameters) + 1
		return append([]byte{GS, '(', 'k', byte(n), byte(n >> 8), '1'}, parameters...)
	}
	return slices.Concat(
		symbol(65, '2', 0),
		symbol(67, byte(min(max(module, 1), 16))),
		symbol(69, '1'),
		symbol(append([]byte{80, '0'}, content...)...),
		symbol(81, '0'),
	)
}
