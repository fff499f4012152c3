package display

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// A picture is at first at most so large, in pixels on its longer side; made smaller, never below smallest.
const (
	largest  = 960
	smallest = 120
	colours  = 32
)

// fit is the size of a picture of a window.
func fit(width, height int) (int, int) {
	longer := max(width, height)
	if longer <= largest {
		return width, height
	}
	return max(1, width*largest/longer), max(1, height*largest/longer)
}

// canvas makes a picture smaller while its rows come in: each pixel becomes the mean of those that it stands for.
type canvas struct {
	fromW, fromH, w, h int
	sums               []uint32 // red, green, blue and how many, for each pixel
}

func newCanvas(width, height int) *canvas {
	w, h := fit(width, height)
	return newCanvasOf(width, height, w, h)
}

func newCanvasOf(fromW, fromH, w, h int) *canvas {
	return &canvas{fromW: fromW, fromH: fromH, w: w, h: h, sums: make([]uint32, 4*w*h)}
}

// add takes row y, of 4 bytes a pixel: blue, green, red and one that says nothing.
func (c *canvas) add(y int, row []byte) {
	line := c.sums[4*c.w*(y*c.h/c.fromH):]
	for x := range c.fromW {
		into, from := line[4*(x*c.w/c.fromW):], row[4*x:]
		into[0] += uint32(from[2])
		into[1] += uint32(from[1])
		into[2] += uint32(from[0])
		into[3]++
	}
}

func (c *canvas) image() *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
	for i := range c.w * c.h {
		sum := c.sums[4*i:]
		n := max(1, sum[3])
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = uint8(sum[0]/n), uint8(sum[1]/n), uint8(sum[2]/n), 0xff
	}
	return m
}

// smaller is the picture at nine tenths of its size.
func smaller(m *image.RGBA) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	c := newCanvasOf(w, h, max(1, w*9/10), max(1, h*9/10))
	row := make([]byte, 4*w)
	for y := range h {
		for x := range w {
			p := m.Pix[m.PixOffset(x, y):]
			row[4*x], row[4*x+1], row[4*x+2] = p[2], p[1], p[0]
		}
		c.add(y, row)
	}
	return c.image()
}

// encode makes a PNG of at most so many bytes: of few colours, since screens have large areas of one, and as large as
// that allows.
func encode(m *image.RGBA, most int) ([]byte, error) {
	for {
		var b bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&b, reduce(m)); err != nil {
			return nil, fmt.Errorf("encode a picture: %w", err)
		}
		if b.Len() <= most {
			return b.Bytes(), nil
		}
		if max(m.Rect.Dx(), m.Rect.Dy()) <= smallest {
			return nil, fmt.Errorf("encode a picture: %d pixels of it need %d bytes, at most %d are allowed", m.Rect.Dx()*m.Rect.Dy(), b.Len(), most)
		}
		m = smaller(m)
	}
}

// reduce leaves a picture the colours that it has most of; the others become the nearest of them.
func reduce(m *image.RGBA) *image.Paletted {
	count := map[[3]uint8]int{}
	for i := 0; i < len(m.Pix); i += 4 {
		count[coarse(m.Pix[i:])]++
	}
	kept := slices.SortedFunc(maps.Keys(count), func(a, b [3]uint8) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), slices.Compare(a[:], b[:]))
	})
	kept = kept[:min(len(kept), colours)]
	palette := make(color.Palette, len(kept))
	for i, c := range kept {
		palette[i] = color.RGBA{full(c[0]), full(c[1]), full(c[2]), 0xff}
	}
	nearest := map[[3]uint8]uint8{}
	for c := range count {
		nearest[c] = uint8(palette.Index(color.RGBA{full(c[0]), full(c[1]), full(c[2]), 0xff}))
	}
	out := image.NewPaletted(m.Rect, palette)
	for i := range out.Pix {
		out.Pix[i] = nearest[coarse(m.Pix[4*i:])]
	}
	return out
}

// coarse is a colour in steps of 8, full the colour of a step.
func coarse(p []uint8) [3]uint8 { return [3]uint8{p[0] >> 3, p[1] >> 3, p[2] >> 3} }
func full(c uint8) uint8        { return c<<3 | c>>2 }

// hatched is a picture that shows nothing.
func hatched(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			grey := uint8(0x60)
			if (x+y)%32 < 4 {
				grey = 0x90
			}
			m.SetRGBA(x, y, color.RGBA{grey, grey, grey, 0xff})
		}
	}
	return m
}
