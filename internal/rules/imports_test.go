package rules

import (
	"slices"
	"strings"
	"testing"
)

// good is a graph in which every rule has something to hold for.
func good() Graph {
	g := Graph{}
	for _, p := range []Package{
		{Path: "internal/record"},
		{Path: "internal/clock", Imports: []string{"internal/record"}},
		{Path: "internal/journal", Imports: []string{"internal/record", "internal/clock", "go.etcd.io/bbolt"}},
		{Path: "internal/uplink", Imports: []string{"internal/record", paho}},
		{Path: "internal/endtoend", TestImports: []string{"internal/record", paho}},
		{Path: "configs", Imports: []string{"internal/record"}},
		{Path: "sensors", Imports: []string{"sensors/contact", "internal/record"}},
		{Path: "sensors/contact", Imports: []string{"periph.io/x/conn/v3/gpio"}},
		{Path: "agent", Main: true, Imports: []string{"agent/alarm", "sensors", "internal/uplink"}},
		{Path: "agent/access"},
		{Path: "agent/alarm", Imports: []string{"internal/record"}},
		{Path: "kiosk", Main: true, Imports: []string{"kiosk/queue", "ui", "fyne.io/fyne/v2", fyneApp}},
		{Path: "kiosk/queue", Imports: []string{"internal/record"}, TestImports: []string{"internal/journal"}},
		{Path: "kiosk/survey", Imports: []string{"internal/record"}},
		{Path: "ui", Imports: []string{"ui/widgets", "fyne.io/fyne/v2"}},
		{Path: "ui/widgets", Imports: []string{"fyne.io/fyne/v2/widget"}, TestImports: []string{"fyne.io/fyne/v2/test"}},
		{Path: "headoffice", Main: true, Imports: []string{"headoffice/ingest"}},
		{Path: "headoffice/ingest", Imports: []string{paho}},
	} {
		g[p.Path] = p
	}
	return g
}

func TestCheckImportsAcceptsTheArchitecture(t *testing.T) {
	if broken := CheckImports(good()); len(broken) != 0 {
		t.Errorf("got %q, expected nothing", broken)
	}
}

func TestCheckImportsFinds(t *testing.T) {
	for _, test := range []struct {
		name     string
		from, to string
		inTest   bool
		want     string // the beginning of the one line expected; empty: nothing
	}{
		{name: "record imports something of ours", from: "internal/record", to: "internal/clock", want: "internal/record imports internal/clock: of ours it may import only nothing"},
		{name: "journal knows the uplink", from: "internal/journal", to: "internal/uplink", want: "internal/journal imports internal/uplink: of ours"},
		{name: "journal reads configuration", from: "internal/journal", to: "configs", want: "internal/journal imports configs: of ours"},
		{name: "sensor writes the journal", from: "sensors/contact", to: "internal/journal", want: "sensors/contact imports internal/journal: of ours"},
		{name: "access writes the journal", from: "agent/access", to: "internal/journal", want: "agent/access imports internal/journal: of ours"},
		{name: "alarm reads a sensor", from: "agent/alarm", to: "sensors/contact", want: "agent/alarm imports sensors/contact: of ours"},
		{name: "queue writes the journal", from: "kiosk/queue", to: "internal/journal", want: "kiosk/queue imports internal/journal: of ours"},
		{name: "queue tested on the real journal", from: "kiosk/queue", to: "internal/journal", inTest: true},
		{name: "survey knows the queue", from: "kiosk/survey", to: "kiosk/queue", want: "kiosk/survey imports kiosk/queue: of ours"},
		{name: "configs knows what it configures", from: "configs", to: "internal/journal", want: "configs imports internal/journal: of ours"},
		{name: "someone imports a program", from: "internal/endtoend", to: "headoffice", inTest: true, want: "internal/endtoend imports headoffice: "},
		{name: "a part imports its own program", from: "headoffice/ingest", to: "headoffice", want: "headoffice/ingest imports headoffice: a program is imported by nobody"},
		{name: "the kiosk's queue draws", from: "kiosk/survey", to: "ui", want: "kiosk/survey imports ui: "},
		{name: "a test of the kiosk's queue draws", from: "kiosk/queue", to: "ui/widgets", inTest: true, want: "kiosk/queue imports ui/widgets: only kiosk, ui/... may"},
		{name: "head office draws with Fyne", from: "headoffice/ingest", to: "fyne.io/fyne/v2", want: "headoffice/ingest imports fyne.io/fyne/v2: only kiosk, ui/... may"},
		{name: "the kiosk's queue draws with Fyne", from: "kiosk/queue", to: "fyne.io/fyne/v2/canvas", want: "kiosk/queue imports fyne.io/fyne/v2/canvas: only"},
		{name: "a screen opens the window itself", from: "ui/widgets", to: fyneApp, want: "ui/widgets imports fyne.io/fyne/v2/app: only kiosk may"},
		{name: "a test of a screen opens a window", from: "ui", to: fyneApp, inTest: true, want: "ui imports fyne.io/fyne/v2/app: only kiosk may"},
		{name: "the agent talks MQTT itself", from: "agent", to: paho, want: "agent imports github.com/eclipse/paho.mqtt.golang: only internal/uplink, headoffice/ingest, internal/bench may"},
		{name: "the uplink takes the client that it is measured against", from: "internal/uplink", to: paho5 + "/autopaho", want: "internal/uplink imports " + paho5 + "/autopaho: only internal/bench may"},
		{name: "a test listens on the wire", from: "agent", to: paho, inTest: true},
		{name: "head office knows a sensor", from: "headoffice/ingest", to: "sensors/contact", want: "headoffice/ingest imports sensors/contact: only agent/..., sensors/..., internal/programs may"},
		{name: "the kiosk knows an alarm rule", from: "kiosk", to: "agent/alarm", want: "kiosk imports agent/alarm: only agent/... may"},
		{name: "shared code knows a program's part", from: "internal/uplink", to: "headoffice/ingest", want: "internal/uplink imports headoffice/ingest: only headoffice/..., internal/powercut/guest, internal/toxic may"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := good()
			p, ok := g[test.from]
			if !ok {
				t.Fatalf("%s is not in the good graph", test.from)
			}
			if test.inTest {
				p.TestImports = append(p.TestImports, test.to)
			} else {
				p.Imports = append(p.Imports, test.to)
			}
			g[test.from] = p
			broken := CheckImports(g)
			if test.want == "" {
				report(t, broken)
				return
			}
			if !slices.ContainsFunc(broken, func(line string) bool { return strings.HasPrefix(line, test.want) }) {
				t.Errorf("got %q, expected a line that begins with %q", broken, test.want)
			}
		})
	}
}

func TestCheckImportsFindsVagueNames(t *testing.T) {
	g := good()
	for _, path := range []string{"internal/util", "kiosk/helpers", "agent/common", "headoffice/manager"} {
		g[path] = Package{Path: path}
	}
	if broken := CheckImports(g); len(broken) != 4 {
		t.Errorf("got %q, expected four lines", broken)
	}
}

func TestReachesFollowsOtherModules(t *testing.T) {
	g := good()
	g["agent"] = Package{Path: "agent", Imports: []string{"sensors"}}
	g["sensors"] = Package{Path: "sensors", Imports: []string{"sensors", "example.org/chart"}}
	g["example.org/chart"] = Package{Path: "example.org/chart", Imports: []string{"fyne.io/fyne/v2/canvas"}}
	want := []string{"agent", "sensors", "example.org/chart", "fyne.io/fyne/v2/canvas"}
	if got := g.Reaches("agent", fyne+"/..."); !slices.Equal(got, want) {
		t.Errorf("got %q, expected %q", got, want)
	}
	if got := g.Reaches("headoffice", fyne+"/..."); got != nil {
		t.Errorf("got %q, expected no chain", got)
	}
	if got := g.Reaches("kiosk/queue", "ui/..."); got != nil {
		t.Errorf("got %q, expected no chain: what tests import is not pulled in", got)
	}
}
