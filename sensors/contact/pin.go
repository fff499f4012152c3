package contact

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// chips is where Linux shows its GPIO chips.
const chips = "/dev/gpiochip*"

// ByName returns a finder of the line that periph knows by this name, such as GPIO17. The host's drivers must have
// been initialised: they do not say when they were not allowed to open a chip, its lines are then just missing, and
// so the finder looks for the reason itself.
func ByName(name string) func() (gpio.PinIn, error) {
	return func() (gpio.PinIn, error) {
		if pin := gpioreg.ByName(name); pin != nil {
			return pin, nil
		}
		return nil, missing(name, chips, known())
	}
}

func known() []string {
	var names []string
	for _, pin := range gpioreg.All() {
		names = append(names, pin.Name())
	}
	return names
}

// missing explains why there is no line of that name, given where chips would be and the lines there are.
func missing(name, chips string, known []string) error {
	paths, err := filepath.Glob(chips)
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("GPIO line %s: this machine has no GPIO chip (no %s): is the board's GPIO driver loaded?", name, chips)
	}
	for _, path := range paths {
		file, err := os.OpenFile(path, os.O_RDONLY, 0)
		if err != nil {
			return fmt.Errorf("GPIO line %s: %w: give the agent's user access, usually through the group gpio", name, err)
		}
		file.Close()
	}
	const few = 12
	list := strings.Join(known[:min(few, len(known))], ", ")
	if len(known) > few {
		list += ", …"
	}
	if list == "" {
		list = "none with a name"
	}
	return fmt.Errorf("GPIO line %s: no chip of this machine has a line of that name; there are: %s", name, list)
}
