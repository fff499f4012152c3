// Package escpos is the language that ticket printers are spoken to in: ESC/POS, as Seiko Epson's command reference
// describes it and the printers of other makers understand it, as far as a ticket needs it.
//
// It has commands (this file), text in GB 18030 (text.go), pictures of one bit (bits.go, raster.go), QR codes (qr.go),
// and what printers answer (answers.go). It does no I/O. The name at each command is that of its page in the command
// reference ("ESC/POS Command Reference", Revision 3, download4.epson.biz/sec_pubs/pos/reference_en/escpos).
package escpos

// Control codes that commands begin with.
const (
	LF  = 0x0a
	FS  = 0x1c
	ESC = 0x1b
	GS  = 0x1d
	DLE = 0x10
	EOT = 0x04
	ENQ = 0x05
	DC4 = 0x14
)

// PerMM is how many dots a millimetre has: heads of ticket printers have 203 in an inch.
const PerMM = 8

// Of the fonts at normal size, in dots: font A is 12 wide and 24 high, Chinese characters are 24 by 24. Lines are a
// sixth of an inch apart, which is 34 dots.
const (
	Narrow = 12
	Wide   = 24
	Line   = 34
)

// Align is where on the line something stands.
type Align byte

// The alignments of ESC a.
const (
	Left Align = iota
	Center
	Right
)

// Initialize forgets what is in the line buffer and how text was to look (ESC @); lines are a sixth of an inch apart
// then. It does not end a command that waits for more of its parameters.
func Initialize() []byte { return []byte{ESC, '@'} }

// Chinese makes the printer read bytes from 0x80 on as Chinese characters (FS &).
func Chinese() []byte { return []byte{FS, '&'} }

// Justify places the lines that follow (ESC a). It counts at the beginning of a line only.
func Justify(a Align) []byte { return []byte{ESC, 'a', byte(a)} }

// Bold turns emphasis on or off (ESC E).
func Bold(on bool) []byte {
	if on {
		return []byte{ESC, 'E', 1}
	}
	return []byte{ESC, 'E', 0}
}

// Size makes characters as many times as wide and high as normal ones, 1 to 8 (GS !).
func Size(times int) []byte {
	n := byte(min(max(times, 1), 8) - 1)
	return []byte{GS, '!', n<<4 | n}
}

// Feed prints the line buffer and feeds n lines, 1 to 255 (ESC d).
func Feed(n int) []byte { return []byte{ESC, 'd', byte(min(max(n, 1), 255))} }

// The cuts of Cut.
const (
	PartialCut = "partial" // a bridge remains, and the ticket hangs until it is taken
	FullCut    = "full"
	NoCut      = "none" // for printers without a cutter: fed to where it can be torn off
)

// Gap is the paper between the head and the cutter, in millimetres, which every ticket is fed by before it is cut. It is
// 12 to 18 in the data sheets of the usual printers.
const Gap = 15

// Cut feeds the ticket beyond the cutter and cuts it (GS V, function B). Without a cutter it is fed out by as much.
func Cut(kind string) []byte {
	switch kind {
	case FullCut:
		return []byte{GS, 'V', 'A', 0}
	case NoCut:
		return Feed((Gap*PerMM + Line - 1) / Line)
	}
	return []byte{GS, 'V', 'B', 0}
}

// What AskNow asks for (DLE EOT n).
const (
	OfPrinter = 1
	OfOffline = 2
	OfErrors  = 3
	OfPaper   = 4
)

// AskNow asks for one byte of status, 1 to 4, which the printer answers at once, whatever it is doing (DLE EOT). It must
// not stand within another command.
func AskNow(about int) []byte { return []byte{DLE, EOT, byte(about)} }

// AskThen asks for the paper sensor's status when everything before has been printed (GS r 1). A printer that stopped
// does not get there, and does not answer.
func AskThen() []byte { return []byte{GS, 'r', 1} }

// Push makes the printer tell by itself what changes: Automatic Status Back of all it can (GS a).
func Push() []byte { return []byte{GS, 'a', 0xff} }

// Clear throws away all that the printer has received and not printed, even when it stands still (DLE DC4, fn = 8). It
// answers with a block, Cleared; nothing may be sent before that. Some makers' printers do not know it.
func Clear() []byte { return []byte{DLE, DC4, 8, 1, 3, 20, 1, 6, 2, 8} }

// Recover makes a printer go on after an error that has been mended, and forget what it had received (DLE ENQ 2).
func Recover() []byte { return []byte{DLE, ENQ, 2} }
