package signal

import (
	"context"
	"testing"
	"time"

	"stationkeeper/sensors/line/linetest"
)

func TestAnAlarmOnARealKernel(t *testing.T) {
	chip := linetest.New(t, "station", "buzzer", "red")
	s := New(Options{Buzzer: Lamp{Line: "buzzer"}, Red: Lamp{Line: "red", ActiveLow: true}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	works := make(chan error, 10)
	go func() {
		defer close(done)
		s.Run(ctx, func(fault error) { works <- fault })
	}()
	defer func() { cancel(); <-done }()
	if fault := <-works; fault != nil {
		t.Fatal(fault)
	}
	until(t, chip, false, true)
	s.Play(Alarm)
	until(t, chip, true, false)
	until(t, chip, false, true) // between two beeps
	until(t, chip, true, false)
	s.Play(Quiet)
	until(t, chip, false, true)
}

// until waits for the levels of both lines.
func until(t *testing.T, chip *linetest.Chip, buzzer, red bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); chip.High("buzzer") != buzzer || chip.High("red") != red; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("buzzer high %v, red high %v: want %v, %v", chip.High("buzzer"), chip.High("red"), buzzer, red)
		}
	}
}
