package mfrc522

import (
	"slices"
	"sync"
	"testing"
)

// board is an MFRC522 on an SPI bus, with cards before its antenna: what the datasheet says of it as far as a reader
// needs it, strict about what the cards need.
type board struct {
	t *testing.T

	mu        sync.Mutex
	registers [64]byte
	fifo      []byte
	cards     []*picc
	version   byte
	unplugged bool  // the bus reads as high
	broken    error // the bus itself fails
	stuck     bool  // it never ends an exchange
	frozen    byte  // the register that keeps its value, if not 0
	garble    func(n int, answer []bool) []bool
	exchanges int
	open      int // how often it is open: never twice
}

func newBoard(t *testing.T) *board {
	b := &board{t: t, version: 0x92}
	b.reset()
	return b
}

func (b *board) reset() {
	b.registers = [64]byte{}
	b.registers[regTxControl] = 0x80
	b.registers[regVersion] = b.version
	b.fifo = nil
	for _, c := range b.cards {
		c.state = idle // without the field
	}
}

// present puts these cards before the antenna, and no others.
func (b *board) present(uids ...[]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cards = nil
	for _, uid := range uids {
		b.cards = append(b.cards, &picc{uid: uid})
	}
}

// change changes the board under its lock.
func (b *board) change(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

func (b *board) Close() error {
	b.change(func() { b.open-- })
	return nil
}

func (b *board) Tx(sent, received []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return b.broken
	}
	if len(sent) != len(received) || len(sent) < 2 || sent[0]&1 != 0 {
		b.t.Errorf("sent % X for %d bytes", sent, len(received))
	}
	if b.unplugged {
		for i := range received {
			received[i] = 0xFF
		}
		return nil
	}
	register := sent[0] >> 1 & 0x3F
	if sent[0]&0x80 == 0 {
		for _, v := range sent[1:] {
			b.write(register, v)
		}
		return nil
	}
	for i := range sent[1:] {
		received[i+1] = b.read(sent[i] >> 1 & 0x3F)
	}
	return nil
}

func (b *board) read(register byte) byte {
	switch register {
	case regFIFO:
		if len(b.fifo) == 0 {
			b.t.Error("an empty FIFO was read")
			return 0
		}
		v := b.fifo[0]
		b.fifo = b.fifo[1:]
		return v
	case regFIFOLevel:
		return byte(len(b.fifo))
	}
	return b.registers[register]
}

func (b *board) write(register, value byte) {
	if b.frozen != 0 && register == b.frozen {
		return
	}
	switch register {
	case regFIFO:
		b.fifo = append(b.fifo, value)
	case regFIFOLevel:
		if value&flush != 0 {
			b.fifo = nil
		}
	case regIrq:
		if value&0x80 == 0 {
			b.registers[regIrq] &^= value
		}
	case regCommand:
		if value == cmdReset {
			b.reset()
			return
		}
		b.registers[register] = value
	case regVersion, regError:
		b.t.Errorf("register %02X is read only", register)
	default:
		b.registers[register] = value
		if register == regBitFraming && value&startSend != 0 && b.registers[regCommand] == cmdTransceive {
			b.transceive()
		}
	}
}

// transceive lets the cards answer to what is in the FIFO.
func (b *board) transceive() {
	if b.stuck {
		return
	}
	b.exchanges++
	sent := b.fifo
	b.fifo = nil
	b.registers[regError] = 0
	answer, collision := b.answer(sent, b.registers[regBitFraming]&7)
	if answer != nil && b.garble != nil {
		answer = b.garble(b.exchanges, answer)
	}
	if answer == nil {
		if b.registers[regTMode]&0x80 != 0 && b.registers[regTReloadLo] != 0 {
			b.registers[regIrq] |= irqTimer
		}
		return
	}
	b.registers[regIrq] |= irqReceived
	if collision {
		b.registers[regError] |= errorColl
	}
	b.receive(answer)
}

// receive puts bits into the FIFO, where RxAlign says.
func (b *board) receive(bits []bool) {
	at := int(b.registers[regBitFraming] >> 4 & 7)
	b.fifo = make([]byte, (at+len(bits)+7)/8)
	for i, bit := range bits {
		if bit {
			b.fifo[(at+i)/8] |= 1 << ((at + i) % 8)
		}
	}
	b.registers[regControl] = byte((at + len(bits)) % 8)
}

// answer is what all cards answer together; nil when none does.
func (b *board) answer(sent []byte, last byte) (bits []bool, collision bool) {
	ready := b.registers[regTxControl]&antenna == antenna && b.registers[regTxASK] == 0x40 && b.registers[regMode] == 0x3D
	if !ready {
		return nil, false
	}
	for _, c := range b.cards {
		got := c.hear(sent, last)
		if got == nil {
			continue
		}
		if bits == nil {
			bits = got
			continue
		}
		for i := range bits {
			if i >= len(got) || bits[i] != got[i] {
				clear(bits[i:]) // ValuesAfterColl is zero
				collision = true
				break
			}
		}
	}
	return bits, collision
}

// state is that of a card (ISO 14443-3, figure 7).
type state int

const (
	idle state = iota
	ready
	active
	halted
)

// picc is a type A card.
type picc struct {
	uid       []byte
	state     state
	wasHalted bool
	level     int
}

// parts are its identifier by cascade levels, each with its check byte.
func (p *picc) parts() [][]byte {
	rest := p.uid
	var parts [][]byte
	for len(rest) > 4 {
		parts, rest = append(parts, append([]byte{cascade}, rest[:3]...)), rest[3:]
	}
	parts = append(parts, rest)
	for i, part := range parts {
		parts[i] = append(slices.Clone(part), part[0]^part[1]^part[2]^part[3])
	}
	return parts
}

// hear is the answer to a frame, whose last byte has only so many bits if not 0; nil for none.
func (p *picc) hear(frame []byte, last byte) []bool {
	if len(frame) == 1 && last == 7 {
		return p.wake(frame[0])
	}
	switch {
	case p.state == active && last == 0 && slices.Equal(frame, withCRC(halt, 0)):
		p.state = halted
		return nil
	case p.state == ready && len(frame) >= 2 && frame[0] == levels[p.level]:
		if frame[1] == selectCard {
			return p.selected(frame)
		}
		return p.matched(frame, last)
	}
	p.fall()
	return nil
}

func (p *picc) wake(command byte) []bool {
	if command != wakeUp || p.state == ready || p.state == active {
		p.fall()
		return nil
	}
	p.wasHalted, p.state, p.level = p.state == halted, ready, 0
	return bitsOf(byte(0x04|(len(p.parts())-1)<<6), 0x00)
}

// fall is back to where it was before it woke.
func (p *picc) fall() {
	if p.state == halted {
		return
	}
	p.state = idle
	if p.wasHalted {
		p.state = halted
	}
}

func (p *picc) selected(frame []byte) []bool {
	parts := p.parts()
	want := withCRC(append([]byte{frame[0], selectCard}, parts[p.level]...)...)
	if !slices.Equal(frame, want) {
		p.fall()
		return nil
	}
	sak := byte(0x08)
	if p.level++; p.level < len(parts) {
		sak = goesOn
	} else {
		p.state = active
	}
	return bitsOf(withCRC(sak)...)
}

func (p *picc) matched(frame []byte, last byte) []bool {
	own := bitsOf(p.parts()[p.level]...)
	known := int(frame[1]>>4-2)*8 + int(frame[1]&7)
	if byte(known%8) != last || (known+7)/8 != len(frame)-2 || !slices.Equal(bitsOf(frame[2:]...)[:known], own[:known]) {
		p.fall()
		return nil
	}
	return own[known:]
}

// bitsOf are bits in the order of the air, lowest first.
func bitsOf(bytes ...byte) []bool {
	bits := make([]bool, 0, 8*len(bytes))
	for _, b := range bytes {
		for i := range 8 {
			bits = append(bits, b>>i&1 == 1)
		}
	}
	return bits
}
