package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/klauspost/compress/zstd"

	"stationkeeper/internal/record"
)

// packing is how well records of a kind compress in groups.
type packing struct {
	plain, packed, records int
}

func (p packing) ratio() float64 { return float64(p.plain) / float64(p.packed) }

// pack compresses lines in groups, each for itself, as journal and uplink do.
func pack(lines [][]byte, group int) (p packing, err error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, encoder.Close()) }()
	for at := 0; at+group <= len(lines); at += group {
		text := bytes.Join(lines[at:at+group], []byte{','})
		p.plain += len(text)
		p.packed += len(encoder.EncodeAll(text, nil))
		p.records += group
	}
	if p.records == 0 {
		return p, fmt.Errorf("%d records are less than one group of %d", len(lines), group)
	}
	return p, nil
}

// stored reads a stream of a journal as JSON on the wire.
func stored(dir string, stream record.Stream, limit int) (lines [][]byte, err error) {
	j, err := openJournal(dir, forever, later)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	records, _, err := j.Read(stream, 0, limit)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// replay makes journals out of recordings with the real programs, and returns their folder. It is empty when there are no
// recordings.
func (b *bench) replay(ctx context.Context, room string) (string, error) {
	if _, err := os.Stat(b.recordings); err != nil {
		return "", nil
	}
	out, err := exec.CommandContext(ctx, b.demo, "replay", "-bin", b.bin, "-data", b.recordings, "-keep", room).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("replay the recordings: %w: %s", err, out[max(0, len(out)-500):])
	}
	return room, nil
}

// measureSample shows that the generated records are about as long as real ones and compress no better.
func (b *bench) measureSample(ctx context.Context) (rows []row, foot []string, err error) {
	room, err := b.room("replay")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	const enough = 4000
	generated, err := openHall(1).lines(enough)
	if err != nil {
		return nil, nil, err
	}
	real := [][]byte(nil)
	from, err := b.replay(ctx, room)
	if err == nil && from != "" {
		real, err = stored(within(from, "kiosk"), record.Events, enough)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, group := range []int{100, 1000} {
		r, err := sampleRow(generated, real, group)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, r)
	}
	if real == nil {
		foot = []string{"", "No recordings at " + b.recordings + ": the generated records were not compared with real ones. " +
			"STATIONKEEPER_DATA says where recordings are."}
	}
	return rows, foot, nil
}

func sampleRow(generated, real [][]byte, group int) (row, error) {
	ours, err := pack(generated, group)
	if err != nil {
		return row{}, err
	}
	r := row{What: fmt.Sprintf("plain : zstd, groups of %d", group), Got: figure{Value: ours.ratio()},
		Note: fmt.Sprintf("%d B plain, %d B packed a record", ours.plain/ours.records, ours.packed/ours.records)}
	if real == nil {
		return r, nil
	}
	theirs, err := pack(real, group)
	if err != nil {
		return row{}, fmt.Errorf("replayed: %w", err)
	}
	r.Beside = &figure{Value: theirs.ratio(), Of: "a replayed day of a kiosk"}
	r.Target = atMostRatio(1)
	r.Note += fmt.Sprintf("; real: %d, %d", theirs.plain/theirs.records, theirs.packed/theirs.records)
	return r, nil
}
