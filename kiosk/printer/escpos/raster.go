package escpos

import "slices"

// How pictures are sent.
const (
	RasterBits     = "raster"   // GS v 0, which nearly every printer knows
	RasterGraphics = "graphics" // GS ( L, for printers that have dropped GS v 0
)

// band is how many rows one command has. Small ones keep little in a printer that stops in the middle, and less to fill
// up in one that lost its line in the middle of a picture.
const band = 32

// MaxParameters is more than the bytes that any one command of this package has after its name, on paper of up to
// MaxDots: as many zeros end any command that was cut off, and do nothing otherwise.
const MaxParameters = MaxDots/8*band + 16

// MaxDots is the widest picture, in dots: that of 112 mm paper.
const MaxDots = 832

// Raster returns the commands that print a picture at the left of the paper, in bands, each a command of its own. The
// picture is changed by a dot where it would contain a command that printers obey wherever it stands.
func Raster(picture *Bits, how string) [][]byte {
	var parts [][]byte
	for first := 0; first < picture.Height; first += band {
		rows := picture.Rows(first, min(first+band, picture.Height))
		if how == RasterGraphics {
			parts = append(parts, graphics(rows))
		} else {
			parts = append(parts, rasterBits(rows))
		}
	}
	return parts
}

// rasterBits is GS v 0 with m = 0, normal size.
func rasterBits(b *Bits) []byte {
	head := []byte{GS, 'v', '0', 0, byte(b.Stride), byte(b.Stride >> 8), byte(b.Height), byte(b.Height >> 8)}
	return append(head, harmless(b.Data)...)
}

// graphics is GS ( L: function 112 stores raster graphics of one color, function 50 prints them.
func graphics(b *Bits) []byte {
	width := b.Stride * 8
	n := 10 + len(b.Data)
	head := []byte{GS, '(', 'L', byte(n), byte(n >> 8), 48, 112, 48, 1, 1, 49,
		byte(width), byte(width >> 8), byte(b.Height), byte(b.Height >> 8)}
	return slices.Concat(head, harmless(b.Data), []byte{GS, '(', 'L', 2, 0, 48, 50})
}

// harmless returns data without what looks like a command in real time, DLE EOT, DLE ENQ or DLE DC4: a printer obeys
// those in the middle of a picture too. One more dot in it is not seen.
func harmless(data []byte) []byte {
	var changed []byte
	for i := range len(data) - 1 {
		if data[i] != DLE || data[i+1] != EOT && data[i+1] != ENQ && data[i+1] != DC4 {
			continue
		}
		if changed == nil {
			changed = slices.Clone(data)
		}
		changed[i] |= 0x08
	}
	if changed != nil {
		return changed
	}
	return data
}
