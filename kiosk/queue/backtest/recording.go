package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
)

// recording is a file that is being read.
type recording struct {
	name string
	text io.Reader
	kind format
	file *os.File
}

// format is what a file's header says it is.
type format string

const (
	bankCalls       format = "calls of the bank's service centre"
	officeSnapshots format = "snapshots of the city's offices"
)

// open opens a file, gzip-compressed or not, and looks at its header.
func open(path string) (recording, error) {
	file, err := os.Open(path)
	if err != nil {
		return recording{}, fmt.Errorf("open recording: %w", err)
	}
	r, err := unpack(path, file)
	if err != nil {
		file.Close()
		return recording{}, err
	}
	r.file = file
	return r, nil
}

func unpack(name string, file io.Reader) (recording, error) {
	text := bufio.NewReaderSize(file, 64<<10)
	if magic, err := text.Peek(2); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(text)
		if err != nil {
			return recording{}, fmt.Errorf("unpack recording %s: %w: is the file complete?", name, err)
		}
		text = bufio.NewReaderSize(unpacked, 64<<10)
	}
	start, err := text.Peek(1024)
	if err != nil && err != io.EOF && len(start) == 0 {
		return recording{}, fmt.Errorf("read recording %s: %w: is the file complete?", name, err)
	}
	header, _, _ := strings.Cut(string(start), "\n")
	header = strings.TrimRight(header, "\r")
	switch {
	case strings.Contains(header, "\tq_start\t"):
		return recording{name: name, text: text, kind: bankCalls}, nil
	case strings.TrimPrefix(header, "\ufeff") == snapshotHeader:
		return recording{name: name, text: text, kind: officeSnapshots}, nil
	}
	return recording{}, fmt.Errorf("%s:1: %.80q is no header that is known: expected the tab-separated columns of the bank's calls (call_id, priority, type, date, … server), or %s",
		name, header, snapshotHeader)
}

// faults are lines that could not be read. Recordings of years have some; a file that has many is none.
type faults struct {
	n     int
	first error
}

// tolerance is the share of a file's lines that may be faulty.
const tolerance = 0.01

func (f *faults) note(err error) error {
	f.n++
	if f.first == nil {
		f.first = err
	}
	return nil
}

// check refuses a file whose faulty lines are more than a few.
func (f *faults) check(good int) error {
	if f.n == 0 || float64(f.n) <= tolerance*float64(f.n+good) {
		return nil
	}
	return fmt.Errorf("%w (and %d more faulty lines, %d good ones): repair or remove these lines, or give another file", f.first, f.n-1, good)
}

// plus is both together.
func (f faults) plus(o faults) faults {
	if f.first == nil {
		f.first = o.first
	}
	f.n += o.n
	return f
}

// tell writes how many lines could not be read, when there are any.
func (f faults) tell(w io.Writer) error {
	if f.n == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "%d faulty lines were passed over; the first: %v\n", f.n, f.first)
	return err
}
