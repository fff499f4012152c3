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

// bankDay is some hours of a recorded day at a bank, which customers and clerks live through once more at a speed that
// people can watch, the queue deciding who is called. The programs are head office's and the kiosk's.
type bankDay struct {
	programs programs
	// recordings is the folder of recordings. Without the bank's among them the day is made up.
	recordings string
	// date is of the recording; from and to are local times of day, such as 10:00.
	date, from, to string
	// speed is how many recorded seconds pass in one.
	speed float64
	// window shows the touchscreen, on this machine's display or on one in memory.
	window bool
	// keep is an existing folder in which the programs' data stays; empty for one that is removed in the end.
	keep string
	// pictures is a folder for pictures of what is watched, taken in the middle; empty for none.
	pictures string
}

// The hours that are played unless others are asked for: a Tuesday morning.
const (
	bankDate = "1999-02-02"
	bankFrom = "10:00"
	bankTo   = "11:00"
	// bankPace makes a minute of an hour.
	bankPace = 60
)

// bankZone is where the bank is.
const bankZone = "Asia/Jerusalem"

// lasts is how long the play takes, without what is served to the end after it.
func (d bankDay) lasts() (time.Duration, error) {
	from, err := time.Parse("15:04", d.from)
	if err != nil {
		return 0, fmt.Errorf("from %q: expected a time of day such as 10:00", d.from)
	}
	to, err := time.Parse("15:04", d.to)
	if err != nil || !to.After(from) {
		return 0, fmt.Errorf("to %q: expected a time of day such as 11:00, after %s", d.to, d.from)
	}
	if d.speed <= 0 {
		return 0, fmt.Errorf("speed %g: expected one above 0", d.speed)
	}
	return time.Duration(float64(to.Sub(from)) / d.speed), nil
}

// play shows the day, and tells from head office what became of it. It returns an error when head office does not hold
// what the kiosk wrote down.
func (d bankDay) play(ctx context.Context) error {
	lasts, err := d.lasts()
	if err != nil {
		return err
	}
	dir := d.keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "stationkeeper-day-"); err != nil {
			return fmt.Errorf("create a folder for the day: %w", err)
		}
		defer os.RemoveAll(dir)
	}
	return withCrew(func(c *crew) error {
		out := &terminal{out: os.Stdout}
		recording, err := d.recording(dir, out)
		if err != nil {
			return err
		}
		s, err := d.open(ctx, c, dir, out, recording)
		if err != nil {
			return err
		}
		if err := d.watch(ctx, c, s, lasts, out); err != nil {
			return err
		}
		a, err := takeDayAccount(ctx, dir, s.office)
		if err != nil {
			return err
		}
		a.print(out)
		if !a.events.sound() {
			return errors.New("head office does not hold what the kiosk wrote down")
		}
		return nil
	})
}

// recording is the file of customers to be played: the bank's, or one that is made up.
func (d bankDay) recording(dir string, out io.Writer) (string, error) {
	file := filepath.Join(d.recordings, customers)
	_, err := os.Stat(file)
	if err == nil {
		return filepath.Abs(file)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("look for the bank's recording: %w", err)
	}
	fmt.Fprintf(out, "There is no recording %s on this machine: the day is made up, from seed %d. "+
		"Say where recordings are: make demo-day DATA=folder\n", file, madeUpSeed)
	date, err := time.Parse(time.DateOnly, d.date)
	if err != nil {
		return "", fmt.Errorf("date of the day: %w", err)
	}
	file = filepath.Join(dir, "customers.tsv")
	if err := os.WriteFile(file, []byte(madeUpDay(date, madeUpSeed)), 0o600); err != nil {
		return "", fmt.Errorf("write the made-up day: %w", err)
	}
	return filepath.Abs(file)
}

// playing is a day that is being played.
type playing struct {
	office *headOffice
	lobby  string // host:port of the kiosk's pages
	// screen is the page that shows the touchscreen; empty when it is on this machine's display, or nowhere.
	screen string
	kiosk  *member
}

// open starts head office and the kiosk, and returns when head office sees the kiosk.
func (d bankDay) open(ctx context.Context, c *crew, dir string, out io.Writer, recording string) (*playing, error) {
	s := &playing{}
	env, headless := os.Environ(), d.window && !hasDisplay()
	if headless {
		log, err := os.Create(filepath.Join(dir, "display.log"))
		if err != nil {
			return nil, fmt.Errorf("create the display's log: %w", err)
		}
		c.afterwards.Add("display's log", log.Close)
		shown, err := openDisplay(ctx, c, log)
		if err != nil {
			return nil, err
		}
		env, s.screen = append(env, shown.env...), shown.page
	}
	httpAddr, err := choosePort("head office's page", "127.0.0.1:8080")
	if err != nil {
		return nil, err
	}
	mqttAddr, err := choosePort("the broker", "127.0.0.1:1883")
	if err != nil {
		return nil, err
	}
	if s.lobby, err = choosePort("the kiosk's pages", "127.0.0.1:8090"); err != nil {
		return nil, err
	}
	if s.office, err = startHeadOffice(ctx, c, d.programs, out, dir, httpAddr, mqttAddr); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "kiosk.yaml")
	if err := os.WriteFile(config, []byte(d.config(recording, headless)), 0o600); err != nil {
		return nil, fmt.Errorf("write the kiosk's configuration: %w", err)
	}
	s.print(out, d)
	cmd := exec.Command(d.programs.path("kiosk"), "--config", config, "--station", station, "--node", "kiosk",
		"--broker", s.office.broker(), "--data", filepath.Join(dir, "kiosk"), "--counter", s.lobby)
	if !d.window {
		cmd.Args = append(cmd.Args, "--no-window")
	}
	cmd.Env = env
	if s.kiosk, err = c.start("kiosk", out, cmd); err != nil {
		return nil, err
	}
	return s, await(ctx, "the kiosk", s.kiosk, func(ctx context.Context) (bool, error) {
		return answers(ctx, s.lobbyPage("/board")), nil
	})
}

func (s *playing) lobbyPage(path string) string { return "http://" + s.lobby + path }

// config is the kiosk's.
func (d bankDay) config(recording string, headless bool) string {
	return kioskWindow(headless) + fmt.Sprintf(`
replay:
  file: %q
  date: %s
  time_zone: %s
  speed: %g
  from: %q
  to: %q
  exit_at_end: true
`, recording, d.date, bankZone, d.speed, d.from, d.to)
}

// print tells people where to look.
func (s *playing) print(out io.Writer, d bankDay) {
	fmt.Fprintf(out, `
%s from %s to %s, at %g times its pace. The kiosk's pages are there as soon as it says that it is ready.

  Head office   %s
  Board         %s
  Supervisor    %s
`, d.date, d.from, d.to, d.speed, s.office.url("/stations/"+station), s.lobbyPage("/board"), s.lobbyPage("/supervisor"))
	switch {
	case s.screen != "":
		fmt.Fprintf(out, "  Kiosk         %s?autoconnect=1&resize=scale\n", s.screen)
	case d.window:
		fmt.Fprintln(out, "  Kiosk         in its window on this machine's display")
	}
	fmt.Fprintln(out)
}

// watch takes pictures around the middle, when they are wanted, and returns when the kiosk has played its day and head
// office has everything.
func (d bankDay) watch(ctx context.Context, c *crew, s *playing, lasts time.Duration, out io.Writer) error {
	third := time.NewTimer(lasts / 3) // taking them takes a while
	defer third.Stop()
	photograph := third.C
	if d.pictures == "" {
		photograph = nil
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-c.ended:
			if m != s.kiosk || m.err != nil {
				return m.failure()
			}
			return nil
		case <-photograph:
			if err := s.photograph(ctx, d.pictures); err != nil {
				return err
			}
			fmt.Fprintf(out, "Pictures are in %s.\n", d.pictures)
		}
	}
}
