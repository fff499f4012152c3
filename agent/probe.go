package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"stationkeeper/configs"
	"stationkeeper/internal/lifecycle"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/probe"
)

const probeUsage = `Usage: agent probe [--config FILE] [--no-scan]

Says what hardware this machine has, by the names that the configuration uses, and what the user may not open; best as
the user that the agent runs as: sudo -u stationkeeper agent probe. Nothing is changed.

  --config FILE  look as well for everything that this configuration names; what cannot be used makes the exit code 1
  --no-scan      do not ask the addresses of known sensors on I²C buses who they are
`

// probing is the command that says what the machine has.
func probing() lifecycle.Aside {
	return lifecycle.Aside{
		Name: "probe", Help: "say what hardware, permissions and names this machine has",
		Do: func(args []string, stdout, stderr io.Writer) int { return runProbe(probe.This(), args, stdout, stderr) },
	}
}

// runProbe returns the exit code: 0; 1 when the configuration names what cannot be used, or the report cannot be
// written; 2 when it was not understood.
func runProbe(m probe.Machine, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("probe", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	config := flags.String("config", "", "")
	noScan := flags.Bool("no-scan", false, "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, probeUsage)
		return 0
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("%q: expected flags only", flags.Arg(0))
	}
	if err != nil {
		fmt.Fprintf(stderr, "agent probe: %v\n%s", err, probeUsage)
		return 2
	}
	o := probe.Options{Scan: !*noScan}
	if *config != "" {
		// The station's name may be a flag of the agent's, and does not matter here.
		c, err := configs.LoadAgent(*config, configs.Overrides{Station: "probe"})
		if err != nil {
			fmt.Fprintf(stderr, "agent probe: %v\n", err)
			return 2
		}
		o.Wanted = wanted(c)
	}
	report := probe.Look(m, o)
	if _, err := report.WriteTo(stdout); err != nil {
		fmt.Fprintf(stderr, "agent probe: %v\n", err)
		return 1
	}
	if !report.Complete() {
		return 1
	}
	return 0
}

// names gathers what a configuration names.
type names []probe.Wanted

func (n *names) add(kind probe.Kind, name, place, point string) {
	*n = append(*n, probe.Wanted{Kind: kind, Name: name, Place: place, Point: point})
}

// wanted are all names of hardware and files in a configuration.
func wanted(c configs.Agent) []probe.Wanted {
	var n names
	for i, d := range c.Doors {
		n.door(d, fmt.Sprintf("doors[%d]", i))
	}
	for i, in := range c.Inputs {
		n.add(probe.WantLine, in.Pin, fmt.Sprintf("inputs[%d].pin", i), in.Point)
	}
	for i, r := range c.Readers {
		n.reader(r, fmt.Sprintf("readers[%d]", i))
	}
	for i, t := range c.Climate {
		n.sensor(t, fmt.Sprintf("climate[%d]", i))
	}
	for i, r := range c.Replay {
		n.add(probe.WantFile, r.File, fmt.Sprintf("replay[%d].file", i), r.Point)
	}
	if a := c.Access; a != nil {
		n.add(probe.WantFile, a.KeyFile, "access.key_file", "access")
		if a.Document != "" {
			n.add(probe.WantFile, a.Document, "access.document", "access")
		}
	}
	return n
}

func (n *names) door(d configs.Door, place string) {
	if d.Pin != "" {
		n.add(probe.WantLine, d.Pin, place+".pin", d.Point)
	}
	if d.Bolt != nil {
		n.add(probe.WantLine, d.Bolt.Pin, place+".bolt.pin", d.Point)
	}
	if d.Exit != nil {
		n.add(probe.WantLine, d.Exit.Pin, place+".exit_button.pin", d.Point)
	}
	if d.Strike != nil {
		n.add(probe.WantLine, d.Strike.Pin, place+".strike.pin", d.Point)
	}
}

func (n *names) reader(r configs.Reader, place string) {
	switch r.Driver {
	case "wedge":
		n.add(probe.WantInput, r.Device, place+".device", r.Point)
	case "serial":
		n.add(probe.WantPort, r.Device, place+".device", r.Point)
	case "mfrc522":
		n.add(probe.WantSPI, r.Device, place+".device", r.Point)
	}
	for _, pin := range []struct{ key, name string }{{"data0", r.Data0}, {"data1", r.Data1}, {"reset", r.Reset}} {
		if pin.name != "" {
			n.add(probe.WantLine, pin.name, place+"."+pin.key, r.Point)
		}
	}
	for _, o := range []struct {
		key    string
		output *configs.Output
	}{{"buzzer", r.Buzzer}, {"green", r.Green}, {"red", r.Red}} {
		if o.output != nil {
			n.add(probe.WantLine, o.output.Pin, place+"."+o.key+".pin", r.Point)
		}
	}
}

// sensor tells which address a chip without one in the configuration has.
func (n *names) sensor(t configs.Thermometer, place string) {
	name := t.Address
	if m, known := climate.ByDriver(t.Driver); known && m.Link == climate.I2C {
		if address, err := m.ParseAddress(t.Address); err == nil { // YAML turns 0x48 into 72
			name = fmt.Sprintf("0x%02x", address)
		}
	}
	if t.Driver == "thermal-zone" {
		name = t.Zone
	}
	*n = append(*n, probe.Wanted{Kind: probe.WantSensor, Name: name, Driver: t.Driver, Bus: t.Bus, Place: place, Point: t.Point})
}
