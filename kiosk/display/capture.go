package display

import (
	"errors"
	"fmt"

	"github.com/jezek/xgb/xproto"
)

// Picture is what a window shows, or showed.
type Picture struct {
	PNG []byte
	// Width and Height are those of the window; the picture may be smaller.
	Width, Height int
	// Masked is true when what the window shows was painted over.
	Masked bool
}

// strip is how many rows are fetched at once: the whole of a screen takes 8 MB.
const strip = 64

// Capture takes a picture of this process's window with a title, of at most so many bytes.
func (d *Display) Capture(title string, most int) (Picture, error) {
	w, size, err := d.measure(title)
	if err != nil {
		return Picture{}, err
	}
	if d.setup.ImageByteOrder != xproto.ImageOrderLSBFirst {
		return Picture{}, fmt.Errorf("take a picture: the X server has the bytes of pixels in another order: %w", ErrUnable)
	}
	width, height := int(size.Width), int(size.Height)
	canvas := newCanvas(width, height)
	for y := 0; y < height; y += strip {
		rows := min(strip, height-y)
		part, err := xproto.GetImage(d.x, xproto.ImageFormatZPixmap, xproto.Drawable(w), 0, int16(y), size.Width, uint16(rows), ^uint32(0)).Reply()
		if err != nil {
			return Picture{}, fmt.Errorf("take a picture of the window %q: %w", title, err)
		}
		if len(part.Data) != 4*width*rows {
			return Picture{}, fmt.Errorf("take a picture: the X server has no 4 bytes to a pixel: %w", ErrUnable)
		}
		for row := range rows {
			canvas.add(y+row, part.Data[4*width*row:4*width*(row+1)])
		}
	}
	png, err := encode(canvas.image(), most)
	return Picture{PNG: png, Width: width, Height: height}, err
}

// Mask is a picture of the window that shows nothing of what is on it.
func (d *Display) Mask(title string, most int) (Picture, error) {
	_, size, err := d.measure(title)
	if err != nil {
		return Picture{}, err
	}
	width, height := int(size.Width), int(size.Height)
	png, err := encode(hatched(fit(width, height)), most)
	return Picture{PNG: png, Width: width, Height: height, Masked: true}, err
}

func (d *Display) measure(title string) (xproto.Window, *xproto.GetGeometryReply, error) {
	w, err := d.find(title)
	if err != nil {
		return 0, nil, err
	}
	size, err := xproto.GetGeometry(d.x, xproto.Drawable(w)).Reply()
	if err != nil {
		return 0, nil, fmt.Errorf("measure the window %q: %w", title, err)
	}
	if size.Width == 0 || size.Height == 0 {
		return 0, nil, errors.New("the window has no size")
	}
	return w, size, nil
}
