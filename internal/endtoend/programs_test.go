package endtoend

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// hang bounds waits that only a broken program makes long.
const hang = time.Minute

var buildFlags = []string{"-tags", "x11"}

// bin holds the programs under test.
var bin string

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "endtoend")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	bin = dir
	args := append([]string{"build", "-o", dir}, buildFlags...)
	build := exec.Command("go", append(args, "stationkeeper/agent", "stationkeeper/headoffice", "stationkeeper/kiosk")...)
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return 1, fmt.Errorf("build the programs: %w", err)
	}
	return m.Run(), nil
}

// program is a running program and what it has logged.
type program struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd

	mu      sync.Mutex
	lines   []string
	changed chan struct{} // closed, and replaced, at every line and at the end
	ended   bool
	err     error // of Wait, once ended
}

// start runs a program of ours, or one of the system by its path, and shows its log when the test fails.
func start(t *testing.T, name string, args ...string) *program {
	t.Helper()
	path := name
	if !strings.Contains(name, "/") {
		path = filepath.Join(bin, name)
	}
	p := &program{t: t, name: filepath.Base(name), cmd: exec.Command(path, args...), changed: make(chan struct{})}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = writer, writer
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	go p.follow(reader)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", p.name, strings.Join(p.lines[max(0, len(p.lines)-40):], "\n"))
		}
	})
	return p
}

func (p *program) follow(output *os.File) {
	defer output.Close()
	scanner := bufio.NewScanner(output)
	for scanner.Scan() {
		p.note(func() { p.lines = append(p.lines, scanner.Text()) })
	}
	err := p.cmd.Wait()
	p.note(func() { p.ended, p.err = true, err })
}

func (p *program) note(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.changed)
	p.changed = make(chan struct{})
}

// until waits until condition, called with p locked, holds.
func (p *program) until(what string, condition func() bool) {
	p.t.Helper()
	timeout := time.After(hang)
	for {
		p.mu.Lock()
		ok, ended, changed := condition(), p.ended, p.changed
		p.mu.Unlock()
		switch {
		case ok:
			return
		case ended:
			p.t.Fatalf("%s ended before: %s", p.name, what)
		}
		select {
		case <-changed:
		case <-timeout:
			p.t.Fatalf("%s never: %s", p.name, what)
		}
	}
}

// says waits for a log line with this message and returns its attributes.
func (p *program) says(message string) map[string]string {
	p.t.Helper()
	var found string
	p.until("says "+message, func() bool {
		for _, line := range p.lines {
			if strings.Contains(line, message) {
				found = line
				return true
			}
		}
		return false
	})
	attributes := map[string]string{}
	for _, match := range regexp.MustCompile(`(\w+)=("[^"]*"|\S+)`).FindAllStringSubmatch(found, -1) {
		attributes[match[1]] = strings.Trim(match[2], `"`)
	}
	return attributes
}

// end waits until the program has ended by itself and returns its exit code.
func (p *program) end() int {
	p.t.Helper()
	p.until("ends", func() bool { return p.ended })
	return p.cmd.ProcessState.ExitCode()
}

// stop asks the program to stop and expects a clean end within the five seconds it promises.
func (p *program) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("stop %s: %v", p.name, err)
	}
	if code := p.end(); code != 0 {
		p.t.Errorf("%s stopped with exit code %d, want 0", p.name, code)
	}
}

// kill ends the program as a power cut would, as far as the program can tell.
func (p *program) kill() {
	p.cmd.Process.Kill() // an error means that it has ended
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	for {
		p.mu.Lock()
		ended, changed := p.ended, p.changed
		p.mu.Unlock()
		if ended {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			p.t.Errorf("%s outlives kill -9", p.name)
			return
		}
	}
}
