package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// flash is what commits of one group size made the device write.
type flash struct {
	disk    diskCount
	process int64 // bytes this process made dirty
	file    int64 // bytes by which the file grew
}

// countFlash does something that writes to files in a folder of a volume, and then as much again that is counted.
func countFlash(v *volume, path string, work func() error) (f flash, err error) {
	if err := work(); err != nil {
		return f, err
	}
	before, err := look(v, path)
	if err != nil {
		return f, err
	}
	if err := work(); err != nil {
		return f, err
	}
	after, err := look(v, path)
	return flash{disk: after.disk.since(before.disk), process: after.used.Written - before.used.Written, file: after.file - before.file}, err
}

// sight is all counters of a file on a volume at one moment.
type sight struct {
	disk diskCount
	used usage
	file int64
}

func look(v *volume, path string) (s sight, err error) {
	if s.disk, err = v.count(); err != nil {
		return s, err
	}
	if s.used, err = readUsage(self); err != nil {
		return s, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return s, fmt.Errorf("look at a file: %w", err)
	}
	s.file = info.Size()
	return s, nil
}

// fileSize is the size of the journal's file in a folder, in bytes.
func fileSize(dir string) (int64, error) {
	info, err := os.Stat(filepath.Join(dir, journal.FileName))
	if err != nil {
		return 0, fmt.Errorf("look at the journal's file: %w", err)
	}
	return info.Size(), nil
}

// flashOfJournal counts commits of groups.
func flashOfJournal(ctx context.Context, v *volume, group, commits int) (f flash, err error) {
	dir, err := v.folder()
	if err != nil {
		return f, err
	}
	j, err := openJournal(dir, forever, opening)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	h := openHall(1)
	return countFlash(v, filepath.Join(dir, journal.FileName), func() error {
		for range commits {
			if _, err := j.Append(ctx, record.Events, h.entries(group)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// flashOfRaw counts appends of the same groups as JSON to a plain file.
func flashOfRaw(v *volume, group, commits int) (f flash, err error) {
	dir, err := v.folder()
	if err != nil {
		return f, err
	}
	file, err := openRaw(dir)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, file.close()) }()
	h := openHall(1)
	return countFlash(v, file.file.Name(), func() error {
		for range commits {
			text, err := spelling(h.records(group))(group)
			if err != nil {
				return err
			}
			if _, err := file.append(text); err != nil {
				return err
			}
		}
		return nil
	})
}

// measureFlash makes the rows on what a group costs in writing.
func (b *bench) measureFlash(ctx context.Context) ([]row, []string, error) {
	var rows []row
	for _, group := range groups {
		commits := b.scale.rounds(group)
		ours, err := flashOfJournal(ctx, b.nodeVolume, group, commits)
		if err != nil {
			return rows, nil, err
		}
		theirs, err := flashOfRaw(b.nodeVolume, group, commits)
		if err != nil {
			return rows, nil, err
		}
		rows = append(rows, flashRows(group, commits, ours, theirs)...)
	}
	return rows, nil, nil
}

func flashRows(group, commits int, ours, theirs flash) []row {
	each := func(bytes int64) float64 { return float64(bytes) / float64(group*commits) }
	flushes := func(f flash, of string) figure {
		return figure{Value: float64(f.disk.Flushes) / float64(commits), Of: of}
	}
	const raw = "JSON appended raw"
	flushed := flushes(theirs, raw)
	rows := []row{
		{What: fmt.Sprintf("groups of %d, bytes on disk a record", group), Got: figure{Value: each(ours.disk.Written), Unit: bytesEach},
			Beside: &figure{Value: each(theirs.disk.Written), Unit: bytesEach, Of: raw},
			Note:   fmt.Sprintf("process %.0f B, file grew by %.0f B a record", each(ours.process), each(ours.file))},
		{What: fmt.Sprintf("groups of %d, flushes a commit", group), Got: flushes(ours, ""), Beside: &flushed},
	}
	switch group {
	case 1:
		rows[0].Target = atMost(13e3, bytesEach)
	case 1000:
		rows[0].Target = atMost(120, bytesEach)
	}
	return rows
}
