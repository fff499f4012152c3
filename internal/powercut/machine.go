package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"stationkeeper/internal/machine"
	"stationkeeper/internal/powercut/disk"
	"stationkeeper/internal/powercut/nbd"
	"stationkeeper/internal/powercut/report"
)

// hung is how long a life may last before something must be wrong with it. Emulated, it takes some seconds, on a busy
// computer a minute.
const hung = 10 * time.Minute

// probeFor is how long a virtualised kernel may take to say hello. Where virtualisation works, it takes a second.
const probeFor = 10 * time.Second

// rig is what every machine is started with.
type rig struct {
	emulator string // path of QEMU
	kernel   string
	initrd   string
	accel    []string // QEMU's arguments for the processor
	machine  string   // the same in words
	blank    []byte   // a disk with an empty file system
}

// bootLine is the kernel's command line. It is not to test the timer, which fails on a busy
// computer, nor its ciphers, which takes a while.
const bootLine = "console=ttyS0 quiet panic=-1 no_timer_check cryptomgr.notests"

// wanted are the kernel's modules that the machine needs: the bus, the disk, the port for reports, and the file system.
var wanted = []string{"virtio_pci", "virtio_blk", "virtio_console", "ext4"}

// guest is the program that runs in the machine.
const guest = "stationkeeper/internal/powercut/guest"

// newRig builds all that machines need in folder. kernelFolder holds the kernel's package.
func newRig(ctx context.Context, folder, kernelFolder string) (*rig, error) {
	r := &rig{initrd: filepath.Join(folder, "initrd")}
	var err error
	if r.emulator, err = exec.LookPath("qemu-system-x86_64"); err != nil {
		return nil, fmt.Errorf("%w: no QEMU: %w", machine.ErrNoKernel, err)
	}
	k, err := machine.FindKernel(kernelFolder, wanted)
	if err != nil {
		return nil, err
	}
	r.kernel = k.Image
	program := filepath.Join(folder, "init")
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-o", program, guest)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if said, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the machine's program: %w: %s", err, said)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	var files []machine.File
	for _, name := range []string{"dev", "disk", machine.ModulesFolder, "proc", "sys", "tmp"} {
		files = append(files, machine.File{Name: name, Mode: 0o755, Folder: true})
	}
	files = append(append(files, machine.File{Name: "init", Mode: 0o755, Content: content}), k.Modules...)
	if err := os.WriteFile(r.initrd, machine.Initrd(files), 0o600); err != nil {
		return nil, err
	}
	if r.blank, err = blankDisk(ctx, folder); err != nil {
		return nil, err
	}
	r.chooseProcessor(ctx)
	return r, ctx.Err()
}

// chooseProcessor virtualises where the kernel outside can, and emulates elsewhere. That there is a /dev/kvm says
// little: in nested machines it may be there and not work, so it is tried.
func (r *rig) chooseProcessor(ctx context.Context) {
	r.accel, r.machine = []string{"-accel", "kvm", "-cpu", "host"}, "virtualised (KVM)"
	if access, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0); err == nil {
		access.Close()
		ctx, cancel := context.WithTimeout(ctx, probeFor)
		defer cancel()
		works := false
		_, err := r.boot(ctx, nil, "-workload none", func(l report.Line) { works = works || l.Verb == report.Hello })
		if err == nil && works {
			return
		}
	}
	r.accel, r.machine = []string{"-accel", "tcg"}, "emulated (TCG)"
}

// diskBytes is the size of the machine's disk: room for what is written in a dozen lives.
const diskBytes = 128 << 20

// blankDisk returns a disk with an empty ext4 file system, always the same.
func blankDisk(ctx context.Context, folder string) ([]byte, error) {
	path := filepath.Join(folder, "blank")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return nil, err
	}
	if err := os.Truncate(path, diskBytes); err != nil {
		return nil, err
	}
	const id = "00000000-0000-4000-8000-000000000001"
	// All tables at once: no kernel thread that fills them later, and less to do in every life.
	said, err := fileSystemTool(ctx, "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-U", id,
		"-E", "lazy_itable_init=0,lazy_journal_init=0,hash_seed="+id, path)
	if err != nil {
		return nil, fmt.Errorf("make a file system: %w: %s", err, said)
	}
	return os.ReadFile(path)
}

// fileSystemTool runs a program that is often kept where only root looks for programs.
func fileSystemTool(ctx context.Context, name string, arguments ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path = filepath.Join("/sbin", name)
	}
	return exec.CommandContext(ctx, path, arguments...).CombinedOutput()
}

// boot starts a machine with a disk, tells what it reports, and returns when it has stopped or the disk's power has
// failed. The error says what kept it from running; what the machine itself found wrong is in its reports. console is
// what it had to say to people.
func (r *rig) boot(ctx context.Context, d *disk.Disk, settings string, heard func(report.Line)) (console string, err error) {
	ctx, cancel := context.WithTimeout(ctx, hung)
	defer cancel()
	folder, err := os.MkdirTemp("", "powercut")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	reports, err := net.Listen("unix", filepath.Join(folder, "reports"))
	if err != nil {
		return "", err
	}
	defer reports.Close()
	arguments := append([]string{
		// The kernel starts faster on "microvm", but on a busy computer waits for ever for that machine's clock.
		"-M", "q35", "-m", "256",
		"-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio",
		"-kernel", r.kernel, "-initrd", r.initrd, "-append", bootLine + " -- " + settings,
		"-device", "virtio-serial", "-chardev", "socket,id=reports,path=" + filepath.Join(folder, "reports"),
		"-device", "virtserialport,chardev=reports,name=reports",
	}, r.accel...)
	var served net.Listener
	if d != nil {
		if served, err = net.Listen("unix", filepath.Join(folder, "disk")); err != nil {
			return "", err
		}
		defer served.Close()
		arguments = append(arguments, "-device", "virtio-blk,drive=disk",
			"-drive", "file=nbd+unix:///?socket="+filepath.Join(folder, "disk")+",format=raw,if=none,id=disk,cache=writeback")
	}
	// The machine dies with the thread that started it, which is this goroutine's until the machine has stopped.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, r.emulator, arguments...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start QEMU: %w", err)
	}
	m := running{ctx: ctx, cmd: cmd, reports: reports, served: served, disk: d, heard: heard}
	err = m.wait()
	return said.String(), err
}

// running is a machine while it runs.
type running struct {
	ctx     context.Context
	cmd     *exec.Cmd
	reports net.Listener
	served  net.Listener // nil without a disk
	disk    *disk.Disk
	heard   func(report.Line)
}

// wait serves the machine until it has stopped.
func (m *running) wait() error {
	stopped := make(chan struct{})
	var serving sync.WaitGroup
	var heardErr, diskErr error
	serving.Go(func() { heardErr = m.hear() })
	if m.disk != nil {
		serving.Go(func() { diskErr = m.serveDisk(stopped) })
		serving.Go(func() {
			select {
			case <-m.disk.Off():
				_ = m.cmd.Process.Kill() // it fails when the machine has just stopped
			case <-stopped:
			}
		})
	}
	err := m.cmd.Wait()
	close(stopped)
	m.reports.Close()
	if m.served != nil {
		m.served.Close()
	}
	serving.Wait()
	if err := m.ctx.Err(); err != nil {
		return fmt.Errorf("the machine did not stop: %w", err)
	}
	if m.disk != nil && m.disk.IsOff() {
		err = nil // killed
	}
	return errors.Join(err, heardErr, diskErr)
}

// hear passes on reports until the machine has stopped. A last line that is not whole was not said.
func (m *running) hear() error {
	conn, err := m.reports.Accept()
	if err != nil {
		return nil // it stopped before it had anything to say
	}
	defer conn.Close()
	lines := bufio.NewReaderSize(conn, 64<<10)
	for {
		text, err := lines.ReadString('\n')
		if err != nil {
			return nil
		}
		line, err := report.Parse(strings.TrimSuffix(text, "\n"))
		if err != nil {
			return err
		}
		m.heard(line)
	}
}

// serveDisk serves the disk to the machine. A disk whose power has failed stays connected and silent: an error would
// tell the machine what a power cut does not.
func (m *running) serveDisk(stopped <-chan struct{}) error {
	conn, err := m.served.Accept()
	if err != nil {
		return nil
	}
	defer conn.Close()
	err = nbd.Serve(conn, m.disk, disk.ErrOff)
	select {
	case <-stopped:
		return nil // a request was under way
	case <-m.disk.Off():
		<-stopped
		return nil
	default:
		return err
	}
}
