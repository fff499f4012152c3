// Package virtual is a ticket printer without paper: it takes ESC/POS on a pseudo terminal, over TCP or any other
// connection, prints into pictures, and answers what printers answer. It runs out of paper, is opened, stops answering
// and loses bytes as it is told.
//
// It is strict. A command that it does not know, or that is not of its form, is kept as a violation, which tests look
// for; a real printer would print rubbish or do nothing. Only what follows a fault that it was told to have (bytes lost,
// a connection cut) is forgiven, until the printer is initialized.
//
// Like real ones it goes on, once it has paper again and is closed, with what it had received before, unless that was
// cleared: a driver that does not clear it will find old tickets on the new roll.
package virtual

import (
	"fmt"
	"slices"
	"sync"

	"golang.org/x/image/font/opentype"

	"stationkeeper/kiosk/printer/escpos"
)

// Options say what kind of printer it is. The zero value is one with Chinese characters, paper of 80 mm without end, and
// no time needed to print.
type Options struct {
	// Dots is how many a line has; 0 means 576.
	Dots int
	// Raster makes it a printer without Chinese characters and QR codes: it prints ASCII and pictures.
	Raster bool
	// Roll is how much paper it has, in millimetres; 0 means without end.
	Roll int
	// NearEnd is how much is left when the sensor says that the end is near, in millimetres; 0 is a printer without such
	// a sensor.
	NearEnd int
	// Speed is how fast it prints, in millimetres a second; 0 means at once.
	Speed int
	// NoEcho makes it one that takes GS r and does not answer, NoClear one that takes DLE DC4 8 and does nothing.
	NoEcho, NoClear bool
	// Forgets makes it throw away what it has received and not printed when its connection ends, as network printers do.
	Forgets bool
	// Regular and Bold are fonts to draw characters with; without them they are boxes.
	Regular, Bold []byte
}

// Buffer is how many bytes the printer takes while it stands still; then it takes no more.
const Buffer = 64 << 10

// Piece is what came out, up to a cut.
type Piece struct {
	Picture *escpos.Bits
	// Lines are the lines of text, and Codes what the QR codes made by command say. Drawn ones are in the picture only.
	Lines []string
	Codes []string
	// Cut is false when the paper was torn off or ran out instead.
	Cut bool
}

// Printer is a virtual printer. All methods are safe for use by several goroutines.
type Printer struct {
	options Options

	mu     sync.Mutex
	wake   chan struct{} // tells the engine that something changed
	gone   chan struct{} // closed by Close
	engine sync.WaitGroup

	// What was received.
	frame   framer
	queue   []queued
	waiting int // bytes in queue
	room    chan struct{}
	damaged bool // bytes were lost, by a fault that it was told to have
	forgive bool // what is executed now came after that

	// The mechanics.
	sheet  *sheet
	symbol symbol
	stored *graphic
	dots   int // left on the roll
	pieces []Piece
	used   int // dots, since ever
	faults faults
	held   bool // stands still after an error until the host says so

	violations []string
	listeners  []func(Piece)
	line       *line // the connection, if there is one
}

// queued is a command that waits to be executed.
type queued struct {
	command command
	forgive bool // it came after bytes were lost
}

// faults are what it was told to suffer.
type faults struct {
	cover, offline, cutter bool
	mute, deaf             bool
	delay                  delay
	drop, dropped          int // loses every so manieth byte
	cutAfter               int // bytes until the connection is cut; 0: never
}

// New returns a printer; Close ends it.
func New(o Options) (*Printer, error) {
	if o.Dots == 0 {
		o.Dots = 576
	}
	p := &Printer{
		options: o, wake: make(chan struct{}, 1), gone: make(chan struct{}), room: make(chan struct{}, 1),
		frame: framer{raster: o.Raster}, dots: o.Roll * escpos.PerMM,
	}
	regular, bold, err := parseFonts(o)
	if err != nil {
		return nil, err
	}
	p.sheet = newSheet(o.Dots, regular, bold)
	p.engine.Go(p.run)
	return p, nil
}

func parseFonts(o Options) (regular, bold *opentype.Font, err error) {
	if o.Regular == nil || o.Bold == nil {
		return nil, nil, nil
	}
	if regular, err = opentype.Parse(o.Regular); err != nil {
		return nil, nil, fmt.Errorf("regular font: %w", err)
	}
	if bold, err = opentype.Parse(o.Bold); err != nil {
		return nil, nil, fmt.Errorf("bold font: %w", err)
	}
	return regular, bold, nil
}

// Close stops the printer. Connections that it serves end.
func (p *Printer) Close() {
	p.mu.Lock()
	select {
	case <-p.gone:
	default:
		close(p.gone)
	}
	if p.line != nil {
		p.line.close()
	}
	p.mu.Unlock()
	p.engine.Wait()
}

// Pieces returns what came out until now, the last 1000.
func (p *Printer) Pieces() []Piece {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.pieces)
}

// Hanging returns what is printed and not yet cut.
func (p *Printer) Hanging() Piece {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sheet.piece(false)
}

// Violations returns what was wrong with what the printer was told.
func (p *Printer) Violations() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.violations)
}

// Used returns how much paper was used since ever, in millimetres.
func (p *Printer) Used() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used / escpos.PerMM
}

// Waiting returns how many bytes it has received and not yet printed.
func (p *Printer) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting + len(p.frame.part)
}

// OnPiece calls f with every piece that comes out from now on. f must not call the printer.
func (p *Printer) OnPiece(f func(Piece)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listeners = append(p.listeners, f)
}

// change makes a change and tells the engine, and the host if it wants to be told.
func (p *Printer) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.push()
	p.stir()
}

// stir wakes the engine.
func (p *Printer) stir() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *Printer) violate(format string, a ...any) {
	if !p.damaged && !p.forgive && len(p.violations) < 1000 {
		p.violations = append(p.violations, fmt.Sprintf(format, a...))
	}
}
