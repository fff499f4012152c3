package hands

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mustOutside serves hands to itself.
func mustOutside(t *testing.T) *Outside {
	t.Helper()
	here, there := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- Serve(New(), there) }()
	o := NewOutside(here)
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return o
}

func TestFiles(t *testing.T) {
	o, dir := mustOutside(t), t.TempDir()
	folder := filepath.Join(dir, "a", "b")
	path := filepath.Join(folder, "c")
	if err := o.Mkdir(folder); err != nil {
		t.Fatal(err)
	}
	if err := o.Put(path, "first\n", 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := o.Read(path); err != nil || got != "first" {
		t.Errorf("read %q, %v", got, err)
	}
	if err := o.Permit(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("permissions %v, %v", info.Mode(), err)
	}
	if got, err := o.Glob(filepath.Join(dir, "a", "*")); err != nil || !slices.Equal(got, []string{folder}) {
		t.Errorf("found %q, %v", got, err)
	}
	if err := o.Write(filepath.Join(dir, "nowhere", "c"), ""); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("written into a folder that is not there: %v", err)
	}
	for _, file := range []string{"first", path} { // the second takes it from the first
		if err := o.Link(file, filepath.Join(dir, "names", "d")); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := o.Read(filepath.Join(dir, "names", "d")); err != nil || got != "first" {
		t.Errorf("by its other name %q, %v", got, err)
	}
}

func TestStepsAreInOrder(t *testing.T) {
	o, path := mustOutside(t), filepath.Join(t.TempDir(), "line")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	played, err := o.Play(Step{Path: path, Text: "one", Pause: time.Millisecond}, Step{Path: path, Text: "two"})
	if err != nil || played.Took < time.Millisecond || played.Longest < time.Millisecond || played.Longest > played.Took {
		t.Errorf("%+v, %v", played, err)
	}
	if got, err := o.Read(path); err != nil || got != "two" {
		t.Errorf("at the end %q, %v", got, err)
	}
	if _, err := o.Play(Step{Path: path + "-"}); err == nil {
		t.Error("a line that is not there was set")
	}
}

func TestPrograms(t *testing.T) {
	o := mustOutside(t)
	out, err := o.Run(Program{Path: "/bin/sh", Arguments: []string{"-c", "echo $GREETING; echo bye >&2; exit 3"}, Environment: []string{"GREETING=hello"}})
	if err != nil || !out.Ended || out.Code != 3 || !slices.Equal(out.Lines, []string{"hello", "bye"}) {
		t.Errorf("%+v, %v", out, err)
	}
	id, err := o.Start(Program{Path: "/bin/sleep", Arguments: []string{"600"}})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := o.Said(id); err != nil || out.Ended {
		t.Errorf("%+v, %v", out, err)
	}
	if ended, err := o.Ended(id); err != nil || ended {
		t.Errorf("ended: %v, %v", ended, err)
	}
	if err := o.Send(id, int(syscall.SIGKILL)); err != nil {
		t.Fatal(err)
	}
	if out, err := o.Await(id); err != nil || out.Code != -1 {
		t.Errorf("killed: %+v, %v", out, err)
	}
	if ended, err := o.Ended(id); err != nil || !ended {
		t.Errorf("killed, ended: %v, %v", ended, err)
	}
	if _, err := o.Said(1); err == nil {
		t.Error("a program that was not started has said something")
	}
	if _, err := o.Start(Program{Path: "/nowhere"}); err == nil {
		t.Error("a program that is not there was started")
	}
}
