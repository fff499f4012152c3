package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func mustRoot(t *testing.T) string {
	t.Helper()
	root, err := Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func mustLoad(t *testing.T, environment []string, patterns ...string) Graph {
	t.Helper()
	g, err := Load(t.Context(), mustRoot(t), environment, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func mustTracked(t *testing.T, root string) []string {
	t.Helper()
	files, err := Tracked(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(files, "go.mod") {
		t.Fatalf("git keeps %d files and go.mod is not among them", len(files))
	}
	return files
}

// report fails the test with every line of broken.
func report(t *testing.T, broken []string) {
	t.Helper()
	for _, line := range broken {
		t.Error(line)
	}
}

func TestImportsOfTheRepository(t *testing.T) {
	g := mustLoad(t, nil, "./...").Ours()
	for _, path := range []string{"internal/record", "internal/journal", "agent", "kiosk", "headoffice"} {
		if _, ok := g[path]; !ok {
			t.Errorf("package %s is not in the graph of %d packages: the rules would hold for nothing", path, len(g))
		}
	}
	report(t, CheckImports(g))
}

func TestProgramsWithoutScreenPullInNoFyne(t *testing.T) {
	g := mustLoad(t, []string{"CGO_ENABLED=0"}, "./agent", "./headoffice")
	for _, program := range []string{"agent", "headoffice"} {
		if len(g[program].Imports) == 0 {
			t.Errorf("program %s imports nothing: is it in the graph?", program)
		}
		if chain := g.Reaches(program, fyne+"/..."); chain != nil {
			t.Errorf("%s pulls in Fyne: %s", program, strings.Join(chain, " → "))
		}
	}
}

func TestProgramsWithoutScreenBuildWithoutCGO(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	_, err := command(t.Context(), mustRoot(t), []string{"CGO_ENABLED=0"}, "go", "build", "-buildvcs=false", "-o", t.TempDir(),
		"./agent", "./headoffice")
	if err != nil {
		t.Error(err)
	}
}

func TestTopLevelOfTheRepository(t *testing.T) {
	report(t, CheckTopLevel(mustTracked(t, mustRoot(t))))
}

func TestFilesOfTheRepositoryNameNoMachine(t *testing.T) {
	root := mustRoot(t)
	for _, file := range mustTracked(t, root) {
		if strings.HasPrefix(file, "internal/rules/") {
			continue // it spells what it looks for
		}
		report(t, CheckText(file, mustRead(t, root, file)))
	}
}

func TestEmbeddedFilesOfTheRepositoryAreOurs(t *testing.T) {
	root := mustRoot(t)
	tracked := mustTracked(t, root)
	embeds := 0
	for _, p := range mustLoad(t, nil, "./...").Ours() {
		for _, file := range p.Embeds {
			embeds++
			if slices.Contains(tracked, file) {
				report(t, CheckEmbedded(file, mustRead(t, root, file)))
			}
		}
	}
	if embeds == 0 {
		t.Error("no package embeds a file: expected at least head office's pages and the kiosk's font")
	}
}

// mustRead reads a tracked file; one that was just deleted has no content to break a rule.
func mustRead(t *testing.T, root, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return content
}

func TestLoadSaysWhatGoSays(t *testing.T) {
	_, err := Load(t.Context(), mustRoot(t), nil, "./no/such/folder")
	if err == nil || !strings.Contains(err.Error(), "no/such/folder") {
		t.Errorf("loading a folder that is not there: got error %v, expected one that names it", err)
	}
}
