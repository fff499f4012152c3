package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/lifecycle"
	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/internal/toxic"
)

// doorSite is a real agent with a simulated room, mosquitto and head office, and a line that can be refused.
type doorSite struct {
	dir, data string
	program   string // of the agent
	broker    *mosquitto
	office    *office
	line      *toxic.Line
	agent     *process
	health    string // URL of the agent's own figures
	hand      *programs.Room
	cleanup   lifecycle.Cleanup
}

const (
	doorNode = "door"
	// doorCard is for demonstration.
	doorCard = "0009000001"
	// doorPoints are those of the room, seven, and three thermometers that are played.
	doorPoints = 10
)

// doorAgent is the agent's configuration: a room in which nobody comes by himself.
const doorAgent = `
simulate: {room: machine-room, speed: 1, seed: 1, start: "19:00", empty: true, control: %q}
access: {key_file: %q}
health: {listen: "127.0.0.1:0"}
replay:
  - {point: rack-1/temperature, file: %q, speed: 1}
  - {point: rack-2/temperature, file: %[3]q, speed: 1}
  - {point: rack-3/temperature, file: %[3]q, speed: 1}
alarms:
  - {name: high, point: machine-room/temperature, above: 27, hysteresis: 1, level: major}
`

// doorDocument lets one card through all the time. The strike locks at once, so that the next badge can open it.
const doorDocument = `{"cards":[{"hash":%q,"person":"p1","doors":[{"door":"machine-room/door"}]}],
	"doors":[{"door":"machine-room/door","unlock":"5ms","free_exit":true}]}`

// openDoor starts everything, and gives the card its right.
func (b *bench) openDoor(ctx context.Context, dir string) (s *doorSite, err error) {
	s = &doorSite{dir: dir, data: within(dir, "agent"), program: filepath.Join(b.bin, "agent")}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
			s = nil
		}
	}()
	token := rand.Text()
	key := make([]byte, 32)
	rand.Read(key) // never fails
	for name, text := range map[string]string{
		"act.tokens": "bench:" + token, "cards.key": fmt.Sprintf("%x", key), "rack.csv": readings(),
		"headoffice.yaml": fmt.Sprintf("act_tokens_file: %q\n", within(dir, "act.tokens")),
		"agent.yaml":      fmt.Sprintf(doorAgent, within(dir, "room"), within(dir, "cards.key"), within(dir, "rack.csv")),
	} {
		if err := os.WriteFile(within(dir, name), []byte(text), 0o600); err != nil {
			return s, err
		}
	}
	if s.broker, err = startMosquitto(ctx, b.mosquitto, within(dir, "mosquitto")); err != nil {
		return s, err
	}
	s.cleanup.Add("mosquitto", s.broker.stop)
	command := officeCommand(b.headOffice, within(dir, "headoffice"), s.broker.url())
	command.Args = append(command.Args, "--config", within(dir, "headoffice.yaml"))
	if s.office, err = startOffice(ctx, command); err != nil {
		return s, err
	}
	s.cleanup.Add("head office", s.office.stop)
	if s.line, err = toxic.Listen(s.broker.addr); err != nil {
		return s, err
	}
	s.cleanup.Add("line", s.line.Close)
	s.cleanup.Add("agent", func() error { return s.stopAgent() })
	if err := s.startAgent(ctx); err != nil {
		return s, err
	}
	return s, s.enrol(ctx, programs.Actor{API: programs.API(strings.TrimPrefix(s.office.http, "http://")), Token: token})
}

// readings is a recording of a temperature that hardly changes, every 10 s for an hour.
func readings() string {
	var text strings.Builder
	text.WriteString("time,value\n")
	for at, i := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 0; i < 360; i++ {
		fmt.Fprintf(&text, "%s,%.1f\n", at.Add(time.Duration(i)*10*time.Second).Format(time.RFC3339), 21+float64(i%7)/10)
	}
	return text.String()
}

func (s *doorSite) close() error { return s.cleanup.Close() }

// startAgent starts the agent and takes the room into the hand.
func (s *doorSite) startAgent(ctx context.Context) (err error) {
	s.agent, err = start("agent", exec.Command(s.program, "--config", within(s.dir, "agent.yaml"), "--station", stationName,
		"--node", doorNode, "--data", s.data, "--broker", "mqtt://"+s.line.Addr()))
	if err != nil {
		return err
	}
	told, err := s.agent.line(ctx, "tells how it is")
	if err != nil {
		return err
	}
	address := httpAddress.FindStringSubmatch(told)
	if address == nil {
		return fmt.Errorf("the agent does not say where it tells how it is: %s", told)
	}
	s.health = "http://" + address[1]
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s.hand, err = programs.AwaitRoom(ctx, within(s.dir, "room"))
	return err
}

func (s *doorSite) stopAgent() error {
	if s.agent == nil {
		return nil
	}
	var err error
	if s.hand != nil {
		err = s.hand.Close()
	}
	agent := s.agent
	s.agent, s.hand = nil, nil
	return errors.Join(err, agent.stop())
}

// enrol learns the card's hash from its refusal, and gives it the right to open the door.
func (s *doorSite) enrol(ctx context.Context, desk programs.Actor) error {
	if _, err := s.hand.Badge("in", doorCard); err != nil {
		return err
	}
	hash := ""
	err := s.office.poll(ctx, "shows the refusal of a card", func() (bool, error) {
		events, err := s.office.events(ctx, stationName, doorNode, 0)
		for _, e := range events {
			var data record.AccessData
			if e.Type == record.AccessDenied && json.Unmarshal(e.Data, &data) == nil {
				hash = data.Hash
			}
		}
		return hash != "", err
	})
	if err != nil {
		return err
	}
	document := json.RawMessage(fmt.Sprintf(doorDocument, hash))
	if _, err := desk.Configure(ctx, stationName, doorNode, map[string]json.RawMessage{"access": document}); err != nil {
		return err
	}
	return s.office.poll(ctx, "hears that the documents are in force", func() (bool, error) {
		c, err := desk.Config(ctx, stationName, doorNode)
		if c.State == "refused" {
			err = errors.Join(err, fmt.Errorf("the agent refused them: %+v", c.Reported.Refused))
		}
		return c.State == "applied", err
	})
}

// storedMore waits until head office has stored more records than before, by more than some.
func (s *doorSite) storedMore(ctx context.Context, before, some float64) error {
	return s.office.poll(ctx, "stores what arrives", func() (bool, error) {
		now, err := s.office.metric(ctx, "headoffice_ingest_records_total")
		return now > before+some, err
	})
}

// pour appends so many events to the journal of a program that has ended.
func pour(ctx context.Context, dir string, records int) (err error) {
	now, err := clock.System()
	if err != nil {
		return err
	}
	j, err := journal.Open(dir, journal.Options{Clock: now, MaxBytes: maxJournal, Retain: forever, TelemetryDelay: 30 * time.Second,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	h := openHall(1)
	for left := records; left > 0; left -= fillGroup {
		if _, err := j.Append(ctx, record.Events, h.entries(min(left, fillGroup))...); err != nil {
			return err
		}
	}
	return nil
}
