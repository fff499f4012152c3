package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// columns are those of the table.
const columns = "seconds,customers,resident_kB,anonymous_kB,file_kB,cpu_percent,goroutines,journal_kB"

// sample is what the kiosk needs at a moment. Memory is in kB, CPU in per cent of a core since the sample before.
type sample struct {
	at                        time.Duration
	customers                 int64
	resident, anonymous, file float64
	cpu                       float64
	goroutines                int
	journal                   float64
	ticks                     float64 // of CPU since the start
}

// measure takes a sample again and again until ctx ends.
func (s *soak) measure(ctx context.Context) error {
	tick := time.NewTicker(s.sample)
	defer tick.Stop()
	for {
		one, err := s.look(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		s.samples = append(s.samples, one)
		fmt.Fprintf(s.table, "%.0f,%d,%.0f,%.0f,%.0f,%.2f,%d,%.0f\n", one.at.Seconds(), one.customers, one.resident, one.anonymous, one.file,
			one.cpu, one.goroutines, one.journal)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *soak) look(ctx context.Context) (one sample, err error) {
	one.at, one.customers = time.Since(s.began), s.crowd.came.Load()
	pid := s.kiosk.Pid()
	memory, err := memoryOf(pid)
	if err != nil {
		return one, err
	}
	one.resident, one.anonymous = memory["Rss"], memory["Anonymous"]
	one.file = one.resident - one.anonymous
	if one.ticks, err = cpuOf(pid); err != nil {
		return one, err
	}
	if n := len(s.samples); n > 0 {
		before := s.samples[n-1]
		one.cpu = (one.ticks - before.ticks) / (one.at - before.at).Seconds() * 100
	}
	// A glass of its own: the customers' knows how long they have looked.
	v, err := s.watcher().Look(ctx)
	if err != nil {
		return one, err
	}
	one.goroutines = v.Goroutines
	files, err := filepath.Glob(filepath.Join(s.kiosk.Data(), "*"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			one.journal += float64(info.Size()) / 1024
		}
	}
	return one, err
}

// memoryOf reads the sums of /proc/PID/smaps_rollup, in kB.
func memoryOf(pid int) (map[string]float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return nil, fmt.Errorf("the kiosk's memory: %w", err)
	}
	sums := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(line, ":")
		fields := strings.Fields(value)
		if !ok || len(fields) != 2 {
			continue
		}
		if kB, err := strconv.ParseFloat(fields[0], 64); err == nil {
			sums[name] = kB
		}
	}
	if sums["Rss"] == 0 {
		return nil, errors.New("the kiosk's memory: the kernel says nothing")
	}
	return sums, nil
}

// cpuOf is the CPU time that a process has used, in seconds.
func cpuOf(pid int) (float64, error) {
	const perSecond = 100 // of Linux's clock ticks, on all architectures that we build for
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("the kiosk's CPU time: %w", err)
	}
	// The name in brackets may have spaces in it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, err := strconv.ParseFloat(fields[11], 64)
	system, err2 := strconv.ParseFloat(fields[12], 64)
	return (user + system) / perSecond, errors.Join(err, err2)
}

// slope is how much y grows by one x: the median of the slopes between all pairs (Theil and Sen), which a fifth of wild
// values does not move.
func slope(x, y []float64) float64 {
	var slopes []float64
	for i := range x {
		for j := range i {
			if x[i] != x[j] {
				slopes = append(slopes, (y[i]-y[j])/(x[i]-x[j]))
			}
		}
	}
	return median(slopes)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
