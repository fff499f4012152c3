package display

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// SystemInput is the folder of the kernel's input devices, for Touchscreens.
const SystemInput = "/sys/class/input"

// Codes of the kernel's input-event-codes.h.
const (
	propDirect = 0x01 // INPUT_PROP_DIRECT: what is touched is what is shown there
	absX       = 0x00
	absMTX     = 0x35 // ABS_MT_POSITION_X
	keyTouch   = 0x14a
	keyPen     = 0x140
	keyFinger  = 0x145
)

// Touchscreens lists the names of the touch sensors in a folder like SystemInput, in order. X cannot be asked for them
// without its XInput extension, and keeps a sensor that is plugged in again under another number; the kernel's list is
// right at once, and reading it needs no rights.
func Touchscreens(devices fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(devices, ".")
	if err != nil {
		return nil, fmt.Errorf("look for touch sensors: %w", err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "input") || !isTouchscreen(devices, e.Name()) {
			continue
		}
		name, err := fs.ReadFile(devices, e.Name()+"/name")
		if err != nil {
			continue // it has just been unplugged
		}
		names = append(names, strings.TrimSpace(string(name)))
	}
	slices.Sort(names)
	return names, nil
}

// isTouchscreen tells touch sensors on a display from touch pads, pens and mice as udev does: it is touched, has places,
// and either says that they are those of a display, or does not say that it is a finger on a pad.
func isTouchscreen(devices fs.FS, device string) bool {
	bit := func(file string, n int) bool {
		text, err := fs.ReadFile(devices, device+"/"+file)
		return err == nil && hasBit(string(text), n)
	}
	touched := bit("capabilities/key", keyTouch) && (bit("capabilities/abs", absX) || bit("capabilities/abs", absMTX))
	if !touched || bit("capabilities/key", keyPen) {
		return false
	}
	return bit("properties", propDirect) || !bit("capabilities/key", keyFinger)
}

// hasBit reads the kernel's way to write a set: words in hexadecimal, the highest first, of the machine's size.
func hasBit(set string, n int) bool {
	words := strings.Fields(set)
	i := len(words) - 1 - n/strconv.IntSize
	if i < 0 {
		return false
	}
	word, err := strconv.ParseUint(words[i], 16, 64)
	return err == nil && word>>(n%strconv.IntSize)&1 == 1
}
