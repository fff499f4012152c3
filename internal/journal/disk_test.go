package journal

import (
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// disk is a small ext4 file system on an image, which may stand on a tmpfs that is too small for it.
type disk struct {
	image, dir string
	options    string
}

// mountDisk makes a file system of some bytes, the image of which lies in folder.
func mountDisk(t *testing.T, folder string, size int64, options string) *disk {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("mounting a disk needs root")
	}
	d := &disk{image: filepath.Join(folder, "image"), dir: t.TempDir(), options: options}
	f, err := os.Create(d.image)
	if err == nil {
		err = errors.Join(f.Truncate(size), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", d.image).CombinedOutput(); err != nil {
		t.Skipf("no mkfs.ext4 to make a disk with: %v %s", err, out)
	}
	if out, err := exec.Command("mount", "-o", "loop,"+options, d.image, d.dir).CombinedOutput(); err != nil {
		t.Skipf("no loop device to mount a disk with: %v %s", err, out)
	}
	t.Cleanup(func() { d.unmount(t) })
	return d
}

func (d *disk) unmount(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("umount", d.dir).CombinedOutput(); err != nil {
		t.Errorf("umount: %v %s", err, out)
	}
}

// again takes the disk out and puts it back in: nothing is left of it in memory.
func (d *disk) again(t *testing.T) {
	t.Helper()
	d.unmount(t)
	// Exit code 1 says that it has been repaired.
	var exit *exec.ExitError
	if out, err := exec.Command("e2fsck", "-f", "-y", d.image).CombinedOutput(); err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 1) {
		t.Fatalf("e2fsck: %v %s", err, out)
	}
	if out, err := exec.Command("mount", "-o", "loop,"+d.options, d.image, d.dir).CombinedOutput(); err != nil {
		t.Fatalf("mount: %v %s", err, out)
	}
}

// fill takes all room in a folder but some bytes, and returns what gives it back.
func fill(t *testing.T, dir string, spare int) (clear func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	written := int64(0)
	for size := 1 << 20; size > 0; {
		n, failed := f.Write(make([]byte, size))
		if written += int64(n); failed != nil {
			size /= 2
			err = failed
		}
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("fill the disk: %v", err)
	}
	if err := errors.Join(f.Truncate(max(0, written-int64(spare))), f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// logbook is a log that can be read while it is written.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// logged are options whose log can be read.
func logged() (Options, *logbook) {
	l := new(logbook)
	o := options()
	o.Log = slog.New(slog.NewTextHandler(l, nil))
	return o, l
}

// tell shows what a user sees, without lines that say the same.
func tell(t *testing.T, log *logbook) {
	t.Helper()
	seen := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(log.String()), "\n") {
		_, line, _ = strings.Cut(line, " ")
		if message, _, _ := strings.Cut(line, `" `); !seen[message] {
			seen[message] = true
			t.Logf("%.300s", line)
		}
	}
}

// TestDiskFilledBesideTheJournal fills the disk, goes on until events have to be dropped, and makes room again.
func TestDiskFilledBesideTheJournal(t *testing.T) {
	d := mountDisk(t, t.TempDir(), 10<<20, "noatime")
	synctest.Test(t, func(t *testing.T) {
		o, log := logged()
		o.Clock, o.TelemetryDelay = following(), 30*time.Second
		j := mustOpen(t, d.dir, o)
		l := newLoad(1)
		for range 60 {
			if !l.some(t, j) {
				t.Fatal(l.last)
			}
		}
		clear := fill(t, d.dir, 0)
		reserve := func() int64 {
			info, err := os.Stat(newReserve(j.file.path).path)
			if err != nil {
				return 0
			}
			return info.Size()
		}
		if got := reserve(); got != reserveBytes {
			t.Errorf("the reserve has %d bytes before the disk was full, want %d", got, reserveBytes)
		}
		taken, first := 0, true
		for n := range 300 {
			if l.some(t, j) {
				taken++
			}
			if n%5 > 0 {
				continue
			}
			lost := l.check(t, j, false)
			if lost[0] > 0 && first {
				first = false
				if readings, _ := mustRead(t, j, record.Telemetry, 0, 1<<20); len(readings) > 4 {
					t.Errorf("%d events were dropped while there were %d readings", lost[0], len(readings))
				}
			}
			time.Sleep(5 * time.Second)
		}
		lost := l.check(t, j, false)
		t.Logf("on a full disk: 300 events, %d taken, %d events and %d readings dropped", taken, lost[0], lost[1])
		if taken < 290 || lost[0] == 0 || lost[1] == 0 {
			t.Errorf("%d of 300 events were taken, %d and %d dropped; want nearly all taken, and some of both dropped", taken, lost[0], lost[1])
		}
		if reserve() == reserveBytes {
			t.Error("the reserve was not used")
		}
		mustVerify(t, d.dir)
		clear()
		time.Sleep(2 * trimEvery)
		if got := reserve(); got != reserveBytes {
			t.Errorf("the reserve has %d bytes after there was room again, want %d", got, reserveBytes)
		}
		if !strings.Contains(log.String(), "the disk has room again") {
			t.Error("nobody was told that there is room again")
		}
		for range 30 {
			if !l.some(t, j) {
				t.Fatal(l.last)
			}
		}
		if again := l.check(t, j, false); again[0] != lost[0] {
			t.Errorf("%d events dropped, %d of them before there was room", again[0], lost[0])
		}
		epoch := j.Epoch()
		mustClose(t, j)
		j = mustOpen(t, d.dir, o)
		l.check(t, j, true)
		if j.Epoch() != epoch {
			t.Error("the epoch has changed")
		}
		mustClose(t, j)
		tell(t, log)
	})
}

// TestDiskFilledByTheJournal lets the journal itself take all there is.
func TestDiskFilledByTheJournal(t *testing.T) {
	d := mountDisk(t, t.TempDir(), 8<<20, "noatime")
	j := mustOpen(t, d.dir, options())
	l := newLoad(2)
	taken := 0
	for range 700 {
		if l.some(t, j) {
			taken++
		}
	}
	lost := l.check(t, j, false)
	t.Logf("700 events into 8 MiB: %d taken, %d events and %d readings dropped", taken, lost[0], lost[1])
	if taken < 690 || lost[0] == 0 {
		t.Errorf("%d events taken and %d dropped, want nearly all, and some: %v", taken, lost[0], l.last)
	}
	mustVerify(t, d.dir)
	mustClose(t, j)
	d.again(t)
	j = mustOpen(t, d.dir, options())
	l.check(t, j, true)
	mustClose(t, j)
}

// TestNoRoomToBegin opens a journal on a full disk, which is refused with what and where, and then on one with room.
func TestNoRoomToBegin(t *testing.T) {
	d := mountDisk(t, t.TempDir(), 8<<20, "noatime")
	clear := fill(t, d.dir, 0)
	_, err := Open(d.dir, options())
	if !errors.Is(err, unix.ENOSPC) || !strings.Contains(err.Error(), filepath.Join(d.dir, FileName)) {
		t.Fatalf("open on a full disk: %v, want no space left, and where", err)
	}
	t.Log(err)
	clear()
	j := mustOpen(t, d.dir, options())
	clear = fill(t, d.dir, 0)
	l := newLoad(3)
	l.some(t, j)
	l.check(t, j, false)
	clear()
	if !l.some(t, j) {
		t.Fatal(l.last)
	}
	l.check(t, j, false)
	mustClose(t, j)
}

// TestFileSystemBecomesReadOnly lets the kernel find something wrong with the file system and make it read-only, as it
// does with a failing card.
func TestFileSystemBecomesReadOnly(t *testing.T) {
	d := mountDisk(t, t.TempDir(), 8<<20, "noatime,errors=remount-ro")
	o, log := logged()
	j, err := Open(d.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	l := newLoad(4)
	for range 40 {
		if !l.some(t, j) {
			t.Fatal(l.last)
		}
	}
	device, err := exec.Command("findmnt", "-n", "-o", "SOURCE", d.dir).Output()
	if err == nil {
		err = os.WriteFile(filepath.Join("/sys/fs/ext4", filepath.Base(strings.TrimSpace(string(device))), "trigger_fs_error"), []byte("test"), 0o200)
	}
	if err != nil {
		t.Skipf("ext4 cannot be told to fail: %v", errors.Join(err, j.Close()))
	}
	for range 20 {
		if l.append(t, j, record.Events, entry(l.rng.IntN(1<<30))) {
			t.Fatal("an event was taken on a read-only file system")
		}
	}
	t.Log(l.last)
	if !errors.Is(l.last, unix.EROFS) {
		t.Errorf("refused with %v, want read-only file system", l.last)
	}
	l.check(t, j, false)
	mustVerify(t, d.dir)
	l.append(t, j, record.Telemetry, reading(1, 1))
	if err := j.Close(); err == nil {
		t.Error("closed without an error, though readings wait")
	}
	if _, err := Open(d.dir, o); !errors.Is(err, unix.EROFS) || !strings.Contains(err.Error(), d.dir) {
		t.Errorf("opened on a read-only file system: %v", err)
	} else {
		t.Log(err)
	}
	d.again(t)
	j = mustOpen(t, d.dir, o)
	l.check(t, j, true)
	if !l.some(t, j) {
		t.Error(l.last)
	}
	mustClose(t, j)
	tell(t, log)
}

// TestOperationsFail lets every so-manieth operation of each kind fail for a while, all of them at last, under a journal
// that is written to. What was reported is there, now and from the disk; nothing that was refused is; and the journal
// works again by itself soon after the disk does.
func TestOperationsFail(t *testing.T) {
	for _, c := range []struct {
		op    string
		errno unix.Errno
	}{{"fsync", unix.EIO}, {"write", unix.EIO}, {"write", unix.ENOSPC}, {"fsync", unix.ENOSPC}, {"change", unix.EIO}, {"write", unix.EROFS}} {
		t.Run(c.op+" "+unix.ErrnoName(c.errno), func(t *testing.T) {
			d := mountFaulty(t)
			synctest.Test(t, func(t *testing.T) {
				o, log := logged()
				o.Clock = following()
				j, err := Open(d.dir, o)
				if err != nil {
					t.Fatal(err)
				}
				l := newLoad(6)
				failures := 0
				intervals := []int{7, 3, 1}
				if *faults {
					intervals = []int{31, 23, 17, 13, 11, 7, 6, 5, 4, 3, 2, 1}
				}
				for _, every := range intervals {
					for range 10 {
						if !l.some(t, j) {
							t.Fatalf("while the disk works: %v", l.last)
						}
					}
					d.fail(t, fault{c.op, c.errno, every})
					for n := range 25 {
						if !l.some(t, j) {
							failures++
						}
						if n%5 == 0 || *faults {
							l.check(t, j, false)
						}
						time.Sleep(3 * time.Second)
					}
					d.fail(t)
					time.Sleep(2 * trimEvery)
				}
				if !l.some(t, j) {
					t.Fatalf("after the disk works again: %v", l.last)
				}
				lost := l.check(t, j, false)
				t.Logf("%d events refused, %d events and %d readings dropped; last: %v", failures, lost[0], lost[1], l.last)
				if failures == 0 && c.op != "change" {
					t.Error("nothing was refused, want some")
				}
				if lost[0] > 0 && c.errno != unix.ENOSPC {
					t.Errorf("%d events dropped, want none", lost[0])
				}
				if replaced := replacements(t, j); len(replaced) > 0 {
					t.Errorf("replaced %+v, want the file kept: it was not damaged", replaced)
				}
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				d.forget(t, j.file.path)
				mustVerify(t, d.dir)
				j = mustOpen(t, d.dir, o)
				l.check(t, j, true)
				mustClose(t, j)
				tell(t, log)
			})
		})
	}
}

// TestPagesCannotBeRead lets a disk fail to deliver what was written.
func TestPagesCannotBeRead(t *testing.T) {
	d := mountFaulty(t)
	synctest.Test(t, func(t *testing.T) {
		o, log := logged()
		o.Clock = following()
		j, err := Open(d.dir, o)
		if err != nil {
			t.Fatal(err)
		}
		l := newLoad(7)
		for range 40 {
			if !l.some(t, j) {
				t.Fatal(l.last)
			}
		}
		epoch := j.Epoch()
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		d.forget(t, j.file.path)
		d.fail(t, fault{"read:" + FileName, unix.EIO, 1})
		if j, err := Open(d.dir, o); err == nil {
			t.Errorf("opened a file that cannot be read, in epoch %s (before: %s)", j.Epoch(), epoch)
			_ = j.Close()
		} else {
			t.Log(err)
		}
		d.fail(t)
		j = mustOpen(t, d.dir, o)
		if j.Epoch() != epoch {
			t.Error("a new epoch began because the disk could not be read for a moment")
		}
		l.check(t, j, true)
		mustClose(t, j)
		tell(t, log)
	})
}
