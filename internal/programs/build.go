package programs

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildFlags are those of the Makefile: Fyne without its emoji, whose font takes 4 MB of memory for each style of text.
var buildFlags = []string{"-tags", "x11,no_emoji"}

// Raced tells whether the race detector watches: what takes time or memory then takes ten times as much.
var Raced bool

// Build builds programs of this module, named by their folders, into dir. Under the race detector they have it too.
func Build(ctx context.Context, dir string, folders ...string) error {
	args := append([]string{"build", "-buildvcs=false", "-o", dir + string(filepath.Separator)}, buildFlags...)
	for _, folder := range folders {
		args = append(args, "stationkeeper/"+folder)
	}
	if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", strings.Join(folders, ", "), err, out)
	}
	return nil
}

// Mosquitto is a broker of somebody else's that remembers nothing when it ends. Its address stays.
type Mosquitto struct {
	path, config, port string
}

// NewMosquitto finds the broker and an address for it, and writes its configuration into a folder. found is false when
// it is not installed.
func NewMosquitto(dir string) (m Mosquitto, found bool, err error) {
	m.path, err = exec.LookPath("mosquitto")
	if err != nil {
		m.path = "/usr/sbin/mosquitto" // where Debian puts it, which is not on everybody's PATH
		if _, err := os.Stat(m.path); err != nil {
			return m, false, nil
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return m, true, err
	}
	defer listener.Close()
	if _, m.port, err = net.SplitHostPort(listener.Addr().String()); err != nil {
		return m, true, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // started by root, it reads as another user
		return m, true, err
	}
	m.config = filepath.Join(dir, "mosquitto.conf")
	text := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\npersistence false\n", m.port)
	return m, true, os.WriteFile(m.config, []byte(text), 0o644)
}

// URL is where the broker is reached while it runs.
func (m Mosquitto) URL() string { return "mqtt://127.0.0.1:" + m.port }

// Command starts it. It logs "running" when it listens.
func (m Mosquitto) Command() *exec.Cmd { return exec.Command(m.path, "-c", m.config) }
