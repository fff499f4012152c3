package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	product "stationkeeper/internal/programs"
	"stationkeeper/internal/toxic"
)

const (
	// node is the agent's, officer the one who acts at head office.
	node    = "agent"
	officer = "duty-officer"
)

// stage is where the evening is played: head office, a line that can be cut, an agent, and a simulated machine room in
// which nobody is but the script.
type stage struct {
	dir    string
	office *headOffice
	desk   product.Actor // at head office
	line   *toxic.Line
	agent  *member
	room   *product.Room
	table  *timetable

	hash   string    // of the visitor's card
	opened int       // the place among the room's changes where the technician opened the door
	visit  string    // the technician's, in the register
	inside float64   // how many seconds it lasted
	cutAt  time.Time // when the line went down
}

// openStage starts everything, and returns when head office sees the agent.
func openStage(ctx context.Context, c *crew, p programs, dir string, out io.Writer, t *timetable) (*stage, error) {
	s := &stage{dir: dir, table: t}
	var err error
	if s.office, err = startOnAnyPorts(ctx, c, p, out, dir); err != nil {
		return nil, err
	}
	s.desk = product.Actor{API: product.API(s.office.http), Token: s.office.token}
	if s.line, err = toxic.Listen(s.office.mqtt); err != nil {
		return nil, fmt.Errorf("lay a line to head office: %w", err)
	}
	c.afterwards.Add("line", s.line.Close)
	return s, s.startAgent(ctx, c, p, out)
}

func (s *stage) write(name, text string) error {
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write for the evening: %w", err)
	}
	return nil
}

// startAgent starts the agent and waits until head office sees it and its room answers.
func (s *stage) startAgent(ctx context.Context, c *crew, p programs, out io.Writer) (err error) {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	if err := s.write("cards.key", fmt.Sprintf("%x\n", key)); err != nil {
		return err
	}
	socket := filepath.Join(s.dir, "room")
	if err := s.write("agent.yaml", fmt.Sprintf(eveningAgent, socket, filepath.Join(s.dir, "cards.key"))); err != nil {
		return err
	}
	began := time.Now()
	s.agent, err = c.start(node, out, exec.Command(p.path("agent"), "--config", filepath.Join(s.dir, "agent.yaml"),
		"--station", station, "--node", node, "--broker", "mqtt://"+s.line.Addr(), "--data", filepath.Join(s.dir, node)))
	if err != nil {
		return err
	}
	err = s.until(ctx, "head office sees the agent", func(ctx context.Context) (bool, error) {
		return s.office.onlineSince(ctx, station, node, began)
	})
	if err != nil {
		return err
	}
	s.room, err = product.AwaitRoom(ctx, socket)
	if err == nil {
		c.afterwards.Add("room", s.room.Close)
	}
	return err
}

// eveningAgent is the agent's configuration: a room in which nobody comes by himself.
const eveningAgent = `
journal: {telemetry_delay: 500ms}
simulate: {room: machine-room, speed: 1, seed: 1, start: "19:00", interval: 1s, empty: true, control: %q}
access: {key_file: %q}
alarms:
  - {name: high, point: machine-room/temperature, above: 27, hysteresis: 1, level: major}
`

// door is the point of the room's door.
func (s *stage) door() string { return "machine-room/door" }

// document is the access document with the technician's card, its times shorter than in a real station. More are members
// of the card. The strike stays open, and attempts count, for long enough on a machine that has much else to do.
func (s *stage) document(more map[string]any) json.RawMessage {
	card := map[string]any{"hash": s.hash, "person": technician, "name": "UPS service", "visitor": true,
		"doors": []any{map[string]string{"door": s.door()}}}
	for name, value := range more {
		card[name] = value
	}
	text, err := json.Marshal(map[string]any{
		"attempts":      map[string]any{"limit": wrongAttempts, "delay": "1s", "longest_delay": "1s", "forget": "3s"},
		"doors":         []any{map[string]string{"door": s.door(), "unlock": "6s", "held_warning": "2s", "held_alarm": "4s"}},
		"cards":         []any{card},
		"check_purpose": true,
		"work_orders":   []any{map[string]string{"number": workOrder, "text": "exchange batteries"}},
	})
	if err != nil {
		panic(fmt.Sprintf("demo: spell the access document: %v", err)) // strings and booleans
	}
	return text
}

// until waits for head office or the agent's journal.
func (s *stage) until(ctx context.Context, what string, ready func(context.Context) (bool, error)) error {
	return await(ctx, what, s.agent, ready)
}

// changes waits for a change of the room.
func (s *stage) changes(ctx context.Context, place int, what, to string) error {
	_, err := s.awaitChange(ctx, place, what, to)
	return err
}

func (s *stage) awaitChange(ctx context.Context, place int, what, to string) (product.Change, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("not within %s", patience))
	defer cancel()
	return s.room.Await(ctx, place, what, to)
}

// cut takes the line down, and waits until head office has noticed.
func (s *stage) cut(ctx context.Context) error {
	s.cutAt = time.Now()
	s.line.Refuse(true)
	s.line.Cut()
	return s.until(ctx, "head office sees that the agent is gone", func(ctx context.Context) (bool, error) {
		online, err := s.office.onlineSince(ctx, station, node, time.Time{})
		return !online, err
	})
}

// denied holds a card to the reader outside that is to be refused.
func (s *stage) denied(ctx context.Context, card string) error {
	place := s.room.Now()
	if _, err := s.room.Badge("in", card); err != nil {
		return err
	}
	return s.changes(ctx, place, "signal in", "denied")
}

// enter badges the technician in with the work order, and returns how long after the last key the strike opened.
func (s *stage) enter(ctx context.Context) (opened time.Duration, err error) {
	place := s.room.Now()
	if _, err := s.room.Badge("in", visitorCard); err != nil {
		return 0, err
	}
	if err := s.changes(ctx, place, "signal in", "ask-purpose"); err != nil {
		return 0, err
	}
	keyed, err := s.room.Keys("in", workOrder+"#")
	if err != nil {
		return 0, err
	}
	strike, err := s.awaitChange(ctx, place, "strike", "open")
	return strike.At - keyed, err
}

// walkThrough opens the door, which the strike has let go, and closes it.
func (s *stage) walkThrough(ctx context.Context) error {
	place := s.room.Now()
	if err := s.swing(true); err != nil {
		return err
	}
	if err := s.changes(ctx, place, "strike", "locked"); err != nil {
		return err
	}
	return s.swing(false)
}

func (s *stage) swing(open bool) error {
	_, err := s.room.Door(open)
	return err
}

// configure gives the agent an access document, and waits until head office knows what became of it.
func (s *stage) configure(ctx context.Context, document json.RawMessage, state string) (version uint64, err error) {
	if version, err = s.desk.Configure(ctx, station, node, map[string]json.RawMessage{"access": document}); err != nil {
		return 0, err
	}
	return version, s.until(ctx, "the documents are "+state, func(ctx context.Context) (bool, error) {
		c, err := s.desk.Config(ctx, station, node)
		if err == nil && c.State != state && c.State != "waiting" {
			err = fmt.Errorf("they are %s: %+v", c.State, c.Reported)
		}
		return err == nil && c.State == state, err
	})
}

// decided waits until head office knows what became of a command.
func (s *stage) decided(ctx context.Context, id, state string) error {
	return s.until(ctx, "the command is "+state, func(ctx context.Context) (bool, error) {
		o, err := s.desk.Order(ctx, station, node, id)
		if err == nil && o.State != state && o.State != "waiting" && o.State != "sent" {
			err = fmt.Errorf("it is %s: %s", o.State, o.Reason)
		}
		return err == nil && o.State == state, err
	})
}

// stopAgent stops the agent as systemd does.
func (s *stage) stopAgent(ctx context.Context) error {
	s.agent.signal(syscall.SIGTERM)
	select {
	case <-s.agent.done:
	case <-time.After(patience):
		return errors.New("the agent does not stop")
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.agent.err != nil {
		return s.agent.failure()
	}
	return nil
}
