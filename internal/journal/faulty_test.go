package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// faultyEnv makes this binary the server of a file system that fails as it is told. It is a process of its own because
// reading a mapped page of it holds up the Go program that reads.
const faultyEnv = "JOURNAL_TEST_FAULTY"

// faulty is a file system that shows a folder and fails by plan. A flush that fails loses what was written since the last
// one that succeeded, while it can still be read: so does Linux with a disk that fails.
type faulty struct {
	dir   string // where it is mounted
	store string // what it shows
	plan  string // the plan's file
}

// fault is one line of a plan: every so-manieth operation of a kind fails.
type fault struct {
	// op is "read" (or "read:" and a file's name), "write", "fsync" or "change": creating, renaming, removing, allocating. With "kill" everything but
	// reading fails from the so-manieth operation on: that is the disk which a program leaves that is killed there. With
	// "cut" the power is: what was not flushed is lost as well, and names that were moved in a folder that was not.
	op    string
	errno syscall.Errno
	every int
}

func mountFaulty(t *testing.T) *faulty {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("mounting a file system of one's own needs root")
	}
	base := t.TempDir()
	f := &faulty{dir: filepath.Join(base, "mount"), store: filepath.Join(base, "store"), plan: filepath.Join(base, "plan")}
	if err := errors.Join(os.Mkdir(f.dir, 0o700), os.Mkdir(f.store, 0o700), os.WriteFile(f.plan, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), faultyEnv+"="+base)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "mounted\n" {
		t.Skipf("no FUSE to mount a file system of one's own: %v", errors.Join(err, server.Wait()))
	}
	t.Cleanup(func() {
		if err := errors.Join(unix.Unmount(f.dir, unix.MNT_DETACH), server.Process.Kill()); err != nil {
			t.Error(err)
		}
		_ = server.Wait() // that it was killed is no news
	})
	return f
}

// fail makes the file system fail by a plan from now on; without faults it works.
func (f *faulty) fail(t testing.TB, faults ...fault) {
	t.Helper()
	text := []byte{}
	for _, one := range faults {
		text = fmt.Appendf(text, "%s %d %d\n", one.op, one.errno, one.every)
	}
	if err := os.WriteFile(f.plan+".new", text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(f.plan+".new", f.plan); err != nil {
		t.Fatal(err)
	}
}

// end ends a plan of "kill" or "cut": now that is lost what the power cut loses.
func (f *faulty) end(t testing.TB) {
	t.Helper()
	f.fail(t)
	mark := filepath.Join(f.dir, "end")
	if err := errors.Join(os.WriteFile(mark, nil, 0o600), os.Remove(mark)); err != nil {
		t.Fatal(err)
	}
}

// forget makes the kernel forget what it holds of the file system in memory.
func (f *faulty) forget(t testing.TB, file string) {
	t.Helper()
	h, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(unix.Fadvise(int(h.Fd()), 0, 0, unix.FADV_DONTNEED), h.Close()); err != nil {
		t.Fatal(err)
	}
}

// serveFaulty is the server process. It ends when the file system is unmounted.
func serveFaulty(base string) error {
	store := filepath.Join(base, "store")
	var st syscall.Stat_t
	if err := syscall.Stat(store, &st); err != nil {
		return err
	}
	p := &planned{path: filepath.Join(base, "plan"), unsynced: map[uint64]*unsynced{}}
	root := &fs.LoopbackRoot{Path: store, Dev: uint64(st.Dev)}
	top := &faultyNode{LoopbackNode: fs.LoopbackNode{RootData: root}, plan: p}
	root.RootNode = top
	server, err := fs.Mount(filepath.Join(base, "mount"), top, &fs.Options{MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: "faulty"}})
	if err != nil {
		return err
	}
	fmt.Println("mounted")
	server.Wait()
	return nil
}

// planned decides which operations fail, and remembers what a flush that fails is to lose.
type planned struct {
	path string

	mu       sync.Mutex
	text     string
	count    map[string]int
	unsynced map[uint64]*unsynced // by inode
	moved    []move               // since the folder was flushed
	cut      bool
}

// unsynced is what was written to a file since it was flushed.
type unsynced struct {
	file    *os.File
	patches []patch
}

// undo puts back what was there before.
func (u *unsynced) undo() error {
	for i := len(u.patches) - 1; i >= 0; i-- {
		if _, err := u.file.WriteAt(u.patches[i].was, u.patches[i].at); err != nil {
			return err
		}
	}
	return nil
}

// move is a file that got another name; stash is what had that name before.
type move struct{ from, to, stash string }

func (m move) undo() error {
	err := os.Rename(m.to, m.from)
	if m.stash != "" {
		err = errors.Join(err, os.Rename(m.stash, m.to))
	}
	return err
}

// lose is what a power cut does. The caller holds mu.
func (p *planned) lose() error {
	var errs []error
	for _, u := range p.unsynced {
		errs = append(errs, u.undo())
	}
	for i := len(p.moved) - 1; i >= 0; i-- {
		errs = append(errs, p.moved[i].undo())
	}
	return errors.Join(errs...)
}

// patch is what was at a place before it was written to.
type patch struct {
	at  int64
	was []byte
}

// fails says whether an operation is to fail.
func (p *planned) fails(op string) syscall.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	text, err := os.ReadFile(p.path)
	if err != nil {
		return syscall.EIO
	}
	if string(text) != p.text {
		if p.cut && strings.HasPrefix(p.text, "cut ") {
			// Only now: the program would not have lived to see it.
			if err := p.lose(); err != nil {
				fmt.Fprintln(os.Stderr, "undo:", err)
			}
		}
		p.text, p.count, p.cut = string(text), map[string]int{}, false
	}
	if len(text) == 0 {
		return 0
	}
	p.count[op]++
	if !strings.HasPrefix(op, "read") {
		p.count["all"]++
	}
	for rest := p.text; rest != ""; {
		var f fault
		var errno int
		if _, err := fmt.Sscanf(rest, "%s %d %d\n", &f.op, &errno, &f.every); err != nil {
			return syscall.EIO
		}
		_, rest, _ = cutLine(rest)
		end := f.op == "kill" || f.op == "cut"
		switch {
		case f.op == op && p.count[op]%f.every == 0:
			return syscall.Errno(errno)
		case !end || strings.HasPrefix(op, "read") || p.count["all"] < f.every:
			continue
		}
		p.cut = p.cut || end // what comes after it is not undone
		return syscall.Errno(errno)
	}
	return 0
}

func cutLine(s string) (line, rest string, found bool) {
	for i := range s {
		if s[i] == '\n' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

type faultyNode struct {
	fs.LoopbackNode
	plan *planned
}

// WrapChild makes nodes of files fail as folders do.
func (n *faultyNode) WrapChild(_ context.Context, child fs.InodeEmbedder) fs.InodeEmbedder {
	if _, wrapped := child.(*faultyNode); wrapped {
		return child
	}
	return &faultyNode{LoopbackNode: fs.LoopbackNode{RootData: n.RootData}, plan: n.plan}
}

// handle is an open file. Without it the kernel would read and write by itself, past the plan.
type handle struct{ file fs.FileHandle }

func (h *handle) Flush(ctx context.Context) syscall.Errno { return h.file.(fs.FileFlusher).Flush(ctx) }

func (h *handle) Release(ctx context.Context) syscall.Errno {
	return h.file.(fs.FileReleaser).Release(ctx)
}

func (h *handle) Getattr(ctx context.Context, out *fuse.AttrOut) syscall.Errno {
	return h.file.(fs.FileGetattrer).Getattr(ctx, out)
}

func (h *handle) Setattr(ctx context.Context, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return h.file.(fs.FileSetattrer).Setattr(ctx, in, out)
}

func (n *faultyNode) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	f, more, errno := n.LoopbackNode.Open(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	return &handle{f}, more, 0
}

// backing opens the file behind a handle for reading and writing.
func backing(f fs.FileHandle) (*os.File, uint64, error) {
	h, ok := f.(*handle)
	if !ok {
		return nil, 0, errors.New("the handle is no file's")
	}
	fd, ok := h.file.(fs.FilePassthroughFder).PassthroughFd()
	if !ok {
		return nil, 0, errors.New("the handle has no file")
	}
	file, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", fd), os.O_RDWR, 0)
	if err != nil {
		return nil, 0, err
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, st.Ino, nil
}

func (n *faultyNode) Write(ctx context.Context, f fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	if errno := n.plan.fails("write"); errno != 0 {
		return 0, errno
	}
	file, ino, err := backing(f)
	if err != nil {
		return 0, syscall.EIO
	}
	was := make([]byte, len(data))
	if _, err := file.ReadAt(was, off); err != nil && !errors.Is(err, io.EOF) {
		return 0, syscall.EIO
	}
	n.plan.mu.Lock()
	u := n.plan.unsynced[ino]
	if u == nil {
		u = &unsynced{file: file}
		n.plan.unsynced[ino] = u
	} else {
		_ = file.Close() // it was only read
	}
	u.patches = append(u.patches, patch{off, was})
	n.plan.mu.Unlock()
	return f.(*handle).file.(fs.FileWriter).Write(ctx, data, off)
}

func (n *faultyNode) Fsync(_ context.Context, f fs.FileHandle, _ uint32) syscall.Errno {
	errno := n.plan.fails("fsync")
	file, ino, err := backing(f)
	n.plan.mu.Lock()
	defer n.plan.mu.Unlock()
	if err != nil {
		return syscall.EIO
	}
	defer file.Close()
	u := n.plan.unsynced[ino]
	if u == nil || n.plan.cut {
		return errno
	}
	delete(n.plan.unsynced, ino)
	defer u.file.Close()
	if errno != 0 {
		if err := u.undo(); err != nil {
			return syscall.EIO
		}
	}
	return errno
}

// folder is an open folder.
type folder struct {
	fs.FileReaddirenter
	fs.FileReleasedirer
	plan *planned
}

func (n *faultyNode) OpendirHandle(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	h, more, errno := n.LoopbackNode.OpendirHandle(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	return &folder{h.(fs.FileReaddirenter), h.(fs.FileReleasedirer), n.plan}, more, 0
}

// Fsyncdir makes names last.
func (f *folder) Fsyncdir(context.Context, uint32) syscall.Errno {
	errno := f.plan.fails("fsync")
	f.plan.mu.Lock()
	defer f.plan.mu.Unlock()
	if errno == 0 {
		f.plan.moved = nil
	}
	return errno
}

func (n *faultyNode) Read(ctx context.Context, f fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	for _, op := range []string{"read", "read:" + filepath.Base(n.Path(nil))} {
		if errno := n.plan.fails(op); errno != 0 {
			return nil, errno
		}
	}
	return f.(*handle).file.(fs.FileReader).Read(ctx, dest, off)
}

func (n *faultyNode) Allocate(ctx context.Context, f fs.FileHandle, off, size uint64, mode uint32) syscall.Errno {
	if errno := n.plan.fails("change"); errno != 0 {
		return errno
	}
	return f.(*handle).file.(fs.FileAllocater).Allocate(ctx, off, size, mode)
}

func (n *faultyNode) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	if errno := n.plan.fails("change"); errno != 0 {
		return nil, nil, 0, errno
	}
	node, f, more, errno := n.LoopbackNode.Create(ctx, name, flags, mode, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	return node, &handle{f}, more, 0
}

func (n *faultyNode) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if errno := n.plan.fails("change"); errno != 0 {
		return errno
	}
	return n.LoopbackNode.Setattr(ctx, f, in, out)
}

func (n *faultyNode) Unlink(ctx context.Context, name string) syscall.Errno {
	if errno := n.plan.fails("change"); errno != 0 {
		return errno
	}
	return n.LoopbackNode.Unlink(ctx, name)
}

func (n *faultyNode) Rename(ctx context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if errno := n.plan.fails("change"); errno != 0 {
		return errno
	}
	m := move{from: filepath.Join(n.RootData.Path, name), to: filepath.Join(n.RootData.Path, newName)}
	n.plan.mu.Lock()
	defer n.plan.mu.Unlock()
	stash := fmt.Sprintf("%s-stash%d", n.RootData.Path, len(n.plan.moved))
	_ = os.Remove(stash) // of a move that has been flushed
	if os.Link(m.to, stash) == nil {
		m.stash = stash
	}
	errno := n.LoopbackNode.Rename(ctx, name, to, newName, flags)
	if errno == 0 {
		n.plan.moved = append(n.plan.moved, m)
	}
	return errno
}

func (n *faultyNode) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if errno := n.plan.fails("change"); errno != 0 {
		return nil, errno
	}
	return n.LoopbackNode.Link(ctx, target, name, out)
}
