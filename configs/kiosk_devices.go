package configs

import "time"

// Devices are the kiosk's hardware besides the printer.
type Devices struct {
	// Touch is how many touch sensors there should be: one that is missing is an alarm. 0 does not look.
	Touch int `yaml:"touch"`
	// DarkAfter is for how long nobody has touched anything, outside opening hours, until displays are switched off; 0s
	// never does.
	DarkAfter time.Duration `yaml:"dark_after"`
	// Light is how bright built-in displays are during opening hours, and Dim outside them, in per cent.
	Light int `yaml:"light"`
	Dim   int `yaml:"dim"`
	// Sound is the device that sounds are played by, one of `aplay -L`; empty is the system's own choice.
	Sound string `yaml:"sound"`
}

// defaultDevices are those of a file that says nothing of them.
func defaultDevices() Devices { return Devices{DarkAfter: 10 * time.Minute, Light: 100, Dim: 30} }

func (d Devices) check(c *checker) {
	if d.Touch < 0 || d.Touch > 8 {
		c.fail("$.devices.touch", "%d: expected 0 to 8", d.Touch)
	}
	if d.DarkAfter < 0 {
		c.fail("$.devices.dark_after", "%s: expected 0s or more", d.DarkAfter)
	}
	for path, share := range map[string]int{"$.devices.light": d.Light, "$.devices.dim": d.Dim} {
		if share < 1 || share > 100 {
			c.fail(path, "%d: expected 1 to 100, in per cent", share)
		}
	}
}
