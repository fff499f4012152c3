package mfrc522

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/physic"
	"pgregory.net/rapid"

	"stationkeeper/sensors/badge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	single = []byte{0x04, 0xA1, 0xB2, 0xC3}
	double = []byte{0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80}
	triple = []byte{0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80, 0x11, 0x22, 0x33}
)

func started(t *testing.T, b *board) *chip {
	t.Helper()
	c := &chip{bus: b, name: "MFRC522"}
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCRC(t *testing.T) {
	// ISO 14443-3, annex B, and HLTA as every card knows it.
	for in, want := range map[string]string{"0000": "0000a01e", "1234": "123426cf", "5000": "500057cd"} {
		raw, _ := hex.DecodeString(in)
		if got := hex.EncodeToString(withCRC(raw...)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestPollReadsIdentifiersOfAllLengths(t *testing.T) {
	b := newBoard(t)
	c := started(t, b)
	for _, uid := range [][]byte{nil, single, double, triple, nil, single} {
		if b.present(); uid != nil {
			b.present(uid)
		}
		for range 3 { // also when it stays
			got, err := c.poll()
			if err != nil || !bytes.Equal(got, uid) {
				t.Fatalf("got % X, %v, want % X", got, err, uid)
			}
		}
	}
}

func TestPollIgnoresIdentifiersThatAreMadeUp(t *testing.T) {
	b := newBoard(t)
	c := started(t, b)
	b.present([]byte{random, 1, 2, 3})
	if got, err := c.poll(); got != nil || err != nil {
		t.Errorf("got % X, %v", got, err)
	}
}

// Whichever cards are there at once: one of them is read, and the same one as long as they stay.
func TestPollReadsOneOfSeveralCards(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		one := rapid.Custom(func(t *rapid.T) []byte {
			length := rapid.SampledFrom([]int{4, 7, 10}).Draw(t, "length")
			uid := rapid.SliceOfN(rapid.SampledFrom([]byte{0x04, 0x05, 0x84, 0xFF, 0x00, 0x89}), length, length).Draw(t, "uid")
			if uid[0] == random || length > 4 && uid[3] == cascade {
				uid[0] = 0x04
			}
			return uid
		})
		uids := rapid.SliceOfNDistinct(one, 1, 4, func(uid []byte) string { return string(uid) }).Draw(rt, "cards")
		b := newBoard(t)
		c := started(t, b)
		b.present(uids...)
		var first []byte
		for i := range 3 {
			got, err := c.poll()
			if err != nil || !slices.ContainsFunc(uids, func(uid []byte) bool { return bytes.Equal(uid, got) }) {
				rt.Fatalf("got % X, %v of % X", got, err, uids)
			}
			if i > 0 && !bytes.Equal(got, first) {
				rt.Fatalf("got % X, before % X", got, first)
			}
			first = got
		}
	})
}

// Whatever bit of whatever answer is disturbed: no other card is read, and the next poll is right again.
func TestDisturbedAnswersAreNoCard(t *testing.T) {
	for exchange := 1; exchange <= 5; exchange++ {
		for bit := range 40 {
			b := newBoard(t)
			c := started(t, b)
			b.present(double)
			b.garble = func(n int, answer []bool) []bool {
				if n == exchange && bit < len(answer) {
					answer[bit] = !answer[bit]
				}
				return answer
			}
			if got, err := c.poll(); err != nil || got != nil && !bytes.Equal(got, double) {
				t.Fatalf("bit %d of answer %d: got % X, %v", bit, exchange, got, err)
			}
			b.garble = nil
			again, err := c.poll()
			if again == nil && err == nil { // it may have fallen asleep at what it did not understand
				again, err = c.poll()
			}
			if err != nil || !bytes.Equal(again, double) {
				t.Fatalf("after bit %d of answer %d: got % X, %v", bit, exchange, again, err)
			}
		}
	}
}

// An answer that ends in mid-byte has lost its end, whatever is in the bits that came.
func TestAnswersThatEndInMidByteAreNoCard(t *testing.T) {
	for exchange := 1; exchange <= 3; exchange++ {
		b := newBoard(t)
		c := started(t, b)
		b.present([]byte{0x04, 0x01, 0x02, 0x03}) // its check byte ends in a zero, which the FIFO has anyway
		b.garble = func(n int, answer []bool) []bool {
			if n == exchange {
				return answer[:len(answer)-1]
			}
			return answer
		}
		if got, err := c.poll(); got != nil || err != nil {
			t.Errorf("answer %d: got % X, %v", exchange, got, err)
		}
	}
}

func TestCardsThatLeaveAreNoFault(t *testing.T) {
	for exchange := 1; exchange <= 6; exchange++ {
		b := newBoard(t)
		c := started(t, b)
		b.present(double)
		b.garble = func(n int, answer []bool) []bool {
			if n >= exchange {
				return nil
			}
			return answer
		}
		if _, err := c.poll(); err != nil {
			t.Errorf("gone at answer %d: %v", exchange, err)
		}
	}
}

// bed is a reader being watched.
type bed struct {
	*board
	mu        sync.Mutex
	refuse    error
	sightings []badge.Sighting
}

func (b *bed) refuseWith(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = err
}

// after lets time pass and compares what was reported meanwhile, as words.
func (b *bed) after(t *testing.T, d time.Duration, want ...string) {
	t.Helper()
	time.Sleep(d)
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	got := []string{}
	for _, s := range b.sightings {
		switch {
		case s.Fault != nil:
			got = append(got, s.Fault.Error())
		case s.Card != "":
			got = append(got, "card "+string(s.Card))
		default:
			got = append(got, "works")
		}
	}
	b.sightings = nil
	if !slices.EqualFunc(got, want, func(g, w string) bool { return g == w || strings.Contains(g, w) && w != "works" }) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

// bubble runs a test with a reader in a bubble of time.
func bubble(t *testing.T, o Options, test func(*testing.T, *bed)) {
	synctest.Test(t, func(t *testing.T) {
		b := &bed{board: newBoard(t)}
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		open := func() (bus, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.refuse != nil {
				return nil, b.refuse
			}
			b.change(func() { b.open++ })
			return b.board, nil
		}
		o.Port = "SPI0.0"
		done.Go(func() {
			o.complete().watch(ctx, open, func(s badge.Sighting) {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.sightings = append(b.sightings, s)
			})
		})
		defer func() {
			cancel()
			done.Wait()
			if b.open != 0 {
				t.Errorf("%d buses were left open", b.open)
			}
			if b.board.read(regTxControl)&antenna != 0 && !b.unplugged && b.broken == nil {
				t.Error("the antenna was left on")
			}
		}()
		test(t, b)
	})
}

func TestWatchTellsACardOncePerPresentation(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		b.after(t, time.Second, "works")
		b.present(single)
		b.after(t, time.Minute, "card 04A1B2C3")
		b.present()
		b.after(t, 500*time.Millisecond)
		b.present(single)
		b.after(t, time.Second) // it was hardly away
		b.present()
		b.after(t, 2*time.Second)
		b.present(single)
		b.after(t, time.Second, "card 04A1B2C3")
		b.present(double)
		b.after(t, time.Second, "card 04A1B2C3D4E580")
	})
}

func TestWatchNumbersCardsAsConfigured(t *testing.T) {
	bubble(t, Options{Numbering: badge.Numbering{Format: badge.Decimal, Reverse: true}}, func(t *testing.T, b *bed) {
		b.present(single)
		b.after(t, time.Second, "works", "card 3283263748")
	})
}

func TestWatchHeals(t *testing.T) {
	const gone = "MFRC522 at SPI0.0: nothing answers: check its wires"
	cases := map[string]struct {
		fail, mend func(*bed)
		want       []string
	}{
		"unplugged": {
			func(b *bed) { b.change(func() { b.unplugged = true }) },
			func(b *bed) { b.change(func() { b.unplugged = false; b.reset() }) },
			[]string{gone},
		},
		"bus fails": {
			func(b *bed) { b.change(func() { b.broken = errors.New("input/output error") }) },
			func(b *bed) { b.change(func() { b.broken = nil }) },
			[]string{"its SPI bus fails: input/output error"},
		},
		"chip hangs": {
			func(b *bed) { b.change(func() { b.stuck = true }) },
			func(b *bed) { b.change(func() { b.stuck = false }) },
			[]string{gone},
		},
		"supply dips, and the port goes": {
			func(b *bed) { b.refuseWith(errors.New("no such port")); b.change(b.reset) },
			func(b *bed) { b.refuseWith(nil) },
			[]string{"it has lost its settings", "no such port"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{}, func(t *testing.T, b *bed) {
				b.after(t, time.Second, "works")
				c.fail(b)
				b.after(t, 10*time.Second, c.want...) // once
				c.mend(b)
				b.present(single)
				b.after(t, 2*time.Second, "works", "card 04A1B2C3")
			})
		})
	}
}

func TestWatchSetsAChipUpAgainThatWasReset(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		b.after(t, time.Second, "works")
		b.present(single)
		b.change(b.reset)
		b.after(t, 2*time.Second, "it has lost its settings", "works", "card 04A1B2C3")
	})
}

func TestStartRefusesWhatIsNoChip(t *testing.T) {
	for _, version := range []byte{0x00, 0xFF} {
		b := newBoard(t)
		b.version = version
		if err := (&chip{bus: b, name: "MFRC522"}).start(); err == nil || !strings.Contains(err.Error(), "nothing answers") {
			t.Errorf("version %02X: %v", version, err)
		}
	}
	b := newBoard(t)
	b.frozen = regTReloadLo
	if err := (&chip{bus: b, name: "MFRC522"}).start(); err == nil || !strings.Contains(err.Error(), "nothing answers") {
		t.Errorf("what is written does not stay: %v", err)
	}
	for _, version := range []byte{0x91, 0x92, 0x88, 0xB2, 0x12} { // of NXP, and of copies
		b := newBoard(t)
		b.version = version
		if err := (&chip{bus: b, name: "MFRC522"}).start(); err != nil {
			t.Errorf("version %02X: %v", version, err)
		}
	}
}

func TestOpenSaysThatThereIsNoPort(t *testing.T) {
	for _, port := range []string{"", "SPI7.7"} {
		if b, err := (Options{Port: port}).complete().open(); err == nil || !strings.Contains(err.Error(), "is SPI enabled on this board") {
			t.Errorf("port %q: %v, %v", port, b, err)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, good := range []Options{{}, {Port: "SPI0.1", Speed: 4 * physic.MegaHertz, Period: 100 * time.Millisecond, Numbering: badge.Numbering{Format: badge.Decimal, Bytes: 4}}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for want, bad := range map[string]Options{
		"an SPI clock":           {Speed: 11 * physic.MegaHertz},
		"a period of 1ms":        {Period: time.Millisecond},
		"cannot be negative":     {Repeat: -1},
		"format of card numbers": {Numbering: badge.Numbering{Format: "octal"}},
	} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", bad, err, want)
		}
	}
}
