package store

import (
	"slices"
	"testing"

	"stationkeeper/internal/record"
)

func TestLossesAreSummedUpByReason(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, lost(epochA, record.Lost{First: 5, Last: 9, Reason: record.ReasonFull}, record.Lost{First: 12, Last: 12, Reason: record.ReasonThinned}))
	mustPut(t, s, lost(epochA, record.Lost{First: 14, Last: 15, Reason: record.ReasonThinned}, record.Lost{First: 1, Last: 2, Reason: record.ReasonEarlier}))
	mustPut(t, s, lost(epochB, record.Lost{First: 1, Last: 15, Reason: record.ReasonEarlier}))
	got, err := s.Losses(t.Context(), agent.Station)
	if err != nil {
		t.Fatal(err)
	}
	want := []Loss{
		{Epoch: epochA, Reason: record.ReasonEarlier, First: 1, Last: 2, Ranges: 1, Records: 2},
		{Epoch: epochA, Reason: record.ReasonFull, First: 5, Last: 9, Ranges: 1, Records: 5},
		{Epoch: epochA, Reason: record.ReasonThinned, First: 12, Last: 15, Ranges: 2, Records: 3},
		{Epoch: epochB, Reason: record.ReasonEarlier, First: 1, Last: 15, Ranges: 1, Records: 15},
	}
	for i := range want {
		want[i].NodeKey, want[i].Stream = agent, record.Events
	}
	for i := range got {
		if got[i].Received.IsZero() {
			t.Errorf("%+v: nobody knows since when", got[i])
		}
		got[i].Received = want[0].Received
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got, err := s.Losses(t.Context(), "elsewhere"); err != nil || len(got) != 0 {
		t.Errorf("another station has lost %+v, %v", got, err)
	}
}
