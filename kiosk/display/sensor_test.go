package display_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"stationkeeper/kiosk/display"
)

// Capabilities as Linux writes them on machines of 64 bits.
const (
	keysTouch    = "400 0 0 0 0 0"      // BTN_TOUCH
	keysPad      = "e520 10000 0 0 0 0" // BTN_TOUCH, BTN_TOOL_FINGER and more, BTN_LEFT
	keysPen      = "c01 0 0 0 0 0"      // BTN_TOUCH, BTN_TOOL_PEN
	keysKeyboard = "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe"
	absBoth      = "260800000000003" // ABS_X, ABS_Y and those of several fingers
)

func device(devices fstest.MapFS, number int, name, properties, keys, abs string) {
	folder := "input" + strconv.Itoa(number) + "/"
	for file, text := range map[string]string{"name": name, "properties": properties, "capabilities/key": keys, "capabilities/abs": abs} {
		devices[folder+file] = &fstest.MapFile{Data: []byte(text + "\n")}
	}
}

func TestTouchSensorsAreToldFromEverythingElse(t *testing.T) {
	if strconv.IntSize != 64 {
		t.Skip("the sets here are those of a machine of 64 bits")
	}
	devices := fstest.MapFS{}
	device(devices, 1, "keyboard", "0", keysKeyboard, "0")
	device(devices, 2, "pad", "5", keysPad, absBoth)
	device(devices, 3, "pen", "2", keysPen, absBoth)
	device(devices, 4, "mouse", "0", "1f0000 0 0 0 0", "0")
	devices["mice/name"] = &fstest.MapFile{Data: []byte("mice")}
	if names, err := display.Touchscreens(devices); err != nil || len(names) != 0 {
		t.Errorf("without a touch sensor: %q, %v", names, err)
	}
	device(devices, 11, "ILITEK Multi-Touch", "2", keysTouch, absBoth)
	device(devices, 5, "eGalax serial", "0", keysTouch, "3")
	names, err := display.Touchscreens(devices)
	if want := []string{"ILITEK Multi-Touch", "eGalax serial"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("got %q, %v", names, err)
	}
	if _, err := display.Touchscreens(os.DirFS(filepath.Join(t.TempDir(), "none"))); err == nil {
		t.Error("a folder that is not there")
	}
}

func TestTheKernelsOwnListIsRead(t *testing.T) {
	system := os.DirFS(display.SystemInput)
	if _, err := fs.Stat(system, "."); err != nil {
		t.Skip("this machine has no input devices")
	}
	if _, err := display.Touchscreens(system); err != nil {
		t.Error(err)
	}
}

func TestLightsAreNeverQuiteDark(t *testing.T) {
	folder := t.TempDir()
	for name, most := range map[string]string{"intel": "1000", "panel": "15"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{"max_brightness": most + "\n", "brightness": "3\n"} {
			if err := os.WriteFile(filepath.Join(folder, name, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for share, want := range map[float64]string{0: "1 1", 0.25: "250 4", 1: "1000 15", 7: "1000 15"} {
		n, err := display.SetLight(folder, share)
		if err != nil || n != 2 {
			t.Fatalf("%d lights, %v", n, err)
		}
		var got []string
		for _, name := range []string{"intel", "panel"} {
			text, err := os.ReadFile(filepath.Join(folder, name, "brightness"))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(text))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v: got %v, want %s", share, got, want)
		}
	}
	if n, err := display.SetLight(t.TempDir(), 1); n != 0 || err != nil {
		t.Errorf("no lights: %d, %v", n, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "panel", "max_brightness"), []byte("bright"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := display.SetLight(folder, 1); err == nil {
		t.Error("a light that says nothing of use")
	}
}
