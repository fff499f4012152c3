package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/hil/hands"
)

// cardKey is the station's secret, made anew for every run.
var cardKey = func() []byte {
	key := make([]byte, 32)
	rand.Read(key) // it never fails
	return key
}()

// hash is that of a card's number, as documents spell it: 128 bits of an HMAC-SHA256 in hexadecimal digits.
func hash(number string) string {
	mac := hmac.New(sha256.New, cardKey)
	mac.Write([]byte("card\x00" + number))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

// Cards of the persons who may go through the door, as readers spell their numbers. The first two are what USB readers
// type and what 24 bits of Wiegand mean, the last is the UID of a MIFARE card.
var (
	anna  = "0000789888"
	boris = "0000123456"
	clara = "04A1B2C3"
)

// stranger is a card that nobody has.
const stranger = "0000000042"

// accessDocument is what head office sends the agent: three cards, and a door that is soon said to be held open, but not
// while somebody goes through, nor locked before, on a computer that has much else to do.
func accessDocument() (json.RawMessage, error) {
	type object = map[string]any
	var cards []object
	for i, number := range []string{anna, boris, clara} {
		cards = append(cards, object{
			"hash": hash(number), "person": fmt.Sprintf("p%d", i+1), "name": []string{"Anna", "Boris", "Clara"}[i],
			"doors": []object{{"door": door}},
		})
	}
	return json.Marshal(object{
		"doors": []object{{"door": door, "unlock": "30s", "exit_unlock": "30s", "held_warning": "6s", "held_alarm": "8s"}},
		"cards": cards,
	})
}

// sendCards gives the agent its cards, through head office.
func sendCards(ctx context.Context, s *station) (string, error) {
	document, err := accessDocument()
	if err != nil {
		return "", err
	}
	version, err := s.office.actor().Configure(ctx, s.office.station, node, map[string]json.RawMessage{"access": document})
	if err != nil {
		return "", err
	}
	_, err = s.office.await(ctx, record.ConfigApplied, "config", func(r programs.Stored) bool {
		d, err := data[record.ConfigData](r)
		return err == nil && d.Version == version
	})
	return fmt.Sprintf("version %d", version), err
}

// keyPause is the time between two keys of a keyboard: QEMU's keeps sixteen strokes, and the kernel fetches one every
// few milliseconds.
const keyPause = 30 * time.Millisecond

// typed is a card that a USB reader types.
func (s *station) typed(number string) error {
	for _, key := range append(strings.Split(number, ""), "ret") {
		var strokes []map[string]any
		for _, down := range []bool{true, false} {
			strokes = append(strokes, map[string]any{"type": "key",
				"data": map[string]any{"down": down, "key": map[string]any{"type": "qcode", "data": key}}})
		}
		if err := s.monitor.do("input-send-event", map[string]any{"events": strokes}); err != nil {
			return err
		}
		time.Sleep(keyPause)
	}
	return nil
}

// pulsed is a card of 26 bits at a Wiegand reader: an even parity bit, 24 bits of number, an odd parity bit. Each bit is a
// pulse on one of two lines.
func (s *station) pulsed(number uint32) error {
	bits := number & 0xffffff << 1
	parity := func(mask uint32) (odd uint32) {
		for v := bits & mask; v != 0; v &= v - 1 {
			odd ^= 1
		}
		return odd
	}
	bits |= parity(0xfff<<13)<<25 | parity(0xfff<<1) ^ 1
	var steps []hands.Step
	for i := 25; i >= 0; i-- {
		line := []string{"data0", "data1"}[bits>>i&1]
		steps = append(steps, s.at(line, low), s.at(line, high))
	}
	_, err := s.hands.Play(steps...)
	return err
}

// sent is a card that a serial reader sends.
func (s *station) sent(number string) error {
	_, err := s.serial.Write([]byte(number + "\r\n"))
	return err
}

// held is a card at the SPI reader, until another is, or "none".
func (s *station) held(uid string) error {
	return s.hands.Write("/sys/module/station_spi/parameters/card", strings.ToLower(uid))
}
