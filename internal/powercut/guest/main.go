// Guest is the first and only process of the virtual machine whose power is cut. It mounts the disk, tells what the
// last life of the machine has left there, and then writes until the power fails:
//
//	init -workload journal|store|none -seed N [-cap BYTES] [-drain] [-check] [-unsynced]
//
// The kernel passes these as what stands after "--" on its command line. What it tells goes through a virtio port, one
// line of package report each; what is meant for people, to the console.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/machine"
	"stationkeeper/internal/machine/inside"
	"stationkeeper/internal/powercut/report"
)

const (
	modules = "/" + machine.ModulesFolder
	port    = "reports" // name of the virtio port where reports go
	device  = "/dev/vda"
	disk    = "/disk"
)

// settings are what the program outside chose for this life.
type settings struct {
	workload string
	seed     uint64 // of everything random in this life
	cap      int64  // bytes that the journal may hold
	drain    bool   // let a backlog grow and acknowledge it, again and again
	check    bool   // only look at what is there, write one more record and stop in order
	unsynced bool   // make fsync do nothing
}

// workload is what a life is spent with. It returns after it has closed everything, on a check, or on an error.
type workload func(ctx context.Context, dir string, s settings, out *reporter) error

var workloads = map[string]workload{"journal": keepJournal, "store": keepStore}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "guest:", err)
	}
	unix.Sync()
	// Returning would make the kernel panic, as an error here would.
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

func parse(arguments []string) (s settings, err error) {
	flags := flag.NewFlagSet("init", flag.ContinueOnError)
	flags.StringVar(&s.workload, "workload", "none", "journal, store, or none to stop after the first report")
	flags.Uint64Var(&s.seed, "seed", 0, "of everything random")
	flags.Int64Var(&s.cap, "cap", 64<<20, "bytes that the journal may hold")
	flags.BoolVar(&s.drain, "drain", false, "let backlogs grow and acknowledge them")
	flags.BoolVar(&s.check, "check", false, "check only")
	flags.BoolVar(&s.unsynced, "unsynced", false, "make fsync do nothing")
	if err := flags.Parse(arguments); err != nil {
		return s, err
	}
	if flags.NArg() > 0 { // the kernel hands over what it does not know itself
		return s, fmt.Errorf("unknown arguments %q", flags.Args())
	}
	return s, nil
}

func run(arguments []string) error {
	s, err := parse(arguments)
	if err != nil {
		return err
	}
	if err := inside.Mount(inside.Standard...); err != nil {
		return err
	}
	if err := inside.LoadModules(modules); err != nil {
		return err
	}
	out, err := openReporter()
	if err != nil {
		return err
	}
	if err := out.say(report.Line{Verb: report.Hello}); err != nil || s.workload == "none" {
		return err
	}
	if err := live(s, out); err != nil {
		return errors.Join(err, out.say(report.Line{Verb: report.Wrong, Text: err.Error()}))
	}
	return out.say(report.Line{Verb: report.Bye})
}

// live mounts the disk and spends the life with the workload.
func live(s settings, out *reporter) error {
	work, ok := workloads[s.workload]
	if !ok {
		return fmt.Errorf("unknown workload %q", s.workload)
	}
	if err := inside.Await(device, func() bool { _, err := os.Stat(device); return err == nil }); err != nil {
		return err
	}
	if err := unix.Mount(device, disk, "ext4", unix.MS_NOATIME, "errors=remount-ro"); err != nil {
		return fmt.Errorf("mount %s: %w", device, err)
	}
	if s.unsynced {
		if err := suppressSync(); err != nil {
			return err
		}
	}
	if err := work(context.Background(), filepath.Join(disk, "data"), s, out); err != nil {
		return err
	}
	if err := unix.Unmount(disk, 0); err != nil {
		return fmt.Errorf("unmount %s: %w", disk, err)
	}
	return nil
}

// reporter tells the program outside.
type reporter struct {
	mu   sync.Mutex
	port *os.File
}

func openReporter() (*reporter, error) {
	var path string
	err := inside.Await("the port "+port, func() bool {
		names, _ := filepath.Glob("/sys/class/virtio-ports/*/name") // the pattern is right
		for _, name := range names {
			if content, err := os.ReadFile(name); err == nil && strings.TrimSpace(string(content)) == port {
				path = filepath.Join("/dev", filepath.Base(filepath.Dir(name)))
			}
		}
		return path != ""
	})
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return &reporter{port: file}, nil
}

// say tells lines, all of them before those of any other call. The program outside has them when it returns, unless
// the power fails.
func (r *reporter) say(lines ...report.Line) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(lines) == 0 {
		return nil
	}
	out := bufio.NewWriterSize(r.port, 32<<10)
	for _, l := range lines {
		fmt.Fprintln(out, l) // Flush returns its error
	}
	return out.Flush()
}

// logger shows on the console what a person should see when a run has failed.
func logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// strangers returns names in a folder that say something went wrong.
func strangers(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.Contains(e.Name(), "damaged") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}
