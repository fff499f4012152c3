//go:build race

package programs

// The programs are built like the tests.
func init() { buildFlags, Raced = append(buildFlags, "-race"), true }
