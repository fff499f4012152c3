package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"stationkeeper/internal/record"
)

// fillGroup is how many records are appended at once where a backlog is made.
const fillGroup = 1000

// backlog is a folder with a journal in which records wait, made when it is first asked for. Who uses it copies it.
type backlog struct {
	dir     string
	records int
	once    sync.Once
	err     error
}

// folder returns the folder, after the records are in it.
func (l *backlog) folder(ctx context.Context) (string, error) {
	l.once.Do(func() { l.err = fill(ctx, l.dir, l.records) })
	if l.err != nil {
		return "", fmt.Errorf("make a backlog of %d: %w", l.records, l.err)
	}
	return l.dir, nil
}

// copyTo copies the backlog into a folder that does not exist yet.
func (l *backlog) copyTo(ctx context.Context, dir string) error {
	from, err := l.folder(ctx)
	if err != nil {
		return err
	}
	return copyFolder(from, dir)
}

func fill(ctx context.Context, dir string, records int) (err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	j, err := openJournal(dir, forever, opening)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	h := openHall(1)
	for left := records; left > 0; left -= fillGroup {
		if _, err := j.Append(ctx, record.Events, h.entries(min(left, fillGroup))...); err != nil {
			return err
		}
	}
	return nil
}

// room makes a new folder below the bench's own, for one measurement.
func (b *bench) room(name string) (string, error) {
	dir, err := os.MkdirTemp(b.dir, name+"-")
	if err != nil {
		return "", fmt.Errorf("create a folder for %s: %w", name, err)
	}
	return dir, nil
}

// within is a path in a room.
func within(room, name string) string { return filepath.Join(room, name) }
