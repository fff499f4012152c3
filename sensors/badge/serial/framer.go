package serial

import (
	"encoding/hex"
	"errors"
	"strings"

	"stationkeeper/sensors/badge"
)

// Control characters of frames, from ASCII.
const (
	stx = 0x02
	etx = 0x03
	lf  = 0x0A
	cr  = 0x0D
)

// rdmDigits is how many hexadecimal digits an RDM6300 sends: five bytes and their exclusive or.
const rdmDigits = 12

// deaf is how many characters outside of any frame are taken for noise; fewer are the rest of a number that began
// before the port was opened.
const deaf = 32

var (
	errGarbage = errors.New("the reader sent what is no card's number: check its speed, its wiring, and how its numbers begin and end")
	errLength  = errors.New("the reader sent a number that has not the length of a card's: check the length that is configured; characters may have been lost")
	errCut     = errors.New("the reader began a number and did not end it: characters were lost, or its numbers end in another way than configured")
	errSum     = errors.New("the reader sent a number whose checksum is wrong: noise on its line")
)

// received is what came of a character: a card, a fault, or nothing yet.
type received struct {
	card  badge.Card
	fault error
}

// framer finds numbers in what a reader sends. The zero value, with options, is at a beginning.
type framer struct {
	options Options
	text    []byte
	open    bool // within a number
	spoilt  bool // it holds what does not belong there
	outside int  // characters since the last frame
}

// step takes one character into account.
func (f *framer) step(c byte) received {
	if f.options.Frame == Lines {
		return f.line(c)
	}
	switch {
	case c == stx:
		cut := f.open
		*f = framer{options: f.options, open: true}
		if cut {
			return received{fault: errCut}
		}
	case c == etx && f.open:
		return f.end()
	case c == cr || c == lf:
	case f.open:
		f.add(c)
	default:
		if f.outside++; f.outside == deaf {
			f.outside = 0
			return received{fault: errGarbage}
		}
	}
	return received{}
}

func (f *framer) line(c byte) received {
	switch {
	case c == stx || c == etx:
	case c == cr || c == lf:
		if f.open {
			return f.end()
		}
	default:
		f.open = true
		f.add(c)
	}
	return received{}
}

// add keeps no more than it needs to know that it is too much.
func (f *framer) add(c byte) {
	if c < ' ' || c > '~' || len(f.text) > longest {
		f.spoilt = true
		return
	}
	f.text = append(f.text, c)
}

// silence says that nothing was received for a while.
func (f *framer) silence() received {
	cut := f.open
	*f = framer{options: f.options}
	if cut {
		return received{fault: errCut}
	}
	return received{}
}

// end judges a number that is complete, and starts anew.
func (f *framer) end() received {
	text, spoilt := strings.ToUpper(strings.TrimSpace(string(f.text))), f.spoilt
	*f = framer{options: f.options}
	if spoilt {
		return received{fault: errGarbage}
	}
	card, err := f.options.number(text)
	return received{card: card, fault: err}
}

// number makes a card's number of what stood in a frame.
func (o Options) number(text string) (badge.Card, error) {
	switch {
	case o.Frame == RDM6300 && len(text) != rdmDigits,
		o.Length > 0 && len(text) != o.Length,
		len(text) < shortest, len(text) > longest:
		return "", errLength
	case o.Numbering.Format == "":
		return badge.Card(text), nil
	}
	number, err := hex.DecodeString(text)
	if err != nil {
		return "", errGarbage
	}
	if o.Frame == RDM6300 {
		var sum byte
		for _, b := range number {
			sum ^= b
		}
		if sum != 0 { // the last byte is the exclusive or of the others
			return "", errSum
		}
		number = number[:len(number)-1]
	}
	return o.Numbering.Card(number), nil
}
