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

// stop asks the program to stop and expects a clean end within the five seconds it promises.
func (p *program) stop() {
	p.t.Helper()
	p.Signal(syscall.SIGTERM)
	if code := p.end(); code != 0 {
		p.t.Errorf("%s stopped with exit code %d, want 0", p.Name, code)
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
