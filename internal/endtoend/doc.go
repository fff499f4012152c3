// Package endtoend holds tests that run the real programs against each other, break what may break, and check at
// head office's API that nothing a station wrote down is missing, changed or doubled.
package endtoend
