package main

import (
	"os"
	"runtime/debug"
)

// collectAt is by how much of what is in use the heap grows until it is cleaned up. Most of it are fonts, which stay: Go's
// own 100 % would double them. Cleaning up more often costs a few milliseconds a minute, off the screen's goroutine.
const collectAt = 30 // per cent

// keepHeapSmall is for a program with a window. Whoever sets GOGC knows better.
func keepHeapSmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}
