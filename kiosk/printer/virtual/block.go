package virtual

import (
	"image"

	"stationkeeper/kiosk/printer/escpos"
)

// symbol is the QR code that is being put together (GS ( k).
type symbol struct {
	model, module, level byte
	content              string
}

// graphic is what GS ( L has stored.
type graphic struct {
	width, height int
	data          []byte
}

// block executes GS ( L and GS ( k: name, two bytes of length, parameters.
func (p *Printer) block(c command) {
	parameters := c[5:]
	switch c[2] {
	case 'L':
		p.graphics(c, parameters)
	case 'k':
		if p.options.Raster {
			p.violate("GS ( k: this printer makes no QR codes")
			return
		}
		p.code(c, parameters)
	}
}

func (p *Printer) graphics(c command, d []byte) {
	switch {
	case len(d) >= 10 && d[0] == 48 && d[1] == 112:
		width, height := pair(d[6:]), pair(d[8:])
		sound := d[2] == 48 && d[3] == 1 && d[4] == 1 && d[5] == 49 && width > 0 && height > 0 && height <= 1662 &&
			(width+7)/8*height == len(d)-10
		p.expect(sound, c, "GS ( L function 112 with one color and as many bytes as its size says")
		if sound {
			p.stored = &graphic{width, height, d[10:]}
		}
	case len(d) == 2 && d[0] == 48 && d[1] == 50:
		g := p.stored
		p.expect(g != nil, c, "graphics stored before they are printed")
		if g != nil {
			p.stored = nil
			p.raster((g.width+7)/8*8, g.height, g.data)
		}
	default:
		p.expect(false, c, "function 112 or 50 of GS ( L")
	}
}

// code executes a function of GS ( k for QR codes: cn = 49.
func (p *Printer) code(c command, d []byte) {
	s := &p.symbol
	switch {
	case len(d) == 4 && d[0] == '1' && d[1] == 65 && (d[2] == '1' || d[2] == '2') && d[3] == 0:
		s.model = d[2]
	case len(d) == 3 && d[0] == '1' && d[1] == 67 && d[2] >= 1 && d[2] <= 16:
		s.module = d[2]
	case len(d) == 3 && d[0] == '1' && d[1] == 69 && d[2] >= '0' && d[2] <= '3':
		s.level = d[2]
	case len(d) > 3 && d[0] == '1' && d[1] == 80 && d[2] == '0':
		s.content = string(d[3:])
	case len(d) == 3 && d[0] == '1' && d[1] == 81 && d[2] == '0':
		p.printCode(c, *s)
	default:
		p.expect(false, c, "a function of GS ( k with its parameters")
	}
}

func (p *Printer) printCode(c command, s symbol) {
	p.expect(s.model == '2' && s.level == '1' && s.module > 0 && s.content != "" && len(p.sheet.line) == 0, c,
		"model 2, level M, a size and content before a QR code is printed, at the beginning of a line")
	modules, err := escpos.QRModules(s.content)
	if err != nil {
		p.violate("GS ( k: %v", err)
		return
	}
	m := max(int(s.module), 1)
	if modules.Width*m > p.sheet.paper.Width {
		p.violate("GS ( k: a code of %d dots on paper of %d: nothing is printed", modules.Width*m, p.sheet.paper.Width)
		return
	}
	large := escpos.NewBits(modules.Width*m, modules.Height*m)
	for y := range modules.Height {
		for x := range modules.Width {
			if modules.Black(x, y) {
				large.Fill(image.Rect(x*m, y*m, (x+1)*m, (y+1)*m))
			}
		}
	}
	p.feed(large.Height)
	p.sheet.picture(large)
	p.sheet.codes = append(p.sheet.codes, s.content)
}
