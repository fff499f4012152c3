package main

import (
	"bytes"
	"testing"

	"stationkeeper/internal/record"
)

func TestHallDealsTheSameRecordsAgain(t *testing.T) {
	one, err1 := openHall(1).lines(2000)
	two, err2 := openHall(1).lines(2000)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	size := 0
	for i := range one {
		if !bytes.Equal(one[i], two[i]) {
			t.Fatalf("record %d differs:\n%s\n%s", i, one[i], two[i])
		}
		size += len(one[i])
	}
	if each := size / len(one); each < 300 || each > 340 {
		t.Errorf("a record has %d bytes, expected about 320", each)
	}
}

func TestHallDealsWhatHeadOfficeTakes(t *testing.T) {
	types := map[string]int{}
	for _, r := range openHall(2).records(2000) {
		if err := r.Validate(); err != nil {
			t.Fatal(err)
		}
		types[r.Type]++
	}
	for _, typ := range []string{record.TicketIssued, record.TicketCalled, record.TicketServed} {
		if types[typ] < 500 {
			t.Errorf("%s: %d of 2000, expected about a third; all: %v", typ, types[typ], types)
		}
	}
}
