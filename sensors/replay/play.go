package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Options describe one recording and how to play it.
type Options struct {
	Format
	// Speed is how much faster than it was recorded; 1 is as recorded, 0 as fast as report takes readings.
	Speed float64
}

// Play reports the readings of a recording, in its order, and returns how many they were. The error is nil at the end
// of the file, wraps a BadLine where the recording cannot be understood, and is ctx's when ctx ended.
//
// At a speed above 0 a reading is reported when it is due, counted from the first one. One that is dated before its
// predecessor is reported without delay.
func Play(ctx context.Context, o Options, report func(Reading)) (count int, err error) {
	file, err := os.Open(o.File)
	if err != nil {
		return 0, fmt.Errorf("open recording: %w", err)
	}
	defer file.Close() // only read from: nothing can be lost
	recording, err := Read(file, o.Format)
	if errors.Is(err, io.EOF) {
		return 0, BadLine{File: o.File, Line: 1, Expected: "a line of column names", Got: ""}
	}
	if err != nil {
		return 0, err
	}
	var first, start time.Time
	for ; ctx.Err() == nil; count++ {
		r, err := recording.Next()
		if errors.Is(err, io.EOF) {
			return count, nil
		}
		if err != nil {
			return count, err
		}
		if count == 0 {
			first, start = r.Time, time.Now()
		}
		if o.Speed > 0 && !wait(ctx, start, r.Time.Sub(first), o.Speed) {
			break
		}
		report(r)
	}
	return count, ctx.Err()
}

// wait returns when what was recorded elapsed after the beginning is due, or false when ctx ended before that.
func wait(ctx context.Context, start time.Time, elapsed time.Duration, speed float64) bool {
	const longest = float64(1 << 62) // nanoseconds: what Duration holds, halved
	due := time.Duration(min(float64(elapsed)/speed, longest))
	timer := time.NewTimer(due - time.Since(start))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
