// Package hands is what the program outside can do within a virtual machine: touch files, among them those with which
// the kernel lets its simulated hardware be set, and run programs. The machine's first process serves Hands through
// net/rpc on a connection that it makes; the program outside is Outside.
package hands

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Hands is served within the machine. Its methods are what net/rpc calls.
type Hands struct {
	programs *programs
	dog      dog
}

// New makes hands that hold nothing.
func New() *Hands { return &Hands{programs: &programs{running: map[int]*program{}}} }

// Nothing is what a call answers with that has nothing to tell.
type Nothing struct{}

// File is a file and what is to be in it.
type File struct {
	Path, Text string
	Mode       os.FileMode // of a new file; 0 means one that is there already, or 0644
}

// Write replaces what is in a file. The kernel's files take it as a command.
func (h *Hands) Write(f File, _ *Nothing) error {
	if f.Mode == 0 {
		f.Mode = 0o644
	}
	return os.WriteFile(f.Path, []byte(f.Text), f.Mode)
}

// Read reads a file.
func (h *Hands) Read(path string, text *string) error {
	content, err := os.ReadFile(path)
	*text = string(content)
	return err
}

// Glob finds paths by a pattern of package filepath.
func (h *Hands) Glob(pattern string, found *[]string) (err error) {
	*found, err = filepath.Glob(pattern)
	return err
}

// Mkdir makes a folder, and those above it.
func (h *Hands) Mkdir(path string, _ *Nothing) error { return os.MkdirAll(path, 0o755) }

// Name is a further name for a file.
type Name struct {
	File, Name string
}

// Link gives a file a further name, and takes that from another one that had it.
func (h *Hands) Link(n Name, _ *Nothing) error {
	if err := os.MkdirAll(filepath.Dir(n.Name), 0o755); err != nil {
		return err
	}
	if err := os.Remove(n.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Symlink(n.File, n.Name)
}

// Permission is who may use a file.
type Permission struct {
	Path string
	Mode os.FileMode
}

// Permit sets who may use a file.
func (h *Hands) Permit(p Permission, _ *Nothing) error { return os.Chmod(p.Path, p.Mode) }

// Step is one command to the kernel in a sequence, and how long it lasts before the next.
type Step struct {
	Path, Text string
	Pause      time.Duration
}

// Played is how steps went.
type Played struct {
	// Took is the time from the first step to the last, Longest the longest from one to the next: a busy computer may stop
	// the machine in the middle.
	Took, Longest time.Duration
}

// Play does steps one after another. Each file is opened once, so that a step takes no longer than it must.
func (h *Hands) Play(steps []Step, played *Played) (err error) {
	open := map[string]*os.File{}
	defer func() {
		for _, f := range open {
			err = errors.Join(err, f.Close())
		}
	}()
	for _, s := range steps {
		if open[s.Path] == nil {
			if open[s.Path], err = os.OpenFile(s.Path, os.O_WRONLY, 0); err != nil {
				return err
			}
		}
	}
	first := sinceBoot()
	last := first
	for i, s := range steps {
		if _, err := open[s.Path].WriteAt([]byte(s.Text), 0); err != nil {
			return fmt.Errorf("step %d of %d: %w", i+1, len(steps), err)
		}
		now := sinceBoot()
		played.Took, played.Longest, last = now-first, max(played.Longest, now-last), now
		if s.Pause > 0 {
			time.Sleep(s.Pause)
		}
	}
	return nil
}

// sinceBoot is the clock that nobody can set.
func sinceBoot() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return 0 // the kernel has this clock since 2.6
	}
	return time.Duration(t.Nano())
}

// SetClock sets the wall clock, and tells the kernel that it is right, as a time service does.
func (h *Hands) SetClock(now time.Time, _ *Nothing) error {
	at := unix.NsecToTimeval(now.UnixNano())
	if err := unix.Settimeofday(&at); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	const statusAndErrors = unix.ADJ_STATUS | unix.ADJ_MAXERROR | unix.ADJ_ESTERROR
	if _, err := unix.Adjtimex(&unix.Timex{Modes: statusAndErrors, Status: unix.STA_PLL}); err != nil {
		return fmt.Errorf("tell the kernel that its clock is right: %w", err)
	}
	return nil
}

// lines splits what a program has written.
func lines(text string) []string {
	if text = strings.TrimSuffix(text, "\n"); text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
