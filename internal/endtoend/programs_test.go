package endtoend

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"stationkeeper/internal/programs"
)

// hang bounds waits that only a broken program makes long, or a machine that has very much else to do.
const hang = 4 * time.Minute

// bin holds the programs under test.
var bin string

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "endtoend")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	bin = dir
	if err := programs.Build(context.Background(), dir, "agent", "headoffice", "kiosk", "internal/demo"); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// program is a running program. Its log is shown when the test fails.
type program struct {
	*programs.Process
	t *testing.T
}

// start runs a program of ours.
func start(t *testing.T, name string, args ...string) *program {
	t.Helper()
	return run(t, exec.Command(filepath.Join(bin, name), args...))
}

func run(t *testing.T, cmd *exec.Cmd) *program {
	t.Helper()
	process, err := programs.Start(cmd, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{process, t}
	t.Cleanup(func() {
		p.kill()
		if lines := p.Lines(); t.Failed() {
			t.Logf("%s said:\n%s", p.Name, strings.Join(lines[max(0, len(lines)-40):], "\n"))
		}
	})
	return p
}

// within gives a wait its bound. It outlives the test's own context, so that cleanups may wait too.
func within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), hang)
}

// says waits for a log line with this message and returns its attributes.
func (p *program) says(message string) map[string]string {
	p.t.Helper()
	ctx, cancel := within()
	defer cancel()
	attributes, err := p.Says(ctx, message)
	if err != nil {
		p.t.Fatal(err)
	}
	return attributes
}

// said reports whether a log line with this message is there already.
func (p *program) said(message string) bool {
	return slices.ContainsFunc(p.Lines(), func(line string) bool { return strings.Contains(line, message) })
}

// end waits until the program has ended by itself and returns its exit code.
func (p *program) end() int {
	p.t.Helper()
	ctx, cancel := within()
	defer cancel()
	code, err := p.End(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	return code
}

// stop asks the program to stop and expects a clean end. That a machine with very much else to do does not let it end
// within the five seconds it promises is no failure of what is tested; TestProgramsStop wants those.
func (p *program) stop() {
	p.t.Helper()
	if !p.stops() {
		p.t.Logf("%s did not stop in time", p.Name)
	}
}

// stops asks the program to stop and reports whether it did so in time.
func (p *program) stops() bool {
	p.t.Helper()
	p.Signal(syscall.SIGTERM)
	code := p.end()
	inTime := !p.said("did not stop in time")
	if code != 0 && inTime {
		p.t.Errorf("%s stopped with exit code %d, want 0", p.Name, code)
	}
	return inTime
}

// TestProgramsStop stops each program while the others work. Of some tries one at least is in time.
func TestProgramsStop(t *testing.T) {
	const tries = 5
	o := startOffice(t, "")
	for name, start := range map[string]func() *program{
		"agent":      func() *program { return startAgent(t, o, t.TempDir()) },
		"kiosk":      func() *program { k := startKiosk(t, o, t.TempDir()); k.mustTake(t); return k.program },
		"headoffice": func() *program { return startOffice(t, "").program },
	} {
		inTime := false
		for n := 0; n < tries && !inTime; n++ {
			inTime = start().stops()
		}
		if !inTime {
			t.Errorf("%s did not stop in time, %d times in a row", name, tries)
		}
	}
}

// kill ends the program as a power cut would, as far as the program can tell.
func (p *program) kill() {
	p.t.Helper()
	ctx, cancel := within()
	defer cancel()
	if _, err := p.Kill(ctx); err != nil {
		p.t.Errorf("kill -9: %v", err)
	}
}
