package touch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/touch"
)

// hang bounds a test; only a broken program takes as long.
const hang = 2 * time.Minute

// bin holds the programs under test; office is the head office that all kiosks report to.
var (
	bin    string
	office struct{ api, mqtt string }
)

func TestMain(m *testing.M) {
	// The programs die with the thread that started them; the first one lives as long as the process.
	runtime.LockOSThread()
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (code int, err error) {
	if missing := touch.Missing(); len(missing) > 0 {
		fmt.Fprintln(os.Stderr, "the touchscreen is not tested: it needs the Debian packages", missing)
		return 0, nil
	}
	dir, err := os.MkdirTemp("", "touch")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	bin = dir
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	if err := programs.Build(ctx, dir, "headoffice", "kiosk"); err != nil {
		return 1, err
	}
	p, err := programs.Start(exec.Command(filepath.Join(dir, "headoffice"), "--data", filepath.Join(dir, "office"),
		"--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"), nil)
	if err != nil {
		return 1, err
	}
	defer func() {
		_, killed := p.Kill(context.Background())
		err = errors.Join(err, killed)
	}()
	ready, err := p.Says(ctx, "head office ready")
	if err != nil {
		return 1, err
	}
	office.api, office.mqtt = ready["http"], ready["mqtt"]
	return m.Run(), nil
}
