package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// dayVariable is the environment variable with the options of TestStationDay, which simulates the time: only the
// testing package can. dayAnswer begins its result.
const (
	dayVariable = "STATIONKEEPER_BENCH_DAY"
	dayAnswer   = answerMark + "day "
)

// runDays lets a station live in a process of its own.
func (b *bench) runDays(ctx context.Context, o dayOptions) (r dayResult, err error) {
	spelled, err := json.Marshal(o)
	if err != nil {
		return r, err
	}
	program, err := b.dayProgram(ctx)
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, program, "-test.run=^TestStationDay$", "-test.timeout=30m")
	cmd.Env = append(os.Environ(), dayVariable+"="+string(spelled))
	p, err := start("simulated station", cmd)
	if err != nil {
		return r, err
	}
	if err := p.answer(ctx, "day", &r); err != nil {
		return r, errors.Join(err, p.stop())
	}
	return r, p.until(ctx, "ends", func() bool { return p.ended })
}

// dayProgram returns the program of this package's tests, which is built when it is first asked for.
func (b *bench) dayProgram(ctx context.Context) (string, error) {
	if b.dayTest != "" {
		return b.dayTest, nil
	}
	program := within(b.dir, "day.test")
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", program, "./internal/bench").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the simulated station: %w: %s", err, out)
	}
	b.dayTest = program
	return program, nil
}

// memoryFolder is a folder in memory, where there is one: what is only prepared needs no disk.
func (b *bench) memoryFolder(name string) (string, error) {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err != nil || !info.IsDir() {
		return b.room(name)
	}
	dir, err := os.MkdirTemp(memory, "stationkeeper-bench-")
	if err != nil {
		return "", err
	}
	b.cleanup.Add(name, func() error { return os.RemoveAll(dir) })
	return dir, nil
}

// stationWritten returns a folder with a journal as a station writes it, with as many records as the large backlog.
func (b *bench) stationWritten(ctx context.Context) (string, error) {
	dir, err := b.memoryFolder("written")
	if err != nil {
		return "", err
	}
	perDay := float64(eventsPerDay) + sensors*float64(dayLength/sensorPeriod)
	_, err = b.runDays(ctx, dayOptions{Data: dir, Days: float64(b.million.records) / perDay})
	return dir, err
}

// measureDay makes the rows on a simulated station-day: the first of a journal's life, and one when records are old enough to
// go.
func (b *bench) measureDay(ctx context.Context) (rows []row, foot []string, err error) {
	dir, err := b.nodeVolume.folder()
	if err != nil {
		return nil, nil, err
	}
	b.say("station-day, the first")
	first, err := b.dayRow(ctx, "the first day", dayOptions{Data: dir, Days: b.scale.Day, Acknowledged: true})
	if err != nil {
		return nil, nil, err
	}
	old, err := b.memoryFolder("older")
	if err != nil {
		return nil, nil, err
	}
	aged := filepath.Join(old, "journal")
	if err := copyFolder(dir, aged); err != nil {
		return nil, nil, err
	}
	b.say("station-day, a week going by")
	days := dayOptions{Data: aged, Days: b.scale.Week, Gone: b.scale.Day, Acknowledged: true}
	if _, err := b.runDays(ctx, days); err != nil {
		return nil, nil, err
	}
	if dir, err = b.nodeVolume.folder(); err != nil {
		return nil, nil, err
	}
	journalDir := filepath.Join(dir, "journal")
	if err := copyFolder(aged, journalDir); err != nil {
		return nil, nil, err
	}
	b.say("station-day, after a week")
	late, err := b.dayRow(ctx, "a day when the week before is there", dayOptions{Data: journalDir, Days: b.scale.Day,
		Gone: days.Gone + days.Days, Acknowledged: true})
	return append(first, late...), nil, err
}

// dayRow lets a station live on the volume, and counts what reached the device.
func (b *bench) dayRow(ctx context.Context, what string, o dayOptions) ([]row, error) {
	before, err := b.nodeVolume.count()
	if err != nil {
		return nil, err
	}
	r, err := b.runDays(ctx, o)
	if err != nil {
		return nil, err
	}
	after, err := b.nodeVolume.count()
	if err != nil {
		return nil, err
	}
	disk := after.since(before)
	scaled := figure{Value: float64(disk.Written) / o.Days, Unit: bytesEach}
	return []row{{What: what + ", written", Got: scaled, Target: atMost(30e6, bytesEach),
		Note: fmt.Sprintf("process %s; %d records, %d flushes in %s days", figure{Value: float64(r.Process) / o.Days, Unit: bytesEach},
			r.Records, disk.Flushes, spell(o.Days))}}, nil
}
