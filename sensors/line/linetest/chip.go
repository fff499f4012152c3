// Package linetest makes GPIO chips for tests: simulated ones of the kernel's (gpio-sim), whose lines a test pulls up and
// down and whose outputs it reads. Tests that need one are skipped where the kernel has none: they run as root where
// the module gpio-sim is loaded and configfs is mounted, as in a virtual machine.
package linetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// configured is where the kernel makes simulated chips.
const configured = "/sys/kernel/config/gpio-sim"

// Chip is a simulated chip.
type Chip struct {
	t      testing.TB
	folder string // of its configuration
	// Name is gpiochipN, Label what its driver calls it.
	Name, Label string
	values      string // the folder of its lines
	lines       []string
}

// New makes a chip that has lines of these names; empty ones have none. It goes when the test ends.
func New(t testing.TB, label string, lines ...string) *Chip {
	t.Helper()
	if _, err := os.Stat(configured); err != nil {
		t.Skipf("no simulated GPIO chips here: %v", err)
	}
	c := &Chip{t: t, Label: label, lines: lines, folder: filepath.Join(configured, fmt.Sprintf("test-%d", time.Now().UnixNano()))}
	bank := filepath.Join(c.folder, "bank")
	c.mkdir(bank)
	t.Cleanup(c.remove)
	c.write(filepath.Join(bank, "num_lines"), fmt.Sprint(len(lines)))
	c.write(filepath.Join(bank, "label"), label)
	for i, name := range lines {
		line := filepath.Join(bank, fmt.Sprintf("line%d", i))
		c.mkdir(line)
		if name != "" {
			c.write(filepath.Join(line, "name"), name)
		}
	}
	c.Plug()
	return c
}

// Plug makes the chip appear.
func (c *Chip) Plug() {
	c.t.Helper()
	c.write(filepath.Join(c.folder, "live"), "1")
	c.Name = c.read(filepath.Join(c.folder, "bank", "chip_name"))
	c.values = filepath.Join("/sys/devices/platform", c.read(filepath.Join(c.folder, "dev_name")), c.Name)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) { // its device file follows
		if _, err := os.Stat("/dev/" + c.Name); err == nil {
			return
		} else if time.Now().After(deadline) {
			c.t.Fatal(err)
		}
	}
}

// Unplug makes the chip vanish, with its lines.
func (c *Chip) Unplug() {
	c.t.Helper()
	c.write(filepath.Join(c.folder, "live"), "0")
}

// Pull pulls a line up or down from outside.
func (c *Chip) Pull(line string, up bool) {
	c.t.Helper()
	word := "pull-down"
	if up {
		word = "pull-up"
	}
	c.write(c.line(line, "pull"), word)
}

// High reads a line's level from outside.
func (c *Chip) High(line string) bool {
	c.t.Helper()
	return c.read(c.line(line, "value")) == "1"
}

// line is the file of a line's.
func (c *Chip) line(name, file string) string {
	c.t.Helper()
	for i, l := range c.lines {
		if l == name {
			return filepath.Join(c.values, fmt.Sprintf("sim_gpio%d", i), file)
		}
	}
	c.t.Fatalf("no line %q on %s", name, c.Label)
	return ""
}

func (c *Chip) remove() {
	c.Unplug()
	folders := []string{}
	for i := range c.lines {
		folders = append(folders, filepath.Join(c.folder, "bank", fmt.Sprintf("line%d", i)))
	}
	for _, f := range append(folders, filepath.Join(c.folder, "bank"), c.folder) {
		if err := os.Remove(f); err != nil {
			c.t.Error(err)
		}
	}
}

func (c *Chip) mkdir(path string) {
	c.t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		c.t.Fatal(err)
	}
}

func (c *Chip) write(path, text string) {
	c.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0); err != nil {
		c.t.Fatal(err)
	}
}

func (c *Chip) read(path string) string {
	c.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}
