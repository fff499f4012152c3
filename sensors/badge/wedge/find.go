package wedge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// machine is where input devices are found and how they are opened.
type machine struct {
	devices string // the folder of event0, event1, …
	class   string // what the kernel says of them, by the same names
	open    func(path string) (device, error)
}

var linux = machine{devices: "/dev/input", class: "/sys/class/input", open: openGrabbed}

// grab is EVIOCGRAB of linux/input.h, which x/sys does not have: _IOW('E', 0x90, int).
const grab = 0x40044590

// openGrabbed opens an input device for us alone. The libraries for evdev take the descriptor out of Go's poller for
// their ioctls, and then a read that waits can be ended by nobody.
func openGrabbed(path string) (device, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	var refused error
	if err := raw.Control(func(fd uintptr) { refused = unix.IoctlSetInt(int(fd), grab, 1) }); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if refused != nil {
		return nil, errors.Join(fmt.Errorf("take it for the agent alone: %w", refused), file.Close())
	}
	return file, nil
}

// missing is the fault of a reader that is not there: the same when it was unplugged and when it cannot be found.
func (o Options) missing() error {
	return fmt.Errorf("there is no USB reader that matches %s: is it plugged in?", o.wanted())
}

// wanted says what is looked for.
func (o Options) wanted() string {
	var words []string
	if o.Device != "" {
		words = append(words, "device "+o.Device)
	}
	if o.Name != "" {
		words = append(words, fmt.Sprintf("name %q", o.Name))
	}
	if o.Vendor != 0 {
		product := "any"
		if o.Product != 0 {
			product = fmt.Sprintf("%04x", o.Product)
		}
		words = append(words, fmt.Sprintf("USB vendor %04x and product %s", o.Vendor, product))
	}
	return strings.Join(words, ", ")
}

// find returns the path of the one device that is the reader.
func (o Options) find(m machine) (string, error) {
	paths, err := o.candidates(m)
	if err != nil {
		return "", err
	}
	paths = slices.DeleteFunc(paths, func(path string) bool { return !o.matches(m.describe(path)) })
	if len(paths) > 1 {
		// Readers often have more than one device: a mouse or a power key that never types.
		if typing := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return !m.describe(path).types }); len(typing) > 0 {
			paths = typing
		}
	}
	switch len(paths) {
	case 0:
		return "", o.missing()
	case 1:
		return paths[0], nil
	}
	var names []string
	for _, path := range paths {
		names = append(names, fmt.Sprintf("%s (%s)", path, m.describe(path).name))
	}
	return "", fmt.Errorf("%d devices match %s: %s: say which, best by its name under /dev/input/by-path", len(paths), o.wanted(), strings.Join(names, " and "))
}

// candidates are the devices to choose from, each once.
func (o Options) candidates(m machine) ([]string, error) {
	pattern := o.Device
	if pattern == "" {
		pattern = filepath.Join(m.devices, "event*")
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("USB reader %s: %w", pattern, err)
	}
	var paths []string
	for _, path := range found {
		if real, err := filepath.EvalSymlinks(path); err == nil { // else it is gone already
			paths = append(paths, real)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// description is what the kernel says of an input device.
type description struct {
	name            string
	vendor, product uint16
	types           bool // it has keys for digits and Enter
}

// describe reads a device's description; what cannot be read is empty.
func (m machine) describe(path string) description {
	about := func(what string) string {
		text, _ := os.ReadFile(filepath.Join(m.class, filepath.Base(path), "device", what)) // empty when it cannot be read
		return strings.TrimSpace(string(text))
	}
	number := func(what string) uint16 {
		n, _ := strconv.ParseUint(about(what), 16, 16) // 0, which matches nobody
		return uint16(n)
	}
	return description{
		name: about("name"), vendor: number("id/vendor"), product: number("id/product"),
		types: hasDigits(about("capabilities/key")),
	}
}

// hasDigits looks for the keys 1 to 0 and Enter in a bitmap of keys as the kernel prints it: words in hexadecimal,
// the lowest last. All of them are in the lowest, whether words have 32 or 64 bits.
func hasDigits(keys string) bool {
	words := strings.Fields(keys)
	if len(words) == 0 {
		return false
	}
	low, err := strconv.ParseUint(words[len(words)-1], 16, 64)
	const want = 1<<12 - 1<<2 | 1<<keyEnter
	return err == nil && low&want == want
}

func (o Options) matches(d description) bool {
	if o.Name != "" {
		if ok, err := filepath.Match(o.Name, d.name); err != nil || !ok {
			return false
		}
	}
	return (o.Vendor == 0 || o.Vendor == d.vendor) && (o.Product == 0 || o.Product == d.product)
}
