package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
)

// monitor speaks QEMU's machine protocol: JSON objects, one a line, see docs/interop/qmp-spec.rst of QEMU.
type monitor struct {
	conn net.Conn

	mu      sync.Mutex // one command at a time
	answers chan answer

	seen    sync.Mutex
	events  []string      // names, in the order they came
	changed chan struct{} // closed, and replaced, at every event and at the end
	closed  bool
}

// answer is one line of the monitor's: an answer or an event.
type answer struct {
	Return json.RawMessage `json:"return"`
	Error  *struct {
		Description string `json:"desc"`
	} `json:"error"`
	Event string `json:"event"`
}

var errNoMonitor = errors.New("the machine has stopped")

// newMonitor takes over a connection that QEMU has made.
func newMonitor(conn net.Conn) (*monitor, error) {
	m := &monitor{conn: conn, answers: make(chan answer), changed: make(chan struct{})}
	lines := bufio.NewReader(conn)
	if _, err := lines.ReadBytes('\n'); err != nil { // its greeting
		return nil, fmt.Errorf("QEMU's monitor: %w", err)
	}
	go m.listen(lines)
	return m, m.do("qmp_capabilities", nil)
}

func (m *monitor) listen(lines *bufio.Reader) {
	defer close(m.answers)
	for {
		line, err := lines.ReadBytes('\n')
		var a answer
		if err == nil {
			err = json.Unmarshal(line, &a)
		}
		if err != nil {
			m.note(func() { m.closed = true })
			return
		}
		if a.Event != "" {
			m.note(func() { m.events = append(m.events, a.Event) })
		} else {
			m.answers <- a
		}
	}
}

func (m *monitor) note(change func()) {
	m.seen.Lock()
	defer m.seen.Unlock()
	change()
	close(m.changed)
	m.changed = make(chan struct{})
}

// do carries out a command whose answer says nothing.
func (m *monitor) do(command string, arguments map[string]any) error {
	_, err := m.ask(command, arguments)
	return err
}

// ask carries out a command.
func (m *monitor) ask(command string, arguments map[string]any) (json.RawMessage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	request := map[string]any{"execute": command}
	if arguments != nil {
		request["arguments"] = arguments
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	if _, err := m.conn.Write(append(text, '\n')); err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	a, ok := <-m.answers
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: %w", command, errNoMonitor)
	case a.Error != nil:
		return nil, fmt.Errorf("%s: %s", command, a.Error.Description)
	}
	return a.Return, nil
}

// await waits for an event.
func (m *monitor) await(ctx context.Context, event string) error {
	for from := 0; ; {
		m.seen.Lock()
		fresh, closed, changed := m.events[from:], m.closed, m.changed
		from = len(m.events)
		m.seen.Unlock()
		for _, e := range fresh {
			if e == event {
				return nil
			}
		}
		if closed {
			return fmt.Errorf("wait for %s: %w", event, errNoMonitor)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", event, ctx.Err())
		}
	}
}
