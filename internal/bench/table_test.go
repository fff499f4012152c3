package main

import (
	"errors"
	"strings"
	"testing"
)

func TestTargetsAreJudged(t *testing.T) {
	than := figure{Value: 100, Unit: perSecond}
	for _, test := range []struct {
		name string
		row  row
		met  bool
		want string
	}{
		{"a ratio above its lower bound", row{Got: figure{Value: 60}, Beside: &than, Target: atLeastRatio(0.5)}, true, "met, 20 % to spare"},
		{"a ratio on its lower bound", row{Got: figure{Value: 50}, Beside: &than, Target: atLeastRatio(0.5)}, true, "met, 0 % to spare"},
		{"a ratio below it", row{Got: figure{Value: 25}, Beside: &than, Target: atLeastRatio(0.5)}, false, "MISSED by 50 %"},
		{"a ratio above its upper bound", row{Got: figure{Value: 300}, Beside: &than, Target: atMostRatio(2)}, false, "MISSED by 50 %"},
		{"bytes within their bound", row{Got: figure{Value: 12e3}, Target: atMost(20e3, bytesEach)}, true, "met, 40 % to spare"},
		{"bytes beyond it", row{Got: figure{Value: 30e3}, Target: atMost(20e3, bytesEach)}, false, "MISSED by 50 %"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.row.met() != test.met || test.row.verdict() != test.want {
				t.Errorf("got %t, %q, expected %t, %q", test.row.met(), test.row.verdict(), test.met, test.want)
			}
		})
	}
}

func TestFiguresAreSpelled(t *testing.T) {
	for want, f := range map[string]figure{
		"316k records/s": {Value: 316_123, Unit: perSecond}, "67.2 B": {Value: 67.21, Unit: bytesEach}, "1234 B": {Value: 1234, Unit: bytesEach},
		"32.8 kB": {Value: 32768, Unit: bytesEach}, "8.39 MB": {Value: 8388608, Unit: bytesEach}, "idle: 0.142 ms": {Value: 0.1421, Unit: inMillis, Of: "idle"},
		"1M": {Value: 1e6}, "2": {Value: 2}, "0": {},
	} {
		if got := f.String(); got != want {
			t.Errorf("%+v: got %q, expected %q", f, got, want)
		}
	}
}

func TestTableCountsTargetsAndFailures(t *testing.T) {
	var out strings.Builder
	err := print(&out, []part{
		{Title: "size", Rows: []row{
			{What: "small", Got: figure{Value: 1}, Target: atMost(2, plain)},
			{What: "large", Got: figure{Value: 3}, Target: atMost(2, plain), Note: "on purpose"},
			{What: "free", Got: figure{Value: 3}},
		}, Foot: []string{"What it means."}},
		{Title: "speed", Err: errors.New("no broker")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SIZE", "MISSED by 50 %; on purpose", "What it means.", "speed could not be measured: no broker",
		"Targets: 1 met, 1 missed; parts that failed: 1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nexpected %q in it", &out, want)
		}
	}
}
