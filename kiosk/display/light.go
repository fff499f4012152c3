package display

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// SystemBacklight is the folder of the lights of built-in displays, for SetLight.
const SystemBacklight = "/sys/class/backlight"

// SetLight sets the lights of all displays in a folder like SystemBacklight to a share of their full brightness, 0 to 1,
// never quite dark. It returns how many there are; displays on a cable have none.
func SetLight(folder string, share float64) (int, error) {
	lights, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return 0, fmt.Errorf("set the light of displays: %w", err)
	}
	for _, light := range lights {
		text, err := os.ReadFile(filepath.Join(light, "max_brightness"))
		if err != nil {
			return 0, fmt.Errorf("set the light of displays: %w", err)
		}
		most, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return 0, fmt.Errorf("set the light of displays: %s: %w", light, err)
		}
		value := max(1, int(share*float64(most)+0.5))
		if err := os.WriteFile(filepath.Join(light, "brightness"), []byte(strconv.Itoa(min(value, most))), 0o644); err != nil {
			return 0, fmt.Errorf("set the light of displays (the group video needs the right): %w", err)
		}
	}
	return len(lights), nil
}
