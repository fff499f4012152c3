package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// reopenTask opens a journal on the order "open", reads what would be sent first, and answers "reopened".
type reopenTask struct {
	Data string
}

// reopened is what opening took, and what the process holds of its own afterwards, in bytes.
type reopened struct {
	Took   time.Duration
	Memory int64
	Waits  uint64 // records of both streams
}

func (t *reopenTask) play(_ context.Context, orders *bufio.Scanner, answer func(string, any) error) error {
	if err := answer("ready", struct{}{}); err != nil {
		return err
	}
	if !orders.Scan() {
		return orders.Err()
	}
	began := time.Now()
	j, err := openJournal(t.Data, forever, later)
	if err != nil {
		return err
	}
	r := reopened{Took: time.Since(began)}
	err = t.look(j, &r)
	return errors.Join(err, j.Close(), answer("reopened", r))
}

// look reads the first batch of each stream, as the uplink would.
func (t *reopenTask) look(j *journal.Journal, r *reopened) error {
	const batch, size = 100, 64 << 10
	for _, stream := range record.Streams {
		at := j.Position(stream)
		r.Waits += at.Last - at.Through
		if _, err := j.Text(stream, at.Through, 0, batch, size); err != nil {
			return err
		}
	}
	var err error
	r.Memory, err = resident(self)
	return err
}

// reopenOnce opens a journal in a process of its own, with nothing of the file in memory before.
func reopenOnce(ctx context.Context, dir string) (r reopened, err error) {
	p, err := startTask("reopen", &reopenTask{Data: dir})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.answer(ctx, "ready", &struct{}{}); err != nil {
		return r, err
	}
	if err := forget(filepath.Join(dir, journal.FileName)); err != nil {
		return r, err
	}
	if err := p.tell("open"); err != nil {
		return r, err
	}
	err = p.answer(ctx, "reopened", &r)
	return r, err
}

// forget takes a file out of the page cache.
func forget(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close() // nothing was written
	if err := file.Sync(); err != nil {
		return err
	}
	if err := unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		return fmt.Errorf("take %s out of the page cache: %w", path, err)
	}
	return nil
}

// measureReopen makes the rows on opening a journal in which many records wait.
func (b *bench) measureReopen(ctx context.Context) (rows []row, foot []string, err error) {
	for _, way := range []struct {
		name string
		from func(context.Context) (string, error)
	}{
		{"written in groups of 1000", b.million.folder},
		{"written as a station does", b.stationWritten},
	} {
		b.say("re-open, %s", way.name)
		from, err := way.from(ctx)
		if err != nil {
			return rows, nil, err
		}
		more, err := b.reopenRows(ctx, way.name, from)
		if err != nil {
			return rows, nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil, nil
}

func (b *bench) reopenRows(ctx context.Context, name, from string) (rows []row, err error) {
	room, err := b.room("reopen")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	dir := within(room, "journal")
	if err := copyFolder(from, dir); err != nil {
		return nil, err
	}
	size, err := fileSize(dir)
	if err != nil {
		return nil, err
	}
	var times []time.Duration
	var memory []int64
	var waits uint64
	for range b.scale.Openings {
		r, err := reopenOnce(ctx, dir)
		if err != nil {
			return nil, err
		}
		times, memory, waits = append(times, r.Took), append(memory, r.Memory), r.Waits
	}
	what := spell(float64(waits)) + " waiting, " + name
	return []row{
		{What: what + ": time", Got: millis(median(times)), Target: atMost(100, inMillis),
			Note: fmt.Sprintf("out of a cold file of %s; longest %s", figure{Value: float64(size), Unit: bytesEach}, millis(quantile(times, 1)))},
		{What: what + ": memory that is not page cache", Got: figure{Value: float64(quantile(memory, 1)), Unit: bytesEach},
			Target: atMost(40e6, bytesEach)},
	}, nil
}
