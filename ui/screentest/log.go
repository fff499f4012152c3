package screentest

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"
)

// Main is a TestMain: it fails when Fyne logged an error, such as a call from a wrong goroutine ("should have been called
// in fyne.Do") or a colour that a theme lacks.
func Main(m *testing.M) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	code := m.Run()
	if text := logged.String(); strings.Contains(text, "Fyne error") || strings.Contains(text, "*** ") {
		fmt.Fprintf(os.Stderr, "Fyne logged errors:\n%s", text)
		code = 1
	}
	os.Exit(code)
}
