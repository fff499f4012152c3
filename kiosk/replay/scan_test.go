package replay_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/replay"
)

func TestScanPassesOverFaultyLines(t *testing.T) {
	header := "priority\ttype\tdate\tvru_entry\tvru_exit\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n"
	good := "0\tPS\t990201\t7:02:47\t7:02:56\t0:00:00\t0:00:00\t0\tAGENT\t7:02:55\t7:05:41\t166\tDORIT\n"
	text := header + good + "nonsense\n" + strings.Replace(good, "990201", "990231", 1) + good
	var lines []int
	var faults []string
	err := replay.Scan(strings.NewReader(text), "x.tsv", time.UTC,
		func(c replay.Call) error { lines = append(lines, c.Line); return nil },
		func(err error) error { faults = append(faults, err.Error()); return nil })
	if err != nil || !slices.Equal(lines, []int{2, 5}) || len(faults) != 2 {
		t.Fatalf("%v: lines %v, faults %v", err, lines, faults)
	}
	if !strings.HasPrefix(faults[0], "x.tsv:3: ") || !strings.HasPrefix(faults[1], "x.tsv:4: column date") {
		t.Errorf("faults %v", faults)
	}
	stop := errors.New("stop")
	if err := replay.Scan(strings.NewReader(text), "x.tsv", time.UTC, func(replay.Call) error { return nil }, func(error) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
