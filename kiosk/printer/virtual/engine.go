package virtual

import (
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"stationkeeper/kiosk/printer/escpos"
)

// sensor is how far before the head the sensor for the end of the paper sits, in dots: that much is left when it says
// that there is none.
const sensor = 10 * escpos.PerMM

// kept is how many pieces are remembered.
const kept = 1000

// run executes what was received until the printer is closed.
func (p *Printer) run() {
	for {
		rows, worked := p.next()
		switch {
		case rows > 0 && p.options.Speed > 0:
			pause := time.NewTimer(time.Duration(rows) * time.Second / time.Duration(p.options.Speed*escpos.PerMM))
			select {
			case <-p.gone:
				pause.Stop()
				return
			case <-pause.C:
			}
		case worked:
			select {
			case <-p.gone:
				return
			default:
			}
		default:
			select {
			case <-p.gone:
				return
			case <-p.wake:
			}
		}
	}
}

// next executes one command, if there is one and the printer can. It returns how many rows of paper that took.
func (p *Printer) next() (rows int, worked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 || p.stopped() {
		return 0, false
	}
	c := p.queue[0].command
	p.forgive = p.queue[0].forgive
	p.queue = p.queue[1:]
	p.waiting -= len(c)
	p.readOn()
	before, wasOut, wasNear := p.used, p.out(), p.near()
	p.execute(c)
	p.forgive = false
	if p.sheet.paper.Height > longest {
		p.violate("more than 2 m without a cut")
		p.tear(false)
	}
	if p.out() != wasOut || p.near() != wasNear {
		p.push()
	}
	return p.used - before, true
}

// stopped tells whether nothing is printed now.
func (p *Printer) stopped() bool {
	return p.faults.cover || p.faults.offline || p.faults.cutter || p.held || p.out()
}

func (p *Printer) out() bool { return p.options.Roll > 0 && p.dots <= sensor }

func (p *Printer) near() bool {
	return p.options.Roll > 0 && p.options.NearEnd > 0 && p.dots <= p.options.NearEnd*escpos.PerMM
}

// feed notes that rows of paper were used.
func (p *Printer) feed(rows int) {
	p.used += rows
	p.dots -= rows
}

// tear ends the piece.
func (p *Printer) tear(cut bool) {
	if p.sheet.paper.Height == 0 {
		return
	}
	piece := p.sheet.piece(cut)
	p.sheet.renew()
	if p.pieces = append(p.pieces, piece); len(p.pieces) > kept {
		p.pieces = p.pieces[1:]
	}
	for _, tell := range p.listeners {
		tell(piece)
	}
}

func (p *Printer) execute(c command) {
	switch c[0] {
	case escpos.LF:
		p.newLine()
	case escpos.ESC, escpos.FS, escpos.GS:
		p.obey(c)
	default:
		p.character(c)
	}
}

func (p *Printer) newLine() {
	p.feed(p.sheet.lineHeight())
	p.sheet.flush()
}

func (p *Printer) character(c command) {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(c)
	r := []rune(string(text))
	if err != nil || len(r) != 1 || r[0] == '\ufffd' || len(c) == 4 {
		p.violate("bytes % x: no character that printers have", []byte(c))
		return
	}
	if !p.sheet.add(r[0]) {
		p.violate("the line with %q is wider than the paper", string(r))
		p.newLine()
	}
}

// obey executes a command with a name.
func (p *Printer) obey(c command) {
	s := p.sheet
	switch string(c[:2]) {
	case "\x1b@":
		s.mode, s.line = mode{size: 1, wide: 1}, nil
	case "\x1b2", "\x1c&", "\x1c.":
	case "\x1ba":
		p.expect(c[2] <= 2 && len(s.line) == 0, c, "ESC a 0 to 2 at the beginning of a line")
		s.mode.align = escpos.Align(c[2] % 3)
	case "\x1bE":
		p.expect(c[2] <= 1, c, "ESC E 0 or 1")
		s.mode.bold = c[2]&1 == 1
	case "\x1bd":
		p.lines(int(c[2]))
	case "\x1bJ":
		p.blank(int(c[2]))
	case "\x1d!":
		p.expect(c[2]&0x88 == 0, c, "GS ! with 1 to 8 times")
		s.mode.wide, s.mode.size = int(c[2]>>4&7)+1, int(c[2]&7)+1
	case "\x1dr":
		p.echo(c)
	case "\x1da":
		p.pushing(c[2] != 0)
	case "\x1dV":
		p.cut(c)
	case "\x1dv":
		p.raster(pair(c[4:])*8, pair(c[6:]), c[8:])
	case "\x1d(":
		p.block(c)
	}
}

func (p *Printer) expect(ok bool, c command, what string) {
	if !ok {
		p.violate("% x: expected %s", []byte(c[:min(len(c), 16)]), what)
	}
}

// lines feeds, after the line that was begun.
func (p *Printer) lines(n int) {
	if len(p.sheet.line) > 0 {
		p.newLine()
	}
	p.blank(n * escpos.Line)
}

func (p *Printer) blank(rows int) {
	p.feed(rows)
	p.sheet.paper.Grow(rows)
}

func (p *Printer) cut(c command) {
	p.expect(len(p.sheet.line) == 0, c, "GS V at the beginning of a line")
	if len(c) == 4 {
		p.blank(escpos.Gap*escpos.PerMM + int(c[3]))
	}
	p.tear(true)
}

func (p *Printer) raster(width, height int, data []byte) {
	if len(p.sheet.line) > 0 {
		p.violate("a picture in the middle of a line of text")
		p.newLine()
	}
	if width > p.sheet.paper.Width {
		p.violate("a picture of %d dots on paper of %d", width, p.sheet.paper.Width)
	}
	p.feed(height)
	p.sheet.picture(&escpos.Bits{Width: width, Height: height, Stride: width / 8, Data: data})
}
