package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"stationkeeper/internal/lifecycle"
)

// crew is the processes that the demonstration started. They end with it, however it ends: on Linux a child is
// killed when the thread that started it is gone, so Start is for the goroutine that main has locked to the first
// thread.
type crew struct {
	members []*member
	// afterwards closes what the members' output went to, once all have ended.
	afterwards lifecycle.Cleanup
	// ended receives every member that ends, asked or not.
	ended chan *member
}

// member is one process of the crew and whatever it starts itself.
type member struct {
	name string
	cmd  *exec.Cmd
	// done is closed after the process was reaped; err is how it ended.
	done chan struct{}
	err  error
}

// crewLimit is more processes than any demonstration starts, so that no report of an end has to wait for a reader.
const crewLimit = 16

func newCrew() *crew { return &crew{ended: make(chan *member, crewLimit)} }

// start runs a command as a member and prefixes its output with its name.
func (c *crew) start(name string, out io.Writer, cmd *exec.Cmd) (*member, error) {
	if len(c.members) == crewLimit {
		return nil, fmt.Errorf("start %s: more than %d processes", name, crewLimit)
	}
	lines := &prefixer{prefix: fmt.Sprintf("%-10s | ", name), out: out}
	cmd.Stdout, cmd.Stderr = lines, lines
	// A group of its own, so that Ctrl-C in the terminal reaches the demonstration alone, which stops the members in
	// order. SIGTERM as the last word of a parent that was killed: the programs close their journals on it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.WaitDelay = time.Second // a grandchild that keeps the output open does not keep us
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	m := &member{name: name, cmd: cmd, done: make(chan struct{})}
	c.members = append(c.members, m)
	go func() {
		m.err = cmd.Wait()
		lines.flush()
		close(m.done)
		c.ended <- m
	}()
	return m, nil
}

// stop asks every member to end, last started first, each after the one before has ended, and kills what is left
// when the time allowed is over.
func (c *crew) stop(within time.Duration) error {
	deadline := time.After(within)
	var errs []error
	over := false
	for i := len(c.members) - 1; i >= 0; i-- {
		m := c.members[i]
		m.signal(syscall.SIGTERM)
		if !over {
			select {
			case <-m.done:
				m.signal(syscall.SIGKILL) // what it started and left behind
				continue
			case <-deadline:
				over = true
			}
		}
		m.signal(syscall.SIGKILL)
		<-m.done
		errs = append(errs, fmt.Errorf("%s did not stop in time and was killed", m.name))
	}
	c.members = nil
	return errors.Join(append(errs, c.afterwards.Close())...)
}

// signal reaches the member and the processes it started.
func (m *member) signal(s syscall.Signal) {
	// The only error is that the group is gone, which is what every signal sent here is for.
	_ = syscall.Kill(-m.cmd.Process.Pid, s)
}

// failure says how a member ended that should not have.
func (m *member) failure() error {
	if m.err != nil {
		return fmt.Errorf("%s ended: %w", m.name, m.err)
	}
	return fmt.Errorf("%s ended by itself", m.name)
}

// terminal is the one writer that all members' lines go through, one line at a time.
type terminal struct {
	mu  sync.Mutex
	out io.Writer
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.out.Write(p)
}

// prefixer puts a prefix before each line. It has one writer at a time.
type prefixer struct {
	prefix string
	out    io.Writer
	begun  []byte // a line that has not ended yet
}

func (p *prefixer) Write(b []byte) (int, error) {
	p.begun = append(p.begun, b...)
	for {
		end := bytes.IndexByte(p.begun, '\n')
		if end < 0 {
			return len(b), nil
		}
		if _, err := fmt.Fprintf(p.out, "%s%s\n", p.prefix, p.begun[:end]); err != nil {
			return 0, err
		}
		p.begun = p.begun[end+1:]
	}
}

// flush ends a line that the process left unfinished.
func (p *prefixer) flush() {
	if len(p.begun) > 0 {
		// Nobody is left to tell when the terminal is gone.
		_, _ = p.Write([]byte("\n"))
	}
}
