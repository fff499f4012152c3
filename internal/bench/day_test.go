package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
)

// TestStationDay lets a station live where time is simulated: some minutes, or as long as the environment says.
func TestStationDay(t *testing.T) {
	o := dayOptions{Data: t.TempDir(), Days: 1. / 24 / 6, Acknowledged: true}
	if asked := os.Getenv(dayVariable); asked != "" {
		if err := json.Unmarshal([]byte(asked), &o); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		r, err := live(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if want := int(o.Days * (eventsPerDay + 86400)); r.Records < want-5 || r.Records > want+5 || r.Process == 0 {
			t.Errorf("got %+v in %.3f days, expected about %d records and some bytes", r, o.Days, want)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%s%s\n", dayAnswer, text)
	})
}
