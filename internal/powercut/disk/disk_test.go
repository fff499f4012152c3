package disk

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

const sectors = 64

func mustNew(t *testing.T) *Disk {
	t.Helper()
	d, err := New(make([]byte, sectors*SectorSize))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// mustWrite writes n sectors that all hold the byte b.
func mustWrite(t *testing.T, d *Disk, first, n int, b byte, through bool) {
	t.Helper()
	if err := d.Write(bytes.Repeat([]byte{b}, n*SectorSize), int64(first*SectorSize), through); err != nil {
		t.Fatal(err)
	}
}

func mustFlush(t *testing.T, d *Disk) {
	t.Helper()
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
}

// held returns one byte for each sector, and fails when a sector is not of one piece.
func held(t *testing.T, d *Disk) []byte {
	t.Helper()
	var all []byte
	p := make([]byte, SectorSize)
	for s := range sectors {
		if err := d.Read(p, int64(s*SectorSize)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(p, bytes.Repeat(p[:1], SectorSize)) {
			t.Fatalf("sector %d is torn", s)
		}
		all = append(all, p[0])
	}
	return all
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// eachCut runs a test for every kind of damage and many seeds.
func eachCut(t *testing.T, test func(t *testing.T, damage Damage, rng *rand.Rand)) {
	for _, damage := range Damages {
		t.Run(damage.String(), func(t *testing.T) {
			for seed := range uint64(200) {
				test(t, damage, random(seed))
			}
		})
	}
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	d := mustNew(t)
	mustWrite(t, d, 3, 2, 'a', false)
	mustWrite(t, d, 4, 1, 'b', false)
	want := make([]byte, sectors)
	want[3], want[4] = 'a', 'b'
	if got := held(t, d); !bytes.Equal(got, want) {
		t.Errorf("before the flush: %q", got)
	}
	mustFlush(t, d)
	if got := held(t, d); !bytes.Equal(got, want) {
		t.Errorf("after the flush: %q", got)
	}
}

func TestWhatWasFlushedOutlastsTheCut(t *testing.T) {
	eachCut(t, func(t *testing.T, damage Damage, rng *rand.Rand) {
		d := mustNew(t)
		mustWrite(t, d, 0, 8, 'a', false)
		mustFlush(t, d)
		mustWrite(t, d, 20, 20, 'b', false)
		d.Fail()
		d.Restore(damage, rng)
		if got := held(t, d); !bytes.Equal(got[:8], bytes.Repeat([]byte{'a'}, 8)) {
			t.Fatalf("flushed: %q", got)
		}
	})
}

func TestWhatWasWrittenThroughOutlastsTheCut(t *testing.T) {
	eachCut(t, func(t *testing.T, damage Damage, rng *rand.Rand) {
		d := mustNew(t)
		mustWrite(t, d, 0, 8, 'a', false)
		mustWrite(t, d, 0, 4, 'b', true)
		d.Fail()
		d.Restore(damage, rng)
		if got := held(t, d); !bytes.Equal(got[:4], []byte("bbbb")) {
			t.Fatalf("written through: %q", got[:8])
		}
	})
}

// An unflushed sector holds the old content or one of those written, and over all seeds every one of them occurs.
func TestUnflushedSectorsAreOldOrNew(t *testing.T) {
	seen := map[string]bool{}
	eachCut(t, func(t *testing.T, damage Damage, rng *rand.Rand) {
		d := mustNew(t)
		mustWrite(t, d, 0, sectors, 'o', false)
		mustFlush(t, d)
		mustWrite(t, d, 0, 16, '1', false)
		mustWrite(t, d, 8, 16, '2', false)
		d.Fail()
		loss := d.Restore(damage, rng)
		if loss.Kept+loss.Lost != 32 {
			t.Fatalf("%+v of 32 sectors", loss)
		}
		for s, b := range held(t, d) {
			may := map[bool]string{true: "o1", false: "o"}[s < 16]
			if s >= 8 && s < 24 {
				may += "2"
			}
			if !bytes.ContainsRune([]byte(may), rune(b)) {
				t.Fatalf("sector %d holds %q, expected one of %q", s, b, may)
			}
			seen[fmt.Sprintf("%s of %s", string(b), may)] = true
		}
	})
	for _, want := range []string{"o of o1", "1 of o1", "o of o12", "1 of o12", "2 of o12", "o of o2", "2 of o2"} {
		if !seen[want] {
			t.Errorf("never left: %s", want)
		}
	}
}

func TestEachDamageIsOfItsKind(t *testing.T) {
	eachCut(t, func(t *testing.T, damage Damage, rng *rand.Rand) {
		cache := []write{{data: make([]byte, 8*SectorSize)}, {data: make([]byte, 20*SectorSize)}, {data: make([]byte, 12*SectorSize)}}
		kept := damage.survivors(rng, cache)
		var all []bool
		changes := 0
		for i, one := range kept {
			if len(one) != len(cache[i].data)/SectorSize {
				t.Fatalf("write %d: %d sectors", i, len(one))
			}
			for s := range one {
				if s > 0 && one[s] != one[s-1] && damage == Writes {
					t.Fatal("a write is torn")
				}
				if len(all) > 0 && one[s] != all[len(all)-1] {
					changes++
				}
				all = append(all, one[s])
			}
		}
		n := count(all)
		switch damage {
		case Prefix:
			if changes > 1 || changes == 1 && !all[0] {
				t.Fatalf("not a prefix: %v", all)
			}
		case AllButOne:
			if lost := len(all) - n; lost < 1 || lost > pageSectors || changes > 2 {
				t.Fatalf("%d sectors are lost in %d places", lost, changes)
			}
		case OnlyOne:
			if n < 1 || n > pageSectors || changes > 2 {
				t.Fatalf("%d sectors are kept in %d places", n, changes)
			}
		}
	})
}

func count(all []bool) (n int) {
	for _, one := range all {
		if one {
			n++
		}
	}
	return n
}

func TestSameSeedLosesTheSame(t *testing.T) {
	for _, damage := range Damages {
		var before []byte
		for range 2 {
			d := mustNew(t)
			for s := range 10 {
				mustWrite(t, d, s*4, 6, byte('a'+s), false)
			}
			d.Fail()
			d.Restore(damage, random(7))
			got := held(t, d)
			if before != nil && !bytes.Equal(got, before) {
				t.Errorf("%s: %q, the first time %q", damage, got, before)
			}
			before = got
		}
	}
}

func TestPowerFailsAtThePlannedOperation(t *testing.T) {
	d := mustNew(t)
	d.FailAfter(3, Any)
	mustWrite(t, d, 0, 1, 'a', false)
	mustFlush(t, d)
	if d.IsOff() {
		t.Fatal("the power failed early")
	}
	if err := d.Flush(); !errors.Is(err, ErrOff) {
		t.Fatalf("third operation: %v", err)
	}
	select {
	case <-d.Off():
	default:
		t.Error("Off is not closed")
	}
	if err := d.Read(make([]byte, SectorSize), 0); !errors.Is(err, ErrOff) {
		t.Errorf("read without power: %v", err)
	}
	d.Restore(OnlyOne, random(1))
	mustWrite(t, d, 0, 1, 'b', false) // nothing is planned any more
	mustFlush(t, d)

	d.FailAfter(2, FlushOnly)
	for range 5 {
		mustWrite(t, d, 0, 1, 'c', false)
	}
	mustFlush(t, d)
	mustWrite(t, d, 1, 1, 'd', false)
	if err := d.Flush(); !errors.Is(err, ErrOff) {
		t.Fatalf("second flush: %v", err)
	}
	if loss := d.Restore(Prefix, random(1)); loss.Kept+loss.Lost != 1 {
		t.Errorf("%+v, expected the one sector since the first flush", loss)
	}
}

func TestRestoreOfAnUncutDiskLosesNothing(t *testing.T) {
	d := mustNew(t)
	mustWrite(t, d, 0, 1, 'a', false)
	if loss := d.Restore(OnlyOne, random(1)); loss != (Loss{}) || held(t, d)[0] != 'a' {
		t.Errorf("%+v", loss)
	}
}

func TestDeafDiskForgetsWhatWasFlushed(t *testing.T) {
	d := mustNew(t)
	d.Deafen()
	mustWrite(t, d, 0, 8, 'a', true)
	mustFlush(t, d)
	mustWrite(t, d, 8, 8, 'b', false)
	mustFlush(t, d)
	d.Fail()
	if loss := d.Restore(OnlyOne, random(1)); loss.Lost != 8 || loss.Kept != 8 {
		t.Errorf("%+v", loss)
	}
	if c := d.Counts(); c != (Counts{Writes: 2, Ignored: 2}) {
		t.Errorf("%+v", c)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	d := mustNew(t)
	for what, err := range map[string]error{
		"half a sector":  d.Write(make([]byte, 100), 0, false),
		"between":        d.Write(make([]byte, SectorSize), 7, false),
		"past the end":   d.Write(make([]byte, 2*SectorSize), (sectors-1)*SectorSize, false),
		"before the end": d.Read(make([]byte, 1), -1),
		"far away":       d.Read(make([]byte, 1), 1<<62),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, err := New(make([]byte, 100)); err == nil {
		t.Error("a disk of part of a sector was made")
	}
}
