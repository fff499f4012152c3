package room

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Remote plays people in a simulated room of another program, through its control socket. Its methods return when what
// they say has been done, and when that was by the kernel's monotonic clock.
type Remote struct {
	path string

	mu      sync.Mutex
	conn    net.Conn
	answers *bufio.Reader
}

// longest is how long the room may take to answer: people who are sent home close the door behind them.
const longest = 10 * time.Second

// Dial connects to a room's control socket.
func Dial(path string) (*Remote, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, fmt.Errorf("simulated room: %w: is its program running?", err)
	}
	return &Remote{path: path, conn: conn, answers: bufio.NewReader(conn)}, nil
}

// Close hangs up.
func (r *Remote) Close() error { return r.conn.Close() }

// Badge holds a card to the reader "in" or "out".
func (r *Remote) Badge(reader, number string) (at time.Duration, err error) {
	return r.say("badge", reader, number)
}

// Keys presses keys on the reader "in" or "out": 0 to 9, * and #.
func (r *Remote) Keys(reader, keys string) (at time.Duration, err error) {
	return r.say("keys", reader, keys)
}

// Door opens or closes the door, whether or not it is locked.
func (r *Remote) Door(open bool) (at time.Duration, err error) {
	if open {
		return r.say("door", "open")
	}
	return r.say("door", "close")
}

// Exit presses the button inside.
func (r *Remote) Exit() (at time.Duration, err error) { return r.say("exit") }

// Temperature holds the air at so many °C, until Free.
func (r *Remote) Temperature(celsius float64) (at time.Duration, err error) {
	return r.say("temperature", strconv.FormatFloat(celsius, 'f', -1, 64))
}

// Free lets the air live again.
func (r *Remote) Free() (at time.Duration, err error) { return r.say("temperature", "free") }

// People lets the room's own people come, or sends them all home.
func (r *Remote) People(come bool) (at time.Duration, err error) {
	if come {
		return r.say("people", "on")
	}
	return r.say("people", "off")
}

// say sends a line and reads its answer.
func (r *Remote) say(words ...string) (time.Duration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	said := strings.Join(words, " ")
	if len(strings.Fields(said)) != len(words) {
		return 0, fmt.Errorf("simulated room: %q: expected words without spaces", words)
	}
	at, err := exchange(r.conn, r.answers, said)
	if err != nil && !errors.As(err, new(refusal)) {
		err = errors.Join(err, r.conn.Close()) // a late answer must not be taken for the next one's
	}
	if err != nil {
		return 0, fmt.Errorf("simulated room: %s: %w", said, err)
	}
	return at, nil
}

// refusal is what the room says when it does not do what it is told.
type refusal string

func (r refusal) Error() string { return string(r) }

func exchange(conn net.Conn, answers *bufio.Reader, said string) (time.Duration, error) {
	if err := conn.SetDeadline(time.Now().Add(longest)); err != nil {
		return 0, err
	}
	if _, err := fmt.Fprintln(conn, said); err != nil {
		return 0, err
	}
	answer, err := answers.ReadString('\n')
	if err != nil {
		return 0, err
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(answer), " ")
	if word != "ok" {
		return 0, refusal(rest)
	}
	return stamp(rest)
}

func stamp(digits string) (time.Duration, error) {
	ns, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q: expected nanoseconds", digits)
	}
	return time.Duration(ns), nil
}

// Watch follows the room's changes from before it returns until ctx ends or the room does; then the channel is closed.
// Changes must be taken as they come: the room hangs up on who is some hundred behind.
func (r *Remote) Watch(ctx context.Context) (<-chan Change, error) {
	conn, err := net.Dial("unix", r.path)
	if err != nil {
		return nil, fmt.Errorf("simulated room: watch: %w", err)
	}
	lines := bufio.NewReader(conn)
	if _, err := exchange(conn, lines, "watch"); err != nil {
		return nil, errors.Join(fmt.Errorf("simulated room: watch: %w", err), conn.Close())
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	seen := make(chan Change)
	stop := context.AfterFunc(ctx, func() { conn.Close() }) // ends the reading below
	go func() {
		defer close(seen)
		defer conn.Close()
		defer stop()
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			c, err := ParseChange(line)
			if err != nil {
				return // the room hung up, saying why
			}
			select {
			case seen <- c:
			case <-ctx.Done():
				return
			}
		}
	}()
	return seen, nil
}

// ParseChange reads a change as Change.String writes it.
func ParseChange(line string) (Change, error) {
	words := strings.Fields(line)
	if len(words) < 3 {
		return Change{}, fmt.Errorf("%q: expected a time, what changed and to what", line)
	}
	at, err := stamp(words[0])
	if err != nil {
		return Change{}, err
	}
	last := len(words) - 1
	return Change{At: at, What: strings.Join(words[1:last], " "), To: words[last]}, nil
}
