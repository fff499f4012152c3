package virtual

import (
	"bytes"

	"stationkeeper/kiosk/printer/escpos"
)

// realTime finds the commands that printers obey wherever they stand: those that begin with DLE.
type realTime struct{ part []byte }

// clearing is DLE DC4 with function 8 and the seven bytes that go with it.
var clearing = escpos.Clear()

// step takes a byte from DLE on into account: it is a part of a command in real time, or passes on what is none.
func (t *realTime) step(b byte) (order []byte, pass []byte) {
	t.part = append(t.part, b)
	switch part := t.part; {
	case len(part) == 1:
	case part[1] == escpos.EOT, part[1] == escpos.ENQ:
		if len(part) == 3 {
			t.part = nil
			return part, nil
		}
	case part[1] == escpos.DC4:
		if len(part) == len(clearing) || !bytes.HasPrefix(clearing, part) {
			t.part = nil
			return part, nil
		}
	case part[1] == escpos.DLE:
		t.part = part[1:]
		return nil, part[:1]
	default:
		t.part = nil
		return nil, part
	}
	return nil, nil
}

// receive takes what came over a connection.
func (p *Printer) receive(l *line, data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != l {
		return
	}
	for _, b := range data {
		if p.lost() {
			continue
		}
		if len(l.realTime.part) == 0 && b != escpos.DLE {
			p.take(b)
			continue
		}
		order, pass := l.realTime.step(b)
		if order != nil {
			p.atOnce(order)
		}
		for _, b := range pass {
			p.take(b)
		}
	}
	p.stir()
}

// lost tells whether this byte is one of those that get lost.
func (p *Printer) lost() bool {
	if p.faults.drop == 0 {
		return false
	}
	p.faults.dropped++
	return p.faults.dropped%p.faults.drop == 0
}

func (p *Printer) take(b byte) {
	if b == 0 && len(p.frame.part) == 0 {
		return // printers ignore it
	}
	c, err := p.frame.step(b)
	if err != nil {
		p.violate("%v", err)
		return
	}
	if c != nil {
		if string(c) == "\x1b@" {
			p.damaged = p.faults.drop > 0
		}
		p.queue = append(p.queue, queued{c, p.damaged})
		p.waiting += len(c)
	}
}

// atOnce obeys a command in real time.
func (p *Printer) atOnce(order []byte) {
	if n := len(p.frame.part); n > 0 {
		p.violate("% x in the middle of another command (% x…)", order, []byte(p.frame.part[:min(n, 8)]))
	}
	switch {
	case order[1] == escpos.EOT && order[2] >= 1 && order[2] <= 4:
		p.answer(p.status(int(order[2])))
	case order[1] == escpos.ENQ && order[2] <= 2:
		p.held = false
		if order[2] == 2 {
			p.forget()
		}
	case bytes.Equal(order, clearing):
		if !p.options.NoClear {
			p.forget()
			p.held = false
			p.answer(0x37, 0x25, 0)
		}
	default:
		p.violate("% x: no such command in real time", order)
	}
}

// forget throws away what was received and not printed.
func (p *Printer) forget() {
	p.queue, p.waiting, p.frame.part, p.sheet.line = nil, 0, nil, nil
	p.readOn()
}
