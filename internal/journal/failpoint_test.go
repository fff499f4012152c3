package journal

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// failpointsEnv is set for the binary that is built with bbolt's failpoints enabled; it holds the address at which they
// are set.
const failpointsEnv = "GOFAIL_HTTP"

// TestFailpoints runs on a bbolt that fails where its authors thought of it. The binary with that is built when the test
// runs: bbolt's source with the failpoints enabled lies in a folder of its own, and is nowhere else.
func TestFailpoints(t *testing.T) {
	if address := os.Getenv(failpointsEnv); address != "" {
		t.Skip("this is the binary with the failpoints: see TestBoltFails")
	}
	if testing.Short() {
		t.Skip("building bbolt with failpoints takes a while")
	}
	binary, points := buildFailing(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil { // for the other process to take
		t.Fatal(err)
	}
	run := exec.Command(binary, "-test.v", "-test.run", "^TestBoltFails$", "-test.timeout", "5m")
	run.Env = append(os.Environ(), failpointsEnv+"="+address, "JOURNAL_TEST_POINTS="+strings.Join(points, ","))
	out, err := run.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// buildFailing builds this package's tests on a bbolt with its failpoints enabled, and returns their names.
func buildFailing(t *testing.T) (binary string, points []string) {
	t.Helper()
	command := func(dir string, args ...string) []byte {
		t.Helper()
		c := exec.Command(args[0], args[1:]...)
		c.Dir = dir
		var errs bytes.Buffer
		c.Stderr = &errs
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, &errs)
		}
		return bytes.TrimSpace(out)
	}
	root := filepath.Dir(string(command(".", "go", "env", "GOMOD")))
	base := t.TempDir()
	bolt := filepath.Join(base, "bbolt")
	if err := os.CopyFS(bolt, os.DirFS(string(command(".", "go", "list", "-m", "-f", "{{.Dir}}", "go.etcd.io/bbolt")))); err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`// gofail: var (\w+) (\w+)`)
	files, err := filepath.Glob(filepath.Join(bolt, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllSubmatch(text, -1) {
			points = append(points, string(m[1])+":"+string(m[2]))
		}
	}
	command(".", "chmod", "-R", "u+w", bolt)
	command(root, "go", "tool", "gofail", "enable", bolt)
	for name, file := range map[string]string{"go.mod": "go.mod", "go.sum": "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err == nil {
			err = os.WriteFile(filepath.Join(base, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	mod := filepath.Join(base, "go.mod")
	command(root, "go", "mod", "edit", "-replace", "go.etcd.io/bbolt="+bolt, mod)
	binary = filepath.Join(base, "failing.test")
	command(root, "go", "test", "-c", "-mod=mod", "-modfile", mod, "-o", binary, "./internal/journal")
	return binary, points
}

// TestBoltFails fires each failpoint under a journal that is written to. What was reported is there, nothing else is, the
// file is not given up, and all is well when the failing ends. It runs in the binary that TestFailpoints builds.
func TestBoltFails(t *testing.T) {
	points := os.Getenv("JOURNAL_TEST_POINTS")
	if points == "" {
		t.Skip("bbolt has no failpoints in this binary: see TestFailpoints")
	}
	for _, point := range strings.Split(points, ",") {
		name, typ, _ := strings.Cut(point, ":")
		if strings.HasSuffix(name, "lockError") {
			continue // of memory that is locked, which ours is not
		}
		t.Run(name, func(t *testing.T) {
			what := `return("failpoint")`
			if typ == "struct{}" || typ == "struct" {
				what = `panic("failpoint")`
			}
			dir := t.TempDir()
			o, log := logged()
			l := newLoad(8)
			for round := range 3 {
				failWhile(t, dir, o, l, name, []string{"1*" + what, what, "25.0%" + what}[round])
			}
			tell(t, log)
		})
	}
}

// failWhile writes to the journal before, while and after a failpoint is set, and opens it again.
func failWhile(t *testing.T, dir string, o Options, l *load, point, terms string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Clock = following()
		j := mustOpen(t, dir, o)
		for range 10 {
			if !l.some(t, j) {
				t.Fatalf("before %s: %v", terms, l.last)
			}
		}
		epoch := j.Epoch()
		setFailpoint(t, http.MethodPut, point, terms)
		refused := 0
		for range 40 {
			if !l.some(t, j) {
				refused++
			}
			time.Sleep(3 * time.Second)
		}
		setFailpoint(t, http.MethodDelete, point, "")
		time.Sleep(2 * trimEvery)
		for range 3 {
			l.some(t, j) // the first may find that the file has to be replaced
			time.Sleep(mendEvery)
		}
		if !l.some(t, j) {
			t.Fatalf("after %s: %v", terms, l.last)
		}
		lost := l.check(t, j, false)
		if lost != [2]int{} {
			t.Errorf("%s: %d events and %d readings lost", terms, lost[0], lost[1])
		}
		if j.Epoch() != epoch {
			t.Errorf("%s: a new epoch: %+v", terms, replacements(t, j))
		}
		t.Logf("%s: %d of 40 refused; %v", terms, refused, l.last)
		mustClose(t, j)
		j = mustOpen(t, dir, o)
		l.check(t, j, true)
		mustVerify(t, dir)
		mustClose(t, j)
	})
}

// setFailpoint arms a failpoint, or disarms it.
func setFailpoint(t *testing.T, method, point, terms string) {
	t.Helper()
	err := func() error {
		request, err := http.NewRequest(method, "http://"+os.Getenv(failpointsEnv)+"/"+point, strings.NewReader(terms))
		if err != nil {
			return err
		}
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if said, err := io.ReadAll(response.Body); err != nil || response.StatusCode >= 300 {
			return fmt.Errorf("%s: %s: %v", response.Status, said, err)
		}
		return nil
	}()
	if err != nil {
		t.Fatalf("set failpoint %s: %v", point, err)
	}
}
