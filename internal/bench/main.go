// Bench measures what it costs to write records down and to have them at head office: time, bytes on disk and on the
// wire, memory. It lets others do the same with the same records, on the same machine, by turns, and prints one table
// with the targets that are met and missed.
//
//	bench [-quick] [-parts NAMES] [-dir DIR] [-bin DIR] [-data DIR] [-n RECORDS]
//	bench -profile DIR    where the CPU goes while a backlog is drained
//
// It needs mosquitto and the programs in bin, and to be run from the module's root; make bench sees to that. Bytes that
// reach the disk are counted on file systems of its own in files, for which it needs root.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"stationkeeper/internal/lifecycle"
)

func init() {
	// The programs die with the thread that started them; the first one lives as long as the process.
	runtime.LockOSThread()
}

func main() {
	if os.Getenv(taskVariable) != "" {
		mainTask()
		return
	}
	var o options
	flag.BoolVar(&o.quick, "quick", false, "fewer records: three minutes instead of fifteen, and coarser")
	flag.StringVar(&o.parts, "parts", "", "measure only these `parts`, separated by commas: "+strings.Join(partNames(), ", "))
	flag.StringVar(&o.dir, "dir", "", "`folder` on the disk to measure (default that of temporary files)")
	flag.StringVar(&o.bin, "bin", "bin", "`folder` of the programs headoffice, agent, kiosk and demo")
	flag.StringVar(&o.recordings, "data", "", "`folder` of recordings (default STATIONKEEPER_DATA, or ../shared/data)")
	flag.StringVar(&o.profile, "profile", "", "instead of the table, write CPU profiles of one drain to this `folder`")
	flag.IntVar(&o.records, "n", 0, "how many `records` to drain (default 300000, quick 100000)")
	flag.Parse()
	// The first signal stops in order, which takes as long as the programs under way take to stop; the second at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// mainTask plays a task. It ends when its orders end: whoever gives them stops it with a signal as well.
func mainTask() {
	signal.Ignore(syscall.SIGTERM)
	if _, err := playTask(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	quick                                bool
	parts, dir, bin, recordings, profile string
	records                              int
}

// scale says how much of everything is measured.
type scale struct {
	// Drain, FileStore, FileQueue and Bridge are how many records each way carries in one of Turns turns.
	Drain, FileStore, FileQueue, Bridge, Turns int
	// Backlog is how many wait where many should.
	Backlog int
	// Rounds is how many commits of one record are timed.
	Rounds int
	// Commits are counted singly after a drain, Openings are timed, Events are sent one by one, and at most LiveEvents while
	// draining.
	Commits, Openings, Events, LiveEvents int
	// Badges are held to a reader, and as many times a door is moved. Still is how long nothing happens.
	Badges int
	Still  time.Duration
	// Starts is how often the kiosk with its screen is started, Customers how many touch it.
	Starts, Customers int
	// Day and Week are how long a station lives, in days.
	Day, Week float64
	// QueueTurns is how often the queue's days are played in memory, by turns with what stands beside them.
	QueueTurns int
	// Volume is the size of a file system of our own, in bytes; only what is used takes space.
	Volume int64
}

var (
	full = scale{Drain: 300_000, FileStore: 30_000, FileQueue: 1500, Bridge: 100_000, Turns: 3, Backlog: 1_000_000, Rounds: 1500,
		Commits: 50, Openings: 5, Events: 200, LiveEvents: 1000, Badges: 300, Still: time.Minute, Starts: 9, Customers: 100, Day: 1, Week: 7, QueueTurns: 25,
		Volume: 4 << 30}
	quick = scale{Drain: 100_000, FileStore: 10_000, FileQueue: 300, Bridge: 50_000, Turns: 2, Backlog: 200_000, Rounds: 300,
		Commits: 20, Openings: 3, Events: 50, LiveEvents: 200, Badges: 200, Still: 20 * time.Second, Starts: 5, Customers: 52, Day: 0.25, Week: 0.25, QueueTurns: 25,
		Volume: 2 << 30}
)

// rounds is how many commits of a group are measured.
func (s scale) rounds(group int) int {
	switch group {
	case 1:
		return s.Rounds
	case 10:
		return s.Rounds * 2 / 3
	case 100:
		return s.Rounds / 3
	}
	return max(1, s.Rounds/10)
}

// bench is one run.
type bench struct {
	scale scale
	// dir is a folder of the run's own on the disk that is measured.
	dir string
	// bin is the folder of the programs headOffice and demo, mosquitto the path of that one, and dayTest that of the program
	// with TestStationDay in it, once there is one.
	bin, headOffice, demo, mosquitto, dayTest string
	recordings                                string
	progress                                  io.Writer

	// nodeVolume and officeVolume count what reaches the disk.
	nodeVolume, officeVolume *volume
	// waiting and million are journals with records to drain: as many as others carry, and a great many.
	waiting, million *backlog
	// drainMemory and idleMemory are what other parts have seen.
	drainMemory, idleMemory []row
	cleanup                 lifecycle.Cleanup
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }

// parts of the table, in order. Memory comes after what it is seen in.
var allParts = []struct {
	name, title string
	measure     func(*bench, context.Context) ([]row, []string, error)
}{
	{"sample", "generated records beside real ones", (*bench).measureSample},
	{"drain", "durable drain, to head office's commit and its acknowledgement", (*bench).measureDrain},
	{"append", "append to the journal, durable when it returns", (*bench).measureAppends},
	{"flash", "what reaches the disk", (*bench).measureFlash},
	{"giveback", "after a great backlog was drained", (*bench).measureGiveback},
	{"reopen", "opening a journal again", (*bench).measureReopen},
	{"day", "a station-day, simulated", (*bench).measureDay},
	{"cost", "what a delivered record costs", (*bench).measureCost},
	{"latency", "live", (*bench).measureLatency},
	{"door", "a door, with a real agent in a simulated room", (*bench).measureDoor},
	{"lobby", "the touchscreen, a real kiosk without a graphics card", (*bench).measureLobby},
	{"queue", "the queue, in memory", (*bench).measureQueue},
	{"memory", "memory that is not page cache", (*bench).measureMemory},
}

func partNames() []string {
	var names []string
	for _, p := range allParts {
		names = append(names, p.name)
	}
	return names
}

// chosen checks which parts are asked for; none means all.
func chosen(parts string) ([]string, error) {
	if parts == "" {
		return partNames(), nil
	}
	names := strings.Split(parts, ",")
	for _, name := range names {
		if !slices.Contains(partNames(), name) {
			return nil, fmt.Errorf("part %q: expected one of %s", name, strings.Join(partNames(), ", "))
		}
	}
	return names, nil
}

func run(ctx context.Context, o options, out io.Writer) (err error) {
	names, err := chosen(o.parts)
	if err != nil {
		return err
	}
	b, err := prepare(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.cleanup.Close()) }()
	if o.profile != "" {
		return b.profileDrain(ctx, o.profile, out)
	}
	return b.measure(ctx, names, out)
}

// measure makes the parts of these names and prints the table.
func (b *bench) measure(ctx context.Context, names []string, out io.Writer) error {
	head, err := describe(b.dir, b.mosquitto, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n%s\n\n", strings.Join(head, "\n"), b.caption())
	began := time.Now()
	var parts []part
	for _, p := range allParts {
		if !slices.Contains(names, p.name) {
			continue
		}
		b.say("measuring: %s", p.title)
		rows, foot, err := p.measure(b, ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		parts = append(parts, part{p.title, rows, foot, err})
	}
	if err := print(out, parts); err != nil {
		return err
	}
	load, err := loadAverage()
	fmt.Fprintf(out, "Took %s; load at the end %s.\n", time.Since(began).Round(time.Second), load)
	for _, p := range parts {
		err = errors.Join(err, p.Err)
	}
	return err
}

// caption says what the figures are of.
func (b *bench) caption() string {
	text := "Generated records of a lobby, events, about 320 B of JSON each. "
	if b.nodeVolume.own {
		return text + "Bytes on disk: counters of block devices of our own (ext4 in files, through loop); " +
			"of the process: page cache made dirty, in whole folios (/proc/self/io)."
	}
	return text + fmt.Sprintf("Bytes on disk: counters of block device %s, which others write to as well (%s).", b.nodeVolume.device, b.nodeVolume.why)
}

// prepare finds everything that is needed, and makes the folders.
func prepare(o options) (b *bench, err error) {
	b = &bench{scale: full, bin: o.bin, headOffice: filepath.Join(o.bin, "headoffice"), demo: filepath.Join(o.bin, "demo"),
		recordings: o.recordings, progress: os.Stderr}
	if o.quick {
		b.scale = quick
	}
	if o.records > 0 {
		b.scale.Drain = o.records
	}
	if b.recordings == "" {
		b.recordings = recordings(".")
	}
	if b.mosquitto, err = findMosquitto(); err != nil {
		return nil, err
	}
	return b, b.makeFolders(o.dir)
}

func (b *bench) makeFolders(parent string) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, b.cleanup.Close())
		}
	}()
	if b.dir, err = os.MkdirTemp(parent, "stationkeeper-bench-"); err != nil {
		return fmt.Errorf("create a folder to measure in: %w", err)
	}
	b.cleanup.Add("folder", func() error { return os.RemoveAll(b.dir) })
	for _, v := range []struct {
		name string
		to   **volume
	}{{"node", &b.nodeVolume}, {"office", &b.officeVolume}} {
		made, err := openVolume(b.dir, v.name+"-volume", b.scale.Volume)
		if err != nil {
			return err
		}
		b.cleanup.Add("volume", made.close)
		*v.to = made
	}
	b.waiting = &backlog{dir: filepath.Join(b.dir, "waiting"), records: b.scale.Drain}
	b.million = &backlog{dir: filepath.Join(b.dir, "million"), records: b.scale.Backlog}
	return nil
}

// recordings is the folder of recordings that nobody has named, seen from a folder from which the module's root is at root.
func recordings(root string) string {
	if dir := os.Getenv("STATIONKEEPER_DATA"); dir != "" {
		return dir
	}
	return filepath.Join(root, "../shared/data")
}
