// Package slip is what stands on a piece of paper, apart from how a printer is told to print it: lines of text, figures
// in two columns, QR codes and pictures, one below another.
//
// A slip is printed in one of two ways: as text, with the printer's own characters (encode.go), or drawn here and sent
// as a picture (draw.go), for printers that have no Chinese characters. Text that the printer's characters cannot
// spell, such as a rare name, is drawn either way.
package slip

import (
	"stationkeeper/kiosk/printer/escpos"
)

// Slip is items from top to bottom.
type Slip []Item

// Item is one of Text, Pair, Rule, Space, QR and Picture.
type Item interface {
	// commands returns the item's commands, for a printer with characters of its own, and its height in dots.
	commands(w *Writer) ([][]byte, int, error)
	// draw draws the item below what is on the paper.
	draw(w *Writer, on *escpos.Bits) error
}

// Text is words, broken into as many lines as they need.
type Text struct {
	Words string
	// Size is how many times the normal height, 1 to 8; 0 means 1. It is made smaller where a word would not fit.
	Size  int
	Bold  bool
	Align escpos.Align
}

// Pair is a name at the left and its value at the right, on one line if there is room, else on two.
type Pair struct {
	Left, Right string
	Bold        bool // of the value
}

// Rule is a line across the paper.
type Rule struct{}

// Space is as many empty lines.
type Space struct{ Lines int }

// QR is a QR code in the middle, about as wide as MM millimetres.
type QR struct {
	Content string
	MM      int
}

// Picture is a picture in the middle, no wider than the paper.
type Picture struct{ Bits *escpos.Bits }

// Document is a slip as it is sent.
type Document struct {
	// Parts are commands, each part some whole commands: a printer may be asked how it is between two parts.
	Parts [][]byte
	// Length is how much paper it takes, in millimetres, with what is fed to the cutter.
	Length int
}

// Bytes is how many there are to send.
func (d Document) Bytes() int {
	n := 0
	for _, part := range d.Parts {
		n += len(part)
	}
	return n
}
