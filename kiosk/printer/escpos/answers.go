package escpos

// Kind is what an answer is.
type Kind int

// What printers say.
const (
	// Now is an answer to AskNow: one byte, which does not say what was asked.
	Now Kind = iota + 1
	// Then is an answer to AskThen: one byte.
	Then
	// Pushed is what a printer tells by itself: Automatic Status Back, four bytes.
	Pushed
	// Cleared is the answer to Clear.
	Cleared
	// Hold and Go are XOFF and XON of a serial line.
	Hold
	Go
	// Noise is a byte that no printer sends there.
	Noise
)

// Answer is one thing that a printer said.
type Answer struct {
	Kind Kind
	// Status is the byte of Now, Then and Noise, and the four of Pushed.
	Status [4]byte
}

// Answers cuts what a printer sends into answers. The zero value is at a beginning.
//
// What an answer is follows from its fixed bits, as the appendix "Status transmission" of the command reference lists
// them: real-time status 0xx1xx10, the first byte of Automatic Status Back 0xx1xx00 and its further ones 0xx0xxxx, GS r
// 0xx0xxxx, blocks begin with 0x37 or another header and end with NUL.
type Answers struct {
	asb   [4]byte
	have  int  // bytes of asb
	block bool // within a block
	kind  byte // its identifier
	size  int
}

// longestBlock is how many bytes a block may have before it is taken for noise.
const longestBlock = 80

// Step takes one byte into account and returns an answer when it ends one.
func (a *Answers) Step(b byte) (Answer, bool) {
	switch {
	case a.block:
		return a.inBlock(b)
	case a.have > 0 && b&0x90 == 0:
		return a.pushed(b)
	case a.have > 0: // bytes were lost
		a.have = 0
	}
	switch {
	case b == 0x11:
		return Answer{Kind: Go}, true
	case b == 0x13:
		return Answer{Kind: Hold}, true
	case b == blockHeader:
		a.block, a.kind, a.size = true, 0, 0
	case b&0x93 == 0x12:
		return Answer{Kind: Now, Status: [4]byte{b}}, true
	case b&0x93 == 0x10:
		a.asb[0], a.have = b, 1
	case b&0x90 == 0:
		return Answer{Kind: Then, Status: [4]byte{b}}, true
	default:
		return Answer{Kind: Noise, Status: [4]byte{b}}, true
	}
	return Answer{}, false
}

// Of the block that answers Clear.
const (
	blockHeader  = 0x37
	clearedBlock = 0x25
)

func (a *Answers) inBlock(b byte) (Answer, bool) {
	a.size++
	switch {
	case b == 0:
		kind := a.kind
		a.block = false
		if kind == clearedBlock {
			return Answer{Kind: Cleared}, true
		}
		return Answer{Kind: Noise}, true
	case a.size == 1:
		a.kind = b
	case a.size > longestBlock:
		a.block = false
		return Answer{Kind: Noise, Status: [4]byte{b}}, true
	}
	return Answer{}, false
}

func (a *Answers) pushed(b byte) (Answer, bool) {
	a.asb[a.have] = b
	if a.have++; a.have < len(a.asb) {
		return Answer{}, false
	}
	a.have = 0
	return Answer{Kind: Pushed, Status: a.asb}, true
}

// Idle says that nothing came for a while: what had begun is forgotten.
func (a *Answers) Idle() { *a = Answers{} }

// State is what printers say about themselves.
type State struct {
	PaperOut, NearEnd, CoverOpen bool
	// Offline is true when it prints nothing, for whatever reason. Feeding is true while its button is held.
	Offline, Feeding bool
	// Failed is true after an error; Cutter is true when that was the cutter's, and Fatal when switching it off and on is
	// the only way out.
	Failed, Cutter, Fatal bool
}

// Plausible tells whether a byte can be the answer to that question. Bits that belong together tell one question's
// answers from another's, as far as they can: those of the paper's sensors come in pairs.
func Plausible(about int, b byte) bool {
	pairs := func(mask byte) bool { return b&mask == 0 || b&mask == mask }
	switch {
	case b&0x93 != 0x12:
		return false
	case about == OfPaper:
		return pairs(0x0c) && pairs(0x60)
	}
	return true
}

// Note enters the answer to a question (tables of DLE EOT n = 1 to 4).
func (s *State) Note(about int, b byte) {
	bit := func(n int) bool { return b>>n&1 == 1 }
	switch about {
	case OfPrinter:
		s.Offline = bit(3)
		s.Feeding = s.Feeding || bit(6)
	case OfOffline:
		s.CoverOpen, s.Feeding = bit(2), s.Feeding || bit(3)
		s.PaperOut = s.PaperOut || bit(5)
		s.Failed = bit(6)
	case OfErrors:
		s.Cutter, s.Fatal = bit(3), bit(5)
		s.Failed = s.Failed || s.Cutter || s.Fatal || bit(6)
	case OfPaper:
		s.NearEnd = bit(2)
		s.PaperOut = s.PaperOut || bit(5)
	}
}

// ParsePushed reads Automatic Status Back (table of GS a).
func ParsePushed(asb [4]byte) State {
	bit := func(i, n int) bool { return asb[i]>>n&1 == 1 }
	s := State{
		Offline: bit(0, 3), CoverOpen: bit(0, 5), Feeding: bit(0, 6),
		Cutter: bit(1, 3), Fatal: bit(1, 5),
		NearEnd: asb[2]&0x03 != 0, PaperOut: asb[2]&0x0c != 0,
	}
	s.Failed = s.Cutter || s.Fatal || bit(1, 6)
	return s
}

// PaperThen reads an answer to AskThen: whether the end is near (table of GS r, n = 1).
func PaperThen(b byte) (nearEnd, out bool) { return b&0x03 != 0, b&0x0c != 0 }
