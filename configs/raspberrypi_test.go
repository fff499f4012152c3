package configs

import (
	"bufio"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const raspberryPi = "agent.raspberrypi.example.yaml"

// header is where the lines of a Raspberry Pi are on its header of 40 pins; supplies and grounds are at the others.
var header = map[string]string{
	"3": "GPIO2", "5": "GPIO3", "7": "GPIO4", "8": "GPIO14", "10": "GPIO15", "11": "GPIO17", "12": "GPIO18", "13": "GPIO27",
	"15": "GPIO22", "16": "GPIO23", "18": "GPIO24", "19": "GPIO10", "21": "GPIO9", "22": "GPIO25", "23": "GPIO11", "24": "GPIO8",
	"26": "GPIO7", "27": "GPIO0", "28": "GPIO1", "29": "GPIO5", "31": "GPIO6", "32": "GPIO12", "33": "GPIO13", "35": "GPIO19",
	"36": "GPIO16", "37": "GPIO26", "38": "GPIO20", "40": "GPIO21",
	"1": "3V3", "17": "3V3", "2": "5V", "4": "5V",
	"6": "GND", "9": "GND", "14": "GND", "20": "GND", "25": "GND", "30": "GND", "34": "GND", "39": "GND",
}

// wiring reads the table in the example's comments: what is at each line.
func wiring(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(raspberryPi)
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`^# +(\d+)  (\w+) +(\S.*?)  +(\S.*)$`)
	at, last := map[string]string{}, ""
	for _, line := range strings.Split(string(text), "\n") {
		cells := row.FindStringSubmatch(line)
		if cells == nil {
			continue
		}
		pin, name, signal := cells[1], cells[2], cells[3]
		if header[pin] != name {
			t.Errorf("pin %s is %s, not %s", pin, header[pin], name)
		}
		if len(last) > len(pin) || len(last) == len(pin) && last >= pin {
			t.Errorf("pin %s comes after pin %s", pin, last)
		}
		if last = pin; strings.HasPrefix(name, "GPIO") {
			at[name] = signal
		}
	}
	return at
}

// The wiring table and the configuration say the same, and both fit the board.
func TestRaspberryPiWiring(t *testing.T) {
	a, err := LoadAgent(raspberryPi, Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	at := wiring(t)
	door, reader := a.Doors[0], a.Readers[0]
	uses := map[string]string{
		door.Pin: "door contact", door.Bolt.Pin: "bolt contact", door.Exit.Pin: "exit button", door.Strike.Pin: "strike",
		reader.Data0: "Wiegand DATA0", reader.Data1: "Wiegand DATA1",
		reader.Buzzer.Pin: "reader's buzzer", reader.Green.Pin: "reader's green light", reader.Red.Pin: "reader's red light",
		// The buses' lines are the board's choice.
		"GPIO2": "I²C SDA", "GPIO3": "I²C SCL", "GPIO4": "1-Wire data",
	}
	for _, in := range a.Inputs {
		uses[in.Pin] = map[string]string{"leak": "water leak", "tamper": "tamper loop", "smoke": "smoke", "mains": "mains"}[in.Kind]
	}
	for name, signal := range uses {
		if at[name] != signal {
			t.Errorf("%s is %q in the configuration and %q in the table", name, signal, at[name])
		}
		delete(at, name)
	}
	for name, signal := range at {
		t.Errorf("the table has %s at %s, the configuration nothing", signal, name)
	}
}

// Lines 9 to 27 are pulled down while a Raspberry Pi starts, lines 0 to 8 up (BCM2711 peripherals, section 5.2): an output
// that is on at the other level would be on meanwhile.
func TestRaspberryPiOutputsRestWhileItStarts(t *testing.T) {
	a, err := LoadAgent(raspberryPi, Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	up := []string{"GPIO0", "GPIO1", "GPIO2", "GPIO3", "GPIO4", "GPIO5", "GPIO6", "GPIO7", "GPIO8"}
	outputs := []*Output{&a.Doors[0].Strike.Output, a.Readers[0].Buzzer, a.Readers[0].Green, a.Readers[0].Red}
	for _, o := range outputs {
		if pulledUp := slices.Contains(up, o.Pin); pulledUp != (o.Active == "low") {
			t.Errorf("%s, active %s, would be on while the board starts", o.Pin, o.Active)
		}
	}
	if a.Doors[0].Strike.Fail != "secure" || a.Doors[0].Contact != "normally-closed" || a.Inputs[0].Contact != "normally-open" {
		t.Errorf("got %+v and %+v", a.Doors[0], a.Inputs[0])
	}
}

// The agent's name for the reader is the one that the udev rules give, and every rule is of keys, operators and values.
func TestUdevRules(t *testing.T) {
	file, err := os.Open("udev/60-stationkeeper.rules")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	part := regexp.MustCompile(`^[A-Z]+(\{[A-Za-z_]+\})?(==|!=|=|\+=|-=)"[^"]*"$`)
	var rules []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		rules = append(rules, line)
		for _, p := range strings.Split(line, ", ") {
			if !part.MatchString(p) {
				t.Errorf("rule %s: %s is none", line, p)
			}
		}
	}
	a, err := LoadAgent(raspberryPi, Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	name, ok := strings.CutPrefix(a.Readers[1].Device, "/dev/")
	if !ok || !slices.ContainsFunc(rules, func(r string) bool { return strings.Contains(r, `SYMLINK+="`+name+" ") }) {
		t.Errorf("no rule gives a reader the name %s", a.Readers[1].Device)
	}
}
