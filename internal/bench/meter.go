package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// diskCount is what a block device has done since it exists.
type diskCount struct {
	// Written is bytes, Flushes the times its write cache was told to empty itself.
	Written, Flushes int64
	// Busy is the time during which it had something to do.
	Busy time.Duration
}

func (c diskCount) since(before diskCount) diskCount {
	return diskCount{c.Written - before.Written, c.Flushes - before.Flushes, c.Busy - before.Busy}
}

// sector is the unit of /sys/dev/block/*/stat, whatever the device's own is (Linux, Documentation/block/stat.rst).
const sector = 512

// readDisk reads the counters of the block device "major:minor".
func readDisk(device string) (diskCount, error) {
	text, err := os.ReadFile("/sys/dev/block/" + device + "/stat")
	if err != nil {
		return diskCount{}, fmt.Errorf("read counters of block device %s: %w", device, err)
	}
	return parseDisk(string(text))
}

func parseDisk(text string) (diskCount, error) {
	const writtenField, busyField, flushField = 6, 9, 15 // flushes are counted since Linux 5.5
	fields := strings.Fields(text)
	if len(fields) <= flushField {
		return diskCount{}, fmt.Errorf("counters of a block device %q: expected more than %d fields", text, flushField)
	}
	sectors, err1 := strconv.ParseInt(fields[writtenField], 10, 64)
	flushes, err2 := strconv.ParseInt(fields[flushField], 10, 64)
	busy, err3 := strconv.ParseInt(fields[busyField], 10, 64)
	return diskCount{sectors * sector, flushes, time.Duration(busy) * time.Millisecond}, errors.Join(err1, err2, err3)
}

// deviceOf returns "major:minor" of the block device that holds a folder.
func deviceOf(dir string) (string, error) {
	var stat unix.Stat_t
	if err := unix.Stat(dir, &stat); err != nil {
		return "", fmt.Errorf("find the device of %s: %w", dir, err)
	}
	return fmt.Sprintf("%d:%d", unix.Major(stat.Dev), unix.Minor(stat.Dev)), nil
}

// usage is what a process has used since it began.
type usage struct {
	// CPU is user and system time, in steps of 10 ms.
	CPU time.Duration
	// Written is bytes of page cache the process made dirty, as /proc/PID/io has it. Linux counts whole folios, which may
	// be many pages where one was written, so that it is often several times what reaches the disk.
	Written int64
}

func (u usage) since(before usage) usage {
	return usage{u.CPU - before.CPU, u.Written - before.Written}
}

// self is the process that asks.
const self = 0

func procFile(pid int, name string) ([]byte, error) {
	who := "self"
	if pid != self {
		who = strconv.Itoa(pid)
	}
	return os.ReadFile("/proc/" + who + "/" + name)
}

func readUsage(pid int) (usage, error) {
	stat, err1 := procFile(pid, "stat")
	io, err2 := procFile(pid, "io")
	if err := errors.Join(err1, err2); err != nil {
		return usage{}, fmt.Errorf("read what process %d has used: %w", pid, err)
	}
	cpu, err1 := parseCPU(stat)
	written, err2 := parseField(io, "write_bytes:")
	return usage{cpu, written}, errors.Join(err1, err2)
}

// parseCPU reads utime and stime, fields 14 and 15 of /proc/PID/stat; the second field may contain anything, up to
// the last parenthesis. The unit is 1/100 s on every Linux (USER_HZ).
func parseCPU(stat []byte) (time.Duration, error) {
	end := bytes.LastIndexByte(stat, ')')
	fields := strings.Fields(string(stat[end+1:]))
	const utime, stime = 11, 12
	if end < 0 || len(fields) <= stime {
		return 0, fmt.Errorf("process times %q: too few fields", stat)
	}
	user, err1 := strconv.ParseInt(fields[utime], 10, 64)
	system, err2 := strconv.ParseInt(fields[stime], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}

// parseField finds the number after a name at the beginning of a line.
func parseField(text []byte, name string) (int64, error) {
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		}
	}
	return 0, fmt.Errorf("no line %s", name)
}

// machineCPU is the time that all cores together have been busy since the machine started, whoever kept them so.
func machineCPU() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("read how busy the machine is: %w", err)
	}
	return parseMachineCPU(string(text))
}

// parseMachineCPU adds up the first line of /proc/stat but for idle and iowait, the fourth and fifth number. What a guest
// used, from the ninth on, is in the others already.
func parseMachineCPU(text string) (busy time.Duration, err error) {
	const idle, waiting, guest = 3, 4, 8
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	if len(fields) <= guest || fields[0] != "cpu" {
		return 0, fmt.Errorf("times of the machine %q: expected cpu and more than %d numbers", line, guest)
	}
	for i, field := range fields[1 : 1+guest] {
		ticks, e := strconv.ParseInt(field, 10, 64)
		err = errors.Join(err, e)
		if i != idle && i != waiting {
			busy += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return busy, err
}

// resident is how many bytes of memory of a process are its own rather than page cache.
func resident(pid int) (int64, error) {
	status, err := procFile(pid, "status")
	if err != nil {
		return 0, fmt.Errorf("read the memory of process %d: %w", pid, err)
	}
	kilobytes, err := parseField(status, "RssAnon:")
	return kilobytes << 10, err
}

// watchMemory samples what processes hold until stop is called, which returns the largest of each, in bytes.
func watchMemory(pids ...int) (stop func() []int64) {
	const every = 20 * time.Millisecond
	most := make([]int64, len(pids))
	end := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			for i, pid := range pids {
				if bytes, err := resident(pid); err == nil { // one that has ended holds nothing
					most[i] = max(most[i], bytes)
				}
			}
			select {
			case <-tick.C:
			case <-end:
				return
			}
		}
	})
	return func() []int64 {
		close(end)
		watching.Wait()
		return most
	}
}
