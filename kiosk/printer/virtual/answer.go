package virtual

import "stationkeeper/kiosk/printer/escpos"

func flag(on bool, bits byte) byte {
	if on {
		return bits
	}
	return 0
}

// status is the answer to DLE EOT n.
func (p *Printer) status(n int) byte {
	failed := p.faults.cutter || p.held
	switch n {
	case escpos.OfPrinter:
		return 0x12 | flag(p.stopped(), 0x08) | flag(p.faults.offline, 0x40)
	case escpos.OfOffline:
		return 0x12 | flag(p.faults.cover, 0x04) | flag(p.faults.offline, 0x08) | flag(p.out(), 0x20) | flag(failed, 0x40)
	case escpos.OfErrors:
		return 0x12 | flag(failed, 0x08)
	}
	return 0x12 | flag(p.near() || p.out(), 0x0c) | flag(p.out(), 0x60)
}

// paper is the byte of GS r 1.
func (p *Printer) paper() byte { return flag(p.near(), 0x03) | flag(p.out(), 0x0c) }

// echo is GS r.
func (p *Printer) echo(c command) {
	p.expect(c[2] == 1 || c[2] == '1', c, "GS r 1")
	if !p.options.NoEcho {
		p.answer(p.paper())
	}
}

// pushing is GS a: with Automatic Status Back on, the printer tells what it is at once and when it changes.
func (p *Printer) pushing(on bool) {
	if p.line != nil {
		p.line.pushing = on
	}
	p.push()
}

// push is Automatic Status Back: four bytes, if the host wants them and they are not those told last.
func (p *Printer) push() {
	if p.line == nil || !p.line.pushing {
		return
	}
	asb := [4]byte{
		0x10 | flag(p.stopped(), 0x08) | flag(p.faults.cover, 0x20) | flag(p.faults.offline, 0x40),
		flag(p.faults.cutter || p.held, 0x08),
		p.paper(),
		0x0f,
	}
	if p.line.pushed != asb {
		p.line.pushed = asb
		p.answer(asb[:]...)
	}
}

// answer sends bytes to the host, unless the printer is mute. What the host does not read is lost.
func (p *Printer) answer(b ...byte) {
	if p.faults.mute || p.line == nil {
		return
	}
	p.line.say(b, p.faults.delay)
}
