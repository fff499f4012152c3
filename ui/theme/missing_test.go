package theme

import (
	"strings"
	"testing"
)

func TestMissingFontSaysWhatToDo(t *testing.T) {
	if _, err := font("lobby-italic.otf"); err == nil || !strings.Contains(err.Error(), "make assets") {
		t.Errorf("error %v, want one that names make assets", err)
	}
}
