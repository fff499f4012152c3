package main

import (
	"os"
	"testing"
	"time"
)

func TestDiskCountersAreRead(t *testing.T) {
	got, err := parseDisk("  53 0 2122 4  602 603 9640 119  0 132 193  0 0 0 0  401 69\n")
	want := diskCount{Written: 9640 * 512, Flushes: 401, Busy: 132 * time.Millisecond}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, expected %+v", got, err, want)
	}
	if _, err := parseDisk("53 0 2122 4 602 603 9640 119 0 132 193"); err == nil {
		t.Error("counters without flushes: expected an error")
	}
}

func TestProcessTimesAreReadWhateverItsName(t *testing.T) {
	got, err := parseCPU([]byte("12 (a) b (c)) S 1 12 12 0 -1 0 0 0 0 0 150 25 0 0 20 0"))
	if want := 1750 * time.Millisecond; err != nil || got != want {
		t.Errorf("got %s, %v, expected %s", got, err, want)
	}
	if _, err := parseCPU([]byte("12 (a) S 1")); err == nil {
		t.Error("too few fields: expected an error")
	}
}

func TestMachineTimesAreReadWithoutIdleness(t *testing.T) {
	got, err := parseMachineCPU("cpu  100 10 50 9000 400 1 2 3 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
	if want := 1660 * time.Millisecond; err != nil || got != want {
		t.Errorf("got %s, %v, expected %s", got, err, want)
	}
	if _, err := parseMachineCPU("intr 1 2 3"); err == nil {
		t.Error("another line: expected an error")
	}
}

func TestOwnMemoryIsSeen(t *testing.T) {
	stop := watchMemory(os.Getpid())
	held := make([]byte, 64<<20)
	for i := range held {
		held[i] = 1
	}
	now, err := resident(self)
	if err != nil || now < int64(len(held)) {
		t.Errorf("holding %d bytes: got %d, %v", len(held), now, err)
	}
	if most := stop(); most[0] == 0 {
		t.Error("watched and saw nothing")
	}
}

func TestQuantile(t *testing.T) {
	values := []int{5, 1, 4, 2, 3}
	if got := [3]int{quantile(values, 0), median(values), quantile(values, 1)}; got != [3]int{1, 3, 5} {
		t.Errorf("got %v, expected the least, the middle and the largest", got)
	}
	if got := median([]int(nil)); got != 0 {
		t.Errorf("of nothing: got %d", got)
	}
}
