package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"stationkeeper/internal/powercut/disk"
	"stationkeeper/internal/powercut/report"
)

// campaign is a number of power cuts under one workload.
type campaign struct {
	workload string // of the machine's program
	cuts     int
	// seed is of everything random: the same seed cuts at the same operations and treats the same writes alike.
	seed uint64
	// deaf has a disk that acknowledges flushes without doing them, unsynced a program whose fsync does nothing. Either
	// must lose records: then the campaign ends at the first loss.
	deaf, unsynced bool
}

func (c campaign) broken() bool { return c.deaf || c.unsynced }

func (c campaign) String() string {
	switch {
	case c.deaf:
		return c.workload + " on a disk that ignores flushes"
	case c.unsynced:
		return c.workload + " without fsync"
	}
	return c.workload
}

// mostLives is the most power cuts that one disk sees.
const mostLives = 15

// result is what became of a campaign.
type result struct {
	campaign campaign
	took     time.Duration
	disks    int
	cuts     int // done
	early    int // of those, before the machine had checked what the last one left
	moves    int // cuts soon after the journal began to move into a smaller file
	replayed int // times that the file system was found in need of repair, which mounting does
	mended   int // times that it was not mounted before it was checked, as Debian does when it starts
	loss     disk.Loss
	counts   disk.Counts
	tally    tally
	problems []string
}

// run cuts the power as often as asked, on one disk after another, telling progress line by line. A disk on which
// something went wrong is left in folder keep, unless that is empty, and the campaign goes on with the next.
func (r *rig) run(ctx context.Context, c campaign, keep string, progress io.Writer) (result, error) {
	begin := time.Now()
	total := result{campaign: c}
	for total.cuts < c.cuts && !(c.broken() && len(total.problems) > 0) {
		d := trial{
			rig: r, campaign: c, number: total.disks, keep: keep, progress: progress, result: &total,
			rng: rand.New(rand.NewPCG(c.seed, uint64(total.disks))),
		}
		if err := d.run(ctx); err != nil {
			return total, fmt.Errorf("%s, seed %d, disk %d: %w", c, c.seed, d.number, err)
		}
		total.disks++
	}
	total.took = time.Since(begin)
	return total, nil
}

// trial is one disk and its lives.
type trial struct {
	rig      *rig
	campaign campaign
	number   int
	rng      *rand.Rand
	keep     string
	progress io.Writer
	result   *result

	disk   *disk.Disk
	ledger *ledger
}

// run cuts the power up to mostLives times and then lets the machine check a last time and stop in order.
func (t *trial) run(ctx context.Context) error {
	var err error
	if t.disk, err = disk.New(t.rig.blank); err != nil {
		return err
	}
	if t.campaign.deaf {
		t.disk.Deafen()
	}
	t.ledger = newLedger(t.campaign.workload != "journal")
	lives := min(1+t.rng.IntN(mostLives), t.campaign.cuts-t.result.cuts)
	for n := 0; n <= lives && len(t.ledger.problems) == 0; n++ {
		l := planLife(t.rng, t.campaign, n == 0)
		if n == lives {
			l.fromStart, l.fromChecked, l.fromMoving, l.reports = 0, 0, 0, 0
		}
		if err := t.live(ctx, n, l); err != nil {
			return fmt.Errorf("life %d (%s): %w", n, l, err)
		}
	}
	t.result.tally.add(t.ledger.tally)
	counts := t.disk.Counts()
	t.result.counts.Writes += counts.Writes
	t.result.counts.Flushes += counts.Flushes
	t.result.counts.Ignored += counts.Ignored
	return nil
}

// live lets the machine live once, and looks at what it said.
func (t *trial) live(ctx context.Context, n int, l life) error {
	begin := time.Now()
	t.ledger.mayFill = t.ledger.mayFill || l.cap == smallCap
	t.ledger.begin()
	if needsRecovery(t.disk) {
		t.result.replayed++
	}
	if l.fromStart > 0 {
		t.disk.FailAfter(l.fromStart, l.only)
	}
	hears, console, err := t.boot(ctx, l)
	if err == nil && strings.Contains(console, uncleanText) && !t.campaign.broken() {
		if err := t.mendFileSystem(ctx, l); err != nil {
			return err
		}
		t.result.mended++
		t.ledger.problems = t.ledger.problems[:0] // there are none of lives before, or this one would not be
		t.ledger.begin()
		hears, console, err = t.boot(ctx, l)
	}
	if err != nil {
		return err
	}
	if strings.Contains(console, "EXT4-fs error") || strings.Contains(console, "JBD2:") {
		t.ledger.problem("the file system was damaged")
	}
	cut := t.disk.IsOff()
	if !cut && !hears.ended && t.campaign.broken() {
		t.ledger.problem("the machine stopped by itself, as bbolt makes a program that checks a damaged file")
	}
	if !cut && !hears.ended && len(t.ledger.problems) == 0 {
		return fmt.Errorf("the machine stopped by itself; the console:\n%s", tail(console))
	}
	loss := t.disk.Restore(l.damage, rand.New(rand.NewPCG(l.seed, 1)))
	if cut {
		t.result.cuts++
		if !t.ledger.checked {
			t.result.early++
		}
	}
	t.result.loss.Kept += loss.Kept
	t.result.loss.Lost += loss.Lost
	fmt.Fprintf(t.progress, "%s: disk %d life %d: %s: %d sectors kept, %d lost; %d records reported so far, %d found, %d missing; %.1fs\n",
		t.campaign, t.number, n, l, loss.Kept, loss.Lost, t.ledger.tally.Reported, t.ledger.tally.Found, t.ledger.tally.Missing,
		time.Since(begin).Seconds())
	if l.checks() {
		if err := t.checkFileSystem(ctx); err != nil {
			return err
		}
	}
	if err := t.ledger.err(); err != nil {
		return t.note(n, l, err, console)
	}
	return nil
}

// boots is how often a machine is started that does not come up. Nothing has been written until it does, and nothing
// of ours has run: a kernel that gets too little of a busy computer gives up by itself now and then.
const boots = 3

func (t *trial) boot(ctx context.Context, l life) (*listener, string, error) {
	for attempt := 1; ; attempt++ {
		hears := &listener{trial: t, life: l}
		console, err := t.rig.boot(ctx, t.disk, l.settings(), hears.hear)
		if !hears.up && !t.disk.IsOff() && ctx.Err() == nil && attempt < boots {
			continue
		}
		if err != nil {
			err = fmt.Errorf("%w; the console:\n%s", err, tail(console))
		}
		return hears, console, err
	}
}

// listener hears one life and cuts its power when that is due.
type listener struct {
	trial   *trial
	life    life
	reports int
	up      bool // the machine's program runs
	ended   bool // the machine stopped in order
}

func (h *listener) hear(line report.Line) {
	h.trial.ledger.take(line)
	switch {
	case line.Verb == report.Hello:
		h.up = true
	case line.Verb == report.Bye:
		h.ended = true
	case line.Verb == report.Checked && h.life.fromChecked > 0:
		h.trial.disk.FailAfter(h.life.fromChecked, h.life.only)
	case line.Verb == report.Moving && h.life.fromMoving > 0:
		h.trial.result.moves++
		h.trial.disk.FailAfter(h.life.fromMoving, h.life.only)
	case line.Verb == report.Kept && h.life.reports > 0:
		if h.reports++; h.reports == h.life.reports {
			h.trial.disk.Fail()
		}
	}
}

// checkFileSystem has a disk looked at that was unmounted in order: what then is wrong is the fault of this disk or of
// the file system, and puts all other findings in doubt.
func (t *trial) checkFileSystem(ctx context.Context) error {
	if t.campaign.broken() {
		return nil
	}
	folder, err := os.MkdirTemp("", "powercut")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "disk")
	if err := os.WriteFile(path, t.disk.Content(), 0o600); err != nil {
		return err
	}
	if said, err := fileSystemTool(ctx, "e2fsck", "-f", "-n", path); err != nil {
		t.ledger.problem("the file system is damaged: %s: %s", err, said)
	}
	return nil
}

// uncleanText is what Linux says of a file system that it does not mount before it was looked after. A sector that is
// lost of a block of the file system's own journal does that now and then.
const uncleanText = "structure needs cleaning"

// mendFileSystem does what Debian does when it starts.
func (t *trial) mendFileSystem(ctx context.Context, l life) error {
	folder, err := os.MkdirTemp("", "powercut")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	t.disk.Restore(l.damage, rand.New(rand.NewPCG(l.seed, 2))) // nothing of a life that did not begin is planned any more
	path := filepath.Join(folder, "disk")
	if err := os.WriteFile(path, t.disk.Content(), 0o600); err != nil {
		return err
	}
	said, failed := fileSystemTool(ctx, "e2fsck", "-f", "-y", path)
	if exit := new(exec.ExitError); failed != nil && (!errors.As(failed, &exit) || exit.ExitCode() > 2) { // 1 and 2: mended
		t.ledger.problem("the file system cannot be mended: %s: %s", failed, said)
		return nil
	}
	mended, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return errors.Join(t.disk.Write(mended, 0, true), t.disk.Flush())
}

// note notes what is wrong with a disk, and keeps it for inspection.
func (t *trial) note(n int, l life, found error, console string) error {
	what := fmt.Sprintf("%s, seed %d, disk %d, life %d (%s, %s):\n%s", t.campaign, t.campaign.seed, t.number, n, l, l.settings(), found)
	t.result.problems = append(t.result.problems, what)
	if t.keep == "" || t.campaign.broken() {
		return nil
	}
	name := filepath.Join(t.keep, fmt.Sprintf("%s-%d-%d", t.campaign.workload, t.campaign.seed, t.number))
	if err := os.MkdirAll(t.keep, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name+".txt", []byte(what+"\n\nconsole:\n"+console), 0o644); err != nil {
		return err
	}
	return os.WriteFile(name+".ext4", t.disk.Content(), 0o644)
}

// needsRecovery reports whether the file system on a disk was not unmounted: its superblock says that its journal has
// to be replayed (feature_incompat, see fs/ext4/ext4.h of the kernel).
func needsRecovery(d *disk.Disk) bool {
	const superblock, incompat, recover = 1024, 0x60, 0x4
	var field [4]byte
	if err := d.Read(field[:], superblock+incompat); err != nil {
		return false
	}
	return binary.LittleEndian.Uint32(field[:])&recover != 0
}

// tail is the end of a console, where the reason is.
func tail(console string) string {
	const lines = 30
	all := strings.Split(strings.TrimSpace(console), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
