package hands

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Program is a program to be run.
type Program struct {
	Path      string
	Arguments []string
	// Environment is added to what the first process has.
	Environment []string
	// User is whom it runs as, with a group of the same number and no other; 0 is root.
	User uint32
}

// Output is what a program has written so far, and how it ended.
type Output struct {
	Lines []string
	Ended bool
	Code  int // -1 after a signal
}

type programs struct {
	mu      sync.Mutex
	running map[int]*program
}

// program is one that was started. Those that have ended are kept, with what they wrote.
type program struct {
	cmd   *exec.Cmd
	said  *said
	ended chan struct{}
}

// said collects what a program writes.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return lines(s.text.String())
}

// Start starts a program and answers with its process id.
func (h *Hands) Start(p Program, id *int) error {
	started := &program{cmd: exec.Command(p.Path, p.Arguments...), said: &said{}, ended: make(chan struct{})}
	started.cmd.Env = append(os.Environ(), p.Environment...)
	started.cmd.Stdout, started.cmd.Stderr = started.said, started.said
	if p.User != 0 {
		started.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: p.User, Gid: p.User}}
	}
	if err := started.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.Path, err)
	}
	go func() {
		defer close(started.ended)
		// How it ended is read from ProcessState: an exit code, or the signal that killed it, is no error here.
		_ = started.cmd.Wait()
	}()
	*id = started.cmd.Process.Pid
	h.programs.mu.Lock()
	defer h.programs.mu.Unlock()
	h.programs.running[*id] = started
	return nil
}

func (h *Hands) find(id int) (*program, error) {
	h.programs.mu.Lock()
	defer h.programs.mu.Unlock()
	p, ok := h.programs.running[id]
	if !ok {
		return nil, fmt.Errorf("no program was started as process %d", id)
	}
	return p, nil
}

// Said answers with what a program has written so far.
func (h *Hands) Said(id int, out *Output) error {
	p, err := h.find(id)
	if err != nil {
		return err
	}
	select {
	case <-p.ended:
		out.Ended, out.Code = true, p.cmd.ProcessState.ExitCode()
	default:
	}
	out.Lines = p.said.lines()
	return nil
}

// Ended answers whether a program has ended.
func (h *Hands) Ended(id int, ended *bool) error {
	p, err := h.find(id)
	if err != nil {
		return err
	}
	select {
	case <-p.ended:
		*ended = true
	default:
	}
	return nil
}

// Signal is a signal for a program.
type Signal struct {
	Program int
	Number  int
}

// Send sends a signal to a program. One that has ended does not mind.
func (h *Hands) Send(s Signal, _ *Nothing) error {
	p, err := h.find(s.Program)
	if err != nil {
		return err
	}
	if err := p.cmd.Process.Signal(syscall.Signal(s.Number)); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// Await waits until a program has ended, and answers with what it wrote.
func (h *Hands) Await(id int, out *Output) error {
	p, err := h.find(id)
	if err != nil {
		return err
	}
	const hung = 2 * time.Minute
	select {
	case <-p.ended:
		return h.Said(id, out)
	case <-time.After(hung):
		return fmt.Errorf("%s has not ended within %s", p.cmd.Path, hung)
	}
}
