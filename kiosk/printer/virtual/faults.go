package virtual

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"stationkeeper/kiosk/printer/escpos"
)

type delay = time.Duration

// Load puts in a new roll of so many millimetres, 0 for one without end. What hung out is torn off.
func (p *Printer) Load(mm int) {
	p.change(func() {
		p.options.Roll = mm
		p.dots = mm * escpos.PerMM
		p.tear(false)
	})
}

// Open opens the cover, or closes it.
func (p *Printer) Open(open bool) { p.change(func() { p.faults.cover = open }) }

// Offline switches it offline, as a held feed button does, or back.
func (p *Printer) Offline(off bool) { p.change(func() { p.faults.offline = off }) }

// Jam jams the cutter, or mends it. A mended one stands still until the host says that it may go on (DLE ENQ).
func (p *Printer) Jam(jam bool) {
	p.change(func() {
		p.faults.cutter = jam
		p.held = true
	})
}

// Mute makes it answer nothing, or answer again. It goes on printing.
func (p *Printer) Mute(mute bool) { p.change(func() { p.faults.mute = mute }) }

// Deaf makes it take nothing any more, as if it hung, or take it again.
func (p *Printer) Deaf(deaf bool) {
	p.change(func() { p.faults.deaf = deaf })
	p.readOn()
}

// Slow delays its answers.
func (p *Printer) Slow(by time.Duration) { p.change(func() { p.faults.delay = by }) }

// Drop makes it lose every nth byte it receives; 0 none.
func (p *Printer) Drop(n int) {
	p.change(func() {
		p.faults.drop, p.faults.dropped = n, 0
		p.damaged = p.damaged || n > 0
	})
}

// CutLine ends the connection when n more bytes have come, in whatever they are the middle of; 0 never.
func (p *Printer) CutLine(n int) { p.change(func() { p.faults.cutAfter = n }) }

// Orders is what Order understands, for people.
const Orders = `paper MM        put in a roll of MM millimetres, 0 without end
cover open|closed
offline on|off  as if the feed button were held
cutter jammed|mended
mute on|off     answer nothing
deaf on|off     take nothing
slow MS         answer after MS milliseconds
drop N          lose every Nth byte, 0 none
cut N           end the connection after N more bytes
`

// Order does what a line of text says, one of Orders.
func (p *Printer) Order(text string) error {
	words := strings.Fields(text)
	if len(words) != 2 {
		return fmt.Errorf("order %q: expected one of:\n%s", text, Orders)
	}
	if do, ok := p.switches()[words[0]+" "+words[1]]; ok {
		do()
		return nil
	}
	n, err := strconv.Atoi(words[1])
	if err != nil || n < 0 || n > 1<<24 {
		return fmt.Errorf("order %q: expected one of:\n%s", text, Orders)
	}
	switch words[0] {
	case "paper":
		p.Load(n)
	case "slow":
		p.Slow(time.Duration(n) * time.Millisecond)
	case "drop":
		p.Drop(n)
	case "cut":
		p.CutLine(n)
	default:
		return fmt.Errorf("order %q: expected one of:\n%s", text, Orders)
	}
	return nil
}

func (p *Printer) switches() map[string]func() {
	return map[string]func(){
		"cover open":    func() { p.Open(true) },
		"cover closed":  func() { p.Open(false) },
		"offline on":    func() { p.Offline(true) },
		"offline off":   func() { p.Offline(false) },
		"cutter jammed": func() { p.Jam(true) },
		"cutter mended": func() { p.Jam(false) },
		"mute on":       func() { p.Mute(true) },
		"mute off":      func() { p.Mute(false) },
		"deaf on":       func() { p.Deaf(true) },
		"deaf off":      func() { p.Deaf(false) },
	}
}
