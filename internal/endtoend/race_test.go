//go:build race

package endtoend

// The programs are built like the tests.
func init() { buildFlags = append(buildFlags, "-race") }
