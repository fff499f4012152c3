package probe

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"stationkeeper/sensors/line"
)

// WriteTo writes the report for people: sections of aligned lines.
func (r *Report) WriteTo(to io.Writer) (int64, error) {
	p := &page{}
	r.writeMachine(p)
	r.writeLines(p)
	r.writeBuses(p)
	r.writeOneWire(p)
	r.writePorts(p)
	r.writeInputs(p)
	r.writeBoard(p)
	r.writeAdvice(p)
	r.writeAnswers(p)
	n, err := io.WriteString(to, p.String())
	return int64(n), err
}

// page is text in the making.
type page struct{ strings.Builder }

// section begins a part.
func (p *page) section(title string) {
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
	p.WriteString(title + "\n")
}

// say writes a line.
func (p *page) say(format string, args ...any) { fmt.Fprintf(p, "  "+format+"\n", args...) }

// table writes rows in columns.
func (p *page) table(indent string, rows [][]string) {
	var columns strings.Builder
	w := tabwriter.NewWriter(&columns, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, indent+strings.Join(row, "\t"))
	}
	w.Flush() // a strings.Builder takes everything
	for text := range strings.Lines(columns.String()) {
		p.WriteString(strings.TrimRight(text, " \n") + "\n")
	}
}

func (r *Report) writeMachine(p *page) {
	p.section("This machine")
	b, u, c := r.Board, r.User, r.Clock
	clock := "NOT synchronised: is systemd-timesyncd or chrony running?"
	switch {
	case c.Unknown != nil:
		clock = "nobody can say whether it is synchronised: " + c.Unknown.Error()
	case c.Synced:
		clock = "synchronised"
	}
	rtc := "none: after a power cut the time is wrong until the network has set it"
	if len(c.RTC) > 0 {
		rtc = strings.Join(c.RTC, ", ")
	}
	p.table("  ", [][]string{
		{"board", orElse(b.Model, "it does not say")},
		{"system", fmt.Sprintf("%s, kernel %s, %s", orElse(b.System, "unknown"), orElse(b.Kernel, "unknown"), b.Architecture)},
		{"user", fmt.Sprintf("%s (%d), groups %s", u.Name, u.Number, strings.Join(u.Groups, ", "))},
		{"clock", fmt.Sprintf("%s, %s", c.Now.Format(time.DateTime+" MST"), clock)},
		{"battery clock", rtc},
	})
}

func (r *Report) pi() bool { return strings.HasPrefix(r.Board.Model, "Raspberry Pi") }

// none says that there is nothing of a kind, what needs it, and on a Raspberry Pi how to switch it on.
func (r *Report) none(p *page, needs, pi string) {
	p.say("none. %s", needs)
	if r.pi() && pi != "" {
		p.say("On a Raspberry Pi: %s in /boot/firmware/config.txt, then restart.", pi)
	}
}

func (r *Report) writeLines(p *page) {
	p.section("GPIO lines")
	if len(r.Chips) == 0 {
		r.none(p, "Door contacts, locks, buttons and Wiegand readers need them; boards and USB expanders have them.", "")
	}
	for _, c := range r.Chips {
		if word := c.Word(); word != "" {
			p.say("/dev/%s  %s: its lines are hidden, and not to be had by name", c.Name, word)
			continue
		}
		p.say("/dev/%s (%s), %d lines", c.Name, c.Label, len(c.Lines))
		var rows [][]string
		free, taken := 0, 0 // without any name
		for _, l := range c.Lines {
			if l.Name == "" && l.Consumer == "" {
				if free++; l.Used {
					free, taken = free-1, taken+1
				}
				continue
			}
			name := orElse(l.Name, fmt.Sprintf("%s/%d", orElse(c.Label, c.Name), l.Number))
			rows = append(rows, []string{name, fmt.Sprintf("line %d", l.Number), direction(l), user(l)})
		}
		p.table("    ", rows)
		if free > 0 {
			p.say("  %s free and without a name: say %s/NUMBER", lines(free), orElse(c.Label, c.Name))
		}
		if taken > 0 {
			p.say("  %s in use, and nobody says what for", lines(taken))
		}
	}
}

func lines(n int) string {
	if n == 1 {
		return "1 line is"
	}
	return fmt.Sprintf("%d lines are", n)
}

func direction(l line.Info) string {
	if l.Output {
		return "output"
	}
	return "input"
}

func user(l line.Info) string {
	switch {
	case !l.Used:
		return "free"
	case l.Consumer == "":
		return "in use"
	}
	return "in use by " + l.Consumer
}

func (r *Report) writeBuses(p *page) {
	p.section("I²C buses")
	if len(r.Buses) == 0 {
		r.none(p, "Sensors of temperature and humidity hang on them. If there should be one: sudo modprobe i2c-dev", "dtparam=i2c_arm=on")
		return
	}
	if r.options.Scan {
		p.say("asked only at the addresses of known sensors, by reading; --no-scan leaves them alone")
	}
	for _, b := range r.Buses {
		word := b.Word()
		switch {
		case word == "" && !b.Scanned && b.Fault == "":
			word = "not asked"
		case b.Scanned && b.Fault == "" && len(b.Chips) == 0:
			word = "no known sensor answers"
		}
		p.say("%s", strings.TrimSpace(fmt.Sprintf("%s  %s  %s", b.Path, b.Name, word)))
		var rows [][]string
		for _, f := range b.Chips {
			use := ""
			switch {
			case f.Kernel != "":
				use = "in use by the kernel's driver " + f.Kernel
			case f.Driver != "":
				use = "driver: " + f.Driver
			}
			rows = append(rows, []string{fmt.Sprintf("0x%02x", f.Address), f.What, use})
		}
		p.table("    ", rows)
		if b.Fault != "" {
			p.say("  %s", b.Fault)
		}
	}
}

func (r *Report) writeOneWire(p *page) {
	p.section("1-Wire")
	if len(r.OneWire.Masters) == 0 {
		r.none(p, "DS18B20 thermometers need a bus: the kernel's driver w1-gpio or that of an adapter.", "dtoverlay=w1-gpio")
		return
	}
	p.say("buses: %s", strings.Join(r.OneWire.Masters, ", "))
	var rows [][]string
	for _, d := range r.OneWire.Devices {
		use := ""
		switch {
		case d.Read:
			use = "driver: w1-therm"
		case strings.HasPrefix(d.Address, "28-"):
			use = "driver: w1-therm after sudo modprobe w1_therm"
		}
		rows = append(rows, []string{d.Address, d.What, use})
	}
	p.table("    ", rows)
	if len(rows) == 0 {
		p.say("no device answers: is the sensor connected, with 4.7 kΩ between its data wire and 3.3 V?")
	}
}

func (r *Report) writePorts(p *page) {
	p.section("SPI devices")
	if len(r.SPI) == 0 {
		r.none(p, "MFRC522 badge readers need one.", "dtparam=spi=on")
	}
	var rows [][]string
	for _, d := range r.SPI {
		rows = append(rows, []string{d.Path, "SPI" + strings.TrimPrefix(d.Path, "/dev/spidev"), d.Word()})
	}
	p.table("  ", rows)
	p.section("Serial ports")
	if len(r.Serial) == 0 {
		r.none(p, "Some badge readers need one, mostly on USB.", "enable_uart=1")
	}
	rows = nil
	for _, s := range r.Serial {
		word := s.Word()
		if s.Console {
			word = both("the kernel's console is on it", word)
		}
		rows = append(rows, []string{s.Path, strings.Join(s.Names, ", "), word})
	}
	p.table("  ", rows)
}

// both joins what there is of two remarks.
func both(a, b string) string {
	if b == "" {
		return a
	}
	return a + ", " + b
}

func (r *Report) writeInputs(p *page) {
	p.section("Input devices that type digits (keyboards, and badge readers that pretend to be one)")
	if len(r.Inputs) == 0 {
		p.say("none. Is the reader plugged in?")
	}
	var rows [][]string
	for _, in := range r.Inputs {
		what := "keyboard or reader"
		if in.Reader {
			what = "badge reader"
		}
		rows = append(rows, []string{best(in.Names, in.Path), in.Name, in.Vendor + ":" + in.Product, what, in.Word()})
	}
	p.table("  ", rows)
}

func (r *Report) writeBoard(p *page) {
	p.section("Thermal zones of the board")
	if len(r.Zones) == 0 {
		p.say("none.")
	}
	var rows [][]string
	for _, z := range r.Zones {
		rows = append(rows, []string{fmt.Sprint(z.Number), z.Type, z.Text()})
	}
	p.table("  ", rows)
	p.section("Watchdogs")
	if len(r.Dogs) == 0 {
		p.say("none: if the machine hangs, nobody restarts it.")
		if r.pi() {
			p.say("On a Raspberry Pi: dtparam=watchdog=on in /boot/firmware/config.txt, then restart.")
		}
	}
	rows = nil
	for _, d := range r.Dogs {
		state := "not running: RuntimeWatchdogSec=15s in /etc/systemd/system.conf lets systemd feed it"
		if d.Active {
			state = "running"
		}
		rows = append(rows, []string{d.Path, d.Identity, orElse(d.Timeout, "?") + " s", both(state, d.Word())})
	}
	p.table("  ", rows)
}

// bare tells whether there is nothing that an agent could watch. The port of the kernel's console is for other things.
func (r *Report) bare() bool {
	ports := slices.ContainsFunc(r.Serial, func(p Port) bool { return !p.Console })
	return !ports && len(r.Chips)+len(r.Buses)+len(r.OneWire.Masters)+len(r.SPI)+len(r.Inputs) == 0
}

func (r *Report) writeAdvice(p *page) {
	if len(r.Advice) > 0 {
		p.section("To be done")
		for i, a := range r.Advice {
			p.say("%d. %s", i+1, a)
		}
	}
	if r.bare() {
		p.section("In short")
		p.say("There is nothing here that an agent could watch, as is usual for a virtual machine, a container or a rented")
		p.say("server; on a board, see above what can be switched on. The agent runs here all the same with a simulated room:")
		p.say("configs/agent.simulated.yaml.")
	}
}

func (r *Report) writeAnswers(p *page) {
	if len(r.Answers) == 0 {
		return
	}
	p.section("What the configuration names")
	var rows [][]string
	bad := 0
	for _, a := range r.Answers {
		if a.Verdict.bad() {
			bad++
		}
		name := a.Name
		if a.Kind == WantSensor {
			name = strings.TrimSpace(a.Driver + " " + a.Name)
		}
		rows = append(rows, []string{string(a.Verdict), orElse(name, "the first"), string(a.Kind), a.Point, a.Place, a.Detail})
	}
	p.table("  ", rows)
	p.WriteByte('\n')
	switch {
	case bad == 0:
		p.say("Nothing is missing.")
	case bad == 1:
		p.say("1 of %d cannot be used.", len(r.Answers))
	default:
		p.say("%d of %d cannot be used.", bad, len(r.Answers))
	}
}
