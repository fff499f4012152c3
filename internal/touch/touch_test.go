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

// bin holds the programs under test; office is head office's API for somebody who may be told all, broker where all kiosks
// report to it.
var (
	bin    string
	office programs.Actor
	broker string
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
	tokens, config := filepath.Join(dir, "tokens"), filepath.Join(dir, "headoffice.yaml")
	office.Token = "7b1d0c5e9a3f4e2d8c6b"
	err = errors.Join(os.WriteFile(tokens, []byte("tester:"+office.Token+"\n"), 0o600),
		os.WriteFile(config, fmt.Appendf(nil, "act_tokens_file: %q\n", tokens), 0o600))
	if err != nil {
		return 1, err
	}
	p, err := programs.Start(exec.Command(filepath.Join(dir, "headoffice"), "--config", config, "--data", filepath.Join(dir, "office"),
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
	office.API, broker = programs.API(ready["http"]), "mqtt://"+ready["mqtt"]
	return m.Run(), nil
}
