// Package touch plays people at the touchscreen of the kiosk as it is built: on an X server in memory, with taps and keys
// that xdotool sends as a finger and a scanner do. What is on the screen it is told by the kiosk's own glass (see
// kiosk/glass.go), so that it taps what it reads, not places.
package touch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"stationkeeper/internal/programs"
)

// Needs are the programs without which there is nobody to play, and the Debian packages that have them.
var Needs = map[string]string{"Xvfb": "xvfb", "xdotool": "xdotool"}

// Missing lists the packages that are not installed.
func Missing() []string {
	var missing []string
	for program, pack := range Needs {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, pack)
		}
	}
	return missing
}

// Display is an X server in memory.
type Display struct {
	*programs.Process
	// Name is the display's, such as ":7".
	Name string
}

// OpenDisplay starts an X server with one screen of so many pixels, on a display number that is free.
func OpenDisplay(ctx context.Context, width, height int) (*Display, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the X server: %w", err)
	}
	defer read.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{write}
	process, err := programs.Start(cmd, nil)
	write.Close() // the server has its own; with ours open, one that fails would not end the wait below
	if err != nil {
		return nil, err
	}
	d := &Display{Process: process}
	stop := context.AfterFunc(ctx, func() { process.Signal(os.Kill) })
	defer stop()
	name, err := io.ReadAll(io.LimitReader(firstLine{read}, 16))
	if number := strings.TrimSpace(string(name)); err == nil && number != "" {
		d.Name = ":" + number
		return d, nil
	}
	_, killed := process.Kill(context.WithoutCancel(ctx))
	return nil, errors.Join(fmt.Errorf("the X server ended before it had a display: %s", strings.Join(process.Lines(), "; ")), err, killed)
}

// firstLine reads up to the end of a line: the other end stays open as long as the server runs.
type firstLine struct{ r io.Reader }

func (l firstLine) Read(b []byte) (int, error) {
	n, err := l.r.Read(b[:1])
	if n == 1 && b[0] == '\n' {
		return 0, io.EOF
	}
	return n, err
}

// Env is what a program needs to draw on the display. Without a graphics card Mesa draws; saying so keeps it from
// looking for one.
func (d *Display) Env() []string { return []string{"DISPLAY=" + d.Name, "LIBGL_ALWAYS_SOFTWARE=1"} }

// hand runs xdotool on the display.
func (d *Display) hand(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+d.Name)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("xdotool %s: %w: %s", strings.Join(args, " "), err, said)
	}
	return nil
}

// TapAt taps a place of the screen, in pixels.
func (d *Display) TapAt(ctx context.Context, x, y float64) error {
	return d.hand(ctx, "mousemove", strconv.Itoa(int(x)), strconv.Itoa(int(y)), "click", "1")
}

// Scan types a text and Return as a scanner does that is wired like a keyboard: a key every few milliseconds, Shift for
// capitals. The keys are those of a keyboard, which xdotool's way to type text does not keep to: its line feed has a key
// of its own.
func (d *Display) Scan(ctx context.Context, text string) error {
	var keys []string
	for _, char := range text {
		name, ok := signs[char]
		if !ok {
			name = string(char)
		}
		keys = append(keys, name)
	}
	return d.Press(ctx, append(keys, "Return")...)
}

// signs are the names of keys that are not called by their character.
var signs = map[rune]string{':': "colon", '/': "slash", '.': "period", '-': "minus", ' ': "space", '?': "question", '=': "equal"}

// Press presses keys, such as "Escape" or "alt+F4", one after another.
func (d *Display) Press(ctx context.Context, keys ...string) error {
	return d.hand(ctx, append([]string{"key", "--delay", "4"}, keys...)...)
}
