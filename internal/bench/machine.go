package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// describe says on what the table was made, and how busy that was.
func describe(dir, mosquitto string, now time.Time) ([]string, error) {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return nil, fmt.Errorf("ask for the kernel: %w", err)
	}
	load, err := loadAverage()
	if err != nil {
		return nil, err
	}
	device, err := deviceOf(dir)
	if err != nil {
		return nil, err
	}
	disk, err := describeDisk(dir, device)
	if err != nil {
		return nil, err
	}
	return []string{
		fmt.Sprintf("%s, load %s, %d × %s, %s %s, %s", now.UTC().Format(time.RFC3339), load, runtime.NumCPU(), processor(),
			unix.ByteSliceToString(name.Sysname[:]), unix.ByteSliceToString(name.Release[:]), runtime.Version()),
		fmt.Sprintf("%s, %s", disk, brokerVersion(mosquitto)),
	}, nil
}

// loadAverage is the machine's own three figures, over 1, 5 and 15 minutes.
func loadAverage() (string, error) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "", fmt.Errorf("ask for the load: %w", err)
	}
	return strings.Join(strings.Fields(string(text))[:3], " "), nil
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// describeDisk names the disk of a folder and what one flush of it takes.
func describeDisk(dir, device string) (string, error) {
	name, err := os.Readlink("/sys/dev/block/" + device)
	if err != nil {
		return "", fmt.Errorf("find the disk of %s: %w", dir, err)
	}
	flush, err := timeFlush(dir)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("disk %s (%s), a synced append of 4 KiB takes %s", filepath.Base(name), device, flush.Round(time.Microsecond)), nil
}

// timeFlush is the median time of 4 KiB appended to a file with fdatasync.
func timeFlush(dir string) (time.Duration, error) {
	raw, err := openRaw(dir)
	if err != nil {
		return 0, err
	}
	var times []time.Duration
	for range 200 {
		took, err := raw.append(make([]byte, 4096))
		if err != nil {
			return 0, err
		}
		times = append(times, took)
	}
	return median(times), raw.close()
}

// brokerVersion is what mosquitto calls itself; it says so with its usage, which ends with exit code 3.
func brokerVersion(path string) string {
	said, _ := exec.Command(path, "-h").Output()
	line, _, _ := strings.Cut(string(said), "\n")
	return line
}
