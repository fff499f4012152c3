package escpos

import (
	"image"
	"image/color"
)

// Bits is a picture of black dots and white ones, packed as printers want it: eight to a byte, the leftmost in the
// highest bit, rows one after another. It implements image.Image and draw.Image.
type Bits struct {
	Width, Height int
	// Stride is the bytes of one row.
	Stride int
	Data   []byte
}

// NewBits returns a white picture.
func NewBits(width, height int) *Bits {
	stride := (width + 7) / 8
	return &Bits{Width: width, Height: height, Stride: stride, Data: make([]byte, stride*height)}
}

// Black tells whether a dot is black; outside of the picture all is white.
func (b *Bits) Black(x, y int) bool {
	if x < 0 || y < 0 || x >= b.Width || y >= b.Height {
		return false
	}
	return b.Data[y*b.Stride+x/8]&(0x80>>(x%8)) != 0
}

// Blacken makes a dot black. Outside of the picture it does nothing.
func (b *Bits) Blacken(x, y int) {
	if x >= 0 && y >= 0 && x < b.Width && y < b.Height {
		b.Data[y*b.Stride+x/8] |= 0x80 >> (x % 8)
	}
}

// Fill blackens a rectangle.
func (b *Bits) Fill(r image.Rectangle) {
	r = r.Intersect(b.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			b.Blacken(x, y)
		}
	}
}

// Put blackens what is black in another picture whose corner is at (x, y).
func (b *Bits) Put(other *Bits, x, y int) {
	for dy := range other.Height {
		for dx := range other.Width {
			if other.Black(dx, dy) {
				b.Blacken(x+dx, y+dy)
			}
		}
	}
}

// Grow makes the picture as many rows higher, white.
func (b *Bits) Grow(rows int) {
	b.Data = append(b.Data, make([]byte, b.Stride*rows)...)
	b.Height += rows
}

// Rows returns the rows from first to before last; they share their memory with b.
func (b *Bits) Rows(first, last int) *Bits {
	return &Bits{Width: b.Width, Height: last - first, Stride: b.Stride, Data: b.Data[first*b.Stride : last*b.Stride]}
}

// ColorModel implements image.Image.
func (b *Bits) ColorModel() color.Model { return color.GrayModel }

// Bounds implements image.Image.
func (b *Bits) Bounds() image.Rectangle { return image.Rect(0, 0, b.Width, b.Height) }

// At implements image.Image.
func (b *Bits) At(x, y int) color.Color {
	if b.Black(x, y) {
		return color.Gray{}
	}
	return color.Gray{Y: 0xff}
}

// Dither makes dots of a picture by the error diffusion of Floyd and Steinberg (1976), at its own size. What is
// transparent is white.
func Dither(picture image.Image) *Bits {
	r := picture.Bounds()
	bits := NewBits(r.Dx(), r.Dy())
	row, next := make([]int, r.Dx()+2), make([]int, r.Dx()+2) // what the dots above left over, in sixteenths
	for y := range r.Dy() {
		clear(next)
		for x := range r.Dx() {
			want := lightness(picture.At(r.Min.X+x, r.Min.Y+y)) + row[x+1]/16
			got := 255
			if want < 128 {
				got = 0
				bits.Blacken(x, y)
			}
			rest := want - got
			row[x+2] += 7 * rest
			next[x] += 3 * rest
			next[x+1] += 5 * rest
			next[x+2] += rest
		}
		row, next = next, row
	}
	return bits
}

// lightness is that of a color on white paper, 0 to 255.
func lightness(c color.Color) int {
	_, _, _, a := c.RGBA()
	gray := color.Gray16Model.Convert(c).(color.Gray16)
	return (int(gray.Y) + 0xffff - int(a)) >> 8
}
