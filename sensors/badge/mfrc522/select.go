package mfrc522

import (
	"errors"
	"fmt"
)

// Commands to cards (ISO 14443-3, 6.4).
const (
	wakeUp      = 0x52 // WUPA, in 7 bits: also for cards that were told to halt
	halt        = 0x50
	anticollide = 0x20 // NVB: of bytes sent, in the upper half, and of bits, in the lower
	selectCard  = 0x70
	cascade     = 0x88 // CT: the identifier goes on at the next level
	goesOn      = 0x04 // of SAK, for the same
	random      = 0x08 // the first byte of an identifier that is thrown with dice
)

// levels are SEL, the commands for the first to the last part of an identifier.
var levels = []byte{0x93, 0x95, 0x97}

// poll looks for a card and returns its identifier; nil when there is none, when it does not stay long enough, and for
// one that makes its identifier up each time, as phones do: it stands for nobody. Errors are about the chip.
func (c *chip) poll() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.rouse(nil); err != nil {
		return nil, aboutChip(err)
	}
	uid, err := c.identify()
	if err != nil {
		return nil, aboutChip(err)
	}
	// A card that halted answers the next WUPA, as one does that has just come.
	if _, err := c.exchange(withCRC(halt, 0x00), 0); aboutChip(err) != nil {
		return nil, err
	}
	if len(uid) == 4 && uid[0] == random {
		return nil, nil
	}
	return uid, nil
}

// aboutChip drops errors that are about cards.
func aboutChip(err error) error {
	if errors.Is(err, errSilent) || errors.Is(err, errCollided) || errors.Is(err, errGarbled) {
		return nil
	}
	return err
}

// rouse wakes the cards and selects the parts of an identifier that are known.
func (c *chip) rouse(parts [][]byte) error {
	// Cards of several kinds may answer at once, and differently.
	if _, err := c.exchange([]byte{wakeUp}, 7); err != nil && !errors.Is(err, errCollided) {
		return err
	}
	for i, part := range parts {
		if _, err := c.choose(levels[i], part); err != nil {
			return err
		}
	}
	return nil
}

// identify reads the identifier of one of the cards that are awake, level by level.
func (c *chip) identify() ([]byte, error) {
	var parts [][]byte
	var uid []byte
	for range levels {
		part, err := c.anticollision(parts)
		if err != nil {
			return nil, err
		}
		more, err := c.choose(levels[len(parts)], part)
		if err != nil {
			return nil, err
		}
		if !more {
			return append(uid, part[:4]...), nil
		}
		if part[0] != cascade {
			return nil, fmt.Errorf("%w: its identifier goes on without saying so", errGarbled)
		}
		parts, uid = append(parts, part), append(uid, part[1:4]...)
	}
	return nil, fmt.Errorf("%w: its identifier has more than ten bytes", errGarbled)
}

// anticollision returns five bytes: the next part of the identifier of one card, and their check byte. Of cards that
// answer at once it asks for those that have a one, and if there are none a zero, in each bit from the first. That takes
// longer than asking the chip where they collided, a tenth of a second or two, but does not depend on how its register
// counts.
func (c *chip) anticollision(parts [][]byte) ([]byte, error) {
	var part [5]byte
	for known := 0; ; {
		answer, err := c.ask(levels[len(parts)], part, known)
		switch {
		case err == nil:
			return complete(part, known, answer)
		case aboutChip(err) != nil, known == 0 && !errors.Is(err, errCollided), known == 32:
			return nil, err
		case errors.Is(err, errCollided):
			part[known/8] |= 1 << (known % 8)
			known++
			continue
		}
		// Nobody has a one there: zero is what is left. Cards that were asked for another are asleep (ISO 14443-3, 6.3.2).
		last := known - 1
		if part[last/8]>>(last%8)&1 == 0 {
			return nil, err
		}
		part[last/8] &^= 1 << (last % 8)
		if err := c.rouse(parts); err != nil {
			return nil, err
		}
	}
}

// ask asks the cards whose identifier begins with so many known bits for the rest of it.
func (c *chip) ask(sel byte, part [5]byte, known int) ([]byte, error) {
	whole, bits := known/8, known%8
	sent := []byte{sel, byte(anticollide + whole<<4 + bits)}
	sent = append(sent, part[:(known+7)/8]...)
	return c.exchange(sent, byte(bits))
}

// complete puts the known bits and the answer together.
func complete(part [5]byte, known int, answer []byte) ([]byte, error) {
	whole, bits := known/8, known%8
	if len(answer) != len(part)-whole {
		return nil, fmt.Errorf("%w: %d bytes instead of %d", errGarbled, len(answer), len(part)-whole)
	}
	mask := byte(1<<bits - 1)
	first := part[whole]&mask | answer[0]&^mask
	copy(part[whole:], answer)
	part[whole] = first
	if part[0]^part[1]^part[2]^part[3] != part[4] {
		return nil, fmt.Errorf("%w: its check byte is wrong", errGarbled)
	}
	return part[:], nil
}

// choose selects the card with this part of an identifier, and tells whether there is more of it.
func (c *chip) choose(sel byte, part []byte) (more bool, err error) {
	answer, err := c.exchange(withCRC(append([]byte{sel, selectCard}, part...)...), 0)
	if err != nil {
		return false, err
	}
	if len(answer) != 3 || [3]byte(withCRC(answer[0])) != [3]byte(answer) {
		return false, fmt.Errorf("%w: its acknowledgement is wrong", errGarbled)
	}
	return answer[0]&goesOn != 0, nil
}

// withCRC appends the checksum CRC_A (ISO 14443-3, annex B).
func withCRC(frame ...byte) []byte {
	crc := uint16(0x6363)
	for _, b := range frame {
		b ^= byte(crc)
		b ^= b << 4
		crc = crc>>8 ^ uint16(b)<<8 ^ uint16(b)<<3 ^ uint16(b)>>4
	}
	return append(frame, byte(crc), byte(crc>>8))
}
