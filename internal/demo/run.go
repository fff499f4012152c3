package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// station is the name of the station that run and screenshots start.
const station = "demo"

// simulatedRoom configures an agent without hardware; relative to the module's root.
const simulatedRoom = "configs/agent.simulated.yaml"

// demonstration is a whole station and head office, all of it running.
type demonstration struct {
	office  *headOffice
	counter string   // host:port of the counter page
	display *display // nil when the kiosk is on this machine's own
	lobby   lobby
}

// runDemo starts everything and leaves it to people until ctx ends or a program does.
func runDemo(ctx context.Context, p programs, dir string) error {
	return withCrew(func(c *crew) error {
		out := &terminal{out: os.Stdout}
		d, err := startAll(ctx, c, p, dir, out, audience{headless: !hasDisplay(), staffed: true})
		if errors.Is(err, context.Canceled) {
			return nil
		}
		if err != nil {
			return err
		}
		d.print(out)
		select {
		case m := <-c.ended:
			return m.failure()
		case <-ctx.Done():
			fmt.Fprintln(out, "\nStopping.")
			return nil
		}
	})
}

// audience says for whom a demonstration is.
type audience struct {
	// headless: nobody is at this machine's own display, and the kiosk's window is on a screen in memory.
	headless bool
	// staffed: nobody works at a counter without logging in.
	staffed bool
	// glass is the socket at which the kiosk tells what is on its screen; empty for none.
	glass string
}

// startAll starts head office, the agent with a simulated room and the kiosk with a printer, and returns when head office
// sees both.
func startAll(ctx context.Context, c *crew, p programs, dir string, out io.Writer, a audience) (*demonstration, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the demonstration's folder: %w", err)
	}
	d := &demonstration{}
	var env []string
	if a.headless {
		log, err := os.Create(filepath.Join(dir, "display.log"))
		if err != nil {
			return nil, fmt.Errorf("create the display's log: %w", err)
		}
		c.afterwards.Add("display's log", log.Close)
		if d.display, err = openDisplay(ctx, c, log); err != nil {
			return nil, err
		}
		env = d.display.env
	}
	httpAddr, err := choosePort("head office's page", "127.0.0.1:8080")
	if err != nil {
		return nil, err
	}
	mqttAddr, err := choosePort("the broker", "127.0.0.1:1883")
	if err != nil {
		return nil, err
	}
	if d.counter, err = choosePort("the counter's page", "127.0.0.1:8090"); err != nil {
		return nil, err
	}
	if d.office, err = startHeadOffice(ctx, c, p, out, dir, httpAddr, mqttAddr); err != nil {
		return nil, err
	}
	agent := d.node(p, dir, "agent", simulatedRoom)
	if err := d.startNode(ctx, c, out, "agent", agent); err != nil {
		return nil, err
	}
	if d.lobby, err = openLobby(c, dir); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "kiosk.yaml")
	if err := os.WriteFile(config, []byte(lobbyConfig(a.headless, d.lobby, d.counter)), 0o600); err != nil {
		return nil, fmt.Errorf("write the kiosk's configuration: %w", err)
	}
	kiosk := d.node(p, dir, "kiosk", config)
	kiosk.Args = append(kiosk.Args, "--counter", d.counter)
	kiosk.Env = append(os.Environ(), env...)
	if a.glass != "" {
		kiosk.Env = append(kiosk.Env, "STATIONKEEPER_GLASS="+a.glass)
	}
	if err := d.startNode(ctx, c, out, "kiosk", kiosk); err != nil {
		return nil, err
	}
	return d, d.morning(ctx, a.staffed)
}

// node is the command line of a program at the station.
func (d *demonstration) node(p programs, dir, name, config string) *exec.Cmd {
	return exec.Command(p.path(name), "--config", config, "--station", station, "--node", name,
		"--broker", d.office.broker(), "--data", filepath.Join(dir, name))
}

// kioskWindow configures the kiosk with its standard services, and a window that fills the screen in memory or finds room
// on a desk's.
func kioskWindow(headless bool) string {
	return fmt.Sprintf("window: {fullscreen: %t, width: 600, height: 960}\n", headless)
}

func (d *demonstration) startNode(ctx context.Context, c *crew, out io.Writer, name string, cmd *exec.Cmd) error {
	began := time.Now()
	m, err := c.start(name, out, cmd)
	if err != nil {
		return err
	}
	return await(ctx, "the "+name, m, func(ctx context.Context) (bool, error) {
		return d.office.onlineSince(ctx, station, name, began)
	})
}

// print tells people where to look.
func (d *demonstration) print(out io.Writer) {
	kiosk := "in its window on this machine's display"
	if d.display != nil {
		kiosk = d.display.page + "?autoconnect=1&resize=scale"
	}
	fmt.Fprintf(out, `
  Head office   %s
  Counter       http://%s/
  Board         http://%s/board
  Kiosk         %s
  Tickets       %s

Staff 1001 (supervisor), 1007 (clerk) and 1012 (reception) log in with the PIN %s; five taps in the top left corner of the
kiosk lead to the staff's screen. Customers with the last digits 1234 and 5678 have appointments.
Press Ctrl-C to stop.

`, d.office.url("/"), d.counter, d.counter, kiosk, filepath.Join(d.lobby.tickets, "latest.png"), staffPIN)
}
