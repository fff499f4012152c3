package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a running program, its input, and every line that it has said.
type process struct {
	name  string
	cmd   *exec.Cmd
	input io.WriteCloser

	mu      sync.Mutex
	lines   []string
	heard   map[string]int // by beginning of line: how many lines a call of expect has looked at
	changed chan struct{}  // closed, and replaced, at every line and at the end
	ended   bool
	err     error // of Wait, once ended
}

// patience is how long a program may take to answer; only a broken one takes longer.
const patience = 5 * time.Minute

// start runs a command. It dies with the thread that started it, which is the first one: see main.
func start(name string, cmd *exec.Cmd) (*process, error) {
	p := &process{name: name, cmd: cmd, heard: map[string]int{}, changed: make(chan struct{})}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p.input = input
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	cmd.Stdout, cmd.Stderr = writer, writer
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	err = cmd.Start()
	writer.Close()
	if err != nil {
		reader.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go p.follow(reader)
	return p, nil
}

func (p *process) follow(output *os.File) {
	defer output.Close()
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.note(func() { p.lines = append(p.lines, lines.Text()) })
	}
	err := p.cmd.Wait()
	p.note(func() { p.ended, p.err = true, err })
}

func (p *process) note(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// until waits until condition, called with p locked, holds.
func (p *process) until(ctx context.Context, what string, condition func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("nothing for %s", patience))
	defer cancel()
	for {
		p.mu.Lock()
		ok, ended, changed := condition(), p.ended, p.changed
		p.mu.Unlock()
		if ok {
			return nil
		}
		if ended {
			return errors.Join(fmt.Errorf("%s ended before it %s; it said: %s", p.name, what, p.last()), p.err)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait until %s %s: %w; it said: %s", p.name, what, context.Cause(ctx), p.last())
		}
	}
}

// last is what the process said last.
func (p *process) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines[max(0, len(p.lines)-5):], " / ")
}

// line waits for the next line with this text in it.
func (p *process) line(ctx context.Context, text string) (found string, err error) {
	err = p.until(ctx, fmt.Sprintf("says %q", text), func() bool {
		for i := p.heard[text]; i < len(p.lines); i++ {
			p.heard[text] = i + 1
			if strings.Contains(p.lines[i], text) {
				found = p.lines[i]
				return true
			}
		}
		return false
	})
	return found, err
}

// answer waits for the next line that a task answered with under this name, and decodes it.
func (p *process) answer(ctx context.Context, name string, into any) error {
	prefix := answerMark + name + " "
	line, err := p.line(ctx, prefix)
	if err != nil {
		return err
	}
	_, text, _ := strings.Cut(line, prefix)
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("%s answered %q: %w", p.name, text, err)
	}
	return nil
}

// tell writes a line to the process.
func (p *process) tell(words string) error {
	if _, err := io.WriteString(p.input, words+"\n"); err != nil {
		return fmt.Errorf("tell %s %q: %w", p.name, words, err)
	}
	return nil
}

// stopWithin is how long a program may take to stop before it is killed.
const stopWithin = 30 * time.Second

// stop asks the process to end and waits until it has. One that has ended by itself with an error says so.
func (p *process) stop() error {
	closed := p.input.Close()
	asked := p.cmd.Process.Signal(syscall.SIGTERM)
	if errors.Is(asked, os.ErrProcessDone) {
		asked = nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := p.until(ctx, "ends", func() bool { return p.ended }); err != nil {
		return errors.Join(err, p.cmd.Process.Kill())
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w; it said: %s", p.name, p.err, p.last())
	}
	if errors.Is(closed, os.ErrClosed) {
		closed = nil
	}
	return errors.Join(closed, asked)
}
