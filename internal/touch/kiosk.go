package touch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"stationkeeper/internal/programs"
)

// Kiosk is a kiosk with a touchscreen, as it is built.
type Kiosk struct {
	// Program is its path, Folder where it keeps everything, Config the text of its file: station, data, broker and counter
	// page are given by flags.
	Program, Folder, Config string
	// Broker is head office's, as a URL; Node what the kiosk is called.
	Broker, Node string
	// Under is the command that starts the program, if any: the program and its flags come after it, and take its place.
	Under []string
	*Glass
	// Process is the one that runs now; Counter the address of its pages.
	*programs.Process
	Counter string

	said []string // by those before
}

// Station is where it stands.
const Station = "touch"

// NewKiosk prepares a kiosk on a display. Its socket is in the folder, whose path has to be short.
func NewKiosk(program, node, folder, config, broker string, d *Display) (*Kiosk, error) {
	k := &Kiosk{Program: program, Node: node, Folder: folder, Config: config, Broker: broker, Glass: NewGlass(filepath.Join(folder, "glass"), d)}
	if err := os.WriteFile(filepath.Join(folder, "kiosk.yaml"), []byte(config), 0o600); err != nil {
		return nil, fmt.Errorf("write the kiosk's file: %w", err)
	}
	return k, nil
}

// Data is the folder of the journal.
func (k *Kiosk) Data() string { return filepath.Join(k.Folder, "data") }

// Command is how the kiosk is started.
func (k *Kiosk) Command(args ...string) *exec.Cmd {
	flags := append([]string{"--config", filepath.Join(k.Folder, "kiosk.yaml"), "--station", Station, "--node", k.Node,
		"--broker", k.Broker, "--data", k.Data(), "--counter", "127.0.0.1:0"}, args...)
	line := slices.Concat(k.Under, []string{k.Program}, flags)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+k.Folder, "STATIONKEEPER_GLASS="+k.Socket)
	cmd.Env = append(cmd.Env, k.Display.Env()...)
	return cmd
}

// Start starts it and waits until it shows something.
func (k *Kiosk) Start(ctx context.Context) (View, error) {
	if err := k.Launch(); err != nil {
		return View{}, err
	}
	return k.Ready(ctx)
}

// Launch starts it.
func (k *Kiosk) Launch() error {
	if k.Process != nil {
		k.said = append(k.said, k.Lines()...)
	}
	process, err := programs.Start(k.Command(), nil)
	if err != nil {
		return err
	}
	k.Process = process
	return nil
}

// Ready waits until it shows something.
func (k *Kiosk) Ready(ctx context.Context) (View, error) {
	ready, err := k.Says(ctx, "kiosk ready")
	if err != nil {
		return View{}, errors.Join(err, errors.New(strings.Join(k.Lines(), "\n")))
	}
	k.Counter = ready["counter"]
	return k.Until(ctx, "anything", func(v View) bool { return len(v.Things) > 0 && v.Width > 100 })
}

// Said is everything that it has logged, also before it was started again.
func (k *Kiosk) Said() []string { return append(slices.Clone(k.said), k.Lines()...) }

// Complaints are the lines of a log that tell of a mistake in how the screen is drawn: calls off the screen's goroutine,
// and whatever else Fyne reports as an error.
func Complaints(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return !strings.Contains(line, "should have been called in fyne.Do") && !strings.Contains(line, "Fyne error") &&
			!strings.Contains(line, "*** Error") && !strings.Contains(line, "panic:") && !strings.Contains(line, "DATA RACE")
	})
}
