package line

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/warthog618/go-gpiocdev"
	"golang.org/x/sys/unix"
)

// address is where a line is.
type address struct {
	// chip is a chip's name or label; empty: any chip.
	chip string
	// line is the line's name or, with a chip, its number there.
	line string
}

// parse reads a line's name as Input and Output take it.
func parse(name string) address {
	if chip, line, both := strings.Cut(name, "/"); both {
		return address{chip, line}
	}
	return address{line: name}
}

// String is the address in messages.
func (a address) String() string {
	if a.chip == "" {
		return "GPIO line " + a.line
	}
	return "GPIO line " + a.line + " of " + a.chip
}

// Chip is one GPIO chip of this machine.
type Chip struct {
	// Name is gpiochipN; Label is the driver's name for it.
	Name, Label string
	// Lines are its lines, in order of their numbers.
	Lines []Info
	// Fault is why it cannot be looked into, mostly for lack of permission; there are no lines then.
	Fault error
}

// Info is what the kernel tells of a line.
type Info struct {
	// Name may be empty: not every board names its lines.
	Name   string
	Number int
	// Used is true while somebody holds the line: Consumer says who, if he gave a name.
	Used     bool
	Consumer string
	Output   bool
}

// Chips looks at all GPIO chips.
func Chips() []Chip {
	var chips []Chip
	for _, name := range gpiocdev.Chips() {
		chips = append(chips, look(name))
	}
	return chips
}

// look is a chip as it is now.
func look(name string) Chip {
	chip, err := gpiocdev.NewChip(name)
	if err != nil {
		return Chip{Name: name, Fault: err}
	}
	defer chip.Close() // nothing was written: there is nothing to lose
	seen := Chip{Name: name, Label: chip.Label}
	for number := range chip.Lines() {
		info, err := chip.LineInfo(number)
		if err != nil {
			return Chip{Name: name, Label: chip.Label, Fault: fmt.Errorf("line %d: %w", number, err)}
		}
		seen.Lines = append(seen.Lines, Info{
			Name: info.Name, Number: number, Used: info.Used, Consumer: info.Consumer,
			Output: info.Config.Direction == gpiocdev.LineDirectionOutput,
		})
	}
	return seen
}

// place is a line that was found.
type place struct {
	chip string
	info Info
}

// find picks a line from the machine's chips; the error explains why there is none.
func find(a address, chips []Chip) (place, error) {
	var found []place
	for _, c := range chips {
		if a.chip != "" && a.chip != c.Name && a.chip != c.Label {
			continue
		}
		for _, l := range c.Lines {
			if l.Name == a.line || a.chip != "" && strconv.Itoa(l.Number) == a.line {
				found = append(found, place{c.Name, l})
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return place{}, missing(a, chips)
	}
	return place{}, fmt.Errorf("%s: there are %d of that name, on %s: say which chip", a, len(found), on(found))
}

func on(found []place) string {
	var names []string
	for _, p := range found {
		names = append(names, p.chip+" line "+strconv.Itoa(p.info.Number))
	}
	return strings.Join(names, " and ")
}

// missing explains why there is no such line.
func missing(a address, chips []Chip) error {
	if len(chips) == 0 {
		return fmt.Errorf("%s: this machine has no GPIO chip (no /dev/gpiochip*): is the board's GPIO driver loaded?", a)
	}
	var names []string
	chip := a.chip == ""
	for _, c := range chips {
		if a.chip != "" && a.chip != c.Name && a.chip != c.Label {
			continue
		}
		chip = true
		if c.Fault != nil {
			return fmt.Errorf("%s: %w", a, denied(c))
		}
		for _, l := range c.Lines {
			if l.Name != "" {
				names = append(names, l.Name)
			}
		}
	}
	if !chip {
		// A chip that cannot be opened does not tell its label: it may be the one that is meant.
		for _, c := range chips {
			if c.Label == "" && c.Fault != nil {
				return fmt.Errorf("%s: %w", a, denied(c))
			}
			names = append(names, fmt.Sprintf("%s (%s)", c.Name, c.Label))
		}
		return fmt.Errorf("%s: there is no such chip; there are: %s", a, few(names))
	}
	return fmt.Errorf("%s: no chip has a line of that name; there are: %s", a, few(names))
}

// denied says what to do about a chip that cannot be looked into.
func denied(c Chip) error {
	if errors.Is(c.Fault, fs.ErrPermission) {
		return fmt.Errorf("no permission to open /dev/%s: give the agent's user access, usually through the group gpio: %w", c.Name, c.Fault)
	}
	return fmt.Errorf("/dev/%s cannot be looked into: %w", c.Name, c.Fault)
}

// few lists names, not all when there are many.
func few(names []string) string {
	const most = 12
	if len(names) == 0 {
		return "none with a name"
	}
	slices.Sort(names)
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// refused explains why a line that is there was not given.
func refused(a address, p place, err error) error {
	where := fmt.Sprintf("%s (%s line %d)", a, p.chip, p.info.Number)
	switch {
	case errors.Is(err, unix.EBUSY) && p.info.Consumer != "":
		return fmt.Errorf("%s: in use by %q: stop that program or device-tree node: %w", where, p.info.Consumer, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("%s: in use by somebody who gave no name: %w", where, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w", where, denied(Chip{Name: p.chip, Fault: err}))
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s: the chip has gone: %w", where, err)
	}
	return fmt.Errorf("%s: %w", where, err)
}
