package endtoend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/internal/toxic"
)

// Who may act at head office here.
const officer, token = "duty-officer", "0f9e8d7c6b5a49382716"

// Cards for demonstration, and the one door there is.
const (
	staffCard = "0009000001"
	door      = "machine-room/door"
)

// guarded is an agent that guards the door of a simulated room in which only the test is, and the line from it to head
// office.
type guarded struct {
	t       *testing.T
	o       *office
	line    *toxic.Line
	desk    programs.Actor
	dir     string
	program *program
	room    *programs.Room
	hash    string // of staffCard
}

const guardedAgent = `
station: demo
simulate: {room: machine-room, speed: 1, seed: 1, start: "19:00", interval: 1s, empty: true, control: %q}
access: {key_file: %q}
`

// startGuarded starts head office and an agent, and gives staffCard the right to open the door.
func startGuarded(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{t: t, o: startOffice(t, ""), dir: t.TempDir()}
	g.desk = programs.Actor{API: programs.API(g.o.http), Token: token}
	var err error
	if g.line, err = toxic.Listen(g.o.mqtt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.line.Close(); err != nil {
			t.Error(err)
		}
	})
	g.start()
	if g.hash = g.learn(staffCard); g.configure(g.document("")) != "applied" {
		t.Fatal("the documents were not taken")
	}
	return g
}

// start starts the agent and takes its room into the hand.
func (g *guarded) start() {
	g.t.Helper()
	socket := filepath.Join(g.dir, "room")
	key := writeFile(g.t, "cards.key", []byte(strings.Repeat("5a", 32)))
	config := writeFile(g.t, "agent.yaml", fmt.Appendf(nil, guardedAgent, socket, key))
	g.program = start(g.t, "agent", "--config", config, "--data", g.data(), "--broker", "mqtt://"+g.line.Addr())
	g.program.says("agent ready")
	ctx, cancel := within()
	defer cancel()
	var err error
	if g.room, err = programs.AwaitRoom(ctx, socket); err != nil {
		g.t.Fatal(err)
	}
	room := g.room
	g.t.Cleanup(func() { room.Close() }) // its agent may have ended long ago
}

func (g *guarded) data() string { return filepath.Join(g.dir, "agent") }

// kill ends the agent as a power cut would, as far as it can tell, and starts it again.
func (g *guarded) kill() {
	g.t.Helper()
	g.program.kill()
	g.start()
}

// down cuts the line to head office, up mends it.
func (g *guarded) down() {
	g.line.Refuse(true)
	g.line.Cut()
}

func (g *guarded) up() { g.line.Refuse(false) }

// learn reads the hash of a card from its refusal, at head office.
func (g *guarded) learn(card string) (hash string) {
	g.t.Helper()
	g.denied(card)
	g.o.until(g.t, "the refusal of a card", func() bool {
		for _, d := range events[record.AccessData](g, record.AccessDenied) {
			hash = d.Hash
		}
		return hash != ""
	})
	return hash
}

// events reads the data of the agent's records of a type, at head office.
func events[T any](g *guarded, typ string) (all []T) {
	g.t.Helper()
	for _, r := range g.o.records(g.t, "agent", record.Events) {
		if r.Type != typ {
			continue
		}
		var data T
		if err := json.Unmarshal(r.Data, &data); err != nil {
			g.t.Fatal(err)
		}
		all = append(all, data)
	}
	return all
}

// document is an access document with staffCard in it; more are members of the card. The strike stays open until the
// door is opened, also when that takes a while.
func (g *guarded) document(more string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"doors":[{"door":%q,"unlock":"20s"}],
		"cards":[{"hash":%q,"person":"p1","name":"王伟","doors":[{"door":%[1]q}]%[3]s}]}`, door, g.hash, more))
}

// configure gives the agent an access document and returns what became of it.
func (g *guarded) configure(access json.RawMessage) (state string) {
	g.t.Helper()
	ctx, cancel := within()
	defer cancel()
	if _, err := g.desk.Configure(ctx, "demo", "agent", map[string]json.RawMessage{"access": access}); err != nil {
		g.t.Fatal(err)
	}
	g.o.until(g.t, "what the agent says of its documents", func() bool {
		state = g.config().State
		return state == "applied" || state == "refused"
	})
	return state
}

func (g *guarded) config() programs.Config {
	g.t.Helper()
	c, err := g.desk.Config(g.t.Context(), "demo", "agent")
	if err != nil {
		g.t.Fatal(err)
	}
	return c
}

// command gives the agent a command for the door.
func (g *guarded) command(verb, arguments string, expiry time.Duration) (id string) {
	g.t.Helper()
	o, err := g.desk.Command(g.t.Context(), "demo", "agent", verb, door, json.RawMessage(arguments), expiry)
	if err != nil {
		g.t.Fatal(err)
	}
	return o.ID
}

// decided waits until head office knows what became of a command.
func (g *guarded) decided(id string) (state string) {
	g.t.Helper()
	g.o.until(g.t, "what became of a command", func() bool {
		o, err := g.desk.Order(g.t.Context(), "demo", "agent", id)
		if err != nil {
			g.t.Fatal(err)
		}
		state = o.State
		return state != "waiting" && state != "sent"
	})
	return state
}

// changes waits for a change of the room.
func (g *guarded) changes(place int, what, to string) {
	g.t.Helper()
	ctx, cancel := within()
	defer cancel()
	if _, err := g.room.Await(ctx, place, what, to); err != nil {
		g.t.Fatal(err)
	}
}

// opens holds staffCard to the reader, sees the strike open, and goes in.
func (g *guarded) opens() {
	g.t.Helper()
	place := g.room.Now()
	_, err := g.room.Badge("in", staffCard)
	g.must(err)
	g.changes(place, "strike", "open")
	_, err = g.room.Door(true)
	g.must(err)
	g.changes(place, "strike", "locked")
	_, err = g.room.Door(false)
	g.must(err)
}

// denied holds a card to the reader that opens nothing.
func (g *guarded) denied(card string) {
	g.t.Helper()
	place := g.room.Now()
	_, err := g.room.Badge("in", card)
	g.must(err)
	g.changes(place, "signal in", "denied")
	g.still(place)
}

// still fails when the strike has opened since a place.
func (g *guarded) still(place int) {
	g.t.Helper()
	if slices.ContainsFunc(g.room.Since(place), func(c programs.Change) bool { return c.What == "strike" && c.To == "open" }) {
		g.t.Error("the strike opened")
	}
}

func (g *guarded) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// balance stops the agent and compares its journal with head office.
func (g *guarded) balance() {
	g.t.Helper()
	g.up()
	g.program.stop()
	g.o.compare(g.t, "agent", g.data())
}

// TestDocumentsSurvive restarts the agent, once by kill -9, while head office cannot be reached.
func TestDocumentsSurvive(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	g.opens()
	g.down()
	g.opens()
	g.kill()
	g.opens()
	g.program.stop()
	g.start()
	g.opens()
	g.denied("0001234567")
	g.up()
	g.o.until(t, "four entries", func() bool { return len(events[record.RegisterData](g, record.RegisterEntered)) == 4 })
	if c := g.config(); c.State != "applied" || c.Reported.Version != 1 {
		t.Errorf("configuration %+v", c)
	}
	if n := len(events[record.ConfigData](g, record.ConfigApplied)); n != 1 {
		t.Errorf("the same documents were put into force %d times", n)
	}
	g.balance()
}

// TestBadDocuments gives documents that the agent cannot go by. It says why, also after kill -9, and goes by the old ones.
func TestBadDocuments(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	if state := g.configure(json.RawMessage(`{"cards":[{"hash":"no"}],"more":1}`)); state != "refused" {
		t.Fatalf("bad documents were %s", state)
	}
	check := func() {
		t.Helper()
		c := g.config()
		if c.State != "refused" || c.Reported.Version != 1 || c.Reported.Refused.Version != 2 || !strings.Contains(c.Reported.Refused.Reason, "more") {
			t.Errorf("configuration %+v", c.Reported)
		}
		g.opens()
	}
	check()
	g.down() // they come again with the next connection, and are no news
	g.up()
	g.opens()
	g.o.until(t, "two entries", func() bool { return len(events[record.RegisterData](g, record.RegisterEntered)) == 2 })
	if refused := events[record.ConfigData](g, record.ConfigRefused); len(refused) != 1 || refused[0].Version != 2 {
		t.Errorf("written down as refused: %+v", refused)
	}
	g.kill()
	check()
	if state := g.configure(g.document(`,"blocked":true`)); state != "applied" {
		t.Fatalf("good documents were %s", state)
	}
	g.denied(staffCard)
	g.kill()
	g.denied(staffCard)
	if c := g.config(); c.State != "applied" || c.Reported.Version != 3 || c.Reported.Refused != nil {
		t.Errorf("configuration %+v", c.Reported)
	}
	g.balance()
}

// TestCommandsWhileTheLineIsDown gives one command that waits, and one that expires meanwhile.
func TestCommandsWhileTheLineIsDown(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	g.down()
	g.o.until(t, "the agent is offline", func() bool { return !g.o.online(t, "agent") })
	place := g.room.Now()
	late := g.command("door.unlock", `{}`, time.Second)
	if state := g.decided(late); state != "expired" {
		t.Errorf("a command that nobody could hear is %s", state)
	}
	waits := g.command("door.unlock", `{"seconds":1}`, hang)
	g.up()
	if state := g.decided(waits); state != "done" {
		t.Errorf("a command that had waited is %s", state)
	}
	g.changes(place, "strike", "locked")
	g.down() // another connection: it is not carried out again
	g.up()
	g.o.until(t, "the agent is online", func() bool { return g.o.online(t, "agent") })
	sure := g.command("door.unlock", `{"seconds":1}`, hang)
	if state := g.decided(sure); state != "done" {
		t.Errorf("a command after that is %s", state)
	}
	g.once(waits)
	g.once(sure)
	g.balance()
	opened := slices.DeleteFunc(slices.Clone(g.room.Since(place)), func(c programs.Change) bool { return c.What != "strike" || c.To != "open" })
	if len(opened) != 2 {
		t.Errorf("the strike opened %d times for two commands: %v", len(opened), opened)
	}
}

// once waits for the record of a command, and checks that there is one, and one of the opening.
func (g *guarded) once(id string) {
	g.t.Helper()
	var executed []record.CommandData
	g.o.until(g.t, "the record of a command", func() bool {
		executed = slices.DeleteFunc(events[record.CommandData](g, record.CommandExecuted), func(d record.CommandData) bool { return d.ID != id })
		return len(executed) > 0
	})
	granted := slices.DeleteFunc(events[record.AccessData](g, record.AccessGranted), func(d record.AccessData) bool { return d.Request != id })
	if len(executed) != 1 || len(granted) != 1 || executed[0].By != officer || granted[0].By != officer {
		g.t.Errorf("command %s is written down as %+v, the opening as %+v", id, executed, granted)
	}
}

// TestCommandAndKill kills the agent when it has carried out a command of which nobody has heard yet. Head office gives it
// again; the door stays as it is.
func TestCommandAndKill(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	g.line.Spoil(func(p toxic.Packet) toxic.Verdict {
		return toxic.Verdict{Drop: p.Direction == toxic.ToBroker && p.Topic != ""}
	})
	place := g.room.Now()
	id := g.command("door.unlock", `{"seconds":1}`, hang)
	g.changes(place, "strike", "locked") // written down long since
	g.line.Spoil(nil)
	g.kill()
	if state := g.decided(id); state != "done" {
		t.Errorf("the command is %s", state)
	}
	g.once(id)
	g.denied("0001234567")
	g.still(0)
	g.balance()
}

// TestStrikeAfterKill kills the agent while the strike is open for a badge, and while the door is released.
func TestStrikeAfterKill(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	if state := g.configure(json.RawMessage(strings.Replace(string(g.document("")), `"20s"`, `"60s"`, 1))); state != "applied" {
		t.Fatal(state)
	}
	place := g.room.Now()
	_, err := g.room.Badge("in", staffCard)
	g.must(err)
	g.changes(place, "strike", "open")
	g.kill()
	g.opens() // was locked
	place = g.room.Now()
	if state := g.decided(g.command("door.release", `{}`, hang)); state != "done" {
		t.Fatalf("release is %s", state)
	}
	g.changes(place, "strike", "open")
	g.o.until(t, "the door is released", func() bool {
		return slices.ContainsFunc(events[record.ModeData](g, record.ModeChanged), func(d record.ModeData) bool { return d.Mode == "released" })
	})
	g.kill()
	place = g.room.Now()
	if state := g.decided(g.command("door.normal", `{}`, hang)); state != "done" {
		t.Fatalf("normal is %s", state)
	}
	g.changes(place, "strike", "locked") // was open: an emergency outlasts the program
	g.opens()
	g.balance()
}

// TestEvening plays a technician's evening.
func TestEvening(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*hang)
	defer cancel()
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "demo"), "evening", "-bin", bin).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", errors.Join(err, ctx.Err()), out)
	}
	t.Logf("%s", out)
}
