package rules

import (
	"strings"
	"testing"
)

func TestCheckTopLevel(t *testing.T) {
	if broken := CheckTopLevel([]string{"agent/main.go", ".gitignore", ".ci/run", "go.mod", "README.zh.md"}); len(broken) != 0 {
		t.Errorf("got %q, expected nothing", broken)
	}
	broken := CheckTopLevel([]string{"scripts/a.sh", "scripts/b.sh", "Dockerfile", "agent/main.go", "agents/main.go"})
	if len(broken) != 3 {
		t.Errorf("got %q, expected a line each for scripts, Dockerfile and agents", broken)
	}
}

func TestCheckText(t *testing.T) {
	for text, bad := range map[string]bool{
		"data: /var/lib/stationkeeper":   false,
		"GET /api/v1/home/page":          false,
		"see https://example.org/home/x": false,
		"the folder ../shared/data":      false,
		"/homestead/x":                   false,
		"cd /home/ana/stationkeeper":     true,
		`path := "/root/x"`:              true,
		"/workspace/main":                true,
		// Spelled in two parts, so that this file names none itself.
		`"resolved": "https://registry.` + `npmjs.org/a/-/a-1.0.0.tgz"`: true,
		"GOPROXY=https://proxy." + "golang.org":                         true,
		"deb http://deb." + "debian.org/debian bookworm main":           true,
	} {
		if broken := CheckText("some/file", []byte("first line\n"+text+"\n")); (len(broken) == 1) != bad {
			t.Errorf("%q: got %q, expected it refused: %t", text, broken, bad)
		}
	}
	if broken := CheckText("a.png", []byte("\x00 /home/ana/x")); broken != nil {
		t.Errorf("a binary file: got %q, expected nothing", broken)
	}
}

func TestCheckEmbedded(t *testing.T) {
	for _, test := range []struct {
		file, content string
		bad           bool
	}{
		{"headoffice/watch/station.html", "<h1>{{.Station}}</h1>\n", false},
		{"ui/lang/zh.yaml", "take: 取号\n", false},
		{"ui/theme/fonts/sans.otf", "OTTO", true},
		{"headoffice/watch/assets/chart.min.js", "x=1;" + strings.Repeat("a", longestWritten), true},
		{"headoffice/watch/assets/chart.js", "/*! chart v1 @license MIT */\nx = 1\n", true},
		{"headoffice/watch/assets/sse.js", "// Copyright (c) 2019 Somebody\n", true},
		{"headoffice/watch/assets/sse.js", "x = 1\n//# sourceMappingURL=sse.js.map\n", true},
	} {
		if broken := CheckEmbedded(test.file, []byte(test.content)); (len(broken) == 1) != test.bad {
			t.Errorf("%s: got %q, expected it refused: %t", test.file, broken, test.bad)
		}
	}
}
