package line

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// board is a machine with a chip of its own, two expanders that are built alike, and one that cannot be opened.
func board() []Chip {
	named := func(names ...string) (lines []Info) {
		for i, name := range names {
			lines = append(lines, Info{Name: name, Number: i})
		}
		return lines
	}
	return []Chip{
		{Name: "gpiochip0", Label: "pinctrl-bcm2711", Lines: named("ID_SDA", "GPIO2", "", "GPIO17")},
		{Name: "gpiochip1", Label: "left", Lines: named("IN0", "IN1")},
		{Name: "gpiochip2", Label: "right", Lines: named("IN0", "IN1")},
	}
}

func TestFind(t *testing.T) {
	for name, want := range map[string]struct {
		chip   string
		number int
	}{
		"GPIO17":                 {"gpiochip0", 3},
		"gpiochip0/GPIO17":       {"gpiochip0", 3},
		"pinctrl-bcm2711/GPIO17": {"gpiochip0", 3},
		"pinctrl-bcm2711/2":      {"gpiochip0", 2},
		"right/IN1":              {"gpiochip2", 1},
		"gpiochip1/0":            {"gpiochip1", 0},
	} {
		p, err := find(parse(name), board())
		if err != nil || p.chip != want.chip || p.info.Number != want.number {
			t.Errorf("%s: %s line %d, %v: want %+v", name, p.chip, p.info.Number, err, want)
		}
	}
}

func TestWhyThereIsNoLine(t *testing.T) {
	denied := func(path string) error { return &fs.PathError{Op: "open", Path: path, Err: unix.EACCES} }
	many := Chip{Name: "gpiochip0", Label: "many"}
	for range 40 {
		many.Lines = append(many.Lines, Info{Name: "X"})
	}
	for what, c := range map[string]struct {
		line  string
		chips []Chip
		words []string
	}{
		"no chip":        {"GPIO17", nil, []string{"GPIO17", "no GPIO chip", "driver loaded"}},
		"no such line":   {"GPIO18", board(), []string{"GPIO18", "no chip has a line", "GPIO17, GPIO2, ID_SDA, IN0"}},
		"many lines":     {"GPIO17", []Chip{many}, []string{"X, X", "…"}},
		"no names":       {"GPIO17", []Chip{{Name: "gpiochip0", Label: "x", Lines: []Info{{}}}}, []string{"none with a name"}},
		"two of a name":  {"IN0", board(), []string{"2 of that name", "gpiochip1 line 0 and gpiochip2 line 0", "say which chip"}},
		"no such chip":   {"middle/IN0", board(), []string{"no such chip", "gpiochip1 (left), gpiochip2 (right)"}},
		"number alone":   {"17", board(), []string{"no chip has a line of that name"}},
		"number too big": {"left/2", board(), []string{"IN0, IN1"}},
		"no permission":  {"GPIO17", []Chip{{Name: "gpiochip0", Fault: denied("/dev/gpiochip0")}}, []string{"GPIO17", "/dev/gpiochip0", "permission", "group gpio"}},
		"its chip has no permission": {"right/IN0", []Chip{{Name: "gpiochip0", Label: "left"}, {Name: "gpiochip1", Fault: denied("/dev/gpiochip1")}},
			[]string{"/dev/gpiochip1", "permission"}},
		"chip is broken": {"GPIO17", []Chip{{Name: "gpiochip0", Fault: unix.EIO}}, []string{"cannot be looked into", "input/output error"}},
	} {
		_, err := find(parse(c.line), c.chips)
		if err == nil {
			t.Errorf("%s: found", what)
			continue
		}
		for _, word := range c.words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not say %q", what, err, word)
			}
		}
	}
}

func TestWhyALineIsNotGiven(t *testing.T) {
	p := place{chip: "gpiochip0", info: Info{Number: 3, Used: true, Consumer: "gpio-keys"}}
	nameless := place{chip: "gpiochip0", info: Info{Number: 3, Used: true}}
	for _, c := range []struct {
		at   place
		err  error
		want string
	}{
		{p, unix.EBUSY, `in use by "gpio-keys"`},
		{nameless, unix.EBUSY, "in use by somebody"},
		{nameless, unix.EACCES, "group gpio"},
		{nameless, os.ErrNotExist, "has gone"},
		{nameless, unix.EIO, "input/output error"},
	} {
		err := refused(parse("GPIO17"), c.at, c.err)
		if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "GPIO17 (gpiochip0 line 3)") || !errors.Is(err, c.err) {
			t.Errorf("%v: %q, want %q", c.err, err, c.want)
		}
	}
}

func TestLinesThatHaveToBeOnOneChip(t *testing.T) {
	if places, err := together([]string{"left/IN1", "left/IN0"}, board()); err != nil || len(places) != 2 || places[0].info.Number != 1 {
		t.Errorf("got %+v, %v", places, err)
	}
	if _, err := together([]string{"left/IN1", "right/IN0"}, board()); err == nil || !strings.Contains(err.Error(), "IN1 of left is on gpiochip1 and GPIO line IN0 of right on gpiochip2") {
		t.Errorf("lines of two chips: %v", err)
	}
	if _, err := together([]string{"left/IN1", "left/IN7"}, board()); err == nil || !strings.Contains(err.Error(), "IN7") {
		t.Errorf("a line that is missing: %v", err)
	}
}
