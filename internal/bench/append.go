package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// groups are the numbers of records appended at once that are measured.
var groups = []int{1, 10, 100, 1000}

// raw is the least that durability costs: a file that is appended to, and fdatasync after each append.
type raw struct{ file *os.File }

func openRaw(dir string) (raw, error) {
	file, err := os.CreateTemp(dir, "raw-")
	if err != nil {
		return raw{}, fmt.Errorf("create a file to append to: %w", err)
	}
	return raw{file}, nil
}

func (r raw) append(b []byte) (time.Duration, error) {
	began := time.Now()
	if _, err := r.file.Write(b); err != nil {
		return 0, err
	}
	err := unix.Fdatasync(int(r.file.Fd()))
	return time.Since(began), err
}

func (r raw) close() error { return errors.Join(r.file.Close(), os.Remove(r.file.Name())) }

// openJournal opens a journal whose clock begins at a time.
func openJournal(dir string, retain time.Duration, from time.Time) (*journal.Journal, error) {
	return journal.Open(dir, journal.Options{Clock: drift(from), MaxBytes: maxJournal, Retain: retain,
		TelemetryDelay: 30 * time.Second, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// forever is longer than any record is kept here.
const forever = 100 * 365 * 24 * time.Hour

// appends are the times of one group size, by what was appended to.
type appends struct {
	group int
	// journal is ours. spelled is a plain file with fdatasync whose lines are made of the same records as they are appended,
	// ready one whose lines were there before, and page one that takes 4 KiB whatever the group.
	journal, spelled, ready, page []time.Duration
	records, inJSON               int // records appended to each, and their bytes as JSON
}

// timeAppends appends groups to a journal and the same records as JSON to plain files, by turns, so that the machine's
// moods hit all alike.
func timeAppends(ctx context.Context, dir string, group, rounds int) (a appends, err error) {
	folder, err := os.MkdirTemp(dir, "append-")
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	j, err := openJournal(folder, forever, opening)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	var files [3]raw
	for i := range files {
		if files[i], err = openRaw(folder); err != nil {
			return a, err
		}
		defer func() { err = errors.Join(err, files[i].close()) }()
	}
	a.group = group
	ours, theirs := openHall(1), openHall(1)
	for range rounds {
		if err := a.turn(ctx, j, files, ours, theirs); err != nil {
			return a, err
		}
	}
	return a, nil
}

func (a *appends) turn(ctx context.Context, j *journal.Journal, files [3]raw, ours, theirs *hall) error {
	entries, records := ours.entries(a.group), theirs.records(a.group)
	began := time.Now()
	if _, err := j.Append(ctx, record.Events, entries...); err != nil {
		return err
	}
	a.journal = append(a.journal, time.Since(began))
	began = time.Now()
	text, err := spelling(records)(a.group)
	if err != nil {
		return err
	}
	if _, err := files[0].append(text); err != nil {
		return err
	}
	a.spelled = append(a.spelled, time.Since(began))
	took, err := files[1].append(text)
	if err != nil {
		return err
	}
	a.ready = append(a.ready, took)
	page, err := files[2].append(make([]byte, 4096))
	a.page = append(a.page, page)
	a.records += a.group
	a.inJSON += len(text)
	return err
}

func median[T cmp.Ordered](values []T) T { return quantile(values, 0.5) }

// quantile is the smallest value that is not exceeded by a share of all values.
func quantile[T cmp.Ordered](values []T, share float64) T {
	var none T
	if len(values) == 0 {
		return none
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func mean(times []time.Duration) time.Duration {
	return sum(times) / time.Duration(max(1, len(times)))
}

func sum[T ~int64](values []T) (total T) {
	for _, v := range values {
		total += v
	}
	return total
}

// measureAppends makes the rows on what a group costs in time.
func (b *bench) measureAppends(ctx context.Context) ([]row, []string, error) {
	var rows []row
	for _, group := range groups {
		a, err := timeAppends(ctx, b.dir, group, b.scale.rounds(group))
		if err != nil {
			return rows, nil, err
		}
		rows = append(rows, a.rows()...)
	}
	return rows, nil, nil
}

func (a appends) rows() []row {
	rate := func(took time.Duration, of string) figure {
		return figure{Value: float64(a.group) / took.Seconds(), Unit: perSecond, Of: of}
	}
	what := fmt.Sprintf("groups of %d, by p50", a.group)
	ours := rate(median(a.journal), "")
	spelled, ready := rate(median(a.spelled), "JSON appended raw"), rate(median(a.ready), "the same, JSON ready before")
	rows := []row{
		{What: what, Got: ours, Beside: &spelled, Note: fmt.Sprintf("p50 %s, mean %s against %s; %d B of JSON a record",
			millis(median(a.journal)), millis(mean(a.journal)), millis(mean(a.spelled)), a.inJSON/a.records)},
		{What: what, Got: ours, Beside: &ready},
	}
	switch a.group {
	case 1000:
		rows[0].Target = atLeastRatio(0.7)
	case 1:
		page := millis(median(a.page))
		page.Of = "4 KiB appended raw"
		rows = append(rows, row{What: "one event, p50", Got: millis(median(a.journal)), Beside: &page, Target: atMostRatio(2.2),
			Note: fmt.Sprintf("p95 %s against %s", millis(quantile(a.journal, 0.95)), millis(quantile(a.page, 0.95)))})
	}
	return rows
}
