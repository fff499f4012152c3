package configs

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb"
)

// TestUnitsAreSound asks systemd about the units, with programs in them that are there.
func TestUnitsAreSound(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd is not installed")
	}
	units, err := filepath.Glob("systemd/*.service")
	if err != nil || len(units) < 5 {
		t.Fatalf("units %q, %v", units, err)
	}
	folder := t.TempDir()
	args := []string{"verify", "--man=no"}
	for _, unit := range units {
		text, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		for _, program := range []string{"/usr/local/bin/agent", "/usr/local/bin/headoffice", "/usr/local/bin/kiosk", "/usr/bin/cage",
			"/usr/local/lib/stationkeeper/stationkeeper-display"} {
			text = bytes.ReplaceAll(text, []byte("="+program), []byte("=/bin/true"))
		}
		copied := filepath.Join(folder, filepath.Base(unit))
		if err := os.WriteFile(copied, text, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, copied)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	said, err := exec.CommandContext(ctx, analyze, args...).CombinedOutput()
	for line := range strings.Lines(string(said)) {
		if strings.Contains(line, "stationkeeper") {
			t.Error(strings.TrimSpace(line))
		}
	}
	if err != nil {
		t.Logf("%v: %s", err, said)
	}
}

// onNoHardware makes the X server one without a graphics card and without a console.
const onNoHardware = `
Section "Device"
  Identifier "none"
  Driver "dummy"
EndSection
Section "Screen"
  Identifier "one"
  Device "none"
EndSection
`

// TestTheDisplayIsTheKiosksAlone starts the X server as the service does.
func TestTheDisplayIsTheKiosksAlone(t *testing.T) {
	if _, err := os.Stat("/usr/lib/xorg/modules/drivers/dummy_drv.so"); err != nil {
		t.Skip("not installed: xserver-xorg-core, xserver-xorg-video-dummy")
	}
	folder := t.TempDir()
	config := filepath.Join(folder, "xorg.conf")
	if err := os.WriteFile(config, []byte(onNoHardware), 0o600); err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	number, says, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer number.Close()
	// In the place of a display's number and a console: the first display that is free, told on a pipe.
	x := exec.Command("systemd/stationkeeper-display", "-displayfd", "3", "-config", config, "-configdir", filepath.Join(here, "xorg"),
		"-novtswitch", "-sharevts", "-logfile", filepath.Join(folder, "log"))
	x.Env, x.ExtraFiles = append(os.Environ(), "RUNTIME_DIRECTORY="+folder), []*os.File{says}
	var said bytes.Buffer
	x.Stdout, x.Stderr = &said, &said
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	says.Close()
	defer func() {
		x.Process.Signal(os.Interrupt)
		x.Wait()
	}()
	name, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		t.Skipf("Xorg does not run here: %v: %s", err, said.String())
	}
	display := ":" + strings.TrimSpace(name)
	cookie := filepath.Join(folder, "cookie")
	if info, err := os.Stat(cookie); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the cookie: %v, %v", info.Mode(), err)
	}

	xgb.Logger.SetOutput(io.Discard)
	t.Setenv("XAUTHORITY", filepath.Join(folder, "none"))
	if c, err := xgb.NewConnDisplay(display); err == nil {
		c.Close()
		t.Error("whoever has no cookie is let in")
	}
	t.Setenv("XAUTHORITY", cookie)
	connect := func(when string) {
		t.Helper()
		c, err := xgb.NewConnDisplay(display)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		c.Close()
	}
	connect("with the cookie")
	if xdotool, err := exec.LookPath("xdotool"); err == nil {
		keys := exec.Command(xdotool, "key", "ctrl+alt+BackSpace", "key", "ctrl+alt+F2", "key", "ctrl+alt+KP_Add")
		keys.Env = append(os.Environ(), "DISPLAY="+display)
		if out, err := keys.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		connect("after keys that end other servers")
	}
	log, err := os.ReadFile(filepath.Join(folder, "log"))
	for _, option := range []string{`Option "DontVTSwitch" "true"`, `Option "DontZap" "true"`, `Option "BlankTime" "0"`} {
		if err != nil || !bytes.Contains(log, []byte(option)) {
			t.Errorf("the server was not told %s: %v", option, err)
		}
	}
}
