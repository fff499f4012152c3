package probe

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/host/v3/sysfs"

	"stationkeeper/sensors/line"
)

// Machine is how a machine is looked at.
type Machine struct {
	// Root is the folder that /proc, /sys, /dev and /etc lie in: "/".
	Root string
	// User and Groups are those that the program runs with, by number.
	User   int
	Groups []int
	// Work is the folder that relative paths begin in.
	Work string
	// Owner says whom a device file belongs to, May whether the user may read and write it, and MayRead whether he may
	// read it. Their paths begin with Root.
	Owner   func(path string) (Owner, error)
	May     func(path string) error
	MayRead func(path string) error
	// Chips looks at the GPIO chips, and Bus opens /dev/i2c-N.
	Chips func() []line.Chip
	Bus   func(number int) (i2c.BusCloser, error)
	// Synced tells whether the system's clock is synchronised.
	Synced func() (bool, error)
	Now    func() time.Time
}

// Owner is whom a file belongs to, by number, and its permissions.
type Owner struct {
	User, Group int
	Mode        fs.FileMode
}

// This is the machine that the program runs on.
func This() Machine {
	groups, err := os.Getgroups()
	if err != nil {
		groups = nil // it has none beside its own
	}
	work, err := os.Getwd()
	if err != nil {
		work = "/"
	}
	may := func(mode uint32) func(string) error {
		return func(path string) error { return unix.Faccessat(unix.AT_FDCWD, path, mode, unix.AT_EACCESS) }
	}
	return Machine{
		Root: "/", Work: work, User: os.Geteuid(), Groups: append(groups, os.Getegid()),
		Owner: owner, May: may(unix.R_OK | unix.W_OK), MayRead: may(unix.R_OK),
		Chips:  line.Chips,
		Bus:    func(number int) (i2c.BusCloser, error) { return sysfs.NewI2C(number) },
		Synced: synced,
		Now:    time.Now,
	}
}

func owner(path string) (Owner, error) {
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		return Owner{}, err
	}
	return Owner{User: int(s.Uid), Group: int(s.Gid), Mode: fs.FileMode(s.Mode) & fs.ModePerm}, nil
}

// synced asks the kernel, as adjtimex(2) tells.
func synced() (bool, error) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0, err
}

func (m Machine) path(path string) string { return filepath.Join(m.Root, path) }

// mostText is how much of a file is read: those of the kernel are a page at most, but for a few lists.
const mostText = 1 << 18

// read is the text of a file, without the space around it; empty when there is none, or it is no plain file.
func (m Machine) read(path string) string {
	path = m.path(path)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, mostText))
	if err != nil {
		return ""
	}
	return clean(string(text))
}

// clean is text fit for a terminal: device trees end theirs with a zero byte, and a name may be anything.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "?")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text))
}

// first is the first line of a text.
func first(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return text
}

func (m Machine) exists(path string) bool {
	_, err := os.Stat(m.path(path))
	return err == nil
}

// glob lists paths that match, without Root, numbers in order.
func (m Machine) glob(pattern string) []string {
	found, err := filepath.Glob(m.path(pattern))
	if err != nil {
		return nil // of a pattern that is wrong, and ours are right
	}
	for i := range found {
		if relative, err := filepath.Rel(m.Root, found[i]); err == nil {
			found[i] = "/" + relative
		}
	}
	slices.SortFunc(found, natural)
	return found
}

// natural orders names by the number at their end: i2c-2 before i2c-10.
func natural(a, b string) int {
	headA, nA := number(a)
	headB, nB := number(b)
	if c := strings.Compare(headA, headB); c != 0 {
		return c
	}
	return nA - nB
}

// number splits the number at the end of a name from it; -1 when there is none.
func number(name string) (head string, n int) {
	head = strings.TrimRight(name, "0123456789")
	n, err := strconv.Atoi(name[len(head):])
	if err != nil {
		return name, -1
	}
	return head, n
}

// links are the symbolic links in a folder, and what each of them ends at.
func (m Machine) links(folder string) map[string][]string {
	names := map[string][]string{}
	for _, path := range m.glob(folder + "/*") {
		info, err := os.Lstat(m.path(path))
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		if end, err := filepath.EvalSymlinks(m.path(path)); err == nil {
			name := filepath.Base(end)
			names[name] = append(names[name], path)
		}
	}
	return names
}

// linked is the name of what a symbolic link ends at; empty when there is none.
func (m Machine) linked(path string) string {
	end, err := os.Readlink(m.path(path))
	if err != nil {
		return ""
	}
	return clean(filepath.Base(end))
}

// end is the file that a path leads to, when it is a link.
func (m Machine) end(path string) string {
	end, err := filepath.EvalSymlinks(m.path(path))
	if err != nil {
		return path
	}
	relative, err := filepath.Rel(m.Root, end)
	if err != nil {
		return path
	}
	return "/" + relative
}

// Device is a device file.
type Device struct {
	Path string
	// Denied is why the user may not open it; nil when he may. Missing is true when the kernel has the device, but
	// /dev has no file for it.
	Denied  error
	Missing bool
}

// device looks at a device file that is to be read and written, and notes advice when the user may not open it.
func (r *Report) device(path string) Device { return r.deviceFor(path, r.machine.May) }

func (r *Report) deviceFor(path string, may func(string) error) Device {
	err := may(r.machine.path(path))
	switch {
	case err == nil:
		return Device{Path: path}
	case errors.Is(err, fs.ErrNotExist):
		return Device{Path: path, Missing: true}
	}
	r.advise(path)
	return Device{Path: path, Denied: err}
}

// Word is how a device stands with the user: empty when he may open it.
func (d Device) Word() string {
	switch {
	case d.Missing:
		return "NO DEVICE FILE (is this a container, or udev not running?)"
	case d.Denied != nil && !errors.Is(d.Denied, fs.ErrPermission):
		return "CANNOT BE OPENED: " + d.Denied.Error()
	case d.Denied != nil:
		return "NO PERMISSION"
	}
	return ""
}
