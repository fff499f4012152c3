package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Package is one Go package and what it imports. Paths of this module are relative to its root ("internal/record");
// those of others are import paths.
type Package struct {
	Path string
	// Main is true for a program.
	Main bool
	// Imports are those of the package's own files, TestImports those of its tests alone.
	Imports     []string
	TestImports []string
	// Embeds are the files that the package embeds, relative to the module's root.
	Embeds []string
}

// Graph is packages by path.
type Graph map[string]Package

// Import paths of the libraries that have one place each.
const (
	fyne    = "fyne.io"
	fyneApp = "fyne.io/fyne/v2/app"
	paho    = "github.com/eclipse/paho.mqtt.golang"
	paho5   = "github.com/eclipse/paho.golang"
)

// pure lists the packages that may import nothing of ours but what stands beside them; the first that matches holds.
// Tests may import more: the real journal is a better test than an imitation.
var pure = []struct {
	packages string
	may      []string
}{
	{"internal/record", nil},
	{"internal/clock", []string{"internal/record"}},
	{"internal/journal", []string{"internal/record", "internal/clock"}},
	{"sensors/hil/...", []string{"internal/...", "sensors/hil/..."}}, // the programs in a virtual machine, from outside
	{"sensors/...", []string{"internal/record", "sensors/..."}},
	{"internal/document", nil},
	{"agent/access", []string{"internal/record", "internal/document"}},
	{"agent/alarm", []string{"internal/record"}},
	{"kiosk/hours", nil},
	{"kiosk/queue", []string{"internal/record", "kiosk/hours"}},
	{"kiosk/queue/forecast", []string{"internal/record", "kiosk/queue"}},
	{"kiosk/queue/staffing", []string{"internal/record", "kiosk/queue"}},
	{"kiosk/appointments", []string{"internal/record", "internal/document", "kiosk/hours"}},
	{"kiosk/staff", []string{"internal/record", "internal/document"}},
	{"kiosk/bilingual", []string{"internal/document"}},
	{"kiosk/survey", []string{"internal/record", "internal/document", "kiosk/bilingual"}},
	{"kiosk/cases", []string{"internal/record", "internal/document", "kiosk/bilingual", "kiosk/hours"}},
	{"kiosk/information", []string{"internal/document", "kiosk/bilingual"}},
	{"kiosk/devices", []string{"internal/record"}},
	{"kiosk/audio", nil},
	{"kiosk/display", nil},
	{"configs", []string{"internal/record"}},
}

// owned lists the folders that serve one place only: nobody outside of users imports them, tests included.
var owned = []struct {
	packages string
	users    []string
}{
	{"agent/...", []string{"agent/..."}},
	{"sensors/...", []string{"agent/...", "sensors/...", "internal/programs"}},                          // whose scripts play people in the simulated room
	{"kiosk/...", []string{"kiosk/...", "ui/...", "internal/bench", "internal/touch", "internal/demo"}}, // where the queue's speed is measured, and a printer printed on
	{"ui/...", []string{"kiosk", "ui/..."}},
	{"headoffice/...", []string{"headoffice/...", "internal/powercut/guest", "internal/toxic"}}, // which cut its power, and its line
	{fyne + "/...", []string{"kiosk", "ui/..."}},
	{fyneApp, []string{"kiosk"}},
	{paho5 + "/...", []string{"internal/bench"}},
}

// vague are names that say nothing about what a package is.
var vague = []string{"util", "utils", "common", "manager", "managers", "helper", "helpers", "misc", "shared"}

// CheckImports returns what in the graph breaks the architecture, one line each, in order of packages.
func CheckImports(g Graph) []string {
	var broken []string
	for _, p := range g.sorted() {
		broken = append(broken, checkName(p)...)
		broken = append(broken, checkPure(p, g)...)
		broken = append(broken, checkOwned(p)...)
		broken = append(broken, checkPaho(p)...)
		broken = append(broken, checkMains(p, g)...)
	}
	return broken
}

func checkName(p Package) []string {
	if name := path.Base(p.Path); slices.Contains(vague, name) {
		return []string{fmt.Sprintf("%s: %q does not say what the package is: name it after a thing of the station", p.Path, name)}
	}
	return nil
}

func checkPure(p Package, g Graph) []string {
	var broken []string
	for _, rule := range pure {
		if !matches(rule.packages, p.Path) {
			continue
		}
		for _, imported := range p.Imports {
			if _, ours := g[imported]; ours && !matchesAny(rule.may, imported) {
				broken = append(broken, fmt.Sprintf("%s imports %s: of ours it may import only %s", p.Path, imported, words(rule.may)))
			}
		}
		break
	}
	return broken
}

func checkOwned(p Package) []string {
	var broken []string
	for _, rule := range owned {
		if matchesAny(rule.users, p.Path) {
			continue
		}
		for _, imported := range p.allImports() {
			if matches(rule.packages, imported) {
				broken = append(broken, fmt.Sprintf("%s imports %s: only %s may", p.Path, imported, words(rule.users)))
			}
		}
	}
	return broken
}

// checkPaho keeps the MQTT client in its two places, and where others' ways to use it are measured. A test elsewhere may
// look at what is on the wire.
func checkPaho(p Package) []string {
	users := []string{"internal/uplink", "headoffice/ingest", "internal/bench"}
	if slices.Contains(p.Imports, paho) && !slices.Contains(users, p.Path) {
		return []string{fmt.Sprintf("%s imports %s: only %s may", p.Path, paho, words(users))}
	}
	return nil
}

func checkMains(p Package, g Graph) []string {
	var broken []string
	for _, imported := range p.allImports() {
		if g[imported].Main {
			broken = append(broken, fmt.Sprintf("%s imports %s: a program is imported by nobody", p.Path, imported))
		}
	}
	return broken
}

// Reaches returns a chain of imports, own tests left out, that leads from a package to one that pattern matches; nil
// when there is none.
func (g Graph) Reaches(from, pattern string) []string {
	return g.reaches(from, pattern, map[string]bool{})
}

func (g Graph) reaches(from, pattern string, seen map[string]bool) []string {
	seen[from] = true
	for _, imported := range g[from].Imports {
		if matches(pattern, imported) {
			return []string{from, imported}
		}
		if seen[imported] {
			continue
		}
		if chain := g.reaches(imported, pattern, seen); chain != nil {
			return append([]string{from}, chain...)
		}
	}
	return nil
}

func (g Graph) sorted() []Package {
	packages := make([]Package, 0, len(g))
	for _, p := range g {
		packages = append(packages, p)
	}
	slices.SortFunc(packages, func(a, b Package) int { return strings.Compare(a.Path, b.Path) })
	return packages
}

func (p Package) allImports() []string {
	all := slices.Concat(p.Imports, p.TestImports)
	slices.Sort(all)
	return slices.Compact(all)
}

// matches reports whether a path is what pattern names: itself, or with "/..." at the end also anything below.
func matches(pattern, path string) bool {
	folder, all := strings.CutSuffix(pattern, "/...")
	return path == folder || all && strings.HasPrefix(path, folder+"/")
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, path) })
}

func words(patterns []string) string {
	if len(patterns) == 0 {
		return "nothing"
	}
	return strings.Join(patterns, ", ")
}
