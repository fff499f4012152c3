package rules

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// topLevel is what may lie in the repository's root besides dot files.
var topLevel = []string{"kiosk", "agent", "sensors", "ui", "configs", "headoffice", "internal",
	"go.mod", "go.sum", "README.md", "README.zh.md", "Makefile", "LICENSE"}

// CheckTopLevel returns the names in the root, seen from the files that git keeps, that do not belong there.
func CheckTopLevel(tracked []string) []string {
	var broken []string
	for _, file := range tracked {
		name, _, _ := strings.Cut(file, "/")
		line := fmt.Sprintf("%s: does not belong in the root, which holds %s and dot files", name, strings.Join(topLevel, ", "))
		if !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) && !slices.Contains(broken, line) {
			broken = append(broken, line)
		}
	}
	return broken
}

// elsewhere matches what is true on one machine or network only: folders of a developer's machine, and hosts of
// package registries, which the tools know by their own configuration.
var elsewhere = regexp.MustCompile(`(^|[\s"'` + "`" + `=(:,])/(home|root|Users|mnt|work|workspace|builds)/[A-Za-z0-9_.]` +
	`|proxy\.golang\.|registry\.npm|registry\.yarn|deb\.debian\.|pypi\.(org|python)`)

// CheckText returns the lines of a file that name what exists only on one machine or network. Files that are not text
// have none.
func CheckText(file string, content []byte) []string {
	if file == "go.sum" || bytes.IndexByte(content, 0) >= 0 {
		return nil
	}
	var broken []string
	for number, line := range strings.Split(string(content), "\n") {
		if found := elsewhere.FindString(line); found != "" {
			broken = append(broken, fmt.Sprintf("%s:%d: names %q, which other machines do not have", file, number+1, strings.TrimSpace(found)))
		}
	}
	return broken
}

// written are the kinds of files that people write, and that may therefore be both embedded and kept in git.
var written = []string{".c", ".css", ".html", ".js", ".json", ".md", ".sh", ".sql", ".svg", ".tmpl", ".txt", ".yaml"}

// longestWritten is the length in bytes of a line that a person still writes; minified files have longer ones.
const longestWritten = 1000

var foreign = regexp.MustCompile(`(?i)@license|@preserve|\bcopyright (\(c\)|©|20\d\d|19\d\d)|sourceMappingURL=`)

// CheckEmbedded returns why an embedded file that git keeps looks like somebody else's or like the product of a tool:
// such files are made by the build from their packages, and git ignores them.
func CheckEmbedded(file string, content []byte) []string {
	why := ""
	switch {
	case !slices.Contains(written, path.Ext(file)) && path.Base(file) != "Kbuild": // how the kernel's build calls its makefiles
		why = fmt.Sprintf("is of a kind that is made by tools: expected %s", strings.Join(written, ", "))
	case slices.ContainsFunc(bytes.Split(content, []byte("\n")), func(line []byte) bool { return len(line) > longestWritten }):
		why = fmt.Sprintf("has a line of more than %d bytes, as minified files do", longestWritten)
	case foreign.Match(content):
		why = fmt.Sprintf("says %q, as a copied file does", foreign.Find(content))
	default:
		return nil
	}
	return []string{fmt.Sprintf("%s is embedded and kept in git, but %s: let the build make it, and ignore it in git", file, why)}
}
