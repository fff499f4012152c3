// Package programs runs the product's programs as they are built, for tests that know them from outside alone: by their
// flags, their exit codes, what they log and head office's API.
package programs

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Process is a running program and what it has said.
type Process struct {
	// Name is that of the program, without its folder.
	Name string

	cmd  *exec.Cmd
	take func(line string) bool

	mu      sync.Mutex
	lines   []string
	changed chan struct{} // closed, and replaced, at every line and at the end
	ended   bool
}

// Start runs a command whose output nobody else reads. Every line that it writes, to standard output or error, is given
// to take, in order and before anything else is told of it; those for which take returns false, or all when it is nil,
// are kept as what the program has logged. The process is killed when the tests end without having done so.
func Start(cmd *exec.Cmd, take func(line string) bool) (*Process, error) {
	p := &Process{Name: filepath.Base(cmd.Path), cmd: cmd, take: take, changed: make(chan struct{})}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Name, err)
	}
	defer writer.Close()
	cmd.Stdout, cmd.Stderr = writer, writer
	if err := cmd.Start(); err != nil {
		reader.Close()
		return nil, fmt.Errorf("start %s: %w", p.Name, err)
	}
	go p.follow(reader)
	return p, nil
}

func (p *Process) follow(output *os.File) {
	defer output.Close()
	for scanner := bufio.NewScanner(output); scanner.Scan(); {
		line := scanner.Text()
		taken := p.take != nil && p.take(line)
		p.note(func() {
			if !taken {
				p.lines = append(p.lines, line)
			}
		})
	}
	// How it ended is read from ProcessState: an exit code, or the signal that killed it, is no error here.
	_ = p.cmd.Wait()
	p.note(func() { p.ended = true })
}

func (p *Process) note(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.changed)
	p.changed = make(chan struct{})
}

// Lines returns what the program has logged so far.
func (p *Process) Lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.lines)
}

// Await returns when condition, asked at every line of output, holds. It fails when the program ends before, or ctx.
func (p *Process) Await(ctx context.Context, what string, condition func() bool) error {
	for {
		p.mu.Lock()
		ended, changed := p.ended, p.changed
		p.mu.Unlock()
		if condition() {
			return nil
		}
		if ended {
			return fmt.Errorf("%s ended (%s) before: %s", p.Name, p.cmd.ProcessState, what)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s never: %s: %w", p.Name, what, ctx.Err())
		}
	}
}

// Says waits for a line that holds a message, and returns the attributes of its first occurrence.
func (p *Process) Says(ctx context.Context, message string) (map[string]string, error) {
	var found string
	err := p.Await(ctx, "says "+message, func() bool {
		for _, line := range p.Lines() {
			if strings.Contains(line, message) {
				found = line
				return true
			}
		}
		return false
	})
	return Attributes(found), err
}

var attribute = regexp.MustCompile(`(\w+)=("(?:[^"\\]|\\.)*"|\S+)`)

// Attributes are the key=value pairs of a line of log.
func Attributes(line string) map[string]string {
	attributes := map[string]string{}
	for _, match := range attribute.FindAllStringSubmatch(line, -1) {
		attributes[match[1]] = strings.Trim(match[2], `"`)
	}
	return attributes
}

// Signal sends a signal. A program that has ended does not mind.
func (p *Process) Signal(s os.Signal) {
	_ = p.cmd.Process.Signal(s) // the only error is that it has ended
}

// End waits until the program has ended, by itself or otherwise, and all it had written is read. It returns the exit
// code, which is -1 after a signal.
func (p *Process) End(ctx context.Context) (code int, err error) {
	err = p.Await(ctx, "ends", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.ended
	})
	if err != nil {
		return 0, err
	}
	return p.cmd.ProcessState.ExitCode(), nil
}

// Kill ends the program as a power cut would, as far as the program can tell, and waits until all it had written is
// read. It reports whether that is what the program died of: it may have ended by itself just before.
func (p *Process) Kill(ctx context.Context) (hit bool, err error) {
	p.Signal(syscall.SIGKILL)
	if _, err := p.End(ctx); err != nil {
		return false, err
	}
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL, nil
}

// Pid is the id of the process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }
